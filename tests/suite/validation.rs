//! Issues: each code with its path, severity and sentence, and the three ways to get them.

use std::collections::BTreeSet;

use rownd_webhooks::Severity::{self, Error, Warning};
use rownd_webhooks::{Issue, ParseErrorKind, Parser};

use crate::support::{Body, list, payload};

const CODES: [(&str, Severity, &str); 16] = [
    ("missing_data", Error, "`data` is absent or null"),
    ("no_lookup_values", Error, "there are no lookup values"),
    ("missing_redacted", Error, "`redacted` is absent or null"),
    ("withheld_value_present", Error, "a redacted field still carried its value, which was dropped"),
    ("unknown_operation", Warning, "the operation is not known"),
    ("missing_user_id", Warning, "there is no visible user id"),
    ("unlisted_sentinel", Warning, "a field holds the sentinel, but is not listed as redacted"),
    ("redacted_field_absent", Warning, "a field is listed as redacted, but absent from `data`"),
    ("duplicate_redacted_name", Warning, "a field is listed as redacted more than once"),
    ("redacted_lookup_value", Warning, "a lookup value is redacted"),
    ("lookup_exposes_redacted", Warning, "a lookup value contains what its field redacts"),
    (
        "lookup_mismatch",
        Warning,
        "a lookup value differs from the field of its name, as after an address change",
    ),
    ("lookup_value_not_text", Warning, "a lookup value is a number; its text is used"),
    ("unusable_lookup_value", Warning, "this is not a lookup value; it is kept, but finds no user"),
    ("delete_carries_fields", Warning, "a delete carries more than the user id"),
    ("empty_field_name", Warning, "the name of a field is empty"),
];

/// Bodies, and the code and path of each issue that they have.
fn rows() -> Vec<(&'static str, String)> {
    let body = Body::default();
    let fields = |json: &str| format!(r#"{{"user_id":"u",{json}}}"#);
    let data = |issues, json: &str| (issues, Body::with_data(json).to_string());
    let delete = |issues, redacted, data| (issues, Body { data, redacted, ..Body::delete() }.to_string());
    let redacted = |issues, redacted, data: &str| (issues, Body { data, redacted, ..body }.to_string());
    let lookup_values = |issues, lookup_values| (issues, Body { lookup_values, ..body }.to_string());
    // After a usable one.
    let lookup_value = |issues, json: &str| {
        let both = format!(r#"[{{"field":"email","value":"a@example.com"}},{json}]"#);
        (issues, Body { lookup_values: &both, ..body }.to_string())
    };
    let operation = |issues, operation| (issues, Body { operation, ..body }.to_string());

    let no_data = "missing_data /data, missing_user_id /data/user_id";
    let no_user_id = "missing_user_id /data/user_id";
    let no_lookup_values = "no_lookup_values /meta/lookup_values";
    let mismatch = "lookup_mismatch /meta/lookup_values/0/value";
    let unusable = "unusable_lookup_value /meta/lookup_values/1";
    let unusable_list = "unusable_lookup_value /meta/lookup_values";
    vec![
        delete("", "", body.data),
        delete("", "[]", body.data),
        delete("", "null", body.data),
        delete("delete_carries_fields /data", "", r#"{"user_id":"u","b":1,"c":2}"#),
        data("", body.data),
        data(no_data, "null"),
        data(no_data, ""),
        data(no_user_id, "{}"),
        data("empty_field_name /data/", &fields(r#""":1"#)),
        data(mismatch, &fields(r#""email":"A@example.com""#)),
        data(mismatch, &fields(r#""email":["a@example.com"]"#)),
        data(mismatch, &fields(r#""email":null"#)),
        data("", &fields(r#""email":"\u0061@example.com""#)),
        data(
            r"unlisted_sentinel /data/a~1b~0c, unlisted_sentinel /data/\u{202e}\n",
            &fields(r#""a/b~c":"<<REDACTED>>","\u202e\n":"<<REDACTED>>""#),
        ),
        redacted("missing_redacted /redacted", "null", body.data),
        redacted("missing_redacted /redacted", "", body.data),
        redacted(
            "withheld_value_present /data/a, withheld_value_present /data/b",
            r#"["b","a","c"]"#,
            &fields(r#""b":"B","a":1,"c":"<<REDACTED>>""#),
        ),
        redacted(
            "withheld_value_present /data/user_id, missing_user_id /data/user_id",
            r#"["user_id"]"#,
            body.data,
        ),
        redacted("unlisted_sentinel /data/a", r#"["m"]"#, &fields(r#""a":"<<REDACTED>>","m":"<<REDACTED>>""#)),
        redacted(
            "redacted_field_absent /redacted/0, redacted_field_absent /redacted/1",
            r#"["b","a"]"#,
            body.data,
        ),
        redacted(
            "duplicate_redacted_name /redacted/1, duplicate_redacted_name /redacted/2",
            r#"["a","a","\u0061"]"#,
            &fields(r#""a":"<<REDACTED>>""#),
        ),
        redacted(
            "lookup_exposes_redacted /meta/lookup_values/0/value",
            r#"["email"]"#,
            &fields(r#""email":"<<REDACTED>>""#),
        ),
        redacted(
            "redacted_field_absent /redacted/0, lookup_exposes_redacted /meta/lookup_values/0/value",
            r#"["email"]"#,
            body.data,
        ),
        lookup_values(no_lookup_values, "[]"),
        lookup_values(no_lookup_values, "null"),
        lookup_values(no_lookup_values, ""),
        lookup_values(unusable_list, r#"{"field":"email","value":"a@example.com"}"#),
        lookup_values(unusable_list, "\"a@example.com\""),
        lookup_values(unusable_list, "false"),
        lookup_value(unusable, "null"),
        lookup_value(unusable, r#"["email","a@example.com"]"#),
        lookup_value(unusable, r#"{"field":"email"}"#),
        lookup_value(unusable, r#"{"value":"a@example.com"}"#),
        lookup_value(unusable, r#"{"field":"email","value":true}"#),
        lookup_value(unusable, r#"{"field":"email","value":{}}"#),
        lookup_value(unusable, r#"{"field":7,"value":"a@example.com"}"#),
        lookup_value(
            "lookup_value_not_text /meta/lookup_values/2/value, unusable_lookup_value /meta/lookup_values/1, unusable_lookup_value /meta/lookup_values/3",
            r#"1,{"field":"n","value":1e400},[]"#,
        ),
        lookup_value(
            "redacted_lookup_value /meta/lookup_values/1/value",
            r#"{"field":"phone_number","value":"<<REDACTED>>"}"#,
        ),
        (
            "",
            Body {
                lookup_values: r#"[{"field":"n","value":"5"}]"#,
                ..Body::with_data(r#"{"user_id":"u","n":5}"#)
            }
            .to_string(),
        ),
        operation("unknown_operation /meta/operation", "Delete"),
        operation("unknown_operation /meta/operation", ""),
        (
            "withheld_value_present /data/hidden, unknown_operation /meta/operation, missing_user_id /data/user_id, \
             unlisted_sentinel /data/open, redacted_field_absent /redacted/0, duplicate_redacted_name /redacted/2, \
             redacted_lookup_value /meta/lookup_values/2/value, lookup_exposes_redacted /meta/lookup_values/3/value, \
             lookup_mismatch /meta/lookup_values/0/value, lookup_value_not_text /meta/lookup_values/1/value, \
             unusable_lookup_value /meta/lookup_values/4, empty_field_name /data/",
            Body {
                operation: "user_merge",
                data: r#"{"":1,"user_id":7,"email":"b@example.com","hidden":"H","open":"<<REDACTED>>","phone_number":"<<REDACTED>>"}"#,
                redacted: r#"["absent","hidden","hidden","phone_number"]"#,
                lookup_values: r#"[{"field":"email","value":"a@example.com"},{"field":"n","value":5},{"field":"x","value":"<<REDACTED>>"},{"field":"phone_number","value":"+1"},{}]"#,
                ..body
            }
            .to_string(),
        ),
    ]
}

#[test]
fn every_issue_has_its_code_path_severity_and_sentence() {
    let mut codes = BTreeSet::new();
    for (expected, body) in rows() {
        let issues = payload(&body).issues();
        let found: Vec<_> = issues.iter().map(|issue| format!("{} {}", issue.code(), issue.path())).collect();
        assert_eq!(found.join(", "), expected, "{body}");
        for issue in issues {
            let (code, severity, sentence) =
                CODES.into_iter().find(|(code, ..)| *code == issue.code()).unwrap();
            assert_eq!(issue.severity(), severity, "{code}");
            assert_eq!(issue.to_string(), format!("{sentence} at {}", issue.path()));
            assert_eq!(format!("{issue:?}"), format!("Issue({severity} {code} at {})", issue.path()));
            codes.insert(code);
        }
    }
    assert_eq!(codes, CODES.map(|(code, ..)| code).into());
    assert_eq!(format!("{Error} {Warning:>8}"), "error  warning");
    assert!(Warning < Error);
}

#[test]
fn validate_strict_and_issues_agree() {
    for (_, body) in rows() {
        let payload = payload(&body);
        let issues = payload.issues();
        let strict = Parser::new().strict(true).parse(body.as_bytes());
        match payload.validate() {
            Ok(()) => {
                assert!(issues.iter().all(|issue| issue.severity() == Warning), "{body}");
                assert_eq!(strict.as_ref(), Ok(&payload), "{body}");
            }
            Err(invalid) => {
                assert!(issues.iter().any(|issue| issue.severity() == Error), "{body}");
                assert_eq!(invalid.issues(), issues, "{body}");
                let error = strict.as_ref().unwrap_err();
                assert!(
                    matches!(error.kind(), ParseErrorKind::Invalid(inner) if *inner == invalid),
                    "{body}"
                );
                assert_eq!(
                    (error.path(), error.line(), error.to_string()),
                    (None, None, invalid.to_string())
                );
            }
        }
        assert_eq!(Parser::new().strict(true).parse_reader(body.as_bytes()), strict, "{body}");
        assert!(Parser::new().strict(true).strict(false).parse(body.as_bytes()).is_ok(), "{body}");
    }
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
}

/// A rule that compared each name with each other would take minutes here.
#[test]
fn the_rules_take_linear_time() {
    let names = list(100_000, |index| format!(r#""absent{index}""#));
    let lookup_values = list(30_000, |index| format!(r#"{{"field":"absent{index}","value":"x"}}"#));
    let body = Body {
        redacted: &format!(r#"[{names},"absent0"]"#),
        lookup_values: &format!("[{lookup_values}]"),
        ..Body::default()
    };
    let parser = Parser::new().max_bytes(usize::MAX).max_entries(usize::MAX);
    let issues = parser.parse(body.to_string().as_bytes()).unwrap().issues();
    let count = |code| issues.iter().filter(|issue: &&Issue| issue.code() == code).count();
    assert_eq!(count("redacted_field_absent"), 100_000);
    assert_eq!((count("duplicate_redacted_name"), count("lookup_exposes_redacted")), (1, 30_000));
}
