//! Rust types that stand for Avro records.

use serde::{Serialize, de::DeserializeOwned};

/// A Rust type that is written and read as the Avro record `NAME`.
///
/// Implement it by [`crate::record!`]. The schema is the text of a file under `schemas/`.
pub trait Record: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The full name of the record, for example `shop.payments.PaymentSucceeded`: the registry's subject.
    const NAME: &'static str;
    /// The text of the schema that values are written with.
    const SCHEMA: &'static str;
}

/// Ties a type to its record name and to a schema file (a path relative to the source file).
///
/// ```text
/// #[derive(Serialize, Deserialize)]
/// pub struct AccountOpened { customer_id: String, balance_minor: i64, currency: String }
/// record!(AccountOpened, "shop.payments.AccountOpened", "../../../../schemas/shop/payments/AccountOpened.avsc");
/// ```
#[macro_export]
macro_rules! record {
    ($type:ty, $name:literal, $file:literal) => {
        impl $crate::Record for $type {
            const NAME: &'static str = $name;
            const SCHEMA: &'static str = include_str!($file);
        }
    };
}
