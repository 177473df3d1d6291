//! The identity, the normal form and the self-contained form of a schema.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    names::{self, Definitions},
    writer::{Form, Writer},
};
use crate::{Error, Reference, Result, Submission};

/// What makes two submissions the same schema: the text without white space, with full names and its attributes in a
/// fixed order, and the references. Documentation, defaults and the order of aliases belong to it, as they do for
/// Confluent's registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Identity {
    language: String,
    text: String,
    references: Vec<Reference>,
}

impl Identity {
    /// A text that is no JSON, as another registry may have kept for another language, stands for itself.
    pub(crate) fn of(schema: &Submission) -> Identity {
        let parsed: Option<Value> = serde_json::from_str(&schema.text).ok();
        Identity {
            language: schema.language().to_owned(),
            text: match parsed {
                Some(value) if schema.language() == Submission::AVRO => write(&value, Form::Identity, BTreeMap::new()),
                _ => schema.text.clone(),
            },
            references: schema.references.clone(),
        }
    }
}

/// The schema with everything that says nothing taken out: full names, attributes, aliases and references in order.
pub(crate) fn normalized(schema: &Submission) -> Result<Submission> {
    let mut references = schema.references.clone();
    references.sort();
    references.dedup();
    Ok(Submission {
        schema_type: schema.schema_type.clone(),
        text: write(&json(&schema.text)?, Form::Normal, BTreeMap::new()),
        references,
    })
}

/// The normal form of a schema in which a type of another schema is defined where it is first used.
pub(crate) fn self_contained(text: &str, referenced: &[&str]) -> Result<String> {
    let referenced: Result<Vec<Value>> = referenced.iter().map(|text| json(text)).collect();
    let referenced = referenced?;
    let mut definitions = Definitions::new();
    for schema in &referenced {
        names::collect(schema, "", &mut definitions);
    }
    Ok(write(&json(text)?, Form::Normal, definitions))
}

fn json(text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|error| Error::InvalidSchema(error.to_string()))
}

fn write(schema: &Value, form: Form, definitions: Definitions<'_>) -> String {
    let mut writer = Writer::new(form, definitions);
    writer.schema(schema, "");
    writer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(text: &str) -> Identity {
        Identity::of(&Submission::of(text))
    }

    fn normal(text: &str) -> String {
        normalized(&Submission::of(text)).unwrap().text
    }

    #[test]
    fn white_space_order_of_attributes_and_spelling_of_names_do_not_matter() {
        let one = identity(r#"{"type": "fixed", "name": "A", "namespace": "shop", "size": 4}"#);

        assert_eq!(one, identity("{\"name\":\"shop.A\",\n\"size\":4,\"type\":\"fixed\"}"));
        assert_eq!(identity(r#"{"type":"string"}"#), identity(r#""string""#));
    }

    #[test]
    fn documentation_and_the_order_of_aliases_matter() {
        let plain = r#"{"type":"fixed","name":"A","size":4}"#;
        let documented = r#"{"type":"fixed","name":"A","size":4,"doc":"four"}"#;
        let one = r#"{"type":"fixed","name":"A","size":4,"aliases":["B","C"]}"#;
        let other = r#"{"type":"fixed","name":"A","size":4,"aliases":["C","B"]}"#;

        assert_ne!(identity(plain), identity(documented));
        assert_ne!(identity(one), identity(other));
        assert_eq!(normal(one), normal(other));
        assert_ne!(normal(plain), normal(documented));
    }

    #[test]
    fn the_normal_form_is_that_of_confluents_registry() {
        let text = r#"{"type":"record","namespace":"shop","name":"Order","z":1,"a":{"c":1,"b":2},"doc":"d","fields":[
            {"type":{"type":"string"},"name":"id","order":"ascending"},
            {"default":0,"name":"at","type":{"logicalType":"timestamp-millis","type":"long"},"aliases":["y","x"]},
            {"name":"size","type":{"type":"enum","symbols":["S"],"name":"Size"}},
            {"name":"sizes","type":{"items":["null","Size"],"type":"array"}}]}"#;

        assert_eq!(
            normal(text),
            concat!(
                r#"{"name":"shop.Order","type":"record","fields":[{"name":"id","type":"string"},"#,
                r#"{"name":"at","type":{"type":"long","logicalType":"timestamp-millis"},"aliases":["x","y"],"default":0},"#,
                r#"{"name":"size","type":{"name":"shop.Size","type":"enum","symbols":["S"]}},"#,
                r#"{"name":"sizes","type":{"type":"array","items":["null","shop.Size"]}}],"#,
                r#""doc":"d","a":{"b":2,"c":1},"z":1}"#
            )
        );
        assert_eq!(normal(&normal(text)), normal(text));
    }

    #[test]
    fn references_are_sorted_when_normalised() {
        let reference = |name: &str| Reference {
            name: name.to_owned(),
            subject: "s".to_owned(),
            version: 1,
        };
        let mut schema = Submission::of(r#"["shop.A","shop.B"]"#);
        schema.references = vec![reference("shop.B"), reference("shop.A"), reference("shop.B")];

        assert_eq!(
            normalized(&schema).unwrap().references,
            [reference("shop.A"), reference("shop.B")]
        );
    }

    #[test]
    fn a_type_of_another_schema_is_defined_where_it_is_first_used() {
        let money = r#"{"type":"record","name":"Money","namespace":"shop","fields":[{"name":"minor","type":"long"}]}"#;
        let referring = r#"{"type":"record","name":"Payment","namespace":"shop","fields":[
            {"name":"amount","type":"Money"},{"name":"fee","type":["null","shop.Money"]}]}"#;
        let inline = referring.replacen(r#""Money""#, money, 1);

        assert_eq!(
            self_contained(referring, &[money]).unwrap(),
            self_contained(&inline, &[]).unwrap()
        );
        assert_ne!(
            self_contained(referring, &[]).unwrap(),
            self_contained(&inline, &[]).unwrap()
        );
    }

    #[test]
    fn a_text_that_is_no_json_stands_for_itself() {
        assert_ne!(identity("syntax = 1"), identity("syntax = 2"));
        assert!(normalized(&Submission::of("{")).is_err());
    }
}
