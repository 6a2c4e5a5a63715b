//! Redaction: each field has one state, and every type agrees on it.

use rownd_webhooks::schema::ProfileSchema;
use rownd_webhooks::sync::{ChangeKind, Changes, FieldChange, SyncPlan};
use rownd_webhooks::{Fields, Issue, Payload, REDACTED, Redactable, UserId, Value};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::support::{Body, issue_codes, payload, written_back};

const HIDDEN: Option<Redactable<&str>> = Some(Redactable::Redacted);
const ABSENT: Option<Redactable<&str>> = None;

/// Members of `data`, names in `redacted`, the state of the field `x`, and the issues.
type Row = (&'static str, &'static str, Option<Redactable<&'static str>>, &'static [&'static str]);

const ROWS: [Row; 15] = [
    ("", "", ABSENT, &[]),
    (r#","x":"v""#, "", Some(Redactable::Visible(r#""v""#)), &[]),
    // Listed, with the sentinel: as documented.
    (r#","x":"<<REDACTED>>""#, r#""x""#, HIDDEN, &[]),
    (r#","\u0078":"\u003c<REDACTED>>""#, r#""\u0078""#, HIDDEN, &[]),
    // Listed, with a value that is still there: the value is dropped.
    (r#","x":"v""#, r#""x""#, HIDDEN, &["withheld_value_present"]),
    (r#","x":{"a":["v"]}"#, r#""x""#, HIDDEN, &["withheld_value_present"]),
    (r#","x":"<<REDACTED>>v""#, r#""x""#, HIDDEN, &["withheld_value_present"]),
    // Listed, and absent from `data`.
    ("", r#""x""#, HIDDEN, &["redacted_field_absent"]),
    ("", r#""x","x""#, HIDDEN, &["redacted_field_absent", "duplicate_redacted_name"]),
    // Not listed: the sentinel alone redacts, if it is the whole value.
    (r#","x":"<<REDACTED>>""#, "", HIDDEN, &["unlisted_sentinel"]),
    (r#","x":"<<REDACTED>>""#, r#""X""#, HIDDEN, &["unlisted_sentinel", "redacted_field_absent"]),
    (r#","x":"<<REDACTED>> ""#, "", Some(Redactable::Visible(r#""<<REDACTED>> ""#)), &[]),
    (r#","x":["<<REDACTED>>"]"#, "", Some(Redactable::Visible(r#"["<<REDACTED>>"]"#)), &[]),
    (r#","x":{"x":"<<REDACTED>>"}"#, "", Some(Redactable::Visible(r#"{"x":"<<REDACTED>>"}"#)), &[]),
    // The list names fields, and no places inside them.
    (
        r#","x":{"y":1}"#,
        r#""y","x.y","/x/y""#,
        Some(Redactable::Visible(r#"{"y":1}"#)),
        &["redacted_field_absent"; 3],
    ),
];

/// A body of user `u`.
fn body(operation: &str, members: &str, names: &str) -> String {
    let (data, redacted) = (format!(r#"{{"user_id":"u"{members}}}"#), format!("[{names}]"));
    Body { operation, data: &data, redacted: &redacted, ..Body::default() }.to_string()
}

#[test]
fn every_type_agrees_on_the_state_of_a_field() {
    for (members, names, state, issues) in ROWS {
        for operation in ["data_insert", "data_update", "visibility_update", "delete", "user_merge"] {
            let body = body(operation, members, names);
            let payload = payload(&body);
            let field = state.map(|field| field.map(value));
            assert_eq!(payload.field("x"), field.as_ref(), "{body}");
            assert_eq!(payload.value("x"), field.as_ref().and_then(Redactable::visible), "{body}");
            assert_eq!(payload.is_redacted("x"), state == HIDDEN, "{body}");
            assert_fields_agree(payload.fields(), state, &body);

            let event = payload.clone().into_event().unwrap();
            assert_eq!(event.fields(), (operation != "delete").then_some(payload.fields()), "{body}");
            match event.sync_plan() {
                SyncPlan::Upsert { set, erase, .. } => {
                    assert_eq!(set.get("x"), payload.value("x"), "{body}");
                    assert_eq!(erase.contains("x"), state == HIDDEN, "{body}");
                }
                SyncPlan::Delete { .. } => assert_eq!(operation, "delete"),
                SyncPlan::Ignore => assert_eq!(operation, "user_merge"),
            }
            let written = serde_json::to_value(&payload).unwrap();
            assert_eq!(written, written_back(&serde_json::from_str(&body).unwrap()), "{body}");
            assert_eq!(crate::support::payload(written), payload, "{body}");
        }
        let payload = payload(body("data_update", members, names));
        assert_eq!(issue_codes(&payload), issues, "{members} {names}");
        let schema = ProfileSchema::from_slice(br#"{"x":{"type":"any","required":true}}"#).unwrap();
        let is_missed = schema.check(&payload).iter().any(|issue| issue.code() == "required_field_absent");
        assert_eq!(is_missed, state == ABSENT, "{members} {names}");
    }
}

fn value(json: &str) -> Value<'static> {
    Value::try_from(serde_json::from_str::<Json>(json).unwrap()).unwrap()
}

/// Asserts the state of `x` in `Fields`, and the results of `decode` and `Changes`.
#[track_caller]
fn assert_fields_agree(fields: &Fields<'_>, state: Option<Redactable<&str>>, body: &str) {
    #[derive(Deserialize)]
    struct Each<T> {
        x: T,
    }
    let field = state.map(|field| field.map(value));
    assert_eq!(fields.get("x"), field.as_ref(), "{body}");
    assert_eq!((fields.contains_key("x"), fields.is_redacted("x")), (state != ABSENT, state == HIDDEN));
    assert_eq!(fields.names().filter(|name| *name == "x").count(), usize::from(state != ABSENT), "{body}");

    let json = state.map(|field| field.map(|json| serde_json::from_str::<Json>(json).unwrap()));
    assert_eq!(fields.decode::<Each<Option<Redactable<Json>>>>().unwrap().x, json, "{body}");
    let visible = json.clone().and_then(Redactable::into_visible);
    assert_eq!(fields.decode::<Each<Option<Json>>>().unwrap().x, visible, "{body}");
    match fields.decode::<Each<Redactable<Json>>>() {
        Ok(each) => assert_eq!(Some(each.x), json, "{body}"),
        Err(error) => assert_eq!((error.code(), json), ("missing_field", None), "{body}"),
    }
    let code = if state == ABSENT { "missing_field" } else { "redacted" };
    match fields.decode::<Each<Json>>() {
        Ok(each) => assert_eq!(Some(each.x), visible, "{body}"),
        Err(error) => assert_eq!((error.code(), error.field(), visible), (code, Some("x"), None), "{body}"),
    }

    let stored: Fields<'_> = serde_json::from_str(r#"{"x":"stored"}"#).unwrap();
    let kind = state.map(|field| if field.is_visible() { ChangeKind::Changed } else { ChangeKind::Redacted });
    let update = Changes::in_update(&stored, fields);
    assert_eq!(update.get("x").map(FieldChange::kind), kind, "{body}");
    let whole = Changes::between(&stored, fields);
    assert_eq!(whole.get("x").unwrap().kind(), kind.unwrap_or(ChangeKind::Removed), "{body}");
}

/// Withheld values: a member of `data`, names in `redacted`, and the field's name.
const WITHHELD: [(&str, &str, &str); 11] = [
    (r#","x":"8152347""#, r#""x""#, "x"),
    (r#","x":-8152347.5e3"#, r#""x""#, "x"),
    (r#","x":{"8152347":{"x":["8152347"]}}"#, r#""x""#, "x"),
    (r#","x":"\u0038152347""#, r#""x""#, "x"),
    (r#","\u0078":"8152347""#, r#""x""#, "x"),
    (r#","x":"8152347""#, r#""other","x","x""#, "x"),
    (r#","x":"<<REDACTED>>8152347""#, r#""x""#, "x"),
    (r#","":"8152347""#, r#""""#, ""),
    (r#","a\/b~c\"":"8152347""#, r#""a/b~c\"""#, "a/b~c\""),
    (r#","\ud83d\ude00":"8152347""#, r#""😀""#, "😀"),
    (r#","\u0000":"8152347""#, r#""\u0000""#, "\0"),
];

/// The payload equals one that never had the value, so that neither output nor a comparison can confirm a guess.
#[test]
fn a_withheld_value_is_dropped() {
    for (members, names, name) in WITHHELD {
        let withheld = payload(body("data_update", members, names));
        assert_eq!(withheld.field(name), Some(&Redactable::Redacted), "{members}");
        let name = serde_json::to_string(name).unwrap();
        let sentinel = payload(body("data_update", &format!(r#",{name}:"{REDACTED}""#), names));
        let text = |payload| (serde_json::to_string(payload).unwrap(), Payload::canonical_json(payload));
        assert_eq!((&withheld, text(&withheld)), (&sentinel, text(&sentinel)), "{members}");
        assert!(!text(&withheld).0.contains("8152347"), "{members}");
    }
}

#[test]
fn the_order_of_the_list_does_not_matter_and_its_names_do() {
    let [one, two, other] = [r#""a","b","gone""#, r#""gone","b","a""#, r#""a","b""#]
        .map(|names| payload(body("data_update", r#","a":"<<REDACTED>>""#, names)));
    assert_eq!((&one, one.canonical_json()), (&two, two.canonical_json()));
    assert!(one != other && one.canonical_json() != other.canonical_json());
    let issues = payload(body("data_update", r#","b":1,"a":2"#, r#""b","a""#)).issues();
    assert!(issues.iter().map(Issue::path).eq(["/data/a", "/data/b"]));
}

#[test]
fn names_match_byte_for_byte() {
    for (field, listed) in
        [("country", "Country"), ("country", "country "), ("é", "e\u{301}"), ("k", "\u{212A}"), ("/x", "x")]
    {
        let body = body("data_update", &format!(r#","{field}":"v""#), &format!(r#""{listed}""#));
        let payload = payload(body);
        assert_eq!((payload.is_redacted(field), payload.is_redacted(listed)), (false, true), "{field}");
    }
}

#[test]
fn only_the_exact_string_is_the_sentinel() {
    let with = |text: &str| payload(body("data_update", &format!(r#","x":"{text}","{REDACTED}":1"#), ""));
    for text in [REDACTED, r"\u003c\u003cREDACTED\u003e\u003e", r"<<\u0052EDACTED>>", r"\u003C<REDACTED>>"] {
        let payload = with(text);
        assert_eq!((payload.is_redacted("x"), payload.is_redacted(REDACTED)), (true, false), "{text}");
    }
    let others = r"<<redacted>> <<Redacted>> <REDACTED> <<REDACTED> <<<REDACTED>>> REDACTED «REDACTED»
        <<REDACTED>>\u0020 \u0020<<REDACTED>> <<REDACTED>>\n <<REDACTED>><<REDACTED>> <<REDACTED\u200b>>
        <<REDACTED>>\u0000 \\u003c<REDACTED>> &lt;&lt;REDACTED&gt;&gt;";
    for text in others.split_whitespace().chain([""]) {
        assert_eq!((with(text).is_redacted("x"), issue_codes(&with(text))), (false, vec![]), "{text}");
    }
}

#[test]
fn a_delete_needs_no_list() {
    let data = r#"{"user_id":"u","x":"<<REDACTED>>"}"#;
    let rows: [(&str, &str, &[&str]); 4] = [
        ("delete", "", &["delete_carries_fields"]),
        ("delete", r#"["x"]"#, &["delete_carries_fields"]),
        ("data_update", "", &["missing_redacted", "unlisted_sentinel"]),
        ("Delete", "", &["missing_redacted", "unknown_operation", "unlisted_sentinel"]),
    ];
    for (operation, redacted, issues) in rows {
        let payload = payload(Body { operation, data, redacted, ..Body::default() });
        assert_eq!((payload.is_redacted("x"), &*issue_codes(&payload)), (true, issues), "{operation}");
    }
}

#[test]
fn a_user_id_is_a_visible_string_that_is_not_empty() {
    let values = [REDACTED, ""].map(|text| format!("{text:?}"));
    let values =
        values.iter().map(String::as_str).chain(["7", "true", "null", r#"["u"]"#, r#"{"user_id":"u"}"#]);
    let rows = values.map(|value| (value, "[]"));
    for (value, redacted) in rows.chain([(r#""u""#, r#"["user_id"]"#), (r#""u""#, r#"["user\u005fid"]"#)]) {
        let data = format!(r#"{{"user_id":{value}}}"#);
        let payload = payload(Body { data: &data, redacted, ..Body::default() });
        assert_eq!(payload.user_id(), None, "{value}");
        assert!(issue_codes(&payload).contains(&"missing_user_id"), "{value}");
        assert_eq!(payload.subject().unwrap().partition_key(), "email=a@example.com", "{value}");
    }
    assert_eq!(payload(Body::default()).user_id().map(UserId::as_str), Some("u"));
}

/// The member of `data`, the name in `redacted`, the lookup value, and what is found.
#[test]
fn a_lookup_value_replaces_only_an_absent_field() {
    const OLD: &str = r#""old@example.com""#;
    let rows = [
        (r#","NAME":"new@example.com""#, "", OLD, Some("new@example.com")),
        (r#","NAME":"new@example.com""#, "", "null", Some("new@example.com")),
        (r#","NAME":null"#, "", OLD, None),
        (r#","NAME":"""#, "", OLD, None),
        (r#","NAME":7"#, "", OLD, None),
        (r#","NAME":["new@example.com"]"#, "", OLD, None),
        (r#","NAME":"<<REDACTED>>""#, "", OLD, None),
        (r#","NAME":"new@example.com""#, r#""NAME""#, OLD, None),
        ("", r#""NAME""#, OLD, None),
        ("", "", OLD, Some("old@example.com")),
        ("", "", "15551234", Some("15551234")),
        ("", "", r#""""#, None),
        ("", "", r#""<<REDACTED>>""#, None),
        ("", "", "null", None),
    ];
    for (members, names, lookup, expected) in rows {
        for name in ["email", "phone_number"] {
            let body = body("data_update", members, names).replace("NAME", name);
            let body = body.replace(
                r#"{"field":"email","value":"a@example.com"}"#,
                &format!(r#"{{"field":"{name}","value":{lookup}}}"#),
            );
            let payload = payload(&body);
            let found = if name == "email" { payload.email() } else { payload.phone_number() };
            assert_eq!(found, expected, "{body}");
            let exposes = issue_codes(&payload).contains(&"lookup_exposes_redacted");
            assert_eq!(exposes, payload.is_redacted(name), "{body}");
        }
    }
}
