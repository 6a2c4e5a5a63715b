//! `FieldMapping`: a connection's field names become Rownd's.

use rownd_webhooks::mapping::{FieldMapping, Rename};
use rownd_webhooks::{Parser, RawJson, Value};
use serde_json::json;

use crate::support::{Body, issue_codes, payload, summarize};

#[track_caller]
fn mapping(json: &str) -> FieldMapping {
    FieldMapping::from_slice(json.as_bytes()).unwrap_or_else(|error| panic!("{error}: {json}"))
}

fn parser(pairs: &[(&str, &str)]) -> Parser {
    Parser::new().field_mapping(FieldMapping::from_pairs(pairs.iter().copied()).unwrap())
}

#[test]
fn each_shape_of_the_api_is_a_mapping() {
    let list = r#"[
        {"rownd_field":"email","connection_field":"mail","transformer":{"type":"s3cret"}},
        {"connection_field":"u\u202e","rownd_field":"user_id\n","transformer":null,"id":7},
        {"rownd_field":"zip","connection_field":"zip"}
    ]"#;
    let pairs = [("email", "mail"), ("user_id\n", "u\u{202e}"), ("zip", "zip")];
    for shape in [
        list.to_owned(),
        format!(r#"{{"data_type_map":{list}}}"#),
        format!(r#"{{"id":"1","data_type_map":{list},"connection":{{"data_type_map":[7]}}}}"#),
    ] {
        let mapping = mapping(&shape);
        assert_eq!(["mail", "zip"].map(|name| mapping.rownd_field(name)), [Some("email"), Some("zip")]);
        assert_eq!(["email", "Mail", ""].map(|name| mapping.rownd_field(name)), [None; 3]);
        assert!(mapping.iter().map(|rename| (rename.rownd_field(), rename.connection_field())).eq(pairs));
        let transformers: Vec<_> = mapping.iter().map(Rename::transformer).collect();
        assert_eq!(transformers[0].map(RawJson::to_json), Some(json!({"type": "s3cret"})));
        assert_eq!(transformers[2], None);
        let text = format!("{mapping:?}");
        assert!(!text.contains("s3cret") && !text.contains(['\u{202e}', '\n']), "{text:?}");
    }
}

#[test]
fn mappings_from_pairs_and_json_are_equal() {
    let json = r#"[{"rownd_field":"a","connection_field":"b"},{"rownd_field":"c","connection_field":"d"}]"#;
    assert_eq!(mapping(json), FieldMapping::from_pairs([("c", "d"), ("a", "b")]).unwrap());
    assert_eq!(mapping(r#"{"data_type_map":[]}"#), FieldMapping::from_pairs::<&str, &str>([]).unwrap());
}

#[test]
fn an_entry_without_both_names_renames_nothing() {
    let expected = FieldMapping::from_pairs([("email", "mail")]).unwrap();
    for entry in [
        "{}",
        r#"{"rownd_field":"last_name"}"#,
        r#"{"connection_field":"nom"}"#,
        r#"{"rownd_field":"last_name","connection_field":null}"#,
        r#"{"rownd_field":null,"connection_field":"nom"}"#,
        r#"{"rownd_field":"last_name","connection_field":""}"#,
        r#"{"rownd_field":"","connection_field":"nom"}"#,
    ] {
        let json = format!(r#"[{entry},{{"rownd_field":"email","connection_field":"mail"}},{entry}]"#);
        assert_eq!(mapping(&json), expected, "{json}");
    }
}

#[test]
fn names_are_mapped_in_data_redacted_and_lookup_values() {
    let body = Body {
        data: r#"{"uid":"u","m\u0061il":"a@example.com","land":"<<REDACTED>>","tel":"s3cret","zip":1}"#,
        redacted: r#"["l\u0061nd","tel","gone"]"#,
        lookup_values: r#"[{"field":"mail","value":"a@example.com"},{"field":"tel","value":"5"}]"#,
        ..Body::default()
    }
    .to_string();
    let parser = parser(&[
        ("email", "mail"),
        ("user_id", "uid"),
        ("country", "land"),
        ("phone_number", "tel"),
        ("absent", "gone"),
    ]);
    let parsed = parser.parse(body.as_bytes()).unwrap();
    assert_eq!(parsed.user_id().unwrap().as_str(), "u");
    assert_eq!((parsed.email(), parsed.phone_number()), (Some("a@example.com"), None));
    assert!(parsed.fields().names().eq(["absent", "country", "email", "phone_number", "user_id", "zip"]));
    assert!(parsed.redacted_names().eq(["country", "phone_number", "absent"]));
    assert!(parsed.lookup("email").is_some() && parsed.lookup("mail").is_none());
    let issues = summarize(&parsed.issues());
    assert!(issues.iter().map(|(code, path, _)| (*code, &**path)).eq([
        ("withheld_value_present", "/data/phone_number"),
        ("redacted_field_absent", "/redacted/2"),
        ("lookup_exposes_redacted", "/meta/lookup_values/1/value"),
    ]));
    assert_eq!(parser.parse_reader(body.as_bytes()).unwrap(), parsed);
    // It is written with Rownd's names, and read again without the mapping.
    assert_eq!(payload(serde_json::to_string(&parsed).unwrap()), parsed);
}

#[test]
fn nothing_else_is_mapped() {
    let body = r#"{"mail":1,"data":{"x":{"mail":2},"y":"mail"},"meta":{"operation":"mail","mail":3,"lookup_values":[{"field":"y","value":"mail","mail":4},{"field":["mail"]}]}}"#;
    assert_eq!(parser(&[("email", "mail")]).parse(body.as_bytes()).unwrap(), payload(body));
}

#[test]
fn names_may_be_swapped_shifted_or_kept() {
    let body = Body { data: r#"{"a":1,"b":2,"c":3}"#, redacted: r#"["a"]"#, ..Body::default() }.to_string();
    let read = |pairs: &[(&str, &str)]| {
        let payload = parser(pairs).parse(body.as_bytes()).unwrap().into_owned();
        ["a", "b", "c", "d"]
            .map(|name| payload.field(name).map(|field| field.visible().and_then(Value::as_i64)))
    };
    assert_eq!(read(&[("a", "a"), ("b", "b")]), [Some(None), Some(Some(2)), Some(Some(3)), None]);
    assert_eq!(read(&[("a", "b"), ("b", "a")]), [Some(Some(2)), Some(None), Some(Some(3)), None]);
    assert_eq!(read(&[("b", "a"), ("c", "b"), ("d", "c")]), [None, Some(None), Some(Some(2)), Some(Some(3))]);
}

#[test]
fn two_fields_that_become_one_are_a_duplicate_member() {
    let parser = parser(&[("email", "mail")]);
    for (data, path) in [
        (r#"{"mail":"<<REDACTED>>","em\u0061il":"x"}"#, "/data/email"),
        (r#"{"email":"a","mail":"a"}"#, "/data/mail"),
    ] {
        let error = parser.parse(Body::with_data(data).to_string().as_bytes()).unwrap_err();
        assert_eq!((error.code(), error.path()), ("duplicate_member", Some(path)), "{data}");
    }
    let body = Body { redacted: r#"["mail","email"]"#, ..Body::default() }.to_string();
    assert!(issue_codes(&parser.parse(body.as_bytes()).unwrap()).contains(&"duplicate_redacted_name"));
}

#[test]
fn a_name_that_occurs_twice_is_rejected_with_both_places() {
    for (json, message) in [
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
    ] {
        let error = FieldMapping::from_slice(json.as_bytes()).unwrap_err();
        assert_eq!((error.code(), &*error.to_string()), ("duplicate_member", message), "{json}");
    }
    for (pairs, code, path) in [
        (&[("a", "x"), ("b", "y"), ("a", "z")][..], "duplicate_member", Some("/2/0")),
        (&[("a", "x"), ("b", "x")], "duplicate_member", Some("/1/1")),
        (&[("a", "$serde_json::private::x")], "reserved_name", Some("/0/1")),
    ] {
        let error = FieldMapping::from_pairs(pairs.iter().copied()).unwrap_err();
        assert_eq!((error.code(), error.path()), (code, path), "{pairs:?}");
    }
}
