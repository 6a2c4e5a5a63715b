//! `Received`: a payload and the time it arrived, kept through serde.

use chrono::{DateTime, Utc};
use rownd_webhooks::testing::samples;
use rownd_webhooks::{Parser, Payload, Received};
use serde_json::json;

use crate::support::{payload, update_body};

type Stored = Received<Payload<'static>>;

const TIME: &str = r#""received_at":"2025-01-27T16:44:05.191Z""#;
const PAYLOAD: &str = r#""payload":{"meta":{"operation":"delete"}}"#;

fn time() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_737_996_245_191).unwrap()
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
}

/// The code, path and column of the error of `parse_received`.
#[track_caller]
fn rejected(parser: &Parser, json: &str) -> (&'static str, Option<String>, Option<usize>) {
    let error = parser.parse_received(json.as_bytes()).expect_err(json);
    (error.code(), error.path().map(str::to_owned), error.column())
}

#[test]
fn members_are_read_in_any_order_and_others_are_skipped() {
    let expected = Received::at(time(), payload(r#"{"meta":{"operation":"delete"}}"#));
    for json in [
        format!("{{{TIME},{PAYLOAD}}}"),
        format!(" {{ {PAYLOAD} , {TIME} }}\n"),
        format!(r#"{{"note":["\ud83d"],{PAYLOAD},"meta":5,{TIME},"data":{{"data":7}}}}"#),
    ] {
        let parsed = Parser::new().max_entries(0).parse_received(json.as_bytes()).expect(&json);
        assert_eq!(parsed, expected, "{json}");
    }
}

#[test]
fn an_error_of_parse_received_has_a_path_from_the_whole() {
    // `¦` is at the column of the error.
    for (members, code, path) in [
        (r#""received_at":¦7"#, "wrong_type", "/received_at"),
        (r#""received_at":¦"yesterday""#, "wrong_type", "/received_at"),
        (r#""payload":¦7"#, "not_an_object", "/payload"),
        (r#""payload":¦{}"#, "missing_member", "/payload/meta"),
        (r#""payload":{"meta":¦5}"#, "wrong_type", "/payload/meta"),
        (
            r#""payload":{"data":{"a":1,¦"a":2},"meta":{"operation":"delete"}}"#,
            "duplicate_member",
            "/payload/data/a",
        ),
        (r#""payload":{"x":{¦"$serde_json::private::x":1}}"#, "reserved_name", "/payload/x"),
        (r#""x":{¦"$serde_json::private::x":1}"#, "reserved_name", "/x"),
        (r#"¦"$serde_json::private::x":1"#, "reserved_name", "/$serde_json::private::x"),
        (&format!(r#"{TIME},¦"received_at":1"#), "duplicate_member", "/received_at"),
        (&format!(r#"{PAYLOAD},¦"payload":1"#), "duplicate_member", "/payload"),
    ] {
        let json = format!("{{{members}}}");
        let expected = (code, Some(path.to_owned()), json.find('¦').map(|at| at + 1));
        assert_eq!(rejected(&Parser::new(), &json.replace('¦', "")), expected, "{json}");
    }
    for (json, path) in [(TIME, "/payload"), (PAYLOAD, "/received_at")] {
        let expected = ("missing_member", Some(path.to_owned()), Some(1));
        assert_eq!(rejected(&Parser::new(), &format!("{{{json}}}")), expected);
    }
}

#[test]
fn parse_received_is_as_strict_as_parse() {
    let deep = |levels| format!(r#"{{"x":{}{}}}"#, "[".repeat(levels), "]".repeat(levels));
    // A payload may be as deep as a body, so the whole may be one level deeper.
    let (deepest, too_deep) = (deep(127), deep(128));
    let trailing = format!("{{{TIME},{PAYLOAD}}} {{}}");
    for (json, code) in [
        ("{", "syntax"),
        (" ", "empty"),
        ("7", "not_an_object"),
        ("\u{feff}{}", "byte_order_mark"),
        (&deepest, "missing_member"),
        (&too_deep, "too_deep"),
        (&trailing, "trailing_data"),
    ] {
        assert_eq!(rejected(&Parser::new(), json).0, code, "{json}");
    }
    assert_eq!(rejected(&Parser::new().strict(true), &format!("{{{TIME},{PAYLOAD}}}")).0, "invalid");
}

#[test]
fn the_limits_are_those_of_the_payload() {
    let body = update_body(r#""a":[[]],"b":2"#, r#""c""#);
    let json = format!(r#"{{{TIME},"payload":{body}}}"#);
    let code =
        |parser: Parser, json: &str| parser.parse_received(json.as_bytes()).err().map(|error| error.code());
    assert_eq!(code(Parser::new().max_entries(5), &json), None);
    assert_eq!(code(Parser::new().max_entries(4), &json), Some("too_many_entries"));
    assert_eq!(code(Parser::new().max_bytes(body.len()), &json), None);
    assert_eq!(code(Parser::new().max_bytes(body.len() - 1), &json), Some("too_large"));
    let spaced = format!(r#"{{{TIME},"payload": {body}  }}"#);
    assert_eq!(code(Parser::new().max_bytes(body.len()), &spaced), None);
    // Whitespace around the whole, or members that are skipped.
    let longer = format!("{json}{}", " ".repeat(200));
    assert_eq!(code(Parser::new().max_bytes(body.len()), &longer), Some("too_large"));
}
