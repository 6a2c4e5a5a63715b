//! Each way in which a body can be wrong: code, path, line and column, and once the message.
//!
//! `¦` in a row marks the byte that line and column report; it is not part of the body.

use std::error::Error;
use std::io;

use rownd_webhooks::{ParseError, ParseErrorKind};

use crate::support::{Body, Failing, list, parse_everywhere};

/// Asserts the code, path, line and column of the error of a row.
#[track_caller]
fn assert_error(row: &str, code: &str, path: Option<&str>) -> ParseError {
    let (before, _) = row.split_once('¦').expect("a marked byte");
    let (line, column) = (before.split('\n').count(), before.split('\n').next_back().unwrap().len() + 1);
    let error = parse_everywhere(row.replace('¦', "")).expect_err(row);
    assert_eq!((error.code(), error.path(), error.http_status()), (code, path, 400), "{row}");
    assert_eq!((error.line(), error.column()), (Some(line), Some(column)), "{row}");
    error
}

#[test]
fn an_error_prints_its_sentence_path_and_position() {
    for (body, message) in [
        (r#"{"data":7}"#, "expected an object, found a number at /data (line 1, column 9)"),
        (r#"{"redacted":[null]}"#, "expected a string, found null at /redacted/0 (line 1, column 14)"),
        ("\n[]", "the body is not a JSON object, but an array (line 2, column 1)"),
        ("{}", "required member `meta` is absent at /meta (line 1, column 1)"),
        (r#"{"x":1,"x":1}"#, "a member is named twice at /x (line 1, column 8)"),
        (
            r#"{"$serde_json::private::x":1}"#,
            "a member has a name that is reserved by serde_json at /$serde_json::private::x (line 1, column 2)",
        ),
        (
            r#"{"meta":{"operation":"x"}}{"#,
            "there is data after the end of the JSON object (line 1, column 27)",
        ),
        ("\u{feff}{}", "the body begins with a byte order mark (line 1, column 1)"),
        (" ", "the body is empty, as it is when the webhook's HTTP method is GET"),
    ] {
        let error = rownd_webhooks::from_str(body).unwrap_err();
        assert_eq!(
            (&*error.to_string(), format!("{error:?}")),
            (message, format!("ParseError({message:?})"))
        );
        assert!(error.source().is_none());
    }
}

#[test]
fn a_value_of_the_wrong_type_is_reported_where_it_begins() {
    // Derived code would take the array for a struct, and the last object for a variant.
    const ARRAY: &str = r#"[{"user_id":"u"},[],{"operation":"delete","lookup_values":[]}]"#;
    for (path, row, values) in [
        ("/data", r#"{"data":¦@,"meta":{"operation":"x"}}"#, ["true", "1e400", "\"text\"", ARRAY]),
        ("/redacted", r#"{"redacted":¦@,"meta":{"operation":"x"}}"#, ["true", "7", "\"text\"", "{}"]),
        ("/redacted/2", "{\"redacted\":[\"a\",\"b\",\n¦@]}", ["null", "true", "7", "[\"a\"]"]),
        ("/meta", r#"{"data":{},"meta":¦@}"#, ["null", "7", "\"text\"", ARRAY]),
        ("/meta/operation", r#"{"meta":{"operation":¦@}}"#, ["null", "7", "[]", r#"{"delete":null}"#]),
    ] {
        for value in values {
            let error = assert_error(&row.replace('@', value), "wrong_type", Some(path));
            assert!(matches!(error.kind(), ParseErrorKind::WrongType { .. }));
        }
    }
}

#[test]
fn a_body_that_is_not_an_object_is_reported_by_its_type() {
    for (value, type_name) in [
        ("\n \t¦null\r\n", "null"),
        ("¦true", "boolean"),
        ("¦1e400", "number"),
        ("¦\"\\u0074ext\"", "string"),
        ("¦[{}]", "array"),
    ] {
        let error = assert_error(value, "not_an_object", Some(""));
        assert!(matches!(error.kind(), ParseErrorKind::NotAnObject { found, .. } if *found == type_name));
    }
}

#[test]
fn an_absent_member_is_reported_at_the_object_that_lacks_it() {
    for (path, row) in [
        ("/meta", "¦{}"),
        ("/meta", " ¦{\"data\":{\"meta\":{}},\"redacted\":[],\n\"Meta\":{\"operation\":\"delete\"}}"),
        ("/meta/operation", r#"{"operation":"delete","meta":¦{"lookup_values":[]}}"#),
    ] {
        assert_error(row, "missing_member", Some(path));
    }
}

#[test]
fn a_repeated_member_is_reported_at_its_second_name() {
    let many = list(1_000, |index| format!(r#""name{index}":0"#));
    for (path, row) in [
        ("/data", r#"{"data":null,¦"d\u0061ta":null}"#),
        ("/meta/operation", r#"{"meta":{"\u006fperation":"x","x":{},¦"operation":"delete"}}"#),
        ("/meta/lookup_values/1/field", r#"{"meta":{"lookup_values":[0,{"field":null,¦"field":null}]}}"#),
        ("/meta/lookup_values/0/value", r#"{"meta":{"lookup_values":[{"value":{},¦"valu\u0065":"b"}]}}"#),
        ("/data/a", r#"{"data":{"a":1,"b":[{"a":0}],¦"\u0061":1}}"#),
        (r"/data/a~1b~0\nc\u{202e}", r#"{"data":{"a/b~\nc\u202e":1,¦"a\/b~\nc\u202e":2}}"#),
        ("/data/name0", &format!(r#"{{"data":{{{many},¦"name0":0}}}}"#)),
        ("/data/name999", &format!(r#"{{"data":{{{many},¦"name999":0}}}}"#)),
        ("/x", "{\"x\":1,\n¦\"x\":1}"),
        ("/meta/x", r#"{"meta":{"x":[{"x":1}],¦"x":1}}"#),
    ] {
        assert_error(row, "duplicate_member", Some(path));
    }
}

#[test]
fn a_syntax_error_is_reported_at_the_byte_that_is_wrong() {
    for (row, reason) in [
        ("{\n ¦?", "expected a name in double quotes"),
        ("¦\u{b}{}", "expected a value"),
        // UTF-16.
        ("{¦\0\"\0d\0", "expected a name in double quotes"),
        (r#"{"data":{"a":¦}}"#, "expected a value"),
        (r#"{"data":{"a":tru¦E}}"#, "expected a value"),
        ("{\"data\"\n:{\"a\":0¦1}}", "invalid number"),
        (r#"{"data":{"a":1.¦}}"#, "invalid number"),
        (r#"{"data":{"a" ¦1}}"#, "expected `:`"),
        (r#"{"data":{"a":"\¦x41"}}"#, "invalid escape in a string"),
        (r#"{"data":{"a":"\u00¦g0"}}"#, "invalid escape in a string"),
        ("{\"data\":{\"a\":\"tab¦\there\"}}", "control character in a string"),
        ("{\"da¦\nta\":{}}", "control character in a string"),
        (r#"{"data":{"a":1 ¦"b":2}}"#, "expected `,` or `}`"),
        (r#"{"data":{"a":[1¦}}}"#, "expected `,` or `]`"),
        // A malformed array where an object is expected: syntax is checked first.
        (r#"{"data":["a"¦}"#, "expected `,` or `]`"),
        ("\"¦", "unexpected end"),
        ("{\n\"data\":\n{¦", "unexpected end"),
        ("{\"é\":\"\u{7f}¦", "unexpected end"),
    ] {
        let error = assert_error(row, "syntax", None);
        assert!(
            matches!(error.kind(), ParseErrorKind::Syntax { reason: found, .. } if *found == reason),
            "{row}"
        );
    }
}

#[test]
fn a_reserved_name_is_reported_at_every_level_however_it_is_escaped() {
    for (path, row) in [
        ("/@", r#"{¦"@":"1"}"#),
        ("/x", r#"{"x":[[{"y":{¦"@":1}}]]}"#),
        ("/data/a", r#"{"data":{"a":[0,{"b":{"\n":"$"},¦"@":1}]}}"#),
        ("/redacted/1", r#"{"redacted":["a",¦"@"]}"#),
        ("/meta/x", r#"{"meta":{"x":{¦"@":1}}}"#),
        ("/meta/lookup_values/@", r#"{"meta":{"lookup_values":{¦"@":1}}}"#),
        ("/meta/lookup_values/0/value", r#"{"meta":{"lookup_values":[{"value":[{¦"@":1}]}]}}"#),
        ("/meta/lookup_values/1", r#"{"meta":{"lookup_values":[0,[{¦"@":1}]]}}"#),
    ] {
        for (escaped, name) in [
            ("$serde_json::private::", "$serde_json::private::"),
            (r"\u0024serde_json::private::Number", "$serde_json::private::Number"),
            (r"$s\u0065rde_json::private::RawValue", "$serde_json::private::RawValue"),
        ] {
            let path = path.replace('@', name);
            assert_error(&row.replace('@', escaped), "reserved_name", Some(&path));
        }
    }
}

#[test]
fn a_container_that_is_too_deep_is_reported_where_it_begins() {
    let (open, close) = ("[".repeat(125), "]".repeat(125));
    for (path, row) in [
        ("/data/a", format!(r#"{{"data":{{"a":{open}¦[]{close}}}}}"#)),
        ("/x", format!(r#"{{"x":{open}[¦{{"a":1}}]{close}}}"#)),
    ] {
        assert_error(&row, "too_deep", Some(path));
    }
}

#[test]
fn trailing_data_is_reported_where_it_begins() {
    for tail in ["¦{", "¦null", "¦,", "¦\0", "¦\u{feff}", "¦//", "\r\n\t ¦{}"] {
        assert_error(&format!("{}{tail}", Body::default()), "trailing_data", None);
    }
}

#[test]
fn a_body_that_is_not_json_text_is_rejected_first() {
    for body in ["", " \t\r\n "] {
        let error = parse_everywhere(body).unwrap_err();
        assert_eq!((error.code(), error.path(), error.line()), ("empty", None, None), "{body:?}");
    }
    assert_error("¦\u{feff}{}", "byte_order_mark", None);
    for (body, line, column) in [
        // UTF-16 and gzip.
        (&b"\xFF\xFE{\0}\0"[..], 1, 1),
        (b"\x1F\x8B\x08\0", 1, 2),
        // A slash in two bytes, and a lone surrogate in three.
        (b"{\"data\":\n{\"a\":\"\xC0\xAF\"}}", 2, 7),
        (b"{\"x\":\"\xED\xA0\xBD\"}", 1, 7),
        (b"\n\n\xF4\x90\x80\x80", 3, 1),
        (b"{\"\xC3\xA9\":\"\x80\"}", 1, 8),
        (b"{}\xE2\x82", 1, 3),
    ] {
        let error = parse_everywhere(body).unwrap_err();
        assert_eq!((error.code(), error.line(), error.column()), ("not_utf8", Some(line), Some(column)));
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
