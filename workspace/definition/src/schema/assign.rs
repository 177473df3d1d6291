//! Whether a value of one shape can stand where another is asked for.

use super::shape::{RecordShape, Shape};

/// Why `value` does not fit into `place`; nothing when it does, or when only the data can tell.
pub(super) fn misfit(place: &Shape, value: &Shape) -> Option<String> {
    match (place, value) {
        (_, Shape::Union(branches)) => branches.iter().find_map(|branch| misfit(place, branch)),
        (Shape::Union(places), value) => {
            let fits = places.iter().any(|place| misfit(place, value).is_none());
            (!fits).then(|| format!("{value} does not fit {place}"))
        }
        (Shape::List(place), Shape::List(value)) => misfit(place, value).map(|why| format!("{why} in the array")),
        (Shape::Map(place), Shape::Map(value)) => misfit(place, value).map(|why| format!("{why} in the map")),
        (Shape::Record(place), Shape::Record(value)) => record_misfit(place, value),
        (Shape::Map(_), Shape::Record(_)) | (Shape::Record(_), Shape::Map(_)) => None,
        (_, Shape::Null) if *place != Shape::Null && *place != Shape::Any => {
            Some(format!("it may be null, and {place} is not"))
        }
        (place, value) => (!simple(place, value)).then(|| format!("{value} does not fit {place}")),
    }
}

fn simple(place: &Shape, value: &Shape) -> bool {
    match (place, value) {
        (Shape::Any, _) | (_, Shape::Any) => true,
        (Shape::Long, Shape::Int) | (Shape::Float, Shape::Int) => true,
        (Shape::Double, Shape::Int | Shape::Long | Shape::Float) => true,
        (Shape::String, Shape::Enum(_)) | (Shape::Enum(_), Shape::String) => true,
        (Shape::Enum(place), Shape::Enum(value)) => value.iter().all(|symbol| place.contains(symbol)),
        (place, value) => place == value,
    }
}

fn record_misfit(place: &RecordShape, value: &RecordShape) -> Option<String> {
    place.fields.iter().find_map(|field| match value.field(&field.name) {
        Some(given) => misfit(&field.shape, &given.shape).map(|why| format!("{why} in the field '{}'", field.name)),
        None if field.has_default => None,
        None => Some(format!(
            "{} has no field '{}', which {} needs",
            value.name, field.name, place.name
        )),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_smaller_number_fits_a_larger_one_and_not_the_reverse() {
        assert_eq!(misfit(&Shape::Long, &Shape::Int), None);
        assert_eq!(misfit(&Shape::Int, &Shape::Long), Some("long does not fit int".into()));
    }

    #[test]
    fn what_may_be_null_needs_a_place_for_it() {
        assert_eq!(misfit(&Shape::String.nullable(), &Shape::String.nullable()), None);
        assert_eq!(
            misfit(&Shape::String, &Shape::String.nullable()),
            Some("it may be null, and string is not".into())
        );
    }
}
