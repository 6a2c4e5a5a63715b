//! `ProfileSchema`: the shapes of the vendor's API, and payloads checked against them.

use rownd_webhooks::Severity::{Error, Warning};
use rownd_webhooks::schema::{FieldType, ProfileSchema};
use rownd_webhooks::testing::{self, PayloadBuilder};
use rownd_webhooks::{Fields, Severity};

use crate::support::{Body, payload, summarize};

/// The fields of the documented bodies, with every member that the vendor's API gives a field.
const FIELDS: &str = r#"{
    "user_id":{"type":"string","display_name":"User id","data_category":"pii_basic","owned_by":"app","user_visible":false,"unique":true,"read_only":true},
    "email":{"type":"string","display_name":"Email","data_category":"pii_basic","owned_by":"user","required":true,"user_visible":true,"opt_out_warning":"x","verified":true,"verified_by":["email"]},
    "first_name":{"type":"string","display_name":"First name","data_category":"pii_basic","owned_by":"user","example":"Juliet",
        "encryption":{"state":"disabled","method":"server","plaintext_viewers":["app","user"]}},
    "last_name":{"type":"string","display_name":"Last name","data_category":"pii_basic","owned_by":"user","validation_rules":[
        {"rule_name":"min_length","rule_value":2,"rule_identifier":"length"},
        {"rule_name":"match_regex","rule_value":"^[a-z]+$","rule_identifier":"only_include"},
        {"rule_name":"max_length","rule_value":"80","rule_identifier":"length"}]},
    "country":{"type":"string","display_name":"Country","data_category":"location","owned_by":"user","required":true},
    "free":{"type":null,"display_name":null,"data_category":null,"owned_by":null,"required":null,"unique":null,"user_visible":null,"read_only":null,
        "verified":null,"verified_by":null,"example":null,"encryption":null,"validation_rules":null}
}"#;

#[track_caller]
fn schema(json: &str) -> ProfileSchema {
    ProfileSchema::from_slice(json.as_bytes()).unwrap_or_else(|error| panic!("{error}: {json}"))
}

/// Returns `true` if a field with this schema accepts the value.
#[track_caller]
fn accepts(field: &str, value: &str) -> bool {
    let schema = schema(&format!(r#"{{"f":{field}}}"#));
    let issues = summarize(&schema.check(&payload(Body::field(value))));
    assert!(issues.is_empty() || issues == [("type_mismatch", "/data/f".to_owned(), Error)], "{issues:?}");
    issues.is_empty()
}

#[test]
fn each_shape_of_the_api_is_a_schema() {
    let bare = schema(FIELDS);
    for shape in [
        format!(r#"{{"schema":{FIELDS}}}"#),
        format!(r#"{{"updated_at":"2025-01-27","schema":{FIELDS},"error":null,"app":{{"schema":7}}}}"#),
        format!(r#"{{"app":{{"id":"1","type":"web","config":{{"a":[1]}},"schema":{FIELDS}}},"hub":{{}}}}"#),
    ] {
        assert_eq!(schema(&shape), bare, "{shape}");
    }
    let names = ["country", "email", "first_name", "free", "last_name", "user_id"];
    assert!(bare.iter().map(|(name, _)| name).eq(names));
    assert_eq!(bare.field("Email"), None);
}

#[test]
fn a_field_may_have_the_name_of_a_member() {
    for (json, names) in [
        (r#"{"schema":{"type":"object","display_name":"Schema","required":true}}"#, &["schema"][..]),
        (r#"{"schema":{"schema":{"type":"object","display_name":"Schema"}}}"#, &["schema"]),
        (r#"{"app":{"type":"string"},"schema":{"type":"string"}}"#, &["app", "schema"]),
        (r#"{"schema":{"encryption":{"type":"any"}}}"#, &["encryption"]),
        (r#"{"app":{"schema":{"type":{"type":"any"},"example":{"type":"any"}}}}"#, &["example", "type"]),
        (r#"{"schema":{}}"#, &[]),
    ] {
        assert!(schema(json).iter().map(|(name, _)| name).eq(names.iter().copied()), "{json}");
    }
}

#[test]
fn a_malformed_schema_is_an_error_with_a_path() {
    for (json, code, path) in [
        // Responses of the API without a schema.
        (r#"{"error":{"code":"E_UNAUTHORIZED"}}"#, "missing_member", "/error/type"),
        (r#"{"message":"Not found"}"#, "wrong_type", "/message"),
        (r#"{"schema":null}"#, "wrong_type", "/schema"),
        ("[]", "wrong_type", ""),
        (r#"{"a/b":"string"}"#, "wrong_type", "/a~1b"),
        (r#"{"email":{}}"#, "missing_member", "/email/type"),
        (r#"{"email":{"type":7}}"#, "wrong_type", "/email/type"),
        (r#"{"email":{"encryption":{"state":1}}}"#, "wrong_type", "/email/encryption/state"),
        (
            r#"{"app":{"schema":{"a":{"validation_rules":{"min_length":2}}}}}"#,
            "wrong_type",
            "/app/schema/a/validation_rules",
        ),
        (r#"{"email":{"type":"string","type":"number"}}"#, "duplicate_member", "/email/type"),
        (
            r#"{"schema":{"b":{"type":"any"},"a":{"type":"any"},"\u0062":{"type":"any"}}}"#,
            "duplicate_member",
            "/schema/b",
        ),
        (r#"{"schema":{},"schema":{}}"#, "duplicate_member", "/schema"),
        (r#"{"schema":{"example":{"foo":1}}}"#, "missing_member", "/schema/example/type"),
        // A malformed field does not hide the others.
        (r#"{"schema":{"email":{"type":"string"},"example":null}}"#, "wrong_type", "/schema/example"),
    ] {
        let error = ProfileSchema::from_slice(json.as_bytes()).expect_err(json);
        assert_eq!((error.code(), error.path()), (code, Some(path)), "{json}");
    }
    let error = ProfileSchema::from_slice(b"{\"schema\":\n{\"email\":7}}").unwrap_err();
    assert_eq!(error.to_string(), "expected an object, found a number at /schema/email (line 2, column 10)");
}

#[test]
fn an_unknown_type_is_kept() {
    let schema = schema(r#"{"a":{"type":"uuid"},"b":{"type":"STRING"}}"#);
    for (name, word) in [("a", "uuid"), ("b", "STRING")] {
        assert_eq!(schema.field(name).unwrap().field_type(), &FieldType::Unknown(word.to_owned()));
    }
}

#[test]
fn each_type_accepts_its_own_values_and_cleared_ones() {
    const ANY: [&str; 6] = ["7", "true", "[1]", "{}", r#""text""#, "null"];
    let rows: [(&str, &[&str], &[&str]); 12] = [
        (r#""string""#, &[r#""text""#, r#""7""#], &["7", "true", "[1]", "{}"]),
        (r#""number""#, &["7", "-1.5e300"], &[r#""7""#, "true", "[7]"]),
        (r#""boolean""#, &["true", "false"], &["0", r#""true""#]),
        (r#""image""#, &[r#""https://example.com/a.png""#], &[r#""text""#, "7"]),
        (r#""document""#, &[r#""https://example.com/a.pdf""#], &[r#""text""#, "7"]),
        (r#""date""#, &[r#""2025-01-27""#, r#""2025-01-27T16:44:05.191Z""#], &[r#""text""#, "7"]),
        (r#""object""#, &["{}", r#"{"a":1}"#], &["[]", r#""{}""#]),
        (r#""array""#, &["[]", "[1]"], &["{}", r#""[]""#]),
        (r#""any""#, &ANY, &[]),
        (r#""null""#, &ANY, &[]),
        ("null", &ANY, &[]),
        (r#""uuid""#, &ANY, &[]),
    ];
    for (field_type, accepted, rejected) in rows {
        let field = format!(r#"{{"type":{field_type}}}"#);
        // The last two are what is left of a field that its user cleared.
        for value in accepted.iter().chain(&["null", "\"\""]) {
            assert!(accepts(&field, value), "{field} and {value}");
        }
        for value in rejected {
            assert!(!accepts(&field, value), "{field} and {value}");
        }
    }
}

#[test]
fn an_encrypted_field_accepts_any_string() {
    for (encryption, is_encrypted) in [
        (r#"{"state":"enabled","method":"device"}"#, true),
        (r#"{"state":"disabled","method":"device"}"#, false),
        (r#"{"state":null}"#, false),
        ("null", false),
    ] {
        let field = format!(r#"{{"type":"number","encryption":{encryption}}}"#);
        assert_eq!(accepts(&field, r#""v1:0aF9==""#), is_encrypted, "{field}");
        assert!(!accepts(&field, "true") && accepts(&field, "7"), "{field}");
    }
}

#[test]
fn a_required_field_may_be_empty_but_not_null() {
    let field =
        r#"{"type":"number","required":true,"validation_rules":[{"rule_name":"min_length","rule_value":2}]}"#;
    assert!(accepts(field, r#""""#));
    assert!(!accepts(field, "null"));
    assert!(accepts(r#"{"type":"any","required":true}"#, "null"));
}

#[test]
fn the_length_of_a_string_is_checked() {
    let rule = |name: &str, value: &str| format!(r#"{{"rule_name":"{name}","rule_value":{value}}}"#);
    let (min, max) = (rule("min_length", "2"), rule("max_length", r#""3""#));
    let both = &*format!(r#""type":"string","validation_rules":[{min},{max}]"#);
    let stricter =
        &*format!(r#""type":"string","validation_rules":[{max},{},{max}]"#, rule("max_length", "1"));
    for (rules, value, expected) in [
        (both, r#""a""#, false),
        (both, r#""ab""#, true),
        // A length counts UTF-16 code units, as in JavaScript.
        (both, r#""😀""#, true),
        (both, r#""😀😀""#, false),
        (stricter, r#""ab""#, false),
        // Only a string has a length, and that of an encrypted one has no meaning.
        (&format!(r#""type":"array","validation_rules":[{min}]"#), "[1]", true),
        (&format!(r#"{both},"encryption":{{"state":"enabled"}}"#), r#""v1:0aF9==""#, true),
    ] {
        assert_eq!(accepts(&format!("{{{rules}}}"), value), expected, "{rules} and {value}");
    }
}

#[test]
fn an_unknown_rule_or_unusable_value_is_ignored() {
    for rule in [
        "null",
        "{}",
        r#"{"rule_name":"match_regex","rule_value":"^x$","rule_identifier":"custom"}"#,
        r#"{"rule_name":7,"rule_value":1}"#,
        r#"{"rule_name":"max_length","rule_value":1.5}"#,
        r#"{"rule_name":"max_length","rule_value":"one"}"#,
        r#"{"rule_name":"max_length","rule_value":18446744073709551616}"#,
    ] {
        let schema = schema(&format!(r#"{{"f":{{"type":"string","validation_rules":[{rule}]}}}}"#));
        let field = schema.field("f").unwrap();
        assert_eq!((field.min_length(), field.max_length()), (None, None), "{rule}");
    }
}

#[test]
fn a_url_requires_http_or_https() {
    for url in ["http://example.com", "HTTPS://EXAMPLE.COM/A.PNG", "https://[2001:db8::1]:443/ä?b=c#d"] {
        assert!(accepts(r#"{"type":"image"}"#, &format!("\"{url}\"")), "{url}");
    }
    for url in ["https://", "//example.com", "a.png", "data:image/png;base64,https://"] {
        assert!(!accepts(r#"{"type":"image"}"#, &format!("\"{url}\"")), "{url}");
    }
}

/// The issues of a payload with these fields, checked against a schema of two required fields and two others.
fn issues(builder: PayloadBuilder) -> Vec<(&'static str, String, Severity)> {
    let required = r#"{"type":"string","required":true}"#;
    let schema =
        schema(&format!(r#"{{"a":{required},"c":{required},"n":{{"type":"number"}},"z":{{"type":null}}}}"#));
    summarize(&schema.check(&builder.build()))
}

#[test]
fn issues_are_sorted_by_the_name_of_the_field() {
    let body = testing::data_insert().field("n", "7").field("b/c", 1).field("Z", 1).redact("gone");
    let expected = [
        ("unknown_field", "/data/Z", Error),
        ("required_field_absent", "/data/a", Error),
        ("unknown_field", "/data/b~1c", Error),
        ("required_field_absent", "/data/c", Error),
        ("unknown_field", "/data/gone", Error),
        ("type_mismatch", "/data/n", Error),
    ];
    assert_eq!(issues(body), expected.map(|(code, path, severity)| (code, path.to_owned(), severity)));
}

#[test]
fn a_redacted_field_matches_every_type_and_is_present() {
    assert_eq!(issues(testing::data_insert().redact("a").redact("c").redact("n")), []);
}

#[test]
fn an_update_may_lack_a_required_field_and_a_delete_any() {
    let absent = |severity| [("required_field_absent", "/data/c".to_owned(), severity)];
    assert_eq!(issues(testing::data_insert().field("a", "x")), absent(Error));
    for builder in [testing::data_update(), testing::visibility_update(), testing::operation("user_merge")] {
        assert_eq!(issues(builder.field("a", "x")), absent(Warning));
    }
    assert_eq!(issues(testing::delete()), []);
}

#[test]
fn a_stored_profile_is_checked_as_a_whole() {
    let fields: Fields<'static> =
        serde_json::from_str(r#"{"user_id":"u","email":"","x":1,"free":null}"#).unwrap();
    let issues = summarize(&schema(FIELDS).check_fields(&fields));
    let expected = [("required_field_absent", "/data/country", Error), ("unknown_field", "/data/x", Error)];
    assert_eq!(issues, expected.map(|(code, path, severity)| (code, path.to_owned(), severity)));
}
