//! The operator's renames, undone everywhere.

mod support;

use rownd_webhooks::mapping::FieldMapping;
use rownd_webhooks::{ParseError, Parser, Payload, Redactable};
use serde_json::json;
use support::{told, update_body};

fn parser(pairs: &[(&str, &str)]) -> Parser {
    Parser::new().field_mapping(FieldMapping::from_pairs(pairs.iter().copied()).unwrap())
}

fn names<'p>(payload: &'p Payload<'_>) -> Vec<&'p str> {
    payload.fields().iter().map(|(name, _)| name).collect()
}

fn refused(json: &str) -> (&'static str, Option<String>) {
    let error: ParseError = FieldMapping::from_slice(json.as_bytes()).unwrap_err();
    (error.code(), error.path().map(str::to_owned))
}

#[test]
fn the_vendors_json_is_a_mapping() {
    let json = br#"[
        {"rownd_field":"email","connection_field":"mail","transformer":{"type":"lowercase","n":1}},
        {"connection_field":"uid","rownd_field":"user_id","transformer":null,"id":7},
        {"rownd_field":"zip","connection_field":"zip"}
    ]"#;
    let mapping = FieldMapping::from_slice(json).unwrap();
    assert_eq!(mapping.rownd_field("mail"), Some("email"));
    assert_eq!(mapping.rownd_field("uid"), Some("user_id"));
    assert_eq!(
        (mapping.rownd_field("email"), mapping.rownd_field("Mail"), mapping.rownd_field("")),
        (None, None, None)
    );
    let renames: Vec<_> =
        mapping.iter().map(|rename| (rename.rownd_field(), rename.connection_field())).collect();
    assert_eq!(renames, [("email", "mail"), ("user_id", "uid"), ("zip", "zip")]);
    let kept: Vec<_> = mapping.iter().map(|rename| rename.transformer().cloned()).collect();
    assert_eq!(kept, [Some(json!({"n": 1, "type": "lowercase"})), None, None]);
}

#[test]
fn pairs_and_json_are_the_same() {
    let json = br#"[{"rownd_field":"a","connection_field":"b"},{"rownd_field":"c","connection_field":"d"}]"#;
    assert_eq!(FieldMapping::from_slice(json), FieldMapping::from_pairs([("c", "d"), ("a", "b")]));
    assert_eq!(FieldMapping::from_slice(b"[]"), FieldMapping::from_pairs::<&str, &str>([]));
}

#[test]
fn names_are_rownds_in_data_redacted_and_lookup_values() {
    let body = r#"{"data":{"uid":"u","mail":"a@example.com","land":"<<REDACTED>>","tel":"s3cret","zip":1},"redacted":["land","tel","gone"],
        "meta":{"operation":"data_update","lookup_values":[{"field":"mail","value":"a@example.com"},{"field":"tel","value":"5"}]}}"#;
    let pairs = [
        ("email", "mail"),
        ("user_id", "uid"),
        ("country", "land"),
        ("phone_number", "tel"),
        ("absent", "gone"),
    ];
    let payload = parser(&pairs).parse(body.as_bytes()).unwrap();
    assert_eq!(payload.user_id().unwrap().as_str(), "u");
    assert_eq!((payload.email(), payload.phone_number()), (Some("a@example.com"), None));
    assert_eq!(names(&payload), ["country", "email", "phone_number", "user_id", "zip"]);
    assert!(payload.redacted().eq(["country", "phone_number", "absent"]));
    assert_eq!(payload.field("phone_number"), Some(&Redactable::Redacted), "withheld by its new name");
    assert!(payload.lookup("email").is_some() && payload.lookup("mail").is_none());
    let paths: Vec<_> = told(&payload.issues()).into_iter().map(|(code, path, _)| (code, path)).collect();
    assert!(paths.contains(&("withheld_value_present", "/data/phone_number".to_owned())), "{paths:?}");
    assert!(!serde_json::to_string(&payload).unwrap().contains("s3cret"));
    assert_eq!(
        support::payload(&serde_json::to_string(&payload).unwrap()),
        payload,
        "written with Rownd's names"
    );
    assert_eq!(parser(&pairs).parse_reader(body.as_bytes()).unwrap(), payload);
}

#[test]
fn nothing_else_is_renamed() {
    let body = r#"{"mail":1,"data":{"x":{"mail":2},"y":"mail"},"meta":{"operation":"mail","mail":3,"lookup_values":[{"field":"y","value":"mail","mail":4}]}}"#;
    let payload = parser(&[("email", "mail")]).parse(body.as_bytes()).unwrap();
    assert_eq!(payload, support::payload(body));
}

#[test]
fn an_escaped_name_is_the_same_name() {
    let body = update_body(r#""m\u0061il":"a@example.com""#, r#""l\u0061nd""#);
    let payload = parser(&[("email", "mail"), ("country", "land")]).parse(body.as_bytes()).unwrap();
    assert_eq!(payload.email(), Some("a@example.com"));
    assert!(payload.redacted().eq(["country"]));
}

#[test]
fn names_may_be_swapped_and_moved_on() {
    let body = update_body(r#""a":1,"b":2,"c":3"#, r#""a""#);
    let read = |pairs: &[(&str, &str)]| {
        let payload = parser(pairs).parse(body.as_bytes()).unwrap();
        let number = |name: &str| {
            payload.field(name).map(|field| field.visible().and_then(rownd_webhooks::Value::as_i64))
        };
        (number("a"), number("b"), number("c"), number("d"))
    };
    assert_eq!(read(&[("a", "b"), ("b", "a")]), (Some(Some(2)), Some(None), Some(Some(3)), None));
    assert_eq!(read(&[("b", "a"), ("c", "b"), ("d", "c")]), (None, Some(None), Some(Some(2)), Some(Some(3))));
    assert_eq!(read(&[("a", "a")]), read(&[]));
}

#[test]
fn two_fields_that_become_one_are_refused() {
    let parser = parser(&[("email", "mail")]);
    for data in [
        r#""mail":"a","email":"b""#,
        r#""email":"a","mail":"a""#,
        r#""mail":"<<REDACTED>>","em\u0061il":"x""#,
    ] {
        let body = update_body(data, "");
        let error = parser.parse(body.as_bytes()).unwrap_err();
        assert_eq!((error.code(), error.path()), ("duplicate_member", Some("/data/email")), "{body}");
    }
    let listed_twice = update_body("", r#""mail","email""#);
    let payload = parser.parse(listed_twice.as_bytes()).unwrap();
    assert!(payload.issues().iter().any(|issue| issue.code() == "duplicate_redacted_name"));
}

#[test]
fn a_mapping_that_joins_or_splits_is_refused() {
    let duplicate = |path: &str| ("duplicate_member", Some(path.to_owned()));
    let json =
        r#"[{"rownd_field":"email","connection_field":"a"},{"rownd_field":"email","connection_field":"b"}]"#;
    assert_eq!(refused(json), duplicate("/1/rownd_field"));
    let json = r#"[{"rownd_field":"a","connection_field":"mail"},{"rownd_field":"b","connection_field":"m\u0061il"}]"#;
    assert_eq!(refused(json), duplicate("/1/connection_field"));
    let error = FieldMapping::from_pairs([("a", "x"), ("b", "y"), ("a", "z")]).unwrap_err();
    assert_eq!((error.code(), error.path()), ("duplicate_member", Some("/2/rownd_field")));
    assert!(FieldMapping::from_pairs([("a", "x"), ("a", "x")]).is_err());
}

#[test]
fn a_bad_map_says_what_and_where() {
    let path = |path: &str| Some(path.to_owned());
    let rows = [
        ("", "empty", None),
        ("{", "syntax", None),
        ("[] []", "trailing_data", None),
        ("{}", "wrong_type", path("")),
        ("null", "wrong_type", path("")),
        ("[7]", "wrong_type", path("/0")),
        ("[null]", "wrong_type", path("/0")),
        ("[[]]", "wrong_type", path("/0")),
        ("[{}]", "missing_member", path("/0/rownd_field")),
        (r#"[{"rownd_field":"a"}]"#, "missing_member", path("/0/connection_field")),
        (r#"[{"rownd_field":"a","connection_field":null}]"#, "missing_member", path("/0/connection_field")),
        (r#"[{"rownd_field":7,"connection_field":"b"}]"#, "wrong_type", path("/0/rownd_field")),
        (r#"[{"rownd_field":"a","connection_field":["b"]}]"#, "wrong_type", path("/0/connection_field")),
        (
            r#"[{"rownd_field":"$serde_json::private::RawValue","connection_field":"b"}]"#,
            "reserved_name",
            path("/0/rownd_field"),
        ),
        (
            r#"[{"rownd_field":"a","connection_field":"$serde_json::private::Number"}]"#,
            "reserved_name",
            path("/0/connection_field"),
        ),
        (r#"[{"rownd_field":"a","connection_field":"b","connection_field":"c"}]"#, "duplicate_member", None),
        (
            r#"[{"rownd_field":"a","connection_field":"b","x":{"y":[{"z":1,"\u007a":1}]}}]"#,
            "duplicate_member",
            None,
        ),
        (r#"[{"rownd_field":"a","connection_field":"b","transformer":1e400}]"#, "syntax", None),
    ];
    for (json, code, path) in rows {
        assert_eq!(refused(json), (code, path), "{json}");
    }
    assert_eq!(FieldMapping::from_slice(b"[\xFF]").unwrap_err().code(), "not_utf8");
    assert_eq!(FieldMapping::from_slice(b"\xEF\xBB\xBF[]").unwrap_err().code(), "byte_order_mark");
}

#[test]
fn a_name_that_is_reserved_is_pointed_at() {
    for space in ["", "\n  ", "\t\r\n\n"] {
        let json = format!(r#"{space}[{{"rownd_field":"a","$serde_json::private::Number":"1"}}]"#);
        let error = FieldMapping::from_slice(json.as_bytes()).unwrap_err();
        let before = &json[..json.find(r#""$serde"#).unwrap()];
        let column = before.len() - before.rfind('\n').map_or(0, |newline| newline + 1) + 1;
        assert_eq!((error.code(), error.line()), ("reserved_name", Some(before.matches('\n').count() + 1)));
        assert_eq!(error.column(), Some(column), "{json:?}");
    }
}

#[test]
fn debug_shows_names_safely_and_no_transformer() {
    let json = br#"[{"rownd_field":"a\u202e","connection_field":"b\n","transformer":"s3cret"}]"#;
    let mapping = FieldMapping::from_slice(json).unwrap();
    let text = format!("{mapping:?}");
    assert!(!text.contains("s3cret"), "{text}");
    assert!(!text.contains(['\u{202e}', '\n']), "{text:?}");
}

/// Ten thousand renames, each of them used.
#[test]
fn a_large_mapping_is_no_obstacle() {
    let pairs = (0..9_000).map(|index| (format!("rownd{index}"), format!("theirs{index}")));
    let parser = Parser::new().field_mapping(FieldMapping::from_pairs(pairs).unwrap());
    let fields: Vec<String> = (0..9_000).map(|index| format!(r#""theirs{index}":{index}"#)).collect();
    let body = update_body(&fields.join(","), "");
    let payload = parser.parse(body.as_bytes()).unwrap();
    for index in [0_i64, 1, 4_500, 8_999] {
        let field = payload.field(&format!("rownd{index}")).unwrap();
        assert_eq!(field.visible().unwrap().as_i64(), Some(index));
    }
}

#[test]
fn a_wrong_type_is_named() {
    for (json, told) in [
        ("null", "null"),
        ("true", "a boolean"),
        ("7", "a number"),
        (r#""s3cret""#, "a string"),
        ("[]", "an array"),
    ] {
        let map = format!("[{json}]");
        let error = FieldMapping::from_slice(map.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), format!("expected an object, found {told} at /0"), "{json}");
    }
    let error = FieldMapping::from_slice(b"{}").unwrap_err();
    assert_eq!(error.to_string(), "expected an array, found an object");
}
