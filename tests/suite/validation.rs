//! Issues: each code with its path, severity and sentence, and the three ways to ask for them.

use std::collections::BTreeSet;

use rownd_webhooks::Severity::{self, Error, Warning};
use rownd_webhooks::{Event, Issue, ParseErrorKind, Parser};

use crate::support::{Body, issue_codes, payload, summarize};

const EMAIL: &str = r#"{"field":"email","value":"a@example.com"}"#;

type Row = (String, Vec<(&'static str, &'static str, Severity)>);

fn row(body: Body<'_>, issues: &[(&'static str, &'static str, Severity)]) -> Row {
    (body.to_string(), issues.to_vec())
}

/// A body with more lookup values than the default one.
fn with_lookup_values(more: &str, issues: &[(&'static str, &'static str, Severity)]) -> Row {
    row(Body { lookup_values: &format!("[{EMAIL},{more}]"), ..Body::default() }, issues)
}

/// Bodies, and all issues that each has.
fn rows() -> Vec<Row> {
    let body = Body::default();
    let data = Body::with_data;
    let no_user_id = ("missing_user_id", "/data/user_id", Warning);
    let no_data = [("missing_data", "/data", Error), no_user_id];
    let no_lookup_values = [("no_lookup_values", "/meta/lookup_values", Error)];
    let no_redacted = [("missing_redacted", "/redacted", Error)];
    let mismatch = [("lookup_mismatch", "/meta/lookup_values/0/value", Warning)];
    let unusable = [("unusable_lookup_value", "/meta/lookup_values/1", Warning)];
    let unusable_list = [("unusable_lookup_value", "/meta/lookup_values", Warning)];
    let unknown_operation = [("unknown_operation", "/meta/operation", Warning)];
    vec![
        row(body, &[]),
        row(Body::delete(), &[]),
        row(Body { redacted: "[]", ..Body::delete() }, &[]),
        row(Body { redacted: "null", ..Body::delete() }, &[]),
        row(data("null"), &no_data),
        row(data(""), &no_data),
        row(Body { lookup_values: "[]", ..body }, &no_lookup_values),
        row(Body { lookup_values: "null", ..body }, &no_lookup_values),
        row(Body { lookup_values: "", ..body }, &no_lookup_values),
        row(Body { redacted: "null", ..body }, &no_redacted),
        row(Body { redacted: "", operation: "visibility_update", ..body }, &no_redacted),
        with_lookup_values(
            r#"{"field":"n","value":5},{"field":"n","value":-1.5e3},{"field":"n","value":1e400}"#,
            &[
                ("lookup_value_not_text", "/meta/lookup_values/1/value", Warning),
                ("lookup_value_not_text", "/meta/lookup_values/2/value", Warning),
                ("lookup_value_not_text", "/meta/lookup_values/3/value", Warning),
            ],
        ),
        with_lookup_values("null", &unusable),
        with_lookup_values("\"email\"", &unusable),
        with_lookup_values(r#"["email","a@example.com"]"#, &unusable),
        with_lookup_values("{}", &unusable),
        with_lookup_values(r#"{"field":"email"}"#, &unusable),
        with_lookup_values(r#"{"value":"a@example.com"}"#, &unusable),
        with_lookup_values(r#"{"field":"email","value":null}"#, &unusable),
        with_lookup_values(r#"{"field":"email","value":true}"#, &unusable),
        with_lookup_values(r#"{"field":"email","value":["a@example.com"]}"#, &unusable),
        with_lookup_values(r#"{"field":"email","value":{}}"#, &unusable),
        with_lookup_values(r#"{"field":null,"value":"a@example.com"}"#, &unusable),
        with_lookup_values(r#"{"field":7,"value":"a@example.com"}"#, &unusable),
        with_lookup_values(
            r#"1,{"field":"n","value":5},[]"#,
            &[
                ("lookup_value_not_text", "/meta/lookup_values/2/value", Warning),
                ("unusable_lookup_value", "/meta/lookup_values/1", Warning),
                ("unusable_lookup_value", "/meta/lookup_values/3", Warning),
            ],
        ),
        row(Body { lookup_values: "{}", ..body }, &unusable_list),
        row(Body { lookup_values: EMAIL, ..body }, &unusable_list),
        row(Body { lookup_values: "\"a@example.com\"", ..body }, &unusable_list),
        row(Body { lookup_values: "7", ..body }, &unusable_list),
        row(Body { lookup_values: "false", ..body }, &unusable_list),
        row(
            Body {
                redacted: r#"["b","a","c"]"#,
                ..data(r#"{"user_id":"u","b":"B","a":1,"c":"<<REDACTED>>"}"#)
            },
            &[("withheld_value_present", "/data/a", Error), ("withheld_value_present", "/data/b", Error)],
        ),
        row(
            Body { redacted: r#"["user_id"]"#, ..body },
            &[("withheld_value_present", "/data/user_id", Error), no_user_id],
        ),
        row(data(r#"{"user_id":"u","email":"b@example.com"}"#), &mismatch),
        row(data(r#"{"user_id":"u","email":"A@example.com"}"#), &mismatch),
        row(data(r#"{"user_id":"u","email":["a@example.com"]}"#), &mismatch),
        row(data(r#"{"user_id":"u","email":null}"#), &mismatch),
        row(data(r#"{"user_id":"u","email":"\u0061@example.com"}"#), &[]),
        row(
            Body { lookup_values: r#"[{"field":"n","value":"5"}]"#, ..data(r#"{"user_id":"u","n":5}"#) },
            &[],
        ),
        row(Body { operation: "data_updated", ..body }, &unknown_operation),
        row(Body { operation: "Delete", ..body }, &unknown_operation),
        row(Body { operation: "", ..body }, &unknown_operation),
        row(data("{}"), &[no_user_id]),
        row(data(r#"{"user_id":7}"#), &[no_user_id]),
        row(data(r#"{"user_id":""}"#), &[no_user_id]),
        row(
            Body {
                redacted: r#"["m"]"#,
                ..data(r#"{"user_id":"u","z":"<<REDACTED>>","a":"<<REDACTED>>","m":"<<REDACTED>>"}"#)
            },
            &[("unlisted_sentinel", "/data/a", Warning), ("unlisted_sentinel", "/data/z", Warning)],
        ),
        row(
            data(r#"{"user_id":"u","a/b~c":"<<REDACTED>>"}"#),
            &[("unlisted_sentinel", "/data/a~1b~0c", Warning)],
        ),
        row(
            Body { redacted: r#"["b","a"]"#, ..body },
            &[
                ("redacted_field_absent", "/redacted/0", Warning),
                ("redacted_field_absent", "/redacted/1", Warning),
            ],
        ),
        row(
            Body { redacted: r#"["a","a","\u0061"]"#, ..data(r#"{"user_id":"u","a":"<<REDACTED>>"}"#) },
            &[
                ("duplicate_redacted_name", "/redacted/1", Warning),
                ("duplicate_redacted_name", "/redacted/2", Warning),
            ],
        ),
        with_lookup_values(
            r#"{"field":"phone_number","value":"<<REDACTED>>"}"#,
            &[("redacted_lookup_value", "/meta/lookup_values/1/value", Warning)],
        ),
        row(
            Body { redacted: r#"["email"]"#, ..data(r#"{"user_id":"u","email":"<<REDACTED>>"}"#) },
            &[("lookup_exposes_redacted", "/meta/lookup_values/0/value", Warning)],
        ),
        row(
            Body { redacted: r#"["email"]"#, ..body },
            &[
                ("redacted_field_absent", "/redacted/0", Warning),
                ("lookup_exposes_redacted", "/meta/lookup_values/0/value", Warning),
            ],
        ),
        row(
            Body { data: r#"{"user_id":"u","b":1,"c":2}"#, ..Body::delete() },
            &[("delete_carries_fields", "/data", Warning)],
        ),
        row(data(r#"{"user_id":"u","":1}"#), &[("empty_field_name", "/data/", Warning)]),
    ]
}

#[test]
fn every_issue_has_its_code_path_and_severity() {
    for (body, issues) in rows() {
        let expected: Vec<_> =
            issues.into_iter().map(|(code, path, severity)| (code, path.to_owned(), severity)).collect();
        assert_eq!(summarize(&payload(&body).issues()), expected, "{body}");
    }
}

#[test]
fn every_issue_has_its_sentence() {
    let sentences = [
        ("missing_data", "`data` is absent or null"),
        ("no_lookup_values", "there are no lookup values"),
        ("missing_redacted", "`redacted` is absent or null"),
        ("withheld_value_present", "a redacted field still carried its value, which was dropped"),
        ("unknown_operation", "the operation is not known"),
        ("missing_user_id", "there is no visible user id"),
        ("unlisted_sentinel", "a field holds the sentinel, but is not listed as redacted"),
        ("redacted_field_absent", "a field is listed as redacted, but absent from `data`"),
        ("duplicate_redacted_name", "a field is listed as redacted more than once"),
        ("redacted_lookup_value", "a lookup value is redacted"),
        ("lookup_exposes_redacted", "a lookup value contains what its field redacts"),
        ("lookup_mismatch", "a lookup value differs from the field of its name, as after an address change"),
        ("lookup_value_not_text", "a lookup value is a number; its text is used"),
        ("unusable_lookup_value", "this is no lookup value; it is kept, but finds nobody"),
        ("delete_carries_fields", "a delete carries more than the user id"),
        ("empty_field_name", "the name of a field is empty"),
    ];
    let mut codes = BTreeSet::new();
    for (body, _) in rows() {
        for issue in payload(&body).issues() {
            let (_, sentence) = sentences.iter().find(|(code, _)| *code == issue.code()).unwrap();
            assert_eq!(issue.to_string(), format!("{sentence} at {}", issue.path()));
            let debug = format!("Issue({} {} at {})", issue.severity(), issue.code(), issue.path());
            assert_eq!(format!("{issue:?}"), debug);
            codes.insert(issue.code());
        }
    }
    assert!(codes.into_iter().eq(BTreeSet::from(sentences.map(|(code, _)| code))));
}

#[test]
fn issues_come_all_at_once_in_the_order_of_the_table() {
    let body = Body {
        operation: "user_merge",
        data: r#"{"":1,"user_id":7,"email":"b@example.com","hidden":"H","open":"<<REDACTED>>","phone_number":"<<REDACTED>>"}"#,
        redacted: r#"["absent","hidden","hidden","phone_number"]"#,
        lookup_values: r#"[{"field":"email","value":"a@example.com"},{"field":"n","value":5},{"field":"x","value":"<<REDACTED>>"},{"field":"phone_number","value":"+1"},{}]"#,
        ..Body::default()
    };
    let payload = payload(body);
    let mut codes = issue_codes(&payload);
    assert_eq!(payload.validate().unwrap_err().issues(), payload.issues());
    let severities: Vec<Severity> = payload.issues().iter().map(Issue::severity).collect();
    assert!(severities.is_sorted_by_key(|severity| *severity == Warning), "{severities:?}");
    codes.sort_unstable();
    assert_eq!(
        codes,
        [
            "duplicate_redacted_name",
            "empty_field_name",
            "lookup_exposes_redacted",
            "lookup_mismatch",
            "lookup_value_not_text",
            "missing_user_id",
            "redacted_field_absent",
            "redacted_lookup_value",
            "unknown_operation",
            "unlisted_sentinel",
            "unusable_lookup_value",
            "withheld_value_present",
        ]
    );
}

#[test]
fn validate_strict_and_issues_agree() {
    for (body, _) in rows() {
        let payload = payload(&body);
        let issues = payload.issues();
        let is_valid = issues.iter().all(|issue| issue.severity() == Warning);
        let invalid = payload.validate().err();
        assert_eq!(invalid.is_none(), is_valid, "{body}");
        assert!(invalid.is_none_or(|invalid| invalid.issues() == issues), "{body}");

        let strict = Parser::new().strict(true).parse(body.as_bytes());
        match &strict {
            Ok(parsed) => assert!(is_valid && *parsed == payload, "{body}"),
            Err(error) => {
                let ParseErrorKind::Invalid(invalid) = error.kind() else { panic!("{error}: {body}") };
                assert_eq!((error.path(), error.line(), invalid.issues()), (None, None, &*issues), "{body}");
                assert_eq!(error.to_string(), invalid.to_string());
            }
        }
        assert_eq!(Parser::new().strict(true).parse_reader(body.as_bytes()), strict, "{body}");
        assert!(Parser::new().strict(true).strict(false).parse(body.as_bytes()).is_ok(), "{body}");
    }
}

#[test]
fn an_invalid_payload_can_still_be_used() {
    let payload =
        payload(Body { redacted: "null", ..Body::with_data(r#"{"user_id":"u","email":"b@example.com"}"#) });
    assert!(payload.validate().is_err());
    assert_eq!(payload.email(), Some("b@example.com"));
    assert!(payload.sync_plan().is_ok());
    assert!(matches!(payload.into_event(), Ok(Event::DataUpdate(_))));
}

#[test]
fn the_error_lists_two_issues_and_counts_the_rest() {
    let error = |body: Body<'_>| payload(body).validate().unwrap_err();
    let invalid = error(Body { redacted: r#"["a"]"#, lookup_values: "[]", ..Body::default() });
    let message = "the payload is not valid: there are no lookup values at /meta/lookup_values; a field is listed as redacted, but absent from `data` at /redacted/0";
    assert_eq!(invalid.to_string(), message);
    assert_eq!(format!("{invalid:?}"), format!("ValidationError({message:?})"));
    assert_eq!((invalid.code(), invalid.http_status()), ("invalid", 400));
    assert!(std::error::Error::source(&invalid).is_none());

    let invalid = error(Body { data: "", redacted: r#"["x"]"#, lookup_values: "", ..Body::default() });
    let message = "the payload is not valid: `data` is absent or null at /data; there are no lookup values at \
                   /meta/lookup_values; and 2 more";
    assert_eq!(invalid.to_string(), message);
    assert_eq!(format!("{Error} {Warning:>8}"), "error  warning");
    assert!(Warning < Error);
}

#[test]
fn names_in_paths_are_escaped_and_cut() {
    let long = "n".repeat(5000);
    let data = format!(r#"{{"user_id":"u","{long}":"<<REDACTED>>","\u202e\n\u0007":"<<REDACTED>>"}}"#);
    let issues = payload(Body::with_data(&data)).issues();
    let paths: Vec<&str> = issues.iter().map(Issue::path).collect();
    assert_eq!(paths, [format!("/data/{}…", "n".repeat(63)).as_str(), r"/data/\u{202e}\n\u{7}"]);
}

/// A rule that compared each name with each other would take minutes here.
#[test]
fn the_rules_take_linear_time() {
    let names: Vec<String> = (0..100_000).map(|index| format!(r#""absent{index}""#)).collect();
    let lookup_values: Vec<String> =
        (0..30_000).map(|index| format!(r#"{{"field":"absent{index}","value":"x"}}"#)).collect();
    let body = Body {
        redacted: &format!(r#"[{},"absent0"]"#, names.join(",")),
        lookup_values: &format!("[{}]", lookup_values.join(",")),
        ..Body::default()
    };
    let parser = Parser::new().max_bytes(usize::MAX).max_entries(usize::MAX);
    let issues = parser.parse(body.to_string().as_bytes()).unwrap().issues();
    let count = |code| issues.iter().filter(|issue| issue.code() == code).count();
    assert_eq!(count("redacted_field_absent"), 100_000);
    assert_eq!((count("duplicate_redacted_name"), count("lookup_exposes_redacted")), (1, 30_000));
}
