//! `Received`: a payload and the time it arrived, kept through serde.

use chrono::{DateTime, TimeZone, Utc};
use rownd_webhooks::testing::samples;
use rownd_webhooks::{Payload, Received};
use serde_json::{Value, json};

use crate::support::{Body, payload};

type Stored = Received<Payload<'static>>;

fn at(millis: i64) -> DateTime<Utc> {
    Utc.timestamp_millis_opt(millis).unwrap()
}

/// Deserializes by text, by a reader and by a tree. A tree has lost repeated members, and cannot hold every number.
fn read_everywhere(stored: &str) -> Vec<serde_json::Result<Stored>> {
    let mut read = vec![
        serde_json::from_str(stored),
        serde_json::from_slice(stored.as_bytes()),
        serde_json::from_reader(stored.as_bytes()),
    ];
    read.extend(serde_json::from_str::<Value>(stored).ok().map(serde_json::from_value));
    read
}

#[test]
fn now_is_the_time_of_the_systems_clock() {
    let clock = || DateTime::<Utc>::from(std::time::SystemTime::now());
    let before = clock();
    let received = Received::now(());
    assert!((before..=clock()).contains(&received.received_at));
}

#[test]
fn a_given_time_is_kept_and_stored_next_to_the_payload() {
    let (time, delete) = (at(1_737_996_245_191), payload(samples::DELETE));
    let received = Received::at(time, delete.clone());
    assert_eq!((received.received_at, &received.payload), (time, &delete));
    let stored = json!({"received_at": "2025-01-27T16:44:05.191Z", "payload": delete});
    assert_eq!(serde_json::to_value(&received).unwrap(), stored);
    assert_eq!(received.map(|payload| payload.fields().len()), Received::at(time, 1));
}

#[test]
fn a_stored_payload_is_read_back() {
    let odd = Body {
        operation: "user_merge",
        data: r#"{"x":15,"y":{"b":1,"a":[ ]},"\u0000":"\ud83d\ude00","w":"v"}"#,
        redacted: r#"["gone","w"]"#,
        lookup_values: r#"[{"field":"n","value":5},7]"#,
        ..Body::default()
    };
    for payload in [payload(odd), payload(samples::VISIBILITY_UPDATE)] {
        for time in [at(0), at(-1), at(1_737_996_245_191), Received::now(()).received_at] {
            let received: Stored = Received::at(time, payload.clone());
            let stored = serde_json::to_string(&received).unwrap();
            for read in read_everywhere(&stored) {
                assert_eq!(read.unwrap(), received, "{stored}");
            }
        }
    }
}

/// Every kind of value in the place of the object, of the time and of the payload.
#[test]
fn errors_contain_no_values() {
    const TIME: &str = r#""received_at":"2025-01-27T16:44:05Z""#;
    const PAYLOAD: &str = r#""payload":{"meta":{"operation":"delete"}}"#;
    let values = r#""7f3a5550199" 5550199 -5550199 5550199.5 5550199e300 55501990000000000000000000000000000000 true null
        ["7f3a",5550199] {"x":"7f3a"} {} []"#;
    let in_each_place = |value: &str| {
        [
            value.to_owned(),
            format!(r#"{{"received_at":{value},{PAYLOAD}}}"#),
            format!(r#"{{{TIME},"payload":{value}}}"#),
        ]
    };
    let mut stored: Vec<String> = values.split_whitespace().flat_map(in_each_place).collect();
    stored.extend([
        format!("{{{TIME}}}"),
        format!("{{{PAYLOAD}}}"),
        format!(r#"{{{TIME},"payload":{{"data":["7f3a"],"meta":{{"operation":"delete"}}}}}}"#),
        format!(r#"{{{TIME},"payload":{{"data":{{}},"meta":{{"operation":{{"7f3a":1}}}}}}}}"#),
        format!(r#"{{{TIME},{PAYLOAD},"7f3a":7f3a}}"#),
        format!(r"{{{TIME},{PAYLOAD}}} 7f3a"),
    ]);
    for stored in &stored {
        for read in read_everywhere(stored) {
            let error = read.expect_err(stored);
            let text = format!("{error} {error:?}");
            assert!(!text.contains("7f3a") && !text.contains("5550199"), "{text}: {stored}");
        }
    }
    for (stored, name) in [
        (format!(r#"{{{TIME},{PAYLOAD},"received_at":"7f3a"}}"#), "received_at"),
        (format!(r#"{{{TIME},{PAYLOAD},"payload":"7f3a"}}"#), "payload"),
    ] {
        let error = serde_json::from_str::<Stored>(&stored).unwrap_err().to_string();
        assert!(error.starts_with(&format!("duplicate field `{name}`")), "{error}");
    }
}

#[test]
fn an_error_names_the_expected_type() {
    let message = |stored| serde_json::from_str::<Stored>(stored).unwrap_err().to_string();
    for (stored, expected) in [
        ("7", "a number, expected an object with `received_at` and `payload`"),
        (r#"{"received_at":7}"#, "a number, expected a time"),
        (r#"{"received_at":"yesterday"}"#, "a string, expected a time"),
    ] {
        assert!(message(stored).contains(expected), "{}", message(stored));
    }
    for stored in ["", "{", r#"{"received_at":"2025"#, r#"{"received_at":"2025-01-27T16:44:05Z","payload":{"#]
    {
        assert!(serde_json::from_str::<Stored>(stored).unwrap_err().is_eof(), "{stored}");
    }
}

#[test]
fn unknown_members_are_ignored() {
    let stored = r#"{"note":["x"],"payload":7,"received_at":"2025-01-27T17:44:05.191+01:00","more":null}"#;
    let expected = Received::at(at(1_737_996_245_191), 7);
    assert_eq!(serde_json::from_str::<Received<u8>>(stored).unwrap(), expected);
    let tree: Value = serde_json::from_str(stored).unwrap();
    assert_eq!(serde_json::from_value::<Received<u8>>(tree).unwrap(), expected);
}
