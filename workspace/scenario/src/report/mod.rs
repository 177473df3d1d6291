//! Results for people and for machines.

mod junit;
mod table;
mod text;

pub use junit::junit;
pub use table::table;
pub use text::text;
