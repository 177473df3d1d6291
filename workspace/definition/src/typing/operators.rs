//! The types that operators and functions take and give.

use cel::{
    IdedExpr,
    common::ast::{CallExpr, Expr, operators},
};

use super::{Inference, Range, Type, Whole, facts::Facts, fit::DECIMAL_HINT, infer::every_branch};
use crate::{
    Code,
    expression::{Gives, Takes, function},
    suggest::nearest_or_all,
};

impl Inference<'_> {
    pub(super) fn call(&mut self, part: &IdedExpr, call: &CallExpr, facts: &Facts) -> Type {
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::CONDITIONAL, [condition, then, otherwise]) => {
                self.truth(condition, facts);
                let then = self.infer(then, &facts.when(condition, true));
                then.or(self.infer(otherwise, &facts.when(condition, false)))
            }
            (name @ (operators::LOGICAL_AND | operators::LOGICAL_OR), parts) => {
                let mut known = facts.clone();
                for part in parts {
                    self.truth(part, &known);
                    known = known.when(part, name == operators::LOGICAL_AND);
                }
                Type::Boolean
            }
            (operators::LOGICAL_NOT, [part]) => {
                self.truth(part, facts);
                Type::Boolean
            }
            (operators::NEGATE, [number]) => self.negated(number, facts),
            (operators::EQUALS | operators::NOT_EQUALS, [left, right]) => {
                let (left, right) = (self.infer(left, facts), self.infer(right, facts));
                self.compared(part, &left, &right);
                Type::Boolean
            }
            (
                operators::LESS | operators::LESS_EQUALS | operators::GREATER | operators::GREATER_EQUALS,
                [left, right],
            ) => {
                let (left, right) = (self.operand(left, facts), self.operand(right, facts));
                self.ordered(part, &left, &right);
                Type::Boolean
            }
            (operators::IN, [value, list]) => {
                self.contained(part, value, list, facts);
                Type::Boolean
            }
            (operators::INDEX, [of, at]) => self.indexed(part, of, at, facts),
            (
                operators::ADD | operators::SUBSTRACT | operators::MULTIPLY | operators::DIVIDE | operators::MODULO,
                [left, right],
            ) => self.computed(part, &call.func_name, left, right, facts),
            _ => self.function(call, facts),
        }
    }

    fn negated(&mut self, number: &IdedExpr, facts: &Facts) -> Type {
        match self.operand(number, facts) {
            Type::Whole(whole) => Type::whole(whole.range.negate()),
            of @ (Type::Any | Type::Nothing | Type::Float | Type::Double) => of,
            other => {
                let message = format!("only a number has a minus, not {other}");
                self.tell(Code::WrongOperand, self.tree.extent(number), message, None);
                Type::Any
            }
        }
    }

    fn computed(&mut self, part: &IdedExpr, operator: &str, left: &IdedExpr, right: &IdedExpr, facts: &Facts) -> Type {
        let (left, right) = (self.operand(left, facts), self.operand(right, facts));
        if let (
            operators::DIVIDE | operators::MODULO,
            Type::Whole(Whole {
                range: Range { min: 0, max: 0 },
                ..
            }),
        ) = (operator, &right)
        {
            self.tell(
                Code::WrongOperand,
                self.tree.extent(part),
                "nothing can be divided by 0",
                None,
            );
            return Type::Any;
        }
        let pairs = left
            .branches()
            .iter()
            .flat_map(|left| right.branches().iter().map(move |right| (left, right)));
        let results: Option<Vec<Type>> = pairs.map(|(left, right)| result(operator, left, right)).collect();
        if let Some(results) = results {
            return results.into_iter().fold(Type::Nothing, Type::or);
        }
        let verb = match operator {
            operators::ADD => "added",
            operators::SUBSTRACT => "subtracted",
            operators::MULTIPLY => "multiplied",
            _ => "divided",
        };
        let message = format!("{left} and {right} cannot be {verb}");
        let (code, hint) = match (&left, &right) {
            (Type::Decimal(_), _) | (_, Type::Decimal(_)) => (Code::DecimalNumber, Some(DECIMAL_HINT.to_owned())),
            (Type::Whole(_), Type::Float | Type::Double) | (Type::Float | Type::Double, Type::Whole(_)) => (
                Code::WrongOperand,
                Some("make both the same: double(x), or int(x)".to_owned()),
            ),
            (left, right) if operator == operators::ADD && (is_text(left) || is_text(right)) => {
                (Code::WrongOperand, Some("make both text: string(x)".to_owned()))
            }
            _ => (Code::WrongOperand, None),
        };
        self.tell(code, self.tree.extent(part), message, hint);
        Type::Any
    }

    /// Reports a comparison of two that can never be the same.
    fn compared(&mut self, part: &IdedExpr, left: &Type, right: &Type) {
        if let Some((code, message, hint)) = unlike(left, right) {
            self.tell(code, self.tree.extent(part), message, hint);
        }
    }

    fn ordered(&mut self, part: &IdedExpr, left: &Type, right: &Type) {
        let in_order = |left: &Type, right: &Type| {
            (is_number(left) && is_number(right))
                || (is_text(left) && is_text(right))
                || (is_bytes(left) && is_bytes(right))
                || (*left == Type::Boolean && *right == Type::Boolean)
        };
        if every_branch(left, |left| every_branch(right, |right| in_order(left, right))) {
            self.compared(part, left, right);
            return;
        }
        let decimal = |of: &Type| of.branches().iter().any(|branch| matches!(branch, Type::Decimal(_)));
        let message = format!("{left} and {right} have no order");
        let (code, hint) = if decimal(left) || decimal(right) {
            (Code::DecimalNumber, Some(DECIMAL_HINT.to_owned()))
        } else {
            (Code::UnlikeTypes, None)
        };
        self.tell(code, self.tree.extent(part), message, hint);
    }

    fn contained(&mut self, part: &IdedExpr, value: &IdedExpr, list: &IdedExpr, facts: &Facts) {
        let value = self.infer(value, facts);
        if let Expr::List(written) = &list.expr {
            for element in &written.elements {
                let of = self.infer(element, facts);
                self.compared(element, &value, &of);
            }
            return;
        }
        let of = self.operand(list, facts);
        match &of {
            Type::List(item) => self.compared(part, &value, item),
            Type::Map(_) | Type::Record(_) => self.compared(part, &value, &Type::String),
            Type::Any | Type::Nothing => {}
            other => {
                let message = format!("a value can be in a list or a map, not in {other}");
                let hint = is_text(other).then(|| "for a part of a text: text.contains(part)".to_owned());
                self.tell(Code::WrongOperand, self.tree.extent(list), message, hint);
            }
        }
    }

    fn indexed(&mut self, part: &IdedExpr, of: &IdedExpr, at: &IdedExpr, facts: &Facts) -> Type {
        let (from, index) = (self.operand(of, facts), self.operand(at, facts));
        let (wanted, gives) = match &from {
            Type::List(item) => ("a whole number", Type::clone(item)),
            Type::Map(value) => ("text", Type::clone(value)),
            Type::Record(record) => match &index {
                Type::Symbols(names) if names.len() == 1 => match record.field(&names[0]) {
                    Some(field) => ("text", field.of.clone()),
                    None => {
                        let hint = nearest_or_all(&names[0], record.field_names());
                        let message = format!("{record} has no field '{}'", names[0]);
                        self.tell(Code::UnknownField, self.tree.extent(at), message, hint);
                        return Type::Any;
                    }
                },
                _ => ("text", Type::Any),
            },
            Type::Any | Type::Nothing => return Type::Any,
            other => {
                let message = format!("{other} has no items");
                self.tell(Code::WrongOperand, self.tree.extent(part), message, None);
                return Type::Any;
            }
        };
        let fits = |of: &Type| match wanted {
            "text" => is_text(of),
            _ => matches!(of, Type::Whole(_)),
        };
        if !every_branch(&index, fits) {
            let message = format!("{wanted} is expected here, not {index}");
            self.tell(Code::WrongOperand, self.tree.extent(at), message, None);
        }
        gives
    }

    fn function(&mut self, call: &CallExpr, facts: &Facts) -> Type {
        let operands = call.target.as_deref().into_iter().chain(&call.args);
        let given: Vec<(&IdedExpr, Type)> = operands.map(|part| (part, self.operand(part, facts))).collect();
        let Some(function) = function(&call.func_name) else {
            return Type::Any;
        };
        for ((part, of), takes) in given.iter().zip(function.takes) {
            if every_branch(of, |branch| takes.admits(branch)) {
                continue;
            }
            let message = format!("'{}' takes {}, not {of}", function.name, takes.told());
            let (code, hint) = match of {
                Type::Decimal(_) => (Code::DecimalNumber, Some(DECIMAL_HINT.to_owned())),
                _ => (Code::WrongOperand, None),
            };
            self.tell(code, self.tree.extent(part), message, hint);
        }
        match (function.gives, given.first().map(|(_, of)| of)) {
            (Gives::Truth, _) => Type::Boolean,
            (Gives::Text, Some(symbols @ Type::Symbols(_))) if function.name == "string" => symbols.clone(),
            (Gives::Text, _) => Type::String,
            (Gives::Texts, _) => Type::list(Type::String),
            (Gives::Long, Some(whole @ Type::Whole(_))) => whole.clone(),
            (Gives::Long, _) => Type::whole(Range::LONG),
            (Gives::Double, _) => Type::Double,
            (Gives::Bytes, _) => Type::Bytes,
            (Gives::Length, _) => Type::whole(Range::LENGTH),
            (Gives::Position, _) => Type::whole(Range::POSITION),
        }
    }
}

impl Takes {
    fn admits(self, of: &Type) -> bool {
        match self {
            Self::Text => is_text(of),
            Self::Texts => matches!(of, Type::List(item) if every_branch(item, is_text)),
            Self::Whole => matches!(of, Type::Whole(_)),
            Self::Sized => is_text(of) || is_bytes(of) || matches!(of, Type::List(_) | Type::Map(_) | Type::Record(_)),
            Self::Number => is_number(of) || is_text(of),
            Self::Plain => is_number(of) || is_text(of) || is_bytes(of) || *of == Type::Boolean,
            Self::Truth => is_text(of) || *of == Type::Boolean,
            Self::Bytes => is_text(of) || is_bytes(of),
        }
    }

    fn told(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Texts => "a list of texts",
            Self::Whole => "a whole number",
            Self::Sized => "text, bytes, a list or a map",
            Self::Number => "a number, or text that says one",
            Self::Plain => "a number, text, bytes, true or false",
            Self::Truth => "true or false, or text that says so",
            Self::Bytes => "text or bytes",
        }
    }
}

fn is_text(of: &Type) -> bool {
    matches!(of, Type::String | Type::Symbols(_))
}

fn is_number(of: &Type) -> bool {
    matches!(of, Type::Whole(_) | Type::Float | Type::Double)
}

fn is_bytes(of: &Type) -> bool {
    matches!(of, Type::Bytes | Type::Fixed(_))
}

/// What an operator gives over two types that are no unions; none when it does not take them.
fn result(operator: &str, left: &Type, right: &Type) -> Option<Type> {
    Some(match (left, right) {
        (Type::Any | Type::Nothing, _) | (_, Type::Any | Type::Nothing) => Type::Any,
        (Type::Whole(left), Type::Whole(right)) => {
            let (left, right) = (left.range, right.range);
            Type::whole(match operator {
                operators::ADD => left.add(right),
                operators::SUBSTRACT => left.subtract(right),
                operators::MULTIPLY => left.multiply(right),
                operators::DIVIDE => left.divide(right),
                _ => left.rest(right),
            })
        }
        (Type::Float | Type::Double, Type::Float | Type::Double) if operator != operators::MODULO => Type::Double,
        (left, right) if operator == operators::ADD => match (left, right) {
            (left, right) if is_text(left) && is_text(right) => Type::String,
            (left, right) if is_bytes(left) && is_bytes(right) => Type::Bytes,
            (Type::List(left), Type::List(right)) => Type::list(Type::clone(left).or(Type::clone(right))),
            _ => return None,
        },
        _ => return None,
    })
}

type Unlike = (Code, String, Option<String>);

/// Why two can never be the same. Whether a value is null may always be asked.
fn unlike(left: &Type, right: &Type) -> Option<Unlike> {
    let mut first = None;
    for left in left.branches().iter().filter(|branch| **branch != Type::Null) {
        for right in right.branches().iter().filter(|branch| **branch != Type::Null) {
            first.get_or_insert(unlike_branches(left, right)?);
        }
    }
    first
}

fn unlike_branches(left: &Type, right: &Type) -> Option<Unlike> {
    match (left, right) {
        (Type::Any | Type::Nothing, _) | (_, Type::Any | Type::Nothing) => None,
        (Type::Whole(Whole { unit: Some(left), .. }), Type::Whole(Whole { unit: Some(right), .. }))
            if left != right =>
        {
            Some((Code::UnlikeTypes, format!("{left} are compared with {right}"), None))
        }
        (Type::Symbols(left), Type::Symbols(right)) => {
            let (symbols, text) = match (&**left, &**right) {
                ([_], [_]) => return None,
                (symbols, [text]) | ([text], symbols) => (symbols, text),
                _ => return None,
            };
            (!symbols.contains(text)).then(|| {
                let known = symbols.iter().map(|symbol| &**symbol);
                let message = format!("'{text}' is none of its symbols");
                (Code::UnknownSymbol, message, nearest_or_all(text, known))
            })
        }
        (Type::List(left), Type::List(right)) => unlike(left, right),
        (Type::Decimal(_), other) | (other, Type::Decimal(_)) if is_number(other) => Some((
            Code::DecimalNumber,
            format!("{left} and {right} are never the same"),
            Some(DECIMAL_HINT.to_owned()),
        )),
        (left, right) => {
            let alike = left == right
                || (is_number(left) && is_number(right))
                || (is_text(left) && is_text(right))
                || (is_bytes(left) && is_bytes(right))
                || (matches!(left, Type::Map(_) | Type::Record(_)) && matches!(right, Type::Map(_) | Type::Record(_)));
            (!alike).then(|| {
                let message = format!("{left} and {right} are never the same");
                (Code::UnlikeTypes, message, None)
            })
        }
    }
}
