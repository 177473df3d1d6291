//! What is wrong with a definition, and where.

use std::{fmt, sync::Arc};

use crate::limits::SHOWN_LINE_CHARS_MAX;

/// A place in a file. Both numbers count from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The line.
    pub line: u32,
    /// The character in the line.
    pub column: u32,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident => $text:literal,)+) => {
        /// The kind of a mistake. Its text is stable, so that tools can rely on it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Code {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The text of the kind, for example `unknown-key`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

codes! {
    /// The file is no text in UTF-8.
    NotUtf8 => "not-utf8",
    /// The text is not YAML.
    Yaml => "yaml",
    /// A key stands twice in one mapping.
    DuplicateKey => "duplicate-key",
    /// A key that the language does not have.
    UnknownKey => "unknown-key",
    /// A key that must be there is not.
    MissingKey => "missing-key",
    /// Keys of one mapping that do not go together.
    KeysTogether => "keys-together",
    /// A value of the wrong type.
    WrongType => "wrong-type",
    /// A value of the right type that is not allowed.
    BadValue => "bad-value",
    /// A time span that cannot be read, or is too long or too short.
    BadDuration => "bad-duration",
    /// A name with a character that it may not have, or too long.
    BadName => "bad-name",
    /// An `apiVersion` that is not known here.
    UnknownApiVersion => "unknown-api-version",
    /// More than a definition may have.
    LimitExceeded => "limit-exceeded",
    /// Two steps with one id.
    DuplicateStep => "duplicate-step",
    /// A step that does not exist.
    UnknownStep => "unknown-step",
    /// Steps that wait for each other.
    Cycle => "cycle",
    /// More than one pivot.
    SecondPivot => "second-pivot",
    /// A step that is neither before nor after the pivot.
    ParallelToPivot => "parallel-to-pivot",
    /// A pivot that may be passed over or given up.
    PivotNotCertain => "pivot-not-certain",
    /// A window for cancellation that closes only after the pivot.
    WindowAfterPivot => "window-after-pivot",
    /// An alternative that would never be done.
    NeverChosen => "never-chosen",
    /// A compensation on the pivot or after it.
    CompensationAfterPivot => "compensation-after-pivot",
    /// `onExhausted: compensate` on the pivot or after it.
    CompensateAfterPivot => "compensate-after-pivot",
    /// A compensation that goes to another topic than the command that it takes back.
    CompensationTopic => "compensation-topic",
    /// A `when` where no reply says that the step failed.
    WhenWithoutFailure => "when-without-failure",
    /// A milestone that the language does not have.
    UnknownMilestone => "unknown-milestone",
    /// A thing named twice in one list.
    NamedTwice => "named-twice",
    /// A record on a topic that two steps, or two purposes, take for their reply.
    AmbiguousReply => "ambiguous-reply",
    /// A record on a topic that means two things.
    TwoRoles => "two-roles",
    /// An expression that is not CEL.
    ExpressionSyntax => "expression-syntax",
    /// A name that an expression cannot see.
    UnknownName => "unknown-name",
    /// A function that expressions do not have.
    UnknownFunction => "unknown-function",
    /// A step's reply that is not there yet when the expression is evaluated.
    StepNotBefore => "step-not-before",
    /// An expression without a value, whatever the data.
    NoValue => "no-value",
    /// A record without a schema.
    UnknownRecord => "unknown-record",
    /// A schema that cannot be read.
    BadSchema => "bad-schema",
    /// A field that the schema does not have.
    UnknownField => "unknown-field",
    /// A field without a default that is not filled.
    FieldNotFilled => "field-not-filled",
    /// A value of another type than its place.
    TypeMismatch => "type-mismatch",
    /// A function that is not called as it is written.
    WrongArguments => "wrong-arguments",
    /// An operator or function over a value that it does not take.
    WrongOperand => "wrong-operand",
    /// A comparison that never holds, because the two are of different types.
    UnlikeTypes => "unlike-types",
    /// A value that may be null where none may stand.
    MayBeNull => "may-be-null",
    /// A text that is no symbol of the enum.
    UnknownSymbol => "unknown-symbol",
    /// A number that may be too large for its place.
    MayOverflow => "may-overflow",
    /// A decimal where a number is computed with or asked for.
    DecimalNumber => "decimal-number",
    /// A definition that asks for itself, perhaps by way of others.
    SubSagaCycle => "sub-saga-cycle",
    /// A sub-saga that is begun by another event than its definition names.
    SubSagaStart => "sub-saga-start",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its kind.
    pub code: Code,
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The name of the file, as the caller gave it.
    pub file: Arc<str>,
    /// Where it is.
    pub location: Location,
    pub(crate) length: u32,
    pub(crate) source_line: Arc<str>,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Location { line, column } = self.location;
        writeln!(
            f,
            "{}:{line}:{column}: error[{}]: {}",
            self.file, self.code, self.message
        )?;
        let number = line.to_string();
        let margin = " ".repeat(number.len());
        let (shown, at) = window(&self.source_line, column as usize);
        let room = shown.chars().count().saturating_sub(at).max(1);
        let carets = "^".repeat((self.length as usize).clamp(1, room));
        writeln!(f, " {number} | {shown}")?;
        write!(f, " {margin} | {}{carets}", " ".repeat(at))?;
        if let Some(hint) = &self.hint {
            write!(f, "\n {margin} = hint: {hint}")?;
        }
        Ok(())
    }
}

/// The part of the line that is shown, and where in it the column is. Tabs become spaces, so that carets fit.
fn window(line: &str, column: usize) -> (String, usize) {
    let at = column.saturating_sub(1).min(line.chars().count());
    let skipped = if at < SHOWN_LINE_CHARS_MAX {
        0
    } else {
        at - SHOWN_LINE_CHARS_MAX / 2
    };
    let printable = |c: char| if c.is_control() { ' ' } else { c };
    (
        line.chars()
            .skip(skipped)
            .take(SHOWN_LINE_CHARS_MAX)
            .map(printable)
            .collect(),
        at - skipped,
    )
}

/// All mistakes of one definition, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    pub(crate) fn new(mut found: Vec<Diagnostic>) -> Self {
        found.sort_by_key(|diagnostic| diagnostic.location);
        Self(found)
    }

    /// The mistakes.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n\n")?;
            }
            diagnostic.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}
