//! The service as a whole: HTTP, the outbox, and the reader of `orders.status`.

use std::{
    net::{SocketAddr, TcpListener},
    thread::{self, JoinHandle},
    time::Duration,
};

use axum::{Router, http::header, routing::get};
use palinode_participant::{Codec, Database, Error, MetricsText, Parts, Sender, Stop, Subscriber};

use crate::{OrderCancellationRequested, OrderPlaced, PaymentRetryRequested, Settings, Shop, StatusKeeper};

/// Threads for HTTP; the work is done by the writer.
const HTTP_THREADS: usize = 2;
/// How often HTTP looks whether it is to stop.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How long open requests may take once the stop is asked for.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// A running order service. It ends when its [`Stop`] is requested or it cannot go on.
#[derive(Debug)]
pub struct Running {
    name: String,
    address: SocketAddr,
    stop: Stop,
    thread: JoinHandle<Result<(), Error>>,
}

impl Running {
    /// Where HTTP is served.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Asks the service to end and waits for it.
    ///
    /// # Errors
    /// Why it ended, when not because it was asked to.
    pub fn end(self) -> Result<(), Error> {
        self.stop.request();
        self.join()
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// Why it ended, when not because it was asked to.
    pub fn join(self) -> Result<(), Error> {
        self.thread.join().unwrap_or(Err(Error::Broken { name: self.name }))
    }
}

/// What the service consists of once it is open.
struct Open {
    listener: TcpListener,
    address: SocketAddr,
    runtime: tokio::runtime::Runtime,
    shop: Shop,
    subscriber: Subscriber<StatusKeeper>,
    sender: Sender,
}

/// Starts the order service.
///
/// # Errors
/// When the database or the address refuses. The registry is asked while the service runs.
pub fn start(settings: Settings, parts: &Parts, stop: &Stop) -> Result<Running, Error> {
    let name = settings.service.name.clone();
    let failed = |source| Error::Listen {
        address: settings.listen.clone(),
        source,
    };
    let listener = TcpListener::bind(&settings.listen).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let broken = |source| Error::Thread {
        name: name.clone(),
        source,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(HTTP_THREADS)
        .thread_name("order-http")
        .enable_all()
        .build()
        .map_err(broken)?;
    let codec = Codec::new(parts.schemas.clone());
    let database = Database::open(&settings.database, settings.service.durability)?;
    let mut shop = Shop::open(&settings, &database, codec.clone())?;
    if let Some(metrics) = parts.metrics.clone() {
        shop.routes = shop.routes.merge(metrics_route(metrics));
    }
    let sender = Sender::new(&name, database.clone(), &settings.service.kafka)?;
    let subscriber = Subscriber::new(settings.service, database, codec, StatusKeeper)
        .writes::<OrderPlaced>()
        .writes::<OrderCancellationRequested>()
        .writes::<PaymentRetryRequested>();
    shop.routes = shop.routes.merge(subscriber.readiness().routes());
    let open = Open {
        listener,
        address,
        runtime,
        shop,
        subscriber,
        sender,
    };
    let stopping = stop.clone();
    let thread = thread::Builder::new()
        .name(name.clone())
        .spawn(move || work(open, &stopping))
        .map_err(broken)?;
    tracing::info!(%address, "the order service takes orders");
    Ok(Running {
        name,
        address,
        stop: stop.clone(),
        thread,
    })
}

/// Runs the order service until `stop`; blocks the thread.
///
/// # Errors
/// When it cannot start or cannot go on.
pub fn run(settings: Settings, parts: &Parts, stop: &Stop) -> Result<(), Error> {
    start(settings, parts, stop)?.join()
}

fn work(open: Open, stop: &Stop) -> Result<(), Error> {
    let Open {
        listener,
        address,
        runtime,
        shop: Shop { routes, writer },
        subscriber,
        sender,
    } = open;
    let (sending, ending) = (Stop::new(), Stop::new());
    let sender = sender.spawn(sending.clone())?;
    let subscriber = thread::Builder::new().name("order-status".into()).spawn({
        let ending = ending.clone();
        move || {
            let listened = subscriber.run(&ending);
            // Without the statuses the service tells customers what is not so: it ends as a whole.
            ending.request();
            listened
        }
    });
    let subscriber = subscriber.map_err(|source| Error::Thread {
        name: "order-status".into(),
        source,
    })?;

    let served = runtime.block_on(serve(listener, routes, stop, &ending));
    ending.request();
    // With the last connection the last way to the writer goes, and with the writer the last new message.
    drop(runtime);
    let wrote = writer.join().map_err(|_| Error::Broken {
        name: "order-writer".into(),
    });
    let listened = subscriber.join().unwrap_or(Err(Error::Broken {
        name: "order-status".into(),
    }));
    sending.request();
    let sent = sender.join().map_err(|_| Error::Broken {
        name: "order-outbox".into(),
    });
    tracing::info!("the order service has stopped");
    served
        .map_err(|source| Error::Listen {
            address: address.to_string(),
            source,
        })
        .and(wrote)
        .and(listened)
        .and(sent)
}

/// Serves until a stop, then lets open requests finish, for a short time.
async fn serve(listener: TcpListener, routes: Router, stop: &Stop, ending: &Stop) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let server = axum::serve(listener, routes).with_graceful_shutdown(stopped(stop.clone(), ending.clone()));
    let overdue = async {
        stopped(stop.clone(), ending.clone()).await;
        tokio::time::sleep(LAST_ANSWERS).await;
    };
    tokio::select! {
        served = async { server.await } => served,
        () = overdue => Ok(()),
    }
}

async fn stopped(stop: Stop, ending: Stop) {
    while !stop.is_requested() && !ending.is_requested() {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn metrics_route(metrics: MetricsText) -> Router {
    let text = move || async move { ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], metrics()) };
    Router::new().route("/metrics", get(text))
}
