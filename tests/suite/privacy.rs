//! No output contains a value. A canary of each JSON type is put wherever a body may have a value, and no output may contain it.

#![allow(dead_code, reason = "the types here are only decoded and printed")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::{Debug, Display};

use chrono::{DateTime, NaiveDate};
use rownd_webhooks::replay::NdjsonReader;
use rownd_webhooks::schema::ProfileSchema;
use rownd_webhooks::sync::{Changes, Mirror};
use rownd_webhooks::{Fields, Operation, ParseError, Parser, Payload, Received, Redactable};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use crate::decode::Flat;
use crate::support::{Body, parse_error, payload, update_body};

/// Personal data: letters in text, digits in numbers.
const CANARIES: [&str; 10] = [
    r#""canary""#,
    r#""can\u0061ry""#,
    r#""5550199""#,
    r#""<<REDACTED>> canary""#,
    r#""canary\n\u202e\u001b[31m""#,
    "-5550199",
    "5550199.5",
    "5550199e400",
    r#"["canary",5550199]"#,
    r#"{"k":["canary",{"k":5550199}]}"#,
];

/// Bodies, valid and invalid, in which each `¤` is replaced by a canary.
const TEXTS: [&str; 24] = [
    // The canary is a valid value.
    r#"{"data":{"user_id":"u","email":¤,"b":true},"redacted":["b"],"meta":{"operation":"data_update","lookup_values":[{"field":"email","value":"x"}]}}"#,
    r#"{"data":{"a":¤,"b":"<<REDACTED>>"},"redacted":["a","c"],"meta":{"operation":"data_update"}}"#,
    r#"{"data":{"user_id":¤},"redacted":["user_id"],"meta":{"operation":"delete"}}"#,
    r#"{"data":{},"meta":{"operation":"data_insert","x":¤},"y":¤,"z":[{"z":¤}]}"#,
    // The canary is in a lookup value, usable or not.
    r#"{"data":{"email":"other","phone":¤},"redacted":[],"meta":{"operation":"data_update","lookup_values":[{"field":"email","value":¤}]}}"#,
    r#"{"data":{"email":"<<REDACTED>>"},"redacted":["email"],"meta":{"operation":"delete","lookup_values":[{"field":"email","value":¤},{"field":"email","value":"a","x":¤}]}}"#,
    r#"{"data":{},"meta":{"lookup_values":¤,"operation":"delete"}}"#,
    r#"{"data":{"user_id":"u"},"meta":{"lookup_values":[¤,{"value":¤},{"field":"email","y":¤}],"operation":"delete"}}"#,
    // The canary has the wrong type there.
    "¤",
    r#"{"data":¤,"meta":{"operation":"delete"}}"#,
    r#"{"redacted":[¤],"data":7,"meta":{"operation":"delete"}}"#,
    r#"{"meta":¤}"#,
    r#"{"data":{"a":¤},"meta":{"operation":{"delete":¤}}}"#,
    // The canary is valid, but the body has an error close to it.
    r#"{"data":{"a":¤,"a":¤},"meta":{"operation":"delete"}}"#,
    r#"{"meta":{"lookup_values":[{"value":¤,"value":¤}],"operation":"delete"}}"#,
    r#"{"data":{"a":{"b":¤,"$serde_json::private::RawValue":¤}},"meta":{"operation":"delete"}}"#,
    r#"{"$serde_json::private::Number":¤,"meta":{"operation":"delete"}}"#,
    r#"{"data":{"a":[¤,"\ud800"]},"meta":{"operation":"delete"}}"#,
    r#"{"data":{"a":¤ ¤}}"#,
    r#"{"data":{¤:1}}"#,
    r#"{"data":{"a":tru¤}}"#,
    r#"{"meta":{"operation":"delete"}}{"meta":¤}"#,
    "{\"data\":{\"a\":¤,\"b\":\"\u{1}\"}}",
    "\u{feff}{\"data\":{\"a\":¤}}",
];

/// Each text with each canary, whole and cut after the first canary.
fn texts() -> impl Iterator<Item = String> {
    TEXTS.into_iter().flat_map(|text| {
        let (before, _) = text.split_once('¤').unwrap();
        CANARIES.into_iter().flat_map(move |canary| [text.replace('¤', canary), format!("{before}{canary}")])
    })
}

/// Characters that control a terminal, break a line of a log, or reverse the text.
const INVISIBLE: &str = "\0\u{7}\u{8}\n\r\u{1b}\u{7f}\u{85}\u{9b}\u{ad}\u{61c}\u{200b}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\
    \u{202e}\u{2066}\u{2069}\u{feff}\u{e0001}";

#[track_caller]
fn assert_safe(text: &str) {
    assert!(!text.contains("canary") && !text.contains("5550199"), "{text}");
    let is_invisible = |character: char| character.is_control() || INVISIBLE.contains(character);
    assert!(!text.contains(|character| character != '\n' && is_invisible(character)), "{text:?}");
}

/// Asserts that a message is one short line, and safe.
#[track_caller]
fn assert_message(message: impl Display) {
    let message = message.to_string();
    assert_safe(&message);
    assert!(!message.contains('\n') && message.chars().count() < 512, "{message}");
}

#[track_caller]
fn assert_debug(value: impl Debug) {
    assert_safe(&format!("{value:?}\n{value:#?}"));
}

/// Checks the error, or the `Debug` output of the value.
#[track_caller]
fn check(result: Result<impl Debug, impl Error>) {
    match result {
        Ok(value) => assert_debug(value),
        Err(error) => {
            assert_message(&error);
            assert_debug(&error);
            assert!(error.source().is_none());
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    One,
    Two { k: bool },
}

/// Quotes the value that it rejects.
#[derive(Debug)]
struct Talkative;

impl<'de> Deserialize<'de> for Talkative {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Err(serde::de::Error::custom(format!("I do not like {value}")))
    }
}

#[derive(Debug, Deserialize)]
struct Field<T> {
    #[serde(alias = "email")]
    a: T,
}

/// Checks the ways to decode a type.
fn check_decode<T: DeserializeOwned + Debug>(payload: &Payload<'_>) {
    for value in payload.fields().visible().map(|(_, value)| value) {
        check(value.decode::<T>().map(drop));
    }
    check(payload.decode::<Field<Redactable<T>>>());
    check(payload.decode::<Flat<Field<Redactable<T>>>>());
    check(payload.decode::<BTreeMap<String, Option<Redactable<T>>>>());
    check(payload.decode::<Flat<Field<T>>>().map(drop));
    check(payload.decode::<BTreeMap<String, Option<T>>>().map(drop));
    check(payload.decode::<T>().map(drop));
}

fn check_payload(payload: &Payload<'_>) {
    let schema = br#"{"schema":{"a":{"type":"image"},"email":{"type":"boolean"},"c":{"required":true}}}"#;
    let issues = ProfileSchema::from_slice(schema).unwrap().check(payload);
    payload.issues().iter().chain(&issues).for_each(assert_message);
    assert_message(payload);
    assert_message(payload.operation());
    assert_debug((payload, issues, Received::at(DateTime::UNIX_EPOCH, payload)));
    assert_debug(Changes::between(&Fields::default(), payload.fields()));
    check(payload.validate());
    check(payload.subject());
    check(Mirror::new().apply(payload));
    check(payload.clone().into_event());
    check_decode::<String>(payload);
    check_decode::<u8>(payload);
    check_decode::<BTreeMap<u8, bool>>(payload);
    check_decode::<NaiveDate>(payload);
    check_decode::<Kind>(payload);
    check_decode::<Talkative>(payload);
    check_decode::<Payload<'static>>(payload);
}

#[test]
fn no_output_of_a_payload_contains_a_value() {
    texts().filter_map(|body| body.parse().ok()).for_each(|payload| check_payload(&payload));
}

#[test]
fn no_parse_error_contains_a_value() {
    for text in texts() {
        let new = Parser::new;
        for parser in [new(), new().strict(true), new().max_entries(1), new().max_bytes(10)] {
            let parsed = parser.parse(text.as_bytes());
            assert_debug(parsed.as_ref().err().map(ParseError::kind));
            check(parsed);
        }
        let mut reader = NdjsonReader::new(text.as_bytes());
        reader.next_payload().into_iter().for_each(check);
        assert_debug(reader);
    }
}

#[test]
fn debug_of_a_redactable_shows_only_its_type() {
    assert_eq!(format!("{:?}", Redactable::Visible("canary")), "Visible(&str)");
    assert_eq!(format!("{:?}", Redactable::Visible(vec![Some(5_550_199)])), "Visible(Vec<Option<i32>>)");
    assert_eq!(format!("{:#?}", Redactable::<String>::Redacted), "Redacted");
}

#[test]
fn output_is_the_same_for_values_of_one_type_and_length() {
    let output = |value: &str| {
        let payload = payload(Body {
            data: &format!(r#"{{"user_id":"u","a":{value},"hidden":{value}}}"#),
            redacted: r#"["hidden"]"#,
            lookup_values: &format!(r#"[{{"field":"email","value":"e","y":{value}}},[{value}]]"#),
            members: &format!("\"x\":{value}"),
            ..Body::default()
        });
        let change = Mirror::new().apply(&payload).map(|change| format!("{change:?}"));
        format!("{payload} {payload:?} {payload:#?} {:?} {change:?}", payload.issues())
    };
    // One bit is a value as well.
    for (one, two) in [(r#""abc""#, r#""xyz""#), ("123", "987"), ("[1,2]", r#"["a"]"#), ("true", "false")] {
        assert_eq!(output(one), output(two));
    }
    assert_eq!(output(r#"{"a":1}"#), output(r#"{"b":2}"#));
}

/// Asserts that the name is escaped and cut in everything that shows it.
#[track_caller]
fn check_name(name: &str) {
    let json = serde_json::to_string(name).unwrap();
    let body = Body {
        operation: json.trim_matches('"'),
        data: &format!(r#"{{"user_id":"u",{json}:"<<REDACTED>>","f":{{{json}:{json}}}}}"#),
        redacted: &format!(r#"[{json},{json},"x"]"#),
        lookup_values: &format!(r#"[{{"field":{json},"value":"<<REDACTED>>",{json}:{json}}},{{{json}:1}}]"#),
        meta: &format!("{json}:{json}"),
        members: &format!("{json}:{json}"),
    };
    let (unknown, update) = (payload(body), payload(Body { operation: "data_update", ..body }));
    assert_eq!((unknown.operation().as_str(), unknown.is_redacted(name)), (name, true));
    assert_message(&unknown);
    assert_message(unknown.operation());
    unknown.issues().iter().for_each(assert_message);
    check(update.validate());
    let none = Fields::default();
    let changes = Changes::between(&none, update.fields());
    let debug = format!("{unknown:?} {:?} {changes:?} {:?}", unknown.issues(), update.subject());
    assert_safe(&debug);
    assert!(!debug.contains(&"x".repeat(65)), "{debug}");

    for members in [format!("{json}:1,{json}:2"), format!(r#"{json}:{{"$serde_json::private::":1}}"#)] {
        for body in [
            Body { members: &members, ..Body::default() },
            Body { meta: &members, ..Body::default() },
            Body::with_data(&format!("{{{members}}}")),
            Body { lookup_values: &format!("[{{{members}}}]"), ..Body::default() },
        ] {
            let error = parse_error(body);
            assert_message(&error);
            assert_debug(&error);
        }
    }
}

#[test]
fn names_are_escaped_and_cut_wherever_they_are_shown() {
    for invisible in INVISIBLE.chars() {
        check_name(&format!("x{invisible}[31m ERROR forged line{invisible}"));
    }
    check_name(&"x".repeat(10_000));
    check_name(&"\u{202e}".repeat(10_000));
}

#[test]
fn names_are_cut_at_64_characters_and_never_inside_an_escape() {
    for (name, shown) in [
        (r#""'\"#.to_owned(), r#""'\"#.to_owned()),
        ("a".repeat(64), "a".repeat(64)),
        ("a".repeat(65), "a".repeat(63) + "…"),
        ("😀".repeat(64), "😀".repeat(64)),
        ("😀".repeat(65), "😀".repeat(63) + "…"),
        ("\n".repeat(32), r"\n".repeat(32)),
        ("\n".repeat(33), r"\n".repeat(31) + "…"),
        ("\u{202e}".repeat(8), r"\u{202e}".repeat(8)),
        ("\u{202e}".repeat(9), r"\u{202e}".repeat(7) + "…"),
    ] {
        assert_eq!(Operation::from(&*name).to_string(), shown);
    }
}

#[test]
fn a_path_is_not_cut_inside_an_escape() {
    let name = "a".repeat(62) + "/bb";
    let payload = payload(update_body(&format!(r#""{name}":"<<REDACTED>>""#), ""));
    assert_eq!(payload.issues()[0].path(), format!("/data/{}~1…", "a".repeat(62)));
}
