//! Text into nodes.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::{Error, Location, Spanned};

use super::{Kind, Node};
use crate::{
    Code,
    limits::{DEFINITION_BYTES_MAX, YAML_DEPTH_MAX, YAML_NODES_MAX},
    source::{At, Report, Span},
};

/// Reads the only document of `text`.
pub(crate) fn parse(text: &str, report: &mut Report<'_>) -> Option<Node> {
    if text.len() > DEFINITION_BYTES_MAX {
        let message = format!(
            "the definition has {} bytes, more than {DEFINITION_BYTES_MAX}",
            text.len()
        );
        report.error(Code::LimitExceeded, Span::START, message);
        return None;
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_depth: YAML_DEPTH_MAX, max_nodes: YAML_NODES_MAX },
        strict_booleans: true,
        with_snippet: false,
    };
    match serde_saphyr::from_str_with_options::<Node>(text, options) {
        Ok(node) => Some(node),
        Err(error) => {
            explain(error.without_snippet(), report);
            None
        }
    }
}

fn explain(error: &Error, report: &mut Report<'_>) {
    let span = error.location().map_or(Span::START, span);
    if let Error::DuplicateMappingKey { key, .. } = error {
        let key = key.as_deref().unwrap_or("a key");
        report.error(
            Code::DuplicateKey,
            span,
            format!("'{key}' stands twice in the same mapping"),
        );
        return;
    }
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    let told = first.strip_prefix("error: ").unwrap_or(first);
    let told = told
        .split_once(": ")
        .filter(|(place, _)| place.starts_with("line "))
        .map_or(told, |(_, rest)| rest);
    let told = told.split(" at line ").next().unwrap_or_default();
    if told.starts_with("budget breached") {
        let message = format!("more than {YAML_DEPTH_MAX} mappings and lists inside each other, or too many values");
        report.error(Code::LimitExceeded, span, message);
        return;
    }
    report.error(Code::Yaml, span, format!("the text cannot be read as YAML: {told}"));
}

fn span(location: Location) -> Span {
    let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX).max(1);
    Span {
        line: number(location.line()),
        column: number(location.column()),
        length: number(location.span().len()),
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned {
            value: kind,
            referenced,
            ..
        } = Spanned::<Kind>::deserialize(deserializer)?;
        let mut span = span(referenced);
        if matches!(kind, Kind::List(_) | Kind::Mapping(_) | Kind::Nothing) {
            span.length = 1;
        }
        Ok(Self { kind, span })
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KindVisitor)
    }
}

struct KindVisitor;

impl<'de> Visitor<'de> for KindVisitor {
    type Value = Kind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Kind, E> {
        Ok(Kind::Nothing)
    }

    fn visit_none<E: de::Error>(self) -> Result<Kind, E> {
        Ok(Kind::Nothing)
    }

    fn visit_bool<E: de::Error>(self, truth: bool) -> Result<Kind, E> {
        Ok(Kind::Boolean(truth))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Kind, E> {
        Ok(Kind::Integer(number.into()))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Kind, E> {
        Ok(Kind::Integer(number.into()))
    }

    fn visit_i128<E: de::Error>(self, number: i128) -> Result<Kind, E> {
        Ok(Kind::Integer(number))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Kind, E> {
        Ok(Kind::Float(number))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Kind, E> {
        Ok(Kind::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Kind, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element::<Node>()? {
            items.push(item);
        }
        Ok(Kind::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Kind, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = access.next_key::<Spanned<String>>()? {
            let key = At::new(key.value, span(key.referenced));
            entries.push((key, access.next_value::<Node>()?));
        }
        Ok(Kind::Mapping(entries))
    }
}
