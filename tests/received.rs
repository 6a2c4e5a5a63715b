//! Arrival: stamped by the system's clock or given, and kept through serde.

mod support;

use chrono::{DateTime, TimeZone, Utc};
use rownd_webhooks::testing::samples;
use rownd_webhooks::{Payload, Received};
use serde_json::json;
use support::{payload, update_body};

fn at(millis: i64) -> DateTime<Utc> {
    Utc.timestamp_millis_opt(millis).unwrap()
}

#[test]
fn now_is_between_before_and_after() {
    let clock = || DateTime::<Utc>::from(std::time::SystemTime::now());
    let before = clock();
    let received = Received::now(());
    assert!((before..=clock()).contains(&received.received_at));
}

#[test]
fn a_given_time_is_kept() {
    let received = Received::at(at(1_737_996_245_191), payload(samples::DELETE));
    assert_eq!(received.received_at, at(1_737_996_245_191));
    assert_eq!(received.payload, payload(samples::DELETE));
    let counted = received.map(|payload| payload.fields().len());
    assert_eq!(counted, Received::at(at(1_737_996_245_191), 1));
}

#[test]
fn the_stored_form_is_an_object_of_two() {
    let received = Received::at(at(1_737_996_245_191), payload(samples::DELETE));
    let stored = serde_json::to_value(received).unwrap();
    let body: serde_json::Value = serde_json::from_str(samples::DELETE).unwrap();
    assert_eq!(stored, json!({"received_at": "2025-01-27T16:44:05.191Z", "payload": body}));
}

#[test]
fn what_is_stored_is_what_is_read() {
    let bodies = [
        samples::VISIBILITY_UPDATE.to_owned(),
        update_body(r#""x":15,"y":{"b":1,"a":[ ]},"\u0000":"\ud83d\ude00""#, r#""gone""#),
        r#"{"meta":{"operation":"user_merge","lookup_values":[{"field":"n","value":5}]},"v":2}"#.to_owned(),
    ];
    for body in &bodies {
        for time in [at(0), at(-1), at(1_737_996_245_191), Received::now(()).received_at] {
            let received: Received<Payload<'static>> = Received::at(time, payload(body).into_owned());
            let stored = serde_json::to_string(&received).unwrap();
            assert_eq!(serde_json::from_str::<Received<Payload<'static>>>(&stored).unwrap(), received);
            assert_eq!(
                serde_json::from_slice::<Received<Payload<'static>>>(stored.as_bytes()).unwrap(),
                received
            );
            assert_eq!(
                serde_json::from_reader::<_, Received<Payload<'static>>>(stored.as_bytes()).unwrap(),
                received
            );
            if let Ok(tree) = serde_json::from_str::<serde_json::Value>(&stored) {
                assert_eq!(serde_json::from_value::<Received<Payload<'static>>>(tree).unwrap(), received);
            }
        }
    }
}

#[test]
fn a_withheld_value_is_not_stored() {
    let body = update_body(r#""x":"s3cret""#, r#""x""#);
    let stored = serde_json::to_string(&Received::now(payload(&body))).unwrap();
    assert!(!stored.contains("s3cret"), "{stored}");
}

/// Everything that may stand in the place of the object, of the time and of the payload.
#[test]
fn what_cannot_be_read_is_an_error_that_tells_no_value() {
    const TIME: &str = r#""received_at":"2025-01-27T16:44:05Z""#;
    const PAYLOAD: &str = r#""payload":{"meta":{"operation":"delete"}}"#;
    let values = [
        r#""7f3a5550199""#,
        "5550199",
        "-5550199",
        "5550199.5",
        "5550199e300",
        "55501990000000000000000000000000000000",
        "true",
        "null",
        r#"["7f3a",5550199]"#,
        r#"{"x":"7f3a"}"#,
        "{}",
        "[]",
        r#"["2025-01-27T16:44:05Z",{"meta":{"operation":"delete"}}]"#,
    ];
    let mut stored: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
    stored.extend(values.iter().map(|value| format!(r#"{{"received_at":{value},{PAYLOAD}}}"#)));
    stored.extend(values.iter().map(|value| format!(r#"{{{TIME},"payload":{value}}}"#)));
    stored.extend([
        format!("{{{TIME}}}"),
        format!("{{{PAYLOAD}}}"),
        format!(r#"{{{TIME},"payload":{{"data":["7f3a"],"meta":{{"operation":"delete"}}}}}}"#),
        format!(r#"{{{TIME},"payload":{{"data":{{}},"meta":{{"operation":{{"7f3a":1}}}}}}}}"#),
        format!(r#"{{{TIME},{PAYLOAD},"received_at":"7f3a"}}"#),
        format!(r#"{{{TIME},{PAYLOAD},"payload":"7f3a"}}"#),
        format!("{{{TIME},{PAYLOAD},{TIME}}}"),
        format!("{{{PAYLOAD},{TIME},{PAYLOAD}}}"),
        format!(r#"{{{TIME},{PAYLOAD},"7f3a":7f3a}}"#),
        format!(r"{{{TIME},{PAYLOAD}}} 7f3a"),
    ]);
    for stored in &stored {
        let mut errors = vec![
            serde_json::from_str::<Received<Payload<'static>>>(stored).unwrap_err(),
            serde_json::from_reader::<_, Received<Payload<'static>>>(stored.as_bytes()).unwrap_err(),
        ];
        // A tree has forgotten that a member was repeated.
        let tree = serde_json::from_str::<serde_json::Value>(stored);
        errors.extend(tree.and_then(serde_json::from_value::<Received<Payload<'static>>>).err());
        for error in errors {
            let text = format!("{error} {error:?}");
            assert!(!text.contains("7f3a") && !text.contains("5550199"), "{text}: {stored}");
        }
    }
}

#[test]
fn an_error_says_what_belongs_there() {
    let words = |stored| serde_json::from_str::<Received<Payload<'static>>>(stored).unwrap_err().to_string();
    assert!(words("[]").contains("an object with `received_at` and `payload`"), "{}", words("[]"));
    let text = words(r#"{"received_at":7}"#);
    assert!(text.contains("a number, expected a time"), "{text}");
    let text = words(r#"{"received_at":"yesterday"}"#);
    assert!(text.contains("a string, expected a time"), "{text}");
}

#[test]
fn members_that_are_not_known_are_passed_over() {
    let stored = r#"{"note":["x"],"payload":7,"received_at":"2025-01-27T17:44:05.191+01:00","more":null}"#;
    let expected = Received::at(at(1_737_996_245_191), 7);
    assert_eq!(serde_json::from_str::<Received<u8>>(stored).unwrap(), expected);
    let tree: serde_json::Value = serde_json::from_str(stored).unwrap();
    assert_eq!(serde_json::from_value::<Received<u8>>(tree).unwrap(), expected);
}

#[test]
fn text_that_breaks_off_is_told_as_such() {
    for stored in ["", "{", r#"{"received_at":"2025"#, r#"{"received_at":"2025-01-27T16:44:05Z","payload":{"#]
    {
        assert!(serde_json::from_str::<Received<Payload<'static>>>(stored).unwrap_err().is_eof(), "{stored}");
    }
}
