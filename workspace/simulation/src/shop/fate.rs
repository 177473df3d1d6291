//! How a command is answered: the plan says how often what happens, and the command's id decides.

use crate::{Random, plan::Services};

/// The shortest and the longest time that a late answer takes: as long again as the time-outs of most steps together.
const LATE_MS: (i64, i64) = (12_000, 90_000);
/// The longest time that an answer takes after everything was healed.
const HEALED_DELAY_MS: i64 = 20;
/// How long after an answer its copy is written, at the longest.
const AGAIN_AFTER_MS: i64 = 4_000;

/// How a command is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fate {
    /// What the service makes of it.
    pub(super) manner: Manner,
    /// How long it takes until the service does it.
    pub(super) done_after_ms: i64,
    /// How long it takes until it says so, from then on.
    pub(super) told_after_ms: i64,
    /// How long after that it says so once more.
    pub(super) again_after_ms: Option<i64>,
    /// Whether the answer has no headers.
    pub(super) is_bare: bool,
    /// Whether it is done although it was taken back before it was.
    pub(super) slips_the_bar: bool,
    /// Whether something is said that nobody asked, beside.
    pub(super) unasked: Option<u64>,
}

/// What a service makes of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// It does what it can.
    Honest,
    /// It refuses for good.
    Refuses,
    /// It refuses in a way that may pass.
    Fails,
    /// It does it, and says nothing.
    DoesAndIsSilent,
    /// It does nothing and says nothing.
    IsSilent,
    /// It does nothing, and its answer is none.
    Wrong(u64),
}

impl Fate {
    /// That of the command of this id.
    pub(super) fn of(seed: u64, id: &str, services: &Services) -> Self {
        let mut random = Random::new(seed, id);
        let mut may = |percent: u8| random.chance(percent.into(), 100);
        let is_silent = may(services.silent_percent);
        let (is_wrong, is_refused) = (may(services.wrong_percent), may(services.refused_percent));
        let (is_failed, is_late) = (may(services.failed_percent), may(services.late_percent));
        let (is_twice, is_bare) = (may(services.twice_percent), may(services.bare_percent));
        let is_unasked = may(services.unasked_percent);
        let manner = match () {
            () if is_silent && random.chance(1, 2) => Manner::DoesAndIsSilent,
            () if is_silent => Manner::IsSilent,
            () if is_wrong => Manner::Wrong(random.below(u64::MAX)),
            () if is_refused => Manner::Refuses,
            () if is_failed => Manner::Fails,
            () => Manner::Honest,
        };
        let delay = match is_late {
            true => random.between(LATE_MS.0, LATE_MS.1),
            false => random.between(1, services.delay_up_to_ms.max(1)),
        };
        let done_after_ms = random.between(0, delay);
        Self {
            manner,
            done_after_ms,
            told_after_ms: delay - done_after_ms,
            again_after_ms: is_twice.then(|| random.between(0, AGAIN_AFTER_MS)),
            is_bare,
            slips_the_bar: is_late && !is_bare && random.chance(1, 2),
            unasked: is_unasked.then(|| random.below(u64::MAX)),
        }
    }

    /// After everything was healed.
    pub(super) fn healed(seed: u64, id: &str) -> Self {
        Self {
            manner: Manner::Honest,
            done_after_ms: Random::new(seed, id).between(0, HEALED_DELAY_MS),
            told_after_ms: 0,
            again_after_ms: None,
            is_bare: false,
            slips_the_bar: false,
            unasked: None,
        }
    }

    /// In words, for the history; nothing when there is nothing to say.
    pub(super) fn words(&self) -> String {
        let manner = match self.manner {
            Manner::Honest => "",
            Manner::Refuses => "will be refused",
            Manner::Fails => "will fail",
            Manner::DoesAndIsSilent => "will be done and not answered",
            Manner::IsSilent => "will be forgotten",
            Manner::Wrong(_) => "will be answered wrongly",
        };
        let late = match self.done_after_ms + self.told_after_ms {
            delay if delay >= LATE_MS.0 => "late",
            _ => "",
        };
        let all = [
            (manner, !manner.is_empty()),
            (late, !late.is_empty()),
            ("twice", self.again_after_ms.is_some()),
            ("without headers", self.is_bare),
            ("with something that nobody asked", self.unasked.is_some()),
        ];
        let words: Vec<_> = all.iter().filter(|(_, is)| *is).map(|(word, _)| *word).collect();
        words.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn services() -> Services {
        Services {
            delay_up_to_ms: 100,
            late_percent: 0,
            silent_percent: 0,
            twice_percent: 0,
            refused_percent: 0,
            failed_percent: 0,
            bare_percent: 0,
            unasked_percent: 0,
            wrong_percent: 0,
            read_uncommitted: false,
        }
    }

    #[test]
    fn good_services_answer_in_time_and_with_headers() {
        for number in 0..100 {
            let fate = Fate::of(1, &format!("c-{number}"), &services());
            assert_eq!((fate.manner, fate.is_bare), (Manner::Honest, false));
            assert!(fate.done_after_ms + fate.told_after_ms <= 100);
            assert_eq!(fate.words(), "");
        }
    }

    #[test]
    fn the_fate_of_a_command_follows_from_its_id_alone() {
        let wild = Services {
            silent_percent: 30,
            late_percent: 30,
            ..services()
        };
        let all = |seed| -> Vec<Fate> { (0..50).map(|id| Fate::of(seed, &id.to_string(), &wild)).collect() };
        assert_eq!(all(1), all(1));
        assert_ne!(all(1), all(2));
        let silent = |fate: &Fate| matches!(fate.manner, Manner::IsSilent | Manner::DoesAndIsSilent);
        assert!(all(1).iter().any(silent) && !all(1).iter().all(silent));
        assert!(all(1).iter().any(|fate| fate.words().contains("late")));
    }
}
