//! The reference shipment service.
