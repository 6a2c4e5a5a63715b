//! Events: strict where payloads are lenient, with a subject that identifies a user.

use std::collections::HashSet;

use rownd_webhooks::{DataInsert, DataUpdate, Delete, Event, Subject, VisibilityUpdate};

use crate::support::{Body, payload};

#[test]
fn each_operation_has_its_event() {
    // A test of a handler builds events like these.
    type Build = fn(Subject<'static>, rownd_webhooks::Fields<'static>) -> Event<'static>;
    let rows: [(&str, Build); 4] = [
        ("data_insert", |subject, fields| Event::DataInsert(DataInsert { subject, fields })),
        ("data_update", |subject, fields| Event::DataUpdate(DataUpdate { subject, fields })),
        ("visibility_update", |subject, fields| {
            Event::VisibilityUpdate(VisibilityUpdate { subject, fields })
        }),
        ("delete", |subject, _| Event::Delete(Delete { subject })),
    ];
    for (operation, build) in rows {
        let data = r#"{"user_id":"\u0075","x":["kept"],"y":"<<REDACTED>>"}"#;
        let payload = payload(Body { operation, data, ..Body::default() });
        let event = payload.clone().into_event().unwrap();
        assert_eq!(event, build(payload.subject().unwrap(), payload.fields().clone()));
        assert_eq!(Event::try_from(payload.clone()).as_ref(), Ok(&event));
        assert_eq!(event.operation(), payload.operation());
        assert_eq!((event.subject(), event.user_id()), (payload.subject().ok().as_ref(), payload.user_id()));
        assert_eq!(event.fields().is_some(), operation != "delete");
        assert_eq!(event.to_string(), format!("{operation} of user u"));
        assert_eq!(event.clone().into_owned(), event);
    }
}

#[test]
fn an_unknown_operation_keeps_the_whole_payload_and_needs_no_subject() {
    let body = Body {
        operation: "DELETE",
        data: r#"{"x":[1, 2],"y":"<<REDACTED>>","z":"Z"}"#,
        redacted: r#"["z","gone"]"#,
        lookup_values: r#"[{"field":"n","value":""},7]"#,
        meta: r#""at":1"#,
        members: r#""v":2"#,
    };
    let payload = payload(body);
    let event = payload.clone().into_event().unwrap();
    assert_eq!((event.operation(), event.subject()), (payload.operation(), None));
    assert_eq!((event.fields(), event.user_id()), (None, None));
    assert_eq!(event, Event::Unknown(payload));
}

#[test]
fn a_subject_is_a_user_id_or_an_identifying_lookup_value() {
    const EMAIL: &str = r#"[{"field":"email","value":"a@example.com"}]"#;
    const HIDDEN: &str = r#"[{"field":"email","value":"<<REDACTED>>"}]"#;
    const EMPTY: &str = r#"[{"field":"email","value":""}]"#;
    const SEVERAL: &str = r#"[{"field":"email","value":"<<REDACTED>>"},{"field":"email","value":""},null,
        {"field":"email","value":"a@example.com"}]"#;
    const UNSORTED: &str =
        r#"[{"field":"phone_number","value":"+47"},{"field":"email","value":"A@Example.com"}]"#;
    // `data`, `lookup_values` and the subject's partition key, if there is a subject.
    for (data, lookup_values, key) in [
        (r#"{"user_id":"u"}"#, EMAIL, Some("u")),
        (r#"{"user_id":"\u202e\n"}"#, "[]", Some("\u{202e}\n")),
        ("null", EMAIL, Some("email=a@example.com")),
        (r#"{"user_id":"<<REDACTED>>"}"#, EMAIL, Some("email=a@example.com")),
        (r#"{"user_id":7}"#, EMAIL, Some("email=a@example.com")),
        (r#"{"user_id":""}"#, EMAIL, Some("email=a@example.com")),
        ("{}", SEVERAL, Some("email=a@example.com")),
        ("{}", UNSORTED, Some("email=a@example.com")),
        ("{}", r#"[{"field":"email","value":" <<REDACTED>>"}]"#, Some("email= <<redacted>>")),
        ("{}", "[]", None),
        ("{}", HIDDEN, None),
        ("{}", EMPTY, None),
        ("{}", r#"[null,{"field":"email"},{"value":"a@example.com"}]"#, None),
        (r#"{"email":"a@example.com"}"#, "[]", None),
    ] {
        let payload = payload(Body { data, lookup_values, ..Body::default() });
        let subject = payload.subject();
        assert_eq!(subject.as_ref().ok().map(Subject::partition_key).as_deref(), key, "{data}");
        let event = payload.into_event();
        assert_eq!(event.as_ref().ok().and_then(Event::subject), subject.as_ref().ok(), "{data}");
        assert_eq!(event.as_ref().err(), subject.as_ref().err(), "{data}");
        let error = event.err().map(|error| (error.code(), error.http_status()));
        assert_eq!(error.is_some(), key.is_none(), "{data}");
        assert!(error.is_none_or(|error| error == ("invalid", 400)), "{data}");
    }
}

#[test]
fn a_subject_is_a_key_of_a_map() {
    let subject = |operation, data| payload(Body { operation, data, ..Body::default() }).subject().unwrap();
    let subjects = HashSet::from([
        subject("data_insert", r#"{"user_id":"u1","x":1}"#),
        subject("delete", r#"{"x":[],"user_id":"\u00751"}"#),
        subject("delete", r#"{"user_id":"u2"}"#),
    ]);
    assert_eq!(subjects.len(), 2);
}

#[test]
fn subjects_with_the_same_identifiers_are_equal() {
    let lookup_values = r#"[{"field":"email","value":"b@example.com"},{"field":"user_id","value":"u"}]"#;
    let subject = |data| payload(Body { data, lookup_values, ..Body::default() }).subject().unwrap();
    let one = subject(r#"{"email":"A@example.com"}"#);
    assert_eq!(one, subject(r#"{"email":"a@example.com","user_id":7}"#));
    assert_ne!(one, subject(r#"{"email":"c@example.com"}"#));
}
