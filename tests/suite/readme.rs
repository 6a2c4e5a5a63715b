//! The README: short, with bodies and blocks that work as they stand. `src/lib.rs` builds and runs its Rust blocks.

use std::path::Path;

use rownd_webhooks::testing::samples;

use crate::support::payload;

const README: &str = include_str!("../../README.md");

/// The contents of the fenced blocks in a language.
fn blocks(language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = README.lines();
    while let Some(line) = lines.next() {
        let Some(found) = line.strip_prefix("```") else { continue };
        let block: String =
            lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect();
        if found == language {
            blocks.push(block);
        }
    }
    blocks
}

#[test]
fn it_has_at_most_140_lines_of_at_most_120_columns() {
    assert!(README.lines().count() <= 140, "{} lines", README.lines().count());
    for line in README.lines() {
        assert!(line.chars().count() <= 120, "{} columns: {line}", line.chars().count());
    }
}

#[test]
fn every_rust_block_is_a_whole_program_that_runs() {
    let fences = README.lines().filter(|line| line.starts_with("```rust")).count();
    let programs = blocks("rust");
    assert_eq!((programs.len(), fences), (3, 3), "a block with an attribute is not run");
    for program in programs {
        assert!(program.contains("fn main()"), "{program}");
        let hidden = program.lines().find(|line| line.trim() == "#" || line.trim_start().starts_with("# "));
        assert_eq!(hidden, None, "a hidden line cannot be pasted");
    }
}

#[test]
fn its_body_is_the_documented_one() {
    let bodies = blocks("json");
    assert_eq!(bodies.len(), 1);
    for body in bodies {
        assert_eq!(payload(&body).issues(), []);
        assert_eq!(payload(&body), payload(samples::VISIBILITY_UPDATE));
    }
}

/// `.ci/run` reads the commands in the same way.
#[test]
fn its_first_two_cargo_commands_are_the_ones_that_the_checks_run() {
    let shell = blocks("sh").concat();
    let commands = shell.lines().filter(|line| line.starts_with("cargo"));
    let commands: Vec<_> = commands.map(|line| line.split('#').next().unwrap().trim_end()).take(2).collect();
    assert_eq!(commands, ["cargo run -p inspect", "cargo test"]);
}

#[test]
fn its_links_to_files_lead_to_files() {
    let targets = README.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let files: Vec<&str> = targets.filter(|target| !target.contains("://")).collect();
    assert_eq!(files, ["SECURITY.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"]);
    for file in files {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(file).is_file(), "{file}");
    }
}
