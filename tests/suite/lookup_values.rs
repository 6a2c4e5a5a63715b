//! `meta.lookup_values`: nothing in it makes a delivery fail, and only what is well-formed is offered.

use rownd_webhooks::{LookupValue, Redactable, Severity};

use crate::support::{Body, issue_codes, parse_error, payload, summarize};

const UNUSABLE: &str = "unusable_lookup_value";

/// What is not `{field: text, value: text or number}`.
const ODD: [&str; 15] = [
    "null",
    "true",
    "7",
    r#""email""#,
    "{}",
    r#"{"field":"email"}"#,
    r#"{"value":"a@example.com"}"#,
    r#"{"field":"email","value":null}"#,
    r#"{"field":"email","value":true}"#,
    r#"{"field":"email","value":["a@example.com"]}"#,
    r#"{"field":null,"value":"a@example.com"}"#,
    r#"{"field":7,"value":"a@example.com"}"#,
    r#"{"Field":"email","Value":"a@example.com"}"#,
    r#"{"field":"email","value":{"a":[1e400,"\ud83d\ude00"]}}"#,
    r#"["email","a@example.com"]"#,
];

/// Asserts that a delete with such a `lookup_values` is one, offers these fields and is written back unchanged.
#[track_caller]
fn assert_lenient(lookup_values: &str, fields: &[&str], path: &str) {
    let body = Body { lookup_values, ..Body::delete() }.to_string();
    let payload = payload(&body);
    assert_eq!(payload.lookup_values().iter().map(LookupValue::field).collect::<Vec<_>>(), fields, "{body}");
    assert_eq!((payload.email(), payload.lookup("email")), (None, None), "{body}");
    let issues = summarize(&payload.issues());
    assert_eq!(issues[0], (UNUSABLE, path.to_owned(), Severity::Warning), "{body}");
    assert_eq!((issues.len(), payload.validate()), (1, Ok(())), "{body}");
    assert_eq!(payload.subject().unwrap().partition_key(), "u", "{body}");
    assert_eq!(serde_json::to_string(&payload).unwrap(), body);
    assert_eq!(payload.clone().into_owned(), payload, "{body}");
}

#[test]
fn odd_json_is_kept_reported_and_never_offered() {
    let phone = r#"{"field":"phone_number","value":"+1"}"#;
    for odd in ODD {
        assert_lenient(&format!("[{odd}]"), &[], "/meta/lookup_values/0");
        assert_lenient(&format!("[{phone},{odd},{phone}]"), &["phone_number"; 2], "/meta/lookup_values/1");
        if !odd.starts_with('[') && odd != "null" {
            assert_lenient(odd, &[], "/meta/lookup_values");
        }
    }
}

#[test]
fn what_no_payload_may_hold_is_still_refused() {
    let deep = format!(r#"[{{"field":{}1{}}}]"#, "[".repeat(200), "]".repeat(200));
    let rows = [
        (r#"[{"field":"email","field":"x"}]"#, "duplicate_member"),
        (r#"[7,{"field":null,"x":[],"\u0066ield":"email"}]"#, "duplicate_member"),
        (r#"[{"value":"a","x":[{"$serde_json::private::Number":"1"}]}]"#, "reserved_name"),
        (r#"{"$serde_json::private::RawValue":"[]"}"#, "reserved_name"),
        (deep.as_str(), "too_deep"),
        (r#"[{"field":"email","value":01}]"#, "syntax"),
        (r#"[{"field":"email","value":"\ud83d"}]"#, "syntax"),
    ];
    for (list, code) in rows {
        assert_eq!(parse_error(Body { lookup_values: list, ..Body::default() }).code(), code, "{list}");
    }
}

#[test]
fn a_lookup_value_is_asked_by_its_field() {
    let payload = payload(Body {
        lookup_values: r#"[{"field":"email","value":"a@example.com","verified":true,"at":[1, 2]},
            {"value":5,"field":"n"},{"field":"email","value":"b"},{"field":"","value":""}]"#,
        ..Body::default()
    });
    let lookups = payload.lookup_values().iter();
    let found: Vec<_> = lookups.map(|lookup| (lookup.field(), lookup.value(), lookup.identifier())).collect();
    let visible = |field, value| (field, Redactable::Visible(value), Some(value));
    let empty = ("", Redactable::Visible(""), None);
    assert_eq!(found, [visible("email", "a@example.com"), visible("n", "5"), visible("email", "b"), empty]);
    assert_eq!(issue_codes(&payload), ["lookup_value_not_text"]);

    let email = payload.lookup("email").unwrap();
    assert_eq!(email, &payload.lookup_values()[0]);
    let unknown = email.unknown_members().map(|(name, json)| (name, json.get()));
    assert!(unknown.eq([("at", "[1, 2]"), ("verified", "true")]));
    assert_eq!((payload.lookup("Email"), payload.lookup("x")), (None, None));
    assert_eq!(format!("{email:?}"), r#"LookupValue { field: "email", value: string of 13 bytes }"#);
}

#[test]
fn a_redacted_lookup_value_identifies_nobody() {
    for sentinel in ["<<REDACTED>>", r"\u003c<REDACTED>\u003e"] {
        let list = format!(r#"[{{"field":"email","value":"{sentinel}"}}]"#);
        let payload = payload(Body { data: "{}", lookup_values: &list, ..Body::default() });
        let lookup = payload.lookup("email").unwrap();
        assert_eq!((lookup.value(), lookup.identifier()), (Redactable::Redacted, None));
        assert_eq!(issue_codes(&payload), ["missing_user_id", "redacted_lookup_value"]);
        assert!(payload.email().is_none() && payload.subject().is_err() && payload.sync_plan().is_err());
    }
}

#[test]
fn an_unusable_lookup_value_does_not_hide_the_next_one() {
    let list = r#"[{"field":"email","value":null},{"field":"email","value":"a@example.com"}]"#;
    let payload = payload(Body { lookup_values: list, ..Body::default() });
    assert_eq!(payload.email(), Some("a@example.com"));
    assert_eq!(payload.lookup("email").unwrap().identifier(), Some("a@example.com"));
}
