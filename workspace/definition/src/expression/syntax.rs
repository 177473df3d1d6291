//! What the parser says about text that is not CEL.

use cel::ParseErrors;

use super::Mistake;
use crate::Code;

/// The first of the parser's errors; the others follow from it.
pub(super) fn explain(text: &str, errors: &ParseErrors) -> Mistake {
    let Some(first) = errors.errors.first() else {
        return Mistake::whole(Code::ExpressionSyntax, text, "the expression is not CEL");
    };
    // The list of all that the grammar would have taken helps nobody.
    let told = first.msg.split(" expecting ").next().unwrap_or_default();
    let told = told.strip_prefix("Syntax error: ").unwrap_or(told);
    let told = told
        .strip_prefix("mismatched input ")
        .or_else(|| told.strip_prefix("extraneous input "))
        .unwrap_or(told);
    let told = told
        .strip_prefix("no viable alternative at input ")
        .unwrap_or(told)
        .trim();
    let told = match told {
        "'<EOF>'" => "it ends too early".to_owned(),
        unexpected if unexpected.starts_with('\'') => format!("{unexpected} is unexpected"),
        other => other.replace("'<EOF>'", "the end"),
    };
    Mistake {
        code: Code::ExpressionSyntax,
        offset: offset(text, first.pos),
        length: 1,
        message: format!("the expression is not CEL: {told}"),
        hint: None,
    }
}

/// Lines count from 1, columns from 1.
fn offset(text: &str, (line, column): (isize, isize)) -> usize {
    let number = |number: isize| usize::try_from(number - 1).unwrap_or(0);
    let before: usize = text
        .split_inclusive('\n')
        .take(number(line))
        .map(|line| line.chars().count())
        .sum();
    before + number(column)
}
