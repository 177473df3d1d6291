//! The check of one definition.

use std::{collections::BTreeSet, sync::Arc};

use palinode_core::{Action, DecisionPlan, MessagePlan, OnTimeout, Plan, RecordName, WaitPlan};

use super::avro::{Problem, Schemas};
use crate::{
    Code, Definition, Diagnostic, Diagnostics,
    expression::Mistake,
    plan::{Around, Expressed, MessagePlace, ValuePlace, Wants},
    source::{Report, Span},
    suggest::nearest_or_all,
    typing::{Environment, Inference, Range, RecordType, Type, Unit, Whole},
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
    for place in &places.values {
        checker.wanted(place);
    }
    Diagnostics::new(checker.report.into_found()).into_iter().collect()
}

/// What the outcome record takes for a field.
fn attribute() -> Type {
    [Type::Boolean, Type::whole(Range::LONG), Type::Double, Type::String]
        .into_iter()
        .fold(Type::Null, Type::or)
}

struct Checker<'a> {
    plan: &'a Plan,
    schemas: Schemas<'a>,
    /// The records whose schema was reported once.
    told: BTreeSet<RecordName>,
    report: Report<'a>,
}

impl Checker<'_> {
    /// The record that is named at `span`.
    fn record(&mut self, name: &RecordName, span: Span) -> Option<Arc<RecordType>> {
        let problem = match self.schemas.record(name) {
            Ok(record) => return Some(record),
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
        for field in &place.fields {
            let name = field.name.value.as_str();
            let Some(record) = &record else {
                self.value(&field.expression, &place.around, &Type::Any, name);
                continue;
            };
            if let Some(known) = record.field(name) {
                let told = format!("the field '{name}' of {record}");
                self.value(&field.expression, &place.around, &known.of, &told);
            } else {
                let hint = nearest_or_all(name, record.field_names());
                let message = format!("{record} has no field '{name}'");
                self.report.push(Code::UnknownField, field.name.span, message, hint);
                self.value(&field.expression, &place.around, &Type::Any, name);
            }
        }
        let Some(record) = record else { return };
        let filled = |name: &str| place.fields.iter().any(|field| field.name.value.as_str() == name);
        let open = record
            .fields
            .iter()
            .filter(|field| !field.has_default && !filled(&field.name));
        for field in open {
            let message = format!(
                "the field '{}' of {record} is not filled, and has no default",
                field.name
            );
            self.report.error(Code::FieldNotFilled, place.record, message);
        }
    }

    fn wanted(&mut self, place: &ValuePlace) {
        let (wanted, told) = match &place.wants {
            Wants::Truth => (Type::Boolean, "a condition, which is true or false".to_owned()),
            Wants::List => (Type::list(Type::Any), "the items, which are an array".to_owned()),
            Wants::Time => (time(), "a point in time".to_owned()),
            Wants::Key => (key(), "the key of a saga".to_owned()),
            Wants::Lock => (lock_key(), "the key of a lock".to_owned()),
            Wants::SubSagaKey => (sub_saga_key(), "the key of a sub-saga".to_owned()),
            Wants::Attribute(name) => (attribute(), format!("the field '{name}' of the outcome record")),
        };
        self.value(&place.expression, &place.around, &wanted, &told);
    }

    /// Holds an expression against its place.
    fn value(&mut self, expression: &Expressed, around: &Around, place: &Type, told: &str) {
        let environment = self.environment(around);
        let mistakes = Inference::expecting(&expression.tree, &environment, place, told);
        self.tell(expression, mistakes);
    }

    fn tell(&mut self, expression: &Expressed, mistakes: Vec<Mistake>) {
        let text = &expression.text;
        for mistake in mistakes {
            let span = self
                .report
                .source
                .inside(text.span, &text.value, mistake.offset, mistake.length);
            self.report.push(mistake.code, span, mistake.message, mistake.hint);
        }
    }

    /// What an expression sees where it stands.
    fn environment(&mut self, around: &Around) -> Environment {
        let mut environment = Environment::default();
        if let Some(event) = &around.event {
            environment.set("event", self.known(event));
            return environment;
        }
        let plan = self.plan;
        environment.set("start", self.known(&plan.started_by.record));
        if let Some(reply) = &around.reply {
            environment.set("reply", self.known(reply));
        }
        for index in plan.step_indexes() {
            let step = plan.step(index);
            let certain = around.certain.contains(&index);
            let (what, of, always) = match &step.action {
                Action::Command { replies, .. } => ("reply", self.known(&replies.succeeded), true),
                Action::Wait(WaitPlan::Event {
                    trigger, on_timeout, ..
                }) => ("event", self.known(&trigger.record), *on_timeout == OnTimeout::Fail),
                Action::Wait(WaitPlan::For(_) | WaitPlan::Until(_)) => continue,
                // Given back before the saga ends, or never held.
                Action::Lock(_) => ("lock", Type::String, false),
                Action::SubSaga(_) => continue,
                Action::Decision(decision) => ("decision", options(decision, certain), true),
            };
            let of = if certain && always { of } else { of.nullable() };
            environment.set(format!("steps.{}.{what}", step.name), of);
        }
        for (name, of) in of_saga(around) {
            environment.set(format!("saga.{name}"), of);
        }
        if let Some(list) = &around.items {
            // What is wrong with the list is told where it stands.
            let (list, _) = Inference::of(&list.tree, &environment);
            environment.set("item", list.item());
            environment.set("item_index", Type::whole(Range::LENGTH));
        }
        environment
    }

    /// The type of a record. One without a schema was reported where it is named, and fits everything.
    fn known(&mut self, name: &RecordName) -> Type {
        self.schemas.record(name).map_or(Type::Any, Type::Record)
    }
}

/// The names of the options: of a decision that let the step succeed, those that do.
fn options(decision: &DecisionPlan, succeeded: bool) -> Type {
    let possible = decision.options.iter().filter(|option| !(succeeded && option.fails));
    possible
        .map(|option| Type::symbol(&option.name))
        .fold(Type::Nothing, Type::or)
}

fn key() -> Type {
    Type::Null.or(Type::String).or(Type::whole(Range::LONG))
}

fn lock_key() -> Type {
    Type::String.or(Type::whole(Range::LONG))
}

fn sub_saga_key() -> Type {
    Type::String.or(Type::whole(Range::LONG))
}

fn time() -> Type {
    Type::Whole(Whole {
        range: Range::LONG,
        unit: Some(Unit::Millis),
    })
}

fn of_saga(around: &Around) -> [(&'static str, Type); 7] {
    let milestone = if around.milestone {
        Type::String
    } else {
        Type::String.nullable()
    };
    [
        ("definition", Type::String),
        ("key", Type::String),
        ("version", Type::whole(Range::INT)),
        ("started_at", time()),
        ("milestone", milestone),
        ("reason", Type::String.nullable()),
        ("reason_code", Type::String.nullable()),
    ]
}
