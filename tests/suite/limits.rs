//! Limits of bytes and entries, and extreme bodies on a small stack.

use std::collections::BTreeMap;
use std::thread;

use rownd_webhooks::mapping::FieldMapping;
use rownd_webhooks::replay::NdjsonReader;
use rownd_webhooks::schema::ProfileSchema;
use rownd_webhooks::sync::{Changes, Mirror};
use rownd_webhooks::{Parser, Payload, Redactable};
use serde::Deserialize;
use serde_json::Value;

use crate::support::{Body, Endless, list, payload};

#[test]
fn bytes_are_limited_to_the_byte() {
    // A character counts with each of its bytes, and so does whitespace.
    let body = "{\"meta\":{\"operation\":\"ü\"}} \n".as_bytes();
    assert_eq!(body.len(), 29);
    for (limit, code) in [(0, "too_large"), (1, "too_large"), (28, "too_large"), (29, "ok"), (30, "ok")] {
        let parser = Parser::new().max_bytes(limit);
        let parsed = parser.parse(body);
        assert_eq!(parser.parse_reader(body), parsed);
        assert_eq!(parsed.map_or_else(|error| error.code(), |_| "ok"), code, "{limit}");
    }
}

#[test]
fn at_most_one_byte_more_than_the_limit_is_read() {
    for limit in [0, 1, 100_000] {
        let mut reader = Endless(0);
        let error = Parser::new().max_bytes(limit).parse_reader(&mut reader).unwrap_err();
        assert_eq!((error.code(), error.http_status()), ("too_large", 413));
        assert_eq!(error.to_string(), format!("the body has more than {limit} bytes"));
        assert!(reader.0 <= limit as u64 + 1, "{} bytes for a limit of {limit}", reader.0);
    }
}

#[test]
fn the_blank_lines_of_an_archive_are_limited_as_well() {
    for (archive, code) in [
        (" ".repeat(100), None),
        (" ".repeat(100) + "\n", None),
        (" ".repeat(101), Some("too_large")),
        (" ".repeat(101) + "\r\n", Some("too_large")),
    ] {
        let mut reader = NdjsonReader::with_parser(archive.as_bytes(), Parser::new().max_bytes(100));
        assert_eq!(reader.next_payload().map(|line| line.unwrap_err().code()), code, "{archive:?}");
        assert!(reader.next_payload().is_none());
    }
}

#[test]
fn all_entries_are_counted_together_and_the_first_one_over_the_limit_is_reported() {
    // Each line but the last has an entry.
    let body = r#"{"data":{
        "a":[1,2],
        "b":{"n":1}},"redacted":[
        "r",
        "r"],"meta":{"operation":"x","lookup_values":[
        {"field":"f","value":"v",
        "l":{"n":1}},
        [0,0]],
        "m":0},
        "u":[{"n":1}]}"#;
    for (limit, path, line) in [
        (0, "/data", 2),
        (1, "/data", 3),
        (2, "/redacted", 4),
        (3, "/redacted", 5),
        (4, "/meta/lookup_values", 6),
        (5, "/meta/lookup_values/0", 7),
        (6, "/meta/lookup_values", 8),
        (7, "/meta", 9),
        (8, "", 10),
    ] {
        let error = Parser::new().max_entries(limit).parse(body.as_bytes()).unwrap_err();
        assert_eq!((error.code(), error.http_status()), ("too_many_entries", 400));
        assert_eq!(
            (error.path(), error.line(), error.column()),
            (Some(path), Some(line), Some(9)),
            "{limit}"
        );
    }
    assert!(Parser::new().max_entries(9).parse(body.as_bytes()).is_ok());
}

/// Bodies that are as deep or have as many parts as possible, of up to 200 kB.
fn extremes() -> Vec<String> {
    let long = |text: &str| text.repeat(100_000 / text.len());
    let members = list(9_000, |index| format!(r#""x{index}":[0]"#));
    let lookups = list(5_000, |index| format!(r#"{{"field":"","value":{index}}}"#));
    let names = list(9_000, |_| "\"\"".to_owned());
    vec![
        Body::field(&format!("{}0{}", "[".repeat(125), "]".repeat(125))),
        Body::field(&format!("{}0{}", "{\"a\":".repeat(125), "}".repeat(125))),
        Body::field(&format!("\"{}\"", long("\\u0000"))),
        Body::field(&long("9")),
        Body::field(&format!("{{\"\":0{}}}", long(",\"\":0"))),
        Body::with_data(&format!("{{{members}}}")).to_string(),
        Body::with_data(&format!("{{\"{}\":1}}", long("\\u202e"))).to_string(),
        Body { redacted: &format!("[{names}]"), ..Body::default() }.to_string(),
        Body { lookup_values: &format!("[{lookups}]"), ..Body::delete() }.to_string(),
        Body { lookup_values: &format!("[{{{members}}}]"), ..Body::delete() }.to_string(),
        Body { meta: &members, ..Body::default() }.to_string(),
        Body { operation: &long("\\n"), ..Body::default() }.to_string(),
    ]
}

/// Calls what reads, writes or prints all of a payload.
fn use_all(payload: Payload<'_>) {
    let message = payload.validate().map_or_else(|error| error.to_string(), |()| String::new());
    assert!(payload.to_string().chars().count() < 512 && message.chars().count() < 512, "{message}");
    assert!(rownd_webhooks::from_str(&payload.canonical_json()).unwrap() == payload);
    assert!(payload.clone().into_owned() == payload);
    let decoded = payload.decode::<BTreeMap<String, Option<Redactable<Value>>>>();
    // A tree does not contain every number.
    let is_read = |fields: BTreeMap<_, _>| fields.len() == payload.fields().len();
    assert!(decoded.map_or_else(|error| error.code() == "wrong_type", is_read));
    assert!(Changes::between(payload.fields(), payload.fields()).is_empty());
    drop(format!("{payload:?} {:?} {:?}", payload.issues(), Mirror::new().apply(&payload)));
    drop(format!("{:?}", payload.into_event()));
}

/// A thread has two megabytes of stack, and a debug build needs the most of it.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn extreme_bodies_can_be_parsed_and_used_on_a_small_stack() {
    on_a_small_stack(|| {
        for body in extremes() {
            use_all(rownd_webhooks::from_str(&body).unwrap());
        }
    });
}

#[test]
fn unclosed_brackets_are_rejected_on_a_small_stack() {
    on_a_small_stack(|| {
        for bracket in ["[", "{\"a\":", "[{\"a\":"] {
            let brackets = bracket.repeat(100_000);
            let body = format!("{{\"data\":{{\"a\":{brackets}");
            assert_eq!(rownd_webhooks::from_str(&body).unwrap_err().code(), "too_deep");
            assert!(serde_json::from_str::<Payload<'_>>(&body).is_err());
            let mapping = format!(r#"[{{"rownd_field":"a","transformer":{brackets}"#);
            assert_eq!(FieldMapping::from_slice(mapping.as_bytes()).unwrap_err().code(), "too_deep");
            let schema = format!(r#"{{"schema":{{"a":{{"x":{brackets}"#);
            assert_eq!(ProfileSchema::from_slice(schema.as_bytes()).unwrap_err().code(), "too_deep");
        }
    });
}

/// Contains itself behind `Redactable`, as deep as text may be.
#[derive(Deserialize)]
struct Tree(#[allow(dead_code, reason = "only its depth matters")] Vec<Redactable<Tree>>);

#[test]
fn recursive_types_are_decoded_on_a_small_stack() {
    on_a_small_stack(|| {
        let arrays = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        for (depth, is_accepted) in [(1, true), (127, true), (128, false), (100_000, false)] {
            let tree = serde_json::from_str::<Redactable<Tree>>(&arrays(depth));
            assert_eq!(tree.is_ok(), is_accepted, "{depth}");
        }
        let payload = payload(Body::field(&arrays(125)));
        assert!(payload.value("f").unwrap().decode::<Redactable<Tree>>().unwrap().is_visible());
    });
}
