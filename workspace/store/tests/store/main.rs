//! What a store promises, a file a promise. What both twins promise is tested on both.

mod fixture;
#[macro_use]
mod twins;

mod aside;
mod checkpoint;
mod copies;
mod damage;
mod failed_write;
mod identity;
mod in_use;
mod killed;
mod lost_log;
mod open_sagas;
mod sagas;
mod snapshots;
mod timers;
mod twins_agree;
