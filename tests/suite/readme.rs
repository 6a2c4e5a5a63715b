//! The README: short, with bodies and blocks that work as they stand. `src/lib.rs` builds and runs its Rust blocks.

use std::path::Path;

use rownd_webhooks::testing::samples;

use crate::support::payload;

const README: &str = include_str!("../../README.md");

/// The contents of the fenced blocks in a language.
fn blocks(language: &str) -> Vec<&'static str> {
    let blocks = README.split("\n```").skip(1).step_by(2).filter_map(|block| block.split_once('\n'));
    blocks.filter(|(found, _)| *found == language).map(|(_, content)| content).collect()
}

#[test]
fn the_readme_has_at_most_130_lines_of_at_most_120_columns() {
    assert!(README.lines().count() <= 130, "{} lines", README.lines().count());
    for line in README.lines() {
        assert!(line.chars().count() <= 120, "{} columns: {line}", line.chars().count());
    }
}

#[test]
fn every_rust_block_is_a_whole_program_that_runs() {
    let programs = blocks("rust");
    let fences = README.matches("```rust").count();
    assert_eq!((programs.len(), fences), (3, 3), "a block with an attribute is not run");
    for program in programs {
        assert!(program.contains("fn main()"), "{program}");
        let hidden = program.lines().find(|line| line.trim() == "#" || line.trim_start().starts_with("# "));
        assert_eq!(hidden, None, "a hidden line cannot be pasted");
    }
}

#[test]
fn the_body_in_the_readme_is_the_documented_one() {
    let [body] = blocks("json")[..] else { panic!("one block of JSON") };
    assert_eq!(payload(body), payload(samples::VISIBILITY_UPDATE));
}

#[test]
fn links_to_files_lead_to_files() {
    let targets = README.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    for file in targets.filter(|target| !target.contains("://")) {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(file).is_file(), "{file}");
    }
}
