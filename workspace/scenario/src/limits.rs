//! The limits of rehearsals, each with its reason.

use std::time::Duration;

/// Bytes in a scenario file. Two hundred scenarios, written out, have some 200 KiB.
pub const FILE_BYTES_MAX: usize = 512 * 1024;

/// Mappings and lists inside each other. The format needs six, payloads some more.
pub const YAML_DEPTH_MAX: usize = 24;

/// Values in one scenario file.
pub const YAML_NODES_MAX: usize = 100_000;

/// Mistakes that one run reports. Beyond this many the file is something else than scenarios.
pub const MISTAKES_MAX: usize = 50;

/// Characters of a source line that are shown with a mistake; longer ones are cut.
pub const SHOWN_LINE_CHARS_MAX: usize = 200;

/// Scenarios in one file. More belong into several files.
pub const SCENARIOS_MAX: usize = 500;

/// Behaviours of one participant, and happenings of one scenario.
pub const ITEMS_MAX: usize = 1_000;

/// Inputs of one saga. A saga that goes on after so many repeats itself; with the longest retry policies a real one has
/// a few thousand.
pub const INPUTS_MAX: usize = 20_000;

/// The longest time span.
pub const DURATION_MAX: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Moments of a story that a failure shows: the last ones, of which the failure is nearly always one.
pub const STORY_MOMENTS_MAX: usize = 60;
