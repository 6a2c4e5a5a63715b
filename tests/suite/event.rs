//! Events: strict where payloads are lenient, with a subject that identifies a user.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use rownd_webhooks::{
    DataInsert, DataUpdate, Delete, Event, LookupValue, ParseErrorKind, Redactable, Subject, VisibilityUpdate,
};

use crate::support::{Body, payload};

const KNOWN: [&str; 4] = ["data_insert", "data_update", "visibility_update", "delete"];

#[test]
fn each_operation_is_an_event_of_its_own() {
    let data = r#"{"user_id":"\u0075","x":["kept"],"y":"<<REDACTED>>"}"#;
    for operation in KNOWN {
        let payload = payload(Body { operation, data, ..Body::default() });
        let (subject, fields) = (payload.subject().unwrap(), payload.fields().clone());
        // A test of a handler builds events like this.
        let expected = match operation {
            "data_insert" => Event::DataInsert(DataInsert { subject, fields }),
            "data_update" => Event::DataUpdate(DataUpdate { subject, fields }),
            "visibility_update" => Event::VisibilityUpdate(VisibilityUpdate { subject, fields }),
            _ => Event::Delete(Delete { subject }),
        };
        let event = payload.clone().into_event().unwrap();
        assert_eq!(event, expected);
        assert_eq!(Event::try_from(payload.clone()).as_ref(), Ok(&event));
        assert_eq!((event.operation(), event.operation().as_str()), (payload.operation(), operation));
        assert_eq!((event.subject(), event.user_id()), (payload.subject().ok().as_ref(), payload.user_id()));
        assert_eq!(event.fields(), (operation != "delete").then_some(payload.fields()));
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
    };
    // It needs no subject.
    for body in [body.to_string(), r#"{"meta":{"operation":"?"}}"#.to_owned()] {
        let payload = payload(body);
        let event = payload.clone().into_event().unwrap();
        let Event::Unknown(kept) = &event else { panic!("{event:?}") };
        assert_eq!((kept, kept.issues()), (&payload, payload.issues()));
        assert_eq!(event.operation(), payload.operation());
        assert_eq!((event.subject(), event.fields(), event.user_id()), (None, None, None));
        assert_eq!(event.clone().into_owned(), event);
    }
}

#[test]
fn a_subject_is_a_user_id_or_an_identifying_lookup_value() {
    const EMAIL: &str = r#"{"field":"email","value":"a@example.com"}"#;
    const HIDDEN: &str = r#"{"field":"email","value":"<<REDACTED>>"}"#;
    const EMPTY: &str = r#"{"field":"email","value":""}"#;
    let several = format!("{HIDDEN},{EMPTY},null,{EMAIL}");
    // `data`, `lookup_values` and the subject's partition key, if there is a subject.
    let rows: [(&str, &str, Option<&str>); 16] = [
        (r#"{"user_id":"u"}"#, EMAIL, Some("u")),
        (r#"{"user_id":"u"}"#, HIDDEN, Some("u")),
        (r#"{"user_id":"\u202e\n"}"#, "", Some("\u{202e}\n")),
        ("null", EMAIL, Some("email=a@example.com")),
        (r#"{"user_id":"<<REDACTED>>"}"#, EMAIL, Some("email=a@example.com")),
        (r#"{"user_id":7}"#, EMAIL, Some("email=a@example.com")),
        (r#"{"user_id":""}"#, EMAIL, Some("email=a@example.com")),
        ("{}", &several, Some("email=a@example.com")),
        ("{}", r#"{"field":"n","value":5}"#, Some("n=5")),
        ("{}", r#"{"field":"email","value":" <<REDACTED>>"}"#, Some("email= <<redacted>>")),
        ("{}", "", None),
        (r#"{"user_id":""}"#, "", None),
        ("{}", HIDDEN, None),
        ("{}", EMPTY, None),
        ("{}", r#"null,{"field":"email"},{"value":"a@example.com"}"#, None),
        (r#"{"email":"a@example.com"}"#, "", None),
    ];
    for operation in KNOWN {
        for (data, lookup_values, key) in rows {
            let lookup_values = &format!("[{lookup_values}]");
            let payload = payload(Body { operation, data, lookup_values, ..Body::default() });
            let subject = payload.subject();
            assert_eq!(subject.as_ref().ok().map(Subject::partition_key).as_deref(), key, "{data}");
            match payload.clone().into_event() {
                Ok(event) => assert_eq!(event.subject(), subject.ok().as_ref(), "{data}"),
                Err(error) => {
                    assert_eq!((error.code(), error.http_status()), ("invalid", 400));
                    let ParseErrorKind::Invalid(invalid) = error.kind() else { panic!("{error}") };
                    assert_eq!((invalid.issues(), key), (&*payload.issues(), None), "{data}");
                }
            }
        }
    }
}

#[test]
fn a_subject_offers_its_lookup_values() {
    let lookup_values =
        r#"[{"field":"phone_number","value":"<<REDACTED>>"},7,{"field":"email","value":"a@example.com"}]"#;
    let payload = payload(Body { data: "{}", lookup_values, ..Body::default() });
    let subject = payload.subject().unwrap();
    assert!(subject.lookup_values().iter().map(LookupValue::field).eq(["phone_number", "email"]));
    assert_eq!(subject.lookup("phone_number").unwrap().value(), Redactable::Redacted);
    assert_eq!((subject.lookup("shoe_size"), subject.email()), (None, Some("a@example.com")));
    assert_eq!((subject.user_id(), &*subject.to_string()), (None, "an unidentified user"));
}

#[test]
fn subjects_hash_by_user_id_and_lookup_values() {
    let subjects = KNOWN.into_iter().flat_map(|operation| {
        [r#"{"user_id":"u1","x":1}"#, r#"{"x":[],"user_id":"\u00751"}"#]
            .map(|data| payload(Body { operation, data, ..Body::default() }).subject().unwrap())
    });
    assert_eq!(subjects.collect::<HashSet<Subject<'_>>>().len(), 1);
    let hash = |email| {
        let subject = rownd_webhooks::testing::delete().lookup("email", email).build().subject().unwrap();
        BuildHasherDefault::<DefaultHasher>::new().hash_one(subject)
    };
    assert_eq!(hash("a@example.com"), hash("a@example.com"));
    assert_ne!(hash("a@example.com"), hash("b@example.com"));
}
