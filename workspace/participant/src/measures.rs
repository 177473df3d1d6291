//! The names of the metrics. All carry the label `service`.

/// Commands that were read.
pub const COMMANDS: &str = "palinode_participant_commands_total";
/// Final answers that were put into the outbox, repeated ones too.
pub const REPLIES: &str = "palinode_participant_replies_total";
/// Commands and events that had been taken before.
pub const DUPLICATES: &str = "palinode_participant_duplicates_total";
/// Commands that got no answer for now.
pub const NOT_NOW: &str = "palinode_participant_not_now_total";
/// Commands that were refused because their step had been compensated.
pub const BARRED_COMMANDS: &str = "palinode_participant_barred_total";
/// Records that could not be read.
pub const DEAD_LETTERS: &str = "palinode_participant_dead_letters_total";
/// Events that were read.
pub const EVENTS: &str = "palinode_participant_events_total";
/// Messages that were published and acknowledged.
pub const PUBLISHED: &str = "palinode_participant_published_total";
/// Messages that wait in the outbox, as the sender last saw it.
pub const OUTBOX_DEPTH: &str = "palinode_participant_outbox_depth";
/// Batches that had to be tried again.
pub const BATCH_RETRIES: &str = "palinode_participant_batch_retries_total";
