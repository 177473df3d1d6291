//! What a schema registry answers, as data: scenarios of HTTP calls with what is expected of them.
//!
//! They run against any registry with Confluent's API. What a peer is known to do otherwise is listed in its profile, so
//! that a difference that is not listed fails, and one that is listed and does not show fails too.

mod call;
mod expect;
mod peer;
mod scenarios;

pub(crate) use call::{Call, Scenario, delete, get, post, put};
pub(crate) use expect::{Expect, Says, anything, json, lacks, lists, refused, schema, text};
pub(crate) use peer::{Difference, Peer};
pub(crate) use scenarios::all;
