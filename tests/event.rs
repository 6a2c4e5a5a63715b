//! Events: strict where payloads are lenient.

mod support;

use rownd_webhooks::{Event, Payload, Redactable, Subject, ValidationError};
use support::{every_payload, payload, told};

fn body(operation: &str, data: &str, lookups: &str) -> String {
    format!(
        r#"{{"data":{data},"redacted":[],"meta":{{"operation":"{operation}","lookup_values":[{lookups}]}}}}"#
    )
}

fn lookup(field: &str, value: &str) -> String {
    format!(r#"{{"field":"{field}","value":{value}}}"#)
}

const KNOWN: [&str; 4] = ["data_insert", "data_update", "visibility_update", "delete"];

fn word(event: &Event<'_>) -> &'static str {
    match event {
        Event::DataInsert(_) => "data_insert",
        Event::DataUpdate(_) => "data_update",
        Event::VisibilityUpdate(_) => "visibility_update",
        Event::Delete(_) => "delete",
        Event::Unknown(_) => "unknown",
    }
}

#[test]
fn each_operation_is_its_own_event() {
    for operation in KNOWN {
        let body = body(operation, r#"{"user_id":"u","x":1,"y":"<<REDACTED>>"}"#, "");
        for (door, payload) in every_payload(&body) {
            let fields = payload.fields().clone();
            let event = payload.into_event().unwrap();
            assert_eq!(word(&event), operation, "{door}");
            assert_eq!(event.subject().unwrap().key(), "u", "{door}");
            match event {
                Event::DataInsert(event) => assert_eq!(event.fields, fields),
                Event::DataUpdate(event) => assert_eq!(event.fields, fields),
                Event::VisibilityUpdate(event) => assert_eq!(event.fields, fields),
                Event::Delete(event) => assert_eq!(event.subject.lookup_values(), []),
                Event::Unknown(payload) => panic!("{payload}"),
            }
        }
    }
}

/// What `key()` is, or that there is no subject: `data`, lookup values, the key.
#[test]
fn a_subject_is_a_user_id_or_a_usable_lookup_value() {
    let email = lookup("email", r#""a@example.com""#);
    let hidden = lookup("email", r#""<<REDACTED>>""#);
    let empty = lookup("email", r#""""#);
    let rows: [(&str, String, Option<&str>); 18] = [
        (r#"{"user_id":"u"}"#, email.clone(), Some("u")),
        (r#"{"user_id":"u"}"#, String::new(), Some("u")),
        (r#"{"user_id":"u"}"#, hidden.clone(), Some("u")),
        (r#"{"user_id":"\u0075"}"#, String::new(), Some("u")),
        (r#"{"user_id":" "}"#, String::new(), Some(" ")),
        ("{}", email.clone(), Some("email=a@example.com")),
        ("null", email.clone(), Some("email=a@example.com")),
        (r#"{"user_id":"<<REDACTED>>"}"#, email.clone(), Some("email=a@example.com")),
        (r#"{"user_id":7}"#, email.clone(), Some("email=a@example.com")),
        (r#"{"user_id":""}"#, email.clone(), Some("email=a@example.com")),
        ("{}", format!("{hidden},{empty},{email}"), Some("email=a@example.com")),
        ("{}", lookup("n", "5"), Some("n=5")),
        ("{}", lookup("email", r#"" <<REDACTED>>""#), Some("email= <<REDACTED>>")),
        ("{}", String::new(), None),
        ("{}", hidden.clone(), None),
        ("{}", empty.clone(), None),
        ("{}", format!("{hidden},{hidden},{empty}"), None),
        (r#"{"user_id":"<<REDACTED>>"}"#, hidden, None),
    ];
    for operation in KNOWN {
        for (data, lookups, key) in &rows {
            let body = body(operation, data, lookups);
            let payload = payload(&body);
            assert_eq!(payload.sync_plan().is_ok(), key.is_some(), "{body}");
            let event = payload.into_event();
            let found = event.as_ref().ok().and_then(Event::subject).map(Subject::key);
            assert_eq!(found.as_deref(), *key, "{body}");
        }
    }
}

#[test]
fn a_subject_prints_its_id_and_nothing_else() {
    let email = lookup("email", r#""a@example.com""#);
    for (data, shown) in [
        (r#"{"user_id":"u1"}"#, "user u1"),
        (r#"{"user_id":"u\u202e"}"#, r"user u\u{202e}"),
        ("{}", "an unnamed user"),
        (r#"{"user_id":"<<REDACTED>>"}"#, "an unnamed user"),
    ] {
        let body = body("data_update", data, &email);
        let event = payload(&body).into_event().unwrap();
        assert_eq!(event.subject().unwrap().to_string(), shown);
    }
}

#[test]
fn a_lookup_value_is_usable_unless_it_is_redacted_or_empty() {
    let values = [("\"a\"", Some("a")), ("\" \"", Some(" ")), ("5", Some("5")), ("\"\"", None)];
    for (json, usable) in values.into_iter().chain([(r#""<<REDACTED>>""#, None)]) {
        let body = body("delete", r#"{"user_id":"u"}"#, &lookup("email", json));
        assert_eq!(payload(&body).lookup("email").unwrap().usable(), usable, "{json}");
    }
}

#[test]
fn a_user_id_that_is_withheld_is_none() {
    let body = r#"{"data":{"user_id":"s3cret"},"redacted":["user_id"],"meta":{"operation":"data_update","lookup_values":[]}}"#;
    for (door, payload) in every_payload(body) {
        let error = payload.into_event().unwrap_err();
        assert!(!format!("{error} {error:?} {:?}", error.issues()).contains("s3cret"), "{door}");
    }
}

#[test]
fn without_a_subject_every_issue_is_told() {
    let payload = payload(r#"{"data":{},"meta":{"operation":"data_update","lookup_values":[]}}"#);
    let issues = payload.issues();
    let error: ValidationError = payload.clone().into_event().unwrap_err();
    assert_eq!(told(error.issues()), told(&issues));
    let codes: Vec<&str> = error.issues().iter().map(rownd_webhooks::Issue::code).collect();
    assert_eq!(codes, ["no_lookup_values", "missing_redacted", "missing_user_id"]);
    assert_eq!(payload.sync_plan().unwrap_err(), error);
}

/// An issue is no reason to refuse: only a missing subject is.
#[test]
fn an_invalid_payload_can_be_an_event() {
    for body in [
        r#"{"data":{"user_id":"u"},"meta":{"operation":"data_update"}}"#,
        r#"{"meta":{"operation":"delete","lookup_values":[{"field":"n","value":5}]}}"#,
    ] {
        assert!(payload(body).validate().is_err());
        assert!(payload(body).into_event().is_ok(), "{body}");
    }
}

#[test]
fn a_redacted_lookup_value_stays_redacted_and_finds_nobody() {
    let lookups = [lookup("email", r#""<<REDACTED>>""#), lookup("phone_number", r#""+15551234""#)].join(",");
    let body = body("data_update", "{}", &lookups);
    let event = payload(&body).into_event().unwrap();
    let subject = event.subject().unwrap();
    assert_eq!(subject.lookup("email").unwrap().value(), Redactable::Redacted);
    assert_eq!(subject.lookup("shoe_size"), None);
    assert_eq!(subject.key(), "phone_number=+15551234");
    assert_eq!(
        subject.lookup_values().iter().map(rownd_webhooks::LookupValue::field).collect::<Vec<_>>(),
        ["email", "phone_number"]
    );
}

#[test]
fn an_unknown_operation_comes_back_with_nothing_lost() {
    for word in ["user_merge", "", "DELETE", "delete ", "data_insert\\u0000", "<<REDACTED>>"] {
        let body = format!(
            r#"{{"data":{{"x":[1, 2],"y":"<<REDACTED>>","z":"Z"}},"redacted":["z","gone"],"meta":{{"operation":"{word}","lookup_values":[{{"field":"n","value":5}}],"at":1}},"v":2}}"#
        );
        for (door, payload) in every_payload(&body) {
            let Ok(Event::Unknown(kept)) = payload.clone().into_event() else { panic!("{door}: {word}") };
            assert_eq!(kept, payload, "{door}");
            assert_eq!(
                serde_json::to_string(&kept).unwrap(),
                serde_json::to_string(&payload).unwrap(),
                "{door}"
            );
            assert_eq!(told(&kept.issues()), told(&payload.issues()), "{door}");
            assert_eq!(Event::Unknown(payload).subject(), None, "{door}");
        }
    }
    assert!(
        matches!(payload(r#"{"meta":{"operation":"?"}}"#).into_event(), Ok(Event::Unknown(_))),
        "with no subject"
    );
}

/// One user's events have one key, whatever else the payload says.
#[test]
fn the_key_does_not_depend_on_the_rest() {
    let keys: Vec<String> = KNOWN
        .iter()
        .flat_map(|operation| {
            ["", r#"{"field":"email","value":"a"}"#, r#"{"field":"email","value":"<<REDACTED>>"}"#].map(
                |lookups| {
                    let body = body(operation, r#"{"user_id":"u1","email":"a"}"#, lookups);
                    payload(&body).into_event().unwrap().subject().unwrap().key().into_owned()
                },
            )
        })
        .collect();
    assert!(keys.iter().all(|key| key == "u1"), "{keys:?}");
}

#[test]
fn the_key_is_the_text_and_not_what_is_shown() {
    let id = format!("{}\u{202e}\n", "i".repeat(500));
    let body = body("delete", &format!(r#"{{"user_id":{}}}"#, serde_json::to_string(&id).unwrap()), "");
    let event = payload(&body).into_event().unwrap();
    let subject = event.subject().unwrap();
    assert_eq!((subject.key().into_owned(), subject.user_id().unwrap().as_str()), (id.clone(), &*id));
    assert!(subject.user_id().unwrap().to_string().chars().count() <= 64);
    assert!(!format!("{event:?}").contains(['\u{202e}', '\n']));
}

#[test]
fn owned_and_borrowed_events_are_equal() {
    for operation in ["data_insert", "data_update", "visibility_update", "delete", "user_merge"] {
        let body =
            body(operation, r#"{"user_id":"\u0075","x":[1],"y":"<<REDACTED>>"}"#, &lookup("email", r#""a""#));
        let event = payload(&body).into_event().unwrap();
        let owned: Event<'static> = event.clone().into_owned();
        assert_eq!(owned, event);
        assert_eq!(payload(&body).into_owned().into_event().unwrap(), event);
    }
}

#[test]
fn debug_tells_no_value() {
    for operation in ["data_insert", "data_update", "visibility_update", "delete", "user_merge"] {
        let body = body(
            operation,
            r#"{"user_id":"u","x":"7f3a","y":["7f3a"],"z":77331}"#,
            &lookup("email", r#""7f3a@x""#),
        );
        let event = payload(&body).into_event().unwrap();
        for text in [format!("{event:?}"), format!("{event:#?}")] {
            assert!(!text.contains("7f3a") && !text.contains("77331"), "{text}");
        }
    }
}

/// A handler reads fields after the body is gone.
#[test]
fn an_owned_event_outlives_its_body() {
    let event = {
        let body = body("data_insert", r#"{"user_id":"u","x":"kept"}"#, "");
        Payload::into_owned(payload(&body)).into_event().unwrap()
    };
    let Event::DataInsert(insert) = event else { panic!("{event:?}") };
    assert_eq!(insert.fields.get("x").unwrap().visible().unwrap().as_str(), Some("kept"));
}
