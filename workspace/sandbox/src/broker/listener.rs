//! The task that takes new connections.

use std::net::SocketAddr;
use std::sync::Arc;

use palinode_broker::ConnectionId;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{
    connection::Connection,
    limits::{ACCEPT_REST, STOP_TIME_MAX},
    shared::Shared,
};

/// Takes up to so many connections at a time until told to stop, and then lets each end what it does.
pub(super) async fn run(
    listener: TcpListener,
    connections_max: usize,
    shared: Arc<Shared>,
    mut stop: watch::Receiver<()>,
) {
    let mut connections = JoinSet::new();
    let mut accepted = 0;
    loop {
        tokio::select! {
            biased;
            _ = stop.changed() => break,
            Some(_ended) = connections.join_next() => {}
            taken = listener.accept() => match taken {
                Ok((stream, peer)) if connections.len() < connections_max => {
                    accepted += 1;
                    let connection = open(ConnectionId(accepted), stream, peer, &shared);
                    connections.spawn(until_stop(connection, stop.clone()));
                }
                // One too many, which is closed by being dropped.
                Ok(_) => {}
                // The system has no more files, or the client has gone already: those who are here are served.
                Err(_) => sleep(ACCEPT_REST).await,
            },
        }
    }
    drop(listener);
    let ended = async { while connections.join_next().await.is_some() {} };
    let _late = timeout(STOP_TIME_MAX, ended).await;
}

fn open(id: ConnectionId, stream: TcpStream, peer: SocketAddr, shared: &Arc<Shared>) -> Connection {
    // Without it small answers would wait for acknowledgements; a socket that refuses is served all the same.
    let _refused = stream.set_nodelay(true);
    Connection::new(id, stream, peer, shared.clone())
}

async fn until_stop(connection: Connection, mut stop: watch::Receiver<()>) {
    tokio::select! {
        biased;
        _ = stop.changed() => {}
        () = connection.run() => {}
    }
}
