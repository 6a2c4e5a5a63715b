//! `FieldMapping`: a connection's field names become Rownd's.

use rownd_webhooks::mapping::FieldMapping;
use rownd_webhooks::{Parser, Value};

use crate::support::{Body, issue_codes, payload};

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
        {"rownd_field":"email","connection_field":"mail","transformer":"upper"},
        {"connection_field":"u\u202e","rownd_field":"user_id\n","transformer":null,"id":7}
    ]"#;
    for shape in [
        list.to_owned(),
        format!(r#"{{"data_type_map":{list}}}"#),
        format!(r#"{{"id":"1","data_type_map":{list},"connection":{{"data_type_map":[7]}}}}"#),
    ] {
        let mapping = mapping(&shape);
        assert_eq!((mapping.rownd_field("mail"), mapping.rownd_field("email")), (Some("email"), None));
        let pairs = mapping.iter().map(|rename| (rename.rownd_field(), rename.connection_field()));
        assert!(pairs.eq([("email", "mail"), ("user_id\n", "u\u{202e}")]));
        assert!(!format!("{mapping:?}").contains(['\u{202e}', '\n']));
    }
}

#[test]
fn an_entry_without_both_names_renames_nothing() {
    for entry in [
        "{}",
        r#"{"rownd_field":"last_name"}"#,
        r#"{"rownd_field":"last_name","connection_field":null}"#,
        r#"{"rownd_field":"","connection_field":"nom"}"#,
    ] {
        assert_eq!(mapping(&format!("[{entry},{entry}]")).iter().len(), 0, "{entry}");
    }
    assert_eq!(FieldMapping::from_pairs([("", "nom"), ("last_name", "")]).unwrap().iter().len(), 0);
}

#[test]
fn names_are_mapped_in_data_redacted_and_lookup_values() {
    let body = Body {
        data: r#"{"uid":"u","m\u0061il":"a@example.com","land":"<<REDACTED>>","tel":"5","zip":1}"#,
        redacted: r#"["l\u0061nd","tel"]"#,
        lookup_values: r#"[{"field":"mail","value":"a@example.com"},{"field":"tel","value":"5"}]"#,
        ..Body::default()
    };
    let expected = Body {
        data: r#"{"user_id":"u","email":"a@example.com","country":"<<REDACTED>>","phone_number":"5","zip":1}"#,
        redacted: r#"["country","phone_number"]"#,
        lookup_values: r#"[{"field":"email","value":"a@example.com"},{"field":"phone_number","value":"5"}]"#,
        ..Body::default()
    };
    let parser =
        parser(&[("email", "mail"), ("user_id", "uid"), ("country", "land"), ("phone_number", "tel")]);
    let (body, expected) = (body.to_string(), payload(expected));
    for parsed in [parser.parse(body.as_bytes()), parser.parse_reader(body.as_bytes())] {
        let parsed = parsed.unwrap();
        assert_eq!((parsed.issues(), parsed), (expected.issues(), expected.clone()));
    }
}

#[test]
fn nothing_else_is_mapped() {
    let body = r#"{"mail":1,"data":{"x":{"mail":2},"y":"mail"},"meta":{"operation":"mail","mail":3,"lookup_values":[{"field":"y","value":"mail","mail":4},{"field":["mail"]}]}}"#;
    assert_eq!(parser(&[("email", "mail")]).parse(body.as_bytes()).unwrap(), payload(body));
}

#[test]
fn names_may_be_swapped_shifted_or_kept() {
    for (pairs, names) in [
        (&[("a", "a")][..], ["a", "b", "c"]),
        (&[("a", "b"), ("b", "a")], ["b", "a", "c"]),
        (&[("b", "a"), ("c", "b"), ("d", "c")], ["b", "c", "d"]),
    ] {
        let body = Body::with_data(r#"{"a":1,"b":2,"c":3}"#).to_string();
        let payload = parser(pairs).parse(body.as_bytes()).unwrap();
        let values = names.map(|name| payload.value(name).and_then(Value::as_i64));
        assert_eq!(values, [Some(1), Some(2), Some(3)], "{pairs:?}");
    }
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
fn a_malformed_mapping_is_an_error_with_a_path() {
    for (json, code, path) in [
        (r#"{"error":{"code":"E_UNAUTHORIZED"}}"#, "missing_member", "/data_type_map"),
        (r#"{"data_type_map":{}}"#, "wrong_type", "/data_type_map"),
        (r#"{"data_type_map":[],"data_type_map":[]}"#, "duplicate_member", "/data_type_map"),
        (r#""x""#, "wrong_type", ""),
        (r#"[{},{"rownd_field":7}]"#, "wrong_type", "/1/rownd_field"),
        (r#"[{"rownd_field":"a","rownd_field":"b"}]"#, "duplicate_member", "/0/rownd_field"),
        (
            r#"[{"rownd_field":"$serde_json::private::","connection_field":"b"}]"#,
            "reserved_name",
            "/0/rownd_field",
        ),
        (r#"[{"rownd_field":"a","connection_field":["x"]}]"#, "wrong_type", "/0/connection_field"),
    ] {
        let error = FieldMapping::from_slice(json.as_bytes()).expect_err(json);
        assert_eq!((error.code(), error.path()), (code, Some(path)), "{json}");
    }
    let error = FieldMapping::from_slice(b"[{},\n {\"rownd_field\":7}]").unwrap_err();
    assert_eq!(error.to_string(), "expected a string, found a number at /1/rownd_field (line 2, column 17)");
}

#[test]
fn two_names_for_one_field_are_an_error_with_both_places() {
    let list =
        r#"[{"rownd_field":"a","connection_field":"b"},{},{"connection_field":"\u0062","rownd_field":"c"}]"#;
    let error = FieldMapping::from_slice(list.as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "entry 0 already has this name at /2/connection_field");
    for (pairs, code, path) in [
        (&[("a", "x"), ("b", "y"), ("a", "z")][..], "duplicate_member", "/2/rownd_field"),
        (&[("a", "x"), ("", "x"), ("b", "x")], "duplicate_member", "/2/connection_field"),
        (&[("a", "$serde_json::private::x")], "reserved_name", "/0/connection_field"),
    ] {
        let error = FieldMapping::from_pairs(pairs.iter().copied()).unwrap_err();
        assert_eq!((error.code(), error.path()), (code, Some(path)), "{pairs:?}");
    }
}
