//! The service as a whole.

use palinode_participant::{Codec, Composer, Database, Error, Participant, Parts, Running, Stop, Switched, Switches};

use crate::{OrderShipped, Settings, Shipment, ShipmentFailed, http};

/// Starts the service; its behaviour can be switched by `switches` and by `PUT /behaviour`.
///
/// # Errors
/// When the database or the address refuses. The registry is asked while the service runs.
pub fn start(settings: Settings, parts: &Parts, switches: Switches, stop: &Stop) -> Result<Running, Error> {
    let codec = Codec::new(parts.schemas.clone());
    let composer = Composer::new(settings.service.name.as_str(), codec);
    let database = Database::of(settings.database.as_deref(), settings.service.durability)?;
    let handler = Switched::new(Shipment::new(&database)?, switches.clone());
    let router = http::routes(database.clone());
    let participant = Participant::new(settings.service, database, composer, handler)
        .writes::<OrderShipped>()
        .writes::<ShipmentFailed>();
    Running::start(participant, &settings.listen, router, parts, switches, stop)
}

/// Runs the service until `stop`; blocks the thread.
///
/// # Errors
/// When it cannot start or cannot go on.
pub fn run(settings: Settings, parts: &Parts, stop: &Stop) -> Result<(), Error> {
    start(settings, parts, Switches::default(), stop)?.join()
}
