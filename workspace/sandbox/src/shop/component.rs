//! The processes of a shop.

use std::fmt;

/// One process of a shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Component {
    /// A node of the orchestrator; nodes count from 0.
    Orchestrator(u8),
    /// Takes orders over HTTP.
    Order,
    /// Reserves, gives back and takes money.
    Payment,
    /// Reserves stock and packs.
    Warehouse,
    /// Ships.
    Shipment,
    /// Writes to the customers' chat.
    Notification,
    /// Counts and times.
    Analytics,
}

impl Component {
    /// The services whose answers an order needs.
    pub const PARTICIPANTS: [Self; 3] = [Self::Payment, Self::Warehouse, Self::Shipment];

    /// All services.
    pub const SERVICES: [Self; 6] = [
        Self::Order,
        Self::Payment,
        Self::Warehouse,
        Self::Shipment,
        Self::Notification,
        Self::Analytics,
    ];

    /// The name: of the process, its folder and its log.
    pub fn name(self) -> String {
        match self {
            Self::Orchestrator(node) => format!("orchestrator-{node}"),
            Self::Order => "order".into(),
            Self::Payment => "payment".into(),
            Self::Warehouse => "warehouse".into(),
            Self::Shipment => "shipment".into(),
            Self::Notification => "notification".into(),
            Self::Analytics => "analytics".into(),
        }
    }
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}
