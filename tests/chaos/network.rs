//! Links between the nodes of the orchestrator and the brokers, and from the clients that write down what they do: each a
//! small proxy that can hold back, slow down or end what goes through it. It knows nothing of what that is.

use std::{collections::BTreeMap, io, net::Ipv4Addr, time::Duration};

use palinode_sandbox::ports;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    runtime::Runtime,
    sync::watch,
};

use crate::fault::Trouble;

/// What is read at once.
const CHUNK: usize = 64 * 1024;

/// A node and a broker. The clients that write down what they do count as one node more.
type Ends = (u8, usize);

/// All links.
pub(crate) struct Network {
    links: BTreeMap<Ends, Link>,
    /// The number of the clients that write down what they do.
    clients: u8,
    _runtime: Runtime,
}

/// The ports of a link.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    pub(crate) ends: Ends,
    /// Where the node connects to.
    pub(crate) told: u16,
    /// Where the broker listens.
    pub(crate) listens: u16,
}

struct Link {
    way: Way,
    state: watch::Sender<State>,
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    trouble: Option<Trouble>,
    /// Connections of an earlier epoch end.
    epoch: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Requests,
    Answers,
}

impl Network {
    /// Links from each of the nodes, and from the clients that write down what they do, to each of the brokers, which need
    /// not be there yet.
    pub(crate) fn start(nodes: u8, brokers: usize) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("network")
            .enable_all()
            .build()?;
        let mut links = BTreeMap::new();
        for ends in (0..=nodes).flat_map(|node| (0..brokers).map(move |broker| (node, broker))) {
            let way = Way {
                ends,
                told: ports::free()?,
                listens: ports::free()?,
            };
            let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, way.told)))?;
            let (state, watched) = watch::channel(State::default());
            runtime.spawn(listen(listener, way.listens, watched));
            links.insert(ends, Link { way, state });
        }
        Ok(Self {
            links,
            clients: nodes,
            _runtime: runtime,
        })
    }

    /// The links' ports.
    pub(crate) fn ways(&self) -> impl Iterator<Item = Way> + '_ {
        self.links.values().map(|link| link.way)
    }

    /// What a node takes as `bootstrap.servers`.
    pub(crate) fn bootstrap(&self, node: u8) -> String {
        let ways = self.ways().filter(|way| way.ends.0 == node);
        let each: Vec<String> = ways.map(|way| format!("127.0.0.1:{}", way.told)).collect();
        each.join(",")
    }

    /// What the clients that write down what they do take as `bootstrap.servers`.
    pub(crate) fn bootstrap_of_clients(&self) -> String {
        self.bootstrap(self.clients)
    }

    /// Begins trouble between a node and a broker, or all brokers.
    pub(crate) fn trouble(&self, node: u8, broker: Option<usize>, trouble: Trouble) {
        self.each(node, broker, |state| {
            state.trouble = Some(trouble);
            state.epoch += u64::from(trouble == Trouble::Cut);
        });
    }

    /// Ends the trouble between a node and a broker, or all brokers.
    pub(crate) fn heal(&self, node: u8, broker: Option<usize>) {
        self.each(node, broker, |state| {
            let ends = matches!(state.trouble, Some(Trouble::SilentAndCut | Trouble::AnswersLost));
            state.epoch += u64::from(ends);
            state.trouble = None;
        });
    }

    /// The links of a node, or those to one broker. The clients that write down what they do share the lot of the first one.
    fn each(&self, node: u8, broker: Option<usize>, change: impl Fn(&mut State)) {
        let is_hit = |from: u8| from == node || (node == 0 && from == self.clients);
        let links = self
            .links
            .iter()
            .filter(|((from, to), _)| is_hit(*from) && broker.is_none_or(|broker| broker == *to));
        links.for_each(|(_, link)| link.state.send_modify(&change));
    }
}

async fn listen(listener: TcpListener, upstream: u16, state: watch::Receiver<State>) {
    loop {
        let Ok((client, _)) = listener.accept().await else {
            // The process has no more files: others end soon.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        if state.borrow().trouble != Some(Trouble::Cut) {
            tokio::spawn(connect(client, upstream, state.clone()));
        }
    }
}

/// Carries a connection until either side ends it, or the link does. Errors are ends.
async fn connect(client: TcpStream, upstream: u16, state: watch::Receiver<State>) {
    let Ok(broker) = TcpStream::connect((Ipv4Addr::LOCALHOST, upstream)).await else {
        return;
    };
    let _ = (client.set_nodelay(true), broker.set_nodelay(true));
    let epoch = state.borrow().epoch;
    let ((from_client, to_client), (from_broker, to_broker)) = (client.into_split(), broker.into_split());
    let requests = carry(from_client, to_broker, Direction::Requests, epoch, state.clone());
    let answers = carry(from_broker, to_client, Direction::Answers, epoch, state.clone());
    tokio::select! {
        _ = requests => {}
        _ = answers => {}
        () = ended(epoch, state) => {}
    }
}

async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    direction: Direction,
    epoch: u64,
    mut state: watch::Receiver<State>,
) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = from.read(&mut chunk).await?;
        if read == 0 {
            return Ok(());
        }
        // What was seen is copied: it may not be held while something is awaited.
        let open = state
            .wait_for(|state| !holds(*state, direction) || state.epoch != epoch)
            .await
            .map(|state| *state);
        let Ok(State { trouble, epoch: at }) = open else {
            return Ok(());
        };
        if at != epoch {
            return Ok(());
        }
        if let Some(Trouble::Slow(by)) = trouble {
            tokio::time::sleep(by).await;
        }
        to.write_all(&chunk[..read]).await?;
    }
}

/// Whether nothing comes through in a direction.
fn holds(state: State, direction: Direction) -> bool {
    match state.trouble {
        Some(Trouble::Silent | Trouble::SilentAndCut | Trouble::Cut) => true,
        Some(Trouble::AnswersLost) => direction == Direction::Answers,
        Some(Trouble::Slow(_)) | None => false,
    }
}

async fn ended(epoch: u64, mut state: watch::Receiver<State>) {
    // The link is gone with the program.
    let _ = state.wait_for(|state| state.epoch != epoch).await;
}
