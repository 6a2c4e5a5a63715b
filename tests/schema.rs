//! The app's profile schema: the vendor's JSON, and payloads checked against it.

mod support;

use rownd_webhooks::schema::{DataCategory, FieldType, Owner, ProfileSchema};
use rownd_webhooks::{ParseError, Severity};
use support::{payload, told, update_body};

const VENDORS: &str = r#"{"schema":{
    "user_id":{"type":"string","display_name":"User id","data_category":"pii_basic","required":true,"owned_by":"app","user_visible":false},
    "email":{"type":"string","display_name":"Email","data_category":"pii_basic","required":true,"owned_by":"user","user_visible":true,"opt_out_warning":"x"},
    "age":{"type":"number","display_name":"Age","data_category":"demographic","required":false,"owned_by":"user","user_visible":true},
    "free":{"type":null}
},"updated_at":"2025-01-27"}"#;

fn schema(json: &str) -> ProfileSchema {
    ProfileSchema::from_slice(json.as_bytes()).unwrap_or_else(|error| panic!("{error}: {json}"))
}

fn refused(json: &[u8]) -> (&'static str, Option<String>) {
    let error: ParseError = ProfileSchema::from_slice(json).unwrap_err();
    (error.code(), error.path().map(str::to_owned))
}

/// Codes and paths of what a body breaks; each is an error.
fn breaks(schema: &ProfileSchema, body: &str) -> Vec<(&'static str, String)> {
    let issues = told(&schema.check(&payload(body)));
    assert!(issues.iter().all(|(_, _, severity)| *severity == Severity::Error), "{issues:?}");
    issues.into_iter().map(|(code, path, _)| (code, path)).collect()
}

/// Whether a field of this type takes this value.
fn matches(field_type: &str, value: &str) -> bool {
    let schema = schema(&format!(r#"{{"x":{{"type":{field_type}}}}}"#));
    match &*breaks(&schema, &update_body(&format!(r#""x":{value}"#), "")) {
        [] => true,
        [(code, path)] => {
            assert_eq!((*code, path.as_str()), ("type_mismatch", "/data/x"));
            false
        }
        more => panic!("{more:?}"),
    }
}

#[test]
fn the_vendors_json_is_read() {
    let schema = schema(VENDORS);
    let names: Vec<&str> = schema.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["age", "email", "free", "user_id"]);
    let email = schema.field("email").unwrap();
    assert_eq!((email.field_type(), email.display_name()), (&FieldType::String, Some("Email")));
    assert_eq!(
        (email.data_category(), email.owned_by()),
        (Some(&DataCategory::PiiBasic), Some(&Owner::User))
    );
    assert_eq!((email.is_required(), email.is_user_visible()), (true, Some(true)));
    let free = schema.field("free").unwrap();
    assert_eq!((free.field_type(), free.display_name()), (&FieldType::Null, None));
    assert_eq!((free.data_category(), free.owned_by()), (None, None));
    assert_eq!((free.is_required(), free.is_user_visible()), (false, None));
    assert_eq!(schema.field("Email"), None);
}

#[test]
fn the_enclosing_member_may_be_left_out() {
    let tree: serde_json::Value = serde_json::from_str(VENDORS).unwrap();
    assert_eq!(schema(&tree["schema"].to_string()), schema(VENDORS));
    let empty = schema(r#"{"schema":{}}"#);
    assert_eq!(empty.iter().len(), 0);
    assert_eq!(schema("{}"), empty);
}

#[test]
fn a_field_may_be_called_schema() {
    let one = r#"{"schema":{"type":"object","display_name":"Schema","required":true}}"#;
    assert_eq!(schema(one).field("schema").unwrap().field_type(), &FieldType::Object);
    let two = r#"{"schema":{"type":"string"},"email":{"type":"string"}}"#;
    assert_eq!(schema(two).iter().len(), 2);
    let enclosed = schema(&format!(r#"{{"schema":{one}}}"#));
    assert_eq!(enclosed.field("schema").unwrap().field_type(), &FieldType::Object);
}

#[test]
fn words_are_known_or_kept() {
    let types =
        ["string", "number", "boolean", "image", "document", "date", "object", "array", "any", "null"];
    let categories =
        ["pii_basic", "pii_advanced", "demographic", "location", "history", "app_basic", "custom"];
    for (index, word) in types.into_iter().chain(["uuid", "String", ""]).enumerate() {
        let schema = schema(&format!(r#"{{"x":{{"type":"{word}"}}}}"#));
        let found = schema.field("x").unwrap().field_type();
        assert_eq!((found.as_str(), matches!(found, FieldType::Unknown(_))), (word, index >= types.len()));
    }
    for (index, word) in categories.into_iter().chain(["health", "PII_BASIC"]).enumerate() {
        let schema = schema(&format!(r#"{{"x":{{"data_category":"{word}"}}}}"#));
        let found = schema.field("x").unwrap().data_category().unwrap();
        assert_eq!(
            (found.as_str(), matches!(found, DataCategory::Unknown(_))),
            (word, index >= categories.len())
        );
    }
    for (word, is_unknown) in [("user", false), ("app", false), ("group", true)] {
        let schema = schema(&format!(r#"{{"x":{{"owned_by":"{word}"}}}}"#));
        let found = schema.field("x").unwrap().owned_by().unwrap();
        assert_eq!((found.as_str(), matches!(found, Owner::Unknown(_))), (word, is_unknown));
    }
}

#[test]
fn a_bad_schema_says_what_and_where() {
    let path = |path: &str| Some(path.to_owned());
    let rows: [(&str, &str, Option<String>); 15] = [
        ("", "empty", None),
        ("{", "syntax", None),
        ("{} {}", "trailing_data", None),
        ("[]", "wrong_type", path("")),
        ("null", "wrong_type", path("")),
        (r#""schema""#, "wrong_type", path("")),
        (r#"{"email":7}"#, "wrong_type", path("/email")),
        (r#"{"a/b":"string"}"#, "wrong_type", path("/a~1b")),
        (r#"{"email":{"type":7}}"#, "wrong_type", path("/email/type")),
        (r#"{"email":{"required":"yes"}}"#, "wrong_type", path("/email/required")),
        (r#"{"schema":{"email":{"owned_by":{}}}}"#, "wrong_type", path("/schema/email/owned_by")),
        (r#"{"schema":{"email":{"display_name":7}}}"#, "wrong_type", path("/schema/email/display_name")),
        (r#"{"schema":{"email":{"user_visible":0}}}"#, "wrong_type", path("/schema/email/user_visible")),
        (r#"{"schema":{"email":{},"em\u0061il":{}}}"#, "duplicate_member", None),
        (r#"{"email":{"type":"string","type":"number"}}"#, "duplicate_member", None),
    ];
    for (json, code, path) in rows {
        assert_eq!(refused(json.as_bytes()), (code, path), "{json}");
    }
    assert_eq!(refused(b"{\"\xFF\":{}}").0, "not_utf8");
}

#[test]
fn each_type_takes_its_own_values() {
    const TEXT: &str = r#""text""#;
    const URL: &str = r#""https://example.com/a.png""#;
    const DATE: &str = r#""2025-01-27""#;
    const TIME: &str = r#""2025-01-27T16:44:05.191Z""#;
    let values = [TEXT, URL, DATE, TIME, "7", "-1.5e300", "true", "[1]", r#"{"a":1}"#, "null"];
    let rows: [(&str, &[&str]); 12] = [
        (r#""string""#, &[TEXT, URL, DATE, TIME]),
        (r#""number""#, &["7", "-1.5e300"]),
        (r#""boolean""#, &["true"]),
        (r#""image""#, &[URL]),
        (r#""document""#, &[URL]),
        (r#""date""#, &[DATE, TIME]),
        (r#""object""#, &[r#"{"a":1}"#]),
        (r#""array""#, &["[1]"]),
        (r#""any""#, &values),
        (r#""null""#, &values),
        ("null", &values),
        (r#""uuid""#, &values),
    ];
    for (field_type, taken) in rows {
        for value in values {
            assert_eq!(matches(field_type, value), taken.contains(&value), "{field_type} and {value}");
        }
    }
}

#[test]
fn urls_are_absolute_and_of_the_web() {
    let good = [
        "http://example.com",
        "https://example.com/",
        "HTTPS://EXAMPLE.COM/A.PNG",
        "https://example.com:8443/a?b=c#d",
        "https://user:secret@example.com/a",
        "https://[2001:db8::1]/a",
        "https://[2001:db8::1]:443/",
        "http://127.0.0.1/",
        "https://bücher.example/",
        "https://example.com?x",
        "https://example.com/%20a",
        "https://storage.example.com/a/b_c-d~e.pdf",
    ];
    let bad = [
        "",
        "a.png",
        "/a.png",
        "//example.com/a",
        "example.com/a.png",
        "www.example.com",
        "https:",
        "https:/",
        "https://",
        "https:///a",
        "http:example.com",
        "https//example.com",
        "https://?a",
        "https://#a",
        "https://:443/",
        "https://user@/",
        "ftp://example.com/a",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "javascript:alert(1)//https://example.com",
        "javascript://example.com/%0aalert(1)",
        " https://example.com",
        "https://example.com ",
        "https://exa mple.com",
        "https://example.com/\n",
        "https://example.com/<b>",
        "https://example.com:99999/",
        "https://example.com:port/",
        "httpss://example.com",
        "https://example.com/\u{0}",
        "http://[",
        "http://]/",
        "http://[]/",
        "http://[::1/",
        "http://[::g]/",
        "http://a[::1]/",
        "http://a]b/",
        "http://h:+80/",
        "http://h:-1/",
        "https://example.com/\u{202E}gpj.a",
        "https://\u{2066}example.com/",
        "https://\u{200E}example.com/",
        "https://example.com/\u{61C}",
    ];
    for (url, is_url) in good.map(|url| (url, true)).into_iter().chain(bad.map(|url| (url, false))) {
        let value = serde_json::to_string(url).unwrap();
        for field_type in [r#""image""#, r#""document""#] {
            assert_eq!(matches(field_type, &value), is_url, "{field_type}: {url:?}");
        }
    }
}

#[test]
fn a_redacted_field_matches_every_type() {
    for field_type in
        ["string", "number", "boolean", "image", "document", "date", "object", "array", "any", "null"]
    {
        let schema = schema(&format!(r#"{{"x":{{"type":"{field_type}","required":true}}}}"#));
        for (data, redacted) in [
            (r#""x":"<<REDACTED>>""#, ""),
            (r#""x":"<<REDACTED>>""#, r#""x""#),
            (r#""x":[7]"#, r#""x""#),
            ("", r#""x""#),
        ] {
            assert_eq!(breaks(&schema, &update_body(data, redacted)), [], "{field_type}: {data} {redacted}");
        }
    }
}

#[test]
fn unknown_fields_are_told_and_user_id_never() {
    let schema = schema(r#"{"email":{"type":"string"}}"#);
    let body = update_body(r#""b/c":1,"a":"<<REDACTED>>","Email":"x","email":"y""#, "");
    let expected = ["/data/Email", "/data/a", "/data/b~1c"].map(|path| ("unknown_field", path.to_owned()));
    assert_eq!(breaks(&schema, &body), expected);
    assert_eq!(breaks(&ProfileSchema::from_slice(b"{}").unwrap(), &update_body("", "")), []);
}

#[test]
fn a_user_id_has_the_type_its_schema_gives_it() {
    let schema = schema(r#"{"user_id":{"type":"string","required":true}}"#);
    let body = update_body("", "").replace(r#""user_id":"u""#, r#""user_id":7"#);
    assert_eq!(breaks(&schema, &body), [("type_mismatch", "/data/user_id".to_owned())]);
}

#[test]
fn required_fields_are_missed() {
    let schema = schema(
        r#"{"b":{"required":true},"a":{"required":true,"type":"string"},"c":{"required":false},"d":{}}"#,
    );
    let absent = |path: &str| ("required_field_absent", path.to_owned());
    assert_eq!(breaks(&schema, &update_body("", "")), [absent("/data/a"), absent("/data/b")]);
    assert_eq!(breaks(&schema, &update_body(r#""a":"","b":null"#, "")), []);
    assert_eq!(
        breaks(&schema, r#"{"meta":{"operation":"data_insert"}}"#),
        [absent("/data/a"), absent("/data/b")]
    );
    assert_eq!(
        breaks(&schema, r#"{"data":{"user_id":"u"},"meta":{"operation":"delete"}}"#),
        [],
        "a delete has no profile"
    );
}

#[test]
fn all_is_told_at_once_and_no_value() {
    let schema = schema(VENDORS);
    let body = update_body(r#""age":"7f3a","shoe_size":"7f3a""#, "");
    let issues = schema.check(&payload(&body));
    let paths: Vec<_> = issues.iter().map(|issue| (issue.code(), issue.path())).collect();
    let expected = [
        ("unknown_field", "/data/shoe_size"),
        ("required_field_absent", "/data/email"),
        ("type_mismatch", "/data/age"),
    ];
    assert_eq!(paths, expected);
    assert!(!format!("{issues:?}").contains("7f3a"));
}
