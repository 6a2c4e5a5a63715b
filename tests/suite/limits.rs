//! Limits of bytes and entries, and extreme bodies on a small stack.

use std::collections::BTreeMap;
use std::thread;

use rownd_webhooks::mapping::FieldMapping;
use rownd_webhooks::replay::NdjsonReader;
use rownd_webhooks::schema::ProfileSchema;
use rownd_webhooks::sync::{Changes, Mirror};
use rownd_webhooks::{ParseErrorKind, Parser, Payload, Redactable};
use serde::Deserialize;
use serde_json::Value;

use crate::support::{Body, Endless, list};

#[test]
fn bytes_are_limited_to_the_byte() {
    // A character counts with each of its bytes, and white space with each of its own.
    let body = Body::with_data(r#"{"user_id":"ü"}"#).to_string() + " \n";
    for limit in [0, 1, body.len() - 1, body.len(), body.len() + 1] {
        let parser = Parser::new().max_bytes(limit);
        let error = parser.parse(body.as_bytes()).err();
        assert_eq!(parser.parse_reader(body.as_bytes()).err(), error);
        let expected = (limit < body.len()).then_some("too_large");
        assert_eq!(error.map(|error| error.code()), expected, "{limit}");
    }
    // Nothing else is reported.
    let parser = Parser::new().max_bytes(100);
    for byte in [b' ', b'[', 0xFF] {
        let error = parser.parse(&[byte; 101]).unwrap_err();
        assert_eq!((error.code(), error.http_status()), ("too_large", 413));
        assert_eq!(error.to_string(), "the body has more than 100 bytes");
        assert!(matches!(error.kind(), ParseErrorKind::TooLarge { limit: 100, .. }));
        assert_ne!(parser.parse(&[byte; 100]).unwrap_err().code(), "too_large");
    }
}

#[test]
fn at_most_one_byte_more_than_the_limit_is_read() {
    let limited = |limit| (Parser::new().max_bytes(limit), limit);
    for (parser, limit) in [limited(0), limited(1), limited(100_000), (Parser::new(), 2 << 20)] {
        let mut reader = Endless(0);
        let error = parser.parse_reader(&mut reader).unwrap_err();
        assert_eq!(error.to_string(), format!("the body has more than {limit} bytes"));
        assert!(reader.0 <= limit as u64 + 1, "{} bytes for a limit of {limit}", reader.0);
    }
}

#[test]
fn the_blank_lines_of_an_archive_are_limited_as_well() {
    for end in ["\n", "\r\n", ""] {
        for length in [100, 101, 500] {
            let archive = format!("{}{end}", " ".repeat(length));
            let mut reader = NdjsonReader::with_parser(archive.as_bytes(), Parser::new().max_bytes(100));
            let error = reader.next_payload().map(|line| line.unwrap_err().code());
            assert_eq!(error, (length > 100).then_some("too_large"), "{length} blanks and {end:?}");
            assert!(reader.next_payload().is_none());
        }
    }
}

/// `¦` in front of each entry of a body is not part of it.
#[test]
fn all_entries_are_counted_together_and_the_first_one_over_the_limit_is_reported() {
    let marked = r#"{"data":{¦"a":[1,2],¦"b":{"n":1}},"redacted":[¦"r",¦"r"],"meta":{"operation":"x","lookup_values":
        [¦{"field":"f","value":"v",¦"l":{"n":1}},¦[0,0]],¦"m":0},¦"u":[{"n":1}]}"#;
    let of_lookups = ["/meta/lookup_values", "/meta/lookup_values/0", "/meta/lookup_values"];
    let paths = [&["/data", "/data", "/redacted", "/redacted"], &of_lookups[..], &["/meta", ""]].concat();
    let body = marked.replace('¦', "");
    for (limit, path) in paths.iter().enumerate() {
        let error = Parser::new().max_entries(limit).parse(body.as_bytes()).unwrap_err();
        assert_eq!((error.code(), error.path(), error.http_status()), ("too_many_entries", Some(*path), 400));
        let before = marked.split('¦').take(limit + 1).collect::<String>();
        let (line, column) = (before.lines().count(), before.lines().last().unwrap().len() + 1);
        let place = if path.is_empty() { String::new() } else { format!(" at {path}") };
        let message = format!(
            "the body has more than {limit} fields, redacted names, lookup values and unknown members{place} (line {line}, column {column})"
        );
        assert_eq!(error.to_string(), message);
        assert!(
            matches!(error.kind(), ParseErrorKind::TooManyEntries { limit: found, .. } if *found == limit)
        );
    }
    assert!(Parser::new().max_entries(paths.len()).parse(body.as_bytes()).is_ok());
    // `lookup_values` that are not an array are one entry.
    let body = Body { lookup_values: "7", ..Body::default() }.to_string();
    let parse = |limit| Parser::new().max_entries(limit).parse(body.as_bytes()).map_err(|error| error.code());
    assert_eq!((parse(2).is_ok(), parse(1)), (true, Err("too_many_entries")));
}

/// Bodies of at most this size, as deep or with as many parts as possible.
fn extremes(size: usize) -> Vec<String> {
    let fill = |text: &str| text.repeat((size - 1_000) / text.len());
    let deep = |open: &str, close: &str| format!("{}0{}", open.repeat(125), close.repeat(125));
    let many = |unit: usize, item: fn(usize) -> String| list(((size - 1_000) / unit).min(9_990), item);
    let members = many(20, |index| format!(r#""x{index}":[0]"#));
    let lookup_values =
        |json: &str| Body { lookup_values: &format!("[{json}]"), ..Body::delete() }.to_string();
    vec![
        Body::field(&deep("[", "]")),
        Body::field(&deep("{\"a\":", "}")),
        Body::field(&format!("\"{}\"", fill("\\u0000"))),
        Body::field(&fill("9")),
        Body::field(&format!("{{\"\":0{}}}", fill(",\"\":0"))),
        Body::with_data(&format!("{{{members}}}")).to_string(),
        Body::with_data(&format!("{{\"{}\":1}}", fill("\\u202e"))).to_string(),
        Body { redacted: &format!("[{}]", many(3, |_| "\"\"".to_owned())), ..Body::default() }.to_string(),
        lookup_values(&many(40, |index| format!(r#"{{"field":"","value":{index}}}"#))),
        lookup_values(&many(3, |_| "{}".to_owned())),
        lookup_values(&format!(r#"{{"field":"","value":"",{members}}}"#)),
        Body { meta: &members, ..Body::default() }.to_string(),
        Body { operation: &fill("\\n"), ..Body::default() }.to_string(),
    ]
}

/// Calls what reads, writes or prints all of a payload.
fn use_all(payload: Payload<'_>) {
    let message = payload.validate().map_or_else(|error| error.to_string(), |()| String::new());
    assert!(payload.to_string().chars().count() < 512 && message.chars().count() < 512, "{message}");
    assert!(rownd_webhooks::from_str(&payload.canonical_json()).unwrap() == payload);
    let decoded = payload.decode::<BTreeMap<String, Option<Redactable<Value>>>>();
    // A tree does not hold every number.
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
        for body in extremes(2 << 20) {
            let payload = rownd_webhooks::from_str(&body).unwrap();
            assert!(payload.clone().into_owned() == payload, "{}", &body[..100]);
        }
        for body in extremes(1 << 17) {
            use_all(rownd_webhooks::from_str(&body).unwrap());
        }
    });
}

#[test]
fn unclosed_brackets_are_rejected_on_a_small_stack() {
    on_a_small_stack(|| {
        for bracket in ["[", "{\"a\":", "[{\"a\":"] {
            let brackets = bracket.repeat(100_000);
            for before in ["", "{\"data\":{\"a\":", "{\"meta\":{\"lookup_values\":["] {
                let body = format!("{before}{brackets}");
                let code = rownd_webhooks::from_str(&body).unwrap_err().code();
                assert!(matches!(code, "too_deep" | "not_an_object"), "{code}: {before}{bracket}");
                assert!(serde_json::from_str::<Payload<'_>>(&body).is_err());
            }
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
        for depth in [1, 125, 126, 127, 128, 100_000] {
            let arrays = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            assert_eq!(serde_json::from_str::<Redactable<Tree>>(&arrays).is_ok(), depth <= 127, "{depth}");
            let data = format!(r#"{{"a":{arrays}}}"#);
            let body = Body { lookup_values: "", ..Body::with_data(&data) }.to_string();
            let parsed = rownd_webhooks::from_str(&body).ok();
            let is_decoded = parsed.is_some_and(|payload| {
                payload.decode::<BTreeMap<String, Redactable<Tree>>>().unwrap()["a"].is_visible()
            });
            assert_eq!(is_decoded, depth <= 125, "{depth}");
        }
    });
}
