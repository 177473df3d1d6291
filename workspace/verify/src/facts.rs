//! What the definition says that the model of the world leaves out.

use palinode_core::{
    EvaluationError, Expression, FieldError, FieldName, Fields, Milestone, Plan, Purpose, StepIndex, Value,
};

/// What is looked up in the definition itself, because the plan that is explored does not have it.
#[derive(Debug)]
pub(crate) struct Facts {
    /// Attempts in all, by step: of the step, of its compensation.
    attempts: Vec<[u32; 2]>,
    /// The milestones with an emission.
    pub(crate) milestones: Vec<Milestone>,
    /// The conditions that look at nothing: the key, the step, the value.
    pub(crate) constants: Vec<(&'static str, StepIndex, bool)>,
}

impl Facts {
    pub(crate) fn of(plan: &Plan) -> Self {
        let policies =
            |step| [Purpose::Forward, Purpose::Compensation].map(|of| plan.step(step).retry_for(of).attempts);
        let mut constants = Vec::new();
        for step in plan.step_indexes() {
            let part = plan.step(step);
            let conditions = [("when", &part.when), ("retry.when", &part.retry.when)];
            constants.extend(
                conditions
                    .into_iter()
                    .filter_map(|(key, condition)| Some((key, step, constant(condition.as_deref()?)?))),
            );
        }
        Self {
            attempts: plan.step_indexes().map(policies).collect(),
            milestones: plan
                .emits
                .iter()
                .flat_map(|emission| emission.on.iter().copied())
                .collect(),
            constants,
        }
    }

    /// The attempts that the definition allows.
    pub(crate) fn attempts(&self, step: StepIndex, purpose: Purpose) -> u32 {
        let policies = self.attempts.get(step.template().at());
        policies.map_or(1, |[forward, compensation]| match purpose {
            Purpose::Forward => *forward,
            Purpose::Compensation => *compensation,
        })
    }
}

/// The value of a condition that looks at nothing.
pub(crate) fn constant(condition: &dyn Expression) -> Option<bool> {
    match condition.evaluate(&Nothing) {
        Ok(Value::Boolean(value)) => Some(value),
        Ok(_) | Err(EvaluationError { .. }) => None,
    }
}

/// Fields of which none can be read, so that an expression over them has a value only when it looks at none.
struct Nothing;

impl Fields for Nothing {
    fn value(&self, path: &[FieldName]) -> Result<Option<Value>, FieldError> {
        Err(FieldError {
            path: path.iter().map(FieldName::as_str).collect::<Vec<_>>().join("."),
            reason: "nothing is known of the data".into(),
        })
    }
}
