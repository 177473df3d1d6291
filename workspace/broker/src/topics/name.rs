//! Names of topics.

/// The longest name of a topic, in bytes, as in Kafka (file names end there).
const NAME_BYTES_MAX: usize = 249;

/// Topics that belong to the broker itself; clients see that by a flag.
pub(crate) const INTERNAL: [&str; 2] = ["__consumer_offsets", "__transaction_state"];

/// Whether a topic belongs to the broker itself.
pub(crate) fn is_internal(name: &str) -> bool {
    INTERNAL.contains(&name)
}

/// What is wrong with a name; none when a topic may have it.
pub(crate) fn fault(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("a topic's name cannot be empty".to_owned());
    }
    if name == "." || name == ".." {
        return Some("a topic cannot be called '.' or '..'".to_owned());
    }
    if name.len() > NAME_BYTES_MAX {
        return Some(format!(
            "a topic's name cannot be longer than {NAME_BYTES_MAX} characters"
        ));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if !name.chars().all(allowed) {
        return Some("a topic's name may hold ASCII letters, digits, '.', '_' and '-' only".to_owned());
    }
    None
}

/// A name in which '.' and '_' are one: two topics may not differ by those alone, as in Kafka, whose metric names cannot
/// tell them apart.
pub(crate) fn collision_key(name: &str) -> String {
    name.replace('.', "_")
}
