//! An expression as the value of a place: each of its branches, items and fields is held against its own part of the
//! place, so that a mistake is told where it stands.

use cel::{
    IdedExpr,
    common::ast::{EntryExpr, Expr, LiteralValue, MapExpr, operators},
};

use super::{Inference, RecordType, Type, facts::Facts, misfit};
use crate::{Code, suggest::nearest_or_all};

impl Inference<'_> {
    /// Holds `part` against `place`, which messages call `told`.
    pub(super) fn expect(&mut self, part: &IdedExpr, place: &Type, told: &str, facts: &Facts) {
        match (&part.expr, only(place)) {
            (Expr::Call(call), _) if call.func_name == operators::CONDITIONAL => {
                let [condition, then, otherwise] = call.args.as_slice() else {
                    return;
                };
                self.truth(condition, facts);
                self.expect(then, place, told, &facts.when(condition, true));
                self.expect(otherwise, place, told, &facts.when(condition, false));
            }
            (Expr::List(list), Some(Type::List(item))) => {
                for element in &list.elements {
                    self.expect(element, item, &format!("an item of {told}"), facts);
                }
            }
            (Expr::Comprehension(walk), Some(Type::List(item))) if matches!(walk.accu_init.expr, Expr::List(_)) => {
                self.walk(walk, Some((item, &format!("an item of {told}"))), facts);
            }
            (Expr::Map(map), Some(Type::Record(record))) if is_written_out(map) => {
                self.expect_record(part, map, record, facts);
            }
            (Expr::Map(map), Some(Type::Map(value))) => {
                for (_, entry) in entries(map) {
                    self.expect(entry, value, &format!("a value of {told}"), facts);
                }
            }
            _ => {
                let of = self.infer(part, facts);
                if let Some(found) = misfit(place, &of) {
                    let message = format!("the value does not fit {told}: {}", found.why);
                    let hint = match (found.code, super::facts::key(part)) {
                        (Code::MayBeNull, Some(path)) => {
                            Some(format!("say what to take then: {path} != null ? {path} : …"))
                        }
                        _ => found.hint,
                    };
                    self.tell(found.code, self.tree.extent(part), message, hint);
                }
            }
        }
    }

    fn expect_record(&mut self, part: &IdedExpr, map: &MapExpr, record: &RecordType, facts: &Facts) {
        let mut filled = Vec::new();
        for (key, value) in entries(map) {
            let Expr::Literal(LiteralValue::String(name)) = &key.expr else {
                continue;
            };
            filled.push(name.inner());
            match record.field(name.inner()) {
                Some(field) => {
                    let told = format!("the field '{}' of {record}", field.name);
                    self.expect(value, &field.of, &told, facts);
                }
                None => {
                    let hint = nearest_or_all(name.inner(), record.field_names());
                    let message = format!("{record} has no field '{}'", name.inner());
                    self.tell(Code::UnknownField, self.tree.extent(key), message, hint);
                    self.infer(value, facts);
                }
            }
        }
        for field in &record.fields {
            if !field.has_default && !filled.contains(&field.name.as_str()) {
                let message = format!(
                    "the field '{}' of {record} is not filled, and has no default",
                    field.name
                );
                self.tell(Code::FieldNotFilled, self.tree.extent(part), message, None);
            }
        }
    }
}

/// What a place takes beside null, when it is one thing.
fn only(place: &Type) -> Option<&Type> {
    let mut values = place.branches().iter().filter(|branch| **branch != Type::Null);
    let first = values.next()?;
    values.next().is_none().then_some(first)
}

fn entries(map: &MapExpr) -> impl Iterator<Item = (&IdedExpr, &IdedExpr)> {
    map.entries.iter().filter_map(|entry| match &entry.expr {
        EntryExpr::MapEntry(entry) => Some((&entry.key, &entry.value)),
        EntryExpr::StructField(_) => None,
    })
}

fn is_written_out(map: &MapExpr) -> bool {
    entries(map).all(|(key, _)| matches!(key.expr, Expr::Literal(LiteralValue::String(_))))
}
