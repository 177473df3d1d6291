//! Whatever members do in whatever order: one leader, no call that waits for ever, no partition with two owners.
