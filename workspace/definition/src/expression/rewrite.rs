//! Finds what an expression refers to, and rewrites its tree so that each path is one variable.
//!
//! `start.customer.name` becomes the variable `start.customer.name`, so that only this field is looked up and not the
//! whole start event; `has(start.x)` becomes a variable of its own. What a walk (`map`, `filter` …) goes over passes
//! through a guard that admits lists only.

use cel::{
    IdedExpr,
    common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, LiteralValue, SourceInfo, operators},
};
use palinode_core::{FieldName, Fields, Value};

use super::{
    Mistake,
    functions::{self, LIST_GUARD},
};
use crate::{
    Code,
    limits::{EXPRESSION_NODES_MAX, WALK_DEPTH_MAX, WALKS_MAX},
};

/// A path that an expression looks up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    /// The path.
    pub(crate) path: Vec<FieldName>,
    /// The path with dots; behind a `?` when only its presence is asked for.
    pub(crate) variable: String,
    /// Whether the expression asks if there is a value (`has`), not for the value.
    pub(crate) presence: bool,
    /// Where in the text it stands, in characters.
    pub(crate) offset: usize,
}

impl Reference {
    /// The path with dots.
    pub(crate) fn dotted(&self) -> &str {
        self.variable.trim_start_matches('?')
    }

    /// The value; otherwise why there is none.
    pub(super) fn look_up(&self, fields: &dyn Fields) -> Result<Value, String> {
        if self.presence {
            let value = fields.value(&self.path).map_err(|error| error.to_string())?;
            return Ok(Value::Boolean(!matches!(value, None | Some(Value::Null))));
        }
        match fields.value(&self.path) {
            Ok(Some(value)) => Ok(value),
            Ok(None) => Err(format!("there is no field '{}'", self.dotted())),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// What was found in a tree.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) references: Vec<Reference>,
    pub(super) mistakes: Vec<Mistake>,
}

/// Rewrites `tree`, the parsed form of `text`.
pub(super) fn rewrite(text: &str, tree: &mut IdedExpr, places: &SourceInfo) -> Found {
    let found = Found {
        references: Vec::new(),
        mistakes: Vec::new(),
    };
    let mut walker = Walker {
        text,
        places,
        bound: Vec::new(),
        depth: 0,
        walks: 0,
        nodes: 0,
        found,
    };
    walker.visit(tree);
    if walker.walks > WALKS_MAX {
        walker.whole(
            Code::LimitExceeded,
            format!("the expression walks over lists more than {WALKS_MAX} times"),
        );
    }
    if walker.nodes > EXPRESSION_NODES_MAX {
        walker.whole(
            Code::LimitExceeded,
            format!("the expression has more than {EXPRESSION_NODES_MAX} parts"),
        );
    }
    walker.found
}

struct Walker<'a> {
    text: &'a str,
    places: &'a SourceInfo,
    /// Names that the walks around the current part bind.
    bound: Vec<String>,
    depth: usize,
    walks: usize,
    nodes: usize,
    found: Found,
}

impl Walker<'_> {
    fn visit(&mut self, part: &mut IdedExpr) {
        self.nodes += 1;
        if self.nodes > EXPRESSION_NODES_MAX {
            return;
        }
        if let Some((path, presence, root)) = path_of(part)
            && !self.bound.contains(&path[0])
        {
            part.expr = Expr::Ident(self.refer(&path, presence, root));
            return;
        }
        match &mut part.expr {
            Expr::Select(select) => {
                self.visit(&mut select.operand);
                if select.test && is_plain(&select.operand) {
                    not_null(part);
                }
            }
            Expr::Call(call) => self.call(part.id, call),
            Expr::Comprehension(walk) => self.walk(walk),
            Expr::List(list) => list.elements.iter_mut().for_each(|element| self.visit(element)),
            Expr::Map(map) => {
                for entry in &mut map.entries {
                    match &mut entry.expr {
                        EntryExpr::MapEntry(entry) => {
                            self.visit(&mut entry.key);
                            self.visit(&mut entry.value);
                        }
                        EntryExpr::StructField(field) => self.visit(&mut field.value),
                    }
                }
            }
            Expr::Struct(_) => self.whole(Code::UnknownFunction, "an expression cannot make a message".into()),
            Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => {}
        }
    }

    fn refer(&mut self, path: &[String], presence: bool, root: u64) -> String {
        let variable = format!("{}{}", if presence { "?" } else { "" }, path.join("."));
        if !self.found.references.iter().any(|known| known.variable == variable) {
            let path = path.iter().map(|name| FieldName::from(name.as_str())).collect();
            let offset = self.offset(root);
            self.found.references.push(Reference {
                path,
                variable: variable.clone(),
                presence,
                offset,
            });
        }
        variable
    }

    fn call(&mut self, id: u64, call: &mut CallExpr) {
        let behind = call.target.is_some();
        if let Some((code, message, hint)) = functions::mistake(&call.func_name, behind, call.args.len()) {
            let (offset, length) = self.called(id, &call.func_name);
            self.found.mistakes.push(Mistake {
                code,
                offset,
                length,
                message,
                hint,
            });
        }
        if let Some(target) = &mut call.target {
            self.visit(target);
        }
        call.args.iter_mut().for_each(|argument| self.visit(argument));
    }

    fn walk(&mut self, walk: &mut ComprehensionExpr) {
        self.walks += 1;
        self.visit(&mut walk.iter_range);
        guard(&mut walk.iter_range);
        self.visit(&mut walk.accu_init);
        self.depth += 1;
        if self.depth > WALK_DEPTH_MAX {
            let message = format!("more than {WALK_DEPTH_MAX} walks over lists stand inside each other");
            self.whole(Code::LimitExceeded, message);
        }
        let outside = self.bound.len();
        self.bound.push(walk.iter_var.clone());
        self.bound.extend(walk.iter_var2.clone());
        self.bound.push(walk.accu_var.clone());
        self.visit(&mut walk.loop_cond);
        self.visit(&mut walk.loop_step);
        self.visit(&mut walk.result);
        self.bound.truncate(outside);
        self.depth -= 1;
    }

    /// Where the name of the function stands, whose bracket the parser remembers.
    fn called(&self, id: u64, name: &str) -> (usize, usize) {
        let bracket = self.offset(id);
        let length = name.chars().count();
        let written = |start: usize| self.text.chars().skip(start).take(length).eq(name.chars());
        match bracket.checked_sub(length).filter(|start| written(*start)) {
            Some(start) => (start, length),
            None => (bracket, 1),
        }
    }

    fn offset(&self, id: u64) -> usize {
        self.places.offset_for(id).map_or(0, |(start, _)| start as usize)
    }

    fn whole(&mut self, code: Code, message: String) {
        let mistake = Mistake::whole(code, self.text, message);
        if !self.found.mistakes.contains(&mistake) {
            self.found.mistakes.push(mistake);
        }
    }
}

/// Whether a part is a name, a field of a plain part, or an item of one.
fn is_plain(part: &IdedExpr) -> bool {
    match &part.expr {
        Expr::Ident(_) => true,
        Expr::Select(select) => !select.test && is_plain(&select.operand),
        Expr::Call(call) if call.func_name == operators::INDEX => {
            matches!(call.args.as_slice(), [of, at] if is_plain(of) && matches!(at.expr, Expr::Literal(_)))
        }
        _ => false,
    }
}

/// Makes `has(i.note)` false for a note that is null, as it is for paths: `has(i.note) && i.note != null`.
fn not_null(part: &mut IdedExpr) {
    let id = part.id;
    let call = |name: &str, args: Vec<IdedExpr>| IdedExpr {
        id,
        expr: Expr::Call(CallExpr {
            func_name: name.into(),
            target: None,
            args,
        }),
    };
    let has = std::mem::take(part);
    let mut value = has.clone();
    if let Expr::Select(select) = &mut value.expr {
        select.test = false;
    }
    let null = IdedExpr {
        id,
        expr: Expr::Literal(LiteralValue::Null),
    };
    let given = call(operators::NOT_EQUALS, vec![value, null]);
    *part = call(operators::LOGICAL_AND, vec![has, given]);
}

/// Lets nothing but lists of a bounded size into a walk.
fn guard(range: &mut IdedExpr) {
    let inner = std::mem::take(range);
    let id = inner.id;
    let call = CallExpr {
        func_name: LIST_GUARD.into(),
        target: None,
        args: vec![inner],
    };
    *range = IdedExpr {
        id,
        expr: Expr::Call(call),
    };
}

/// The names of `a.b.c` or `has(a.b.c)`, whether it is the latter, and the id of `a`.
fn path_of(part: &IdedExpr) -> Option<(Vec<String>, bool, u64)> {
    let mut names = Vec::new();
    let mut presence = false;
    let mut current = part;
    loop {
        match &current.expr {
            Expr::Select(select) => {
                if select.test {
                    if !names.is_empty() {
                        return None;
                    }
                    presence = true;
                }
                names.push(select.field.clone());
                current = &select.operand;
            }
            Expr::Ident(name) => {
                names.push(name.clone());
                names.reverse();
                return Some((names, presence, current.id));
            }
            _ => return None,
        }
    }
}
