//! Each way in which a body can be wrong: code, path, line, column and message.
//!
//! `¦` in a row marks the byte that line and column report; it is not part of the body.

use std::collections::BTreeSet;
use std::error::Error;
use std::io;

use rownd_webhooks::mapping::FieldMapping;
use rownd_webhooks::{ParseError, ParseErrorKind, Parser};

use crate::support::{Body, Failing, list, parse_error, payload};

/// Asserts the whole error of a row: its code, path and message.
#[track_caller]
fn assert_error(row: &str, code: &str, path: Option<&str>, sentence: &str) -> ParseError {
    let (before, _) = row.split_once('¦').expect("a marked byte");
    let line = before.matches('\n').count() + 1;
    let column = before.len() - before.rfind('\n').map_or(0, |newline| newline + 1) + 1;
    let place = path.filter(|path| !path.is_empty()).map_or_else(String::new, |path| format!(" at {path}"));
    let message = format!("{sentence}{place} (line {line}, column {column})");

    let error = parse_error(row.replace('¦', ""));
    assert_eq!((error.code(), error.path(), error.to_string()), (code, path, message.clone()), "{row}");
    assert_eq!((error.line(), error.column()), (Some(line), Some(column)), "{row}");
    assert_eq!(
        format!("{error:?} {error:#?}"),
        format!("ParseError(\"{message}\") ParseError(\"{message}\")")
    );
    assert!(error.source().is_none());
    error
}

#[track_caller]
fn assert_syntax(row: &str, path: Option<&str>, reason: &str) {
    let error = assert_error(row, "syntax", path, &format!("the body is not JSON: {reason}"));
    assert!(matches!(error.kind(), ParseErrorKind::Syntax { reason: reported, .. } if *reported == reason));
}

/// The default body, with an object of one member in front of its meta.
fn with_member(member: &str) -> String {
    format!("{{{member},{}", &Body { data: "", redacted: "", ..Body::default() }.to_string()[1..])
}

fn with_lookup_values(json: &str) -> String {
    Body { lookup_values: json, ..Body::delete() }.to_string()
}

/// One value of each JSON type, with the name that messages give to it.
const TYPES: [(&str, &str, &str); 14] = [
    ("null", "null", "null"),
    ("boolean", "a boolean", "true"),
    ("boolean", "a boolean", "false"),
    ("number", "a number", "-7.5e3"),
    ("number", "a number", "0"),
    ("number", "a number", "18446744073709551616"),
    ("number", "a number", "1e400"),
    ("number", "a number", "-1e99999999999999999999"),
    ("string", "a string", "\"text\""),
    ("string", "a string", "\"\\u0074ext\""),
    ("string", "a string", "\"\""),
    ("array", "an array", "[]"),
    ("array", "an array", r#"["delete",[]]"#),
    ("object", "an object", r#"{"delete":null}"#),
];

#[test]
fn a_value_of_the_wrong_type_is_reported_where_it_begins() {
    type Place = (&'static str, &'static str, &'static [&'static str], fn(&str) -> String);
    const PLACES: [Place; 6] = [
        ("/data", "an object", &["object", "null"], |value| with_member(&format!("\"data\":{value}"))),
        ("/redacted", "an array", &["array", "null"], |value| with_member(&format!("\"redacted\":{value}"))),
        ("/redacted/0", "a string", &["string"], |value| with_member(&format!("\"redacted\":[{value}]"))),
        ("/redacted/2", "a string", &["string"], |value| {
            with_member(&format!("\"redacted\":[\"a\",\"b\",\n{value}]"))
        }),
        ("/meta", "an object", &["object"], |value| format!(r#"{{"data":{{}},"meta":{value}}}"#)),
        ("/meta/operation", "a string", &["string"], |value| {
            format!(r#"{{"meta":{{"operation":{value}}}}}"#)
        }),
    ];
    for (path, expected, allowed, body) in PLACES {
        for (name, with_article, value) in TYPES.into_iter().filter(|(name, ..)| !allowed.contains(name)) {
            let sentence = format!("expected {expected}, found {with_article}");
            let error = assert_error(&body(&format!("¦{value}")), "wrong_type", Some(path), &sentence);
            assert!(
                matches!(error.kind(), ParseErrorKind::WrongType { expected: wanted, found, .. }
                    if *wanted == expected && *found == name),
                "{error:?}"
            );
        }
    }
}

#[test]
fn a_body_that_is_no_object_is_named_by_its_type() {
    for (name, with_article, value) in TYPES.into_iter().filter(|(name, ..)| *name != "object") {
        let sentence = format!("the body is not a JSON object, but {with_article}");
        let error = assert_error(&format!("\n \t¦{value}\r\n"), "not_an_object", Some(""), &sentence);
        assert!(matches!(error.kind(), ParseErrorKind::NotAnObject { found, .. } if *found == name));
    }
    // Derived code would take such an array for the struct.
    let array = r#"¦[{"user_id":"u"},[],{"operation":"delete","lookup_values":[]}]"#;
    assert_error(array, "not_an_object", Some(""), "the body is not a JSON object, but an array");
}

#[test]
fn an_absent_member_is_reported_at_the_object_that_lacks_it() {
    let rows = [
        ("/meta", "meta", "¦{}"),
        ("/meta", "meta", " ¦{\"data\":{},\"redacted\":[],\n\"Meta\":{\"operation\":\"delete\"}}"),
        ("/meta", "meta", r#"¦{"data":{"meta":{"operation":"delete"}}}"#),
        ("/meta/operation", "operation", r#"{"meta":¦{}}"#),
        ("/meta/operation", "operation", r#"{"operation":"delete","meta":¦{"lookup_values":[]}}"#),
        ("/meta/operation", "operation", r#"{"meta":¦{"Operation":"delete"}}"#),
    ];
    for (path, name, row) in rows {
        let sentence = format!("required member `{name}` is absent");
        let error = assert_error(row, "missing_member", Some(path), &sentence);
        assert!(
            matches!(error.kind(), ParseErrorKind::MissingMember { name: absent, .. } if *absent == name)
        );
    }
}

#[test]
fn a_repeated_member_is_reported_at_its_second_name() {
    let element =
        |members: &str| with_lookup_values(&format!(r#"[{{"field":"a","value":"b"}},{{{members}}}]"#));
    let rows = [
        ("/data", with_member(r#""data":{},¦"data":{}"#)),
        ("/data", with_member(r#""data":null,¦"d\u0061ta":null"#)),
        ("/redacted", with_member(r#""redacted":[],¦"redacted":["x"]"#)),
        ("/redacted", with_member(r#""redacted":null,¦"redacted":[]"#)),
        ("/meta", Body { members: r#"¦"meta":{"operation":"delete"}"#, ..Body::default() }.to_string()),
        ("/meta/operation", r#"{"meta":{"operation":"delete",¦"operation":"delete"}}"#.to_owned()),
        ("/meta/operation", r#"{"meta":{"\u006fperation":"x","x":{},¦"operation":"delete"}}"#.to_owned()),
        ("/meta/lookup_values", Body { meta: r#"¦"lookup_values":[]"#, ..Body::default() }.to_string()),
        ("/meta/lookup_values/1/field", element(r#""field":"a","value":"b",¦"field":"a""#)),
        ("/meta/lookup_values/1/field", element(r#""field":null,¦"field":null"#)),
        ("/meta/lookup_values/1/value", element(r#""value":1,"field":"a",¦"valu\u0065":"b""#)),
        ("/meta/lookup_values/1/value", element(r#""value":{},¦"value":"b""#)),
        ("/meta/lookup_values/1/x", element(r#""x":1,"field":"a","value":"b",¦"x":1"#)),
        ("/data/a", with_member(r#""data":{"a":1,"b":[{"a":0}],¦"a":1}"#)),
        ("/data/a", with_member(r#""data":{"\u0061":1,"b":2,¦"a":1}"#)),
        ("/data/", with_member(r#""data":{"":1,¦"":2}"#)),
        ("/data/a~1b~0c", with_member(r#""data":{"a/b~c":1,¦"a\/b~c":2}"#)),
        (r"/data/a\nb\u{202e}", with_member(r#""data":{"a\nb\u202e":1,¦"a\nb\u202e":1}"#)),
        ("/x", Body { members: "\"x\":1,\n¦\"x\":1", ..Body::default() }.to_string()),
        ("/meta/x", r#"{"meta":{"x":[{"x":1}],"operation":"delete",¦"x":1}}"#.to_owned()),
    ];
    for (path, row) in rows {
        assert_error(&row, "duplicate_member", Some(path), "a member is named twice");
    }
}

#[test]
fn a_repeated_name_is_found_among_many() {
    for count in [2, 20, 21, 1_000] {
        for repeated in [0, count / 2, count - 1] {
            let names = list(count, |index| format!(r#""name_{}":0"#, index * 7919 % count));
            let row = with_member(&format!(r#""data":{{{names},¦"name_{repeated}":0}}"#));
            let path = format!("/data/name_{repeated}");
            assert_error(&row, "duplicate_member", Some(&path), "a member is named twice");
        }
    }
}

#[test]
fn a_syntax_error_is_reported_at_the_byte_that_is_wrong() {
    let rows = [
        ("{\n ¦?", "expected a name in double quotes"),
        (r#"{"data":{"a":¦}}"#, "expected a value"),
        ("{\"data\"\n:{\"a\":0¦1}}", "invalid number"),
        (r#"{"data":{"a":1,¦}}"#, "expected a name in double quotes"),
        (r#"{"data":{¦,"a":1}}"#, "expected a name in double quotes"),
        (r#"{"data":{¦'a':1}}"#, "expected a name in double quotes"),
        (r#"{"data":{¦1:2}}"#, "expected a name in double quotes"),
        (r#"{"data":{"a" ¦1}}"#, "expected `:`"),
        (r#"{"data":{"a":¦NaN}}"#, "expected a value"),
        (r#"{"data":{"a":n¦aN}}"#, "expected a value"),
        (r#"{"data":{"a":¦+1}}"#, "expected a value"),
        (r#"{"data":{"a":¦.5}}"#, "expected a value"),
        (r#"{"data":{"a":1.¦}}"#, "invalid number"),
        (r#"{"data":{"a":0¦x1F}}"#, "expected `,` or `}`"),
        (r#"{"data":{"a":tru¦E}}"#, "expected a value"),
        (r#"{"data":{"a":"\¦x41"}}"#, "invalid escape in a string"),
        (r#"{"data":{"a":"\u00¦g0"}}"#, "invalid escape in a string"),
        ("{\"data\":{\"a\":\"tab¦\there\"}}", "control character in a string"),
        ("{\"da¦\nta\":{}}", "control character in a string"),
        (r#"{"data":{"a":1 ¦"b":2}}"#, "expected `,` or `}`"),
        (r#"{"data":{"a":1¦]}"#, "expected `,` or `}`"),
        (r#"{"data":{"a":[1¦}}}"#, "expected `,` or `]`"),
        (r#"{"data":{"a":[1,¦]}}"#, "expected a value"),
        (r#"{"redacted":["a" ¦"b"]}"#, "expected `,` or `]`"),
        (r#"{"redacted":["a",¦]}"#, "expected a value"),
        (r#"{"meta":{"lookup_values":[{"field":"a"¦;}]}}"#, "expected `,` or `}`"),
        (r#"{"meta":{"lookup_values":[{}¦;]}}"#, "expected `,` or `]`"),
        ("¦// comment\n{}", "expected a value"),
        ("{¦/* comment */}", "expected a name in double quotes"),
        ("{¦", "unexpected end"),
        (r#"{"data"¦"#, "unexpected end"),
        ("\"¦", "unexpected end"),
        ("-¦", "unexpected end"),
        ("nul¦", "unexpected end"),
        ("{\n\"data\":\n{¦", "unexpected end"),
        ("¦}", "expected a value"),
        ("¦]", "expected a value"),
        ("¦\u{b}{}", "expected a value"),
        ("¦\0", "expected a value"),
        ("{\"é\":\"\u{7f}¦", "unexpected end"),
    ];
    for (row, reason) in rows {
        assert_syntax(row, None, reason);
    }
}

#[test]
fn half_a_surrogate_pair_is_a_syntax_error_everywhere() {
    for half in [r"\ud83d", r"\uDE00", r"\ud83d\ud83d", r"\ud83dx", r"\ud83d\n", r"\ude00\ud83d"] {
        for (path, body) in [
            ("/data/a", with_member(r#""data":{"a":"¦"}"#)),
            ("/data/a", with_member(r#""data":{"\u0061":"\\¦"}"#)),
            ("/data", with_member(r#""data":{"¦":1}"#)),
            ("/data/a", with_member(r#""data":{"a":["¦"]}"#)),
            ("/data/a", with_member(r#""data":{"a":{"¦":1}}"#)),
            ("/data/a", with_member(r#""data":{"a":{"b":[{"c":"x¦"}]}}"#)),
            ("/x", with_member(r#""x":"¦""#)),
            ("/x", with_member(r#""x":[["¦"]]"#)),
            ("", with_member(r#""¦":1"#)),
            ("/redacted/1", with_member(r#""redacted":["","¦"]"#)),
            ("/meta/operation", Body { operation: "¦", ..Body::default() }.to_string()),
            ("/meta/x", Body { meta: r#""x":{"y":"¦"}"#, ..Body::default() }.to_string()),
            ("/meta/lookup_values/0/field", with_lookup_values(r#"[{"field":"¦","value":"b"}]"#)),
            ("/meta/lookup_values/0/value", with_lookup_values(r#"[{"field":"a","valu\u0065":"¦"}]"#)),
            ("/meta/lookup_values/0/x", with_lookup_values(r#"[{"field":"a","value":"b","x":"¦"}]"#)),
            ("/meta/lookup_values/1", with_lookup_values(r#"[0,"¦"]"#)),
            ("/meta/lookup_values", with_lookup_values(r#""¦""#)),
        ] {
            let row = body.replace('¦', &format!("¦{half}"));
            assert_syntax(&row, Some(path), "half a surrogate pair in a string");
        }
    }
    let pair = payload(Body::with_data(r#"{"a":"\ud83d\uDE00","b":["\ud83d\ude00"]}"#));
    assert_eq!(pair.field("a").unwrap().visible().unwrap().as_str(), Some("😀"));
}

#[test]
fn a_reserved_name_is_reported_where_it_begins() {
    let rows = [
        ("/$serde_json::private::Number", r#"{¦"$serde_json::private::Number":"1","meta":{}}"#),
        (
            "/data/$serde_json::private::RawValue",
            r#"{"data":{"a":1,¦"\u0024serde_json::private::RawValue":"[]"},"meta":{}}"#,
        ),
        ("/data/a", r#"{"data":{"a":[0,{¦"$serde_json::private::":1}]}}"#),
        ("/data/a", r#"{"data":{"a":{"b":{},¦"\u0024serde_json::private::x":1}}}"#),
        ("/meta/x", r#"{"meta":{"operation":"delete","x":{¦"$serde_json::private::x":1}}}"#),
        ("/x", r#"{"x":{"y":[{¦"$serde_json::private::x":1}]}}"#),
        ("/redacted/1", r#"{"redacted":["a",¦"$serde_json::private::x"],"meta":{"operation":"delete"}}"#),
    ];
    for (path, row) in rows {
        let sentence = "a member has a name that is reserved by serde_json";
        assert_error(row, "reserved_name", Some(path), sentence);
    }
}

#[test]
fn a_container_that_is_too_deep_is_reported_where_it_begins() {
    let (open, close) = ("[".repeat(125), "]".repeat(125));
    let rows = [
        ("/data/a", format!(r#"{{"data":{{"a":{open}¦[]{close}}}}}"#)),
        ("/x", format!(r#"{{"x":{open}[¦[]]{close}}}"#)),
        ("/x", format!(r#"{{"x":{open}[¦{{"a":1}}]{close}}}"#)),
        ("/meta/x", format!(r#"{{"meta":{{"x":{open}¦{{}}{close}}}}}"#)),
        ("/data/a", format!(r#"{{"data":{{"a":{open}¦[[[["#)),
    ];
    for (path, row) in rows {
        assert_error(&row, "too_deep", Some(path), "arrays and objects are nested too deeply");
    }
}

#[test]
fn trailing_data_is_reported_where_it_begins() {
    let whole = Body::default().to_string();
    for tail in ["{", "}", "null", ",", "\0", "\u{feff}", "x", &whole, "//"] {
        for space in ["", " ", "\n", "\r\n\t "] {
            let row = format!("{whole}{space}¦{tail}");
            assert_error(&row, "trailing_data", None, "there is data after the end of the JSON object");
        }
    }
    payload(format!("{whole} \t\r\n"));
}

#[test]
fn a_body_that_is_no_text_of_json_is_rejected_first() {
    for body in ["", " ", "\n", " \t\r\n "] {
        let error = parse_error(body);
        assert_eq!((error.code(), error.path(), error.line()), ("empty", None, None), "{body:?}");
        let message = "the body is empty, as it is when the webhook's HTTP method is GET";
        assert_eq!(error.to_string(), message);
    }
    for body in ["¦\u{feff}", "¦\u{feff}{}", "¦\u{feff}?"] {
        assert_error(body, "byte_order_mark", None, "the body begins with a byte order mark");
    }
    let rows: [(&[u8], (usize, usize)); 8] = [
        (b"\xFF", (1, 1)),
        (b"\xFF\xFE{\0}\0", (1, 1)),
        (b"{\"data\":\n{\"a\":\"\xC0\xAF\"}}", (2, 7)),
        (b"{\"\xED\xA0\x80\":1}", (1, 3)),
        (b"\n\n\xF4\x90\x80\x80", (3, 1)),
        (b"{\"\xC3\xA9\":\"\x80\"}", (1, 8)),
        (b"{}\xE2\x82", (1, 3)),
        (b"\x1F\x8B\x08\0", (1, 2)),
    ];
    for (body, (line, column)) in rows {
        let error = crate::support::parse_everywhere(body).unwrap_err();
        let message = format!("the body is not UTF-8 (line {line}, column {column})");
        assert_eq!((error.code(), error.to_string()), ("not_utf8", message), "{}", body.escape_ascii());
    }
}

#[test]
fn names_in_errors_are_rownds_where_fields_are_mapped() {
    let parser = Parser::new().field_mapping(FieldMapping::from_pairs([("email", "mail")]).unwrap());
    let body = Body::with_data(r#"{"mail":1,"email":2}"#).to_string();
    let error = parser.parse(body.as_bytes()).unwrap_err();
    assert_eq!((error.code(), error.path()), ("duplicate_member", Some("/data/email")));
    payload(body);
}

#[test]
fn a_reader_that_fails_is_reported_by_the_kind_of_failure_only() {
    for kind in [io::ErrorKind::ConnectionReset, io::ErrorKind::TimedOut, io::ErrorKind::Other] {
        let error = rownd_webhooks::from_reader(Failing(b"{\"data\":", kind)).unwrap_err();
        assert!(matches!(error.kind(), ParseErrorKind::Io { kind: reported, .. } if *reported == kind));
        assert_eq!((error.code(), error.path(), error.line()), ("io", None, None));
        assert_eq!(error.to_string(), format!("the body could not be read: {kind}"));
        assert!(error.source().is_none());
    }
}

#[test]
fn every_code_has_its_http_status() {
    let deep = format!(r#"{{"data":{{"a":{}{}}}}}"#, "[".repeat(126), "]".repeat(126));
    let lenient = Parser::new().max_bytes(300).max_entries(1);
    let strict = Parser::new().strict(true);
    let large = " ".repeat(301);
    let rows: [(&str, u16, &[u8]); 14] = [
        ("empty", 400, b""),
        ("not_utf8", 400, b"\xFF"),
        ("byte_order_mark", 400, b"\xEF\xBB\xBF"),
        ("syntax", 400, b"{"),
        ("trailing_data", 400, br#"{"meta":{"operation":"delete"}} 1"#),
        ("too_large", 413, large.as_bytes()),
        ("too_many_entries", 400, br#"{"data":{"a":1,"b":2}}"#),
        ("too_deep", 400, deep.as_bytes()),
        ("not_an_object", 400, b"[]"),
        ("missing_member", 400, b"{}"),
        ("wrong_type", 400, br#"{"data":[]}"#),
        ("duplicate_member", 400, br#"{"meta":{"operation":"a","operation":"b"}}"#),
        ("reserved_name", 400, br#"{"$serde_json::private::x":1}"#),
        ("invalid", 400, br#"{"meta":{"operation":"delete"}}"#),
    ];
    for (code, status, body) in rows {
        let parser = if code == "invalid" { &strict } else { &lenient };
        let error = parser.parse(body).unwrap_err();
        assert_eq!((error.code(), error.http_status()), (code, status), "{error}");
        assert_eq!(error.clone(), error);
    }
    let failed = rownd_webhooks::from_reader(Failing(b"", io::ErrorKind::Other)).unwrap_err();
    assert_eq!(failed.http_status(), 400);
    assert_eq!(rows.map(|(code, ..)| code).into_iter().collect::<BTreeSet<_>>().len(), 14);
}
