//! The types of values, as the check of expressions sees them.

use std::{fmt, sync::Arc};

use palinode_core::RecordName;

use super::Range;

/// The type of a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Type {
    /// Not known; fits everything.
    Any,
    /// There is no such value: what an empty list holds.
    Nothing,
    Null,
    Boolean,
    /// An int or long, and what is known of its size.
    Whole(Whole),
    Float,
    Double,
    /// Bytes that stand for a decimal number. Expressions do not compute with it.
    Decimal(Decimal),
    Bytes,
    /// Bytes of a fixed number.
    Fixed(usize),
    String,
    /// One of these texts: an enum's symbols, or text that stands for itself.
    Symbols(Arc<[Arc<str>]>),
    List(Arc<Type>),
    Map(Arc<Type>),
    Record(Arc<RecordType>),
    /// One of these; none of them is a union, `Any` or `Nothing`.
    Union(Arc<[Type]>),
}

/// A whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Whole {
    pub(crate) range: Range,
    /// The unit, when the number is a point in time.
    pub(crate) unit: Option<Unit>,
}

/// What a point in time counts, since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Millis,
    Micros,
    Nanos,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Millis => "milliseconds",
            Self::Micros => "microseconds",
            Self::Nanos => "nanoseconds",
        })
    }
}

/// How a decimal is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub(crate) precision: u64,
    pub(crate) scale: u64,
}

/// A record. One without a name was written in an expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RecordType {
    pub(crate) name: Option<RecordName>,
    pub(crate) fields: Vec<FieldType>,
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FieldType {
    pub(crate) name: String,
    pub(crate) of: Type,
    pub(crate) has_default: bool,
}

impl RecordType {
    pub(crate) fn field(&self, name: &str) -> Option<&FieldType> {
        self.fields.iter().find(|field| field.name == name)
    }

    pub(crate) fn field_names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| field.name.as_str())
    }
}

impl fmt::Display for RecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => name.fmt(f),
            None => f.write_str("the record"),
        }
    }
}

impl Type {
    pub(crate) fn whole(range: Range) -> Self {
        Self::Whole(Whole { range, unit: None })
    }

    /// The text that stands for itself.
    pub(crate) fn symbol(text: &str) -> Self {
        Self::Symbols([Arc::from(text)].into())
    }

    pub(crate) fn list(item: Self) -> Self {
        Self::List(Arc::new(item))
    }

    /// What a list of this type holds.
    pub(crate) fn item(&self) -> Self {
        let lists = self.branches().iter().map(|branch| match branch {
            Self::List(item) => Self::clone(item),
            Self::Null => Self::Nothing,
            _ => Self::Any,
        });
        lists.fold(Self::Nothing, Self::or)
    }

    /// What this may be, one by one.
    pub(crate) fn branches(&self) -> &[Self] {
        match self {
            Self::Union(branches) => branches,
            other => std::slice::from_ref(other),
        }
    }

    pub(crate) fn may_be_null(&self) -> bool {
        self.branches().contains(&Self::Null)
    }

    /// This, or null.
    pub(crate) fn nullable(self) -> Self {
        Self::Null.or(self)
    }

    /// This when it is not null.
    pub(crate) fn without_null(self) -> Self {
        match self {
            Self::Null => Self::Nothing,
            Self::Union(branches) => branches
                .iter()
                .filter(|branch| **branch != Self::Null)
                .cloned()
                .fold(Self::Nothing, Self::or),
            other => other,
        }
    }

    /// What is one or the other.
    pub(crate) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nothing, only) | (only, Self::Nothing) => only,
            (Self::Any, _) | (_, Self::Any) => Self::Any,
            (left, right) => {
                let mut branches: Vec<Self> = left.branches().to_vec();
                for branch in right.branches() {
                    let merged = branches
                        .iter()
                        .enumerate()
                        .find_map(|(at, known)| Some((at, known.merged(branch)?)));
                    match merged {
                        Some((at, merged)) => branches[at] = merged,
                        None => branches.push(branch.clone()),
                    }
                }
                match branches.pop() {
                    Some(only) if branches.is_empty() => only,
                    Some(last) => {
                        branches.push(last);
                        Self::Union(branches.into())
                    }
                    None => Self::Nothing,
                }
            }
        }
    }

    /// One type for both, when they are of one kind.
    fn merged(&self, other: &Self) -> Option<Self> {
        Some(match (self, other) {
            (left, right) if left == right => left.clone(),
            (Self::Whole(left), Self::Whole(right)) => Self::Whole(Whole {
                range: left.range.hull(right.range),
                unit: left.unit.filter(|unit| right.unit == Some(*unit)),
            }),
            (Self::Float | Self::Double, Self::Float | Self::Double) => Self::Double,
            (Self::Symbols(left), Self::Symbols(right)) => {
                let more = right.iter().filter(|symbol| !left.contains(symbol));
                Self::Symbols(left.iter().chain(more).cloned().collect())
            }
            (Self::Symbols(_) | Self::String, Self::Symbols(_) | Self::String) => Self::String,
            (Self::List(left), Self::List(right)) => Self::list(Self::clone(left).or(Self::clone(right))),
            (Self::Map(left), Self::Map(right)) => Self::Map(Arc::new(Self::clone(left).or(Self::clone(right)))),
            _ => return None,
        })
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("anything"),
            Self::Nothing => f.write_str("nothing"),
            Self::Null => f.write_str("null"),
            Self::Boolean => f.write_str("boolean"),
            Self::Whole(whole) => match whole.unit {
                Some(unit) => write!(f, "time in {unit}"),
                None if Range::INT.contains(whole.range) => f.write_str("int"),
                None => f.write_str("long"),
            },
            Self::Float => f.write_str("float"),
            Self::Double => f.write_str("double"),
            Self::Decimal(Decimal { precision, scale }) => write!(f, "decimal({precision}, {scale})"),
            Self::Bytes => f.write_str("bytes"),
            Self::Fixed(size) => write!(f, "{size} bytes"),
            Self::String => f.write_str("string"),
            Self::Symbols(symbols) => match &**symbols {
                [only] => write!(f, "'{only}'"),
                _ => write!(f, "one of {}", symbols.join(", ")),
            },
            Self::List(item) => write!(f, "array of {item}"),
            Self::Map(value) => write!(f, "map of {value}"),
            Self::Record(record) => record.fmt(f),
            Self::Union(branches) => {
                for (index, branch) in branches.iter().enumerate() {
                    if index > 0 {
                        f.write_str(" or ")?;
                    }
                    branch.fmt(f)?;
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_one_kind_become_one() {
        let ten = Type::whole(Range::of(10));
        assert_eq!(
            ten.clone().or(Type::whole(Range::of(-1))),
            Type::whole(Range { min: -1, max: 10 })
        );
        assert_eq!(Type::symbol("A").or(Type::String), Type::String);
        assert_eq!(Type::Float.or(Type::Double), Type::Double);
        assert_eq!(Type::list(Type::Nothing).or(Type::list(ten.clone())), Type::list(ten));
    }

    #[test]
    fn null_comes_and_goes() {
        let nullable = Type::String.nullable();
        assert_eq!(nullable.to_string(), "null or string");
        assert!(nullable.may_be_null());
        assert_eq!(nullable.clone().nullable(), nullable);
        assert_eq!(nullable.without_null(), Type::String);
    }
}
