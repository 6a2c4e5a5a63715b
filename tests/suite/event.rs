//! Events: strict where payloads are lenient, with a subject that identifies somebody.

use rownd_webhooks::{
    DataInsert, DataUpdate, Delete, Event, Fields, LookupValue, Redactable, Subject, VisibilityUpdate,
};

use crate::support::{Body, payload, summarize};

const KNOWN: [&str; 4] = ["data_insert", "data_update", "visibility_update", "delete"];

const EMAIL: &str = r#"{"field":"email","value":"a@example.com"}"#;
const HIDDEN: &str = r#"{"field":"email","value":"<<REDACTED>>"}"#;
const EMPTY: &str = r#"{"field":"email","value":""}"#;

#[track_caller]
fn event(body: impl ToString) -> Event<'static> {
    payload(body).into_event().unwrap()
}

/// The events of one user, built as a test of a handler builds them.
fn events(subject: &Subject<'static>, fields: &Fields<'static>) -> [Event<'static>; 4] {
    let (subject, fields) = (|| subject.clone(), || fields.clone());
    [
        Event::DataInsert(DataInsert { subject: subject(), fields: fields() }),
        Event::DataUpdate(DataUpdate { subject: subject(), fields: fields() }),
        Event::VisibilityUpdate(VisibilityUpdate { subject: subject(), fields: fields() }),
        Event::Delete(Delete { subject: subject() }),
    ]
}

#[test]
fn each_operation_is_an_event_of_its_own() {
    let data = r#"{"user_id":"u","x":1,"y":"<<REDACTED>>"}"#;
    for (index, operation) in KNOWN.into_iter().enumerate() {
        let payload = payload(Body { operation, data, ..Body::default() });
        let subject = payload.subject().unwrap().into_owned();
        let event = payload.clone().into_event().unwrap();
        assert_eq!(event, events(&subject, payload.fields())[index]);
        assert_eq!(Event::try_from(payload.clone()).as_ref(), Ok(&event));
        assert_eq!((event.operation(), event.operation().as_str()), (payload.operation(), operation));
        assert_eq!((event.subject(), event.user_id()), (Some(&subject), payload.user_id()));
        assert_eq!(event.fields(), (operation != "delete").then_some(payload.fields()));
        assert_eq!(event.sync_plan(), payload.sync_plan().unwrap());
        assert_eq!(event.to_string(), format!("{operation} of user u"));
    }
}

#[test]
fn an_unknown_operation_is_the_whole_payload() {
    for operation in ["user_merge", "", "DELETE", "delete ", r"data_insert\u0000", "<<REDACTED>>"] {
        let payload = payload(Body {
            operation,
            data: r#"{"x":[1, 2],"y":"<<REDACTED>>","z":"Z"}"#,
            redacted: r#"["z","gone"]"#,
            lookup_values: r#"[{"field":"n","value":5},7]"#,
            meta: r#""at":1"#,
            members: r#""v":2"#,
        });
        let event = payload.clone().into_event().unwrap();
        let Event::Unknown(kept) = &event else { panic!("{event:?}") };
        assert_eq!((kept, summarize(&kept.issues())), (&payload, summarize(&payload.issues())));
        assert_eq!(serde_json::to_string(kept).unwrap(), serde_json::to_string(&payload).unwrap());
        assert_eq!(event.operation(), payload.operation());
        assert_eq!((event.subject(), event.user_id()), (None, None));
        assert_eq!(event.fields(), Some(payload.fields()));
    }
    assert!(
        matches!(event(r#"{"meta":{"operation":"?"}}"#), Event::Unknown(_)),
        "nobody needs to be identified"
    );
}

/// Rows of `data`, `lookup_values` and the subject's partition key, if there is a subject.
#[test]
fn a_subject_is_a_user_id_or_an_identifying_lookup_value() {
    let several = format!("{HIDDEN},{EMPTY},null,{EMAIL}");
    let rows: [(&str, &str, Option<&str>); 19] = [
        (r#"{"user_id":"u"}"#, EMAIL, Some("u")),
        (r#"{"user_id":"u"}"#, "", Some("u")),
        (r#"{"user_id":"u"}"#, HIDDEN, Some("u")),
        (r#"{"user_id":"\u0075"}"#, "", Some("u")),
        (r#"{"user_id":" "}"#, "", Some(" ")),
        ("{}", EMAIL, Some("email=a@example.com")),
        ("null", EMAIL, Some("email=a@example.com")),
        (r#"{"user_id":"<<REDACTED>>"}"#, EMAIL, Some("email=a@example.com")),
        (r#"{"user_id":7}"#, EMAIL, Some("email=a@example.com")),
        (r#"{"user_id":""}"#, EMAIL, Some("email=a@example.com")),
        ("{}", &several, Some("email=a@example.com")),
        ("{}", r#"{"field":"n","value":5}"#, Some("n=5")),
        ("{}", r#"{"field":"email","value":" <<REDACTED>>"}"#, Some("email= <<REDACTED>>")),
        ("{}", "", None),
        ("{}", HIDDEN, None),
        ("{}", EMPTY, None),
        ("{}", r#"null,{"field":"email"},{"value":"a@example.com"}"#, None),
        (r#"{"email":"a@example.com"}"#, "", None),
        (r#"{"user_id":"<<REDACTED>>"}"#, HIDDEN, None),
    ];
    for operation in KNOWN {
        for (data, lookups, key) in rows {
            let lookup_values = format!("[{lookups}]");
            let body = Body { operation, data, lookup_values: &lookup_values, ..Body::default() };
            let payload = payload(body);
            let subject = payload.subject();
            let found = subject.as_ref().ok().map(Subject::partition_key);
            assert_eq!(found.as_deref(), key, "{body}");
            assert_eq!(payload.sync_plan().is_ok(), key.is_some(), "{body}");
            match payload.clone().into_event() {
                Ok(event) => assert_eq!(event.subject(), subject.ok().as_ref(), "{body}"),
                Err(error) => {
                    assert_eq!((error.code(), error.http_status()), ("invalid", 400));
                    assert_eq!(error.issues(), payload.issues(), "{body}");
                }
            }
        }
    }
}

#[test]
fn a_subject_offers_its_lookup_values() {
    let lookup_values = format!(r#"[{HIDDEN},7,{{"field":"phone_number","value":"+15551234"}}]"#);
    let event = event(Body { data: "{}", lookup_values: &lookup_values, ..Body::default() });
    let subject = event.subject().unwrap();
    assert!(subject.lookup_values().iter().map(LookupValue::field).eq(["email", "phone_number"]));
    assert_eq!(subject.lookup("email").unwrap().value(), Redactable::Redacted);
    assert_eq!(subject.lookup("shoe_size"), None);
    assert_eq!(subject.partition_key(), "phone_number=+15551234");
    assert_eq!((subject.user_id(), &*subject.to_string()), (None, "an unnamed user"));
}

#[test]
fn equal_subjects_hash_alike_and_share_a_partition_key() {
    let subjects = |data| {
        KNOWN.map(|operation| {
            payload(Body { operation, data, ..Body::default() }).subject().unwrap().into_owned()
        })
    };
    let one: std::collections::HashSet<Subject<'_>> = subjects(r#"{"user_id":"u1","x":1}"#).into();
    let two: std::collections::HashSet<Subject<'_>> = subjects(r#"{"x":[],"user_id":"\u00751"}"#).into();
    assert_eq!((one.len(), &one), (1, &two));
    assert!(one.iter().all(|subject| subject.partition_key() == "u1"));
}

#[test]
fn the_partition_key_is_the_text_and_the_log_line_is_safe() {
    let id = format!("{}\u{202e}\n", "i".repeat(500));
    let data = format!(r#"{{"user_id":{},"x":"7f3a"}}"#, serde_json::to_string(&id).unwrap());
    for operation in KNOWN.into_iter().chain([r"\u202e\n"]) {
        let event = event(Body { operation, data: &data, ..Body::default() });
        assert!(event.subject().is_none_or(|subject| subject.partition_key() == id));
        let text = format!("{event} {event:?}");
        assert!(!text.contains(['\u{202e}', '\n']) && !text.contains("7f3a"), "{text}");
    }
}

#[test]
fn an_owned_event_equals_the_borrowed_one_and_outlives_the_body() {
    for operation in KNOWN.into_iter().chain(["user_merge"]) {
        let body = Body {
            operation,
            data: r#"{"user_id":"\u0075","x":["kept"],"y":"<<REDACTED>>"}"#,
            ..Body::default()
        };
        let owned: Event<'static> = {
            let body = body.to_string();
            let event = rownd_webhooks::from_str(&body).unwrap().into_event().unwrap();
            let owned = event.clone().into_owned();
            assert_eq!(owned, event);
            owned
        };
        assert_eq!(payload(body).into_event().unwrap(), owned);
        if let Some(fields) = owned.fields() {
            assert_eq!(fields.value("x").unwrap().to_json(), serde_json::json!(["kept"]));
        }
    }
}
