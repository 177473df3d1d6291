//! A schema with every reference by name replaced by what it names.
//!
//! Two schemas that say the same may define a shared type at different places; the comparison takes a reference and a
//! definition for two different things. Only a type's reference to itself, inside itself, stays.

use std::collections::BTreeMap;

use apache_avro::Schema;
use apache_avro::schema::Name;

use crate::limits::INLINED_TYPES_MAX;
use crate::schema::Parsed;
use crate::{Error, Result};

/// The schema alone, without references but those of recursive types.
pub(crate) fn inlined(parsed: &Parsed) -> Result<Schema> {
    let mut definitions = BTreeMap::new();
    for schema in parsed.referenced.iter().chain([&parsed.schema]) {
        collect(schema, &mut definitions);
    }
    Inliner {
        definitions,
        open: Vec::new(),
        types: 0,
    }
    .inline(&parsed.schema)
}

fn collect<'a>(schema: &'a Schema, definitions: &mut BTreeMap<String, &'a Schema>) {
    if let Some(name) = schema.name()
        && !matches!(schema, Schema::Ref { .. })
    {
        definitions.insert(name.fullname(None), schema);
    }
    match schema {
        Schema::Record(record) => record
            .fields
            .iter()
            .for_each(|field| collect(&field.schema, definitions)),
        Schema::Union(union) => union
            .variants()
            .iter()
            .for_each(|variant| collect(variant, definitions)),
        Schema::Array(array) => collect(&array.items, definitions),
        Schema::Map(map) => collect(&map.types, definitions),
        _ => {}
    }
}

struct Inliner<'a> {
    definitions: BTreeMap<String, &'a Schema>,
    /// The records around the place that is being written.
    open: Vec<Name>,
    types: usize,
}

impl Inliner<'_> {
    fn inline(&mut self, schema: &Schema) -> Result<Schema> {
        self.types += 1;
        if self.types > INLINED_TYPES_MAX {
            return Err(Error::AboveLimit {
                what: "types in the schema",
                limit: INLINED_TYPES_MAX,
            });
        }
        let mut whole = schema.clone();
        match &mut whole {
            Schema::Ref { name } if self.open.contains(name) => {}
            Schema::Ref { name } => {
                let definition = self.definitions.get(&name.fullname(None)).copied();
                let definition = definition
                    .ok_or_else(|| Error::InvalidSchema(format!("nothing is called {}", name.fullname(None))))?;
                return self.inline(definition);
            }
            Schema::Record(record) => {
                self.open.push(record.name.clone());
                for field in &mut record.fields {
                    field.schema = self.inline(&field.schema)?;
                }
                self.open.pop();
            }
            // The variants stay the same types, so that the union stays a valid one.
            Schema::Union(union) => {
                let variants: Result<Vec<Schema>> =
                    union.variants().iter().map(|variant| self.inline(variant)).collect();
                whole = Schema::union(variants?).map_err(|error| Error::InvalidSchema(error.to_string()))?;
            }
            Schema::Array(array) => *array.items = self.inline(&array.items)?,
            Schema::Map(map) => *map.types = self.inline(&map.types)?,
            _ => {}
        }
        Ok(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Submission;

    fn inline(text: &str, referenced: &[&str]) -> Schema {
        inlined(&Submission::of(text).parse(referenced).unwrap()).unwrap()
    }

    fn field(schema: &Schema, index: usize) -> &Schema {
        let Schema::Record(record) = schema else {
            panic!("not a record: {schema:?}")
        };
        &record.fields[index].schema
    }

    #[test]
    fn a_second_use_becomes_the_definition() {
        let schema = inline(
            r#"{"type":"record","name":"Pair","fields":[
                {"name":"one","type":{"type":"fixed","name":"Four","size":4}},
                {"name":"two","type":["null","Four"]}]}"#,
            &[],
        );

        let Schema::Union(union) = field(&schema, 1) else {
            panic!("not a union")
        };
        assert_eq!(&union.variants()[1], field(&schema, 0));
    }

    #[test]
    fn a_type_of_another_schema_becomes_the_definition() {
        let schema = inline(
            r#"{"type":"record","name":"Box","fields":[{"name":"content","type":"shop.Four"}]}"#,
            &[r#"{"type":"fixed","name":"Four","namespace":"shop","size":4}"#],
        );

        assert!(matches!(field(&schema, 0), Schema::Fixed(fixed) if fixed.size == 4));
    }

    #[test]
    fn a_type_inside_itself_stays_a_reference() {
        let schema = inline(
            r#"{"type":"record","name":"Node","fields":[{"name":"next","type":["null","Node"]}]}"#,
            &[],
        );

        let Schema::Union(union) = field(&schema, 0) else {
            panic!("not a union")
        };
        assert!(matches!(&union.variants()[1], Schema::Ref { .. }));
    }
}
