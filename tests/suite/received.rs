//! `Received`: a payload and the time it arrived, kept through serde.

use chrono::{DateTime, Utc};
use rownd_webhooks::testing::samples;
use rownd_webhooks::{Payload, Received};
use serde_json::{Value, json};

use crate::support::payload;

type Stored = Received<Payload<'static>>;

const TIME: &str = r#""received_at":"2025-01-27T16:44:05.191Z""#;
const PAYLOAD: &str = r#""payload":{"meta":{"operation":"delete"}}"#;

fn time() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_737_996_245_191).unwrap()
}

#[test]
fn now_is_the_time_of_the_systems_clock() {
    let clock = || DateTime::<Utc>::from(std::time::SystemTime::now());
    let before = clock();
    let received = Received::now(());
    assert!((before..=clock()).contains(&received.received_at));
}

#[test]
fn a_time_is_stored_next_to_the_payload() {
    let delete = payload(samples::DELETE);
    let received = Received::at(time(), delete.clone());
    assert_eq!((received.received_at, &received.payload), (time(), &delete));
    let stored = json!({"received_at": "2025-01-27T16:44:05.191Z", "payload": delete});
    assert_eq!(serde_json::to_value(&received).unwrap(), stored);
    assert_eq!(serde_json::from_value::<Stored>(stored).unwrap(), received);
    assert_eq!(received.map(|payload| payload.fields().len()), Received::at(time(), 1));
}

#[test]
fn any_time_zone_and_unknown_members_are_read() {
    let stored = r#"{"note":["x"],"payload":7,"received_at":"2025-01-27T17:44:05.191+01:00","more":null}"#;
    assert_eq!(serde_json::from_str::<Received<u8>>(stored).unwrap(), Received::at(time(), 7));
    let tree: Value = serde_json::from_str(stored).unwrap();
    assert_eq!(serde_json::from_value::<Received<u8>>(tree).unwrap(), Received::at(time(), 7));
}

/// Every kind of value in the place of the object, of the time and of the payload.
#[test]
fn errors_contain_no_values() {
    const VALUES: [&str; 9] = [
        r#""7f3a5550199""#,
        "-5550199",
        "5550199",
        "5550199.5",
        "55501990000000000000000000000000000000",
        "true",
        "null",
        r#"["7f3a",5550199]"#,
        r#"{"x":"7f3a"}"#,
    ];
    let in_each_place = |value: &str| {
        [
            value.to_owned(),
            format!(r#"{{"received_at":{value},{PAYLOAD}}}"#),
            format!(r#"{{{TIME},"payload":{value}}}"#),
            format!(r#"{{{TIME},"payload":{{"data":[{value}],"meta":{{"operation":"delete"}}}}}}"#),
            format!("{{{TIME},{PAYLOAD}}} {value}"),
        ]
    };
    for stored in VALUES.into_iter().flat_map(in_each_place) {
        // A tree cannot hold what follows an object.
        let tree = serde_json::from_str::<Value>(&stored).map(serde_json::from_value::<Stored>);
        let text = [serde_json::from_str::<Stored>(&stored), serde_json::from_reader(stored.as_bytes())];
        for read in text.into_iter().chain(tree) {
            let error = read.expect_err(&stored);
            let text = format!("{error} {error:?}");
            assert!(!text.contains("7f3a") && !text.contains("5550199"), "{text}: {stored}");
        }
    }
}

#[test]
fn an_error_names_the_member_or_the_expected_type() {
    for (stored, expected) in [
        ("7".to_owned(), "a number, expected an object with `received_at` and `payload`"),
        (r#"{"received_at":7}"#.to_owned(), "a number, expected a time"),
        (r#"{"received_at":"yesterday"}"#.to_owned(), "a string, expected a time"),
        (format!("{{{TIME}}}"), "missing field `payload`"),
        (format!("{{{PAYLOAD}}}"), "missing field `received_at`"),
        (format!("{{{TIME},{PAYLOAD},{TIME}}}"), "duplicate field `received_at`"),
        (format!("{{{TIME},{PAYLOAD},{PAYLOAD}}}"), "duplicate field `payload`"),
    ] {
        let message = serde_json::from_str::<Stored>(&stored).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
    for stored in ["", "{", r#"{"received_at":"2025"#, &format!(r#"{{{TIME},"payload":{{"#)] {
        assert!(serde_json::from_str::<Stored>(stored).unwrap_err().is_eof(), "{stored}");
    }
}
