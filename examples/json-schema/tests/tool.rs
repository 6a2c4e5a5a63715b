//! Runs the tool as a process.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use rownd_webhooks::testing::samples;

/// Pipes a body into the tool, and returns its exit status, standard output and standard error.
fn run(body: &str) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_json-schema"));
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(body.as_bytes()).unwrap();
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn it_accepts_the_documented_bodies() {
    for sample in samples::ALL {
        assert_eq!(run(sample), (0, String::new(), String::new()));
    }
}

#[test]
fn it_prints_paths_and_no_values() {
    let body =
        r#"{"data":"s3cret","redacted":["a",7355608],"meta":{"operation":{"s3cret":1},"lookup_values":[]}}"#;
    let (status, stdout, stderr) = run(body);
    let mut paths: Vec<_> = stdout.lines().map(|line| line.split(':').next().unwrap()).collect();
    paths.sort_unstable();
    assert_eq!((status, &*stderr), (1, ""));
    assert_eq!(paths, ["/data", "/meta/lookup_values", "/meta/operation", "/redacted/1"]);
    assert!(!stdout.contains("s3cret") && !stdout.contains("7355608"), "{stdout}");
}

#[test]
fn input_that_is_not_json_is_reported_without_the_input() {
    assert_eq!(run("{\"s3cret\":s3cret}"), (2, String::new(), "standard input is not JSON\n".to_owned()));
}
