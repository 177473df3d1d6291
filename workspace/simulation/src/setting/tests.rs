//! Every world has something to run.

use palinode_core::RecordName;
use palinode_definition::{Definition, check_schemas};

use super::{Setting, texts};
use crate::plan::{Definitions, WorldPlan};

fn plan(definitions: Definitions) -> WorldPlan {
    let drawn = (0..).map(WorldPlan::draw);
    let mut of_kind = drawn.filter(|plan| plan.definitions == definitions);
    of_kind.next().expect("seeds do not end")
}

#[test]
fn all_definitions_can_be_run_and_fit_their_schemas() {
    for definitions in Definitions::ALL {
        let setting = Setting::new(&plan(definitions));
        let runnable = setting.deployment(false).definitions;
        for (plan, text) in setting.plans().iter().zip(texts::versions(definitions)) {
            assert_eq!(runnable.unready(&plan.name, plan.version), None, "{definitions:?}");
            let read = Definition::read("simulation.yaml", text).unwrap();
            let registry = setting.registry();
            let schema = |record: &RecordName| {
                let id = registry.id_of(record.as_str())?;
                registry.text(id).map(ToString::to_string)
            };
            let found = check_schemas(&read, &schema);
            assert!(found.is_empty(), "{definitions:?}: {found:?}");
        }
    }
}

#[test]
fn an_old_node_runs_all_but_the_newest_of_several_versions() {
    let setting = Setting::new(&plan(Definitions::TwoVersions));
    let old = setting.deployment(true).definitions;
    let unready: Vec<bool> = setting
        .plans()
        .iter()
        .map(|plan| old.unready(&plan.name, plan.version).is_some())
        .collect();
    assert_eq!(unready, [false, true]);
}

#[test]
fn all_topics_that_are_read_or_written_exist() {
    for definitions in Definitions::ALL {
        let setting = Setting::new(&plan(definitions));
        let runnable = setting.deployment(false).definitions;
        let exists = |name: &str| setting.topics().iter().any(|topic| topic.name == name);
        for topic in runnable.input_topics().iter().chain(&runnable.output_topics()) {
            assert!(exists(topic), "{topic}");
        }
        let inputs = setting.deployment(false).input_partitions;
        assert!(
            inputs
                .iter()
                .all(|(topic, count)| setting.partitions_of(topic) == *count)
        );
    }
}

#[test]
fn poison_that_is_a_good_record_stands_where_it_means_something() {
    for definitions in Definitions::ALL {
        let inputs = Setting::new(&plan(definitions)).inputs();
        assert_eq!(&*inputs[crate::plan::REQUESTS], "orders.requests", "{definitions:?}");
    }
}
