//! Each way in which a body can be malformed: its code, the place it is told at, and whole messages of a few.
//!
//! `¦` in a row stands in front of the byte that line and column have to tell; it is no part of the body.

use std::collections::BTreeSet;
use std::error::Error;
use std::io::{self, Read};

use rownd_webhooks::mapping::FieldMapping;
use rownd_webhooks::{ParseError, ParseErrorKind, Parser};

const META: &str =
    r#""meta":{"operation":"data_update","lookup_values":[{"field":"email","value":"a@example.com"}]}"#;

/// The body, and the line and column in bytes that `¦` stood at.
fn marked(row: &str) -> (String, Option<(usize, usize)>) {
    let body = row.replace('¦', "");
    let position = row.split_once('¦').map(|(before, _)| {
        let line = before.split('\n').next_back().unwrap_or_default();
        (before.matches('\n').count() + 1, line.len() + 1)
    });
    (body, position)
}

fn refused(parser: &Parser, body: &[u8]) -> ParseError {
    match parser.parse(body) {
        Ok(payload) => panic!("accepted as {payload}: {}", body.escape_ascii()),
        Err(error) => error,
    }
}

/// Where an error is told to be.
fn position(error: &ParseError) -> Option<(usize, usize)> {
    assert_eq!(error.line().is_some(), error.column().is_some(), "{error}");
    error.line().zip(error.column())
}

#[track_caller]
fn told(row: &str, code: &str, path: Option<&str>) {
    let (body, expected) = marked(row);
    let error = refused(&Parser::new(), body.as_bytes());
    assert_eq!((error.code(), error.path()), (code, path), "{row}: {error}");
    if expected.is_some() {
        assert_eq!(position(&error), expected, "{row}: {error}");
    }
}

/// A body in which one of the vendor's members is `value`.
fn with(place: &str, value: &str) -> String {
    match place {
        "/data" | "/redacted" => format!(r#"{{"{}":{value},{META}}}"#, &place[1..]),
        "/meta" => format!(r#"{{"data":{{}},"meta":{value}}}"#),
        "/meta/operation" => {
            format!(r#"{{"data":{{}},"meta":{{"operation":{value},"lookup_values":[]}}}}"#)
        }
        "/meta/lookup_values" => {
            format!(r#"{{"data":{{}},"meta":{{"operation":"delete","lookup_values":{value}}}}}"#)
        }
        "/redacted/0" => format!(r#"{{"redacted":[{value}],{META}}}"#),
        "/redacted/2" => format!(r#"{{"redacted":["a","b",{value}],{META}}}"#),
        "/meta/lookup_values/1" => {
            with("/meta/lookup_values", &format!(r#"[{{"field":"a","value":"b"}},{value}]"#))
        }
        "/meta/lookup_values/0/field" => {
            with("/meta/lookup_values", &format!(r#"[{{"field":{value},"value":"b"}}]"#))
        }
        "/meta/lookup_values/0/value" => {
            with("/meta/lookup_values", &format!(r#"[{{"field":"a","value":{value}}}]"#))
        }
        other => panic!("{other}"),
    }
}

/// One value of each JSON type, with the name that messages give to it.
const TYPES: [(&str, &str, &str); 11] = [
    ("null", "null", "null"),
    ("boolean", "a boolean", "true"),
    ("boolean", "a boolean", "false"),
    ("number", "a number", "-7.5e3"),
    ("number", "a number", "0"),
    ("number", "a number", "18446744073709551616"),
    ("string", "a string", "\"text\""),
    ("string", "a string", "\"\\u0074ext\""),
    ("string", "a string", "\"\""),
    ("array", "an array", "[]"),
    ("object", "an object", "{}"),
];

#[test]
fn a_value_of_the_wrong_type_is_told_where_it_stands() {
    const PLACES: [(&str, &str, &[&str]); 10] = [
        ("/data", "an object", &["object", "null"]),
        ("/redacted", "an array", &["array", "null"]),
        ("/redacted/0", "a string", &["string"]),
        ("/redacted/2", "a string", &["string"]),
        ("/meta", "an object", &["object"]),
        ("/meta/operation", "a string", &["string"]),
        ("/meta/lookup_values", "an array", &["array", "null"]),
        ("/meta/lookup_values/1", "an object", &["object"]),
        ("/meta/lookup_values/0/field", "a string", &["string"]),
        ("/meta/lookup_values/0/value", "a string", &["string", "number"]),
    ];
    let mut told = 0;
    for (place, expected, right) in PLACES {
        for (name, with_article, value) in TYPES {
            let row = with(place, &format!("¦{value}"));
            let (body, position) = marked(&row);
            let read = rownd_webhooks::from_str(&body);
            if right.contains(&name) {
                let is_incomplete = value == "{}" && matches!(place, "/meta" | "/meta/lookup_values/1");
                assert_eq!(read.is_ok(), !is_incomplete, "{row}");
                continue;
            }
            let error = read.expect_err(&row);
            let (line, column) = position.unwrap();
            assert_eq!(
                error.to_string(),
                format!(
                    "expected {expected}, found {with_article} at {place} (line {line}, column {column})"
                ),
                "{row}"
            );
            assert_eq!((error.code(), error.path()), ("wrong_type", Some(place)), "{row}");
            assert!(
                matches!(error.kind(), ParseErrorKind::WrongType { expected: wanted, found, .. }
                    if *wanted == expected && *found == name),
                "{row}: {:?}",
                error.kind()
            );
            told += 1;
        }
    }
    assert_eq!(told, 84);
}

#[test]
fn a_number_out_of_every_range_is_of_the_wrong_type_like_any_other() {
    for number in ["1e400", "-1e400", "1e99999999999999999999", &"9".repeat(400)] {
        for place in ["/data", "/redacted", "/redacted/0", "/meta", "/meta/operation", "/meta/lookup_values"]
        {
            told(&with(place, &format!("¦{number}")), "wrong_type", Some(place));
        }
        told(&format!("¦{number}"), "not_an_object", Some(""));
    }
}

#[test]
fn what_is_not_an_object_is_told_by_its_type() {
    for (name, with_article, value) in TYPES.into_iter().filter(|(name, ..)| *name != "object") {
        let body = format!("\n \t{value}\r\n");
        let error = rownd_webhooks::from_str(&body).unwrap_err();
        assert_eq!((error.code(), error.http_status()), ("not_an_object", 400), "{body}");
        assert_eq!(
            error.to_string(),
            format!("the body is not a JSON object, but {with_article} (line 2, column 3)")
        );
        assert!(
            matches!(error.kind(), ParseErrorKind::NotAnObject { found, .. } if *found == name),
            "{body}: {error:?}"
        );
    }
    // An array of the body's members in their order is what derived code takes for the struct.
    for array in [
        r#"[{"user_id":"u"},[],{"operation":"delete","lookup_values":[]}]"#,
        r#"[{"meta":{"operation":"delete"}}]"#,
        "[]",
    ] {
        told(&format!("¦{array}"), "not_an_object", Some(""));
    }
}

#[test]
fn an_absent_member_is_told_by_its_name() {
    let rows = [
        ("/meta", "meta", "¦{}".to_owned()),
        ("/meta", "meta", " ¦{\"data\":{},\"redacted\":[],\n\"Meta\":{\"operation\":\"delete\"}}".to_owned()),
        ("/meta", "meta", r#"¦{"data":{"meta":{"operation":"delete"}}}"#.to_owned()),
        ("/meta/operation", "operation", r#"{"meta":¦{}}"#.to_owned()),
        ("/meta/operation", "operation", r#"{"operation":"delete","meta":¦{"lookup_values":[]}}"#.to_owned()),
        ("/meta/operation", "operation", r#"{"meta":¦{"Operation":"delete"}}"#.to_owned()),
        ("/meta/lookup_values/1/field", "field", with("/meta/lookup_values/1", r#"¦{"value":"x"}"#)),
        ("/meta/lookup_values/1/value", "value", with("/meta/lookup_values/1", r#"¦{"field":"x"}"#)),
        ("/meta/lookup_values/1/field", "field", with("/meta/lookup_values/1", "¦{}")),
    ];
    for (path, name, row) in rows {
        told(&row, "missing_member", Some(path));
        let error = rownd_webhooks::from_str(&marked(&row).0).unwrap_err();
        assert!(
            matches!(error.kind(), ParseErrorKind::MissingMember { name: told, .. } if *told == name),
            "{row}: {error:?}"
        );
        assert!(error.to_string().starts_with(&format!("required member `{name}` is absent at {path} (")));
    }
}

#[test]
fn a_repeated_member_is_told_at_its_second_name() {
    let rows = [
        ("/data", format!(r#"{{"data":{{}},¦"data":{{}},{META}}}"#)),
        ("/data", format!(r#"{{"data":null,¦"d\u0061ta":null,{META}}}"#)),
        ("/redacted", format!(r#"{{"redacted":[],¦"redacted":["x"],{META}}}"#)),
        ("/redacted", format!(r#"{{"redacted":null,¦"redacted":[],{META}}}"#)),
        ("/meta", format!("{{{META},¦{META}}}")),
        ("/meta/operation", r#"{"meta":{"operation":"delete",¦"operation":"delete"}}"#.to_owned()),
        (
            "/meta/operation",
            r#"{"meta":{"\u006fperation":"data_insert","x":{},¦"operation":"delete"}}"#.to_owned(),
        ),
        (
            "/meta/lookup_values",
            r#"{"meta":{"operation":"delete","lookup_values":[],¦"lookup_values":[]}}"#.to_owned(),
        ),
        (
            "/meta/lookup_values/1/field",
            with("/meta/lookup_values/1", r#"{"field":"a","value":"b",¦"field":"a"}"#),
        ),
        (
            "/meta/lookup_values/1/value",
            with("/meta/lookup_values/1", r#"{"value":1,"field":"a",¦"valu\u0065":"b"}"#),
        ),
        (
            "/meta/lookup_values/1/x",
            with("/meta/lookup_values/1", r#"{"x":1,"field":"a","value":"b",¦"x":1}"#),
        ),
        ("/data/a", format!(r#"{{"data":{{"a":1,"b":[{{"a":0}}],¦"a":1}},{META}}}"#)),
        ("/data/a", format!(r#"{{"data":{{"\u0061":1,"b":2,¦"a":1}},{META}}}"#)),
        ("/data/", format!(r#"{{"data":{{"":1,¦"":2}},{META}}}"#)),
        ("/data/a~1b~0c", format!(r#"{{"data":{{"a/b~c":1,¦"a\/b~c":2}},{META}}}"#)),
        ("/x", format!(r#"{{"x":1,{META},¦"x":1}}"#)),
        ("/meta/x", r#"{"meta":{"x":[{"x":1}],"operation":"delete",¦"x":1}}"#.to_owned()),
    ];
    for (path, row) in rows {
        told(&row, "duplicate_member", Some(path));
    }
}

#[test]
fn the_first_of_many_repeated_names_is_found_at_every_size() {
    // The two ways of sorting, and names that agree in all that they are sorted by at first.
    for count in [2usize, 3, 63, 64, 65, 66, 200, 1_000] {
        for prefix in ["", "a", "the_same_beginning_of_all_these_names_"] {
            for repeated in [0, count / 2, count - 1] {
                let mut names: Vec<String> =
                    (0..count).map(|index| format!(r#""{prefix}{index}":0"#)).collect();
                names.push(format!(r#""{prefix}{repeated}":0"#));
                let body = format!(r#"{{"data":{{{}}},{META}}}"#, names.join(","));
                let error = refused(&Parser::new(), body.as_bytes());
                let path = format!("/data/{prefix}{repeated}");
                assert_eq!((error.code(), error.path()), ("duplicate_member", Some(&*path)), "{count}");
                assert_eq!(error.column(), Some(body.rfind(&names[count]).unwrap() + 1));
            }
        }
    }
}

#[test]
fn syntax_is_told_in_serde_jsons_words_and_places() {
    let rows = [
        r#"{"data":{"a":}}"#,
        "{\n ?",
        "{\"data\"\n:{\"a\":01}}",
        r#"{"data":{"a":1,}}"#,
        r#"{"data":{'a':1}}"#,
        r#"{"data":{"a":NaN}}"#,
        r#"{"data":{"a":+1}}"#,
        r#"{"data":{"a":.5}}"#,
        r#"{"data":{"a":1.}}"#,
        r#"{"data":{"a":0x1F}}"#,
        r#"{"data":{"a":truE}}"#,
        r#"{"data":{"a":"\x41"}}"#,
        r#"{"data":{"a":"\u00g0"}}"#,
        "{\"data\":{\"a\":\"tab\there\"}}",
        r#"{"data":{"a":1 "b":2}}"#,
        r#"{"data":{1:2}}"#,
        r#"{"data":{"a":1]}"#,
        r#"{"data":{"a":[1}}}"#,
        "// comment\n{}",
        "{/* comment */}",
        "{",
        r#"{"data"#,
        "\"",
        "-",
        "nul",
        "}",
        "]",
        "\u{b}{}",
        "\0",
    ];
    for body in rows {
        let error = refused(&Parser::new(), body.as_bytes());
        assert_eq!((error.code(), error.path()), ("syntax", None), "{body:?}: {error}");
        let plain = serde_json::from_str::<serde_json::Value>(body).unwrap_err();
        assert_eq!(position(&error), Some((plain.line(), plain.column())), "{body:?}");
        let words = plain.to_string();
        let words = words.split(" at line ").next().unwrap();
        assert!(error.to_string().contains(words), "{body:?}: {error}, {plain}");
        assert!(
            matches!(error.kind(), ParseErrorKind::Syntax { reason, .. } if reason == words),
            "{body:?}: {error:?}"
        );
    }
}

#[test]
fn half_a_surrogate_pair_is_no_text_wherever_it_stands() {
    for half in [r"\ud83d", r"\uDE00", r"\ud83d\ud83d", r"\ud83dx", r"\ud83d\n", r"\ude00\ud83d"] {
        let rows = [
            format!(r#"{{"data":{{"a":"{half}"}},{META}}}"#),
            format!(r#"{{"data":{{"\u0061":"{half}"}},{META}}}"#),
            format!(r#"{{"data":{{"{half}":1}},{META}}}"#),
            format!(r#"{{"data":{{"a":["{half}"]}},{META}}}"#),
            format!(r#"{{"data":{{"a":{{"{half}":1}}}},{META}}}"#),
            format!(r#"{{"data":{{"a":{{"b":[{{"c":"x{half}"}}]}}}},{META}}}"#),
            format!(r#"{{"data":{{}},{META},"x":"{half}"}}"#),
            format!(r#"{{"data":{{}},{META},"x":[["{half}"]]}}"#),
            format!(r#"{{"data":{{}},{META},"{half}":1}}"#),
            format!(r#"{{"redacted":["{half}"],{META}}}"#),
            with("/meta/operation", &format!("\"{half}\"")),
            with("/meta/lookup_values/0/field", &format!("\"{half}\"")),
            with("/meta/lookup_values/0/value", &format!("\"{half}\"")),
            with("/meta/lookup_values/1", &format!(r#"{{"field":"a","valu\u0065":"{half}"}}"#)),
            with("/meta/lookup_values/1", &format!(r#"{{"field":"a","value":"b","x":"{half}"}}"#)),
            format!(r#"{{"meta":{{"operation":"delete","x":{{"y":"{half}"}}}}}}"#),
        ];
        for body in rows {
            let error = refused(&Parser::new(), body.as_bytes());
            assert_eq!(error.code(), "syntax", "{body}: {error}");
            assert!(position(&error).is_some(), "{body}: {error}");
        }
    }
    // A whole pair is a character.
    let body = format!(r#"{{"data":{{"a":"\ud83d\uDE00","b":["\ud83d\ude00"]}},{META}}}"#);
    let payload = rownd_webhooks::from_str(&body).unwrap();
    assert_eq!(payload.field("a").unwrap().visible().unwrap().as_str(), Some("😀"));
}

#[test]
fn reserved_names_and_depth_are_told_where_they_stand() {
    let deep = format!("{}{}", "[".repeat(125), "]".repeat(125));
    let rows = [
        (
            "reserved_name",
            "/$serde_json::private::Number",
            r#"{¦"$serde_json::private::Number":"1","meta":{}}"#,
        ),
        (
            "reserved_name",
            "/data/$serde_json::private::RawValue",
            r#"{"data":{"a":1,"\u0024serde_json::private::RawValue":¦"[]"},"meta":{}}"#,
        ),
        ("reserved_name", "/data/a", r#"{"data":{"a":[0,{¦"$serde_json::private::":1}]}}"#),
        ("reserved_name", "/data/a", r#"{"data":{"a":{"b":{},¦"\u0024serde_json::private::x":1}}}"#),
        ("reserved_name", "/meta/x", r#"{"meta":{"operation":"delete","x":{¦"$serde_json::private::x":1}}}"#),
        ("reserved_name", "/x", r#"{"x":{"y":[{¦"$serde_json::private::x":1}]}}"#),
        ("too_deep", "/data/a", &format!(r#"{{"data":{{"a":[{}¦[]{}]}}}}"#, &deep[..124], &deep[126..])),
        ("too_deep", "/x", &format!(r#"{{"x":[{}¦[]{}]}}"#, &deep[..125], &deep[125..])),
    ];
    for (code, path, row) in rows {
        // Where the name itself is at fault, either it or its value is a good place to tell.
        let row = if path.contains("$serde_json") { row.replace('¦', "") } else { row.to_owned() };
        told(&row, code, Some(path));
        assert!(position(&refused(&Parser::new(), marked(&row).0.as_bytes())).is_some(), "{row}");
    }
}

#[test]
fn trailing_data_is_told_where_it_begins() {
    let whole = format!("{{{META}}}");
    for tail in ["{", "}", "null", ",", "\0", "\u{feff}", "x", &whole, "//"] {
        for space in ["", " ", "\n", "\r\n\t "] {
            told(&format!("{whole}{space}¦{tail}"), "trailing_data", None);
        }
    }
    // Trailing data counts before what is missing: two documents may well hide in one body.
    told(r"{} ¦{}", "trailing_data", None);
    assert!(rownd_webhooks::from_str(&format!("{whole} \t\r\n")).is_ok());
}

#[test]
fn what_is_wrong_before_json_begins() {
    let error = |body: &[u8]| refused(&Parser::new(), body);
    for body in ["", " ", "\n", " \t\r\n "] {
        assert_eq!(
            (error(body.as_bytes()).code(), error(body.as_bytes()).path()),
            ("empty", None),
            "{body:?}"
        );
    }
    for body in [&b"\xEF\xBB\xBF"[..], b"\xEF\xBB\xBF{}", b"\xEF\xBB\xBF \xFF"] {
        assert_eq!(error(body).code(), "byte_order_mark");
    }
    let rows: [(&[u8], (usize, usize)); 9] = [
        (b"\xFF", (1, 1)),
        (b"\xFF\xFE{\0}\0", (1, 1)),
        (b"{\"data\":\n{\"a\":\"\xC0\xAF\"}}", (2, 7)),
        (b"{\"\xED\xA0\x80\":1}", (1, 3)),
        (b"\n\n\xF4\x90\x80\x80", (3, 1)),
        ("{\"é\":\"\u{7f}".as_bytes(), (0, 0)),
        (b"{\"\xC3\xA9\":\"\x80\"}", (1, 8)),
        (b"{}\xE2\x82", (1, 3)),
        (b"\x1F\x8B\x08\0", (1, 2)),
    ];
    for (body, position) in rows {
        let error = error(body);
        if position == (0, 0) {
            assert_eq!(error.code(), "syntax", "{}", body.escape_ascii());
            continue;
        }
        assert_eq!(error.code(), "not_utf8", "{}", body.escape_ascii());
        assert_eq!((error.line().unwrap(), error.column().unwrap()), position, "{}", body.escape_ascii());
    }
}

#[test]
fn limits_have_codes_and_statuses() {
    let body = format!(r#"{{"data":{{"a":1,"b":2,"c":3}},{META}}}"#);
    let error = refused(&Parser::new().max_bytes(body.len() - 1), body.as_bytes());
    assert_eq!((error.code(), error.http_status(), error.path()), ("too_large", 413, None));
    assert_eq!(error.to_string(), format!("the body has more than {} bytes", body.len() - 1));
    assert!(matches!(error.kind(), ParseErrorKind::TooLarge { limit, .. } if *limit == body.len() - 1));

    let error = refused(&Parser::new().max_fields(2), body.as_bytes());
    assert_eq!((error.code(), error.http_status(), error.path()), ("too_many_fields", 400, Some("/data")));
    assert!(error.to_string().starts_with("`data` has more than 2 fields at /data"), "{error}");
    assert!(matches!(error.kind(), ParseErrorKind::TooManyFields { limit: 2, .. }));
}

#[test]
fn strict_is_an_error_of_its_own() {
    let strict = Parser::new().strict(true);
    let body = r#"{"redacted":["x"],"meta":{"operation":"data_update"}}"#;
    let error = refused(&strict, body.as_bytes());
    assert_eq!((error.code(), error.http_status(), error.path(), error.line()), ("invalid", 400, None, None));
    let ParseErrorKind::Invalid(invalid) = error.kind() else { panic!("{error:?}") };
    let lenient = rownd_webhooks::from_str(body).unwrap();
    assert_eq!(invalid, &lenient.validate().unwrap_err());
    assert_eq!(invalid.issues(), lenient.issues());
    assert_eq!(
        error.to_string(),
        "the payload is not valid: `data` is absent or null at /data; there is no lookup value at \
         /meta/lookup_values; and 2 more"
    );
    // What is only a warning is let through.
    let odd = format!(r#"{{"data":{{"a":1}},"redacted":["x","x"],{META}}}"#);
    assert!(!strict.parse(odd.as_bytes()).unwrap().issues().is_empty());
    // What is malformed stays what it is.
    assert_eq!(refused(&strict, b"{}").code(), "missing_member");
}

struct Failing(&'static [u8], io::ErrorKind);

impl Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::Error::new(self.1, "jrose@acme.com hung up")),
            read => Ok(read),
        }
    }
}

#[test]
fn a_reader_that_fails_is_told_by_kind_only() {
    for kind in [io::ErrorKind::ConnectionReset, io::ErrorKind::TimedOut, io::ErrorKind::Other] {
        let error = rownd_webhooks::from_reader(Failing(b"{\"data\":", kind)).unwrap_err();
        assert_eq!((error.code(), error.http_status()), ("io", 400));
        assert!(matches!(error.kind(), ParseErrorKind::Io { kind: told, .. } if *told == kind));
        assert_eq!(error.to_string(), format!("the body could not be read: {kind}"));
        assert!(error.source().is_none());
    }
}

#[test]
fn whole_messages_are_stable() {
    let rows = [
        ("", "the body is empty, as it is when the webhook's HTTP method is GET"),
        ("\u{feff}{}", "the body begins with a byte order mark (line 1, column 1)"),
        ("{\n ?", "the body is not JSON: key must be a string (line 2, column 2)"),
        ("{} {}", "there is data after the end of the JSON object (line 1, column 4)"),
        ("[]", "the body is not a JSON object, but an array (line 1, column 1)"),
        ("null", "the body is not a JSON object, but null (line 1, column 1)"),
        (r#"{"data":{}}"#, "required member `meta` is absent at /meta (line 1, column 1)"),
        (r#"{"meta":{}}"#, "required member `operation` is absent at /meta/operation (line 1, column 9)"),
        (r#"{"meta":5}"#, "expected an object, found a number at /meta (line 1, column 9)"),
        (
            r#"{"meta":{"operation":{"delete":null}}}"#,
            "expected a string, found an object at /meta/operation (line 1, column 22)",
        ),
        (
            r#"{"data":{"a":1,"a":2},"meta":{"operation":"delete"}}"#,
            "a member is named twice at /data/a (line 1, column 16)",
        ),
        (
            r#"{"data":{"a":{"$serde_json::private::RawValue":"{}"}}}"#,
            "a member has a name that is reserved by serde_json at /data/a (line 1, column 15)",
        ),
        (
            "{\"data\":{\"a\\nb\\u202e\":1,\"a\\nb\\u202e\":1},\"meta\":{}}",
            r"a member is named twice at /data/a\nb\u{202e} (line 1, column 25)",
        ),
    ];
    for (body, message) in rows {
        let error = rownd_webhooks::from_str(body).unwrap_err();
        assert_eq!(error.to_string(), message, "{body:?}");
        // `Debug` says the same words, as one line.
        assert_eq!(format!("{error:?}"), format!("ParseError(\"{message}\")"));
        assert_eq!(format!("{error:#?}"), format!("ParseError(\"{message}\")"));
        assert!(error.source().is_none());
        assert_eq!(error.clone(), error);
    }
}

#[test]
fn every_code_is_reached() {
    let deep = format!(r#"{{"data":{{"a":{}{}}}}}"#, "[".repeat(126), "]".repeat(126));
    let strict = Parser::new().strict(true).max_bytes(300).max_fields(1);
    let large = " ".repeat(301);
    let bodies: [&[u8]; 14] = [
        b"",
        b"\xFF",
        b"\xEF\xBB\xBF",
        b"{",
        b"{} 1",
        large.as_bytes(),
        br#"{"data":{"a":1,"b":2}}"#,
        deep.as_bytes(),
        b"[]",
        b"{}",
        br#"{"data":[]}"#,
        br#"{"x":1,"x":2,"meta":{"operation":"delete"}}"#,
        br#"{"$serde_json::private::x":1}"#,
        br#"{"meta":{"operation":"delete"}}"#,
    ];
    let mut codes: BTreeSet<&str> = bodies.iter().map(|body| refused(&strict, body).code()).collect();
    codes.insert(rownd_webhooks::from_reader(Failing(b"", io::ErrorKind::Other)).unwrap_err().code());
    let all = [
        "byte_order_mark",
        "duplicate_member",
        "empty",
        "invalid",
        "io",
        "missing_member",
        "not_an_object",
        "not_utf8",
        "reserved_name",
        "syntax",
        "too_deep",
        "too_large",
        "too_many_fields",
        "trailing_data",
        "wrong_type",
    ];
    assert!(codes.iter().eq(&all), "{codes:?}");
}

#[test]
fn names_in_messages_are_rownds_where_fields_are_mapped() {
    let parser = Parser::new().field_mapping(FieldMapping::from_pairs([("email", "mail")]).unwrap());
    let body = format!(r#"{{"data":{{"mail":1,"email":2}},{META}}}"#);
    let error = refused(&parser, body.as_bytes());
    assert_eq!((error.code(), error.path()), ("duplicate_member", Some("/data/email")));
    assert!(rownd_webhooks::from_str(&body).is_ok());
}
