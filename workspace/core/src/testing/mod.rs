//! Given/when/then for sagas: small plans, inputs in a word, and stories that tell their events in a word.

mod expressions;
mod inputs;
mod laws;
mod moving;
mod plans;
mod properties;
mod reply_table;
mod steps;
mod story;
mod words;

pub(crate) use expressions::{Broken, Field, Is, IsNull, Text};
pub(crate) use inputs::{
    begun_by, cancel, deadline, decide, done, done_plainly, event, granted, item, lock, parent, payload, refused,
    refused_plainly, refused_with, resume, retry, start, start_with, taken_back_by, timed_out, undo_refused,
    undo_refused_plainly, undo_retry, undo_timed_out, undone, undone_plainly,
};
pub(crate) use plans::{CAPTURE, PACKING, PAYMENT, SHIPMENT, STOCK, order, plan};
pub(crate) use steps::{StepBuilder, step};
pub(crate) use story::Story;
pub(crate) use words::{in_words, request_in_words};
