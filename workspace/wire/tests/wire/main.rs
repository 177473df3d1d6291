//! The crate against `apache_avro`, against recorded bytes, and against hostile ones.

mod checkpoint;
mod datum;
mod encoder;
mod golden;
mod hostile;
mod journal;
mod locks;
mod lookup;
mod outcome;
mod schema_files;
mod schemas;
mod support;
mod typed;
