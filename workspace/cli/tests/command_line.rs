//! `docs/command-line.md` is the help of every command. With `UPDATE_DOCS=1` the page is written.

use std::{fmt::Write as _, fs, path::PathBuf, process::Command};

const HEAD: &str = "\
# The command line

The help of every command, as `palinode <command> --help` prints it. `[env: …]` names the environment variable that a flag
can be given by.
";

#[test]
fn the_documented_command_line_is_what_the_program_says() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/command-line.md");
    let mut page = HEAD.to_owned();
    add(&mut page, &[]);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap();
    assert!(
        written == page,
        "docs/command-line.md is out of date; run UPDATE_DOCS=1 cargo test -p palinode-cli --test command_line"
    );
}

#[test]
fn every_command_is_in_the_help() {
    let mut page = String::new();
    add(&mut page, &[]);
    for command in [
        "run",
        "validate",
        "topics create",
        "saga show",
        "audit",
        "demo",
        "service",
    ] {
        assert!(
            page.contains(&format!("## palinode {command}\n")),
            "{command} is not in the help"
        );
    }
}

/// Adds the help of a command and of all below it.
fn add(page: &mut String, command: &[&str]) {
    let help = help(command);
    let name = ["palinode"]
        .iter()
        .chain(command)
        .copied()
        .collect::<Vec<_>>()
        .join(" ");
    write!(page, "\n## {name}\n\n```text\n{}\n```\n", help.trim_end()).unwrap();
    for below in subcommands(&help) {
        add(page, &[command, &[below]].concat());
    }
}

/// Without an environment, so that no variable and no terminal changes the text.
fn help(command: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_palinode"))
        .args(command)
        .arg("--help")
        .env_clear()
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{command:?} --help: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// The names in the list of commands.
fn subcommands(help: &str) -> Vec<&str> {
    let list = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty());
    let names = list
        .filter_map(|line| line.strip_prefix("  "))
        .filter(|line| !line.starts_with(' '));
    names
        .filter_map(|line| line.split(' ').next())
        .filter(|name| *name != "help")
        .collect()
}
