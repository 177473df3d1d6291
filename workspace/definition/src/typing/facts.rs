//! What a condition says about the values that it looks at, where it holds and where it does not.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use cel::{
    IdedExpr,
    common::ast::{Expr, LiteralValue, operators},
};

use super::{Range, Type, Whole};

/// What is known here about paths, beside their types.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// Those that are not null; so are those that they lie in.
    present: BTreeSet<String>,
    ranges: BTreeMap<String, Range>,
    symbols: BTreeMap<String, Arc<[Arc<str>]>>,
}

impl Facts {
    /// The type of the path `key`, whose schema says `of`.
    pub(super) fn narrowed(&self, key: &str, of: Type) -> Type {
        let of = if self.is_present(key) { of.without_null() } else { of };
        match (of, self.ranges.get(key), self.symbols.get(key)) {
            (Type::Whole(whole), Some(range), _) => Type::Whole(Whole {
                range: whole.range.within(*range),
                ..whole
            }),
            (Type::String | Type::Symbols(_), _, Some(symbols)) => Type::Symbols(Arc::clone(symbols)),
            (of, ..) => of,
        }
    }

    fn is_present(&self, key: &str) -> bool {
        let from = self.present.range(key.to_owned()..);
        from.take_while(|known| known.starts_with(key)).any(|known| {
            let rest = &known[key.len()..];
            rest.is_empty() || rest.starts_with(['.', '['])
        })
    }

    /// Forgets what was known about a name that is bound anew.
    pub(super) fn without(&self, name: &str) -> Self {
        let other = |key: &str| key.split(['.', '[']).next() != Some(name);
        let mut kept = self.clone();
        kept.present.retain(|key| other(key));
        kept.ranges.retain(|key, _| other(key));
        kept.symbols.retain(|key, _| other(key));
        kept
    }

    /// These facts and those that follow when `condition` is `truth`.
    pub(super) fn when(&self, condition: &IdedExpr, truth: bool) -> Self {
        let mut facts = self.clone();
        facts.learn(condition, truth);
        facts
    }

    fn learn(&mut self, condition: &IdedExpr, truth: bool) {
        match &condition.expr {
            Expr::Select(select) if select.test => {
                if truth && let Some(key) = key(&select.operand) {
                    self.present.insert(format!("{key}.{}", select.field));
                }
            }
            Expr::Call(call) => match (call.func_name.as_str(), call.args.as_slice()) {
                (operators::LOGICAL_NOT, [inner]) => self.learn(inner, !truth),
                (operators::LOGICAL_AND, parts) if truth => parts.iter().for_each(|part| self.learn(part, true)),
                (operators::LOGICAL_OR, parts) if !truth => parts.iter().for_each(|part| self.learn(part, false)),
                (operators::EQUALS, [left, right]) => self.learn_equal(left, right, truth),
                (operators::NOT_EQUALS, [left, right]) => self.learn_equal(left, right, !truth),
                (operators::IN, [left, right]) if truth => self.learn_in(left, right),
                (operator, [left, right]) => {
                    if let Some(order) = Order::of(operator) {
                        let order = if truth { order } else { order.opposite() };
                        self.learn_order(left, order, right);
                        self.learn_order(right, order.turned(), left);
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn learn_equal(&mut self, left: &IdedExpr, right: &IdedExpr, equal: bool) {
        for (path, value) in [(left, right), (right, left)] {
            let (Some(key), Expr::Literal(literal)) = (key(path), &value.expr) else {
                continue;
            };
            match (literal, equal) {
                (LiteralValue::Null, false) => {
                    self.present.insert(key);
                }
                (LiteralValue::Null, true) | (_, false) => {}
                (literal, true) => self.learn_values(key, &[literal]),
            }
        }
    }

    fn learn_in(&mut self, left: &IdedExpr, right: &IdedExpr) {
        let (Some(key), Expr::List(list)) = (key(left), &right.expr) else {
            return;
        };
        let values = list.elements.iter().map(|element| match &element.expr {
            Expr::Literal(LiteralValue::Null) => None,
            Expr::Literal(literal) => Some(literal),
            _ => None,
        });
        if let Some(values) = values.collect::<Option<Vec<_>>>() {
            self.learn_values(key, &values);
        }
    }

    /// The path has one of these values.
    fn learn_values(&mut self, key: String, values: &[&LiteralValue]) {
        let numbers = values.iter().map(|value| match value {
            LiteralValue::Int(number) => Some(*number.inner()),
            _ => None,
        });
        let texts = values.iter().map(|value| match value {
            LiteralValue::String(text) => Some(Arc::from(text.inner())),
            _ => None,
        });
        if let Some(range) = numbers
            .collect::<Option<Vec<i64>>>()
            .and_then(|all| all.into_iter().map(Range::of).reduce(Range::hull))
        {
            self.ranges.insert(key.clone(), range);
        } else if let Some(symbols) = texts.collect::<Option<Vec<_>>>().filter(|all| !all.is_empty()) {
            self.symbols.insert(key.clone(), symbols.into());
        }
        self.present.insert(key);
    }

    fn learn_order(&mut self, path: &IdedExpr, order: Order, bound: &IdedExpr) {
        let (Some(key), Expr::Literal(LiteralValue::Int(number))) = (key(path), &bound.expr) else {
            return;
        };
        let number = *number.inner();
        let range = match order {
            Order::Less => Range {
                min: i64::MIN,
                max: number.saturating_sub(1),
            },
            Order::AtMost => Range {
                min: i64::MIN,
                max: number,
            },
            Order::Greater => Range {
                min: number.saturating_add(1),
                max: i64::MAX,
            },
            Order::AtLeast => Range {
                min: number,
                max: i64::MAX,
            },
        };
        let known = self.ranges.get(&key).copied().unwrap_or(Range::LONG);
        self.ranges.insert(key, known.within(range));
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Order {
    fn of(operator: &str) -> Option<Self> {
        Some(match operator {
            operators::LESS => Self::Less,
            operators::LESS_EQUALS => Self::AtMost,
            operators::GREATER => Self::Greater,
            operators::GREATER_EQUALS => Self::AtLeast,
            _ => return None,
        })
    }

    /// What holds when this does not.
    fn opposite(self) -> Self {
        match self {
            Self::Less => Self::AtLeast,
            Self::AtMost => Self::Greater,
            Self::Greater => Self::AtMost,
            Self::AtLeast => Self::Less,
        }
    }

    /// The same, seen from the other side.
    fn turned(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::AtMost => Self::AtLeast,
            Self::Greater => Self::Less,
            Self::AtLeast => Self::AtMost,
        }
    }
}

/// The path that a part is, as text; none when it is something else.
pub(super) fn key(part: &IdedExpr) -> Option<String> {
    match &part.expr {
        Expr::Ident(name) => Some(name.clone()),
        Expr::Select(select) if !select.test => Some(format!("{}.{}", key(&select.operand)?, select.field)),
        Expr::Call(call) if call.func_name == operators::INDEX => match call.args.as_slice() {
            [of, at] => match &at.expr {
                Expr::Literal(LiteralValue::Int(number)) => Some(format!("{}[{}]", key(of)?, number.inner())),
                Expr::Literal(LiteralValue::String(text)) => Some(format!("{}.{}", key(of)?, text.inner())),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}
