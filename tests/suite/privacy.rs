//! No output contains a value. A canary of each JSON type is put wherever a body may have a value, and no output may contain it.

#![allow(dead_code, reason = "the types here are only decoded and printed")]

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fmt::{Debug, Display};
use std::net::IpAddr;

use chrono::{DateTime, NaiveDate};
use rownd_webhooks::mapping::FieldMapping;
use rownd_webhooks::replay::NdjsonReader;
use rownd_webhooks::schema::ProfileSchema;
use rownd_webhooks::sync::{Changes, Mirror};
use rownd_webhooks::{Fields, ParseError, Parser, Payload, Received, Redactable, Value};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use crate::support::{Body, payload};

/// Personal data: letters in text, digits in numbers. There is one of each JSON type that can hold more than one bit.
const CANARIES: [&str; 14] = [
    r#""canary""#,
    r#""can\u0061ry""#,
    r#""5550199""#,
    r#""<<REDACTED>> canary""#,
    r#""canary\n\u202e\u001b[31m""#,
    r#""canary canary canary canary canary canary canary canary canary canary canary canary canary canary""#,
    "-5550199",
    "5550199.5",
    "5550199e400",
    "555019955501995550199555019955501995550199",
    r#"["canary"]"#,
    r#"[["canary",5550199]]"#,
    r#"{"k":"canary"}"#,
    r#"{"k":{"k":["canary",{"k":5550199}]}}"#,
];

/// Bodies and settings, valid and invalid, in which each `¤` is replaced by a canary.
const TEXTS: [&str; 36] = [
    // The canary is a valid value.
    r#"{"data":{"user_id":"u","email":¤,"b":true},"redacted":["b"],"meta":{"operation":"data_update","lookup_values":[{"field":"email","value":"x"}]}}"#,
    r#"{"data":{"a":[1,¤,{"b":¤}]},"meta":{"operation":"visibility_update"}}"#,
    r#"{"data":{"a":¤,"b":"<<REDACTED>>"},"redacted":["a","c"],"meta":{"operation":"data_update"}}"#,
    r#"{"data":{"user_id":¤},"redacted":["user_id"],"meta":{"operation":"delete"}}"#,
    r#"{"data":{"a":¤},"meta":{"operation":"user_merge"}}"#,
    r#"{"data":{},"meta":{"operation":"data_insert","x":¤},"y":¤,"z":[{"z":¤}]}"#,
    // The canary is in a lookup value, usable or not.
    r#"{"data":{"email":"other","phone":¤},"redacted":[],"meta":{"operation":"data_update","lookup_values":[{"field":"email","value":¤}]}}"#,
    r#"{"data":{"email":"<<REDACTED>>"},"redacted":["email"],"meta":{"operation":"delete","lookup_values":[{"field":"email","value":¤},{"field":"email","value":"a","x":¤}]}}"#,
    r#"{"data":{},"meta":{"lookup_values":¤,"operation":"delete"}}"#,
    r#"{"data":{"user_id":"u"},"meta":{"lookup_values":[¤,{"value":¤},{"field":"email","y":¤}],"operation":"delete"}}"#,
    // The canary has the wrong type there.
    "¤",
    "[¤]",
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
    r#"{"data":{"a":¤]"#,
    r#"{"data":{¤:1}}"#,
    r#"{"data":{"a":tru¤}}"#,
    r#"{"meta":{"operation":"delete"}}{"meta":¤}"#,
    "{\"data\":{\"a\":¤,\"b\":\"\u{1}\"}}",
    "\u{feff}{\"data\":{\"a\":¤}}",
    // Field mappings.
    r#"[{"rownd_field":¤}]"#,
    r#"[{"rownd_field":"a","connection_field":"b","transformer":{"$serde_json::private::RawValue":¤}}]"#,
    r#"{"data_type_map":¤}"#,
    // Profile schemas.
    r#"{"schema":¤}"#,
    r#"{"schema":{"a":¤}}"#,
    r#"{"schema":{"a":{"type":7,"display_name":¤}}}"#,
    r#"{"schema":{"a":{"required":¤}}}"#,
    r#"{"schema":{"a":{"x":{"$serde_json::private::Number":¤}}}}"#,
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

/// A word, as derived code reads the names of fields.
#[derive(Debug, Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Word {
    One,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Strict {
    one: u8,
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
#[serde(tag = "k")]
enum Tagged {
    One { a: u8 },
}

#[derive(Debug, Deserialize)]
struct Field<T> {
    #[serde(alias = "email")]
    a: T,
}

#[derive(Debug, Deserialize)]
struct Flat<T> {
    #[serde(flatten)]
    inner: T,
}

/// Calls a check with types that reject values in different ways: by type, by value, by name, and with a message of their own.
macro_rules! for_each_type {
    ($check:ident, $from:expr) => {
        for_each_type! {
            $check, $from; String, u8, i128, char, (), Vec<String>, BTreeMap<String, bool>, BTreeMap<u8, bool>, serde_json::Value,
            NaiveDate, IpAddr, Kind, Word, Strict, Talkative, Tagged, Redactable<u8>, Payload<'static>
        }
    };
    ($check:ident, $from:expr; $($type:ty),*) => {$( $check::<$type>($from); )*};
}

fn check_value<T: DeserializeOwned>(value: &Value<'_>) {
    check(value.decode::<T>().map(drop));
}

fn check_fields<T: DeserializeOwned + Debug>(payload: &Payload<'_>) {
    check(payload.decode::<Field<Redactable<T>>>());
    check(payload.decode::<Flat<Field<Redactable<T>>>>());
    check(payload.decode::<BTreeMap<String, Option<Redactable<T>>>>());
    check(payload.decode::<Field<T>>().map(drop));
    check(payload.decode::<Flat<Field<T>>>().map(drop));
    check(payload.decode::<HashMap<String, Option<T>>>().map(drop));
    check(payload.decode::<T>().map(drop));
}

/// Checks what serde_json reads, without this crate's parser in between.
fn check_serde_json<T: DeserializeOwned + Debug>(text: &str) {
    check(serde_json::from_str::<T>(text));
    check(serde_json::from_reader::<_, T>(text.as_bytes()));
    if let Ok(tree) = serde_json::from_str::<serde_json::Value>(text) {
        check(T::deserialize(&tree));
        check(serde_json::from_value::<T>(tree));
    }
}

fn check_redactables<T: DeserializeOwned + Debug>(text: &str) {
    check_serde_json::<Field<Redactable<T>>>(text);
    check_serde_json::<Flat<Field<Redactable<T>>>>(text);
    check_serde_json::<BTreeMap<String, Redactable<T>>>(text);
}

fn check_payload(payload: &Payload<'_>) {
    let schema = br#"{"schema":{"a":{"type":"image"},"email":{"type":"boolean"},"c":{"required":true}}}"#;
    let issues = ProfileSchema::from_slice(schema).unwrap().check(payload);
    payload.issues().iter().chain(&issues).for_each(assert_message);
    assert_message(payload);
    assert_message(payload.operation());
    assert_debug((payload, payload.operation(), payload.fields().into_iter(), payload.issues(), issues));
    assert_debug((payload.clone().into_owned(), Received::at(DateTime::UNIX_EPOCH, payload.clone())));
    payload.lookup_values().iter().for_each(|lookup| assert_debug(lookup.value()));
    check(payload.validate());
    check(payload.subject());
    check(Mirror::new().decide(payload));
    check(Mirror::new().apply(payload));
    check(payload.clone().into_event());
    check(serde_json::to_value(payload).map(drop));
    let sample = payload.fields().iter().map(|(name, _)| (name.to_owned(), Redactable::Redacted)).collect();
    assert_debug((Changes::between(&sample, payload.fields()), Changes::between(payload.fields(), &sample)));
    for (_, field) in payload.fields() {
        assert_debug((field.as_ref(), field.visible()));
        if let Some(value) = field.visible() {
            for_each_type!(check_value, value);
        }
    }
    for_each_type!(check_fields, payload);
}

#[test]
fn no_output_of_a_payload_contains_a_value() {
    let bodies: Vec<String> = texts().collect();
    let payloads: Vec<_> = bodies.iter().filter_map(|body| rownd_webhooks::from_str(body).ok()).collect();
    assert!(payloads.len() > 100, "{}", payloads.len());
    payloads.iter().for_each(check_payload);
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
        check(FieldMapping::from_slice(text.as_bytes()).map(drop));
        check(ProfileSchema::from_slice(text.as_bytes()).map(drop));
    }
}

#[test]
fn no_error_of_serde_json_contains_a_value() {
    for text in texts() {
        check_serde_json::<Payload<'_>>(&text);
        check_serde_json::<Field<Payload<'_>>>(&format!(r#"{{"a":{text}}}"#));
        if text.starts_with('{') {
            // serde's own error about another type quotes the value.
            check(serde_json::from_str::<Flat<Payload<'_>>>(&text));
        }
    }
    for shape in ["¤", r#"{"$serde_json::private::RawValue":¤}"#, r#"[¤,"\ud800"]"#] {
        for canary in CANARIES {
            let text = format!(r#"{{"a":{}}}"#, shape.replace('¤', canary));
            for_each_type!(check_redactables, &text);
        }
    }
}

/// Prints the error that it gets for a text, and knows whether it got one.
struct Printing(bool);

impl<'de> Deserialize<'de> for Printing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = u8::deserialize(deserializer);
        let is_rejected = read.is_err();
        check(read);
        Ok(Self(is_rejected))
    }
}

/// serde_json's own errors quote what is not a string, so that this is about strings.
#[test]
fn the_error_that_a_type_gets_while_it_is_decoded_contains_no_text() {
    let payload = payload(Body::with_data(r#"{"a":"canary","b":"<<REDACTED>>"}"#));
    assert!(payload.decode::<BTreeMap<String, Printing>>().unwrap().values().all(|printing| printing.0));
    assert!(payload.decode::<Flat<Field<Printing>>>().unwrap().inner.a.0);
}

#[test]
fn debug_of_a_redactable_shows_only_its_type() {
    for (debug, expected) in [
        (format!("{:?}", Redactable::Visible("canary")), "Visible(&str)"),
        (format!("{:?}", Redactable::Visible(true)), "Visible(bool)"),
        (format!("{:?}", Redactable::Visible(vec![Some(5_550_199)])), "Visible(Vec<Option<i32>>)"),
        (format!("{:?}", Redactable::Visible(Redactable::Visible(true))), "Visible(Redactable<bool>)"),
        (format!("{:#?}", Redactable::<String>::Redacted), "Redacted"),
    ] {
        assert_eq!(debug, expected);
    }
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
        format!(
            "{payload} {payload:?} {payload:#?} {:?} {:?}",
            payload.issues(),
            Mirror::new().apply(&payload)
        )
    };
    // One bit is a value as well.
    for (one, two) in [(r#""abc""#, r#""xyz""#), ("123", "987"), ("[1,2]", r#"["a"]"#), ("true", "false")] {
        assert_eq!(output(one), output(two));
    }
    assert_eq!(output(r#"{"a":1}"#), output(r#"{"b":2}"#));
}

#[test]
fn names_are_escaped_and_cut_wherever_they_are_shown() {
    let names = INVISIBLE.chars().map(|invisible| format!("x{invisible}[31m ERROR forged line{invisible}"));
    let long = "long\u{202e}😀".chars().cycle().take(10_000).collect();
    for name in names.chain([long]) {
        let json = serde_json::to_string(&name).unwrap();
        let content = json.trim_matches('"');
        let unknown = Body {
            operation: content,
            data: &format!(r#"{{"user_id":"u",{json}:"<<REDACTED>>","":2,"f":{{{json}:{json}}}}}"#),
            redacted: &format!(r#"[{json},{json},"x"]"#),
            lookup_values: &format!(
                r#"[{{"field":{json},"value":"<<REDACTED>>",{json}:{json}}},{{{json}:1}}]"#
            ),
            meta: &format!("{json}:{json}"),
            members: &format!("{json}:{json}"),
        };
        let payload = payload(unknown);
        assert_eq!((payload.operation().as_str(), payload.is_redacted(&name)), (&*name, true));
        assert_message(&payload);
        assert_message(payload.operation());
        payload.issues().iter().for_each(assert_message);
        let update = Body { operation: "data_update", ..unknown }.to_string();
        check(Parser::new().strict(true).parse(update.as_bytes()));
        let update = rownd_webhooks::from_str(&update).unwrap();
        let (none, issues, subject) = (Fields::default(), payload.issues(), update.subject().unwrap());
        let changes = Changes::between(&none, update.fields());
        let debug =
            format!("{payload:?} {issues:?} {subject:?} {changes:?} {:?}", update.clone().into_event());
        assert_safe(&debug);
        // These are 65 characters of the long name.
        assert!(!debug.contains(&r"long\u{202e}😀".repeat(5)), "{debug}");

        let reserved = format!(r#"{json}:{{"$serde_json::private::{}":1}}"#, &content[1..]);
        for members in [format!("{json}:1,{json}:2"), reserved] {
            for body in [
                Body { members: &members, ..Body::default() },
                Body { meta: &members, ..Body::default() },
                Body::with_data(&format!("{{{members}}}")),
                Body { lookup_values: &format!("[{{{members}}}]"), ..Body::default() },
            ] {
                let body = body.to_string();
                assert!(rownd_webhooks::from_str(&body).is_err());
                check(rownd_webhooks::from_str(&body));
                check(serde_json::from_str::<Payload<'_>>(&body));
            }
        }
    }
}

#[test]
fn names_are_cut_at_64_characters_and_never_inside_an_escape() {
    for (unit, shown) in [("a", "a"), ("'", "'"), ("😀", "😀"), ("\n", r"\n"), ("\u{202e}", r"\u{202e}")]
    {
        for count in 0..140 {
            let word = serde_json::to_string(&unit.repeat(count)).unwrap();
            let body = Body { operation: word.trim_matches('"'), ..Body::default() }.to_string();
            let output = rownd_webhooks::from_str(&body).unwrap().operation().to_string();
            let width = shown.chars().count();
            let expected =
                if width * count <= 64 { shown.repeat(count) } else { shown.repeat(63 / width) + "…" };
            assert_eq!(output, expected);
        }
    }
    // Nor inside an escape of JSON Pointer.
    let name = format!("{}/{}", "a".repeat(62), "b".repeat(9));
    let payload = payload(Body {
        redacted: &format!(r#"["{name}"]"#),
        data: &format!(r#"{{"{name}":1}}"#),
        ..Body::default()
    });
    assert_eq!(payload.issues()[0].path(), format!("/data/{}~1…", "a".repeat(62)));
}
