//! Whether what is published fits what is published already: sub-sagas begin by the event that their definition names, and
//! no definition leads back to itself.

use std::collections::BTreeMap;

use palinode_core::DefinitionName;
use palinode_definition::{Definition, Diagnostic, check_sub_sagas};
use palinode_server::{Publication, Published};

/// What would not fit any more once `new`, each from its file, is published. Of each definition the version counts that
/// new sagas will follow: sagas of an older one may still ask for what was there before, and are refused then.
pub(super) fn misfits<'a>(
    published: &Published,
    new: impl Iterator<Item = (&'a String, &'a Publication)>,
) -> Vec<Diagnostic> {
    let in_force = published.values().filter(|record| record.retired_at.is_none());
    let in_force = in_force.filter_map(|record| Definition::read(&record.key(), &record.text).ok());
    let new = new.filter_map(|(file, publication)| Definition::read(file, &publication.text).ok());
    let mut newest: BTreeMap<DefinitionName, Definition> = BTreeMap::new();
    for definition in in_force.chain(new) {
        let name = definition.plan.name.clone();
        if newest
            .get(&name)
            .is_none_or(|known| known.plan.version <= definition.plan.version)
        {
            newest.insert(name, definition);
        }
    }
    check_sub_sagas(&newest.into_values().collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use palinode_core::Timestamp;
    use palinode_wire::definition::DefinitionRecord;

    use super::*;

    fn publication(text: &str) -> Publication {
        Publication {
            plan: Arc::new(palinode_definition::read("test.yaml", text).unwrap()),
            text: text.into(),
            by: "ada".into(),
            at: Timestamp(1),
        }
    }

    /// A definition started by `event`; it waits.
    fn waiting(name: &str, version: u32, event: &str) -> String {
        format!("{}  - id: rest\n    wait: {{ for: 1s }}\n", head(name, version, event))
    }

    /// A definition started by `event`, with a step that asks for `asks` by `by`.
    fn asking(name: &str, version: u32, event: &str, (asks, by): (&str, &str)) -> String {
        let start = format!("{{ message: {by}, fields: {{ id: start.id }} }}");
        let step = format!("saga: {{ definition: {asks}, key: start.id, start: {start} }}");
        format!("{}  - id: other\n    {step}\n", head(name, version, event))
    }

    fn head(name: &str, version: u32, event: &str) -> String {
        format!(
            "apiVersion: palinode/v1\nsaga: {name}\nversion: {version}\nowner: shop-team\n\
             startedBy: {{ event: {event}, topic: in }}\nsteps:\n"
        )
    }

    fn published(texts: &[(&str, bool)]) -> Published {
        let record = |(text, is_retired): &(&str, bool)| {
            let Publication { plan, text, by, at } = publication(text);
            let record = DefinitionRecord {
                definition: plan.name.clone(),
                version: plan.version,
                hash: Arc::clone(&plan.hash),
                owner: Arc::clone(&plan.owner),
                text: text.into(),
                published_at: at,
                published_by: by,
                retired_at: is_retired.then_some(at),
                retired_by: None,
            };
            ((record.definition.clone(), record.version), record)
        };
        texts.iter().map(record).collect()
    }

    /// What is wrong when `new` is published beside `before`: the files, and what they are told.
    fn found(before: &[(&str, bool)], new: &[&str]) -> Vec<String> {
        let publications: Vec<Publication> = new.iter().map(|text| publication(text)).collect();
        let files: Vec<String> = (0..new.len()).map(|at| format!("new-{at}.yaml")).collect();
        let found = misfits(&published(before), files.iter().zip(&publications));
        found
            .iter()
            .map(|one| format!("{}: {}", one.file, one.message))
            .collect()
    }

    #[test]
    fn a_sub_saga_that_begins_by_another_event_than_published_is_refused() {
        let stay = waiting("stay", 1, "shop.Stay");
        let trip = asking("trip", 1, "shop.Trip", ("stay", "shop.Bed"));
        assert_eq!(
            found(&[(&stay, false)], &[&trip]),
            ["new-0.yaml: the definition 'stay' is started by shop.Stay"]
        );
        assert!(found(&[], &[&trip]).is_empty(), "what is not known is not judged");
        let trip = asking("trip", 1, "shop.Trip", ("stay", "shop.Stay"));
        assert!(found(&[(&stay, false)], &[&trip]).is_empty());
    }

    #[test]
    fn a_new_version_that_leaves_those_that_ask_for_it_behind_is_refused_unless_they_come_with_it() {
        let stay = waiting("stay", 1, "shop.Stay");
        let trip = asking("trip", 1, "shop.Trip", ("stay", "shop.Stay"));
        let before = [(&*stay, false), (&*trip, false)];
        let other = waiting("stay", 2, "shop.Bed");
        assert_eq!(
            found(&before, &[&other]),
            ["trip/1: the definition 'stay' is started by shop.Bed"]
        );
        let with_it = asking("trip", 2, "shop.Trip", ("stay", "shop.Bed"));
        assert!(found(&before, &[&other, &with_it]).is_empty());
        let retired = [(&*stay, false), (&*trip, true)];
        assert!(found(&retired, &[&other]).is_empty(), "nothing new follows it");
    }

    #[test]
    fn a_definition_that_leads_back_to_itself_by_what_is_published_is_refused() {
        let trip = asking("trip", 1, "shop.Trip", ("stay", "shop.Stay"));
        let stay = asking("stay", 1, "shop.Stay", ("trip", "shop.Trip"));
        let found = found(&[(&trip, false)], &[&stay]);
        assert!(
            found.contains(&"new-0.yaml: the definitions ask for each other: stay → trip → stay".into()),
            "{found:?}"
        );
    }
}
