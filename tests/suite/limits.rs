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
    let body = Body::default().to_string();
    for limit in [0, 1, body.len() - 1, body.len(), body.len() + 1] {
        let expected = (limit < body.len()).then_some("too_large");
        assert_eq!(code(&Parser::new().max_bytes(limit), &body), expected, "{limit}");
    }
    // White space is part of the body, and so is each byte of a character.
    let parser = Parser::new().max_bytes(body.len());
    assert_eq!(code(&parser, &format!("{body} ")), Some("too_large"));
    assert_eq!(code(&parser, &body.replacen("\"u\"", "\"ü\"", 1)), Some("too_large"));
    let error = parser.parse(format!("{body}\n").as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), format!("the body has more than {} bytes", body.len()));
    assert!(matches!(error.kind(), ParseErrorKind::TooLarge { limit, .. } if *limit == body.len()));
    assert_ne!(parser, Parser::default());
    assert_eq!(Parser::new(), Parser::default());
}

#[test]
fn nothing_else_is_reported_of_a_body_that_is_too_large() {
    let parser = Parser::new().max_bytes(100);
    for byte in [b' ', b'[', b'{', b'"', 0xFF, 0] {
        assert_eq!(parser.parse(&[byte; 101]).unwrap_err().code(), "too_large");
        assert_ne!(parser.parse(&[byte; 100]).unwrap_err().code(), "too_large");
    }
}

#[test]
fn no_more_than_the_limit_is_read() {
    for limit in [0, 1, 100, 100_000] {
        let mut reader = Endless(0);
        let error = Parser::new().max_bytes(limit).parse_reader(&mut reader).unwrap_err();
        assert_eq!(error.code(), "too_large");
        assert!(reader.0 <= limit as u64 + 1, "{} bytes for a limit of {limit}", reader.0);
    }
    let mut reader = Endless(0);
    let error = rownd_webhooks::from_reader(&mut reader).unwrap_err();
    assert_eq!(error.to_string(), "the body has more than 2097152 bytes");
    assert!(reader.0 <= (2 << 20) + 1, "{}", reader.0);
}

/// White space is no way around the limit.
#[test]
fn a_blank_line_of_an_archive_is_limited_like_any_other() {
    for end in ["\n", "\r\n", ""] {
        for length in [0, 99, 100, 101, 102, 103, 500] {
            let archive = format!("{}{end}", " ".repeat(length));
            let mut reader = NdjsonReader::with_parser(archive.as_bytes(), Parser::new().max_bytes(100));
            let error = reader.next_payload().map(|line| line.unwrap_err().code());
            assert_eq!(error, (length > 100).then_some("too_large"), "{length} blanks and {end:?}");
            assert!(reader.next_payload().is_none());
        }
    }
}

/// A body of so many fields, redacted names, lookup values, and unknown members at each level.
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
    // A list that is no array is one entry.
    let body = Body { lookup_values: "7", ..Body::default() }.to_string();
    assert_eq!(code(&Parser::new().max_entries(2), &body), None);
    assert_eq!(code(&Parser::new().max_entries(1), &body), Some("too_many_entries"));
}

#[test]
fn the_entry_that_is_too_many_is_reported_where_it_begins() {
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
        assert_eq!(
            (error.code(), error.path(), error.http_status()),
            ("too_many_entries", Some(path), 400),
            "{body}"
        );
        assert_eq!((error.line(), error.column()), (Some(1), Some(body.find(entry).unwrap() + 1)), "{body}");
        let place = if path.is_empty() { String::new() } else { format!(" at {path}") };
        let message = format!(
            "the body has more than 3 fields, redacted names, lookup values and unknown members{place} (line 1, column {})",
            error.column().unwrap()
        );
        assert_eq!(error.to_string(), message);
        assert!(matches!(error.kind(), ParseErrorKind::TooManyEntries { limit: 3, .. }));
    }
}

/// Bodies of at most that size, as deep or with as many parts as possible.
fn extremes(size: usize) -> Vec<(&'static str, String)> {
    let fill = |text: &str| text.repeat((size - 1_000) / text.len());
    let deep = |open: &str, close: &str| format!("{}0{}", open.repeat(125), close.repeat(125));
    let count = |unit: usize| ((size - 1_000) / unit).min(9_990);
    let data = |members: String| Body::with_data(&format!("{{{members}}}")).to_string();
    let members = |prefix: &str| list(count(20), |index| format!(r#""{prefix}{index}":[0]"#));
    vec![
        ("deep arrays", Body::field(&deep("[", "]"))),
        ("deep objects", Body::field(&deep("{\"a\":", "}"))),
        ("deep, with escapes", Body::field(&format!("{}0{}", r#"{"\n":["$","#.repeat(62), "]}".repeat(62)))),
        ("many fields", data(members("f"))),
        ("many fields with escapes", data(members("\\n"))),
        ("a long string", Body::field(&format!("\"{}\"", fill("y")))),
        ("a string of escapes", Body::field(&format!("\"{}\"", fill("\\u0000")))),
        ("a nested string of escapes", Body::field(&format!("[\"{}\"]", fill("\\ud83d\\ude00")))),
        ("a long number", Body::field(&fill("9"))),
        ("a long name", data(format!("\"{}\":1", fill("n")))),
        ("a long escaped name", data(format!("\"{}\":1", fill("\\u202e")))),
        ("many elements", Body::field(&format!("[0{}]", fill(",0")))),
        ("many empty objects", Body::field(&format!("[0{}]", fill(",{}")))),
        ("many nested members", Body::field(&format!("{{\"\":0{}}}", fill(",\"\":0")))),
        (
            "many redacted names",
            Body { redacted: &format!("[{}]", list(count(3), |_| "\"\"".to_owned())), ..Body::default() }
                .to_string(),
        ),
        ("many lookup values", {
            let lookup_values = list(count(40), |index| format!(r#"{{"field":"","value":{index}}}"#));
            Body { lookup_values: &format!("[{lookup_values}]"), ..Body::delete() }.to_string()
        }),
        (
            "many unusable lookup values",
            Body { lookup_values: &format!("[{}]", list(count(3), |_| "{}".to_owned())), ..Body::delete() }
                .to_string(),
        ),
        ("many unknown members", Body { members: &members("x"), ..Body::default() }.to_string()),
        ("many unknown members of meta", Body { meta: &members("x"), ..Body::default() }.to_string()),
        ("many unknown members of a lookup value", {
            let lookup_value = format!(r#"[{{"field":"","value":"",{}}}]"#, members("x"));
            Body { lookup_values: &lookup_value, ..Body::default() }.to_string()
        }),
        ("a long operation", Body { operation: &fill("\\n"), ..Body::default() }.to_string()),
        ("white space", format!("{}{}", fill("\n"), Body::default())),
    ]
}

/// Calls everything that a payload offers.
fn use_up(payload: &Payload<'_>) {
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
fn extreme_bodies_are_parsed_and_copied_on_a_small_stack() {
    on_a_small_stack(|| {
        for (name, body) in extremes(2 << 20) {
            assert!(body.len() <= 2 << 20, "{name}: {} bytes", body.len());
            let payload = rownd_webhooks::from_str(&body).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(payload.clone().into_owned() == payload, "{name}");
            assert!(payload.to_string().chars().count() < 512, "{name}");
        }
    });
}

#[test]
fn extreme_bodies_can_be_used_on_a_small_stack() {
    on_a_small_stack(|| {
        for (name, body) in extremes(1 << 17) {
            let payload = rownd_webhooks::from_str(&body).unwrap_or_else(|error| panic!("{name}: {error}"));
            use_up(&payload);
        }
    });
}

#[test]
fn brackets_without_end_are_refused_on_a_small_stack() {
    on_a_small_stack(|| {
        for bracket in ["[", "{\"a\":", "[{\"a\":", "]", "}"] {
            for count in [1, 127, 128, 100_000] {
                let brackets = bracket.repeat(count);
                for before in ["", "{\"data\":", "{\"data\":{\"a\":", "{\"meta\":{\"lookup_values\":["] {
                    let body = format!("{before}{brackets}");
                    let code = rownd_webhooks::from_str(&body).unwrap_err().code();
                    let is_expected = matches!(code, "syntax" | "too_deep" | "not_an_object" | "wrong_type");
                    assert!(is_expected, "{code}: {count} of {bracket}");
                    assert!(serde_json::from_str::<Payload<'_>>(&body).is_err());
                }
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
        for depth in [1, 50, 126, 127, 128, 129, 300, 100_000] {
            let arrays = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            let objects = format!("{}0{}", "{\"a\":".repeat(depth), "}".repeat(depth));
            assert_eq!(serde_json::from_str::<Redactable<Tree>>(&arrays).is_ok(), depth <= 127, "{depth}");
            assert_eq!(serde_json::from_str::<Redactable<Value>>(&objects).is_ok(), depth <= 127, "{depth}");
            for json in [&arrays, &objects] {
                assert!(serde_json::from_str::<Redactable<Any>>(json).is_err() || depth <= 127, "{depth}");
                let body =
                    Body { lookup_values: "", ..Body::with_data(&format!(r#"{{"a":{json}}}"#)) }.to_string();
                let payload = rownd_webhooks::from_str(&body);
                assert_eq!(payload.is_ok(), depth <= 125, "{depth}");
                if let Ok(payload) = payload {
                    let decoded: BTreeMap<String, Redactable<Any>> = payload.decode().unwrap();
                    assert!(decoded["a"].is_visible());
                    assert_eq!(
                        payload.decode::<BTreeMap<String, Redactable<Tree>>>().is_ok(),
                        json == &arrays
                    );
                }
            }
        }
    });
}

/// Settings are read by the same rules as bodies. serde_json's tree would read the strings behind its own names as JSON, each
/// with a depth limit of its own.
#[test]
fn settings_are_no_deeper_than_bodies() {
    let mut smuggled = "[]".to_owned();
    for _ in 0..14 {
        let (open, close) = ("[".repeat(120), "]".repeat(120));
        smuggled = format!(r#"{open}{{"$serde_json::private::RawValue":{}}}{close}"#, Value::from(smuggled));
    }
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let rows = [
        (deep(120), None),
        (deep(200), Some("too_deep")),
        (deep(100_000), Some("too_deep")),
        (smuggled, Some("reserved_name")),
    ];
    on_a_small_stack(move || {
        for (json, code) in rows {
            let mapping = format!(r#"[{{"rownd_field":"a","connection_field":"b","transformer":{json}}}]"#);
            let mapping = FieldMapping::from_slice(mapping.as_bytes()).err();
            assert_eq!(mapping.map(|error| error.code()), code);
            let schema = format!(r#"{{"schema":{{"a":{{"type":"string","x":{json}}}}}}}"#);
            let schema = ProfileSchema::from_slice(schema.as_bytes()).err();
            assert_eq!(schema.map(|error| error.code()), code);
        }
    });
}
