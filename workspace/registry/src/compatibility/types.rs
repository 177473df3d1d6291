//! The types that stand behind names and logical types.

use std::collections::BTreeMap;

use apache_avro::Schema;
use apache_avro::schema::{FixedSchema, InnerDecimalSchema, Name, UuidSchema};

use crate::schema::Parsed;

/// The named types of a schema and of those that it refers to.
pub(super) struct Names<'a>(BTreeMap<String, &'a Schema>);

impl<'a> Names<'a> {
    pub(super) fn of(parsed: &'a Parsed) -> Names<'a> {
        let mut names = Names(BTreeMap::new());
        for schema in parsed.referenced.iter().chain([&parsed.schema]) {
            names.collect(schema);
        }
        names
    }

    fn collect(&mut self, schema: &'a Schema) {
        if let Some(name) = schema.name()
            && !matches!(schema, Schema::Ref { .. })
        {
            self.0.insert(name.fullname(None), schema);
        }
        match schema {
            Schema::Record(record) => record.fields.iter().for_each(|field| self.collect(&field.schema)),
            Schema::Union(union) => union.variants().iter().for_each(|variant| self.collect(variant)),
            Schema::Array(array) => self.collect(&array.items),
            Schema::Map(map) => self.collect(&map.types),
            _ => {}
        }
    }

    /// What a name stands for. Names that stand for nothing do not parse.
    pub(super) fn definition(&self, schema: &'a Schema) -> &'a Schema {
        match schema {
            Schema::Ref { name } => self.0.get(&name.fullname(None)).copied().unwrap_or(schema),
            other => other,
        }
    }
}

/// What a schema is on the wire: logical types are read as what they are written as.
pub(super) enum Shape<'a> {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    Fixed(&'a FixedSchema),
    Other(&'a Schema),
}

impl<'a> Shape<'a> {
    pub(super) fn of(schema: &'a Schema) -> Shape<'a> {
        match schema {
            Schema::Null => Shape::Null,
            Schema::Boolean => Shape::Boolean,
            Schema::Int | Schema::Date | Schema::TimeMillis => Shape::Int,
            Schema::Long
            | Schema::TimeMicros
            | Schema::TimestampMillis
            | Schema::TimestampMicros
            | Schema::TimestampNanos
            | Schema::LocalTimestampMillis
            | Schema::LocalTimestampMicros
            | Schema::LocalTimestampNanos => Shape::Long,
            Schema::Float => Shape::Float,
            Schema::Double => Shape::Double,
            Schema::Bytes | Schema::BigDecimal | Schema::Uuid(UuidSchema::Bytes) => Shape::Bytes,
            Schema::String | Schema::Uuid(UuidSchema::String) => Shape::String,
            Schema::Fixed(fixed) | Schema::Duration(fixed) | Schema::Uuid(UuidSchema::Fixed(fixed)) => {
                Shape::Fixed(fixed)
            }
            Schema::Decimal(decimal) => match &decimal.inner {
                InnerDecimalSchema::Bytes => Shape::Bytes,
                InnerDecimalSchema::Fixed(fixed) => Shape::Fixed(fixed),
            },
            other => Shape::Other(other),
        }
    }

    /// The type as Avro's messages write it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Shape::Null => "NULL",
            Shape::Boolean => "BOOLEAN",
            Shape::Int => "INT",
            Shape::Long => "LONG",
            Shape::Float => "FLOAT",
            Shape::Double => "DOUBLE",
            Shape::Bytes => "BYTES",
            Shape::String => "STRING",
            Shape::Fixed(_) => "FIXED",
            Shape::Other(Schema::Record(_)) => "RECORD",
            Shape::Other(Schema::Enum(_)) => "ENUM",
            Shape::Other(Schema::Array(_)) => "ARRAY",
            Shape::Other(Schema::Map(_)) => "MAP",
            Shape::Other(Schema::Union(_)) => "UNION",
            Shape::Other(_) => "UNKNOWN",
        }
    }

    /// Whether a reader of this primitive type can read the other one (Avro specification, schema resolution).
    pub(super) fn reads(&self, writer: &Shape<'_>) -> bool {
        use Shape::{Boolean, Bytes, Double, Float, Int, Long, Null, String};
        matches!(
            (self, writer),
            (Null, Null)
                | (Boolean, Boolean)
                | (Int, Int)
                | (Long, Int | Long)
                | (Float, Int | Long | Float)
                | (Double, Int | Long | Float | Double)
                | (Bytes | String, Bytes | String)
        )
    }
}

/// Whether a type may be read as the other one. Namespaces do not count, as in Avro's own library for Java; a renamed
/// type tells its earlier full names.
pub(super) fn is_same_name(reader: &Name, aliases: &[String], writer: &Name) -> bool {
    reader.name() == writer.name() || aliases.contains(&writer.fullname(None))
}
