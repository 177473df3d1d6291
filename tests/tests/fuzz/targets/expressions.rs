//! Expressions, as they stand in definitions.

use palinode_definition::compile_expression;

use crate::input::{INPUTS, Input, soon};

const KNOWN: [&str; 8] = [
    "start.order_id",
    "start.items.map(i, {'sku': i.sku, 'quantity': i.quantity})",
    "steps.payment.reply.amount_minor > 100 && start.currency == 'EUR'",
    "has(start.note) ? start.note : ''",
    "start.items.filter(i, i.quantity > 0).size() >= 1u",
    "start.total_minor > 100 && start.total_minor % 7 == 0 ? 'a' + start.currency : 'b'",
    "[1, 2.5, -3, true, null, b'ab', \"\\u00e9\"].exists(x, x == 1)",
    "((((((((1))))))))",
];

fn read(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(expression) = compile_expression(&text) {
        assert_eq!(expression.source(), text);
    }
}

#[test]
fn an_expression_is_compiled_or_refused() {
    let known: Vec<Vec<u8>> = KNOWN.iter().map(|text| text.as_bytes().to_vec()).collect();
    for text in KNOWN {
        if let Err(reason) = compile_expression(text) {
            panic!("{text}: {reason}");
        }
    }
    bolero::check!()
        .with_type::<Input>()
        .with_iterations(INPUTS)
        .for_each(|input| soon(&input.bytes(&known), read));
}
