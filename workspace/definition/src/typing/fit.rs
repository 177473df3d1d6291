//! Whether a value of one type can stand where another is asked for.

use super::{RecordType, Type, Whole};
use crate::{Code, suggest::nearest_or_all};

/// Types inside each other that are compared. A deeper difference shows when the message is written.
const DEPTH_MAX: usize = 16;

/// Why a value does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Misfit {
    pub(crate) code: Code,
    /// As the rest of a sentence.
    pub(crate) why: String,
    pub(crate) hint: Option<String>,
}

impl Misfit {
    fn new(code: Code, why: String) -> Self {
        Self { code, why, hint: None }
    }

    fn hinting(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    fn inside(mut self, place: &str) -> Self {
        self.why = format!("{} {place}", self.why);
        self
    }
}

/// Why `value` does not fit into `place`; nothing when it does.
pub(crate) fn misfit(place: &Type, value: &Type) -> Option<Misfit> {
    differ(place, value, 0)
}

fn differ(place: &Type, value: &Type, depth: usize) -> Option<Misfit> {
    if depth > DEPTH_MAX {
        return None;
    }
    match (place, value) {
        (Type::Any, _) | (_, Type::Any | Type::Nothing) => None,
        (_, Type::Union(branches)) => branches.iter().find_map(|branch| differ(place, branch, depth)),
        (Type::Union(places), _) => into_union(places, value, depth),
        (Type::Null, Type::Null) => None,
        (_, Type::Null) => Some(
            Misfit::new(Code::MayBeNull, format!("it may be null, and {place} is not"))
                .hinting("say what to take then: x != null ? x : 0"),
        ),
        (Type::Whole(place), Type::Whole(value)) => numbers(*place, *value),
        (Type::List(place), Type::List(value)) => {
            differ(place, value, depth + 1).map(|misfit| misfit.inside("in the array"))
        }
        (Type::Map(place), Type::Map(value)) => {
            differ(place, value, depth + 1).map(|misfit| misfit.inside("in the map"))
        }
        (Type::Map(place), Type::Record(value)) => value
            .fields
            .iter()
            .find_map(|field| differ(place, &field.of, depth + 1).map(|misfit| misfit.inside("in the map"))),
        (Type::Record(place), Type::Record(value)) => records(place, value, depth),
        (Type::Symbols(places), Type::Symbols(values)) => {
            let unknown = values.iter().find(|symbol| !places.contains(symbol))?;
            let known = places.iter().map(|symbol| &**symbol);
            Some(Misfit {
                code: Code::UnknownSymbol,
                why: format!("'{unknown}' is none of its symbols"),
                hint: nearest_or_all(unknown, known),
            })
        }
        (Type::Symbols(places), Type::String) => Some(
            Misfit::new(
                Code::TypeMismatch,
                "any text can stand there, and it takes a symbol".into(),
            )
            .hinting(format!(
                "choose one: x == 'A' ? '{0}' : '{1}'",
                places.first().map_or("A", |symbol| symbol),
                places.last().map_or("B", |symbol| symbol)
            )),
        ),
        (Type::Decimal(_), Type::Decimal(_)) => (place != value).then(|| {
            Misfit::new(Code::DecimalNumber, format!("{value} does not fit {place}"))
                .hinting("precision and scale must be the same")
        }),
        (Type::Decimal(_), Type::Float | Type::Double | Type::Whole(_))
        | (Type::Float | Type::Double | Type::Whole(_), Type::Decimal(_)) => {
            Some(Misfit::new(Code::DecimalNumber, format!("{value} does not fit {place}")).hinting(DECIMAL_HINT))
        }
        (place, value) => {
            (!simple(place, value)).then(|| Misfit::new(Code::TypeMismatch, format!("{value} does not fit {place}")))
        }
    }
}

/// What to do instead of computing with decimals.
pub(super) const DECIMAL_HINT: &str =
    "expressions do not compute with decimals: carry money as a long in the smallest unit, beside its currency";

/// The first complaint about a branch that is near, when no branch takes the value.
fn into_union(places: &[Type], value: &Type, depth: usize) -> Option<Misfit> {
    let mut near = None;
    for place in places {
        let found = differ(place, value, depth)?;
        if !matches!(found.code, Code::TypeMismatch | Code::MayBeNull) {
            near.get_or_insert(found);
        }
    }
    let place = Type::Union(places.into());
    Some(near.unwrap_or_else(|| Misfit::new(Code::TypeMismatch, format!("{value} does not fit {place}"))))
}

fn numbers(place: Whole, value: Whole) -> Option<Misfit> {
    if let (Some(wanted), Some(given)) = (place.unit, value.unit)
        && wanted != given
    {
        return Some(Misfit::new(
            Code::TypeMismatch,
            format!("it is a time in {given}, and {wanted} are asked for"),
        ));
    }
    if place.range.contains(value.range) {
        return None;
    }
    let (from, to) = (value.range.min, value.range.max);
    let why = match (from, to) {
        (i64::MIN, i64::MAX) => "long does not fit int".to_owned(),
        _ if from == to => format!("{from} does not fit int"),
        _ => format!("a number from {from} to {to} does not fit int"),
    };
    Some(
        Misfit::new(Code::MayOverflow, why)
            .hinting("bound it: x > 1000 ? 1000 : (x < 0 ? 0 : x), or make the field a long"),
    )
}

fn simple(place: &Type, value: &Type) -> bool {
    match (place, value) {
        (Type::Float, Type::Whole(value)) => super::Range::INT.contains(value.range),
        (Type::Double, Type::Whole(_) | Type::Float) => true,
        (Type::String, Type::Symbols(_)) => true,
        (Type::Bytes, Type::Fixed(_)) => true,
        // How many bytes there are shows only with the data.
        (Type::Fixed(_), Type::Bytes) => true,
        (place, value) => place == value,
    }
}

fn records(place: &RecordType, value: &RecordType, depth: usize) -> Option<Misfit> {
    if let Some(extra) = value.field_names().find(|name| place.field(name).is_none()) {
        return Some(Misfit {
            code: Code::UnknownField,
            why: format!("{place} has no field '{extra}', which {value} has"),
            hint: nearest_or_all(extra, place.field_names()),
        });
    }
    place.fields.iter().find_map(|field| match value.field(&field.name) {
        Some(given) => differ(&field.of, &given.of, depth + 1)
            .map(|misfit| misfit.inside(&format!("in the field '{}'", field.name))),
        None if field.has_default => None,
        None => Some(Misfit::new(
            Code::FieldNotFilled,
            format!("{value} has no field '{}', which {place} needs", field.name),
        )),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typing::Range;

    #[test]
    fn a_smaller_number_fits_a_larger_one_and_not_the_reverse() {
        let (int, long) = (Type::whole(Range::INT), Type::whole(Range::LONG));
        assert_eq!(misfit(&long, &int), None);
        let found = misfit(&int, &long).unwrap();
        assert_eq!(
            (found.code, found.why.as_str()),
            (Code::MayOverflow, "long does not fit int")
        );
        assert_eq!(misfit(&int, &Type::whole(Range::of(5))), None);
    }

    #[test]
    fn what_may_be_null_needs_a_place_for_it() {
        assert_eq!(misfit(&Type::String.nullable(), &Type::String.nullable()), None);
        let found = misfit(&Type::String, &Type::String.nullable()).unwrap();
        assert_eq!(found.why, "it may be null, and string is not");
    }

    #[test]
    fn a_symbol_must_be_one_of_the_enum() {
        let place = Type::symbol("NEW").or(Type::symbol("PAID")).nullable();
        assert_eq!(misfit(&place, &Type::symbol("PAID")), None);
        let found = misfit(&place, &Type::symbol("PAYD")).unwrap();
        assert_eq!(found.code, Code::UnknownSymbol);
        assert_eq!(found.hint.as_deref(), Some("did you mean 'PAID'?"));
        assert_eq!(misfit(&place, &Type::String).unwrap().code, Code::TypeMismatch);
    }
}
