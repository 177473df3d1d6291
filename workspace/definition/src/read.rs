//! Text into a plan.

use palinode_core::Plan;
use sha2::{Digest, Sha256};

use crate::{
    Diagnostics, check,
    plan::{self, Places},
    raw,
    source::{Report, Source},
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
    check::names(&definition, report);
    check::roles(&definition, report);
    plan::build(definition, hash(text), report)
}
