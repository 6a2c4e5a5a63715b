//! `ProfileSchema`: the shapes of the vendor's API, and payloads checked against them.

use rownd_webhooks::schema::{DataCategory, FieldSchema, FieldType, Owner, ProfileSchema};
use rownd_webhooks::testing::samples;
use rownd_webhooks::{ParseError, Payload, Severity};

use crate::support::{Body, list, payload, summarize};

/// The fields of the documented bodies, with every member that the vendor's API gives a field.
const FIELDS: &str = r#"{
    "user_id":{"type":"string","display_name":"User id","data_category":"pii_basic","owned_by":"app","user_visible":false,"unique":true,"read_only":true},
    "email":{"type":"string","display_name":"Email","data_category":"pii_basic","owned_by":"user","required":true,"user_visible":true,"opt_out_warning":"x","verified":true},
    "first_name":{"type":"string","display_name":"First name","data_category":"pii_basic","owned_by":"user","encryption":{"state":"disabled","method":"server"}},
    "last_name":{"type":"string","display_name":"Last name","data_category":"pii_basic","owned_by":"user","validation_rules":{"min_length":1,"max_length":80}},
    "country":{"type":"string","display_name":"Country","data_category":"location","owned_by":"user","required":true},
    "free":{"type":null,"display_name":"Free","data_category":"custom","owned_by":"app"}
}"#;

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

/// Whether a field that its schema describes so accepts this value.
#[track_caller]
fn accepts(field: &str, value: &str) -> bool {
    let body = Body::field(value);
    let payload = rownd_webhooks::from_str(&body).unwrap();
    let issues = check(&schema(&format!(r#"{{"f":{field}}}"#)), &payload);
    assert!(issues.is_empty() || issues == [("type_mismatch", "/data/f".to_owned())], "{issues:?}");
    issues.is_empty()
}

#[test]
fn each_shape_of_the_api_is_a_schema() {
    let bare = schema(FIELDS);
    let shapes = [
        format!(r#"{{"schema":{FIELDS}}}"#),
        format!(r#"{{"updated_at":"2025-01-27","schema":{FIELDS},"error":null,"app":{{"schema":7}}}}"#),
        format!(r#"{{"app":{{"id":"1","config":{{"a":[1]}},"schema":{FIELDS},"name":"x"}},"hub":{{}}}}"#),
    ];
    for shape in shapes {
        assert_eq!(schema(&shape), bare, "{shape}");
    }
    assert!(bare.iter().map(|(name, _)| name).eq([
        "country",
        "email",
        "first_name",
        "free",
        "last_name",
        "user_id"
    ]));
    for sample in [samples::DATA_UPDATE, samples::VISIBILITY_UPDATE, samples::DELETE] {
        assert_eq!(check(&bare, &payload(sample)), []);
    }
    let absent = ("required_field_absent", "/data/country".to_owned());
    assert_eq!(check(&bare, &payload(samples::DATA_INSERT)), [absent]);
}

#[test]
fn a_field_says_what_its_members_say() {
    let schema = schema(FIELDS);
    let email = schema.field("email").unwrap();
    assert_eq!((email.field_type(), email.display_name()), (&FieldType::String, Some("Email")));
    assert_eq!(
        (email.data_category(), email.owned_by()),
        (Some(&DataCategory::PiiBasic), Some(&Owner::User))
    );
    assert_eq!(
        (email.is_required(), email.is_user_visible(), email.is_encrypted()),
        (true, Some(true), false)
    );
    let free = schema.field("free").unwrap();
    assert_eq!(
        (free.field_type(), free.is_required(), free.is_user_visible()),
        (&FieldType::Null, false, None)
    );
    assert_eq!(schema.field("Email"), None);
}

#[test]
fn a_schema_without_fields_is_a_schema() {
    let empty = schema(r#"{"schema":{}}"#);
    assert_eq!(empty.iter().len(), 0);
    assert_eq!((schema(r#"{"app":{"schema":{}}}"#), schema("{}")), (empty.clone(), empty.clone()));
    assert_eq!(check(&empty, &payload(Body::default())), []);
}

#[test]
fn a_field_may_be_called_schema_or_app() {
    let one = r#"{"schema":{"type":"object","display_name":"Schema","required":true}}"#;
    assert_eq!(schema(one).field("schema").unwrap().field_type(), &FieldType::Object);
    assert_eq!(schema(&format!(r#"{{"schema":{one}}}"#)), schema(one));
    let two = r#"{"app":{"type":"string"},"schema":{"type":"string"},"email":{"type":"string"}}"#;
    assert_eq!(schema(two).iter().len(), 3);
    let named_like_members =
        r#"{"schema":{"encryption":{"type":"string"},"validation_rules":{"type":"array"}}}"#;
    assert_eq!(schema(named_like_members).iter().len(), 2);
}

#[test]
fn words_are_known_or_kept() {
    type Word = fn(&FieldSchema) -> (String, bool);
    let rows: [(&str, &str, &str, Word); 3] = [
        ("type", "string number boolean image document date object array any null", "uuid String", |field| {
            let word = field.field_type();
            (word.as_str().to_owned(), matches!(word, FieldType::Unknown(_)))
        }),
        (
            "data_category",
            "pii_basic pii_advanced demographic location history app_basic custom",
            "health",
            |field| {
                let word = field.data_category().unwrap();
                (word.as_str().to_owned(), matches!(word, DataCategory::Unknown(_)))
            },
        ),
        ("owned_by", "user app", "group User", |field| {
            let word = field.owned_by().unwrap();
            (word.as_str().to_owned(), matches!(word, Owner::Unknown(_)))
        }),
    ];
    for (member, known, unknown, read) in rows {
        for word in known.split(' ').chain(unknown.split(' ')) {
            let schema = schema(&format!(r#"{{"x":{{"display_name":"X","{member}":"{word}"}}}}"#));
            let is_unknown = unknown.split(' ').any(|other| other == word);
            assert_eq!(read(schema.field("x").unwrap()), (word.to_owned(), is_unknown));
        }
    }
}

/// What the API answers with when it has no schema to give, and schemas with a mistake in them.
#[test]
fn anything_else_is_refused_with_its_path() {
    let rows = [
        (r#"{"error":{"code":"E_UNAUTHORIZED"}}"#, "missing_member", "/error/type"),
        (r#"{"statusCode":401,"message":"s3cret"}"#, "wrong_type", "/statusCode"),
        (r#"{"message":"s3cret"}"#, "wrong_type", "/message"),
        (r#"{"email":{"type":"string","type":"number"}}"#, "duplicate_member", "/email/type"),
        (r#"{"schema":{"email":{},"em\u0061il":{}}}"#, "duplicate_member", "/schema/email"),
        (r#"{"app":{"id":"1"}}"#, "missing_member", "/app/schema"),
        (r#"{"app":{"schema":null}}"#, "missing_member", "/app/schema"),
        (r#"{"schema":null}"#, "wrong_type", "/schema"),
        (r#"{"schema":["s3cret"]}"#, "wrong_type", "/schema"),
        (r#"{"schema":"s3cret"}"#, "wrong_type", "/schema"),
        (r#"{"app":{"schema":7}}"#, "wrong_type", "/app/schema"),
        ("[]", "wrong_type", ""),
        ("null", "wrong_type", ""),
        (r#""schema""#, "wrong_type", ""),
        (r#"{"email":7}"#, "wrong_type", "/email"),
        (r#"{"a/b":"string"}"#, "wrong_type", "/a~1b"),
        (r#"{"email":{}}"#, "missing_member", "/email/type"),
        (r#"{"email":{"x":1}}"#, "missing_member", "/email/type"),
        (r#"{"email":{"type":7}}"#, "wrong_type", "/email/type"),
        (r#"{"email":{"required":"yes"}}"#, "wrong_type", "/email/required"),
        (r#"{"schema":{"email":{"owned_by":{}}}}"#, "wrong_type", "/schema/email/owned_by"),
        (r#"{"schema":{"email":{"display_name":7}}}"#, "wrong_type", "/schema/email/display_name"),
        (
            r#"{"app":{"schema":{"email":{"user_visible":0}}}}"#,
            "wrong_type",
            "/app/schema/email/user_visible",
        ),
        (r#"{"email":{"type":"string","encryption":"enabled"}}"#, "wrong_type", "/email/encryption"),
        (r#"{"email":{"type":"string","encryption":{"state":1}}}"#, "wrong_type", "/email/encryption/state"),
    ];
    for (json, code, path) in rows {
        let error: ParseError = ProfileSchema::from_slice(json.as_bytes()).expect_err(json);
        assert_eq!((error.code(), error.path()), (code, Some(path)), "{json}");
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
    let error = ProfileSchema::from_slice(b"{\"schema\":\n{\"email\":7}}").unwrap_err();
    assert_eq!(error.to_string(), "expected an object, found a number at /schema/email (line 2, column 10)");
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
        let plain = format!(r#"{{"type":{field_type}}}"#);
        let encrypted =
            format!(r#"{{"type":{field_type},"encryption":{{"state":"enabled","method":"device"}}}}"#);
        let disabled =
            format!(r#"{{"type":{field_type},"encryption":{{"state":"disabled","method":"device"}}}}"#);
        for value in values {
            let expected = accepted.contains(&value);
            assert_eq!(accepts(&plain, value), expected, "{field_type} and {value}");
            assert_eq!(accepts(&disabled, value), expected, "{field_type} and {value}");
            assert_eq!(
                accepts(&encrypted, value),
                expected || value.starts_with('"'),
                "{field_type} and {value}"
            );
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
fn a_text_keeps_to_its_length() {
    let rules = r#"{"type":"string","validation_rules":{"min_length":2,"max_length":3}}"#;
    for (text, expected) in
        [("", false), ("a", false), ("ab", true), ("abc", true), ("éàü", true), ("abcd", false)]
    {
        assert_eq!(accepts(rules, &format!("\"{text}\"")), expected, "{text:?}");
    }
    assert!(!accepts(r#"{"type":"string","validation_rules":{"max_length":1}}"#, r#""ab""#));
    assert!(accepts(r#"{"type":"string","validation_rules":{"max_length":null,"regex":"^x$"}}"#, r#""ab""#));
    // Only a text has a length, and that of an encrypted one says nothing.
    assert!(accepts(r#"{"type":"array","validation_rules":{"min_length":2}}"#, "[1]"));
    let encrypted = r#"{"type":"string","validation_rules":{"max_length":1},"encryption":{"state":"enabled","method":"device"}}"#;
    assert!(accepts(encrypted, r#""v1:0aF9==""#));
}

#[test]
fn a_url_is_absolute_and_of_the_web() {
    let good = "http://example.com https://example.com/ HTTPS://EXAMPLE.COM/A.PNG https://example.com:8443/a?b=c#d
        https://user:secret@example.com/a https://[2001:db8::1]/a https://[2001:db8::1]:443/ http://127.0.0.1/
        https://bücher.example/ https://example.com?x https://example.com/%20a https://storage.example.com/a/b_c-d~e.pdf";
    let bad = "a.png /a.png //example.com/a example.com/a.png www.example.com https: https:/ https:// https:///a
        http:example.com https//example.com https://?a https://#a https://:443/ https://user@/ ftp://example.com/a
        file:///etc/passwd data:image/png;base64,AAAA javascript:alert(1)//https://example.com
        javascript://example.com/%0aalert(1) https://example.com/<b> https://example.com:99999/ https://example.com:port/
        httpss://example.com http://[ http://]/ http://[]/ http://[::1/ http://[::g]/ http://a[::1]/ http://a]b/
        http://h:+80/ http://h:-1/";
    let odd = [
        "",
        " https://example.com",
        "https://example.com ",
        "https://exa mple.com",
        "https://example.com/\n",
        "https://example.com/\0",
        "https://example.com/\u{202E}gpj.a",
        "https://\u{2066}example.com/",
        "https://\u{200E}example.com/",
        "https://example.com/\u{61C}",
    ];
    let rows = good.split_whitespace().map(|url| (url, true));
    for (url, expected) in rows.chain(bad.split_whitespace().chain(odd).map(|url| (url, false))) {
        let value = serde_json::to_string(url).unwrap();
        for field in [r#"{"type":"image"}"#, r#"{"type":"document"}"#] {
            assert_eq!(accepts(field, &value), expected, "{field}: {url:?}");
        }
    }
}

#[test]
fn a_redacted_field_has_every_type_and_every_length() {
    for field_type in "string number boolean image document date object array any null".split(' ') {
        let schema = schema(&format!(
            r#"{{"x":{{"type":"{field_type}","required":true,"validation_rules":{{"min_length":99}}}}}}"#
        ));
        for (data, redacted) in [
            (r#"{"x":"<<REDACTED>>"}"#, "[]"),
            (r#"{"x":"<<REDACTED>>"}"#, r#"["x"]"#),
            (r#"{"x":[7]}"#, r#"["x"]"#),
            ("{}", r#"["x"]"#),
        ] {
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
fn a_required_field_is_there_or_reported() {
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
fn every_issue_is_reported_at_once_and_without_values() {
    let payload = payload(Body::with_data(
        r#"{"last_name":"","first_name":"s3cret","country":7355608,"shoe_size":"s3cret"}"#,
    ));
    let issues = schema(FIELDS).check(&payload);
    let paths: Vec<_> = issues.iter().map(|issue| (issue.code(), issue.path())).collect();
    let expected = [
        ("unknown_field", "/data/shoe_size"),
        ("required_field_absent", "/data/email"),
        ("type_mismatch", "/data/country"),
        ("type_mismatch", "/data/last_name"),
    ];
    assert_eq!(paths, expected);
    let text = format!("{issues:?}");
    assert!(!text.contains("s3cret") && !text.contains("7355608"), "{text}");
}

#[test]
fn a_schema_of_ten_thousand_fields_is_read_and_checked() {
    let fields = list(9_000, |index| format!(r#""f{index}":{{"type":"number","required":true}}"#));
    let schema = schema(&format!(r#"{{"schema":{{{fields}}}}}"#));
    let data = format!("{{{}}}", list(9_000, |index| format!(r#""f{index}":{index}"#)));
    let body = Body::with_data(&data).to_string();
    assert_eq!(check(&schema, &rownd_webhooks::from_str(&body).unwrap()), []);
}
