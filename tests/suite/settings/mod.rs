//! The operator's settings, as the vendor's API returns them: the profile schema and the field names of a connection.

mod mapping;
mod schema;

use rownd_webhooks::mapping::FieldMapping;
use rownd_webhooks::schema::ProfileSchema;

/// Reads settings with this JSON in a member without meaning, as a schema and as a mapping, and returns the codes of the errors.
fn codes(before: &str, json: &str, after: &[u8]) -> [Option<&'static str>; 2] {
    let mapping = r#"[{"rownd_field":"email","connection_field":"mail","transformer":"#;
    let [schema, mapping] = [
        format!(r#"{before}{{"schema":{{"email":{{"type":"string","x":{json}}}}}}}"#),
        format!(r#"{before}{{"data_type_map":{mapping}{json}}}]}}"#),
    ]
    .map(|file| [file.as_bytes(), after].concat());
    [ProfileSchema::from_slice(&schema).err(), FieldMapping::from_slice(&mapping).err()]
        .map(|error| error.map(|error| error.code()))
}

#[test]
fn settings_follow_the_rules_of_a_body() {
    let text = |megabytes: usize| format!("\"{}\"", "x".repeat(megabytes << 20));
    let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    for (before, json, after, expected) in [
        ("", r#"["\u00e9",-1.5e3,null,{}]"#, " \n", None),
        ("", &*text(1), "", None),
        ("", &text(3), "", Some("too_large")),
        ("", &nested(120), "", None),
        ("", &nested(130), "", Some("too_deep")),
        ("", "x", "", Some("syntax")),
        ("", r#""\ud83d""#, "", Some("syntax")),
        ("", r#"{"$serde_json::private::Number":"1"}"#, "", Some("reserved_name")),
        ("", "1", " {}", Some("trailing_data")),
        // A file may begin with a byte order mark, unlike a body.
        ("\u{feff}", "1", "", None),
        ("\u{feff}\u{feff}", "1", "", Some("byte_order_mark")),
    ] {
        assert_eq!(codes(before, json, after.as_bytes()), [expected; 2], "{expected:?}");
    }
    assert_eq!(codes("", "1", b"\xFF"), [Some("not_utf8"); 2]);
    for blank in ["", " \n", "\u{feff}"].map(str::as_bytes) {
        assert_eq!(ProfileSchema::from_slice(blank).unwrap_err().code(), "empty", "{blank:?}");
        assert_eq!(FieldMapping::from_slice(blank).unwrap_err().code(), "empty", "{blank:?}");
    }
}

#[test]
fn invalid_settings_are_rejected_with_a_path() {
    let schema_rows = [
        // Responses of the API without a schema.
        (r#"{"error":{"code":"E_UNAUTHORIZED"}}"#, "missing_member", "/error/type"),
        (r#"{"statusCode":401,"message":"x"}"#, "wrong_type", "/statusCode"),
        (r#"{"email":{"type":"string","type":"number"}}"#, "duplicate_member", "/email/type"),
        (r#"{"schema":{"email":{},"em\u0061il":{}}}"#, "duplicate_member", "/schema/email"),
        (r#"{"app":{"id":"1"}}"#, "missing_member", "/app/schema"),
        (r#"{"app":{"schema":7}}"#, "wrong_type", "/app/schema"),
        (r#"{"schema":null}"#, "wrong_type", "/schema"),
        ("[]", "wrong_type", ""),
        (r#"{"a/b":"string"}"#, "wrong_type", "/a~1b"),
        (r#"{"email":{"x":1}}"#, "missing_member", "/email/type"),
        (r#"{"email":{"type":7}}"#, "wrong_type", "/email/type"),
        (r#"{"email":{"required":"yes"}}"#, "wrong_type", "/email/required"),
        (r#"{"schema":{"email":{"owned_by":{}}}}"#, "wrong_type", "/schema/email/owned_by"),
        (r#"{"schema":{"email":{"display_name":7}}}"#, "wrong_type", "/schema/email/display_name"),
        (r#"{"app":{"schema":{"a":{"user_visible":0}}}}"#, "wrong_type", "/app/schema/a/user_visible"),
        (r#"{"email":{"type":"string","encryption":"enabled"}}"#, "wrong_type", "/email/encryption"),
        (r#"{"email":{"type":"string","encryption":{"state":1}}}"#, "wrong_type", "/email/encryption/state"),
    ];
    let mapping_rows = [
        (r#"{"error":{"code":"E_UNAUTHORIZED"}}"#, "missing_member", "/data_type_map"),
        (r#"{"data_type_map":null}"#, "missing_member", "/data_type_map"),
        (r#"{"data_type_map":{}}"#, "wrong_type", "/data_type_map"),
        (r#"{"data_type_map":["x"]}"#, "wrong_type", "/data_type_map/0"),
        (r#""x""#, "wrong_type", ""),
        (r#"[{},{"rownd_field":7}]"#, "wrong_type", "/1/rownd_field"),
        (
            r#"[{"rownd_field":"$serde_json::private::","connection_field":"b"}]"#,
            "reserved_name",
            "/0/rownd_field",
        ),
        (r#"[{"rownd_field":"a","connection_field":["x"]}]"#, "wrong_type", "/0/connection_field"),
    ];
    let errors = schema_rows.map(|row| (ProfileSchema::from_slice(row.0.as_bytes()).err(), row)).into_iter();
    for (error, (json, code, path)) in
        errors.chain(mapping_rows.map(|row| (FieldMapping::from_slice(row.0.as_bytes()).err(), row)))
    {
        let error = error.expect(json);
        assert_eq!((error.code(), error.path()), (code, Some(path)), "{json}");
    }
    let error = ProfileSchema::from_slice(b"{\"schema\":\n{\"email\":7}}").unwrap_err();
    let message = "expected an object, found a number at /schema/email (line 2, column 10)";
    assert_eq!(error.to_string(), message);
}
