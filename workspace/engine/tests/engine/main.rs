//! The task cycle as a specification, a file a property. Most drive the cycle step by step against a log and a store in
//! memory with a clock of their own; `threads` runs the real threads.

mod support;

mod aborted_is_tried_again;
mod cancelled;
mod clock_never_goes_back;
mod commit_then_store_fails_replays;
mod compensated;
mod dead_letters;
mod every_transaction_ends_with_positions;
mod fenced_becomes_standby;
mod foreign_records_open_no_transaction;
mod forwarded_inputs;
mod gathers_while_commits_are_slow;
mod golden;
mod header_less_replies;
mod headers_and_ids;
mod ids_take_turns;
mod indefinite_commit_takes_over;
mod inputs_are_added;
mod journal_replaced_parks;
mod panic_suspends_one_saga;
mod poison_never_stops_a_partition;
mod queries;
mod refused_output_suspends_only_its_saga;
mod refused_topic_holds_back_starts;
mod registry_down_then_up;
mod replies_before_starts;
mod schema_missing_after_restart;
mod shipped;
mod store_ahead_of_journal;
mod suspended_and_resumed;
mod take_over_from_nothing;
mod take_over_from_store;
mod threads;
mod time_outs_and_retries;
mod time_rule;
mod timers_survive_take_over;
mod too_many_open_sagas_pause_starts;
mod two_contenders_one_decides;
mod two_definitions_one_event;
mod unknown_schema_holds_only_its_partition;
mod unknown_version_is_not_dropped;
mod versions_side_by_side;
mod whatever_happens;
