//! Redaction, a test a rule: one truth a field, on every way in.

mod support;

use std::collections::BTreeMap;

use rownd_webhooks::sync::{Changes, SyncPlan};
use rownd_webhooks::{DecodeError, Event, Payload, REDACTED, Redactable, Value};
use serde::Deserialize;
use support::{every_payload, issue_codes, payload, update_body};

/// What no text may tell.
const SECRET: &str = "8152347";

/// Fields that are withheld: member of `data`, element of `redacted`, the name.
const WITHHELD: [(&str, &str, &str); 14] = [
    (r#""country":"8152347""#, r#""country""#, "country"),
    (r#""country":8152347"#, r#""country""#, "country"),
    (r#""country":-8152347.5e3"#, r#""country""#, "country"),
    (r#""country":["8152347"]"#, r#""country""#, "country"),
    (r#""country":{"8152347":{"x":["8152347"]}}"#, r#""country""#, "country"),
    (r#""country":"\u0038152347""#, r#""country""#, "country"),
    (r#""c\u006Funtry":"8152347""#, r#""country""#, "country"),
    (r#""country":"8152347""#, r#""\u0063ountry""#, "country"),
    (r#""country":"8152347""#, r#""other","country","country""#, "country"),
    (r#""country":"<<REDACTED>>8152347""#, r#""country""#, "country"),
    (r#""":"8152347""#, r#""""#, ""),
    (r#""a\/b~c\"":"8152347""#, r#""a/b~c\"""#, "a/b~c\""),
    (r#""\ud83d\ude00":"8152347""#, r#""😀""#, "😀"),
    (r#""\u0000":"8152347""#, r#""\u0000""#, "\0"),
];

/// Every text that a payload can be made to tell.
fn texts(payload: &Payload<'_>) -> Vec<(&'static str, String)> {
    #[derive(Debug, Deserialize)]
    struct Flat {
        #[serde(flatten)]
        #[allow(dead_code, reason = "shown")]
        rest: BTreeMap<String, serde_json::Value>,
    }
    fn said<T: std::fmt::Debug>(decoded: Result<T, DecodeError>) -> String {
        match decoded {
            Ok(decoded) => format!("{decoded:?}"),
            Err(error) => format!("{error} {error:?} {:?}", error.detail()),
        }
    }
    let fields = payload.fields();
    let shown: Vec<_> =
        fields.iter().map(|(name, field)| (name, field, field.visible().map(Value::as_str))).collect();
    let issues = payload.issues();
    let names: Vec<String> = issues.iter().map(|issue| format!("{issue} {issue:?}")).collect();
    let nothing = support::payload(r#"{"data":{},"meta":{"operation":"data_update"}}"#);
    let mut texts = vec![
        ("Display", payload.to_string()),
        ("Debug", format!("{payload:?}")),
        ("pretty Debug", format!("{payload:#?}")),
        ("owned", format!("{:?}", payload.clone().into_owned())),
        ("Serialize", serde_json::to_string(payload).unwrap()),
        ("Serialize to a tree", serde_json::to_value(payload).unwrap().to_string()),
        ("canonical_json", payload.canonical_json()),
        ("fields", format!("{fields:?} {}", serde_json::to_string(fields).unwrap())),
        ("accessors", format!("{shown:?} {:?} {:?}", payload.email(), payload.phone_number())),
        ("issues", names.join(" ")),
        ("validate", format!("{:?}", payload.validate())),
        ("changes", format!("{:?}", Changes::between(nothing.fields(), fields))),
        ("changes back", format!("{:?}", Changes::between(fields, nothing.fields()))),
        ("decode", said(payload.decode::<BTreeMap<String, serde_json::Value>>())),
        ("decode options", said(payload.decode::<BTreeMap<String, Option<serde_json::Value>>>())),
        ("decode text", said(fields.decode::<BTreeMap<String, String>>())),
        ("decode flattened", said(payload.decode::<Flat>())),
    ];
    if let Ok(visible) = payload.decode::<BTreeMap<String, Redactable<serde_json::Value>>>() {
        texts.push((
            "decode redactables",
            format!("{:?}", visible.into_values().map(Redactable::into_visible).collect::<Vec<_>>()),
        ));
    }
    if let Ok(plan) = payload.sync_plan() {
        texts.push(("sync_plan", format!("{plan:?}")));
        if let SyncPlan::Upsert { set, .. } = &plan {
            texts.push(("set", serde_json::to_string(&set.iter().collect::<Vec<_>>()).unwrap()));
        }
    }
    let event = payload.clone().into_event();
    texts.push(("event", format!("{event:?}")));
    if let Ok(Event::DataUpdate(event)) = event {
        texts.push(("event's fields", serde_json::to_string(&event.fields).unwrap()));
    }
    texts
}

#[test]
fn listed_is_redacted_whatever_data_holds() {
    for (data, redacted, name) in WITHHELD {
        let body = update_body(data, redacted);
        for (door, payload) in every_payload(&body) {
            assert_eq!(payload.field(name), Some(&Redactable::Redacted), "{door}: {body}");
            let codes: Vec<&str> = payload.issues().iter().map(rownd_webhooks::Issue::code).collect();
            assert!(codes.contains(&"withheld_value_present"), "{door}: {codes:?}: {body}");
        }
    }
}

#[test]
fn a_withheld_value_cannot_come_back() {
    for (data, redacted, _) in WITHHELD {
        let body = update_body(data, redacted);
        for (door, payload) in every_payload(&body) {
            for (way, text) in texts(&payload) {
                assert!(!text.contains(SECRET), "{door}, {way}: {text}");
            }
        }
    }
}

/// The texts above would tell, if there were something to tell.
#[test]
fn what_is_visible_does_come_back() {
    let body = update_body(r#""country":"8152347""#, "");
    let payload = payload(&body);
    let telling: Vec<&str> =
        texts(&payload).into_iter().filter(|(_, text)| text.contains(SECRET)).map(|(way, _)| way).collect();
    let expected = [
        "Serialize",
        "Serialize to a tree",
        "canonical_json",
        "fields",
        "accessors",
        "decode",
        "decode options",
        "decode text",
        "decode flattened",
        "decode redactables",
        "set",
        "event's fields",
    ];
    assert_eq!(telling, expected);
}

/// Else a comparison, or a hash, would tell a guesser that the guess is right.
#[test]
fn a_withheld_value_cannot_be_guessed_by_comparing() {
    for (data, redacted, name) in WITHHELD {
        let body = update_body(data, redacted);
        let name = serde_json::to_string(name).unwrap();
        let sentinel = update_body(&format!(r#"{name}:"{REDACTED}""#), redacted);
        assert_eq!(payload(&body), payload(&sentinel), "{body}");
        assert_eq!(payload(&body).canonical_json(), payload(&sentinel).canonical_json(), "{body}");
        assert_eq!(payload(&body).fields(), payload(&sentinel).fields(), "{body}");
    }
}

#[test]
fn the_members_of_a_body_may_come_in_any_order() {
    let members = [
        r#""data":{"user_id":"u","x":"8152347"}"#,
        r#""redacted":["x"]"#,
        r#""meta":{"operation":"data_update","lookup_values":[{"field":"email","value":"a@example.com"}]}"#,
    ];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let body = format!("{{{}}}", order.map(|index| members[index]).join(","));
        for (door, payload) in every_payload(&body) {
            assert_eq!(payload.field("x"), Some(&Redactable::Redacted), "{door}: {body}");
            assert!(!serde_json::to_string(&payload).unwrap().contains(SECRET), "{door}: {body}");
        }
    }
}

#[test]
fn names_match_byte_for_byte() {
    for (field, listed) in
        [("country", "Country"), ("country", "country "), ("é", "e\u{301}"), ("k", "\u{212A}"), ("/x", "x")]
    {
        let body = update_body(&format!(r#""{field}":"8152347""#), &format!(r#""{listed}""#));
        for (door, payload) in every_payload(&body) {
            assert!(payload.field(field).unwrap().is_visible(), "{door}: {body}");
            assert!(payload.field(listed).is_none(), "{door}: {body}");
        }
    }
}

#[test]
fn the_sentinel_redacts_without_the_list() {
    for sentinel in
        ["<<REDACTED>>", r"\u003c\u003cREDACTED\u003e\u003e", r"<<\u0052EDACTED>>", r"\u003C<REDACTED>>"]
    {
        let body = update_body(&format!(r#""country":"{sentinel}""#), "");
        for (door, payload) in every_payload(&body) {
            assert_eq!(payload.field("country"), Some(&Redactable::Redacted), "{door}: {body}");
            assert_eq!(payload.redacted().count(), 0, "{door}: {body}");
        }
        assert_eq!(issue_codes(&body), ["unlisted_sentinel"], "{body}");
    }
}

#[test]
fn only_the_exact_string_is_the_sentinel() {
    let texts = [
        "<<redacted>>",
        "<<Redacted>>",
        "<REDACTED>",
        "<<REDACTED>> ",
        " <<REDACTED>>",
        "<<REDACTED>>\\n",
        "<<REDACTED>",
        "<<<REDACTED>>>",
        "<<REDACTED>><<REDACTED>>",
        "REDACTED",
        "«REDACTED»",
        "&lt;&lt;REDACTED&gt;&gt;",
        "<<REDACTED\\u200b>>",
        "<<REDACTED>>\\u0000",
        "\\\\u003c<REDACTED>>",
        "",
    ];
    for text in texts {
        let body = update_body(&format!(r#""country":"{text}""#), "");
        for (door, payload) in every_payload(&body) {
            assert!(payload.field("country").unwrap().is_visible(), "{door}: {body}");
        }
        assert!(issue_codes(&body).is_empty(), "{body}");
    }
}

#[test]
fn on_a_delete_the_sentinel_alone_is_enough() {
    let body = r#"{"data":{"user_id":"u","country":"<<REDACTED>>"},"meta":{"operation":"delete","lookup_values":[{"field":"email","value":"a@example.com"}]}}"#;
    for (door, payload) in every_payload(body) {
        assert_eq!(payload.field("country"), Some(&Redactable::Redacted), "{door}");
    }
    assert_eq!(issue_codes(body), ["delete_carries_fields"]);
    for operation in ["data_insert", "data_update", "visibility_update", "user_merge", "Delete"] {
        assert!(
            issue_codes(&body.replace("\"delete\"", &format!("\"{operation}\"")))
                .contains(&"unlisted_sentinel")
        );
    }
}

#[test]
fn a_delete_with_a_list_keeps_to_it() {
    let body = r#"{"data":{"user_id":"u","x":"8152347"},"redacted":["x"],"meta":{"operation":"delete","lookup_values":[]}}"#;
    for (door, payload) in every_payload(body) {
        assert!(payload.field("x").unwrap().is_redacted(), "{door}");
        assert!(texts(&payload).iter().all(|(_, text)| !text.contains(SECRET)), "{door}");
    }
}

#[test]
fn listed_but_absent_stays_in_the_list() {
    for listed in [r#""shoe_size""#, r#""sh\u006fe_size""#] {
        let body = update_body("", listed);
        for (door, payload) in every_payload(&body) {
            assert!(payload.redacted().eq(["shoe_size"]), "{door}");
            assert_eq!(payload.field("shoe_size"), None, "{door}");
            assert!(!payload.fields().contains("shoe_size"), "{door}");
            assert!(
                matches!(payload.sync_plan(), Ok(SyncPlan::Upsert { erase, .. }) if erase.iter().eq(["shoe_size"])),
                "{door}"
            );
        }
        assert_eq!(issue_codes(&body), ["redacted_field_absent"]);
    }
}

#[test]
fn a_redacted_lookup_value_finds_nobody() {
    for sentinel in ["<<REDACTED>>", r"\u003c<REDACTED>\u003e"] {
        let body = format!(
            r#"{{"data":{{}},"redacted":[],"meta":{{"operation":"data_update","lookup_values":[{{"field":"email","value":"{sentinel}"}},{{"value":"{sentinel}","field":"phone_number"}}]}}}}"#
        );
        for (door, payload) in every_payload(&body) {
            assert_eq!(payload.lookup("email").unwrap().value(), Redactable::Redacted, "{door}");
            assert_eq!((payload.email(), payload.phone_number()), (None, None), "{door}");
            assert!(payload.sync_plan().is_err(), "{door}");
            assert!(payload.into_event().is_err(), "{door}");
        }
        assert_eq!(issue_codes(&body), ["missing_user_id", "redacted_lookup_value", "redacted_lookup_value"]);
    }
}

#[test]
fn a_user_id_is_a_visible_string_or_none() {
    let rows = [
        (r#""<<REDACTED>>""#, ""),
        (r#""<<REDACTED>>""#, r#""user_id""#),
        (r#""u""#, r#""user_id""#),
        (r#""u""#, r#""user\u005fid""#),
        ("7", ""),
        ("true", ""),
        ("null", ""),
        (r#"["u"]"#, ""),
        (r#"{"user_id":"u"}"#, ""),
        (r#""""#, ""),
    ];
    for (user_id, redacted) in rows {
        let body = update_body("", redacted).replace(r#""user_id":"u""#, &format!(r#""user_id":{user_id}"#));
        for (door, payload) in every_payload(&body) {
            assert_eq!(payload.user_id(), None, "{door}: {body}");
            let event = payload.into_event().unwrap();
            let subject = event.subject().unwrap();
            assert_eq!((subject.user_id(), &*subject.key()), (None, "email=a@example.com"), "{door}: {body}");
        }
        assert!(issue_codes(&body).contains(&"missing_user_id"), "{body}");
    }
}

#[test]
fn nested_the_sentinel_is_ordinary_text() {
    for nested in [
        r#"["<<REDACTED>>"]"#,
        r#"{"city":"<<REDACTED>>"}"#,
        r#"{"<<REDACTED>>":1}"#,
        r#"[["<<REDACTED>>"]]"#,
    ] {
        let body = update_body(&format!(r#""x":{nested},"<<REDACTED>>":1"#), "");
        for (door, payload) in every_payload(&body) {
            let json = payload.field("x").unwrap().visible().unwrap();
            assert_eq!(serde_json::to_string(json).unwrap(), nested, "{door}");
            assert!(payload.field(REDACTED).unwrap().is_visible(), "{door}");
        }
        assert!(issue_codes(&body).is_empty(), "{body}");
    }
}

#[test]
fn a_list_does_not_reach_into_nested_objects() {
    let body = update_body(r#""address":{"city":"Raleigh"}"#, r#""city","address.city","/address/city""#);
    for (door, payload) in every_payload(&body) {
        assert!(payload.field("address").unwrap().is_visible(), "{door}");
    }
}

#[test]
fn serializing_writes_the_wire_form_back() {
    let withheld = update_body(r#""country":"8152347""#, r#""country""#);
    let written = serde_json::to_value(payload(&withheld)).unwrap();
    assert_eq!(
        (&written["data"]["country"], &written["redacted"]),
        (&REDACTED.into(), &serde_json::json!(["country"]))
    );

    let bodies = [
        withheld,
        update_body(r#""country":"<<REDACTED>>""#, ""),
        update_body("", r#""gone","gone""#),
        update_body(r#""a\u0000\"\\":"\ud83d\ude00\n""#, ""),
        r#"{"v":2,"data":{"x":1e400},"meta":{"operation":"user_merge","at":[1, 2],"lookup_values":[{"field":"email","value":"<<REDACTED>>","verified":true},{"field":"n","value":5}]},"trace":{"b":1,"a":[]}}"#.to_owned(),
        r#"{"data":null,"redacted":null,"meta":{"operation":"delete","lookup_values":null}}"#.to_owned(),
        r#"{"meta":{"operation":"delete"}}"#.to_owned(),
    ];
    for body in &bodies {
        let first = payload(body);
        let written = serde_json::to_string(&first).unwrap();
        let again = payload(&written);
        assert_eq!(again, first, "{body}");
        assert_eq!(serde_json::to_string(&again).unwrap(), written, "{body}");
        assert_eq!(again.canonical_json(), first.canonical_json(), "{body}");
    }
}

#[test]
fn the_order_of_the_list_does_not_matter() {
    let data = r#""a":"<<REDACTED>>","b":"<<REDACTED>>""#;
    let one = update_body(data, r#""a","b","gone""#);
    let two = update_body(data, r#""gone","b","a""#);
    assert_eq!(payload(&one), payload(&two));
    assert_eq!(payload(&one).canonical_json(), payload(&two).canonical_json());
    let three = update_body(data, r#""a","b""#);
    assert_ne!(payload(&one), payload(&three));
    assert_ne!(payload(&one).canonical_json(), payload(&three).canonical_json());
}

#[test]
fn unknown_members_are_written_back() {
    let body = r#"{"v":2,"data":{},"meta":{"operation":"delete","at":[1,2],"lookup_values":[{"field":"email","value":"a","verified":true}]}}"#;
    let written = serde_json::to_value(payload(body)).unwrap();
    assert_eq!(written, serde_json::from_str::<serde_json::Value>(body).unwrap());
}

#[test]
fn a_redacted_email_is_not_told_by_its_lookup_value() {
    for data in [r#""email":"<<REDACTED>>""#, r#""email":"a@example.com""#, ""] {
        let listed = update_body(data, r#""email""#);
        for (door, payload) in every_payload(&listed) {
            assert_eq!(payload.email(), None, "{door}: {listed}");
        }
        assert!(issue_codes(&listed).contains(&"lookup_exposes_redacted"), "{listed}");
    }
}
