//! The text of saga ids, in headers and in the ids of journal events.

use palinode_core::SagaId;

/// `definition/key`; a `/` or `%` inside the key is percent-encoded, as in idempotency keys.
pub fn saga_id_text(id: &SagaId) -> String {
    let mut text = String::with_capacity(id.definition.as_str().len() + id.key.as_str().len() + 1);
    write_saga_id(&mut text, id);
    text
}

/// Appends [`saga_id_text`] to `text`.
pub fn write_saga_id(text: &mut String, id: &SagaId) {
    text.push_str(id.definition.as_str());
    text.push('/');
    let mut rest = id.key.as_str();
    while let Some(at) = rest.find(['/', '%']) {
        text.push_str(&rest[..at]);
        text.push_str(if rest.as_bytes()[at] == b'/' { "%2F" } else { "%25" });
        rest = &rest[at + 1..];
    }
    text.push_str(rest);
}

/// Reads [`saga_id_text`]; `None` when it is not one.
pub fn parse_saga_id(text: &str) -> Option<SagaId> {
    let (definition, key) = text.split_once('/')?;
    if definition.is_empty() || key.is_empty() || key.contains('/') {
        return None;
    }
    if key.contains('%') {
        return Some(SagaId::new(definition, key.replace("%2F", "/").replace("%25", "%")));
    }
    Some(SagaId::new(definition, key))
}

#[cfg(test)]
mod tests {
    use palinode_core::{IdempotencyKey, Purpose, Round};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_saga_id_is_read_back_from_its_text(definition in "[a-z-]{1,12}", key in "[a-z/%0-9F]{1,20}|\\PC{1,20}") {
            let id = SagaId::new(definition, key);
            prop_assert_eq!(parse_saga_id(&saga_id_text(&id)), Some(id));
        }

        #[test]
        fn idempotency_keys_begin_with_the_saga_ids_text(key in "[a-z/%0-9F]{1,20}|\\PC{1,20}") {
            let saga = SagaId::new("d", key);
            let text = saga_id_text(&saga);
            let key = IdempotencyKey { saga, step: "s".into(), purpose: Purpose::Forward, round: Round(1) };
            prop_assert_eq!(key.to_string(), format!("{text}/s/forward/1"));
        }
    }

    #[test]
    fn other_text_is_no_saga_id() {
        for text in ["", "/", "a", "a/", "/b", "a/b/c"] {
            assert_eq!(parse_saga_id(text), None, "{text}");
        }
    }
}
