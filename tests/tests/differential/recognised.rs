//! How the differences are recognised.

use crate::steps::{Alteration, Asked, Consumer, Form, Produce, Resource, Step};

/// The text without what stands between a mark and the next blank.
fn without(text: &str, mark: &str) -> String {
    let Some((before, after)) = text.split_once(mark) else {
        return text.to_owned();
    };
    let rest = after.split_once(' ').map_or("", |(_, rest)| rest);
    format!("{before}{rest}")
}

fn is_refused(answer: &str) -> bool {
    !answer.starts_with("ok ")
}

pub(crate) fn log_start(step: &Step, kafka: &str, embedded: &str) -> bool {
    let start = |text| without(text, "log start ");
    matches!(step, Step::Produce(_))
        && is_refused(kafka)
        && embedded.contains("log start -1 ")
        && start(kafka) == start(embedded)
}

pub(crate) fn faults(step: &Step, kafka: &str, embedded: &str) -> bool {
    let rest = |text: &str| without(&without(text, "log start "), "faults ");
    matches!(
        step,
        Step::Produce(Produce {
            form: Form::InTheFuture,
            ..
        })
    ) && is_refused(kafka)
        && embedded.ends_with("faults 0")
        && rest(kafka) == rest(embedded)
}

pub(crate) fn no_aborted_list(step: &Step, kafka: &str, embedded: &str) -> bool {
    matches!(step, Step::Fetch { .. })
        && is_refused(kafka)
        && kafka.replace("aborted Some([])", "aborted None") == embedded
}

/// What is offered must be offered by Kafka too.
pub(crate) fn offered(step: &Step, kafka: &str, embedded: &str) -> bool {
    matches!(step, Step::ApiVersions)
        && apis(embedded).iter().all(|(api, oldest, newest)| {
            apis(kafka)
                .iter()
                .any(|(theirs, from, to)| theirs == api && from <= oldest && newest <= to)
        })
}

fn apis(answer: &str) -> Vec<(i32, i32, i32)> {
    let number = |text: &str| text.parse().expect("a number");
    let api = |word: &str| {
        let (api, versions) = word.split_once(':')?;
        let (oldest, newest) = versions.split_once('-')?;
        Some((number(api), number(oldest), number(newest)))
    };
    answer.split(' ').filter_map(api).collect()
}

pub(crate) fn internal_topic(step: &Step, kafka: &str, embedded: &str) -> bool {
    matches!(step, Step::Metadata(Asked::Internal))
        && kafka.starts_with("ok internal true named true [\"0: ok ")
        && embedded == "UnknownTopicOrPartition internal true named true []"
}

/// Only what the records hold is wrong: the embedded broker takes the batch.
pub(crate) fn unparsed(step: &Step, kafka: &str, embedded: &str) -> bool {
    let is_unreadable = matches!(
        step,
        Step::Produce(Produce {
            form: Form::Garbage | Form::Mislabelled,
            ..
        })
    );
    let refuses = ["InvalidRecord ", "CorruptMessage ", "UnknownServerError "]
        .iter()
        .any(|error| kafka.starts_with(error));
    // Kafka fails before it looks at anything else.
    let is_first = kafka.starts_with("UnknownServerError ");
    is_unreadable && refuses && (is_first || !is_refused(embedded))
}

/// A batch that nobody waits for is refused.
pub(crate) fn unheard_error(step: &Step, kafka: &str, embedded: &str) -> bool {
    matches!(step, Step::Produce(Produce { acks: 0, .. }))
        && kafka == "connection closed"
        && embedded.starts_with("unheard, ")
}

pub(crate) fn zombie_end(step: &Step, kafka: &str, embedded: &str) -> bool {
    let is_taken_for_repeated = !is_refused(kafka) || kafka.starts_with("InvalidTxnState ");
    matches!(step, Step::EndTxn { version: 5, .. }) && is_taken_for_repeated && embedded.starts_with("ProducerFenced ")
}

/// An operation on a setting that there is not.
pub(crate) fn unknown_operation(step: &Step, kafka: &str, embedded: &str) -> bool {
    let is_unknown = matches!(
        step,
        Step::Alter {
            what: Alteration::UnknownOperation,
            ..
        }
    );
    let refuses = ["InvalidRequest ", "UnknownTopicOrPartition "].contains(&embedded);
    is_unknown && kafka == "UnknownServerError " && refuses
}

/// A member commits in the epoch before its own.
pub(crate) fn earlier_epoch(step: &Step, kafka: &str, embedded: &str) -> bool {
    matches!(step, Step::ConsumerCommit(Consumer::Member { epoch: -1, .. }))
        && kafka == "ok "
        && embedded == "StaleMemberEpoch "
}

pub(crate) fn order_of_errors(step: &Step, kafka: &str, embedded: &str) -> bool {
    let theirs: &[&str] = match step {
        Step::Alter {
            of: Resource::Missing, ..
        }
        | Step::Replace {
            of: Resource::Missing, ..
        } => &["InvalidConfig ", "InvalidRequest "],
        Step::Produce(_) => &["TransactionalIdAuthorizationFailed "],
        Step::ListOffsets { .. } => &["UnsupportedVersion "],
        _ => return false,
    };
    theirs.iter().any(|error| kafka.starts_with(error)) && embedded.starts_with("UnknownTopicOrPartition ")
}

pub(crate) fn abortable(step: &Step, kafka: &str, embedded: &str) -> bool {
    let either = |text: &str| text.replace("TransactionAbortable", "InvalidTxnState");
    let is_verified = matches!(step, Step::Produce(_) | Step::TxnOffsetCommit { .. });
    is_verified && is_refused(kafka) && either(kafka) == either(embedded)
}
