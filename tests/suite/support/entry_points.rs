//! Every way to parse a body.

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
        let archive = [b"{}\n", body].concat();
        let line = NdjsonReader::new(&*archive).owned().nth(1).expect("the second line");
        parsed.push(("NdjsonReader", line.map_err(|error| error.parse_error().clone())));
    }
    parsed
}

#[derive(Deserialize)]
struct Borrowing<'a> {
    #[serde(borrow)]
    payload: Payload<'a>,
}

/// Parses by serde_json, alone and inside of other types.
fn by_serde_json(body: &[u8]) -> [(&'static str, Deserialized); 5] {
    let object = [br#"{"received_at":"2025-01-27T16:44:05Z","payload":"#, body, b"}"].concat();
    let borrowing = serde_json::from_slice(&object).map(|object: Borrowing<'_>| object.payload.into_owned());
    let received =
        serde_json::from_slice(&object).map(|received: Received<Payload<'static>>| received.payload);
    [
        ("serde_json::from_slice", message(serde_json::from_slice(body))),
        ("serde_json::from_reader", message(serde_json::from_reader(Trickle::new(body)))),
        ("an option", message(serde_json::from_slice(body)).and_then(some)),
        ("a struct that borrows", message(borrowing)),
        ("Received", message(received)),
    ]
}

/// A payload out of a `serde_json::Value`.
pub(crate) const VALUE_ENTRY_POINTS: [(&str, fn(Value) -> Deserialized); 3] = [
    ("TryFrom<Value>", |tree| message(Payload::try_from(tree))),
    ("serde_json::from_value", |tree| message(serde_json::from_value(tree))),
    ("deserialize from &Value", |tree| message(Payload::deserialize(&tree))),
];

/// Parses a body by every entry point, and checks that all of them agree.
///
/// This crate's functions return the same error. serde_json looks for errors of syntax on its own, and adds a position to every
/// message. A `Value` lacks what it cannot contain, so it is compared with its own text.
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
            let written = [&payload, expected].map(|payload| serde_json::to_string(payload).unwrap());
            assert_eq!((&payload, &written[0]), (expected, &written[1]), "{name}: {}", body.escape_ascii());
            assert_eq!(payload.issues(), expected.issues(), "{name}: {}", body.escape_ascii());
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

fn message<T>(parsed: Result<T, impl ToString>) -> Result<T, String> {
    parsed.map_err(|error| error.to_string())
}

fn some(payload: Option<Payload<'static>>) -> Deserialized {
    payload.ok_or_else(|| "the body is not a JSON object, but null".to_owned())
}
