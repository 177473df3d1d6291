//! From a seed to a plan: a good spread, from a calm world with one fault to a wild one.

mod faults;
mod poison;
mod services;
#[cfg(test)]
mod tests;
mod wishes;
mod world;

#[cfg(test)]
pub(crate) use poison::REQUESTS;
