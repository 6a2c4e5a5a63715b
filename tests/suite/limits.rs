//! Limits of bytes and entries, and extreme bodies on a small stack.

use std::collections::BTreeMap;
use std::thread;

use rownd_webhooks::mapping::FieldMapping;
use rownd_webhooks::replay::NdjsonReader;
use rownd_webhooks::schema::ProfileSchema;
use rownd_webhooks::sync::Changes;
use rownd_webhooks::{ParseErrorKind, Parser, Payload, Redactable};
use serde::Deserialize;
use serde_json::Value;

use crate::support::{Body, Endless, list, payload};

fn code(parser: &Parser, body: &str) -> Option<&'static str> {
    let error = parser.parse(body.as_bytes()).err();
    assert_eq!(parser.parse_reader(body.as_bytes()).err(), error);
    error.map(|error| error.code())
}

#[test]
fn bytes_are_limited_to_the_byte() {
    // A character counts with each of its bytes, and white space with each of its own.
    for body in [Body::default().to_string(), Body::with_data(r#"{"user_id":"ü"}"#).to_string() + " \n"] {
        for limit in [0, 1, body.len() - 1, body.len(), body.len() + 1] {
            let expected = (limit < body.len()).then_some("too_large");
            assert_eq!(code(&Parser::new().max_bytes(limit), &body), expected, "{limit}");
        }
    }
    // Nothing else is reported.
    let parser = Parser::new().max_bytes(100);
    for byte in [b' ', b'[', b'"', 0xFF, 0] {
        let error = parser.parse(&[byte; 101]).unwrap_err();
        assert_eq!((error.code(), error.http_status()), ("too_large", 413));
        assert_eq!(error.to_string(), "the body has more than 100 bytes");
        assert!(matches!(error.kind(), ParseErrorKind::TooLarge { limit: 100, .. }));
        assert_ne!(parser.parse(&[byte; 100]).unwrap_err().code(), "too_large");
    }
    assert_ne!(parser, Parser::default());
    assert_eq!(Parser::new(), Parser::default());
}

#[test]
fn at_most_one_byte_more_than_the_limit_is_read() {
    for (parser, limit) in [0, 1, 100_000]
        .map(|limit| (Parser::new().max_bytes(limit), limit))
        .into_iter()
        .chain([(Parser::new(), 2 << 20)])
    {
        let mut reader = Endless(0);
        let error = parser.parse_reader(&mut reader).unwrap_err();
        assert_eq!(error.to_string(), format!("the body has more than {limit} bytes"));
        assert!(reader.0 <= limit as u64 + 1, "{} bytes for a limit of {limit}", reader.0);
    }
}

#[test]
fn the_blank_lines_of_an_archive_are_limited_as_well() {
    for end in ["\n", "\r\n", ""] {
        for length in [0, 100, 101, 102, 500] {
            let archive = format!("{}{end}", " ".repeat(length));
            let mut reader = NdjsonReader::with_parser(archive.as_bytes(), Parser::new().max_bytes(100));
            let error = reader.next_payload().map(|line| line.unwrap_err().code());
            assert_eq!(error, (length > 100).then_some("too_large"), "{length} blanks and {end:?}");
            assert!(reader.next_payload().is_none());
        }
    }
}

/// A body with these numbers of fields, redacted names, lookup values, and unknown members at each level.
fn with_entries(
    [fields, redacted, usable, unusable, unknown, unknown_meta, of_lookup_value]: [usize; 7],
) -> String {
    let members = |count, letter| list(count, |index| format!(r#""{letter}{index}":[{{"a":1,"b":2}}]"#));
    let usable = list(usable, |index| {
        let comma = if index == 0 && of_lookup_value > 0 { "," } else { "" };
        let more = if index == 0 { members(of_lookup_value, 'l') } else { String::new() };
        format!(r#"{{"field":"f{index}","value":"v"{comma}{more}}}"#)
    });
    let unusable = list(unusable, |_| "[0,0]".to_owned());
    let comma = if usable.is_empty() || unusable.is_empty() { "" } else { "," };
    let body = Body {
        operation: "x",
        data: &format!("{{{}}}", members(fields, 'f')),
        redacted: &format!("[{}]", list(redacted, |index| format!(r#""r{index}""#))),
        lookup_values: &format!("[{usable}{comma}{unusable}]"),
        meta: &members(unknown_meta, 'm'),
        members: &members(unknown, 'u'),
    };
    body.to_string()
}

#[test]
fn all_entries_are_counted_together() {
    let counts = [3, 4, 5, 6, 7, 8, 9];
    let body = with_entries(counts);
    let total = counts.iter().sum();
    let payload = payload(&body);
    assert_eq!((payload.fields().len(), payload.redacted_names().len()), (3 + 4, 4));
    assert_eq!((payload.lookup_values().len(), payload.issues().len()), (5, 4 + 6 + 2 + 3));
    assert_eq!((payload.unknown_members().len(), payload.unknown_meta().len()), (7, 8));
    assert_eq!(payload.lookup_values()[0].unknown_members().count(), 9);
    for limit in [0, 1, total - 1, total, total + 1] {
        let expected = (limit < total).then_some("too_many_entries");
        assert_eq!(code(&Parser::new().max_entries(limit), &body), expected, "{limit}");
    }
    // `lookup_values` that are not an array are one entry.
    let body = Body { lookup_values: "7", ..Body::default() }.to_string();
    assert_eq!(code(&Parser::new().max_entries(2), &body), None);
    assert_eq!(code(&Parser::new().max_entries(1), &body), Some("too_many_entries"));
}

#[test]
fn the_first_entry_over_the_limit_is_reported_where_it_begins() {
    for (path, counts, entry) in [
        ("/data", [4, 0, 0, 0, 0, 0, 0], "\"f3\""),
        ("/redacted", [1, 3, 0, 0, 0, 0, 0], "\"r2\""),
        ("/meta/lookup_values", [1, 1, 2, 0, 0, 0, 0], r#"{"field":"f1""#),
        ("/meta/lookup_values", [2, 1, 0, 1, 0, 0, 0], "[0,0]"),
        ("/meta/lookup_values/0", [1, 1, 1, 0, 0, 0, 1], "\"l0\""),
        ("/meta", [1, 1, 0, 0, 0, 2, 0], "\"m1\""),
        ("", [0, 0, 0, 0, 4, 0, 0], "\"u3\""),
    ] {
        let body = with_entries(counts);
        let error = Parser::new().max_entries(3).parse(body.as_bytes()).unwrap_err();
        assert_eq!((error.code(), error.path(), error.http_status()), ("too_many_entries", Some(path), 400));
        let place = if path.is_empty() { String::new() } else { format!(" at {path}") };
        let column = body.find(entry).unwrap() + 1;
        let message = format!(
            "the body has more than 3 fields, redacted names, lookup values and unknown members{place} (line 1, column {column})"
        );
        assert_eq!(error.to_string(), message);
        assert!(matches!(error.kind(), ParseErrorKind::TooManyEntries { limit: 3, .. }));
    }
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
        Body::field(&format!("{}0{}", r#"{"\n":["$","#.repeat(62), "]}".repeat(62))),
        Body::field(&format!("\"{}\"", fill("y"))),
        Body::field(&format!("\"{}\"", fill("\\u0000"))),
        Body::field(&format!("[\"{}\"]", fill("\\ud83d\\ude00"))),
        Body::field(&fill("9")),
        Body::field(&format!("[0{}]", fill(",{}"))),
        Body::field(&format!("{{\"\":0{}}}", fill(",\"\":0"))),
        Body::with_data(&format!("{{{members}}}")).to_string(),
        Body::with_data(&format!("{{\"{}\":1}}", fill("\\u202e"))).to_string(),
        Body { redacted: &format!("[{}]", many(3, |_| "\"\"".to_owned())), ..Body::default() }.to_string(),
        lookup_values(&many(40, |index| format!(r#"{{"field":"","value":{index}}}"#))),
        lookup_values(&many(3, |_| "{}".to_owned())),
        lookup_values(&format!(r#"{{"field":"","value":"",{members}}}"#)),
        Body { members: &members, ..Body::default() }.to_string(),
        Body { meta: &members, ..Body::default() }.to_string(),
        Body { operation: &fill("\\n"), ..Body::default() }.to_string(),
    ]
}

/// Calls every method of a payload.
fn use_all(payload: &Payload<'_>) {
    let owned = payload.clone().into_owned();
    assert!(&owned == payload);
    assert!(payload.to_string().chars().count() < 512);
    assert!(!format!("{payload:?}{payload:#?}").is_empty());
    let message = payload.validate().map_or_else(|error| error.to_string(), |()| String::new());
    assert!(message.chars().count() < 512, "{message}");
    assert!(payload.issues().iter().all(|issue| issue.to_string().chars().count() < 512));
    let (canonical, written) = (payload.canonical_json(), serde_json::to_string(payload).unwrap());
    assert!(rownd_webhooks::from_str(&canonical).unwrap() == *payload);
    assert!(serde_json::from_str::<Payload<'_>>(&written).unwrap() == *payload);
    assert!(Changes::between(payload.fields(), owned.fields()).is_empty());
    assert!(payload.sync_plan() == payload.sync_plan());
    let _ = payload.decode::<BTreeMap<String, Option<Redactable<Value>>>>();
    let _ = payload.decode::<Vec<u8>>().map_err(|error| error.to_string());
    for value in payload.fields().iter().filter_map(|(_, field)| field.visible()) {
        let _ =
            (value.as_f64(), value.as_i64(), value.as_date(), value.as_datetime(), value.decode::<Value>());
    }
    let _ = (payload.email(), payload.phone_number(), payload.user_id());
    assert!(ProfileSchema::from_slice(b"{}").unwrap().check(payload).len() <= payload.fields().len());
    drop(owned.into_event().map(|event| format!("{event:?}")));
}

/// A thread has two megabytes of stack, and a debug build needs the most of it.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn extreme_bodies_can_be_parsed_and_used_on_a_small_stack() {
    on_a_small_stack(|| {
        for (index, body) in extremes(2 << 20).into_iter().enumerate() {
            assert!(body.len() <= 2 << 20, "{index}: {} bytes", body.len());
            let payload = rownd_webhooks::from_str(&body).unwrap_or_else(|error| panic!("{index}: {error}"));
            assert!(payload.clone().into_owned() == payload, "{index}");
        }
        for body in extremes(1 << 17) {
            use_all(&rownd_webhooks::from_str(&body).unwrap());
        }
    });
}

#[test]
fn unclosed_brackets_are_rejected_on_a_small_stack() {
    on_a_small_stack(|| {
        for bracket in ["[", "{\"a\":", "[{\"a\":"] {
            for before in ["", "{\"data\":", "{\"data\":{\"a\":", "{\"meta\":{\"lookup_values\":["] {
                let body = format!("{before}{}", bracket.repeat(100_000));
                let code = rownd_webhooks::from_str(&body).unwrap_err().code();
                assert!(
                    matches!(code, "too_deep" | "not_an_object" | "wrong_type" | "missing_member"),
                    "{code}: {before}{bracket}"
                );
                assert!(serde_json::from_str::<Payload<'_>>(&body).is_err());
            }
        }
    });
}

/// Types that contain themselves behind `Redactable`, as deep as text may be.
#[derive(Debug, PartialEq, Deserialize)]
struct Tree(Vec<Redactable<Tree>>);

#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Any {
    Number(u64),
    List(Vec<Redactable<Any>>),
    Members(BTreeMap<String, Redactable<Any>>),
}

#[test]
fn recursive_types_are_decoded_on_a_small_stack() {
    on_a_small_stack(|| {
        for depth in [1, 125, 126, 127, 128, 100_000] {
            let arrays = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            let objects = format!("{}0{}", "{\"a\":".repeat(depth), "}".repeat(depth));
            assert_eq!(serde_json::from_str::<Redactable<Tree>>(&arrays).is_ok(), depth <= 127, "{depth}");
            assert_eq!(serde_json::from_str::<Redactable<Value>>(&objects).is_ok(), depth <= 127, "{depth}");
            for json in [&arrays, &objects] {
                assert!(serde_json::from_str::<Redactable<Any>>(json).is_err() || depth <= 127, "{depth}");
                let body =
                    Body { lookup_values: "", ..Body::with_data(&format!(r#"{{"a":{json}}}"#)) }.to_string();
                let payload = rownd_webhooks::from_str(&body).ok();
                let decoded = payload
                    .as_ref()
                    .map(|payload| payload.decode::<BTreeMap<String, Redactable<Any>>>().unwrap());
                assert_eq!(decoded.is_some_and(|fields| fields["a"].is_visible()), depth <= 125, "{depth}");
                let tree =
                    payload.and_then(|payload| payload.decode::<BTreeMap<String, Redactable<Tree>>>().ok());
                assert_eq!(tree.is_some(), depth <= 125 && json == &arrays, "{depth}");
            }
        }
    });
}

/// A `serde_json::Value` parses the string behind a reserved name as JSON and counts its depth from zero, so such names could evade the
/// depth limit.
#[test]
fn settings_are_no_deeper_than_bodies() {
    let mut smuggled = "[]".to_owned();
    for _ in 0..14 {
        let (open, close) = ("[".repeat(120), "]".repeat(120));
        smuggled = format!(r#"{open}{{"$serde_json::private::RawValue":{}}}{close}"#, Value::from(smuggled));
    }
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    on_a_small_stack(move || {
        for (json, code) in
            [(deep(120), None), (deep(100_000), Some("too_deep")), (smuggled, Some("reserved_name"))]
        {
            let mapping = format!(r#"[{{"rownd_field":"a","connection_field":"b","transformer":{json}}}]"#);
            let schema = format!(r#"{{"schema":{{"a":{{"type":"string","x":{json}}}}}}}"#);
            let errors = [
                FieldMapping::from_slice(mapping.as_bytes()).err(),
                ProfileSchema::from_slice(schema.as_bytes()).err(),
            ];
            assert_eq!(errors.map(|error| error.map(|error| error.code())), [code; 2]);
        }
    });
}
