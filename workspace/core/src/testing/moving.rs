//! Random sagas that are moved to a version with one more step, wherever they are.

use proptest::{
    collection::vec,
    prelude::{ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, proptest},
    sample::Index,
};

use crate::{Input, Migration, Plan, RequestStatus, Saga, migrated};

use super::{
    StepBuilder, Story, plan,
    properties::{Kind, any_kind, any_move, any_step, heal, play, special},
    step,
};

const STEPS_MAX: usize = 5;

impl Plan {
    /// As another version.
    pub(crate) fn of_version(mut self, version: u32) -> Self {
        self.version = version;
        self
    }
}

impl StepBuilder {
    /// With steps that stand one place further on, from the place `from` on.
    fn shifted(mut self, from: usize) -> Self {
        for step in self.after.iter_mut().chain(&mut self.unless) {
            *step += u16::from(usize::from(*step) >= from);
        }
        self
    }

    /// After one more step.
    fn also_after(mut self, step: usize) -> Self {
        self.after.extend(u16::try_from(step));
        self
    }
}

/// A lock that is held to the end of the saga: to which step it is held says a place, which moves.
fn held_to_the_end(kind: Kind) -> Kind {
    match kind {
        Kind::Lock(fails, _) => Kind::Lock(fails, false),
        other => other,
    }
}

/// A plan and another one that has a step more somewhere, each with the way to make it.
#[derive(Clone, Debug)]
struct Two {
    steps: Vec<StepBuilder>,
    at: usize,
    new: StepBuilder,
    /// Which of the steps behind the new one come after it.
    behind: Vec<bool>,
}

impl Two {
    fn before(&self) -> Plan {
        plan(self.steps.clone())
    }

    fn after(&self) -> Plan {
        let behind = self.behind.iter().copied().chain(std::iter::repeat(false));
        let kept = self.steps.iter().cloned().zip(behind).enumerate();
        let mut steps: Vec<StepBuilder> = kept
            .map(|(number, (step, is_behind))| {
                let step = step.shifted(self.at);
                if is_behind && number >= self.at {
                    step.also_after(self.at)
                } else {
                    step
                }
            })
            .collect();
        steps.insert(self.at, self.new.clone());
        plan(steps).of_version(2)
    }
}

fn any_two() -> impl Strategy<Value = Two> {
    let any_steps = vec(
        (vec(any::<bool>(), STEPS_MAX), any::<[bool; 3]>(), 1u32..4, any_kind()),
        1..=STEPS_MAX,
    );
    (
        any_steps,
        any::<Index>(),
        vec(any::<bool>(), STEPS_MAX),
        vec(any::<bool>(), STEPS_MAX),
    )
        .prop_map(|(steps, at, before, behind)| {
            let at = at.index(steps.len() + 1);
            let steps = steps.iter().enumerate().map(|(at, (after, flags, attempts, kind))| {
                special(any_step(at, after, *flags, *attempts), at, 0, held_to_the_end(*kind))
            });
            let before: Vec<u16> = (0u16..)
                .zip(&before[..at])
                .filter(|(_, named)| **named)
                .map(|(at, _)| at)
                .collect();
            Two {
                steps: steps.collect(),
                at,
                new: step("new").after(&before).compensated(),
                behind,
            }
        })
}

fn is_settled_before_what_was_begun(story: &Story) -> bool {
    let state = story.state();
    let plan = &story.plan;
    plan.step_indexes().all(|step| {
        let begun = state.step(step).forward.status != RequestStatus::NotRequested;
        !begun
            || plan
                .step(step)
                .after
                .iter()
                .all(|before| state.step(*before).forward.is_settled())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// A saga that cannot move stays untouched; one that moves has a state of the new version. Both end.
    #[test]
    fn a_saga_moves_into_a_state_of_the_other_version_or_stays_untouched(
        two in any_two(),
        moves in vec(any_move(), 0..25),
        may_pass_over in any::<bool>(),
    ) {
        let passed_over = if may_pass_over { vec!["new".into()] } else { Vec::new() };
        let migration = Migration { from: 1, to: 2, renames: Vec::new(), passed_over, defaults: Vec::new() };
        let mut story = play(two.before(), &moves);
        let untouched = story.saga.clone();
        if let Ok(moved) = migrated(&story.plan, &two.after(), story.saga.as_ref(), &migration) {
            // Of what the migration itself does, without what follows it.
            let mut alone = play(two.before(), &moves);
            let by = "ann".into();
            alone.migrate_held(two.after(), &Input::Migrate { migration: moved.into(), by });
            prop_assert!(is_settled_before_what_was_begun(&alone));
            prop_assert!(story.migrate(two.after(), &migration).is_ok());
        } else {
            prop_assert!(story.migrate(two.after(), &migration).is_err());
            prop_assert_eq!(&story.saga, &untouched);
        }
        heal(&mut story);
        prop_assert!(matches!(story.saga, Some(Saga::Closed(_))));
    }

    /// Whatever was begun: the way back leads to the very state before.
    #[test]
    fn a_migration_that_is_taken_back_leaves_no_trace(two in any_two(), moves in vec(any_move(), 0..25)) {
        let migration = Migration {
            from: 1,
            to: 2,
            renames: Vec::new(),
            passed_over: vec!["new".into()],
            defaults: Vec::new(),
        };
        let mut story = play(two.before(), &moves);
        let before = story.saga.clone();
        if story.migrate(two.after(), &migration).is_ok() && story.undo_migration(two.before()).is_ok() {
            let (Some(Saga::Open(mut before)), after) = (before, story.state().clone()) else {
                panic!("it was open")
            };
            (before.sequence, before.changed_at) = (after.sequence, after.changed_at);
            prop_assert_eq!(*before, after);
            heal(&mut story);
        }
    }
}
