//! Why one schema cannot read what another has written.

/// One place at which a reader is at a loss. The kinds are those of Avro's own library for Java, whose names stand in
/// the messages of Confluent's registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) kind: Kind,
    /// The place in the reader's schema, as in `/fields/1/type`.
    pub(super) path: String,
    /// What the kind leaves open: a field, symbols, types.
    pub(super) detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    FixedSize,
    EnumSymbols,
    FieldWithoutDefault,
    Type,
    UnionBranch,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Name => "NAME_MISMATCH",
            Kind::FixedSize => "FIXED_SIZE_MISMATCH",
            Kind::EnumSymbols => "MISSING_ENUM_SYMBOLS",
            Kind::FieldWithoutDefault => "READER_FIELD_MISSING_DEFAULT_VALUE",
            Kind::Type => "TYPE_MISMATCH",
            Kind::UnionBranch => "MISSING_UNION_BRANCH",
        }
    }
}

impl Difference {
    /// The message, where `reader` and `writer` say which schema is which.
    pub(super) fn message(&self, reader: &str, writer: &str) -> String {
        let Difference { kind, path, detail } = self;
        let description = match kind {
            Kind::Name => format!("the name at path '{path}' is another in the {reader} schema"),
            Kind::FixedSize => {
                format!("the size at path '{path}' in the {reader} schema is not that of the {writer} schema")
            }
            Kind::EnumSymbols => {
                format!("the {reader} schema lacks the symbols '{detail}' at path '{path}' of the {writer} schema")
            }
            Kind::FieldWithoutDefault => format!(
                "the field '{detail}' at path '{path}' in the {reader} schema has no default value and is missing in the \
                 {writer} schema"
            ),
            Kind::Type => {
                format!("the type at path '{path}' in the {reader} schema does not match the {writer} schema")
            }
            Kind::UnionBranch => {
                format!("the union at path '{path}' in the {reader} schema lacks a type of the {writer} schema")
            }
        };
        format!(
            "{{errorType:'{}', description:'{description}', additionalInfo:'{detail}'}}",
            kind.name()
        )
    }
}
