//! What a condition says about a value is known where the condition holds, and nowhere else.

mod support;

use palinode_definition::{Code, Definition, check_schemas};

/// The kinds of mistakes when the field of `shop.Pick` is filled by the expression.
fn codes(field: &str, expression: &str) -> Vec<Code> {
    let id = if field == "id" { "" } else { "id: start.id, " };
    let text = format!(
        "apiVersion: palinode/v1\nsaga: s\nversion: 1\nowner: o\nstartedBy: {{ event: shop.Placed, topic: in }}\nsteps:\n  - id: \
         pick\n    command: {{ topic: c, message: shop.Pick, fields: {{ {id}{field}: \"{expression}\" }} }}\n    replies: {{ topic: \
         r, succeeded: shop.Picked }}\n"
    );
    let definition = Definition::read("s.yaml", &text).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    check_schemas(&definition, &support::schema)
        .iter()
        .map(|found| found.code)
        .collect()
}

#[test]
fn a_guarded_value_fits() {
    for (field, expression) in [
        ("id", "has(start.note) ? start.note : ''"),
        ("id", "start.note != null ? start.note : 'none'"),
        ("id", "start.note == null ? 'none' : start.note"),
        ("id", "!has(start.note) || start.note == '' ? 'none' : start.note + '!'"),
        (
            "id",
            "null != start.customer.city ? start.customer.city : start.customer.name",
        ),
        ("gift", "start.note != null && start.note.startsWith('x')"),
        ("gift", "start.note == null || size(start.note) > 3"),
        ("gift", "start.note == 'x'"),
        ("count", "start.sum < 1000 && start.sum > -1000 ? start.sum : 0"),
        ("count", "1000 >= start.sum && start.sum >= 0 ? start.sum : 1000"),
        ("count", "start.sum % 1000"),
        ("count", "start.sum == 7 ? start.sum : 0"),
        ("count", "size(start.items) + 1 > 2 ? 1 : 2"),
        ("sum", "start.count * 1000 + size(start.items)"),
        ("share", "double(start.count) / 2.0"),
        ("state", "start.id == 'PAID' ? start.id : 'NEW'"),
        ("state", "start.id in ['PAID', 'CLOSED'] ? start.id : 'NEW'"),
        ("items", "start.items.filter(i, i.count > 1)"),
        ("items", "start.items.map(i, i.count > 1, {'sku': i.sku, 'count': 1})"),
        ("price", "start.price"),
        ("at", "start.placed_at + 1000"),
        ("note", "start.tags['colour']"),
    ] {
        assert_eq!(codes(field, expression), [], "{field}: {expression}");
    }
}

#[test]
fn a_guard_of_something_else_or_elsewhere_is_none() {
    for (field, expression, code) in [
        ("id", "has(start.customer.city) ? start.note : ''", Code::MayBeNull),
        ("id", "has(start.note) ? '' : start.note", Code::MayBeNull),
        (
            "id",
            "(has(start.note) || start.gift) ? start.note : ''",
            Code::MayBeNull,
        ),
        (
            "gift",
            "start.note != null || start.note.startsWith('x')",
            Code::MayBeNull,
        ),
        (
            "gift",
            "(start.note != null ? true : false) && start.note > ''",
            Code::MayBeNull,
        ),
        ("count", "start.sum < 1000 ? start.sum : 0", Code::MayOverflow),
        ("count", "start.sum < 1000 ? 0 : start.sum", Code::MayOverflow),
        ("count", "start.count < 10 ? start.sum : 0", Code::MayOverflow),
        (
            "state",
            "start.id in ['PAID', 'OPEN'] ? start.id : 'NEW'",
            Code::UnknownSymbol,
        ),
        ("state", "start.id != 'PAID' ? start.id : 'NEW'", Code::TypeMismatch),
        (
            "items",
            "start.items.map(i, {'sku': start.note, 'count': 1})",
            Code::MayBeNull,
        ),
    ] {
        assert_eq!(codes(field, expression), [code], "{field}: {expression}");
    }
}
