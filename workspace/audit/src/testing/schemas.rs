//! The schemas of the repository, under ids of our own.

use std::{path::Path, sync::LazyLock};

use palinode_core::SchemaId;
use palinode_wire::{Schemas, journal::JournalSchemas, own};

const SHOP: [&str; 17] = [
    "shop.orders.OrderPlaced",
    "shop.orders.OrderCancellationRequested",
    "shop.orders.OrderStatusChanged",
    "shop.payments.ReservePayment",
    "shop.payments.AccountOpened",
    "shop.payments.PaymentSucceeded",
    "shop.payments.PaymentFailed",
    "shop.payments.PaymentRefunded",
    "shop.payments.PaymentCaptured",
    "shop.warehouse.StockReceived",
    "shop.warehouse.StockReserved",
    "shop.warehouse.StockReleased",
    "shop.warehouse.OrderReadyForShipment",
    "shop.warehouse.OrderUnpacked",
    "shop.shipments.OrderShipped",
    "shop.shipments.ShipmentFailed",
    "shop.orders.PaymentRetryRequested",
];

/// All texts, by id.
pub(super) static TEXTS: LazyLock<Vec<(SchemaId, String)>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas");
    let shop = SHOP.iter().map(|name| {
        let path = folder.join(name.replace('.', "/")).with_extension("avsc");
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    });
    let texts = own::ALL.iter().map(|own| own.text.to_owned()).chain(shop);
    (1..).map(SchemaId).zip(texts).collect()
});

pub(super) static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| {
    let mut schemas = Schemas::default();
    for (id, text) in TEXTS.iter() {
        schemas.add(*id, text.as_str()).unwrap();
    }
    schemas
});

pub(super) static JOURNAL: LazyLock<JournalSchemas> =
    LazyLock::new(|| JournalSchemas::new(|name| SCHEMAS.id_of(name)).unwrap());
