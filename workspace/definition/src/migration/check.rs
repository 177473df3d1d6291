//! Whether a plan fits the two versions.

use palinode_core::{Action, Plan, RecordName, StepPlan};

use super::{MigrationPlan, defaults, read::Field};
use crate::{
    Code, Definition, Diagnostic, Diagnostics,
    source::{At, Report},
    suggest::nearest_or_all,
};

impl MigrationPlan {
    /// Everything in the plan that does not fit the two versions and the schemas, in the order of the file. `newest` gives
    /// the text of the newest schema of a record.
    pub fn check(
        &self,
        from: &Plan,
        to: &Definition,
        newest: &dyn Fn(&RecordName) -> Option<String>,
    ) -> Vec<Diagnostic> {
        let mut report = Report::new(&self.source);
        for plan in [from, &to.plan] {
            if plan.name != self.definition {
                let message = format!("the plan is for '{}', and not for '{}'", self.definition, plan.name);
                report.error(Code::BadValue, self.definition_span, message);
            }
        }
        self.renames(from, &to.plan, &mut report);
        self.fields(&self.start, &to.plan.started_by.record, newest, &mut report);
        for (step, fields) in &self.steps {
            self.new_step((step, fields), from, to, newest, &mut report);
        }
        Diagnostics::new(report.into_found()).into_iter().collect()
    }

    fn renames(&self, from: &Plan, to: &Plan, report: &mut Report<'_>) {
        for (number, (was, is)) in self.renames.iter().enumerate() {
            known(was, from, report);
            known(is, to, report);
            let twice = self.renames[..number].iter().any(|(_, other)| other.value == is.value);
            let is_renamed = self.renames.iter().any(|(other, _)| other.value == is.value);
            if twice || step(from, &is.value).is_some() && !is_renamed {
                let message = format!("two steps of version {} would become '{}'", self.from, is.value);
                report.error(Code::NamedTwice, is.span, message);
            }
        }
    }

    /// A step that may be passed over is new, and of what comes of it every field that is looked at has a value.
    fn new_step(
        &self,
        (name, fields): (&At<String>, &[Field]),
        from: &Plan,
        to: &Definition,
        newest: &dyn Fn(&RecordName) -> Option<String>,
        report: &mut Report<'_>,
    ) {
        let Some(new) = known(name, &to.plan, report) else {
            return;
        };
        let migration = self.migration();
        let is_old = from
            .steps
            .iter()
            .any(|old| migration.name_of(&old.name).as_str() == name.value);
        if is_old {
            let message = format!("the step '{}' is not new in version {}", name.value, self.to);
            report.error(Code::BadValue, name.span, message);
            return;
        }
        let record = match &new.action {
            Action::Command { replies, .. } => {
                self.fields(fields, &replies.succeeded, newest, report);
                &replies.succeeded
            }
            _ => {
                for (field, _) in fields {
                    let message = format!("the step '{}' has no reply whose fields could have a value", name.value);
                    report.error(Code::UnknownField, field.span, message);
                }
                // An event that is known by another key is read for that key, whether its step is passed over or not.
                match new.event() {
                    Some(event) if new.event_key().is_none() => &event.record,
                    _ => return,
                }
            }
        };
        for missing in self.unfit_without(to, record, newest) {
            let message = format!(
                "version {} does not fit sagas in which '{}' is passed over: {} ({}:{})",
                self.to, name.value, missing.message, missing.location.line, missing.location.column
            );
            report.error(Code::UnknownField, name.span, message);
        }
    }

    fn fields(
        &self,
        fields: &[Field],
        record: &RecordName,
        newest: &dyn Fn(&RecordName) -> Option<String>,
        report: &mut Report<'_>,
    ) {
        if fields.is_empty() {
            return;
        }
        let schema = newest(record).and_then(|text| defaults::RecordSchema::parse(&text));
        for (name, value) in fields {
            let Some(schema) = &schema else {
                report.error(Code::UnknownRecord, name.span, format!("'{record}' has no schema"));
                continue;
            };
            match schema.field(&name.value) {
                None => {
                    let message = format!("'{record}' has no field '{}'", name.value);
                    report.push(
                        Code::UnknownField,
                        name.span,
                        message,
                        nearest_or_all(&name.value, schema.names()),
                    );
                }
                Some(field) if !schema.takes(field, &value.value) => {
                    let message = format!("the field '{}' of '{record}' cannot have this value", name.value);
                    report.error(Code::WrongType, value.span, message);
                }
                Some(_) => {}
            }
        }
    }
}

fn step<'p>(plan: &'p Plan, name: &str) -> Option<&'p StepPlan> {
    plan.steps.iter().find(|step| step.name.as_str() == name)
}

fn known<'p>(name: &At<String>, plan: &'p Plan, report: &mut Report<'_>) -> Option<&'p StepPlan> {
    let found = step(plan, &name.value);
    if found.is_none() {
        let message = format!("version {} has no step '{}'", plan.version, name.value);
        let names = plan.steps.iter().map(|step| step.name.as_str());
        report.push(
            Code::UnknownStep,
            name.span,
            message,
            nearest_or_all(&name.value, names),
        );
    }
    found
}
