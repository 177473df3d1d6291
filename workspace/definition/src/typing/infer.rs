//! The type of an expression.

use std::{collections::BTreeMap, sync::Arc};

use cel::{
    IdedExpr,
    common::ast::{EntryExpr, Expr, LiteralValue, MapExpr},
};

use super::{
    FieldType, Range, RecordType, Type,
    facts::{Facts, key},
};
use crate::{
    Code,
    expression::{Extent, Mistake, Tree},
    suggest::nearest_or_all,
};

/// The longest path that an environment knows by itself: `steps.<step>.reply`.
const ENTRY_NAMES_MAX: usize = 3;

/// What an expression sees where it stands: the types of `start`, `steps.<step>.reply`, `saga.version` and so on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    entries: BTreeMap<String, Type>,
}

impl Environment {
    pub(crate) fn set(&mut self, path: impl Into<String>, of: Type) {
        self.entries.insert(path.into(), of);
    }

    /// The type that is known by itself at the begin of a path, and how many names lead to it.
    fn entry(&self, names: &[&str]) -> Option<(&Type, usize)> {
        (1..=names.len().min(ENTRY_NAMES_MAX))
            .rev()
            .find_map(|count| Some((self.entries.get(&names[..count].join("."))?, count)))
    }
}

/// Works out types, and gathers what is wrong.
pub(crate) struct Inference<'a> {
    pub(super) tree: &'a Tree,
    environment: &'a Environment,
    /// The names that walks bind, the innermost last.
    pub(super) bound: Vec<(String, Type)>,
    found: Vec<Mistake>,
}

impl<'a> Inference<'a> {
    /// The type of the expression, and everything that is wrong with it wherever its value goes.
    pub(crate) fn of(tree: &'a Tree, environment: &'a Environment) -> (Type, Vec<Mistake>) {
        let mut inference = Self::new(tree, environment);
        let of = inference.infer(&tree.root, &Facts::default());
        (of, inference.found)
    }

    /// Everything that is wrong with the expression as the value of a place. `told` names the place in messages.
    pub(crate) fn expecting(tree: &'a Tree, environment: &'a Environment, place: &Type, told: &str) -> Vec<Mistake> {
        let mut inference = Self::new(tree, environment);
        inference.expect(&tree.root, place, told, &Facts::default());
        inference.found
    }

    fn new(tree: &'a Tree, environment: &'a Environment) -> Self {
        Self {
            tree,
            environment,
            bound: Vec::new(),
            found: Vec::new(),
        }
    }

    pub(super) fn infer(&mut self, part: &IdedExpr, facts: &Facts) -> Type {
        match &part.expr {
            Expr::Literal(literal) => of_literal(literal),
            Expr::Ident(_) => self.path(part, facts),
            Expr::Select(select) if select.test => {
                self.presence(&select.operand, &select.field, part, facts);
                Type::Boolean
            }
            Expr::Select(select) => {
                if self.is_free(part) {
                    return self.path(part, facts);
                }
                let of = self.operand(&select.operand, facts);
                let field = self.member(&of, &select.field, part);
                narrowed(part, field, facts)
            }
            Expr::Call(call) => {
                let of = self.call(part, call, facts);
                narrowed(part, of, facts)
            }
            Expr::Comprehension(walk) => self.walk(walk, None, facts),
            Expr::List(list) => {
                let items = list.elements.iter().map(|element| self.infer(element, facts));
                Type::list(items.fold(Type::Nothing, Type::or))
            }
            Expr::Map(map) => self.map(map, facts),
            Expr::Struct(_) | Expr::Unspecified => Type::Any,
        }
    }

    /// The type of a part that must have a value.
    pub(super) fn operand(&mut self, part: &IdedExpr, facts: &Facts) -> Type {
        let of = self.infer(part, facts);
        if of.may_be_null() {
            let (message, hint) = match key(part) {
                Some(path) => (
                    format!("'{path}' may be null"),
                    format!("say what holds then: {path} != null ? {path} : …"),
                ),
                None => (
                    "the value may be null".to_owned(),
                    "say what holds then, with a condition before it".to_owned(),
                ),
            };
            self.tell(Code::MayBeNull, self.tree.extent(part), message, Some(hint));
        }
        of.without_null()
    }

    /// A part that must be true or false.
    pub(super) fn truth(&mut self, part: &IdedExpr, facts: &Facts) {
        let of = self.operand(part, facts);
        if !every_branch(&of, |branch| *branch == Type::Boolean) {
            let message = format!("true or false is expected here, not {of}");
            self.tell(Code::WrongOperand, self.tree.extent(part), message, None);
        }
    }

    pub(super) fn tell(&mut self, code: Code, at: Extent, message: impl Into<String>, hint: Option<String>) {
        self.found.push(Mistake {
            code,
            offset: at.offset,
            length: at.length,
            message: message.into(),
            hint,
        });
    }

    pub(super) fn bound_type(&self, name: &str) -> Option<&Type> {
        let bound = self.bound.iter().rev().find(|(known, _)| known == name);
        bound.map(|(_, of)| of)
    }

    /// Whether a chain of selections begins at a name that no walk binds.
    fn is_free(&self, part: &IdedExpr) -> bool {
        match &part.expr {
            Expr::Ident(name) => self.bound_type(name).is_none(),
            Expr::Select(select) => !select.test && self.is_free(&select.operand),
            _ => false,
        }
    }

    /// The type of a path that is looked up as a whole: what lies in nothing is nothing.
    fn path(&mut self, part: &IdedExpr, facts: &Facts) -> Type {
        let mut parts = Vec::new();
        let mut current = part;
        loop {
            match &current.expr {
                Expr::Select(select) => {
                    parts.push((select.field.as_str(), current));
                    current = &select.operand;
                }
                Expr::Ident(name) => {
                    parts.push((name.as_str(), current));
                    break;
                }
                _ => return Type::Any,
            }
        }
        parts.reverse();
        if let Some(bound) = self.bound_type(parts[0].0) {
            let of = bound.clone();
            return narrowed(part, of, facts);
        }
        let names: Vec<&str> = parts.iter().map(|(name, _)| *name).collect();
        let Some((of, count)) = self.environment.entry(&names) else {
            return Type::Any;
        };
        let mut of = narrowed(parts[count - 1].1, of.clone(), facts);
        let mut absent = false;
        for (name, part) in &parts[count..] {
            absent |= of.may_be_null();
            of = narrowed(part, self.member(&of.without_null(), name, part), facts);
        }
        if absent {
            narrowed(part, of.nullable(), facts)
        } else {
            of
        }
    }

    fn presence(&mut self, operand: &IdedExpr, field: &str, part: &IdedExpr, facts: &Facts) {
        let of = if self.is_free(operand) {
            self.path(operand, facts).without_null()
        } else {
            self.operand(operand, facts)
        };
        self.member(&of, field, part);
    }

    /// The type of a field; `part` selects it.
    pub(super) fn member(&mut self, of: &Type, field: &str, part: &IdedExpr) -> Type {
        match of {
            Type::Any => Type::Any,
            Type::Nothing => Type::Nothing,
            Type::Map(value) => Type::clone(value),
            Type::Record(record) => match record.field(field) {
                Some(found) => found.of.clone(),
                None => {
                    let hint = nearest_or_all(field, record.field_names());
                    self.missing(part, format!("{record} has no field '{field}'"), hint)
                }
            },
            Type::List(_) => {
                let hint = format!("walk over it: map(i, i.{field})");
                self.missing(part, format!("{of} has no field '{field}'"), Some(hint))
            }
            Type::Union(branches) => {
                let fields = branches.iter().map(|branch| self.member(branch, field, part));
                fields.fold(Type::Nothing, Type::or)
            }
            _ => self.missing(part, format!("{of} has no field '{field}'"), None),
        }
    }

    fn missing(&mut self, part: &IdedExpr, message: String, hint: Option<String>) -> Type {
        let at = self.tree.field(part).unwrap_or_else(|| self.tree.extent(part));
        self.tell(Code::UnknownField, at, message, hint);
        Type::Any
    }

    /// A map whose keys are written out is a record.
    fn map(&mut self, map: &MapExpr, facts: &Facts) -> Type {
        let mut fields = Vec::new();
        let mut values = Type::Nothing;
        let mut written_out = true;
        for entry in &map.entries {
            let EntryExpr::MapEntry(entry) = &entry.expr else {
                return Type::Any;
            };
            let of = self.infer(&entry.value, facts);
            values = values.or(of.clone());
            match &entry.key.expr {
                Expr::Literal(LiteralValue::String(name)) => fields.push(FieldType {
                    name: name.inner().to_owned(),
                    of,
                    has_default: false,
                }),
                _ => {
                    self.infer(&entry.key, facts);
                    written_out = false;
                }
            }
        }
        if written_out {
            Type::Record(Arc::new(RecordType { name: None, fields }))
        } else {
            Type::Map(Arc::new(values))
        }
    }
}

/// With what is known about the path that `part` is.
fn narrowed(part: &IdedExpr, of: Type, facts: &Facts) -> Type {
    match key(part) {
        Some(key) => facts.narrowed(&key, of),
        None => of,
    }
}

/// Whether everything that a value may be is allowed.
pub(super) fn every_branch(of: &Type, allowed: impl Fn(&Type) -> bool) -> bool {
    of.branches()
        .iter()
        .all(|branch| matches!(branch, Type::Any | Type::Nothing) || allowed(branch))
}

fn of_literal(literal: &LiteralValue) -> Type {
    match literal {
        LiteralValue::Boolean(_) => Type::Boolean,
        LiteralValue::Bytes(_) => Type::Bytes,
        // It is written with few digits; which of the two it becomes is the schema's matter.
        LiteralValue::Double(_) => Type::Float,
        LiteralValue::Int(number) => Type::whole(Range::of(*number.inner())),
        LiteralValue::Null => Type::Null,
        LiteralValue::String(text) => Type::symbol(text.inner()),
        LiteralValue::UInt(_) => Type::whole(Range { min: 0, max: i64::MAX }),
    }
}
