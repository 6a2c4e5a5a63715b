//! Every way to parse a body.

use std::collections::HashMap;
use std::error::Error;

use rownd_webhooks::replay::NdjsonReader;
use rownd_webhooks::{ParseError, Parser, Payload, Received};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::Trickle;

type Parsed = Result<Payload<'static>, ParseError>;
type Deserialized = Result<Payload<'static>, String>;

fn owned(parsed: Result<Payload<'_>, ParseError>) -> Parsed {
    parsed.map(Payload::into_owned)
}

/// Parses by the functions of this crate.
fn by_this_crate(body: &[u8]) -> Vec<(&'static str, Parsed)> {
    let mut parsed = vec![
        ("from_reader", rownd_webhooks::from_reader(Trickle::new(body))),
        ("Parser::parse", owned(Parser::new().parse(body))),
        ("Parser::parse_reader", Parser::default().parse_reader(body)),
    ];
    if let Ok(text) = str::from_utf8(body) {
        parsed.push(("from_str", owned(rownd_webhooks::from_str(text))));
        parsed.push(("FromStr", text.parse()));
    }
    // A line ends with its `\n` or `\r\n`, and a blank one is skipped.
    if !(body.contains(&b'\n') || body.ends_with(b"\r") || body.trim_ascii().is_empty()) {
        let archive = surround("{}\n", body, "");
        let mut reader = NdjsonReader::new(archive.as_slice());
        assert!(reader.next_payload().expect("the first line").is_err());
        let second = reader.next_payload().expect("the second line");
        parsed.push(("NdjsonReader", owned(second.map_err(|error| error.parse_error().clone()))));
    }
    parsed
}

#[derive(Deserialize)]
struct Borrowing<'a> {
    #[serde(borrow)]
    payload: Payload<'a>,
}

type Map = HashMap<String, Payload<'static>>;

/// Parses by serde_json, into a payload and into types that hold one.
fn by_serde_json(body: &[u8]) -> [(&'static str, Deserialized); 9] {
    let object = surround(r#"{"payload":"#, body, "}");
    let array = surround("[", body, "]");
    let received = surround(r#"{"received_at":"2025-01-27T16:44:05Z","payload":"#, body, "}");
    let mut stream = serde_json::Deserializer::from_slice(body).into_iter();
    let streamed = match (stream.next(), stream.next()) {
        (Some(Ok(payload)), None) => Ok(payload),
        (Some(Err(error)), _) => Err(error.to_string()),
        (first, _) => Err(if first.is_some() { "a second value" } else { "nothing" }.to_owned()),
    };
    let text = str::from_utf8(body).map_err(|error| error.to_string());
    [
        ("serde_json::from_str", text.and_then(|text| message(serde_json::from_str(text)))),
        ("serde_json::from_slice", message(serde_json::from_slice(body))),
        ("serde_json::from_reader", message(serde_json::from_reader(Trickle::new(body)))),
        ("a stream", streamed),
        (
            "a struct that borrows",
            message(serde_json::from_slice(&object).map(|Borrowing { payload }| payload.into_owned())),
        ),
        (
            "a map, from a reader",
            message(serde_json::from_reader(&*object).map(|mut map: Map| map.remove("payload").unwrap())),
        ),
        ("an array", message(serde_json::from_slice(&array).map(|[payload]: [Payload<'_>; 1]| payload))),
        ("an option", message(serde_json::from_slice(body)).and_then(some)),
        (
            "Received",
            message(
                serde_json::from_slice(&received).map(|received: Received<Payload<'_>>| received.payload),
            ),
        ),
    ]
}

/// A payload out of a `serde_json::Value`.
pub(crate) const VALUE_ENTRY_POINTS: [(&str, fn(Value) -> Deserialized); 4] = [
    ("TryFrom<Value>", |tree| message(Payload::try_from(tree))),
    ("serde_json::from_value", |tree| message(serde_json::from_value(tree))),
    ("deserialize from &Value", |tree| message(Payload::deserialize(&tree))),
    ("an option, from_value", |tree| message(serde_json::from_value(tree)).and_then(some)),
];

/// Parses a body by every entry point, and checks that all of them agree.
///
/// This crate's functions return the same error. serde_json looks for errors of syntax on its own, and adds a position to every
/// message. A `Value` lacks what it cannot hold, so it is compared with its own text.
#[track_caller]
pub(crate) fn parse_everywhere(body: impl AsRef<[u8]>) -> Parsed {
    let body = body.as_ref();
    let expected = owned(rownd_webhooks::from_slice(body));
    for (name, parsed) in by_this_crate(body) {
        assert_eq!(parsed, expected, "{name}: {}", body.escape_ascii());
        assert_agrees(name, body, parsed.map_err(|error| error.to_string()), &expected);
    }
    for (name, deserialized) in by_serde_json(body) {
        assert_agrees(name, body, deserialized, &expected);
    }
    if let Ok(tree) = serde_json::from_slice::<Value>(body) {
        let text = tree.to_string();
        let expected = owned(rownd_webhooks::from_str(&text));
        for (name, deserialize) in VALUE_ENTRY_POINTS {
            assert_agrees(name, text.as_bytes(), deserialize(tree.clone()), &expected);
        }
    }
    expected
}

/// Also compares what equality does not: the issues, and the order of what is written.
#[track_caller]
fn assert_agrees(name: &str, body: &[u8], deserialized: Deserialized, expected: &Parsed) {
    match (deserialized, expected) {
        (Ok(payload), Ok(expected)) => {
            assert_eq!(&payload, expected, "{name}: {}", body.escape_ascii());
            assert_eq!(payload.issues(), expected.issues(), "{name}");
            let [one, two] = [&payload, expected].map(|payload| serde_json::to_string(payload).unwrap());
            assert_eq!(one, two, "{name}");
        }
        // Limits are a parser's; serde has none but the depth.
        (Ok(_), Err(error)) if matches!(error.code(), "too_large" | "too_many_entries") => {}
        (Err(message), Err(error)) => {
            let is_json = serde_json::from_slice::<&RawValue>(body).is_ok();
            let sentence = error.kind().to_string();
            assert!(!is_json || message.starts_with(&sentence), "{name}: {message}, not {sentence}");
        }
        (deserialized, expected) => {
            panic!("{name}: {deserialized:?}, not {expected:?}: {}", body.escape_ascii())
        }
    }
}

/// The error's message; an error of this crate and of serde_json says everything in it.
fn message<T, E: Error>(parsed: Result<T, E>) -> Result<T, String> {
    parsed.map_err(|error| {
        assert!(error.source().is_none(), "{error}");
        error.to_string()
    })
}

fn some(payload: Option<Payload<'static>>) -> Deserialized {
    payload.ok_or_else(|| "the body is not a JSON object, but null".to_owned())
}

fn surround(before: &str, body: &[u8], after: &str) -> Vec<u8> {
    [before.as_bytes(), body, after.as_bytes()].concat()
}
