//! The checked parts, put together.

mod around;
mod build;
mod messages;
mod places;
mod policy;
mod step;
mod sub_saga;

pub(crate) use build::build;
pub(crate) use places::{Around, Expressed, FieldPlace, MessagePlace, Places, ValuePlace, Wants};
