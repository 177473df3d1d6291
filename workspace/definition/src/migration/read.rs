//! The text of a plan into what it says.

use palinode_core::{DefaultValue, DefinitionName, FieldDefault, Migration, Rename, StepName};

use crate::{
    Code, Diagnostics,
    limits::DEFINITION_BYTES_MAX,
    source::{At, Report, Source, Span},
    suggest::nearest_or_all,
    yaml::{self, Kind, Node},
};

const LANGUAGE: &str = "palinode/v1";
const KEYS: [&str; 6] = ["apiVersion", "migration", "from", "to", "steps", "defaults"];

/// A plan that was read. Whether it fits the two versions says [`MigrationPlan::check`].
#[derive(Debug)]
pub struct MigrationPlan {
    /// The definition whose sagas move.
    pub definition: DefinitionName,
    /// The version that they follow.
    pub from: u32,
    /// The version that they go on with.
    pub to: u32,
    pub(super) definition_span: Span,
    pub(super) renames: Vec<(At<String>, At<String>)>,
    pub(super) start: Vec<Field>,
    pub(super) steps: Vec<(At<String>, Vec<Field>)>,
    pub(super) source: Source,
}

/// A field and its value.
pub(super) type Field = (At<String>, At<DefaultValue>);

impl MigrationPlan {
    /// Reads `text`. `file_name` stands in front of every diagnostic and is not opened.
    ///
    /// # Errors
    /// Everything that is wrong with its form.
    pub fn read(file_name: &str, text: &str) -> Result<Self, Diagnostics> {
        let source = Source::new(file_name, text);
        let mut report = Report::new(&source);
        let plan = if text.len() > DEFINITION_BYTES_MAX {
            let message = format!("the plan has {} bytes, more than {DEFINITION_BYTES_MAX}", text.len());
            report.error(Code::LimitExceeded, Span::START, message);
            None
        } else {
            yaml::parse(text, &mut report).and_then(|node| plan(&node, &source, &mut report))
        };
        let found = report.into_found();
        match plan {
            Some(plan) if found.is_empty() => Ok(plan),
            _ => {
                assert!(!found.is_empty(), "what cannot be read has a diagnostic");
                Err(Diagnostics::new(found))
            }
        }
    }

    /// What the core takes.
    pub fn migration(&self) -> Migration {
        let default = |within: String, (name, value): &Field| FieldDefault {
            path: format!("{within}.{}", name.value).into(),
            value: value.value.clone(),
        };
        let start = self.start.iter().map(|field| default("start".into(), field));
        let steps = self.steps.iter().flat_map(|(step, fields)| {
            fields
                .iter()
                .map(move |field| default(format!("steps.{}.reply", step.value), field))
        });
        Migration {
            from: self.from,
            to: self.to,
            renames: self
                .renames
                .iter()
                .map(|(was, is)| Rename {
                    was: name(was),
                    is: name(is),
                })
                .collect(),
            passed_over: self.steps.iter().map(|(step, _)| name(step)).collect(),
            defaults: start.chain(steps).collect(),
        }
    }
}

fn name(name: &At<String>) -> StepName {
    name.value.as_str().into()
}

fn plan(node: &Node, source: &Source, report: &mut Report<'_>) -> Option<MigrationPlan> {
    let entries = mapping(node, "a plan of a migration", &KEYS, report)?;
    let needed = |key: &str, report: &mut Report<'_>| {
        let found = entries.iter().find(|(name, _)| name.value == key).map(|(_, node)| node);
        if found.is_none() {
            report.error(
                Code::MissingKey,
                node.span,
                format!("a plan of a migration needs the key '{key}'"),
            );
        }
        found
    };
    if let Some(language) = needed("apiVersion", report).and_then(|node| node.text(report))
        && language.value != LANGUAGE
    {
        let message = format!("the apiVersion '{}' is not known here; '{LANGUAGE}' is", language.value);
        report.error(Code::UnknownApiVersion, language.span, message);
    }
    let definition = needed("migration", report).and_then(|node| node.text(report));
    let mut version = |key| needed(key, report).and_then(|node| node.count(i32::MAX.unsigned_abs(), report));
    let (from, to) = (version("from"), version("to"));
    if let (Some(from), Some(to)) = (&from, &to)
        && from.value == to.value
    {
        report.error(
            Code::BadValue,
            to.span,
            "sagas move to another version than the one that they follow",
        );
    }
    let optional = |key: &str| entries.iter().find(|(name, _)| name.value == key).map(|(_, node)| node);
    let renames = optional("steps").map_or(Some(Vec::new()), |node| renames(node, report));
    let (start, steps) = optional("defaults").map_or(Some(Defaults::default()), |node| defaults(node, report))?;
    let definition = definition?;
    Some(MigrationPlan {
        definition: definition.value.as_str().into(),
        definition_span: definition.span,
        from: from?.value,
        to: to?.value,
        renames: renames?,
        start,
        steps,
        source: source.clone(),
    })
}

type Defaults = (Vec<Field>, Vec<(At<String>, Vec<Field>)>);

fn renames(node: &Node, report: &mut Report<'_>) -> Option<Vec<(At<String>, At<String>)>> {
    let entries = any_mapping(node, "a mapping from steps to steps", report)?;
    let text = |(was, is): &(At<String>, Node)| Some((was.clone(), is.text(report)?));
    Some(entries.iter().filter_map(text).collect())
}

fn defaults(node: &Node, report: &mut Report<'_>) -> Option<Defaults> {
    let mut found = Defaults::default();
    for (key, node) in mapping(node, "what stands in", &["start", "steps"], report)? {
        if key.value == "start" {
            found.0 = fields(node, report)?;
            continue;
        }
        for (step, node) in any_mapping(node, "a mapping from new steps to fields", report)? {
            found.1.push((step.clone(), fields(node, report)?));
        }
    }
    Some(found)
}

fn fields(node: &Node, report: &mut Report<'_>) -> Option<Vec<Field>> {
    let entries = any_mapping(node, "a mapping from fields to values", report)?;
    let mut fields = Vec::with_capacity(entries.len());
    for (name, node) in entries {
        let value = match &node.kind {
            Kind::Nothing => DefaultValue::Null,
            Kind::Boolean(value) => DefaultValue::Boolean(*value),
            Kind::Integer(number) if i64::try_from(*number).is_ok() => {
                DefaultValue::Long(i64::try_from(*number).unwrap_or_default())
            }
            Kind::Text(text) => DefaultValue::String(text.as_str().into()),
            _ => {
                node.expected("text, a whole number, true, false or nothing", report);
                continue;
            }
        };
        fields.push((name.clone(), At::new(value, node.span)));
    }
    Some(fields)
}

fn any_mapping<'a>(node: &'a Node, what: &str, report: &mut Report<'_>) -> Option<&'a [(At<String>, Node)]> {
    let Kind::Mapping(entries) = &node.kind else {
        node.expected(what, report);
        return None;
    };
    Some(entries)
}

fn mapping<'a>(node: &'a Node, what: &str, keys: &[&str], report: &mut Report<'_>) -> Option<&'a [(At<String>, Node)]> {
    let entries = any_mapping(node, what, report)?;
    for (key, _) in entries {
        if !keys.contains(&key.value.as_str()) {
            let message = format!("{what} has no key '{}'", key.value);
            let hint = nearest_or_all(&key.value, keys.iter().copied());
            report.push(Code::UnknownKey, key.span, message, hint);
        }
    }
    Some(entries)
}
