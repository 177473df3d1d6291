//! What the engine decides, before a reply reaches its saga.

/// A reply that is decided before it reaches a saga, in every state alike.
#[derive(Clone, Copy, Debug)]
pub(in crate::testing::reply_table) struct Elsewhere {
    pub(in crate::testing::reply_table) name: &'static str,
    pub(in crate::testing::reply_table) meaning: &'static str,
    pub(in crate::testing::reply_table) journaled: &'static str,
    pub(in crate::testing::reply_table) sent: &'static str,
    pub(in crate::testing::reply_table) shown: &'static str,
    pub(in crate::testing::reply_table) why: &'static str,
    /// The tests that let it happen: file below `workspace/engine/tests/engine`, and function.
    pub(in crate::testing::reply_table) tests: &'static [(&'static str, &'static str)],
}

/// The replies that the engine decides.
pub(in crate::testing::reply_table) const ELSEWHERE: [Elsewhere; 3] = [
    Elsewhere {
        name: "unknown step",
        meaning: "the reply's idempotency key names a step, or a purpose, that its record type does not answer",
        journaled: "nothing",
        sent: "a dead letter, WRONG_SAGA_ID",
        shown: "as before",
        why: "It cannot be matched to anything that was asked. The dead letter keeps it for a person.",
        tests: &[("dead_letters.rs", "an_idempotency_key_that_fits_no_step")],
    },
    Elsewhere {
        name: "wrong schema",
        meaning: "the reply's bytes do not follow their schema, or the schema is not known or not usable",
        journaled: "nothing",
        sent: "a dead letter, UNDECODABLE, UNKNOWN_SCHEMA or UNUSABLE_SCHEMA",
        shown: "as before",
        why: "What it says cannot be read. An id that the registry does not know is asked for again for a while before.",
        tests: &[
            ("dead_letters.rs", "bytes_that_do_not_follow_their_schema"),
            ("dead_letters.rs", "a_schema_that_the_registry_does_not_know"),
            ("dead_letters.rs", "a_schema_that_cannot_be_used"),
        ],
    },
    Elsewhere {
        name: "unknown record type",
        meaning: "no definition names the record's type on this topic",
        journaled: "nothing",
        sent: "nothing; it is counted",
        shown: "as before",
        why: "Foreign traffic is normal.",
        tests: &[(
            "foreign_records_open_no_transaction.rs",
            "foreign_records_wait_for_the_next_transaction",
        )],
    },
];
