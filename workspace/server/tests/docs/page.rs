//! Pages with generated parts: each stands between `<!-- generated: NAME -->` and `<!-- end -->`.

use std::{fs, path::PathBuf};

const END: &str = "<!-- end -->";

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The text of a page.
pub(crate) fn read(page: &str) -> String {
    fs::read_to_string(repository().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"))
}

/// Compares the generated parts of `page` with `parts`, given by name. With `UPDATE_DOCS=1` they are written.
pub(crate) fn check(page: &str, parts: &[(&str, String)]) {
    let written = read(page);
    let wanted = parts
        .iter()
        .fold(written.clone(), |text, (name, part)| replaced(page, &text, name, part));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(repository().join(page), &wanted).unwrap();
        return;
    }
    assert!(
        written == wanted,
        "{page} is out of date; run UPDATE_DOCS=1 cargo test -p palinode-server --test docs"
    );
}

fn replaced(page: &str, text: &str, name: &str, part: &str) -> String {
    let begin = format!("<!-- generated: {name} -->\n");
    let (before, rest) = text
        .split_once(&begin)
        .unwrap_or_else(|| panic!("{page} has no part '{name}'"));
    let (_, after) = rest
        .split_once(END)
        .unwrap_or_else(|| panic!("the part '{name}' of {page} has no end"));
    format!("{before}{begin}\n{part}\n{END}{after}")
}

/// A table in Markdown.
pub(crate) fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut text = format!("| {} |\n|{}\n", head.join(" | "), "---|".repeat(head.len()));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    text
}

/// The blocks of `page` that are fenced as `language`.
pub(crate) fn fenced(page: &str, language: &str) -> Vec<String> {
    let (text, fence) = (read(page), format!("```{language}\n"));
    let blocks = text.split(&fence).skip(1);
    blocks
        .map(|block| block.split("```").next().unwrap_or_default().to_owned())
        .collect()
}
