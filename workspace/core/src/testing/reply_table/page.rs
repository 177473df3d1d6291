//! `docs/reply-table.md`, written from the cells.

use std::{fmt::Write as _, fs, path::PathBuf};

use super::{
    cells::{Cell, ELSEWHERE, cells},
    detail,
    world::{Reply, State, cell, shown},
};

const INTRODUCTION: &str = "\
# The reply table

What each reply leads to, wherever its step stands: what is journaled, what is sent, and what is shown. The page is written
from the table in `workspace/core/src/testing/reply_table/cells/`; the core's tests let each cell happen and compare it. It is
written anew by `UPDATE_DOCS=1 cargo test -p palinode-core`.

The example has three steps that can be taken back: `payment`, then `stock`, of whose replies the table tells, then
`packing`. `stock` is asked twice when nobody answers, and a refusal of it is not worth another try. `2/3` is round 2,
attempt 3; `undo-stock` is the compensation of `stock`. A code in capitals is the class of a refusal, which is recorded in
the journal: nothing is dropped without a word. **!** marks what a person should look at.
";

const REST: &str = "
## In detail: replies to a step

What the table above leaves out: replies without headers, failures that are worth a retry, and older rounds. The example has
the steps `payment` (compensated, three attempts, a refusal with the code BUSY is worth a retry), `stock` and `ticket`
(beside it), and `boxing` (after payment and ticket). Payment was refused once with BUSY, so that, where it was requested at
all, its round is 2 unless the state says otherwise.
";

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    // Writing to a string never fails.
    let _ = overview(&mut page);
    for reply in Reply::ALL {
        let _ = section(&mut page, reply);
    }
    let _ = elsewhere(&mut page);
    page.push_str(REST);
    page.push_str(&detail::tables());
    page
}

fn overview(page: &mut String) -> std::fmt::Result {
    page.push_str("\n## The states\n\n| state | meaning |\n|---|---|\n");
    for state in State::ALL {
        writeln!(page, "| {} | {} |", state.name(), state.meaning())?;
    }
    page.push_str("\n## The table\n\n| reply |");
    for state in State::ALL {
        write!(page, " {} |", state.name())?;
    }
    writeln!(page, "\n|---|{}", "---|".repeat(State::ALL.len()))?;
    for reply in Reply::ALL {
        write!(page, "| {} |", reply.name())?;
        for cell in cells(reply) {
            write!(page, " {} |", in_short(cell))?;
        }
        page.push('\n');
    }
    for elsewhere in ELSEWHERE {
        write!(page, "| {} |", elsewhere.name)?;
        let word = elsewhere.sent.split([',', ';']).next().unwrap_or_default();
        writeln!(page, "{}", format!(" {word} |").repeat(State::ALL.len()))?;
    }
    Ok(())
}

fn in_short(cell: &Cell) -> String {
    let attention = if cell.attention { " **!**" } else { "" };
    let first = cell.journaled.first().copied().unwrap_or_default();
    match first.strip_prefix("rejected: ") {
        Some(code) => format!("`{code}`{attention}"),
        None if cell.journaled.contains(&"resumed") => format!("taken, goes on{attention}"),
        None if cell.journaled.contains(&"turned back: STEP_FAILED") => format!("taken, turns back{attention}"),
        None if first.starts_with("reopened") => format!("taken, opened again{attention}"),
        None => format!("taken{attention}"),
    }
}

fn section(page: &mut String, reply: Reply) -> std::fmt::Result {
    writeln!(page, "\n### {}: {}\n", reply.name(), reply.meaning())?;
    page.push_str("| state | before | journaled | sent | shown | why |\n|---|---|---|---|---|---|\n");
    for decided in cells(reply) {
        let attention = if decided.attention { " **!**" } else { "" };
        writeln!(
            page,
            "| {} | {} | {}{attention} | {} | {} | {} |",
            decided.state.name(),
            shown(&cell(reply, decided.state).0),
            decided.journaled.join("; "),
            or_nothing(decided.sent),
            decided.shown,
            decided.why
        )?;
    }
    Ok(())
}

fn elsewhere(page: &mut String) -> std::fmt::Result {
    page.push_str("\n### Decided before they reach a saga, in every state alike\n\n");
    page.push_str(
        "| reply | meaning | journaled | sent | shown | why | tests of the engine |\n|---|---|---|---|---|---|---|\n",
    );
    for it in ELSEWHERE {
        let tests: Vec<String> = it
            .tests
            .iter()
            .map(|(file, test)| format!("`{file}`: `{test}`"))
            .collect();
        writeln!(
            page,
            "| {} | {} | {} | {} | {} | {} | {} |",
            it.name,
            it.meaning,
            it.journaled,
            it.sent,
            it.shown,
            it.why,
            tests.join(", ")
        )?;
    }
    Ok(())
}

fn or_nothing(words: &[&str]) -> String {
    if words.is_empty() {
        "nothing".to_owned()
    } else {
        words.join("; ")
    }
}

#[test]
fn the_documented_reply_table_is_what_is_decided() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/reply-table.md");
    let table = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &table).expect("the page is written");
    }
    let written = fs::read_to_string(&path).expect("docs/reply-table.md is there");
    assert!(
        written == table,
        "docs/reply-table.md is out of date; run the core's tests with UPDATE_DOCS=1"
    );
}
