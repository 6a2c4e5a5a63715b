//! Issues: every code with its path and severity, all at once, and the three ways to ask agree.

mod support;

use rownd_webhooks::{Event, Issue, ParseErrorKind, Parser, Severity};
use support::{Told, every_payload, payload, told};

use Severity::{Error, Warning};

const LOOKUP: &str = r#"{"field":"email","value":"a@example.com"}"#;

fn body(operation: &str, data: &str, redacted: &str, lookups: &str) -> String {
    format!(
        r#"{{"data":{data},"redacted":{redacted},"meta":{{"operation":"{operation}","lookup_values":{lookups}}}}}"#
    )
}

fn update(data: &str, redacted: &str, lookups: &str) -> String {
    body("data_update", data, redacted, &format!("[{lookups}]"))
}

/// A body, and every issue it has.
type Row = (String, Vec<(&'static str, &'static str, Severity)>);

#[allow(clippy::too_many_lines, reason = "a table")]
fn rows() -> Vec<Row> {
    let user = r#"{"user_id":"u"}"#;
    vec![
        (update(user, "[]", LOOKUP), vec![]),
        (body("delete", user, "[]", &format!("[{LOOKUP}]")), vec![]),
        // missing_data
        (
            update("null", "[]", LOOKUP),
            vec![("missing_data", "/data", Error), ("missing_user_id", "/data/user_id", Warning)],
        ),
        (
            format!(r#"{{"redacted":[],"meta":{{"operation":"delete","lookup_values":[{LOOKUP}]}}}}"#),
            vec![("missing_data", "/data", Error), ("missing_user_id", "/data/user_id", Warning)],
        ),
        // no_lookup_values
        (update(user, "[]", ""), vec![("no_lookup_values", "/meta/lookup_values", Error)]),
        (body("data_update", user, "[]", "null"), vec![("no_lookup_values", "/meta/lookup_values", Error)]),
        (
            format!(r#"{{"data":{user},"redacted":[],"meta":{{"operation":"data_insert"}}}}"#),
            vec![("no_lookup_values", "/meta/lookup_values", Error)],
        ),
        // missing_redacted
        (update(user, "null", LOOKUP), vec![("missing_redacted", "/redacted", Error)]),
        (
            format!(
                r#"{{"data":{user},"meta":{{"operation":"visibility_update","lookup_values":[{LOOKUP}]}}}}"#
            ),
            vec![("missing_redacted", "/redacted", Error)],
        ),
        (body("delete", user, "null", &format!("[{LOOKUP}]")), vec![]),
        (format!(r#"{{"data":{user},"meta":{{"operation":"delete","lookup_values":[{LOOKUP}]}}}}"#), vec![]),
        // lookup_value_not_text
        (
            update(
                user,
                "[]",
                &format!(r#"{LOOKUP},{{"field":"n","value":5}},{{"field":"n","value":-1.5e3}}"#),
            ),
            vec![
                ("lookup_value_not_text", "/meta/lookup_values/1/value", Error),
                ("lookup_value_not_text", "/meta/lookup_values/2/value", Error),
            ],
        ),
        // withheld_value_present
        (
            update(r#"{"user_id":"u","b":"B","a":1,"c":"<<REDACTED>>"}"#, r#"["b","a","c"]"#, LOOKUP),
            vec![("withheld_value_present", "/data/a", Error), ("withheld_value_present", "/data/b", Error)],
        ),
        // lookup_mismatch
        (
            update(r#"{"user_id":"u","email":"b@example.com"}"#, "[]", LOOKUP),
            vec![("lookup_mismatch", "/meta/lookup_values/0/value", Error)],
        ),
        (
            update(r#"{"user_id":"u","email":"A@example.com"}"#, "[]", LOOKUP),
            vec![("lookup_mismatch", "/meta/lookup_values/0/value", Error)],
        ),
        (
            update(r#"{"user_id":"u","email":["a@example.com"]}"#, "[]", LOOKUP),
            vec![("lookup_mismatch", "/meta/lookup_values/0/value", Error)],
        ),
        (update(r#"{"user_id":"u","email":"\u0061@example.com"}"#, "[]", LOOKUP), vec![]),
        (update(r#"{"user_id":"u","n":5}"#, "[]", r#"{"field":"n","value":"5"}"#), vec![]),
        // unknown_operation
        (
            body("data_updated", user, "[]", &format!("[{LOOKUP}]")),
            vec![("unknown_operation", "/meta/operation", Warning)],
        ),
        (
            body("", user, "[]", &format!("[{LOOKUP}]")),
            vec![("unknown_operation", "/meta/operation", Warning)],
        ),
        // missing_user_id
        (update("{}", "[]", LOOKUP), vec![("missing_user_id", "/data/user_id", Warning)]),
        (update(r#"{"user_id":7}"#, "[]", LOOKUP), vec![("missing_user_id", "/data/user_id", Warning)]),
        (update(r#"{"user_id":""}"#, "[]", LOOKUP), vec![("missing_user_id", "/data/user_id", Warning)]),
        // unlisted_sentinel
        (
            update(
                r#"{"user_id":"u","z":"<<REDACTED>>","a":"<<REDACTED>>","m":"<<REDACTED>>"}"#,
                r#"["m"]"#,
                LOOKUP,
            ),
            vec![("unlisted_sentinel", "/data/a", Warning), ("unlisted_sentinel", "/data/z", Warning)],
        ),
        // redacted_field_absent
        (
            update(user, r#"["b","a"]"#, LOOKUP),
            vec![
                ("redacted_field_absent", "/redacted/0", Warning),
                ("redacted_field_absent", "/redacted/1", Warning),
            ],
        ),
        // duplicate_redacted_name
        (
            update(r#"{"user_id":"u","a":"<<REDACTED>>"}"#, r#"["a","a","\u0061"]"#, LOOKUP),
            vec![
                ("duplicate_redacted_name", "/redacted/1", Warning),
                ("duplicate_redacted_name", "/redacted/2", Warning),
            ],
        ),
        // redacted_lookup_value
        (
            update(user, "[]", &format!(r#"{LOOKUP},{{"field":"phone_number","value":"<<REDACTED>>"}}"#)),
            vec![("redacted_lookup_value", "/meta/lookup_values/1/value", Warning)],
        ),
        // lookup_exposes_redacted
        (
            update(r#"{"user_id":"u","email":"<<REDACTED>>"}"#, r#"["email"]"#, LOOKUP),
            vec![("lookup_exposes_redacted", "/meta/lookup_values/0/value", Warning)],
        ),
        // delete_carries_fields
        (
            body("delete", r#"{"user_id":"u","b":1,"c":2}"#, "[]", &format!("[{LOOKUP}]")),
            vec![("delete_carries_fields", "/data", Warning)],
        ),
        // empty_field_name
        (update(r#"{"user_id":"u","":1}"#, "[]", LOOKUP), vec![("empty_field_name", "/data/", Warning)]),
        // Names in paths are those of a JSON Pointer.
        (
            update(r#"{"user_id":"u","a/b~c":"<<REDACTED>>"}"#, "[]", LOOKUP),
            vec![("unlisted_sentinel", "/data/a~1b~0c", Warning)],
        ),
    ]
}

fn expected(issues: Vec<(&'static str, &'static str, Severity)>) -> Vec<Told> {
    issues.into_iter().map(|(code, path, severity)| (code, path.to_owned(), severity)).collect()
}

#[test]
fn every_issue_has_its_code_path_and_severity() {
    for (body, issues) in rows() {
        for (door, payload) in every_payload(&body) {
            assert_eq!(told(&payload.issues()), expected(issues.clone()), "{door}: {body}");
        }
    }
}

/// The rows above name each code of the table.
#[test]
fn no_code_is_left_out() {
    let codes = [
        "missing_data",
        "no_lookup_values",
        "missing_redacted",
        "lookup_value_not_text",
        "withheld_value_present",
        "lookup_mismatch",
        "unknown_operation",
        "missing_user_id",
        "unlisted_sentinel",
        "redacted_field_absent",
        "duplicate_redacted_name",
        "redacted_lookup_value",
        "lookup_exposes_redacted",
        "delete_carries_fields",
        "empty_field_name",
    ];
    let rows = rows();
    for code in codes {
        assert!(rows.iter().any(|(_, issues)| issues.iter().any(|issue| issue.0 == code)), "{code}");
    }
}

#[test]
fn all_issues_are_told_at_once_in_the_order_of_the_table() {
    let everything = body(
        "user_merge",
        r#"{"":1,"user_id":7,"email":"b@example.com","hidden":"H","open":"<<REDACTED>>","phone_number":"<<REDACTED>>"}"#,
        r#"["absent","hidden","hidden","phone_number"]"#,
        r#"[{"field":"email","value":"a@example.com"},{"field":"n","value":5},{"field":"x","value":"<<REDACTED>>"},{"field":"phone_number","value":"+1"}]"#,
    );
    let issues = expected(vec![
        ("lookup_value_not_text", "/meta/lookup_values/1/value", Error),
        ("withheld_value_present", "/data/hidden", Error),
        ("lookup_mismatch", "/meta/lookup_values/0/value", Error),
        ("unknown_operation", "/meta/operation", Warning),
        ("missing_user_id", "/data/user_id", Warning),
        ("unlisted_sentinel", "/data/open", Warning),
        ("redacted_field_absent", "/redacted/0", Warning),
        ("duplicate_redacted_name", "/redacted/2", Warning),
        ("redacted_lookup_value", "/meta/lookup_values/2/value", Warning),
        ("lookup_exposes_redacted", "/meta/lookup_values/3/value", Warning),
        ("empty_field_name", "/data/", Warning),
    ]);
    assert_eq!(told(&payload(&everything).issues()), issues);
    assert_eq!(told(payload(&everything).validate().unwrap_err().issues()), issues);

    let nothing = r#"{"meta":{"operation":"data_insert"}}"#;
    let issues = [
        ("missing_data", "/data", Error),
        ("no_lookup_values", "/meta/lookup_values", Error),
        ("missing_redacted", "/redacted", Error),
        ("missing_user_id", "/data/user_id", Warning),
    ];
    assert_eq!(told(&payload(nothing).issues()), expected(issues.to_vec()));
}

#[test]
fn validate_strict_and_issues_agree() {
    for (body, _) in rows() {
        let payload = payload(&body);
        let issues = payload.issues();
        let is_valid = issues.iter().all(|issue| issue.severity() == Warning);
        match payload.validate() {
            Ok(()) => assert!(is_valid, "{body}"),
            Err(invalid) => assert!(!is_valid && invalid.issues() == issues, "{body}"),
        }
        let strict = Parser::new().strict(true).parse(body.as_bytes());
        match &strict {
            Ok(parsed) => assert!(is_valid && *parsed == payload, "{body}"),
            Err(error) => {
                let ParseErrorKind::Invalid(invalid) = error.kind() else { panic!("{error}: {body}") };
                assert_eq!(
                    (error.code(), error.http_status(), invalid.issues()),
                    ("invalid", 400, &*issues),
                    "{body}"
                );
            }
        }
        assert_eq!(Parser::new().strict(true).parse_reader(body.as_bytes()), strict, "{body}");
        assert!(Parser::new().strict(true).strict(false).parse(body.as_bytes()).is_ok(), "{body}");
    }
}

#[test]
fn strict_still_tells_what_is_malformed_as_such() {
    let strict = Parser::new().strict(true);
    for (body, code) in
        [("", "empty"), ("[]", "not_an_object"), ("{}", "missing_member"), (r#"{"data":[]}"#, "wrong_type")]
    {
        assert_eq!(strict.parse(body.as_bytes()).unwrap_err().code(), code, "{body}");
    }
}

#[test]
fn an_invalid_payload_stays_usable() {
    let body = update(r#"{"user_id":"u","email":"b@example.com"}"#, "null", LOOKUP);
    let payload = payload(&body);
    assert!(payload.validate().is_err());
    assert_eq!(payload.email(), Some("b@example.com"));
    assert!(payload.sync_plan().is_ok());
    assert!(matches!(payload.into_event(), Ok(Event::DataUpdate(_))));
}

#[test]
fn issues_and_their_error_tell_no_value() {
    let secret = "7f3a9c";
    let lookup = r#"{"field":"email","value":"7f3a9c"},{"field":"hidden","value":"7f3a9c"},{"field":"e","value":"<<REDACTED>>"}"#;
    let body = update(
        r#"{"user_id":"","email":"x7f3a9c","hidden":"7f3a9c","o":"<<REDACTED>>"}"#,
        r#"["hidden"]"#,
        lookup,
    );
    let payload = payload(&body);
    let invalid = payload.validate().unwrap_err();
    let error = Parser::new().strict(true).parse(body.as_bytes()).unwrap_err();
    let issues: Vec<String> =
        invalid.issues().iter().map(|issue| format!("{issue} {issue:?} {}", issue.path())).collect();
    assert!(issues.len() >= 5, "{issues:?}");
    for text in [
        issues.join(" "),
        format!("{invalid} {invalid:?} {invalid:#?}"),
        format!("{error} {error:?} {error:#?}"),
    ] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(std::error::Error::source(&invalid).is_none() && std::error::Error::source(&error).is_none());
}

#[test]
fn names_in_paths_are_escaped_and_cut() {
    let long = "n".repeat(5000);
    let body = update(
        &format!(r#"{{"user_id":"u","{long}":"<<REDACTED>>","\u202e\n\u0007":"<<REDACTED>>"}}"#),
        "[]",
        LOOKUP,
    );
    let issues = payload(&body).issues();
    assert_eq!(issues.len(), 2);
    for issue in &issues {
        assert!(issue.path().chars().count() <= "/data/".len() + 64, "{issue}");
        let text = format!("{issue} {issue:?}");
        assert!(
            !text.contains(|character: char| character.is_control() || character == '\u{202e}'),
            "{text:?}"
        );
    }
}

#[test]
fn display_says_the_sentence_and_the_place() {
    let body = update(r#"{"user_id":"u"}"#, r#"["a"]"#, "");
    let invalid = payload(&body).validate().unwrap_err();
    let text = "the payload is not valid: there is no lookup value at /meta/lookup_values; a field is listed as redacted, but absent at /redacted/0";
    assert_eq!(invalid.to_string(), text);
    assert_eq!(format!("{invalid:?}"), format!("ValidationError({text:?})"));
    let severities: Vec<&str> =
        invalid.issues().iter().map(|issue: &Issue| issue.severity().as_str()).collect();
    assert_eq!(severities, ["error", "warning"]);
    assert_eq!(format!("{Error} {Warning:>8}"), "error  warning");
    assert!(Warning < Error);
}

/// A rule that compared each name with each other would take minutes here.
#[test]
fn no_rule_is_quadratic() {
    let listed: Vec<String> = (0..100_000).map(|index| format!(r#""absent{index}""#)).collect();
    let lookups: Vec<String> =
        (0..30_000).map(|index| format!(r#"{{"field":"absent{index}","value":"x"}}"#)).collect();
    let body = update(r#"{"user_id":"u"}"#, &format!("[{}]", listed.join(",")), &lookups.join(","));
    let body = body.replace(r#""absent99999""#, r#""absent99999","absent0""#);
    let parser = Parser::new().max_bytes(usize::MAX);
    let issues = parser.parse(body.as_bytes()).unwrap().issues();
    let count = |code| issues.iter().filter(|issue| issue.code() == code).count();
    assert_eq!(count("redacted_field_absent"), 100_000);
    assert_eq!((count("duplicate_redacted_name"), count("lookup_exposes_redacted")), (1, 30_000));
}
