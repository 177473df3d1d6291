//! The reference payment service: customers' accounts, and the money reserved for sagas.
//!
//! It takes `ReservePayment`, `RefundPayment` and `CapturePayment`. Money is never made or lost: what customers have
//! and what the shop took add up to what the accounts were opened with. It runs as a single instance.

mod accounts;
mod handler;
mod http;
mod messages;
mod reservations;
mod run;
mod settings;

pub use handler::Payment;
pub use messages::{
    AccountOpened, CapturePayment, PaymentCaptured, PaymentFailed, PaymentRefunded, PaymentSucceeded, RefundPayment,
    ReservePayment,
};
pub use run::{run, start};
pub use settings::Settings;

#[cfg(test)]
mod tests;
