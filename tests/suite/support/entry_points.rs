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

/// The functions of this crate. Those that take text parse other bytes by `from_slice`.
const OWN: [(&str, fn(&[u8]) -> Parsed); 7] = [
    ("from_slice", |body| rownd_webhooks::from_slice(body).map(Payload::into_owned)),
    ("from_str", |body| match str::from_utf8(body) {
        Ok(text) => rownd_webhooks::from_str(text).map(Payload::into_owned),
        Err(_) => rownd_webhooks::from_slice(body).map(Payload::into_owned),
    }),
    ("FromStr", |body| match str::from_utf8(body) {
        Ok(text) => text.parse(),
        Err(_) => rownd_webhooks::from_slice(body).map(Payload::into_owned),
    }),
    ("from_reader", |body| rownd_webhooks::from_reader(Trickle::new(body))),
    ("Parser::parse", |body| Parser::new().parse(body).map(Payload::into_owned)),
    ("Parser::parse_reader", |body| Parser::default().parse_reader(body)),
    ("NdjsonReader", |body| {
        // A line ends with its `\n` or `\r\n`, and a blank one is skipped.
        if body.contains(&b'\n') || body.ends_with(b"\r") || body.trim_ascii().is_empty() {
            return rownd_webhooks::from_slice(body).map(Payload::into_owned);
        }
        let archive = surround("{}\n", body, "");
        let mut reader = NdjsonReader::new(archive.as_slice());
        assert!(reader.next_payload().expect("the first line").is_err());
        let payload = reader.next_payload().expect("the second line");
        payload.map(Payload::into_owned).map_err(|error| error.parse_error().clone())
    }),
];

#[derive(Deserialize)]
struct Envelope {
    payload: Payload<'static>,
}

#[derive(Deserialize)]
struct Borrowing<'a> {
    #[serde(borrow)]
    payload: Payload<'a>,
}

#[derive(Deserialize)]
struct Newtype(Payload<'static>);

#[derive(Deserialize)]
enum External {
    Delivery(Payload<'static>),
}

/// serde_json reading text, into a payload and into types that hold one.
const SERDE_JSON: [(&str, fn(&[u8]) -> Deserialized); 12] = [
    ("serde_json::from_str", |body| {
        let text = str::from_utf8(body).map_err(|error| error.to_string())?;
        message(serde_json::from_str(text))
    }),
    ("serde_json::from_slice", |body| message(serde_json::from_slice(body))),
    ("serde_json::from_reader", |body| message(serde_json::from_reader(Trickle::new(body)))),
    ("a stream", |body| {
        let mut stream = serde_json::Deserializer::from_slice(body).into_iter();
        let first = message(stream.next().ok_or("nothing")?)?;
        stream.next().map_or(Ok(first), |_: Result<Payload<'_>, _>| Err("a second value".to_owned()))
    }),
    ("a struct that borrows", |body| {
        let body = surround(r#"{"payload":"#, body, "}");
        message(serde_json::from_slice(&body)).map(|Borrowing { payload }| payload.into_owned())
    }),
    ("a struct, from a reader", |body| {
        let body = surround(r#"{"payload":"#, body, "}");
        message(serde_json::from_reader(body.as_slice())).map(|Envelope { payload }| payload)
    }),
    ("an array, from a reader", |body| {
        let list: Vec<Payload<'_>> = message(serde_json::from_reader(&*surround("[", body, "]")))?;
        let [payload] = <[_; 1]>::try_from(list).map_err(|list| format!("{} elements", list.len()))?;
        Ok(payload)
    }),
    ("a newtype", |body| message(serde_json::from_slice(body)).map(|Newtype(payload)| payload)),
    ("an option", |body| {
        let payload: Option<Payload<'static>> = message(serde_json::from_slice(body))?;
        payload.ok_or_else(|| "the body is not a JSON object, but null".to_owned())
    }),
    ("an enum", |body| {
        let body = surround(r#"{"Delivery":"#, body, "}");
        message(serde_json::from_slice(&body)).map(|External::Delivery(payload)| payload)
    }),
    ("a map", |body| {
        let body = surround(r#"{"k":"#, body, "}");
        let mut map: HashMap<String, Box<Payload<'static>>> = message(serde_json::from_slice(&body))?;
        map.remove("k").map(|payload| *payload).ok_or_else(|| "no k".to_owned())
    }),
    ("Received", |body| {
        let body = surround(r#"{"received_at":"2025-01-27T16:44:05Z","payload":"#, body, "}");
        message(serde_json::from_slice(&body)).map(|received: Received<Payload<'_>>| received.payload)
    }),
];

/// A payload out of a `serde_json::Value`.
pub(crate) const VALUE_ENTRY_POINTS: [(&str, fn(Value) -> Deserialized); 5] = [
    ("TryFrom<Value>", |tree| message(Payload::try_from(tree))),
    ("serde_json::from_value", |tree| message(serde_json::from_value(tree))),
    ("deserialize from &Value", |tree| message(Payload::deserialize(&tree))),
    ("a struct, from_value", |tree| {
        let tree = Value::from_iter([("payload", tree)]);
        message(serde_json::from_value(tree)).map(|Envelope { payload }| payload)
    }),
    ("an option, from_value", |tree| {
        let payload: Option<Payload<'static>> = message(serde_json::from_value(tree))?;
        payload.ok_or_else(|| "the body is not a JSON object, but null".to_owned())
    }),
];

/// Parses a body by every entry point, and checks that all of them agree.
///
/// This crate's functions return the same error. serde_json looks for errors of syntax on its own, and adds a position to every
/// message. A `Value` lacks what it cannot hold, so it is compared with its own text.
#[track_caller]
pub(crate) fn parse_everywhere(body: impl AsRef<[u8]>) -> Parsed {
    let body = body.as_ref();
    let expected = OWN[0].1(body);
    for (name, parse) in &OWN[1..] {
        let parsed = parse(body);
        assert_eq!(parsed, expected, "{name}: {}", body.escape_ascii());
        assert_alike(name, &parsed, &expected);
    }
    for (name, deserialize) in SERDE_JSON {
        assert_agrees(name, body, deserialize(body), &expected);
    }
    if let Ok(tree) = serde_json::from_slice::<Value>(body) {
        let text = tree.to_string();
        let expected = OWN[0].1(text.as_bytes());
        for (name, deserialize) in VALUE_ENTRY_POINTS {
            assert_agrees(name, text.as_bytes(), deserialize(tree.clone()), &expected);
        }
    }
    expected
}

#[track_caller]
fn assert_agrees(name: &str, body: &[u8], deserialized: Deserialized, expected: &Parsed) {
    match (deserialized, expected) {
        (Ok(payload), Ok(expected)) => {
            assert_eq!(&payload, expected, "{name}: {}", body.escape_ascii());
            assert_alike(name, &Ok(payload), &Ok(expected.clone()));
        }
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

/// Compares what equality does not: the issues, and the order of what is written.
#[track_caller]
fn assert_alike(name: &str, one: &Parsed, two: &Parsed) {
    if let (Ok(one), Ok(two)) = (one, two) {
        assert_eq!(one.issues(), two.issues(), "{name}");
        assert_eq!(serde_json::to_string(one).unwrap(), serde_json::to_string(two).unwrap(), "{name}");
    }
}

/// The error's message; an error of this crate and of serde_json says everything in it.
fn message<T, E: Error>(parsed: Result<T, E>) -> Result<T, String> {
    parsed.map_err(|error| {
        assert!(error.source().is_none(), "{error}");
        error.to_string()
    })
}

fn surround(before: &str, body: &[u8], after: &str) -> Vec<u8> {
    [before.as_bytes(), body, after.as_bytes()].concat()
}
