//! Where clients come in.

use std::{
    io,
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use parking_lot::Mutex;

use super::{
    answers::Address,
    connection::Connection,
    fault::{Armed, Fault},
    frame::Request,
};

/// A way to a broker that goes wrong as told. Connections end by themselves; dropping it takes no new ones.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// What the connections share.
pub(super) struct Shared {
    pub(super) broker: String,
    pub(super) address: Address,
    faults: Mutex<Vec<Armed>>,
    is_closed: AtomicBool,
}

impl Proxy {
    /// A way to the broker at `bootstrap`.
    ///
    /// # Errors
    /// When no port is free.
    pub fn to(bootstrap: &str) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            broker: bootstrap.to_owned(),
            address: Address {
                host: address.ip().to_string(),
                port: i32::from(address.port()),
            },
            faults: Mutex::default(),
            is_closed: AtomicBool::new(false),
        });
        thread::Builder::new().name("proxy".into()).spawn({
            let shared = Arc::clone(&shared);
            move || listen(&listener, &shared)
        })?;
        Ok(Self { address, shared })
    }

    /// What clients take as `bootstrap.servers`.
    pub fn bootstrap(&self) -> String {
        self.address.to_string()
    }

    /// From now on this goes wrong. Where several faults fit, the first one that was told happens.
    pub fn arm(&self, fault: Fault) -> Armed {
        let armed = Armed::new(fault);
        self.shared.faults.lock().push(armed.clone());
        armed
    }

    /// From now on nothing goes wrong; what is held stays held.
    pub fn disarm(&self) {
        for armed in self.shared.faults.lock().drain(..) {
            armed.end();
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.is_closed.store(true, Ordering::Release);
        for armed in self.shared.faults.lock().drain(..) {
            armed.release();
        }
        // The listener looks up.
        if let Ok(stream) = TcpStream::connect(self.address) {
            let _ended = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Shared {
    /// The fault that happens to this request.
    pub(super) fn strike(&self, request: &Request) -> Option<Armed> {
        self.faults.lock().iter().find(|armed| armed.strikes(request)).cloned()
    }
}

fn listen(listener: &TcpListener, shared: &Arc<Shared>) {
    for client in listener.incoming().flatten() {
        if shared.is_closed.load(Ordering::Acquire) {
            return;
        }
        let shared = Arc::clone(shared);
        let served = thread::Builder::new()
            .name("proxy".into())
            .spawn(move || Connection::serve(shared, client));
        drop(served);
    }
}
