//! `ProfileSchema`: the shapes of the vendor's API, and payloads checked against them.

use rownd_webhooks::schema::{DataCategory, FieldType, Owner, ProfileSchema};
use rownd_webhooks::testing::samples;
use rownd_webhooks::{Payload, Severity};

use crate::support::{Body, payload, summarize};

/// The fields of the documented bodies, with every member that the vendor's API gives a field.
const FIELDS: &str = r#"{
    "user_id":{"type":"string","display_name":"User id","data_category":"pii_basic","owned_by":"app","user_visible":false,"unique":true,"read_only":true},
    "email":{"type":"string","display_name":"Email","data_category":"pii_basic","owned_by":"user","required":true,"user_visible":true,"opt_out_warning":"x","verified":true},
    "first_name":{"type":"string","display_name":"First name","data_category":"pii_basic","owned_by":"user","encryption":{"state":"disabled","method":"server"}},
    "last_name":{"type":"string","display_name":"Last name","data_category":"pii_basic","owned_by":"user","validation_rules":{"min_length":1,"max_length":80}},
    "country":{"type":"string","display_name":"Country","data_category":"location","owned_by":"user","required":true},
    "free":{"type":null,"display_name":"Free","data_category":"custom","owned_by":"app"}
}"#;

/// Every type that has a name.
const TYPES: &str = "string number boolean image document date object array any null";

#[track_caller]
fn schema(json: &str) -> ProfileSchema {
    ProfileSchema::from_slice(json.as_bytes()).unwrap_or_else(|error| panic!("{error}: {json}"))
}

/// Codes and paths of the issues; each of them is an error.
#[track_caller]
fn check(schema: &ProfileSchema, payload: &Payload<'_>) -> Vec<(&'static str, String)> {
    let issues = summarize(&schema.check(payload));
    assert!(issues.iter().all(|(.., severity)| *severity == Severity::Error), "{issues:?}");
    issues.into_iter().map(|(code, path, _)| (code, path)).collect()
}

/// Whether a field with this schema accepts the value.
#[track_caller]
fn accepts(field: &str, value: &str) -> bool {
    let body = Body::field(value);
    let issues = check(&schema(&format!(r#"{{"f":{field}}}"#)), &rownd_webhooks::from_str(&body).unwrap());
    assert!(issues.is_empty() || issues == [("type_mismatch", "/data/f".to_owned())], "{issues:?}");
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
        assert_eq!(check(&bare, &payload(sample)), []);
    }
    let absent = ("required_field_absent", "/data/country".to_owned());
    assert_eq!(check(&bare, &payload(samples::DATA_INSERT)), [absent]);
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
    assert_eq!(schema.field("Email"), None);
}

#[test]
fn a_schema_may_be_empty_and_a_field_may_have_the_name_of_a_member() {
    for json in [r#"{"schema":{}}"#, r#"{"app":{"schema":{}}}"#, "{}"] {
        assert_eq!((schema(json).iter().len(), check(&schema(json), &payload(Body::default()))), (0, vec![]));
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
    let assert_word = |member: &str, word: &str, is_unknown: bool| {
        let schema = schema(&format!(r#"{{"x":{{"display_name":"X","{member}":"{word}"}}}}"#));
        let field = schema.field("x").unwrap();
        let (field_type, category, owner) = (field.field_type(), field.data_category(), field.owned_by());
        let read = match member {
            "type" => (field_type.as_str(), matches!(field_type, FieldType::Unknown(_))),
            "owned_by" => (owner.unwrap().as_str(), matches!(owner, Some(Owner::Unknown(_)))),
            _ => (category.unwrap().as_str(), matches!(category, Some(DataCategory::Unknown(_)))),
        };
        assert_eq!(read, (word, is_unknown), "{member}");
    };
    for (member, known, unknown) in [
        ("type", TYPES, "uuid String"),
        ("data_category", "pii_basic pii_advanced demographic location history app_basic custom", "health"),
        ("owned_by", "user app", "group User"),
    ] {
        known.split(' ').for_each(|word| assert_word(member, word, false));
        unknown.split(' ').for_each(|word| assert_word(member, word, true));
    }
}

#[test]
fn each_type_accepts_its_own_values() {
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
    for (field_type, accepted) in rows {
        for value in values {
            for (encryption, expected) in [
                ("null", accepted.contains(&value)),
                (r#"{"state":"disabled","method":"device"}"#, accepted.contains(&value)),
                (
                    r#"{"state":"enabled","method":"device"}"#,
                    accepted.contains(&value) || value.starts_with('"'),
                ),
            ] {
                let field = format!(r#"{{"type":{field_type},"encryption":{encryption}}}"#);
                assert_eq!(accepts(&field, value), expected, "{field} and {value}");
            }
        }
    }
}

#[test]
fn a_field_is_encrypted_where_its_encryption_is_enabled() {
    for (encryption, expected) in [
        (r#"{"state":"enabled","method":"device"}"#, true),
        (r#"{"state":"disabled","method":"device"}"#, false),
        (r#"{"method":"device"}"#, false),
        ("{}", false),
        ("null", false),
    ] {
        let schema = schema(&format!(r#"{{"pin":{{"type":"number","encryption":{encryption}}}}}"#));
        assert_eq!(schema.field("pin").unwrap().is_encrypted(), expected, "{encryption}");
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
        (both, r#""abcd""#, false),
        (r#""type":"string","validation_rules":{"max_length":1}"#, r#""ab""#, false),
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
    let good =
        "http://example.com https://example.com/ HTTPS://EXAMPLE.COM/A.PNG https://example.com:8443/a?b=c#d
        https://user:secret@example.com/a https://[2001:db8::1]/a https://[2001:db8::1]:443/ http://127.0.0.1/
        https://bücher.example/ https://example.com?x https://example.com/%20a";
    let bad = "a.png /a.png //example.com/a example.com/a.png https: https:/ https:// https:///a http:example.com
        https//example.com https://?a https://#a https://:443/ https://user@/ ftp://example.com/a data:image/png;base64,AAAA
        javascript:alert(1)//https://example.com https://example.com/<b> https://example.com:99999/ https://example.com:port/
        httpss://example.com http://[ http://]/ http://[]/ http://[::1/ http://[::g]/ http://a[::1]/ http://a]b/
        http://h:+80/ http://h:-1/ https://example.com/\0 https://example.com/\u{202E}gpj.a https://\u{2066}example.com/
        https://\u{200E}example.com/ https://example.com/\u{61C}";
    let spaced =
        "| https://example.com|https://example.com |https://exa mple.com|https://example.com/\n".split('|');
    let rows = good.split_whitespace().map(|url| (url, true));
    for (url, expected) in rows.chain(bad.split_whitespace().chain(spaced).map(|url| (url, false))) {
        let value = serde_json::to_string(url).unwrap();
        assert_eq!(accepts(r#"{"type":"image"}"#, &value), expected, "{url:?}");
    }
}

#[test]
fn a_redacted_field_is_accepted_by_every_type_and_length() {
    for field_type in TYPES.split(' ') {
        let field =
            format!(r#"{{"type":"{field_type}","required":true,"validation_rules":{{"min_length":99}}}}"#);
        let schema = schema(&format!(r#"{{"x":{field}}}"#));
        for (data, redacted) in
            [(r#"{"x":"<<REDACTED>>"}"#, "[]"), (r#"{"x":[7]}"#, r#"["x"]"#), ("{}", r#"["x"]"#)]
        {
            let payload = payload(Body { data, redacted, ..Body::default() });
            assert_eq!(check(&schema, &payload), [], "{field_type}: {data} {redacted}");
        }
    }
}

#[test]
fn unknown_fields_are_reported_and_the_user_id_is_always_known() {
    let schema = schema(r#"{"email":{"type":"string"}}"#);
    let payload = payload(Body {
        data: r#"{"user_id":"u","b/c":1,"a":"<<REDACTED>>","Email":"x","email":"y"}"#,
        redacted: r#"["gone"]"#,
        ..Body::default()
    });
    let expected =
        ["/data/Email", "/data/a", "/data/b~1c", "/data/gone"].map(|path| ("unknown_field", path.to_owned()));
    assert_eq!(check(&schema, &payload), expected);
}

#[test]
fn an_absent_required_field_is_reported() {
    let schema = schema(
        r#"{"b":{"required":true},"a":{"required":true,"type":"string"},"c":{"required":false},"d":{"type":null}}"#,
    );
    let absent = ["/data/a", "/data/b"].map(|path| ("required_field_absent", path.to_owned()));
    assert_eq!(check(&schema, &payload(Body::default())), absent);
    assert_eq!(check(&schema, &payload(r#"{"meta":{"operation":"data_insert"}}"#)), absent);
    assert_eq!(check(&schema, &payload(Body::with_data(r#"{"a":"","b":null}"#))), []);
    assert_eq!(check(&schema, &payload(Body::delete())), [], "a delete has no profile");
}

#[test]
fn all_issues_are_reported_without_values() {
    let payload = payload(Body::with_data(
        r#"{"last_name":"","first_name":"s3cret","country":7355608,"shoe_size":"s3cret"}"#,
    ));
    let issues = schema(FIELDS).check(&payload);
    assert!(issues.iter().map(|issue| (issue.code(), issue.path())).eq([
        ("unknown_field", "/data/shoe_size"),
        ("required_field_absent", "/data/email"),
        ("type_mismatch", "/data/country"),
        ("type_mismatch", "/data/last_name"),
    ]));
    let text = format!("{issues:?}");
    assert!(!text.contains("s3cret") && !text.contains("7355608"), "{text}");
}
