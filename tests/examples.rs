//! The command-line tool `inspect`, run as a process: what it prints, and how it ends.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use serde_json::{Value, json};

/// The tool, which `cargo test` builds beside the tests, and `cargo test --tests` does not.
static INSPECT: LazyLock<PathBuf> = LazyLock::new(|| {
    let test = std::env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap();
    let tool = profile.join("examples").join(format!("inspect{}", std::env::consts::EXE_SUFFIX));
    if !tool.exists() {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--example", "inspect", "--target-dir"]).arg(profile.parent().unwrap());
        assert!(cargo.status().unwrap().success() && tool.exists());
    }
    tool
});

fn run(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(&*INSPECT)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

#[track_caller]
fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

#[track_caller]
fn reports(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn without_arguments_it_explains_the_documented_bodies() {
    let output = run(&[], b"");
    assert_eq!(status(&output), 0);
    let text = String::from_utf8(output.stdout).unwrap();
    for line in [
        "  operation  data_insert",
        "  operation  visibility_update",
        "  user       0e223bd4-1324-49ff-b948-122eeaaa42d1",
        "  fields     country     redacted",
        "             first_name  visible string",
        "  lookup by  email",
        "  issues     none",
    ] {
        assert!(text.lines().any(|told| told == line), "{line:?} is not in\n{text}");
    }
    assert!(!text.contains("Juliet") && !text.contains("jrose"), "{text}");
}

#[test]
fn a_report_in_json_is_one_line_a_body() {
    let output = run(&["--json", "examples/payloads/visibility_update.json"], b"");
    assert_eq!(status(&output), 0);
    let visible = |name: &str| json!({"name": name, "state": "visible", "type": "string"});
    assert_eq!(
        reports(&output),
        [json!({
            "source": "examples/payloads/visibility_update.json",
            "accepted": true,
            "operation": "visibility_update",
            "user_id": "0e223bd4-1324-49ff-b948-122eeaaa42d1",
            "fields": [
                {"name": "country", "state": "redacted"},
                visible("email"), visible("first_name"), visible("last_name"), visible("user_id"),
            ],
            "lookup_fields": ["email"],
            "issues": [],
        })]
    );
}

#[test]
fn rejected_bodies_are_told_and_the_others_too() {
    let bodies = b"{\"meta\":5}\n\n\xFF\n{\"data\":{},\"redacted\":[],\"meta\":{\"operation\":\"delete\"}}\n";
    let output = run(&["--json", "--ndjson", "-"], bodies);
    assert_eq!(status(&output), 1);
    let reports = reports(&output);
    assert_eq!(
        reports[0],
        json!({"source": "-:1", "accepted": false, "error": {
            "code": "wrong_type", "path": "/meta", "line": 1, "column": 9,
            "message": "expected an object, found a number at /meta (line 1, column 9)",
        }})
    );
    assert_eq!((&reports[1]["source"], &reports[1]["error"]["code"]), (&json!("-:3"), &json!("not_utf8")));
    assert_eq!((&reports[2]["source"], &reports[2]["accepted"]), (&json!("-:4"), &json!(true)));
    assert_eq!(reports[2]["issues"][0]["code"], "no_lookup_values");
    assert_eq!(reports[2]["issues"][0]["severity"], "error");
}

#[test]
fn strict_rejects_with_the_issues() {
    let body = br#"{"data":{"user_id":"u"},"meta":{"operation":"delete"}}"#;
    assert_eq!(status(&run(&["-"], body)), 0);
    let output = run(&["--json", "--strict", "-"], body);
    assert_eq!(status(&output), 1);
    let report = &reports(&output)[0];
    assert_eq!((&report["accepted"], &report["error"]["code"]), (&json!(false), &json!("invalid")));
    assert_eq!(report["issues"][0]["path"], "/meta/lookup_values");
}

#[test]
fn values_are_told_only_on_request() {
    let body = br#"{"data":{"name":"Juliet","n":[1,
        2],"hidden":"kept"},"redacted":["hidden"],"meta":{"operation":"data_update","lookup_values":[{"field":"email","value":"a@example.com"}]}}"#;
    for arguments in [&["-"][..], &["--json", "-"]] {
        let text = String::from_utf8(run(arguments, body).stdout).unwrap();
        assert!(!text.contains("Juliet") && !text.contains("a@example.com"), "{text}");
    }
    let output = run(&["--json", "--show-values", "-"], body);
    let report = &reports(&output)[0];
    assert_eq!(report["fields"][0], json!({"name": "hidden", "state": "redacted"}));
    assert_eq!(report["fields"][1]["value"], json!([1, 2]));
    assert_eq!(report["fields"][2]["value"], "Juliet");
    assert_eq!(report["lookup_values"], json!(["a@example.com"]));
    let text = String::from_utf8(run(&["--show-values", "-"], body).stdout).unwrap();
    assert!(text.contains(r#"name    visible string "Juliet""#), "{text}");
    assert!(!text.contains("kept"), "{text}");
}

#[test]
fn nothing_that_moves_a_terminal_reaches_it() {
    let body = "{\"data\":{\"a\\u202e\\u001b[31m\\u2028b\u{2066}\":\"x\\u0007\u{202e}\",\"o\":{\"k\u{2029}\":\"\u{202e}\"}},\"redacted\":[],\
        \"meta\":{\"operation\":\"\\u001b]0;x\\u0007\",\"lookup_values\":[{\"field\":\"\\r\u{200f}\",\"value\":\"\u{7f}\"}]}}";
    for arguments in
        [&["-"][..], &["--show-values", "-"], &["--json", "-"], &["--json", "--show-values", "-"]]
    {
        let output = run(arguments, body.as_bytes());
        assert_eq!(status(&output), 0);
        let text = String::from_utf8(output.stdout).unwrap();
        let moves = |character: char| {
            (character.is_control() && character != '\n')
                || matches!(character, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!text.contains(moves), "{arguments:?}: {text:?}");
    }
    let report = &reports(&run(&["--json", "-"], body.as_bytes()))[0];
    assert_eq!(report["operation"], "\u{1b}]0;x\u{7}");
    assert_eq!(report["fields"][0]["name"], "a\u{202e}\u{1b}[31m\u{2028}b\u{2066}");
}

#[test]
fn wrong_calls_and_unreadable_files_end_with_two() {
    for arguments in [&["--no-such-option"][..], &["--json=yes"], &["no/such/file"], &["src"]] {
        let output = run(arguments, b"");
        assert_eq!(status(&output), 2, "{arguments:?}");
        assert!(output.stderr.starts_with(b"inspect: "), "{arguments:?}");
    }
    // The others are still reported.
    let output = run(&["--json", "no/such/file", "examples/payloads/delete.json"], b"");
    assert_eq!((status(&output), reports(&output).len()), (2, 1));
}

#[test]
fn a_pipe_that_is_closed_early_ends_it_quietly() {
    let line = include_str!("../examples/payloads/delete.json").replace('\n', "");
    let archive = format!("{line}\n").repeat(20_000);
    let mut child = Command::new(&*INSPECT)
        .args(["--ndjson", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    // It need not read all of it.
    let _ = child.stdin.take().unwrap().write_all(archive.as_bytes());
    let output = child.wait_with_output().unwrap();
    assert_eq!((status(&output), output.stderr.as_slice()), (0, &b""[..]));
}
