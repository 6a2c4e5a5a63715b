//! `ProfileSchema`: the shapes of the vendor's API, and payloads checked against them.

use rownd_webhooks::schema::{DataCategory, FieldType, Owner, ProfileSchema};
use rownd_webhooks::testing::samples;
use rownd_webhooks::{Payload, Severity};

use crate::support::{Body, payload};

/// The fields of the documented bodies, with every member that the vendor's API gives a field.
const FIELDS: &str = r#"{
    "user_id":{"type":"string","display_name":"User id","data_category":"pii_basic","owned_by":"app","user_visible":false,"unique":true,"read_only":true},
    "email":{"type":"string","display_name":"Email","data_category":"pii_basic","owned_by":"user","required":true,"user_visible":true,"opt_out_warning":"x","verified":true},
    "first_name":{"type":"string","display_name":"First name","data_category":"pii_basic","owned_by":"user","encryption":{"state":"disabled","method":"server"}},
    "last_name":{"type":"string","display_name":"Last name","data_category":"pii_basic","owned_by":"user","validation_rules":{"min_length":2,"max_length":80}},
    "country":{"type":"string","display_name":"Country","data_category":"location","owned_by":"user","required":true},
    "free":{"type":null,"display_name":"Free","data_category":"custom","owned_by":"app"}
}"#;

#[track_caller]
fn schema(json: &str) -> ProfileSchema {
    ProfileSchema::from_slice(json.as_bytes()).unwrap_or_else(|error| panic!("{error}: {json}"))
}

/// The code and path of each issue. All of them are errors.
#[track_caller]
fn check(schema: &ProfileSchema, payload: &Payload<'_>) -> String {
    let issues = schema.check(payload);
    assert!(issues.iter().all(|issue| issue.severity() == Severity::Error), "{issues:?}");
    issues.iter().map(|issue| format!("{} {}", issue.code(), issue.path())).collect::<Vec<_>>().join(", ")
}

/// Returns `true` if a field with this schema accepts the value.
#[track_caller]
fn accepts(field: &str, value: &str) -> bool {
    let body = Body::field(value);
    let issues = check(&schema(&format!(r#"{{"f":{field}}}"#)), &rownd_webhooks::from_str(&body).unwrap());
    assert!(issues.is_empty() || issues == "type_mismatch /data/f", "{issues}");
    issues.is_empty()
}

#[test]
fn each_shape_of_the_api_is_a_schema() {
    let bare = schema(FIELDS);
    for shape in [
        format!(r#"{{"schema":{FIELDS}}}"#),
        format!(r#"{{"updated_at":"2025-01-27","schema":{FIELDS},"error":null,"app":{{"schema":7}}}}"#),
        format!(r#"{{"app":{{"id":"1","config":{{"a":[1]}},"schema":{FIELDS},"name":"x"}},"hub":{{}}}}"#),
    ] {
        assert_eq!(schema(&shape), bare, "{shape}");
    }
    let names = ["country", "email", "first_name", "free", "last_name", "user_id"];
    assert!(bare.iter().map(|(name, _)| name).eq(names));
    for sample in [samples::DATA_UPDATE, samples::VISIBILITY_UPDATE, samples::DELETE] {
        assert_eq!(check(&bare, &payload(sample)), "");
    }
    assert_eq!(check(&bare, &payload(samples::DATA_INSERT)), "required_field_absent /data/country");
}

#[test]
fn the_members_of_a_field_are_read() {
    let schema = schema(FIELDS);
    let email = schema.field("email").unwrap();
    assert_eq!((email.field_type(), email.display_name()), (&FieldType::String, Some("Email")));
    let (category, owner) = (email.data_category(), email.owned_by());
    assert_eq!((category, owner), (Some(&DataCategory::PiiBasic), Some(&Owner::User)));
    assert_eq!((email.is_required(), email.is_user_visible()), (true, Some(true)));
    let free = schema.field("free").unwrap();
    let read = (free.field_type(), free.is_required(), free.is_user_visible());
    assert_eq!(read, (&FieldType::Null, false, None));
    let last_name = schema.field("last_name").unwrap();
    assert_eq!((last_name.min_length(), last_name.max_length()), (Some(2), Some(80)));
    assert_eq!(schema.field("Email"), None);
}

#[test]
fn a_schema_may_be_empty_and_a_field_may_have_the_name_of_a_member() {
    for json in [r#"{"schema":{}}"#, r#"{"app":{"schema":{}}}"#, "{}"] {
        assert_eq!(schema(json).iter().len(), 0, "{json}");
    }
    let one = r#"{"schema":{"type":"object","display_name":"Schema","required":true}}"#;
    assert_eq!(schema(one).field("schema").unwrap().field_type(), &FieldType::Object);
    assert_eq!(schema(&format!(r#"{{"schema":{one}}}"#)), schema(one));
    let two = r#"{"app":{"type":"string"},"schema":{"type":"string"},"email":{"type":"string"}}"#;
    assert_eq!(schema(two).iter().len(), 3);
    let members = r#"{"schema":{"encryption":{"type":"string"},"validation_rules":{"type":"array"}}}"#;
    assert_eq!(schema(members).iter().len(), 2);
}

#[test]
fn unknown_words_are_kept() {
    let types = "string number boolean image document date object array any null";
    let categories = "pii_basic pii_advanced demographic location history app_basic custom";
    for (member, words) in [types, categories, "user app"].into_iter().enumerate() {
        for word in words.split(' ') {
            for (word, known) in [(word, Some(member)), (&word.to_uppercase(), None)] {
                let field = format!(r#"{{"type":"{word}","data_category":"{word}","owned_by":"{word}"}}"#);
                let schema = schema(&format!(r#"{{"x":{field}}}"#));
                let field = schema.field("x").unwrap();
                let (category, owner) = (field.data_category().unwrap(), field.owned_by().unwrap());
                assert_eq!([field.field_type().as_str(), category.as_str(), owner.as_str()], [word; 3]);
                let is_unknown = [
                    matches!(field.field_type(), FieldType::Unknown(_)),
                    matches!(category, DataCategory::Unknown(_)),
                    matches!(owner, Owner::Unknown(_)),
                ];
                assert_eq!(is_unknown, [0, 1, 2].map(|member| Some(member) != known), "{word}");
            }
        }
    }
}

#[test]
fn each_type_accepts_its_own_values_and_an_encrypted_field_any_text() {
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
    for (encryption, is_encrypted) in [
        (r#"{"state":"enabled","method":"device"}"#, true),
        (r#"{"state":"disabled","method":"device"}"#, false),
        (r#"{"method":"device"}"#, false),
        ("null", false),
    ] {
        for (field_type, accepted) in rows {
            let field = format!(r#"{{"type":{field_type},"encryption":{encryption}}}"#);
            let schema = schema(&format!(r#"{{"f":{field}}}"#));
            assert_eq!(schema.field("f").unwrap().is_encrypted(), is_encrypted, "{field}");
            for value in values {
                let expected = accepted.contains(&value) || is_encrypted && value.starts_with('"');
                assert_eq!(accepts(&field, value), expected, "{field} and {value}");
            }
        }
    }
}

#[test]
fn the_length_of_a_string_is_checked() {
    let both = r#""type":"string","validation_rules":{"min_length":2,"max_length":3}"#;
    let encrypted = r#""type":"string","validation_rules":{"max_length":1},"encryption":{"state":"enabled"}"#;
    for (rules, value, expected) in [
        (both, r#""a""#, false),
        (both, r#""ab""#, true),
        (both, r#""éàü""#, true),
        // A length counts UTF-16 code units, as in JavaScript.
        (both, r#""😀""#, true),
        (both, r#""abcd""#, false),
        (r#""type":"string","validation_rules":{"max_length":null,"regex":"^x$"}"#, r#""ab""#, true),
        // Only a string has a length, and that of an encrypted one has no meaning.
        (r#""type":"array","validation_rules":{"min_length":2}"#, "[1]", true),
        (encrypted, r#""v1:0aF9==""#, true),
    ] {
        assert_eq!(accepts(&format!("{{{rules}}}"), value), expected, "{rules} and {value}");
    }
}

#[test]
fn a_url_is_absolute_and_of_the_web() {
    let good = "http://example.com HTTPS://EXAMPLE.COM/A.PNG https://example.com:8443/a?b=c#d https://example.com/%20a
        https://user:secret@example.com/a https://[2001:db8::1]:443/ http://[::1]/ http://127.0.0.1/ https://bücher.example/ https://example.com?x";
    let bad = "a.png /a.png //example.com/a example.com/a.png https: https:// https:///a http:example.com
        https//example.com https://?a https://:443/ https://user@/ ftp://example.com/a data:image/png;base64,AAAA
        javascript:alert(1)//https://example.com https://example.com/<b> https://example.com:99999/ https://example.com:port/
        http://[ http://]/ http://[]/ http://[::g]/ http://a[::1]/ http://h:+80/ http://h:-1/ https://example.com/\0
        https://example.com/\u{202E}gpj.a https://\u{2066}example.com/ https://\u{200E}example.com/ https://example.com/\u{61C}";
    let spaced = ["", " https://example.com", "https://exa mple.com", "https://example.com/\n"];
    let rows = good.split_whitespace().map(|url| (url, true));
    for (url, expected) in rows.chain(bad.split_whitespace().chain(spaced).map(|url| (url, false))) {
        let value = serde_json::to_string(url).unwrap();
        assert_eq!(accepts(r#"{"type":"image"}"#, &value), expected, "{url:?}");
    }
}

#[test]
fn unknown_absent_and_mistyped_fields_are_reported_in_the_order_of_their_names() {
    let schema = schema(
        r#"{"email":{"type":"string","validation_rules":{"min_length":3}},"n":{"type":"number"},"b":{"required":true},"a":{"required":true},"c":{"required":false}}"#,
    );
    let absent = "required_field_absent /data/a, required_field_absent /data/b";
    for (data, redacted, expected) in [
        ("null", "[]", absent),
        (r#"{"a":"","b":null}"#, "[]", ""),
        // A redacted field matches every type and length, and is present.
        (r#"{"a":"<<REDACTED>>","n":"<<REDACTED>>","email":7}"#, r#"["b","email"]"#, ""),
        // The user id is always known.
        (
            r#"{"user_id":7,"b/c":1,"a":"<<REDACTED>>","b":1,"Email":"x"}"#,
            r#"["gone"]"#,
            "unknown_field /data/Email, unknown_field /data/b~1c, unknown_field /data/gone",
        ),
        (
            r#"{"x":"<<REDACTED>>","n":"7","b":1,"email":7}"#,
            "[]",
            "unknown_field /data/x, required_field_absent /data/a, type_mismatch /data/email, type_mismatch /data/n",
        ),
    ] {
        assert_eq!(check(&schema, &payload(Body { data, redacted, ..Body::default() })), expected, "{data}");
    }
    assert_eq!(check(&schema, &payload(Body::delete())), "", "a delete has no profile");
}
