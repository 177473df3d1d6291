//! The name of a schema that is the same in every registry: the MD5 of its text and references, written as a UUID.

use md5::{Digest, Md5};

use crate::Submission;

/// The GUID of a schema, as Confluent's registry works it out. Metadata and rules, which would count too, are not kept
/// here.
pub(crate) fn guid(schema: &Submission) -> String {
    let mut digest = Md5::new();
    digest.update(&schema.text);
    for reference in &schema.references {
        digest.update(&reference.name);
        digest.update(&reference.subject);
        digest.update(reference.version.to_be_bytes());
    }
    let hex: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reference;

    #[test]
    fn the_guid_is_the_md5_of_text_and_references() {
        let plain = Submission::of("\"string\"");
        let mut referring = plain.clone();
        referring.references.push(Reference {
            name: "n".to_owned(),
            subject: "s".to_owned(),
            version: 1,
        });

        // printf '"string"' | md5sum
        assert_eq!(guid(&plain), "095d71cf-1255-6b9d-5e33-0ad575b3df5d");
        // printf '"string"ns\0\0\0\1' | md5sum
        assert_eq!(guid(&referring), "a7e3fe32-9bf9-b5f9-9d90-f62f838b5c93");
    }
}
