//! Nothing grows without bounds.

use super::{Check, Found, Scene};

/// No buffer of a task ever held more than its limit.
pub(super) struct Buffers;

impl Check for Buffers {
    fn name(&self) -> &'static str {
        "buffers"
    }

    fn law(&self) -> &'static str {
        "No buffer of a task ever holds more than its limit."
    }

    fn check(&self, scene: &Scene<'_>, found: &mut Found) {
        for (buffer, (most, limit)) in &scene.remains.buffers {
            if most > limit {
                found.add(format!("{buffer} held {most}, and may hold {limit}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Buffers;
    use crate::checks::testing::Made;

    #[test]
    fn a_buffer_over_its_limit_is_found_and_a_full_one_is_right() {
        let mut made = Made::new(1);
        made.remains.buffers.insert("records of a poll", (500, 500));
        assert_eq!(made.findings(&Buffers), Vec::<String>::new());
        made.remains.buffers.insert("records of a poll", (501, 500));
        assert_eq!(
            made.findings(&Buffers),
            ["records of a poll held 501, and may hold 500"]
        );
    }
}
