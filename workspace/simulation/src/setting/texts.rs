//! The texts of definitions and schemas. They stand in the binary, so that a world needs no folder.

use palinode_wire::own;

use crate::plan::Definitions;

/// The order saga of the demo.
const ORDER: &str = include_str!("../../../../sagas/order-fulfilment.yaml");
const ORDER_NEXT: &str = include_str!("../../sagas/next.yaml");
const ITEMS: &str = include_str!("../../sagas/items.yaml");
const DECISION: &str = include_str!("../../sagas/decision.yaml");
const WAIT: &str = include_str!("../../sagas/wait.yaml");
const LOCK: &str = include_str!("../../sagas/lock.yaml");
const ORDER_OF_PARCEL: &str = include_str!("../../sagas/order_of_parcel.yaml");
const PARCEL: &str = include_str!("../../sagas/parcel.yaml");

/// What is published: versions of one definition, the oldest first, or several definitions.
pub(super) fn versions(definitions: Definitions) -> &'static [&'static str] {
    match definitions {
        Definitions::Order => &[ORDER],
        Definitions::TwoVersions => &[ORDER, ORDER_NEXT],
        Definitions::Items => &[ITEMS],
        Definitions::Decision => &[DECISION],
        Definitions::Wait => &[WAIT],
        Definitions::Lock => &[LOCK],
        Definitions::SubSaga => &[ORDER_OF_PARCEL, PARCEL],
    }
}

/// The schemas as the registry has them, in the order of their ids.
pub(super) fn schemas() -> impl Iterator<Item = &'static str> {
    own::ALL.iter().map(|own| own.text).chain(SHOP)
}

/// A schema of the shop whose text stands in the repository under its name.
macro_rules! shop {
    ($($path:literal),* $(,)?) => {
        [$(include_str!(concat!("../../../../schemas/shop/", $path, ".avsc"))),*]
    };
}

const SHOP: [&str; 27] = shop![
    "orders/OrderCancellationRequested",
    "orders/OrderPlaced",
    "orders/OrderStatusChanged",
    "orders/PaymentRetryRequested",
    "payments/AccountOpened",
    "payments/CapturePayment",
    "payments/PaymentCaptured",
    "payments/PaymentFailed",
    "payments/PaymentRefunded",
    "payments/PaymentSucceeded",
    "payments/RefundPayment",
    "payments/ReservePayment",
    "shipments/CreateShipment",
    "shipments/OrderShipped",
    "shipments/ShipmentFailed",
    "warehouse/OrderReadyForShipment",
    "warehouse/OrderUnpacked",
    "warehouse/PackingFailed",
    "warehouse/PickItems",
    "warehouse/ReleaseStock",
    "warehouse/StartFulfilment",
    "warehouse/StockReceived",
    "warehouse/StockReleased",
    "warehouse/StockReserved",
    "warehouse/StockUnavailable",
    "warehouse/UnpackOrder",
    "../../workspace/simulation/schemas/Gossip",
];
