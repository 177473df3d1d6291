//! Whether one schema can read what another has written, by the rules of schema resolution in the Avro specification.
//!
//! The comparison of the Avro library is not used: it takes a reference and its definition for different types, does
//! not know aliases, and cannot say where the difference is.

use std::collections::BTreeMap;

use apache_avro::Schema;
use apache_avro::schema::{Aliases, EnumSchema, FixedSchema, RecordField, RecordSchema};

use super::difference::{Difference, Kind};
use super::types::{Names, Shape, is_same_name};
use crate::limits::NESTING_MAX;
use crate::schema::Parsed;
use crate::{Error, Result};

/// Everything at which the reader is at a loss; nothing when it reads all that the writer may write.
///
/// # Errors
/// When the types are nested too deeply.
pub(super) fn differences(reader: &Parsed, writer: &Parsed) -> Result<Vec<Difference>> {
    let mut pair = Pair {
        reader: Names::of(reader),
        writer: Names::of(writer),
        known: BTreeMap::new(),
        path: Vec::new(),
    };
    pair.compare(&reader.schema, &writer.schema)
}

struct Pair<'a> {
    reader: Names<'a>,
    writer: Names<'a>,
    /// What came out for two records, by their full names. A pair that is being compared is taken for compatible: what
    /// speaks against it is found at its first occurrence.
    known: BTreeMap<(String, String), Vec<Difference>>,
    path: Vec<String>,
}

impl<'a> Pair<'a> {
    fn compare(&mut self, reader: &'a Schema, writer: &'a Schema) -> Result<Vec<Difference>> {
        if self.path.len() > NESTING_MAX {
            return Err(Error::AboveLimit {
                what: "types inside of types",
                limit: NESTING_MAX,
            });
        }
        let (reader, writer) = (self.reader.definition(reader), self.writer.definition(writer));
        match (reader, writer) {
            (_, Schema::Union(branches)) => self.every_branch(reader, branches.variants()),
            (Schema::Union(branches), _) => self.any_branch(branches.variants(), writer),
            (Schema::Record(reader), Schema::Record(writer)) => self.records(reader, writer),
            (Schema::Array(reader), Schema::Array(writer)) => {
                self.inside("items", |pair| pair.compare(&reader.items, &writer.items))
            }
            (Schema::Map(reader), Schema::Map(writer)) => {
                self.inside("values", |pair| pair.compare(&reader.types, &writer.types))
            }
            (Schema::Enum(reader), Schema::Enum(writer)) => Ok(self.enums(reader, writer)),
            _ => Ok(self.leaves(Shape::of(reader), Shape::of(writer))),
        }
    }

    fn every_branch(&mut self, reader: &'a Schema, branches: &'a [Schema]) -> Result<Vec<Difference>> {
        let mut differences = Vec::new();
        for (index, branch) in branches.iter().enumerate() {
            differences.extend(self.inside(index, |pair| pair.compare(reader, branch))?);
        }
        Ok(differences)
    }

    fn any_branch(&mut self, branches: &'a [Schema], writer: &'a Schema) -> Result<Vec<Difference>> {
        for branch in branches {
            if self.compare(branch, writer)?.is_empty() {
                return Ok(Vec::new());
            }
        }
        let writer = Shape::of(writer).name();
        Ok(vec![self.difference(
            Kind::UnionBranch,
            format!("reader union lacking writer type: {writer}"),
        )])
    }

    fn records(&mut self, reader: &'a RecordSchema, writer: &'a RecordSchema) -> Result<Vec<Difference>> {
        let names = (reader.name.fullname(None), writer.name.fullname(None));
        if let Some(known) = self.known.get(&names) {
            return Ok(known.clone());
        }
        self.known.insert(names.clone(), Vec::new());
        let mut differences = Vec::new();
        if !is_same_name(&reader.name, &full_names(&reader.aliases), &writer.name) {
            differences.push(self.inside("name", |pair| {
                pair.difference(Kind::Name, format!("expected: {}", names.1))
            }));
        }
        for (index, field) in reader.fields.iter().enumerate() {
            differences.extend(self.inside("fields", |pair| pair.inside(index, |pair| pair.field(field, writer)))?);
        }
        self.known.insert(names, differences.clone());
        Ok(differences)
    }

    fn field(&mut self, field: &'a RecordField, writer: &'a RecordSchema) -> Result<Vec<Difference>> {
        match written_field(field, writer) {
            Some(written) => self.inside("type", |pair| pair.compare(&field.schema, &written.schema)),
            None if field.default.is_some() => Ok(Vec::new()),
            None => Ok(vec![self.difference(Kind::FieldWithoutDefault, field.name.clone())]),
        }
    }

    fn enums(&mut self, reader: &EnumSchema, writer: &EnumSchema) -> Vec<Difference> {
        let mut differences = Vec::new();
        if !is_same_name(&reader.name, &full_names(&reader.aliases), &writer.name) {
            let expected = format!("expected: {}", writer.name.fullname(None));
            differences.push(self.inside("name", |pair| pair.difference(Kind::Name, expected)));
        }
        let unknown = writer.symbols.iter().filter(|symbol| !reader.symbols.contains(symbol));
        let unknown: Vec<&str> = unknown.map(String::as_str).collect();
        if !unknown.is_empty() && reader.default.is_none() {
            let unknown = format!("[{}]", unknown.join(", "));
            differences.push(self.inside("symbols", |pair| pair.difference(Kind::EnumSymbols, unknown)));
        }
        differences
    }

    fn leaves(&mut self, reader: Shape<'_>, writer: Shape<'_>) -> Vec<Difference> {
        match (&reader, &writer) {
            (Shape::Fixed(reader), Shape::Fixed(writer)) => self.fixed(reader, writer),
            _ if reader.reads(&writer) => Vec::new(),
            _ => {
                let types = format!(
                    "reader type: {} not compatible with writer type: {}",
                    reader.name(),
                    writer.name()
                );
                vec![self.difference(Kind::Type, types)]
            }
        }
    }

    fn fixed(&mut self, reader: &FixedSchema, writer: &FixedSchema) -> Vec<Difference> {
        let mut differences = Vec::new();
        if !is_same_name(&reader.name, &full_names(&reader.aliases), &writer.name) {
            let expected = format!("expected: {}", writer.name.fullname(None));
            differences.push(self.inside("name", |pair| pair.difference(Kind::Name, expected)));
        }
        if reader.size != writer.size {
            let sizes = format!("expected: {}, found: {}", writer.size, reader.size);
            differences.push(self.inside("size", |pair| pair.difference(Kind::FixedSize, sizes)));
        }
        differences
    }

    fn inside<T>(&mut self, step: impl ToString, compare: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step.to_string());
        let result = compare(self);
        self.path.pop();
        result
    }

    fn difference(&self, kind: Kind, detail: String) -> Difference {
        Difference {
            kind,
            path: format!("/{}", self.path.join("/")),
            detail,
        }
    }
}

/// The writer's field that fills the reader's: the one of its name, or of one of its aliases.
fn written_field<'a>(field: &RecordField, writer: &'a RecordSchema) -> Option<&'a RecordField> {
    let called = |name: &String| writer.fields.iter().find(|written| written.name == *name);
    called(&field.name).or_else(|| field.aliases.iter().find_map(called))
}

fn full_names(aliases: &Aliases) -> Vec<String> {
    aliases.iter().flatten().map(|alias| alias.fullname(None)).collect()
}

#[cfg(test)]
mod tests;
