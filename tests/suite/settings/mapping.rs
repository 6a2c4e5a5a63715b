//! `FieldMapping`: the operator's renames, undone everywhere.

use rownd_webhooks::mapping::{FieldMapping, Rename};
use rownd_webhooks::{ParseError, Parser, RawJson, Value};
use serde_json::json;

use crate::support::{Body, issue_codes, list, payload, summarize};

#[track_caller]
fn mapping(json: &str) -> FieldMapping {
    FieldMapping::from_slice(json.as_bytes()).unwrap_or_else(|error| panic!("{error}: {json}"))
}

fn parser(pairs: &[(&str, &str)]) -> Parser {
    Parser::new().field_mapping(FieldMapping::from_pairs(pairs.iter().copied()).unwrap())
}

const MAP: &str = r#"[
    {"rownd_field":"email","connection_field":"mail","transformer":{"type":"lowercase","n":1}},
    {"connection_field":"uid","rownd_field":"user_id","transformer":null,"id":7},
    {"rownd_field":"zip","connection_field":"zip"}
]"#;

/// What the settings do to a body that uses the connection's names.
#[test]
fn each_shape_of_the_api_is_a_mapping() {
    let shapes = [
        MAP.to_owned(),
        format!(r#"{{"data_type_map":{MAP}}}"#),
        format!(r#"{{"id":"1","name":"crm","data_type_map":{MAP},"connection":{{"data_type_map":[7]}}}}"#),
    ];
    for shape in shapes {
        let mapping = mapping(&shape);
        assert_eq!(
            (mapping.rownd_field("mail"), mapping.rownd_field("uid")),
            (Some("email"), Some("user_id"))
        );
        assert_eq!(["email", "Mail", ""].map(|name| mapping.rownd_field(name)), [None; 3]);
        assert!(mapping.iter().map(|rename| (rename.rownd_field(), rename.connection_field())).eq([
            ("email", "mail"),
            ("user_id", "uid"),
            ("zip", "zip")
        ]));
        let body = Body {
            data: r#"{"uid":"u","mail":"a@example.com","zip":1}"#,
            lookup_values: r#"[{"field":"mail","value":"a@example.com"}]"#,
            ..Body::default()
        };
        let payload =
            Parser::new().field_mapping(mapping).parse(body.to_string().as_bytes()).unwrap().into_owned();
        assert_eq!((payload.user_id().unwrap().as_str(), payload.email()), ("u", Some("a@example.com")));
        assert!(payload.fields().names().eq(["email", "user_id", "zip"]));
        assert_eq!(summarize(&payload.issues()), []);
    }
}

#[test]
fn pairs_and_json_are_the_same() {
    let json = r#"[{"rownd_field":"a","connection_field":"b"},{"rownd_field":"c","connection_field":"d"}]"#;
    assert_eq!(mapping(json), FieldMapping::from_pairs([("c", "d"), ("a", "b")]).unwrap());
    assert_eq!(mapping("[]"), FieldMapping::from_pairs::<&str, &str>([]).unwrap());
    assert_eq!(mapping(r#"{"data_type_map":[]}"#), mapping("[]"));
}

#[test]
fn an_entry_without_both_names_renames_nothing() {
    let entries = [
        "{}",
        r#"{"rownd_field":"last_name"}"#,
        r#"{"connection_field":"nom"}"#,
        r#"{"rownd_field":"last_name","connection_field":null}"#,
        r#"{"rownd_field":null,"connection_field":"nom"}"#,
        r#"{"rownd_field":"last_name","connection_field":""}"#,
        r#"{"rownd_field":"","connection_field":"nom"}"#,
        r#"{"transformer":{"type":"x"}}"#,
    ];
    let expected = FieldMapping::from_pairs([("email", "mail")]).unwrap();
    for entry in entries {
        for json in [
            format!(r#"[{entry},{{"rownd_field":"email","connection_field":"mail"}}]"#),
            format!(
                r#"{{"data_type_map":[{{"rownd_field":"email","connection_field":"mail"}},{entry},{entry}]}}"#
            ),
        ] {
            assert_eq!(mapping(&json), expected, "{json}");
        }
    }
}

#[test]
fn names_are_rownds_in_data_redacted_and_lookup_values() {
    let body = Body {
        data: r#"{"uid":"u","m\u0061il":"a@example.com","land":"<<REDACTED>>","tel":"s3cret","zip":1}"#,
        redacted: r#"["l\u0061nd","tel","gone"]"#,
        lookup_values: r#"[{"field":"mail","value":"a@example.com"},{"field":"tel","value":"5"}]"#,
        ..Body::default()
    }
    .to_string();
    let pairs = [
        ("email", "mail"),
        ("user_id", "uid"),
        ("country", "land"),
        ("phone_number", "tel"),
        ("absent", "gone"),
    ];
    let parsed = parser(&pairs).parse(body.as_bytes()).unwrap();
    assert_eq!(parsed.user_id().unwrap().as_str(), "u");
    assert_eq!((parsed.email(), parsed.phone_number()), (Some("a@example.com"), None));
    assert!(parsed.fields().names().eq(["absent", "country", "email", "phone_number", "user_id", "zip"]));
    assert!(parsed.redacted_names().eq(["country", "phone_number", "absent"]));
    assert!(parsed.is_redacted("phone_number") && parsed.is_redacted("absent"));
    assert!(parsed.lookup("email").is_some() && parsed.lookup("mail").is_none());
    let issues: Vec<_> =
        summarize(&parsed.issues()).into_iter().map(|(code, path, _)| (code, path)).collect();
    let expected = [
        ("withheld_value_present", "/data/phone_number"),
        ("redacted_field_absent", "/redacted/2"),
        ("lookup_exposes_redacted", "/meta/lookup_values/1/value"),
    ];
    assert_eq!(issues, expected.map(|(code, path)| (code, path.to_owned())));
    assert_eq!(parser(&pairs).parse_reader(body.as_bytes()).unwrap(), parsed);
    // It is written with Rownd's names, and read again without the mapping.
    let written = serde_json::to_string(&parsed).unwrap();
    assert_eq!(payload(&written), parsed);
    assert!(!written.contains("s3cret"), "{written}");
}

#[test]
fn nothing_else_is_renamed() {
    let body = r#"{"mail":1,"data":{"x":{"mail":2},"y":"mail"},"meta":{"operation":"mail","mail":3,"lookup_values":[{"field":"y","value":"mail","mail":4},{"field":["mail"]}]}}"#;
    assert_eq!(parser(&[("email", "mail")]).parse(body.as_bytes()).unwrap(), payload(body));
}

#[test]
fn names_may_be_swapped_moved_on_or_kept() {
    let body = Body { data: r#"{"a":1,"b":2,"c":3}"#, redacted: r#"["a"]"#, ..Body::default() }.to_string();
    let read = |pairs: &[(&str, &str)]| {
        let payload = parser(pairs).parse(body.as_bytes()).unwrap().into_owned();
        ["a", "b", "c", "d"]
            .map(|name| payload.field(name).map(|field| field.visible().and_then(Value::as_i64)))
    };
    assert_eq!(read(&[]), [Some(None), Some(Some(2)), Some(Some(3)), None]);
    assert_eq!(read(&[("a", "b"), ("b", "a")]), [Some(Some(2)), Some(None), Some(Some(3)), None]);
    assert_eq!(read(&[("b", "a"), ("c", "b"), ("d", "c")]), [None, Some(None), Some(Some(2)), Some(Some(3))]);
    assert_eq!(read(&[("a", "a"), ("b", "b")]), read(&[]));
}

#[test]
fn two_fields_that_become_one_are_refused() {
    let parser = parser(&[("email", "mail")]);
    for (data, path) in [
        (r#"{"mail":"a","email":"b"}"#, "/data/email"),
        (r#"{"email":"a","mail":"a"}"#, "/data/mail"),
        (r#"{"mail":"<<REDACTED>>","em\u0061il":"x"}"#, "/data/email"),
    ] {
        let error = parser.parse(Body::with_data(data).to_string().as_bytes()).unwrap_err();
        assert_eq!((error.code(), error.path()), ("duplicate_member", Some(path)), "{data}");
    }
    let body = Body { redacted: r#"["mail","email"]"#, ..Body::default() }.to_string();
    let payload = parser.parse(body.as_bytes()).unwrap();
    assert!(issue_codes(&payload).contains(&"duplicate_redacted_name"));
}

#[test]
fn a_mapping_that_joins_or_splits_fields_is_refused_with_both_places() {
    let rows = [
        (
            r#"[{"rownd_field":"email","connection_field":"a"},{},{"rownd_field":"email","connection_field":"b"}]"#,
            "entry 0 already has this name at /2/rownd_field (line 1, column 67)",
        ),
        (
            r#"{"data_type_map":[{"rownd_field":"a","connection_field":"b"},{"rownd_field":"c","connection_field":"\u0062"}]}"#,
            "entry 0 already has this name at /data_type_map/1/connection_field (line 1, column 100)",
        ),
        (
            r#"[{"rownd_field":"a","connection_field":"b","rownd_field":"c"}]"#,
            "a member is named twice at /0/rownd_field (line 1, column 44)",
        ),
    ];
    for (json, message) in rows {
        let error = FieldMapping::from_slice(json.as_bytes()).unwrap_err();
        assert_eq!((error.code(), &*error.to_string()), ("duplicate_member", message), "{json}");
    }
    let error = FieldMapping::from_pairs([("a", "x"), ("b", "y"), ("a", "z")]).unwrap_err();
    assert_eq!((error.code(), error.path()), ("duplicate_member", Some("/2/0")));
    assert!(FieldMapping::from_pairs([("a", "x"), ("a", "x")]).is_err());
}

#[test]
fn anything_else_is_refused_with_its_path() {
    let rows = [
        (r#"{"error":{"code":"E_UNAUTHORIZED"}}"#, "missing_member", "/data_type_map"),
        ("{}", "missing_member", "/data_type_map"),
        (r#"{"data_type_map":null}"#, "missing_member", "/data_type_map"),
        (r#"{"data_type_map":{}}"#, "wrong_type", "/data_type_map"),
        (r#"{"data_type_map":["s3cret"]}"#, "wrong_type", "/data_type_map/0"),
        ("null", "wrong_type", ""),
        (r#""s3cret""#, "wrong_type", ""),
        ("[{},7]", "wrong_type", "/1"),
        ("[null]", "wrong_type", "/0"),
        (r#"[{"rownd_field":7,"connection_field":"b"}]"#, "wrong_type", "/0/rownd_field"),
        (r#"[{"rownd_field":7}]"#, "wrong_type", "/0/rownd_field"),
        (r#"[{"rownd_field":"a","connection_field":["s3cret"]}]"#, "wrong_type", "/0/connection_field"),
        (
            r#"[{"rownd_field":"$serde_json::private::RawValue","connection_field":"b"}]"#,
            "reserved_name",
            "/0/rownd_field",
        ),
        (
            r#"[{"rownd_field":"a","connection_field":"$serde_json::private::Number"}]"#,
            "reserved_name",
            "/0/connection_field",
        ),
    ];
    for (json, code, path) in rows {
        let error: ParseError = FieldMapping::from_slice(json.as_bytes()).expect_err(json);
        assert_eq!((error.code(), error.path()), (code, Some(path)), "{json}");
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
    let error = FieldMapping::from_slice(b"[\n {\"rownd_field\":true}]").unwrap_err();
    assert_eq!(error.to_string(), "expected a string, found a boolean at /0/rownd_field (line 2, column 17)");
    assert_eq!(
        FieldMapping::from_pairs([("a", "$serde_json::private::x")]).unwrap_err().code(),
        "reserved_name"
    );
}

#[test]
fn a_transformer_is_kept_and_not_printed() {
    let mapping = mapping(
        r#"[{"rownd_field":"a\u202e","connection_field":"b\n","transformer":{"type":"s3cret"}},{"rownd_field":"c","connection_field":"d"}]"#,
    );
    let transformers: Vec<_> = mapping.iter().map(Rename::transformer).collect();
    assert_eq!(transformers.len(), 2);
    assert_eq!(transformers[0].map(RawJson::to_json), Some(json!({"type": "s3cret"})));
    assert_eq!(transformers[1], None);
    let text = format!("{mapping:?}");
    assert!(!text.contains("s3cret") && !text.contains(['\u{202e}', '\n']), "{text:?}");
}

#[test]
fn nine_thousand_renames_are_undone() {
    let pairs = (0..9_000).map(|index| (format!("rownd{index}"), format!("theirs{index}")));
    let parser = Parser::new().field_mapping(FieldMapping::from_pairs(pairs).unwrap());
    let data = format!("{{{}}}", list(9_000, |index| format!(r#""theirs{index}":{index}"#)));
    let body = Body::with_data(&data).to_string();
    let payload = parser.parse(body.as_bytes()).unwrap();
    for index in [0_i64, 1, 4_500, 8_999] {
        assert_eq!(payload.value(&format!("rownd{index}")).and_then(Value::as_i64), Some(index));
    }
}
