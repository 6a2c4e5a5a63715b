//! `meta.lookup_values`: no value in it makes a delivery fail, and only well-formed elements are offered.

use rownd_webhooks::{LookupValue, Redactable, Severity};

use crate::support::{Body, issue_codes, parse_error, payload, summarize};

/// JSON that is not `{field: text, value: text or number}`.
const UNUSABLE: [&str; 12] = [
    "null",
    "7",
    r#""email""#,
    r#"["email","b@example.com"]"#,
    "{}",
    r#"{"field":"email"}"#,
    r#"{"value":"b@example.com"}"#,
    r#"{"Field":"email","Value":"b@example.com"}"#,
    r#"{"field":7,"value":"b@example.com"}"#,
    r#"{"field":"email","value":null}"#,
    r#"{"field":"email","value":true}"#,
    r#"{"field":"email","value":{"a":[1e400,"\ud83d\ude00"]}}"#,
];

/// Asserts that a delete with this `lookup_values` is valid, offers the usable ones and is written back unchanged.
#[track_caller]
fn assert_lenient(lookup_values: &str, usable: usize, path: &str) {
    let body = Body { lookup_values, ..Body::delete() }.to_string();
    let payload = payload(&body);
    assert_eq!(payload.lookup_values().len(), usable, "{body}");
    let email = (usable > 0).then_some("a@example.com");
    assert_eq!((payload.email(), payload.lookup("email").and_then(LookupValue::identifier)), (email, email));
    let unusable = ("unusable_lookup_value", path.to_owned(), Severity::Warning);
    assert_eq!((summarize(&payload.issues()), payload.validate()), (vec![unusable], Ok(())), "{body}");
    assert_eq!(payload.subject().unwrap().partition_key(), "u", "{body}");
    assert_eq!(serde_json::to_string(&payload).unwrap(), body);
    assert_eq!(payload.clone().into_owned(), payload, "{body}");
}

#[test]
fn unusable_json_is_kept_reported_and_never_offered() {
    let email = r#"{"field":"email","value":"a@example.com"}"#;
    for unusable in UNUSABLE {
        assert_lenient(&format!("[{unusable}]"), 0, "/meta/lookup_values/0");
        assert_lenient(&format!("[{email},{unusable},{email}]"), 2, "/meta/lookup_values/1");
        assert_lenient(&format!("[{unusable},{email}]"), 1, "/meta/lookup_values/0");
    }
    for list in UNUSABLE.into_iter().filter(|json| !json.starts_with('[') && *json != "null") {
        assert_lenient(list, 0, "/meta/lookup_values");
    }
}

#[test]
fn json_that_no_payload_may_hold_is_still_rejected() {
    let deep = format!(r#"[{{"field":{}1{}}}]"#, "[".repeat(200), "]".repeat(200));
    let rows = [
        (r#"[7,{"field":null,"x":[],"\u0066ield":"email"}]"#, "duplicate_member"),
        (r#"{"$serde_json::private::RawValue":"[]"}"#, "reserved_name"),
        (deep.as_str(), "too_deep"),
        (r#"[{"field":"email","value":01}]"#, "syntax"),
    ];
    for (list, code) in rows {
        assert_eq!(parse_error(Body { lookup_values: list, ..Body::default() }).code(), code, "{list}");
    }
}

#[test]
fn a_lookup_value_is_found_by_its_field() {
    let payload = payload(Body {
        lookup_values: r#"[{"field":"email","value":"a@example.com","verified":true,"at":[1, 2]},
            {"value":5,"field":"n"},{"field":"email","value":"b"},{"field":"","value":""},
            {"field":"x","value":"\u003c<REDACTED>>"}]"#,
        ..Body::default()
    });
    let lookups = payload.lookup_values().iter();
    let found: Vec<_> = lookups.map(|lookup| (lookup.field(), lookup.value(), lookup.identifier())).collect();
    let visible = |field, value| (field, Redactable::Visible(value), Some(value));
    let (empty, redacted) = (("", Redactable::Visible(""), None), ("x", Redactable::Redacted, None));
    let email = visible("email", "a@example.com");
    assert_eq!(found, [email, visible("n", "5"), visible("email", "b"), empty, redacted]);
    assert_eq!(issue_codes(&payload), ["redacted_lookup_value", "lookup_value_not_text"]);

    let email = payload.lookup("email").unwrap();
    assert_eq!(email, &payload.lookup_values()[0]);
    let unknown = email.unknown_members().map(|(name, json)| (name, json.as_str()));
    assert!(unknown.eq([("at", "[1, 2]"), ("verified", "true")]));
    assert_eq!((payload.lookup("Email"), payload.lookup("y")), (None, None));
}
