//! Expressions over a saga's fields.

use std::{collections::BTreeMap, sync::Mutex};

use palinode_core::{FieldError, FieldName, Fields, Value};
use palinode_definition::{compile_expression, limits};

/// Fields by dotted path; remembers what was looked up.
#[derive(Default)]
struct Known {
    values: BTreeMap<&'static str, Value>,
    asked: Mutex<Vec<String>>,
}

impl Fields for Known {
    fn value(&self, path: &[FieldName]) -> Result<Option<Value>, FieldError> {
        let path = path.iter().map(FieldName::as_str).collect::<Vec<_>>().join(".");
        self.asked.lock().unwrap().push(path.clone());
        if path.starts_with("start.broken") {
            return Err(FieldError {
                path,
                reason: "the bytes end early".into(),
            });
        }
        Ok(self.values.get(path.as_str()).cloned())
    }
}

fn text(text: &str) -> Value {
    Value::String(text.into())
}

fn record(fields: &[(&str, Value)]) -> Value {
    Value::Record(
        fields
            .iter()
            .map(|(name, value)| (FieldName::from(*name), value.clone()))
            .collect(),
    )
}

fn order() -> Known {
    let item = |sku: &str, quantity| record(&[("sku", text(sku)), ("quantity", Value::Long(quantity))]);
    let values = [
        ("start.order_id", text("o-7")),
        ("start.total_minor", Value::Long(1_999)),
        ("start.note", Value::Null),
        ("start.items", Value::List(vec![item("a", 1), item("b", 3)])),
        (
            "start.rates",
            record(&[("eu", Value::Double(0.19)), ("uk", Value::Double(0.2))]),
        ),
        ("reply.code", text("BANK_UNAVAILABLE")),
        ("steps.payment.reply.reservation_id", text("r-1")),
        ("steps.stock.reply", Value::Null),
        ("steps.stock.reply.items", Value::Null),
    ];
    Known {
        values: values.into(),
        asked: Mutex::default(),
    }
}

fn evaluate(expression: &str, fields: &Known) -> Result<Value, String> {
    let compiled = compile_expression(expression).unwrap_or_else(|why| panic!("{expression}: {why}"));
    assert_eq!(compiled.source(), expression);
    compiled.evaluate(fields).map_err(|error| error.reason)
}

#[test]
fn expressions_have_the_values_that_cel_gives_them() {
    let expected = [
        ("start.order_id", text("o-7")),
        ("steps.payment.reply.reservation_id", text("r-1")),
        ("'EUR'", text("EUR")),
        ("-1.5", Value::Double(-1.5)),
        ("null", Value::Null),
        ("[1, 2 + 3]", Value::List(vec![Value::Long(1), Value::Long(5)])),
        ("reply.code == 'BANK_UNAVAILABLE'", Value::Boolean(true)),
        ("reply.code in ['BARRED', 'BANK_REFUSED']", Value::Boolean(false)),
        ("start.total_minor * 2 / 3 + 1", Value::Long(1_333)),
        ("double(start.total_minor) / 100.0", Value::Double(19.99)),
        ("start.order_id + '/' + string(start.total_minor)", text("o-7/1999")),
        (
            "start.order_id.startsWith('o-') && !start.order_id.contains('x')",
            Value::Boolean(true),
        ),
        ("start.order_id.upperAscii().replace('-', '')", text("O7")),
        ("start.order_id.matches('^o-[0-9]+$')", Value::Boolean(true)),
        ("start.total_minor > 1000 ? 'large' : 'small'", text("large")),
        ("size(start.items)", Value::Long(2)),
        ("start.items[1].sku", text("b")),
        ("start.items.map(i, i.sku)", Value::List(vec![text("a"), text("b")])),
        (
            "start.items.filter(i, i.quantity > 1).map(i, i.sku)",
            Value::List(vec![text("b")]),
        ),
        ("start.items.exists(i, i.sku == 'b')", Value::Boolean(true)),
        ("start.items.all(i, i.quantity < 3)", Value::Boolean(false)),
        (
            "start.items.map(i, {'sku': i.sku, 'amount': i.quantity * 10})",
            Value::List(vec![
                record(&[("amount", Value::Long(10)), ("sku", text("a"))]),
                record(&[("amount", Value::Long(30)), ("sku", text("b"))]),
            ]),
        ),
        ("start.rates['uk']", Value::Double(0.2)),
        ("{'a': start.order_id}", record(&[("a", text("o-7"))])),
        ("has(start.order_id)", Value::Boolean(true)),
        ("has(start.unheard_of)", Value::Boolean(false)),
        ("has(start.note)", Value::Boolean(false)),
        (
            "has(steps.stock.reply.items) ? steps.stock.reply.items : []",
            Value::List(vec![]),
        ),
        ("steps.stock.reply == null", Value::Boolean(true)),
        ("false ? start.unheard_of : 1", Value::Long(1)),
    ];
    for (expression, value) in expected {
        assert_eq!(evaluate(expression, &order()), Ok(value), "{expression}");
    }
}

#[test]
fn an_expression_without_a_value_says_why() {
    let expected = [
        ("start.unheard_of", "there is no field 'start.unheard_of'"),
        ("start.unheard_of + 1", "there is no field 'start.unheard_of'"),
        (
            "start.order_id == start.unheard_of",
            "there is no field 'start.unheard_of'",
        ),
        (
            "start.broken.field",
            "the field 'start.broken.field' cannot be read: the bytes end early",
        ),
        (
            "start.broken.field == 1",
            "the field 'start.broken.field' cannot be read: the bytes end early",
        ),
        ("start.rates.map(k, k)", "only a list can be walked over, not a map"),
        ("start.note.map(k, k)", "there is no list to walk over"),
    ];
    for (expression, why) in expected {
        assert_eq!(evaluate(expression, &order()), Err(why.to_owned()), "{expression}");
    }
    for expression in [
        "start.total_minor / 0",
        "start.order_id + 1",
        "start.items[9]",
        "start.total_minor * 9223372036854775807",
    ] {
        assert!(evaluate(expression, &order()).is_err(), "{expression}");
    }
}

#[test]
fn only_the_fields_that_an_expression_names_are_looked_up() {
    let order = order();
    evaluate(
        "start.order_id + start.order_id == 'x' ? steps.payment.reply.reservation_id : ''",
        &order,
    )
    .unwrap();
    assert_eq!(
        *order.asked.lock().unwrap(),
        ["start.order_id", "steps.payment.reply.reservation_id"]
    );
}

#[test]
fn a_list_longer_than_the_limit_is_refused() {
    let mut order = order();
    let items = |count| Value::List(vec![Value::Long(1); count]);
    order.values.insert("start.items", items(limits::LIST_ITEMS_MAX));
    assert_eq!(evaluate("start.items.map(i, i + 1)[0]", &order), Ok(Value::Long(2)));
    order.values.insert("start.items", items(limits::LIST_ITEMS_MAX + 1));
    assert!(
        evaluate("start.items.map(i, i + 1)[0]", &order)
            .unwrap_err()
            .contains("1001 items")
    );
}

#[test]
fn an_expression_that_is_compiled_once_gives_the_same_in_every_thread() {
    let compiled =
        compile_expression("start.items.map(i, {'z': i.sku, 'a': i.quantity, 'm': {'y': 1, 'b': 2}})").unwrap();
    let first = compiled.evaluate(&order()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    assert_eq!(compiled.evaluate(&order()).unwrap(), first);
                }
            });
        }
    });
}
