//! The targets, one a file: each is a reader of bytes that come from outside.

mod control;
mod definitions;
mod expressions;
mod headers;
mod journal;
mod records;
mod requests;
mod scenarios;
mod schemas;
mod snapshots;
