//! Clients of other makers work with the registry as they are.

mod converter;
mod python;

use palinode_registry::{Registry, serve};
use tokio::net::TcpListener;

/// Starts a registry on a free port and gives its address.
async fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(listener, Registry::in_memory()));
    base
}
