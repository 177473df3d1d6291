//! The check of one definition.

use std::{collections::BTreeSet, sync::Arc};

use palinode_core::{FieldName, MessagePlan, Plan, RecordName, StepIndex};

use super::{
    assign::misfit,
    avro::{Problem, Schemas},
    shape::{RecordShape, Shape},
};
use crate::{
    Code, Definition, Diagnostic, Diagnostics,
    expression::Reference,
    plan::{Expressed, FieldPlace, MessagePlace},
    source::{Report, Span},
    suggest::nearest_or_all,
};

/// Everything in `definition` that does not fit the schemas, in the order of the file.
///
/// `look_up` gives the text of a record's schema (Avro, JSON), by its full name. A schema may name the type of a field
/// without defining it; then it is looked up as well.
pub fn check_schemas(definition: &Definition, look_up: &dyn Fn(&RecordName) -> Option<String>) -> Vec<Diagnostic> {
    let mut checker = Checker {
        plan: &definition.plan,
        schemas: Schemas::new(look_up),
        told: BTreeSet::new(),
        report: Report::new(&definition.source),
    };
    let places = &definition.places;
    for record in &places.awaited {
        checker.record(&record.value, record.span);
    }
    for (message, place) in definition.plan.messages.iter().zip(&places.messages) {
        checker.message(message, place);
    }
    for field in &places.outcome {
        checker.paths(
            &field.expression,
            Around {
                certain: None,
                reply: None,
            },
        );
    }
    for (expression, reply) in &places.whens {
        checker.when(expression, reply);
    }
    Diagnostics::new(checker.report.into_found()).into_iter().collect()
}

/// What an expression's place says about what it sees.
#[derive(Clone, Copy)]
struct Around<'a> {
    /// The steps whose reply is there for sure; `None`: no one's.
    certain: Option<&'a [StepIndex]>,
    /// The record of the reply in hand.
    reply: Option<&'a RecordName>,
}

struct Checker<'a> {
    plan: &'a Plan,
    schemas: Schemas<'a>,
    /// The records whose schema was reported once.
    told: BTreeSet<RecordName>,
    report: Report<'a>,
}

impl Checker<'_> {
    /// The shape of a record that is named at `span`.
    fn record(&mut self, name: &RecordName, span: Span) -> Option<Arc<RecordShape>> {
        let problem = match self.schemas.record(name) {
            Ok(shape) => return Some(shape),
            Err(problem) => problem,
        };
        if self.told.insert(name.clone()) {
            match problem {
                Problem::Unknown => {
                    self.report
                        .error(Code::UnknownRecord, span, format!("there is no schema of {name}"));
                }
                Problem::Unreadable(why) => {
                    self.report.error(
                        Code::BadSchema,
                        span,
                        format!("the schema of {name} cannot be read: {why}"),
                    );
                }
            }
        }
        None
    }

    fn message(&mut self, message: &MessagePlan, place: &MessagePlace) {
        let record = self.record(&message.record, place.record);
        let around = Around {
            certain: place.certain.as_deref(),
            reply: None,
        };
        for field in &place.fields {
            let value = self.paths(&field.expression, around);
            if let Some(record) = &record {
                self.field(record, field, value);
            }
        }
        let Some(record) = record else { return };
        let filled = |name: &str| place.fields.iter().any(|field| field.name.value.as_str() == name);
        for field in record
            .fields
            .iter()
            .filter(|field| !field.has_default && !filled(&field.name))
        {
            let message = format!(
                "the field '{}' of {} is not filled, and has no default",
                field.name, record.name
            );
            self.report.error(Code::FieldNotFilled, place.record, message);
        }
    }

    fn field(&mut self, record: &RecordShape, place: &FieldPlace, value: Option<Shape>) {
        let name = place.name.value.as_str();
        let Some(field) = record.field(name) else {
            let hint = nearest_or_all(name, record.fields.iter().map(|field| field.name.as_str()));
            let message = format!("{} has no field '{name}'", record.name);
            self.report.push(Code::UnknownField, place.name.span, message, hint);
            return;
        };
        if let Some(why) = value.and_then(|value| misfit(&field.shape, &value)) {
            let message = format!("the value does not fit the field '{name}' of {}: {why}", record.name);
            self.report
                .error(Code::TypeMismatch, place.expression.text.span, message);
        }
    }

    fn when(&mut self, expression: &Expressed, reply: &RecordName) {
        let value = self.paths(
            expression,
            Around {
                certain: None,
                reply: Some(reply),
            },
        );
        if let Some(why) = value.and_then(|value| misfit(&Shape::Boolean, &value)) {
            let message = format!("'when' is true or false: {why}");
            self.report.error(Code::TypeMismatch, expression.text.span, message);
        }
    }

    /// Checks every path of an expression; gives the shape of the value when it is known without data.
    fn paths(&mut self, expression: &Expressed, around: Around<'_>) -> Option<Shape> {
        let compiled = &expression.compiled;
        let shapes: Vec<Option<Shape>> = compiled
            .references()
            .iter()
            .map(|reference| self.path(expression, reference, around))
            .collect();
        match (compiled.constant(), compiled.path()) {
            (Some(value), _) => Some(Shape::of(value)),
            (None, Some(_)) => shapes.into_iter().next().flatten(),
            (None, None) => None,
        }
    }

    fn path(&mut self, expression: &Expressed, reference: &Reference, around: Around<'_>) -> Option<Shape> {
        let (record, rest, maybe_absent) = match reference.path.split_first()? {
            (root, rest) if root.as_str() == "start" => (self.plan.started_by.record.clone(), rest, false),
            (root, rest) if root.as_str() == "reply" => (around.reply?.clone(), rest, false),
            (root, [step, _, rest @ ..]) if root.as_str() == "steps" => {
                let index = self.plan.step_named(step.as_str())?;
                let certain = around.certain.is_some_and(|certain| certain.contains(&index));
                (self.plan.step(index).replies()?.succeeded.clone(), rest, !certain)
            }
            (root, [name]) if root.as_str() == "saga" => return Some(of_saga(name)),
            _ => return None,
        };
        let text = &expression.text;
        let length = reference.dotted().chars().count();
        let span = self
            .report
            .source
            .inside(text.span, &text.value, reference.offset, length);
        let record = self.record(&record, span)?;
        match follow(&record, rest) {
            Ok(shape) if maybe_absent => Some(shape.nullable()),
            Ok(shape) => Some(shape),
            Err(Missing { record, name }) => {
                let hint = nearest_or_all(&name, record.fields.iter().map(|field| field.name.as_str()));
                let message = format!("{} has no field '{name}'", record.name);
                self.report.push(Code::UnknownField, span, message, hint);
                None
            }
        }
    }
}

/// A field that a record on the way does not have.
struct Missing {
    record: Arc<RecordShape>,
    name: String,
}

fn follow(record: &Arc<RecordShape>, path: &[FieldName]) -> Result<Shape, Missing> {
    let mut shape = Shape::Record(Arc::clone(record));
    let mut absent = false;
    for name in path {
        let inner = match &shape {
            Shape::Union(branches) => {
                absent |= branches.contains(&Shape::Null);
                let mut values = branches.iter().filter(|branch| **branch != Shape::Null);
                match (values.next(), values.next()) {
                    (Some(only), None) => only.clone(),
                    _ => Shape::Any,
                }
            }
            other => other.clone(),
        };
        shape = match inner {
            Shape::Record(record) => match record.field(name.as_str()) {
                Some(field) => field.shape.clone(),
                None => {
                    return Err(Missing {
                        record,
                        name: name.to_string(),
                    });
                }
            },
            Shape::Map(value) => (*value).clone(),
            _ => Shape::Any,
        };
    }
    Ok(if absent { shape.nullable() } else { shape })
}

fn of_saga(name: &FieldName) -> Shape {
    match name.as_str() {
        "version" | "started_at" => Shape::Long,
        "reason" | "reason_code" => Shape::String.nullable(),
        _ => Shape::String,
    }
}
