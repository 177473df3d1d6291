//! What people look for sagas by.

use crate::{Decoder, FieldName, FieldPlan, Plan, SagaState, Scope, Value};

/// The attributes of an open saga, in the order of its plan. One that has no value, not yet or because its expression
/// fails, is null: looking at a saga does not fail.
pub fn attributes<'a>(plan: &'a Plan, state: &SagaState, decoder: &dyn Decoder) -> Vec<(&'a FieldName, Value)> {
    let scope = Scope::new(plan, state, decoder);
    let attributes = plan.attributes.iter();
    attributes
        .map(|attribute| (&attribute.name, attribute_value(attribute, &scope)))
        .collect()
}

pub(super) fn attribute_value(attribute: &FieldPlan, scope: &Scope<'_>) -> Value {
    attribute.expression.evaluate(scope).unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::attributes;
    use crate::{Effect, Value, testing::*};

    #[test]
    fn attributes_are_seen_at_any_time_and_in_the_outcome_and_never_stand_in_the_way() {
        let plan = plan([step("payment")])
            .with_attribute(Field("start.order_id"))
            .with_attribute(Broken);
        let mut story = Story::of(plan).given([start()]);
        let seen = attributes(&story.plan, story.state(), &Text);
        let values: Vec<&Value> = seen.iter().map(|(_, value)| value).collect();
        assert_eq!(values, [&Value::String("o-1".into()), &Value::Null]);
        story.when(&done(PAYMENT, 1));
        let [Effect::Outcome { values, .. }] = story.effects() else {
            panic!("{:?}", story.effects())
        };
        assert_eq!(values[1..], [Value::String("o-1".into()), Value::Null]);
    }
}
