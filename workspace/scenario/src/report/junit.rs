//! Results as JUnit XML, which CI systems read.

use std::fmt::Write as _;

use super::text;
use crate::run::{Played, Results};

/// One `testsuite` for each file, one `testcase` for each scenario. Times are those of the scenarios' own clock.
pub fn junit(all: &[Results]) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a string never fails.
    let _ = suites(&mut xml, all);
    xml
}

fn suites(xml: &mut String, all: &[Results]) -> std::fmt::Result {
    let tests: usize = all.iter().map(|results| results.played.len()).sum();
    let failures: usize = all.iter().map(Results::failed).sum();
    writeln!(
        xml,
        "<testsuites name=\"palinode test\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">"
    )?;
    for results in all {
        writeln!(
            xml,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\">",
            escaped(&results.file),
            results.played.len(),
            results.failed()
        )?;
        writeln!(xml, "    <properties>")?;
        writeln!(
            xml,
            "      <property name=\"coverage\" value=\"{}\"/>",
            results.coverage.percent()
        )?;
        writeln!(xml, "    </properties>")?;
        for played in &results.played {
            case(xml, results, played)?;
        }
        writeln!(xml, "  </testsuite>")?;
    }
    writeln!(xml, "</testsuites>")
}

fn case(xml: &mut String, results: &Results, played: &Played) -> std::fmt::Result {
    let (file, line) = (escaped(&results.file), played.place.line);
    let seconds = played.lasted().as_secs_f64();
    let head = format!(
        "    <testcase name=\"{}\" classname=\"{file}\" file=\"{file}\" line=\"{line}\" time=\"{seconds:.3}\"",
        escaped(&played.name)
    );
    let Some(first) = played.failures.first() else {
        return writeln!(xml, "{head}/>");
    };
    writeln!(xml, "{head}>")?;
    let story = text::of(&results.file, played);
    writeln!(
        xml,
        "      <failure message=\"{}\" type=\"expectation\">{}</failure>",
        escaped(&first.message),
        escaped(&story)
    )?;
    writeln!(xml, "    </testcase>")
}

/// Text for an XML attribute or element. What XML 1.0 cannot say at all becomes the replacement character.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            // An attribute would turn them into spaces.
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\r' => out.push_str("&#13;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            control if u32::from(control) < 0x20 => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_leaves_its_place() {
        assert_eq!(
            escaped("a<b>&\"'\n\u{0}\u{ffff}é"),
            "a&lt;b&gt;&amp;&quot;&apos;&#10;\u{fffd}\u{fffd}é"
        );
    }
}
