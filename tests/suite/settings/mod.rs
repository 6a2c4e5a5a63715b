//! The operator's settings, as the vendor's API returns them: the profile schema and the field names of a connection.

mod mapping;
mod schema;

use rownd_webhooks::ParseError;
use rownd_webhooks::mapping::FieldMapping;
use rownd_webhooks::schema::ProfileSchema;

type Read = fn(&[u8]) -> Result<(), ParseError>;

const SCHEMA: Read = |json| ProfileSchema::from_slice(json).map(drop);
const MAPPING: Read = |json| FieldMapping::from_slice(json).map(drop);

/// A file for each reader that contains this JSON in a member without meaning.
fn files(json: &str) -> [(Read, String); 2] {
    let mapping = r#"{"data_type_map":[{"rownd_field":"email","connection_field":"mail","transformer":"#;
    [
        (SCHEMA, format!(r#"{{"schema":{{"email":{{"type":"string","x":{json}}}}}}}"#)),
        (MAPPING, format!("{mapping}{json}}}]}}")),
    ]
}

/// The error of invalid settings, which contains no values.
#[track_caller]
fn error(read: Read, json: impl AsRef<[u8]>) -> ParseError {
    let json = json.as_ref();
    let error = read(json).expect_err(&json.escape_ascii().to_string());
    assert!(error.to_string().len() < 512 && !error.to_string().contains("s3cret"), "{error}");
    error
}

#[test]
fn every_prefix_of_a_file_is_rejected() {
    for (read, file) in files(r#"["\u00e9",-1.5e3,null,{}]"#) {
        assert_eq!(read(file.as_bytes()), Ok(()));
        for length in 0..file.len() {
            let expected = if length == 0 { "empty" } else { "syntax" };
            assert_eq!(error(read, &file[..length]).code(), expected, "{}", &file[..length]);
        }
    }
}

#[test]
fn settings_follow_the_rules_of_a_body() {
    let text = |megabytes: usize| format!("\"{}\"", "x".repeat(megabytes << 20));
    for (json, expected) in [
        ("s3cret", "syntax"),
        (r#""\ud83d""#, "syntax"),
        (r#"{"$serde_json::private::Number":"1"}"#, "reserved_name"),
        (&text(3), "too_large"),
    ] {
        for (read, file) in files(json) {
            assert_eq!(error(read, file).code(), expected);
        }
    }
    for (before, after, expected) in [
        ("", &b" {}"[..], "trailing_data"),
        ("", b"\xFF", "not_utf8"),
        // A file may begin with a byte order mark, unlike a body.
        ("\u{feff}\u{feff}", b"", "byte_order_mark"),
    ] {
        for (read, file) in files("1") {
            assert_eq!(read(format!("\u{feff}{file}").as_bytes()), Ok(()));
            assert_eq!(error(read, [before.as_bytes(), file.as_bytes(), after].concat()).code(), expected);
        }
    }
    for (read, file) in files(&text(1)) {
        assert_eq!(read(file.as_bytes()), Ok(()));
        assert_eq!(["", " \n", "\u{feff}"].map(|blank| error(read, blank).code()), ["empty"; 3]);
    }
}

#[test]
fn invalid_settings_are_rejected_with_a_path() {
    let schema = [
        // The API's answers without a schema.
        (r#"{"error":{"code":"E_UNAUTHORIZED"}}"#, "missing_member", "/error/type"),
        (r#"{"statusCode":401,"message":"s3cret"}"#, "wrong_type", "/statusCode"),
        (r#"{"email":{"type":"string","type":"number"}}"#, "duplicate_member", "/email/type"),
        (r#"{"schema":{"email":{},"em\u0061il":{}}}"#, "duplicate_member", "/schema/email"),
        (r#"{"app":{"id":"1"}}"#, "missing_member", "/app/schema"),
        (r#"{"app":{"schema":null}}"#, "missing_member", "/app/schema"),
        (r#"{"app":{"schema":7}}"#, "wrong_type", "/app/schema"),
        (r#"{"schema":null}"#, "wrong_type", "/schema"),
        (r#"{"schema":["s3cret"]}"#, "wrong_type", "/schema"),
        ("[]", "wrong_type", ""),
        (r#"{"a/b":"string"}"#, "wrong_type", "/a~1b"),
        (r#"{"email":{}}"#, "missing_member", "/email/type"),
        (r#"{"email":{"x":1}}"#, "missing_member", "/email/type"),
        (r#"{"email":{"type":7}}"#, "wrong_type", "/email/type"),
        (r#"{"email":{"required":"yes"}}"#, "wrong_type", "/email/required"),
        (r#"{"schema":{"email":{"owned_by":{}}}}"#, "wrong_type", "/schema/email/owned_by"),
        (r#"{"schema":{"email":{"display_name":7}}}"#, "wrong_type", "/schema/email/display_name"),
        (r#"{"app":{"schema":{"a":{"user_visible":0}}}}"#, "wrong_type", "/app/schema/a/user_visible"),
        (r#"{"email":{"type":"string","encryption":"enabled"}}"#, "wrong_type", "/email/encryption"),
        (r#"{"email":{"type":"string","encryption":{"state":1}}}"#, "wrong_type", "/email/encryption/state"),
    ];
    let mapping = [
        (r#"{"error":{"code":"E_UNAUTHORIZED"}}"#, "missing_member", "/data_type_map"),
        (r#"{"data_type_map":null}"#, "missing_member", "/data_type_map"),
        (r#"{"data_type_map":{}}"#, "wrong_type", "/data_type_map"),
        (r#"{"data_type_map":["s3cret"]}"#, "wrong_type", "/data_type_map/0"),
        (r#""s3cret""#, "wrong_type", ""),
        ("[{},null]", "wrong_type", "/1"),
        (r#"[{"rownd_field":7}]"#, "wrong_type", "/0/rownd_field"),
        (r#"[{"rownd_field":"a","connection_field":["s3cret"]}]"#, "wrong_type", "/0/connection_field"),
        (
            r#"[{"rownd_field":"$serde_json::private::x","connection_field":"b"}]"#,
            "reserved_name",
            "/0/rownd_field",
        ),
        (
            r#"[{"rownd_field":"a","connection_field":"$serde_json::private::x"}]"#,
            "reserved_name",
            "/0/connection_field",
        ),
    ];
    for (read, rows) in [(SCHEMA, &schema[..]), (MAPPING, &mapping)] {
        for (json, code, path) in rows {
            let error = error(read, json);
            assert_eq!((error.code(), error.path()), (*code, Some(*path)), "{json}");
        }
    }
    for (read, json, message) in [
        (
            SCHEMA,
            "{\"schema\":\n{\"email\":7}}",
            "expected an object, found a number at /schema/email (line 2, column 10)",
        ),
        (
            MAPPING,
            "[\n {\"rownd_field\":true}]",
            "expected a string, found a boolean at /0/rownd_field (line 2, column 17)",
        ),
    ] {
        assert_eq!(error(read, json).to_string(), message);
    }
}
