//! Each way in which a body can be wrong: code, path, line, column and message.
//!
//! `¦` in a row marks the byte that line and column report; it is not part of the body.

use std::error::Error;
use std::io;

use rownd_webhooks::ParseErrorKind;

use crate::support::{Body, Failing, list, parse_everywhere};

/// Asserts the whole error of a row: its code, path and message. Returns its kind.
#[track_caller]
fn assert_error(row: &str, code: &str, path: Option<&str>, sentence: &str) -> ParseErrorKind {
    let (before, _) = row.split_once('¦').expect("a marked byte");
    let line = before.matches('\n').count() + 1;
    let column = before.len() - before.rfind('\n').map_or(0, |newline| newline + 1) + 1;
    let place = path.filter(|path| !path.is_empty()).map_or_else(String::new, |path| format!(" at {path}"));
    let message = format!("{sentence}{place} (line {line}, column {column})");

    let error = parse_everywhere(row.replace('¦', "")).expect_err(row);
    assert_eq!((error.code(), error.path(), error.to_string()), (code, path, message.clone()), "{row}");
    assert_eq!((error.line(), error.column(), error.http_status()), (Some(line), Some(column), 400), "{row}");
    assert_eq!(format!("{error:?}"), format!("ParseError(\"{message}\")"));
    assert!(error.source().is_none());
    error.kind().clone()
}

#[track_caller]
fn assert_syntax(row: &str, path: Option<&str>, reason: &str) {
    let kind = assert_error(row, "syntax", path, &format!("the body is not JSON: {reason}"));
    assert!(matches!(kind, ParseErrorKind::Syntax { reason: found, .. } if found == reason));
}

/// The default body, with a member in front of its meta instead of `data` and `redacted`.
fn with_member(member: &str) -> String {
    format!("{{{member},{}", &Body { data: "", redacted: "", ..Body::default() }.to_string()[1..])
}

fn with_meta(meta: &str) -> String {
    Body { meta, ..Body::default() }.to_string()
}

fn with_lookup_values(json: &str) -> String {
    Body { lookup_values: json, ..Body::delete() }.to_string()
}

/// Values of each JSON type, with its name and the name that messages give to it.
const TYPES: [(&str, &str, &str); 7] = [
    ("null", "null", "null"),
    ("boolean", "a boolean", "true"),
    ("number", "a number", "-7.5e3"),
    ("number", "a number", "1e400"),
    ("string", "a string", "\"\\u0074ext\""),
    // Derived code would take these for a struct and for a variant.
    ("array", "an array", r#"[{"user_id":"u"},[],{"operation":"delete","lookup_values":[]}]"#),
    ("object", "an object", r#"{"delete":null}"#),
];

#[test]
fn a_value_of_the_wrong_type_is_reported_where_it_begins() {
    for (path, expected, allowed, body) in [
        ("/data", "an object", "object null", with_member(r#""data":@"#)),
        ("/redacted", "an array", "array null", with_member(r#""redacted":@"#)),
        ("/redacted/2", "a string", "string", with_member("\"redacted\":[\"a\",\"b\",\n@]")),
        ("/meta", "an object", "object", r#"{"data":{},"meta":@}"#.to_owned()),
        ("/meta/operation", "a string", "string", r#"{"meta":{"operation":@}}"#.to_owned()),
    ] {
        for (name, with_article, value) in TYPES.into_iter().filter(|(name, ..)| !allowed.contains(name)) {
            let sentence = format!("expected {expected}, found {with_article}");
            let row = body.replace('@', &format!("¦{value}"));
            let kind = assert_error(&row, "wrong_type", Some(path), &sentence);
            let ParseErrorKind::WrongType { expected: wanted, found, .. } = kind else { panic!("{kind:?}") };
            assert_eq!((wanted, found), (expected, name));
        }
    }
}

#[test]
fn a_body_that_is_not_an_object_is_reported_by_its_type() {
    for (name, with_article, value) in TYPES.into_iter().filter(|(name, ..)| *name != "object") {
        let sentence = format!("the body is not a JSON object, but {with_article}");
        let kind = assert_error(&format!("\n \t¦{value}\r\n"), "not_an_object", Some(""), &sentence);
        assert!(matches!(kind, ParseErrorKind::NotAnObject { found, .. } if found == name));
    }
}

#[test]
fn an_absent_member_is_reported_at_the_object_that_lacks_it() {
    for (path, name, row) in [
        ("/meta", "meta", "¦{}"),
        ("/meta", "meta", " ¦{\"data\":{\"meta\":{}},\"redacted\":[],\n\"Meta\":{\"operation\":\"delete\"}}"),
        ("/meta/operation", "operation", r#"{"operation":"delete","meta":¦{"lookup_values":[]}}"#),
    ] {
        let sentence = format!("required member `{name}` is absent");
        let kind = assert_error(row, "missing_member", Some(path), &sentence);
        assert!(matches!(kind, ParseErrorKind::MissingMember { name: absent, .. } if absent == name));
    }
}

#[test]
fn a_repeated_member_is_reported_at_its_second_name() {
    let element = |members: &str| with_lookup_values(&format!(r"[0,{{{members}}}]"));
    let many = |count| list(count, |index| format!(r#""name{index}":0"#));
    for (path, row) in [
        ("/data", with_member(r#""data":null,¦"d\u0061ta":null"#)),
        ("/redacted", with_member(r#""redacted":[],¦"redacted":["x"]"#)),
        ("/meta", Body { members: r#"¦"meta":{"operation":"delete"}"#, ..Body::default() }.to_string()),
        ("/meta/operation", r#"{"meta":{"\u006fperation":"x","x":{},¦"operation":"delete"}}"#.to_owned()),
        ("/meta/lookup_values", with_meta(r#"¦"lookup_values":[]"#)),
        ("/meta/lookup_values/1/field", element(r#""field":null,¦"field":null"#)),
        ("/meta/lookup_values/1/value", element(r#""value":{},"field":"a",¦"valu\u0065":"b""#)),
        ("/meta/lookup_values/1/x", element(r#""x":1,"field":"a","value":"b",¦"x":1"#)),
        ("/data/a", with_member(r#""data":{"a":1,"b":[{"a":0}],¦"\u0061":1}"#)),
        ("/data/", with_member(r#""data":{"":1,¦"":2}"#)),
        (r"/data/a~1b~0\nc\u{202e}", with_member(r#""data":{"a/b~\nc\u202e":1,¦"a\/b~\nc\u202e":2}"#)),
        ("/data/name0", with_member(&format!(r#""data":{{{},¦"name0":0}}"#, many(20)))),
        ("/data/name9", with_member(&format!(r#""data":{{{},¦"name9":0}}"#, many(21)))),
        ("/data/name999", with_member(&format!(r#""data":{{{},¦"name999":0}}"#, many(1_000)))),
        ("/x", Body { members: "\"x\":1,\n¦\"x\":1", ..Body::default() }.to_string()),
        ("/meta/x", with_meta(r#""x":[{"x":1}],¦"x":1"#)),
    ] {
        assert_error(&row, "duplicate_member", Some(path), "a member is named twice");
    }
}

#[test]
fn a_syntax_error_is_reported_at_the_byte_that_is_wrong() {
    let rows: [(&str, &[&str]); 9] = [
        ("expected a name in double quotes", &["{\n ¦?", r#"{"data":{"a":1,¦}}"#, r#"{"data":{¦'a':1}}"#]),
        ("expected a value", &["¦}", "¦\u{b}{}", "¦// comment\n{}", r#"{"data":{"a":¦}}"#]),
        (
            "expected a value",
            &[r#"{"data":{"a":tru¦E}}"#, r#"{"data":{"a":[1,¦]}}"#, r#"{"redacted":["a",¦]}"#],
        ),
        ("invalid number", &["{\"data\"\n:{\"a\":0¦1}}", r#"{"data":{"a":1.¦}}"#]),
        ("expected `:`", &[r#"{"data":{"a" ¦1}}"#]),
        ("invalid escape in a string", &[r#"{"data":{"a":"\¦x41"}}"#, r#"{"data":{"a":"\u00¦g0"}}"#]),
        ("control character in a string", &["{\"data\":{\"a\":\"tab¦\there\"}}", "{\"da¦\nta\":{}}"]),
        (
            "expected `,` or `}`",
            &[r#"{"data":{"a":1 ¦"b":2}}"#, r#"{"meta":{"lookup_values":[{"field":"a"¦;}]}}"#],
        ),
        ("expected `,` or `]`", &[r#"{"data":{"a":[1¦}}}"#, r#"{"redacted":["a" ¦"b"]}"#]),
    ];
    let ends: &[&str] = &["\"¦", "-¦", "nul¦", "{\n\"data\":\n{¦", "{\"é\":\"\u{7f}¦"];
    for (reason, rows) in rows.into_iter().chain([("unexpected end", ends)]) {
        for row in rows {
            assert_syntax(row, None, reason);
        }
    }
}

#[test]
fn a_reserved_name_is_reported_at_every_level_however_it_is_escaped() {
    for (path, row) in [
        ("/@", with_member(r#"¦"@":"1""#)),
        ("/x", with_member(r#""x":[[{"y":{¦"@":1}}]]"#)),
        ("/data/@", with_member(r#""data":{"a":1,¦"@":"[]"}"#)),
        ("/data/a", with_member(r#""data":{"a":[0,{"b":{"\n":"$"},¦"@":1}]}"#)),
        ("/redacted/1", with_member(r#""redacted":["a",¦"@"]"#)),
        ("/meta/@", with_meta(r#"¦"@":1"#)),
        ("/meta/x", with_meta(r#""x":{¦"@":1}"#)),
        ("/meta/lookup_values/@", with_lookup_values(r#"{¦"@":1}"#)),
        ("/meta/lookup_values/0/@", with_lookup_values(r#"[{"field":"a",¦"@":1}]"#)),
        ("/meta/lookup_values/0/value", with_lookup_values(r#"[{"value":[{¦"@":1}]}]"#)),
        ("/meta/lookup_values/1", with_lookup_values(r#"[0,[{¦"@":1}]]"#)),
    ] {
        for (escaped, name) in [
            ("$serde_json::private::", "$serde_json::private::"),
            (r"\u0024serde_json::private::Number", "$serde_json::private::Number"),
            (r"$s\u0065rde_json::private::RawValue", "$serde_json::private::RawValue"),
        ] {
            let (row, path) = (row.replace('@', escaped), path.replace('@', name));
            let sentence = "a member has a name that is reserved by serde_json";
            assert_error(&row, "reserved_name", Some(&path), sentence);
        }
    }
}

#[test]
fn a_container_that_is_too_deep_is_reported_where_it_begins() {
    let (open, close) = ("[".repeat(125), "]".repeat(125));
    for (path, row) in [
        ("/data/a", format!(r#"{{"data":{{"a":{open}¦[]{close}}}}}"#)),
        ("/x", format!(r#"{{"x":{open}[¦{{"a":1}}]{close}}}"#)),
        ("/data/a", format!(r#"{{"data":{{"a":{open}¦[[[["#)),
    ] {
        assert_error(&row, "too_deep", Some(path), "arrays and objects are nested too deeply");
    }
}

#[test]
fn trailing_data_is_reported_where_it_begins() {
    let whole = Body::default().to_string();
    for tail in ["¦{", "¦null", "¦,", "¦\0", "¦\u{feff}", "¦//", "\r\n\t ¦{}"] {
        let sentence = "there is data after the end of the JSON object";
        assert_error(&format!("{whole}{tail}"), "trailing_data", None, sentence);
    }
}

#[test]
fn a_body_that_is_not_json_text_is_rejected_first() {
    for body in ["", " \t\r\n "] {
        let error = parse_everywhere(body).unwrap_err();
        assert_eq!((error.code(), error.path(), error.line()), ("empty", None, None), "{body:?}");
        assert_eq!(error.to_string(), "the body is empty, as it is when the webhook's HTTP method is GET");
    }
    assert_error("¦\u{feff}{}", "byte_order_mark", None, "the body begins with a byte order mark");
    for (body, line, column) in [
        (&b"\xFF\xFE{\0}\0"[..], 1, 1),
        // A slash in two bytes, and a lone surrogate in three.
        (b"{\"data\":\n{\"a\":\"\xC0\xAF\"}}", 2, 7),
        (b"{\"x\":\"\xED\xA0\xBD\"}", 1, 7),
        (b"\n\n\xF4\x90\x80\x80", 3, 1),
        (b"{\"\xC3\xA9\":\"\x80\"}", 1, 8),
        (b"{}\xE2\x82", 1, 3),
    ] {
        let error = parse_everywhere(body).unwrap_err();
        let message = format!("the body is not UTF-8 (line {line}, column {column})");
        assert_eq!((error.code(), error.to_string(), error.http_status()), ("not_utf8", message, 400));
    }
}

#[test]
fn the_error_of_a_reader_is_reported_by_its_kind_only() {
    let kind = io::ErrorKind::ConnectionReset;
    let error = rownd_webhooks::from_reader(Failing(b"{\"data\":", kind)).unwrap_err();
    assert!(matches!(error.kind(), ParseErrorKind::Io { kind: found, .. } if *found == kind));
    assert_eq!((error.code(), error.path(), error.line(), error.http_status()), ("io", None, None, 503));
    assert_eq!(error.to_string(), format!("the body could not be read: {kind}"));
    assert!(error.source().is_none());
}
