//! Message headers: CloudEvents in Kafka's binary mode, the W3C trace context, and Palinode's own.
//!
//! All values are UTF-8 text. Readers take headers as pairs of name and bytes, so that any client's type will do.

mod envelope;
mod names;
mod read;
mod saga_id;
mod traceparent;

pub use envelope::Envelope;
pub use names::*;
pub use read::{MessageHeaders, last};
pub use saga_id::{parse_saga_id, saga_id_text, write_saga_id};
pub use traceparent::{Traceparent, child, root};
