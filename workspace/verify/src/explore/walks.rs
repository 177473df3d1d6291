//! Long random walks through the world as it is, with its numbers: each state that they pass is one that was explored.
//!
//! So the form in which states are compared forgets nothing that decides anything, and the reduction aside nothing is left
//! out.

use palinode_core::Plan;

use super::{explore, reduction::outcomes};
use crate::{
    Production, Settings,
    world::{Style, Taker, World, canonical, moves, with_distinct_attempts, without_content},
};

const WALKS: usize = 300;
const STEPS: usize = 60;

const STEPS_OF_EVERY_KIND: &str = r#"
  - id: approval
    decision: { question: Shall it be?, options: { yes: succeed, no: fail }, deadline: 1h, default: yes }
  - id: hotel
    after: [approval]
    forEach: { items: start.stays, parallel: 2, max: 2 }
    command: { topic: hotel.commands, message: t.Book, fields: {} }
    replies: { topic: hotel.events, succeeded: t.Booked, failed: t.Refused }
    retry: { attempts: 2, when: "reply.code == 'BUSY'" }
    compensation: { command: { message: t.Cancel, fields: {} }, replies: { succeeded: t.Cancelled }, retry: { attempts: 2 } }
  - id: seat
    after: [approval]
    lock: { key: start.seat, timeout: 1m, onTimeout: continue }
  - id: passport
    when: start.abroad
    wait: { event: t.PassportArrived, topic: passports, timeout: 1d, onTimeout: continue }
"#;

const PIVOT_AND_MORE: &str = r#"
  - id: payment
    command: { topic: payment.commands, message: t.Pay, fields: {} }
    replies: { topic: payment.events, succeeded: t.Paid, failed: t.NotPaid }
    retry: { attempts: 2, when: "reply.code == 'BUSY'" }
    deadline: 10m
    onExhausted: suspend
    compensation:
      command: { message: t.Refund, fields: {} }
      replies: { succeeded: t.Refunded, failed: t.NotRefunded }
      retry: { attempts: 2, when: "reply.code == 'BUSY'" }
  - id: insurance
    command: { topic: insurance.commands, message: t.Insure, fields: {} }
    replies: { topic: insurance.events, succeeded: t.Insured }
    retry: { attempts: 2 }
    onExhausted: continue
  - id: ticket
    after: [payment, insurance]
    pivot: true
    command: { topic: ticket.commands, message: t.Issue, fields: {} }
    replies: { topic: ticket.events, succeeded: t.Issued, failed: t.NotIssued }
    retry: { attempts: 2 }
"#;

fn plan(steps: &str, style: Style) -> Plan {
    let head = "apiVersion: palinode/v1\nsaga: test\nversion: 1\nowner: test\nstartedBy: { event: t.Start, topic: starts \
                }\ncancelledBy: { event: t.Cancel, topic: wishes }\ndeadline: 30d\nsteps:";
    let plan = palinode_definition::read("test.yaml", &format!("{head}{steps}")).unwrap();
    with_distinct_attempts(without_content(plan), style)
}

/// A generator of numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

#[test]
fn a_walk_passes_only_states_that_were_explored() {
    for steps in [STEPS_OF_EVERY_KIND, PIVOT_AND_MORE] {
        for style in [Style::Headers, Style::Plain] {
            let plan = plan(steps, style);
            let settings = Settings {
                reduced: false,
                ..Settings::default()
            };
            let search = explore(&Production, &plan, style, settings);
            assert!(search.explored.is_complete);
            let taker = Taker::new(&Production, &plan);
            let mut numbers = Numbers(1);
            for _ in 0..WALKS {
                let mut world = World::new(&plan, style);
                let mut walked = Vec::new();
                for _ in 0..STEPS {
                    let mut possible = Vec::new();
                    moves(&plan, &world, &mut possible);
                    let made = possible[numbers.below(possible.len())];
                    let mut led = outcomes(&taker, &world, made);
                    let (made, taken) = led.swap_remove(numbers.below(led.len()));
                    walked.push(made);
                    assert!(
                        taken
                            .broken
                            .iter()
                            .all(|broken| broken.rule.severity() == crate::Severity::Warning)
                    );
                    world = taken.world;
                    let mut compared = world.clone();
                    canonical(&plan, &mut compared);
                    assert!(
                        search.number_of(&compared).is_some(),
                        "{walked:?} leads to {compared:?}"
                    );
                }
            }
        }
    }
}
