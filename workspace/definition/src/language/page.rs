//! The reference page of the language.

use std::fmt::Write as _;

use palinode_core::limits::{ITEMS_MAX, ITEMS_PER_SAGA_MAX, LOCK_KEY_BYTES_MAX, LOCK_QUEUE_MAX, STEPS_MAX};

use super::{Described, Need, Rule, Section, schema::sections, usual::span_text};
use crate::{
    check::OF_SAGA,
    check::{MILESTONES_OF_SAGA, MILESTONES_OF_STEP},
    expression::{FUNCTIONS, WALKS},
    limits,
};

const HEAD: &str = "\
# The language of definitions: reference

Every key, with its default and its meaning; any other key is an error. [`definition.md`](definition.md) is the guide, and
[`saga.schema.json`](saga.schema.json) says the same to editors, which then complete and check while a definition is written:

```yaml
# yaml-language-server: $schema=../docs/saga.schema.json
apiVersion: palinode/v1
```

`palinode validate --schema` prints that schema. This page, the schema and the reader come from one description.

Records are full Avro names. Time spans are a whole number and a unit: `500ms`, `5s`, `30m`, `72h`, `3d`. Block and inline
(`{ … }`) forms mean the same.
";

/// The reference of the language, in Markdown.
pub fn reference() -> String {
    let mut page = HEAD.to_owned();
    for part in sections() {
        section(&mut page, part);
    }
    milestones(&mut page);
    expressions(&mut page);
    bounds(&mut page);
    page
}

fn section(page: &mut String, part: &Section) {
    heading(page, part.title);
    page.push_str(part.about);
    page.push_str("\n\n");
    let rows = part.keys.iter().map(|key| {
        [
            format!("`{}`", key.name()),
            default(*key),
            key.form(),
            key.meaning().to_owned(),
            format!("`{}`", key.example()),
        ]
    });
    table(page, ["key", "default", "value", "meaning", "example"], rows);
    if !part.rules.is_empty() {
        page.push('\n');
        for rule in part.rules {
            page.push_str(&told(rule));
        }
    }
}

fn default(key: &dyn Described) -> String {
    let of = |usual: super::Usual| match usual {
        super::Usual::Said(_) => usual.to_string(),
        other => format!("`{other}`"),
    };
    match key.need() {
        Need::Required => "required".into(),
        Need::Optional => String::new(),
        Need::Usual(usual) => of(usual),
        Need::Twofold(step, compensation) => format!("{}; of a compensation {}", of(step), of(compensation)),
    }
}

fn told(rule: &Rule) -> String {
    match rule {
        Rule::OneOf(keys) => {
            let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
            format!("- Exactly one of {}.\n", keys.join(", "))
        }
        Rule::NotBoth(first, second) => format!("- Not both `{first}` and `{second}`.\n"),
        Rule::WithOneOf(key, others) => {
            let others: Vec<String> = others.iter().map(|other| format!("`{other}`")).collect();
            format!("- `{key}` only with {}.\n", others.join(" or "))
        }
        Rule::With(key, other) => format!("- `{key}` only with `{other}`.\n"),
    }
}

fn milestones(page: &mut String) {
    heading(page, "Milestones");
    page.push_str("The points of a saga at which an event can be emitted.\n\n");
    let of_saga = MILESTONES_OF_SAGA
        .iter()
        .map(|(name, _, when)| ((*name).to_owned(), *when));
    let of_step = MILESTONES_OF_STEP
        .iter()
        .map(|(name, when)| (format!("<step>.{name}"), *when));
    table(
        page,
        ["milestone", "when"],
        of_saga
            .chain(of_step)
            .map(|(name, when)| [format!("`{name}`"), when.to_owned()]),
    );
}

fn expressions(page: &mut String) {
    heading(page, "Expressions");
    page.push_str(
        "Expressions are [CEL](https://cel.dev). Text that stands for itself needs quotes of its own: `\"'EUR'\"`; numbers, `true` \
         and `false` may stand as they are. What an expression sees:\n\n",
    );
    table(
        page,
        ["name", "where", "what"],
        NAMES.iter().map(|row| row.map(str::to_owned)),
    );
    let of_saga: Vec<String> = OF_SAGA
        .iter()
        .map(|(name, what)| format!("`saga.{name}` ({what})"))
        .collect();
    let _ = write!(page, "\nOf the saga: {}.\n", of_saga.join(", "));
    page.push_str(
        "\nOperators: `+ - * / %`, `== != < <= > >=`, `&& || !`, `? :`, `in`, `[ ]`. Times are numbers of milliseconds, as their \
         schema has them. There is no \"now\": the same data always gives the same value.\n\n",
    );
    let functions = FUNCTIONS.iter().map(|function| function.meaning);
    let walks = WALKS.iter().map(|(_, form, meaning)| (*form, *meaning));
    let mut rows: Vec<[String; 2]> = functions
        .chain(walks)
        .map(|(form, meaning)| [format!("`{form}`"), meaning.to_owned()])
        .collect();
    rows.sort();
    table(page, ["function", "gives"], rows);
}

/// What an expression sees: the name, where, and what it is.
const NAMES: &[[&str; 3]] = &[
    ["`start.<field>`", "everywhere", "the event that started the saga"],
    [
        "`steps.<step>.reply.<field>`",
        "a step and its compensation: the steps before it, in the compensation itself as well; `emits`, `outcome` and \
         `attributes`: all",
        "the reply that says that a step was done; null when it was not. Not of a step that is done for each element",
    ],
    [
        "`steps.<step>.event.<field>`",
        "as `reply`",
        "the event that a step waited for; null when it did not come",
    ],
    [
        "`steps.<step>.decision`",
        "as `reply`",
        "the option that was chosen; null when none was",
    ],
    [
        "`steps.<step>.lock`",
        "as `reply`",
        "the key of the lock, while the saga holds it; null when it does not",
    ],
    ["`reply.<field>`", "`retry.when`", "the failure in hand"],
    [
        "`item`, `item_index`",
        "a step with `forEach` and its compensation",
        "the element, and its number from 0",
    ],
    ["`saga.<name>`", "everywhere", "of the saga, see below"],
];

fn bounds(page: &mut String) {
    heading(page, "Limits");
    page.push_str("Everything is bounded, so that reading and running take bounded time and memory.\n\n");
    let rows = [
        ("bytes of a definition", limits::DEFINITION_BYTES_MAX.to_string()),
        ("values in a definition", limits::YAML_NODES_MAX.to_string()),
        (
            "mappings and lists inside each other",
            limits::YAML_DEPTH_MAX.to_string(),
        ),
        ("steps", STEPS_MAX.to_string()),
        ("elements of one step", ITEMS_MAX.to_string()),
        ("elements of all steps of a saga", ITEMS_PER_SAGA_MAX.to_string()),
        ("emitted events", limits::EMISSIONS_MAX.to_string()),
        ("sagas that wait for one lock", LOCK_QUEUE_MAX.to_string()),
        ("bytes of a lock's key", LOCK_KEY_BYTES_MAX.to_string()),
        ("options of a decision", limits::OPTIONS_MAX.to_string()),
        ("a time span", span_text(limits::DURATION_MAX)),
        ("characters of an expression", limits::EXPRESSION_CHARS_MAX.to_string()),
        ("parts of an expression", limits::EXPRESSION_NODES_MAX.to_string()),
        (
            "brackets inside each other in an expression",
            limits::EXPRESSION_DEPTH_MAX.to_string(),
        ),
        ("walks over lists in an expression", limits::WALKS_MAX.to_string()),
        ("walks inside each other", limits::WALK_DEPTH_MAX.to_string()),
        ("items of a list in an expression", limits::LIST_ITEMS_MAX.to_string()),
        (
            "lists and records inside each other in a value",
            limits::VALUE_DEPTH_MAX.to_string(),
        ),
    ];
    table(
        page,
        ["what", "at most"],
        rows.map(|(what, most)| [what.to_owned(), most]),
    );
}

fn heading(page: &mut String, title: &str) {
    let _ = write!(page, "\n## {title}\n\n");
}

fn table<const COLUMNS: usize>(
    page: &mut String,
    head: [&str; COLUMNS],
    rows: impl IntoIterator<Item = [String; COLUMNS]>,
) {
    let _ = writeln!(page, "| {} |\n|{}", head.join(" | "), "---|".repeat(COLUMNS));
    for row in rows {
        let cells = row.map(|cell| cell.replace('|', "\\|"));
        let _ = writeln!(page, "| {} |", cells.join(" | "));
    }
}
