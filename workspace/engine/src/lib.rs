//! The task cycle, take-over and membership.
