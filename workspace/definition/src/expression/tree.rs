//! An expression as it was parsed, with the places of its parts: what the check of types works on.

use cel::{
    IdedExpr,
    common::ast::{EntryExpr, Expr, SourceInfo},
};

/// The parts of an expression and where they stand.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) root: IdedExpr,
    places: SourceInfo,
    letters: Vec<char>,
}

/// Characters of an expression's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) offset: usize,
    pub(crate) length: usize,
}

impl Extent {
    fn between(start: usize, end: usize) -> Self {
        Self {
            offset: start,
            length: end.saturating_sub(start).max(1),
        }
    }

    fn end(self) -> usize {
        self.offset + self.length
    }

    fn hull(self, other: Self) -> Self {
        Self::between(self.offset.min(other.offset), self.end().max(other.end()))
    }
}

impl Tree {
    pub(super) fn new(text: &str, root: IdedExpr, places: SourceInfo) -> Self {
        Self {
            root,
            places,
            letters: text.chars().collect(),
        }
    }

    /// Where a part stands, from its first to its last character.
    pub(crate) fn extent(&self, part: &IdedExpr) -> Extent {
        let own = self.token(part.id);
        match &part.expr {
            Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => own,
            Expr::Select(select) => {
                let all = self.extent(&select.operand).hull(own);
                let all = self.field(part).map_or(all, |field| all.hull(field));
                if select.test { self.closed(all) } else { all }
            }
            Expr::Call(call) => {
                let target = call.target.as_deref();
                let all = target
                    .into_iter()
                    .chain(&call.args)
                    .fold(own, |all, part| all.hull(self.extent(part)));
                if call.func_name.starts_with(|first: char| first.is_ascii_alphabetic()) || call.func_name == "_[_]" {
                    self.closed(self.named(all, &call.func_name))
                } else {
                    all
                }
            }
            Expr::Comprehension(walk) => {
                let all = self
                    .extent(&walk.iter_range)
                    .hull(own)
                    .hull(self.extent(&walk.loop_step));
                self.closed(all)
            }
            Expr::List(list) => {
                let all = list.elements.iter().fold(own, |all, part| all.hull(self.extent(part)));
                self.closed(all)
            }
            Expr::Map(map) => {
                let entries = map.entries.iter().map(|entry| match &entry.expr {
                    EntryExpr::MapEntry(entry) => self.extent(&entry.value),
                    EntryExpr::StructField(field) => self.extent(&field.value),
                });
                self.closed(entries.fold(own, Extent::hull))
            }
            Expr::Struct(_) => own,
        }
    }

    /// Where the name of the field stands that the selection `part` takes.
    pub(crate) fn field(&self, part: &IdedExpr) -> Option<Extent> {
        let Expr::Select(select) = &part.expr else { return None };
        let from = self.extent(&select.operand).end();
        let between = |letter: &char| letter.is_whitespace() || *letter == '.';
        let start = from
            + self
                .letters
                .get(from..)?
                .iter()
                .take_while(|letter| between(letter))
                .count();
        let length = select.field.chars().count();
        let written = self.letters.get(start..start + length)?;
        written
            .iter()
            .copied()
            .eq(select.field.chars())
            .then_some(Extent { offset: start, length })
    }

    fn token(&self, id: u64) -> Extent {
        let (start, stop) = self.places.offset_for(id).unwrap_or_default();
        Extent::between(start as usize, stop as usize + 1)
    }

    /// With the name of the function in front, whose bracket the parser remembers.
    fn named(&self, all: Extent, name: &str) -> Extent {
        let length = name.chars().count();
        let Some(start) = all.offset.checked_sub(length) else {
            return all;
        };
        let written = self.letters.get(start..all.offset);
        if written.is_some_and(|written| written.iter().copied().eq(name.chars())) {
            Extent::between(start, all.end())
        } else {
            all
        }
    }

    /// With the bracket that closes it.
    fn closed(&self, all: Extent) -> Extent {
        let behind = self.letters.get(all.end()..).unwrap_or_default();
        let blank = behind.iter().take_while(|letter| letter.is_whitespace()).count();
        match behind.get(blank) {
            Some(')' | ']' | '}') => Extent::between(all.offset, all.end() + blank + 1),
            _ => all,
        }
    }
}
