//! The shop of these scenarios.

use super::{cancelled, copies, early, endings, forwarded, poison, told, traced};
use crate::support::{Audit, Ground, Run, Scenario, World};

const SCENARIOS: [Scenario; 12] = [
    ("an order is shipped and charged", endings::shipped),
    ("a refused payment gives the stock back", endings::payment_refused),
    ("missing stock gives the money back", endings::stock_missing),
    (
        "what cannot be packed gives money and stock back",
        endings::packing_failed,
    ),
    ("a refused shipment is taken back in reverse", endings::shipment_refused),
    ("a copy of every message changes nothing", copies::after_the_end),
    ("messages that come twice at once change nothing", copies::under_way),
    ("a reply to nobody is refused and harms nobody", early::before_the_start),
    (
        "an order that was cancelled before its start never begins",
        cancelled::before_the_start,
    ),
    ("an order that has ended cannot be cancelled", cancelled::after_the_end),
    (
        "a message on a wrong partition is forwarded",
        forwarded::to_its_partition,
    ),
    ("one order is followed by its ids everywhere", traced::everywhere),
];

const TOLD: &str = "customers are told once";
pub(crate) const POISON: &str = "poison becomes dead letters and stops nobody";

/// Plays the scenarios.
pub(crate) fn play(run: &mut Run, ground: &Ground) {
    let names: Vec<_> = SCENARIOS.iter().map(|(name, _)| *name).chain([TOLD, POISON]).collect();
    if !run.wants(&names) {
        return;
    }
    let world = World::start(ground, "orders", |settings| {
        settings.partitions = 4;
        settings.log = "info,palinode_engine=debug,palinode_participant=debug".into();
        for article in endings::ARTICLES {
            settings.stock.insert(article.into(), endings::PIECES);
        }
        settings
            .orchestrator
            .insert("engine.schema_wait_seconds".into(), "2".into());
    });
    run.together(&world, &SCENARIOS);
    run.alone(TOLD, || told::once(&world));
    run.alone(POISON, || poison::dead_letters(&world));
    run.always("orders: the audit passes", || {
        world.audit(Audit::EndedWithCopies);
    });
}
