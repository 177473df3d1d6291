//! The service as a whole.

use palinode_participant::{Codec, Composer, Database, Error, Participant, Parts, Running, Stop, Switched, Switches};

use crate::{
    OrderReadyForShipment, OrderUnpacked, Pace, PackingFailed, Settings, StockReceived, StockReleased, StockReserved,
    StockUnavailable, Warehouse, http,
};

/// Starts the service; its behaviour can be switched by `switches` and by `PUT /behaviour`, its pace by `PUT /pace`.
///
/// # Errors
/// When the database or the address refuses. The registry is asked while the service runs.
pub fn start(settings: Settings, parts: &Parts, switches: Switches, stop: &Stop) -> Result<Running, Error> {
    if let Some((sku, _)) = settings
        .stock
        .iter()
        .find(|(sku, quantity)| sku.is_empty() || **quantity <= 0)
    {
        return Err(Error::Setting {
            name: "stock",
            reason: format!("the article '{sku}' has no pieces or no name"),
        });
    }
    let codec = Codec::new(parts.schemas.clone());
    let composer = Composer::new(settings.service.name.as_str(), codec);
    let database = Database::of(settings.database.as_deref(), settings.service.durability)?;
    let pace = Pace::new(settings.pickers, settings.packing_millis);
    let warehouse = Warehouse::new(&settings, pace.clone(), composer.clone(), &database)?;
    let router = http::routes(database.clone(), composer.clone(), pace);
    let handler = Switched::new(warehouse, switches.clone());
    let participant = Participant::new(settings.service, database, composer, handler)
        .writes::<StockReceived>()
        .writes::<StockReserved>()
        .writes::<StockUnavailable>()
        .writes::<StockReleased>()
        .writes::<OrderReadyForShipment>()
        .writes::<PackingFailed>()
        .writes::<OrderUnpacked>();
    Running::start(participant, &settings.listen, router, parts, switches, stop)
}

/// Runs the service until `stop`; blocks the thread.
///
/// # Errors
/// When it cannot start or cannot go on.
pub fn run(settings: Settings, parts: &Parts, stop: &Stop) -> Result<(), Error> {
    start(settings, parts, Switches::default(), stop)?.join()
}
