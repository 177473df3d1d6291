//! Reads the documentation of fields and variants from the source, so that no meaning is written twice.

/// A field or variant with its documentation.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Documented {
    /// The line of code, without the comma at its end.
    pub(crate) code: String,
    /// Its documentation in one line.
    pub(crate) doc: String,
}

/// The documented lines of the block that begins with the line `header`.
pub(crate) fn block(text: &str, header: &str) -> Vec<Documented> {
    let mut lines = text.lines().skip_while(|line| line.trim() != header);
    let first = lines.next().unwrap_or_else(|| panic!("there is no line '{header}'"));
    let indentation = first.len() - first.trim_start().len();
    let end = format!("{}}}", " ".repeat(indentation));
    let mut found = Vec::new();
    let mut doc = String::new();
    for line in lines.take_while(|line| *line != end) {
        let line = line.trim();
        match line.strip_prefix("///") {
            Some(part) if doc.is_empty() => doc.push_str(part.trim()),
            Some(part) => doc = format!("{doc} {}", part.trim()),
            None if line.is_empty() || line.starts_with('#') => {}
            None => {
                let code = line.trim_end_matches(',').to_owned();
                found.push(Documented {
                    code,
                    doc: std::mem::take(&mut doc),
                });
            }
        }
    }
    found
}

/// Words with their meanings, from a block of `Variant => "WORD"` lines.
pub(crate) fn words(text: &str, header: &str) -> Vec<(String, String)> {
    let word = |line: Documented| {
        let word = line
            .code
            .split('"')
            .nth(1)
            .unwrap_or_else(|| panic!("no word in '{}'", line.code))
            .to_owned();
        (word, line.doc)
    };
    block(text, header).into_iter().map(word).collect()
}

#[test]
fn fields_are_read_with_their_documentation() {
    let text = "/// All.\npub struct All {\n    /// One\n    /// thing.\n    #[serde(default)]\n    pub one: u8,\n}\n";
    let expected = Documented {
        code: "pub one: u8".into(),
        doc: "One thing.".into(),
    };
    assert_eq!(block(text, "pub struct All {"), [expected]);
}
