//! Runs the tool as a process, and checks its output and exit status.

use std::io::Write;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

fn start(arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_inspect"));
    command.args(arguments).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Pipes input into the tool, and returns its exit status, standard output and standard error.
fn run(arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut child = start(arguments);
    // After a usage error the tool exits without reading.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// Returns the exit status and the reports of `--json`.
fn reports(arguments: &[&str], input: &str) -> (i32, Vec<Value>) {
    let (status, stdout, _) = run(&[&["--json"], arguments].concat(), input);
    (status, stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

const UPDATE: &str = r#"{"data":{"name":"Juliet","n":[1,
    2],"hidden":"kept"},"redacted":["hidden"],"meta":{"operation":"data_update","lookup_values":[{"field":"email","value":"a@example.com"}]}}"#;

#[test]
fn without_arguments_and_input_it_explains_the_documented_bodies() {
    let output = Command::new(env!("CARGO_BIN_EXE_inspect")).stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    let update = "\
visibility_update.json
  operation  visibility_update
  user       0e223bd4-1324-49ff-b948-122eeaaa42d1
  fields     country     redacted
             email       visible string
             first_name  visible string
             last_name   visible string
             user_id     visible string
  lookup by  email
  issues     none
";
    assert!(text.contains(update), "{text}");
    assert_eq!(text.matches("  operation  ").count(), 4);
    assert!(!text.contains("Juliet") && !text.contains("jrose"), "{text}");
}

#[test]
fn json_has_one_report_per_body() {
    let file = "../payloads/visibility_update.json";
    let visible = |name: &str| json!({"name": name, "state": "visible", "type": "string"});
    let report = json!({
        "source": file,
        "accepted": true,
        "operation": "visibility_update",
        "user_id": "0e223bd4-1324-49ff-b948-122eeaaa42d1",
        "fields": [
            {"name": "country", "state": "redacted"},
            visible("email"), visible("first_name"), visible("last_name"), visible("user_id"),
        ],
        "lookup_fields": ["email"],
        "issues": [],
    });
    assert_eq!(reports(&[file], ""), (0, vec![report]));
}

#[test]
fn a_rejected_line_does_not_stop_the_others() {
    let (status, reports) = reports(&["--ndjson"], "{\"meta\":5}\n\n{\"meta\":{\"operation\":\"delete\"}}\n");
    assert_eq!((status, reports.len()), (1, 2));
    let error = json!({
        "code": "wrong_type", "path": "/meta", "line": 1, "column": 9,
        "message": "expected an object, found a number at /meta (line 1, column 9)",
    });
    assert_eq!(reports[0], json!({"source": "-:1", "accepted": false, "error": error}));
    assert_eq!((&reports[1]["source"], &reports[1]["accepted"]), (&json!("-:3"), &json!(true)));
}

#[test]
fn strict_rejects_and_reports_the_issues() {
    let body = r#"{"data":{"user_id":"u"},"meta":{"operation":"delete"}}"#;
    assert_eq!(run(&["-"], body).0, 0);
    let (status, reports) = reports(&["--strict"], body);
    assert_eq!((status, &reports[0]["error"]["code"]), (1, &json!("invalid")));
    assert_eq!(reports[0]["issues"][0]["path"], "/meta/lookup_values");
}

#[test]
fn settings_apply_to_every_body() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let schema = folder.join("schema.json");
    let field = r#"{"type":"number","display_name":"N","data_category":"pii_basic","owned_by":"user"}"#;
    std::fs::write(&schema, format!(r#"{{"schema":{{"first":{field},"n":{field},"hidden":{field}}}}}"#))
        .unwrap();
    let mapping = folder.join("mapping.json");
    std::fs::write(&mapping, r#"{"data_type_map":[{"rownd_field":"first","connection_field":"name"}]}"#)
        .unwrap();
    let arguments = ["--schema", schema.to_str().unwrap(), "--mapping", mapping.to_str().unwrap()];
    let (status, stdout, _) = run(&arguments, UPDATE);
    assert_eq!(status, 0);
    assert!(stdout.contains("  fields     first   visible string\n"), "{stdout}");
    assert_eq!(stdout.matches("type_mismatch").count(), 2, "{stdout}");
    assert_eq!(run(&[&arguments[..], &["--strict"]].concat(), UPDATE).0, 1);
    let line = UPDATE.replace('\n', "");
    let (status, summary) = reports(&[&arguments[..], &["--strict", "--summary"]].concat(), &line);
    assert_eq!((status, &summary[0]["rejected"]), (1, &json!({"invalid": 1})));
}

#[test]
fn values_are_shown_only_on_request() {
    for arguments in [&[][..], &["--json"], &["--summary"]] {
        let (_, stdout, stderr) = run(arguments, UPDATE);
        let output = stdout + &stderr;
        assert!(!output.contains("Juliet") && !output.contains("example.com"), "{output}");
    }
    let (_, reports) = reports(&["--show-values"], UPDATE);
    let fields = json!([
        {"name": "hidden", "state": "redacted"},
        {"name": "n", "state": "visible", "type": "array", "value": [1, 2]},
        {"name": "name", "state": "visible", "type": "string", "value": "Juliet"},
    ]);
    assert_eq!((&reports[0]["fields"], &reports[0]["lookup_values"]), (&fields, &json!(["a@example.com"])));
    let (_, stdout, _) = run(&["--show-values"], UPDATE);
    assert!(stdout.contains(r#"  name    visible string "Juliet""#) && !stdout.contains("kept"), "{stdout}");
}

#[test]
fn output_contains_no_control_or_bidi_characters() {
    let body = "{\"data\":{\"a\\u202e\\u001b[31m\\u2028b\u{2066}\":\"x\\u0007\u{202e}\",\"o\":{\"k\u{2029}\":\"\u{202e}\"}},\"redacted\":[],\
        \"meta\":{\"operation\":\"\\u001b]0;x\\u0007\",\"lookup_values\":[{\"field\":\"\\r\u{200f}\",\"value\":\"\u{7f}\"}]}}";
    for arguments in [&[][..], &["--show-values"], &["--json"], &["--json", "--show-values"]] {
        let (status, stdout, _) = run(arguments, body);
        assert_eq!(status, 0);
        let is_unsafe = |character: char| {
            (character.is_control() && character != '\n')
                || matches!(character, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!stdout.contains(is_unsafe), "{arguments:?}: {stdout:?}");
    }
    let (_, reports) = reports(&[], body);
    assert_eq!(reports[0]["operation"], "\u{1b}]0;x\u{7}");
    assert_eq!(reports[0]["fields"][0]["name"], "a\u{202e}\u{1b}[31m\u{2028}b\u{2066}");
}

#[test]
fn a_summary_counts_operations_errors_and_issues() {
    let line = UPDATE.replace('\n', "");
    let archive = format!("{line}\nnot json\n{line}\n{}\n", line.replace("data_update", "user_merge"));
    let summary = json!({
        "deliveries": {"data_update": 2, "unknown": 1},
        "rejected": {"syntax": 1},
        "issues": {"missing_user_id": 3, "unknown_operation": 1, "withheld_value_present": 3},
    });
    assert_eq!(reports(&["--summary"], &archive), (1, vec![summary]));
    let (_, stdout, stderr) = run(&["--summary"], &archive);
    assert!(
        stdout.contains("deliveries                        3\n  data_update                     2\n"),
        "{stdout}"
    );
    assert_eq!(stderr, "");
}

#[test]
fn a_sample_is_a_documented_body() {
    let body = include_str!("../../payloads/delete.json");
    assert_eq!(run(&["--sample", "delete"], ""), (0, body.to_owned(), String::new()));
}

#[test]
fn trailing_data_suggests_ndjson() {
    let (status, stdout, _) = run(&[], &UPDATE.repeat(2));
    assert_eq!(status, 1);
    assert!(stdout.contains("rejected   trailing_data") && stdout.contains("--ndjson"), "{stdout}");
}

#[test]
fn colors_appear_only_on_request() {
    let with = |name, value| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_inspect"));
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env(name, value).stdin(Stdio::null());
        String::from_utf8(command.output().unwrap().stdout).unwrap().contains("\u{1b}[")
    };
    assert!(with("CLICOLOR_FORCE", "1") && !with("NO_COLOR", "1"));
}

#[test]
fn usage_errors_and_unreadable_files_exit_with_two() {
    for arguments in
        [&["--no-such-option"][..], &["--json=yes"], &["no/such/file"], &["src"], &["--schema", "src"]]
    {
        let (status, stdout, stderr) = run(arguments, "");
        assert_eq!((status, stdout.as_str(), stderr.is_empty()), (2, "", false), "{arguments:?}");
    }
    let (status, reports) = reports(&["no/such/file", "../payloads/delete.json"], "");
    assert_eq!((status, reports.len()), (2, 1));
}

#[test]
fn a_pipe_that_is_closed_early_is_not_an_error() {
    let archive = (include_str!("../../payloads/delete.json").replace('\n', "") + "\n").repeat(20_000);
    let mut child = start(&["--ndjson"]);
    drop(child.stdout.take());
    // The tool stops reading.
    let _ = child.stdin.take().unwrap().write_all(archive.as_bytes());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}
