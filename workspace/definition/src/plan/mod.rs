//! The checked parts, put together.

mod build;
mod messages;
mod places;
mod policy;

pub(crate) use build::build;
pub(crate) use places::{Expressed, FieldPlace, MessagePlace, Places};
