//! Walks over lists, as the parser writes them out: `map`, `filter`, `all`, `exists`, `exists_one`.

use cel::{
    IdedExpr,
    common::ast::{ComprehensionExpr, Expr, operators},
};

use super::{Inference, Type, facts::Facts, infer::every_branch};
use crate::Code;

impl Inference<'_> {
    /// The type of a walk. `place` is what each item of the list that it makes must be, and how that is called.
    pub(super) fn walk(&mut self, walk: &ComprehensionExpr, place: Option<(&Type, &str)>, facts: &Facts) -> Type {
        let item = self.item_of(&walk.iter_range, facts);
        let start = self.infer(&walk.accu_init, facts);
        let inner = facts.without(&walk.iter_var).without(&walk.accu_var);
        self.bound.push((walk.iter_var.clone(), item));
        self.bound.push((walk.accu_var.clone(), start.clone()));
        let gives = match (&start, place) {
            (Type::List(_), Some((place, told))) => {
                self.gather(&walk.loop_step, place, told, &inner);
                Type::list(Type::Any)
            }
            (Type::List(_), None) => self.infer(&walk.loop_step, &inner),
            _ => {
                self.infer(&walk.loop_step, &inner);
                Type::Boolean
            }
        };
        self.bound.truncate(self.bound.len() - 2);
        gives
    }

    /// The type of the items of what is walked over.
    fn item_of(&mut self, range: &IdedExpr, facts: &Facts) -> Type {
        let of = self.operand(range, facts);
        if !every_branch(&of, |branch| matches!(branch, Type::List(_))) {
            let message = format!("only a list can be walked over, not {of}");
            self.tell(Code::WrongOperand, self.tree.extent(range), message, None);
            return Type::Any;
        }
        of.item()
    }

    /// Holds what a step adds to the list, `@result + [value]`, against the place of an item.
    fn gather(&mut self, step: &IdedExpr, place: &Type, told: &str, facts: &Facts) {
        let Expr::Call(call) = &step.expr else { return };
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::CONDITIONAL, [condition, step, _]) => {
                self.truth(condition, facts);
                self.gather(step, place, told, &facts.when(condition, true));
            }
            (operators::ADD, [_, added]) => {
                let Expr::List(list) = &added.expr else { return };
                for value in &list.elements {
                    self.expect(value, place, told, facts);
                }
            }
            _ => {}
        }
    }
}
