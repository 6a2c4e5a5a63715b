//! Events: strict where payloads are lenient, with a subject that identifies a user.

use std::collections::HashSet;

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
    let data = r#"{"user_id":"\u0075","x":["kept"],"y":"<<REDACTED>>"}"#;
    for (index, operation) in KNOWN.into_iter().enumerate() {
        let body = Body { operation, data, ..Body::default() }.to_string();
        let payload = payload(&body);
        let subject = payload.subject().unwrap().into_owned();
        let event = rownd_webhooks::from_str(&body).unwrap().into_event().unwrap();
        assert_eq!(event, events(&subject, payload.fields())[index]);
        assert_eq!(Event::try_from(payload.clone()).as_ref(), Ok(&event));
        assert_eq!((event.operation(), event.operation().as_str()), (payload.operation(), operation));
        assert_eq!((event.subject(), event.user_id()), (Some(&subject), payload.user_id()));
        assert_eq!(event.fields(), (operation != "delete").then_some(payload.fields()));
        assert_eq!(event.sync_plan(), payload.sync_plan().unwrap());
        assert_eq!(event.to_string(), format!("{operation} of user u"));
        assert_eq!(event.clone().into_owned(), event);
    }
}

#[test]
fn an_unknown_operation_is_the_whole_payload() {
    let body = Body {
        operation: "DELETE",
        data: r#"{"x":[1, 2],"y":"<<REDACTED>>","z":"Z"}"#,
        redacted: r#"["z","gone"]"#,
        lookup_values: r#"[{"field":"n","value":5},7]"#,
        meta: r#""at":1"#,
        members: r#""v":2"#,
    }
    .to_string();
    let payload = payload(&body);
    let event = rownd_webhooks::from_str(&body).unwrap().into_event().unwrap();
    let Event::Unknown(kept) = &event else { panic!("{event:?}") };
    assert_eq!((kept, summarize(&kept.issues())), (&payload, summarize(&payload.issues())));
    assert_eq!(serde_json::to_string(kept).unwrap(), serde_json::to_string(&payload).unwrap());
    assert_eq!((event.operation(), event.fields()), (payload.operation(), Some(payload.fields())));
    assert_eq!((event.subject(), event.user_id()), (None, None));
    assert_eq!(event.clone().into_owned(), event);
    // It needs no subject.
    assert!(matches!(self::event(r#"{"meta":{"operation":"?"}}"#), Event::Unknown(_)));
}

#[test]
fn a_subject_is_a_user_id_or_an_identifying_lookup_value() {
    let several = format!("{HIDDEN},{EMPTY},null,{EMAIL}");
    // `data`, `lookup_values` and the subject's partition key, if there is a subject.
    let rows: [(&str, &str, Option<&str>); 16] = [
        (r#"{"user_id":"u"}"#, EMAIL, Some("u")),
        (r#"{"user_id":"u"}"#, HIDDEN, Some("u")),
        (r#"{"user_id":"\u202e\n"}"#, "", Some("\u{202e}\n")),
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
    ];
    for operation in KNOWN {
        for (data, lookups, key) in rows {
            let body = Body { operation, data, lookup_values: &format!("[{lookups}]"), ..Body::default() }
                .to_string();
            let payload = payload(&body);
            let subject = payload.subject();
            assert_eq!(subject.as_ref().ok().map(Subject::partition_key).as_deref(), key, "{body}");
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
fn equal_subjects_hash_alike() {
    let subjects = |data| {
        KNOWN.map(|operation| {
            payload(Body { operation, data, ..Body::default() }).subject().unwrap().into_owned()
        })
    };
    let one: HashSet<Subject<'_>> = subjects(r#"{"user_id":"u1","x":1}"#).into();
    let two: HashSet<Subject<'_>> = subjects(r#"{"x":[],"user_id":"\u00751"}"#).into();
    assert_eq!((one.len(), &one), (1, &two));
}
