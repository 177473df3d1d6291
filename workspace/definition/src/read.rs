//! Text into a plan.

use palinode_core::Plan;
use sha2::{Digest, Sha256};

use crate::{
    Code, Diagnostics, check,
    limits::DEFINITION_BYTES_MAX,
    plan::{self, Places},
    raw,
    source::{Report, Source, Span},
    yaml,
};

/// A definition that was read: its plan, and where everything in it stands, for the check against schemas.
#[derive(Debug)]
pub struct Definition {
    /// What a saga does.
    pub plan: Plan,
    pub(crate) places: Places,
    pub(crate) source: Source,
}

impl Definition {
    /// Reads the bytes of a file, which must be text in UTF-8. `file_name` stands in front of every diagnostic and is not
    /// opened.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read_bytes(file_name: &str, bytes: &[u8]) -> Result<Self, Diagnostics> {
        let shown = &bytes[..bytes.len().min(DEFINITION_BYTES_MAX)];
        match std::str::from_utf8(shown) {
            Ok(_) if bytes.len() > shown.len() => Err(too_long(file_name, bytes.len())),
            // The end may cut a letter in two.
            Err(error) if bytes.len() > shown.len() && error.error_len().is_none() => {
                Err(too_long(file_name, bytes.len()))
            }
            Ok(text) => Self::read(file_name, text),
            Err(error) => Err(no_text(file_name, shown, error.valid_up_to())),
        }
    }

    /// Reads `text`. `file_name` stands in front of every diagnostic and is not opened.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(file_name: &str, text: &str) -> Result<Self, Diagnostics> {
        let source = Source::new(file_name, text);
        let mut report = Report::new(&source);
        let compiled = compile(text, &mut report);
        let found = report.into_found();
        match compiled {
            Some((plan, places)) if found.is_empty() => Ok(Self { plan, places, source }),
            _ => {
                assert!(!found.is_empty(), "a definition without a plan has a diagnostic");
                Err(Diagnostics::new(found))
            }
        }
    }
}

fn too_long(file_name: &str, bytes: usize) -> Diagnostics {
    let source = Source::new(file_name, "");
    let mut report = Report::new(&source);
    let message = format!("the definition has {bytes} bytes, more than {DEFINITION_BYTES_MAX}");
    report.error(Code::LimitExceeded, Span::START, message);
    Diagnostics::new(report.into_found())
}

/// The bytes from `at` on are no UTF-8.
fn no_text(file_name: &str, bytes: &[u8], at: usize) -> Diagnostics {
    let text = String::from_utf8_lossy(bytes);
    let before = String::from_utf8_lossy(&bytes[..at]);
    let (line, column) = before
        .split('\n')
        .enumerate()
        .last()
        .map_or((0, 0), |(line, rest)| (line, rest.chars().count()));
    let number = |number: usize| u32::try_from(number + 1).unwrap_or(u32::MAX);
    let span = Span {
        line: number(line),
        column: number(column),
        length: 1,
    };
    let source = Source::new(file_name, &text);
    let mut report = Report::new(&source);
    report.error_with(
        Code::NotUtf8,
        span,
        "the file is no text in UTF-8 from here on",
        "save it as UTF-8",
    );
    Diagnostics::new(report.into_found())
}

/// Reads `text` into a plan. `file_name` stands in front of every diagnostic and is not opened.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read(file_name: &str, text: &str) -> Result<Plan, Diagnostics> {
    Definition::read(file_name, text).map(|definition| definition.plan)
}

/// The SHA-256 of a definition's text, in hexadecimal: the identity of this very version.
pub fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

fn compile(text: &str, report: &mut Report<'_>) -> Option<(Plan, Places)> {
    let node = yaml::parse(text, report)?;
    let definition = raw::Definition::read(&node, report)?;
    if !check::size(&definition, report) {
        return None;
    }
    check::roles(&definition, report);
    check::choices(&definition.choices, &definition.steps, report);
    plan::build(definition, hash(text), report)
}
