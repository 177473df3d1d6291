//! The limits of the reader, each with its reason. The limits of the model are in `palinode_core::limits`.

use std::time::Duration;

/// Bytes in the text of a definition. One of the longest allowed (100 steps, written out) has some 100 KiB.
pub const DEFINITION_BYTES_MAX: usize = 256 * 1024;

/// Mappings and lists inside each other. The language needs five.
pub const YAML_DEPTH_MAX: usize = 16;

/// Values in one definition. One of the longest allowed, written out, has some 5,000.
pub const YAML_NODES_MAX: usize = 50_000;

/// Errors that one run reports. Beyond this many the file is something else than a definition.
pub const DIAGNOSTICS_MAX: usize = 100;

/// Characters in a source line that a diagnostic shows; longer ones are cut.
pub const SHOWN_LINE_CHARS_MAX: usize = 200;

/// Characters in one expression. A longer one is a program, and belongs into a participant.
pub const EXPRESSION_CHARS_MAX: usize = 1_000;

/// Brackets and parentheses inside each other in one expression. Bounds the parser's and the evaluation's stack.
pub const EXPRESSION_DEPTH_MAX: usize = 16;

/// Operators in one expression. A chain of them is a tree as deep, which the evaluation walks by recursion.
pub const EXPRESSION_NODES_MAX: usize = 200;

/// Walks over a list (`map`, `filter`, `all`, `exists`, `exists_one`) in one expression. Each may multiply the size of
/// its result.
pub const WALKS_MAX: usize = 4;

/// Walks over a list inside each other. Their time multiplies: two over the longest list are a million evaluations.
pub const WALK_DEPTH_MAX: usize = 2;

/// Items of one list in an expression. A longer one is data, and belongs into a participant.
pub const LIST_ITEMS_MAX: usize = 1_000;

/// Lists and records inside each other in a value that an expression takes or gives.
pub const VALUE_DEPTH_MAX: usize = 16;

/// The longest time-out, pause or deadline. Later points in time are a slip of the pen.
pub const DURATION_MAX: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// The largest growth of a pause from one attempt to the next.
pub const FACTOR_MAX: f64 = 100.0;

/// Bytes in a topic name: Kafka allows 249, and the application's topic prefix needs some.
pub const TOPIC_BYTES_MAX: usize = 200;

/// Emitted events of one definition: one for each step, written out.
pub const EMISSIONS_MAX: usize = 100;

/// Milestones of one emitted event: those of the saga, and three for each step.
pub const MILESTONES_MAX: usize = 310;

/// Characters in the name of the team that answers for a definition.
pub const OWNER_CHARS_MAX: usize = 200;

/// Characters where the name of a step, a choice or an option is referred to.
pub const NAME_CHARS_MAX: usize = 200;

/// Characters in the question of a decision: a few sentences.
pub const QUESTION_CHARS_MAX: usize = 1_000;

/// Options of one decision. More are a form, and belong into a service.
pub const OPTIONS_MAX: usize = 20;

/// Bytes in the full name of a record. It stands in the headers of every message.
pub const RECORD_BYTES_MAX: usize = 255;
