//! Whether the other version fits what sagas hold: payloads that were written with the schemas of their time.

use palinode_core::RecordName;

use super::{MigrationPlan, defaults::RecordSchema, read::Field};
use crate::{Definition, Diagnostic, check_schemas};

impl MigrationPlan {
    /// Everything in `to` that does not fit a saga whose payload of the type `record` was written with the schema `writer`.
    /// What the plan gives a value counts as being there. `newest` gives the text of the newest schema of a record.
    pub fn check_written(
        &self,
        to: &Definition,
        record: &RecordName,
        writer: &str,
        newest: &dyn Fn(&RecordName) -> Option<String>,
    ) -> Vec<Diagnostic> {
        let schema = match (*record == to.plan.started_by.record, RecordSchema::parse(writer)) {
            (true, Some(schema)) => with_defaults(schema, &self.start, record, newest),
            _ => writer.to_owned(),
        };
        unfit(to, record, &schema, newest)
    }

    /// Everything in `to` that does not fit a saga in which a new step was passed over, whose reply or event is of the type
    /// `record`: of it there is nothing but what the plan gives a value.
    pub(super) fn unfit_without(
        &self,
        to: &Definition,
        record: &RecordName,
        newest: &dyn Fn(&RecordName) -> Option<String>,
    ) -> Vec<Diagnostic> {
        let of_it =
            |step: &&palinode_core::StepPlan| step.replies().is_some_and(|replies| replies.succeeded == *record);
        let names: Vec<&str> = to
            .plan
            .steps
            .iter()
            .filter(of_it)
            .map(|step| step.name.as_str())
            .collect();
        let fields = self
            .steps
            .iter()
            .filter(|(step, _)| names.contains(&step.value.as_str()));
        let fields: Vec<Field> = fields.flat_map(|(_, fields)| fields.iter().cloned()).collect();
        let schema = with_defaults(RecordSchema::empty(record.as_str()), &fields, record, newest);
        unfit(to, record, &schema, newest)
    }
}

/// The schema with the fields that have a value, as the newest schema has them.
fn with_defaults(
    mut schema: RecordSchema,
    fields: &[Field],
    record: &RecordName,
    newest: &dyn Fn(&RecordName) -> Option<String>,
) -> String {
    if let Some(newest) = newest(record).and_then(|text| RecordSchema::parse(&text)) {
        for field in fields.iter().filter_map(|(name, _)| newest.field(&name.value)) {
            schema.add(field);
        }
    }
    schema.text()
}

fn unfit(
    to: &Definition,
    record: &RecordName,
    schema: &str,
    newest: &dyn Fn(&RecordName) -> Option<String>,
) -> Vec<Diagnostic> {
    check_schemas(to, &|other| {
        if other == record {
            Some(schema.to_owned())
        } else {
            newest(other)
        }
    })
}
