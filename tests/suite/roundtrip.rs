//! A payload is written back unchanged: unknown members and operations, absent and null members, the text of numbers.

use rownd_webhooks::{Event, LookupValue, Payload, RawJson, Redactable, Value};

use crate::support::{Body, payload};

fn tree(json: &str) -> serde_json::Value {
    serde_json::from_str(json).unwrap()
}

fn written(payload: &Payload<'_>) -> String {
    serde_json::to_string(payload).unwrap()
}

fn texts<'p>(members: impl Iterator<Item = (&'p str, &'p RawJson<'p>)>) -> Vec<(&'p str, &'p str)> {
    members.map(|(name, json)| (name, json.get())).collect()
}

#[test]
fn unknown_members_and_operations_are_kept() {
    let body = Body {
        operation: "user_merge",
        lookup_values: r#"[{"field":"email","value":"a@example.com","verified":true},{"value":5,"rank":null,"field":"crm"}]"#,
        meta: r#""source":"import""#,
        members: r#""version":2,"trace":{"id":[1,2]}"#,
        ..Body::default()
    };
    let payload = payload(body);
    assert_eq!(texts(payload.unknown_members()), [("trace", r#"{"id":[1,2]}"#), ("version", "2")]);
    assert_eq!(texts(payload.unknown_meta()), [("source", r#""import""#)]);
    let [email, crm] = payload.lookup_values() else { panic!("{payload:?}") };
    assert_eq!(texts(LookupValue::unknown_members(email)), [("verified", "true")]);
    assert_eq!(texts(crm.unknown_members()), [("rank", "null")]);
    assert_eq!(tree(&written(&payload)), tree(&body.to_string()));

    assert_eq!(payload.operation(), "user_merge");
    let Event::Unknown(kept) = payload.clone().into_event().unwrap() else { panic!("it is unknown") };
    assert_eq!(kept, payload);
}

#[test]
fn absent_and_null_members_are_kept() {
    for body in [
        r#"{"meta":{"operation":"data_update"}}"#,
        r#"{"data":null,"redacted":null,"meta":{"operation":"data_update","lookup_values":null}}"#,
        r#"{"data":{},"redacted":[],"meta":{"operation":"data_update","lookup_values":[]}}"#,
        r#"{"data":{},"redacted":["a","b","a"],"meta":{"operation":"data_update","lookup_values":[]}}"#,
        r#"{"data":null,"redacted":["a"],"meta":{"operation":"data_update","lookup_values":{}}}"#,
    ] {
        let payload = payload(body);
        assert_eq!(written(&payload), body);
        assert_eq!(payload.clone().into_owned(), payload);
        assert_eq!(payload, payload.canonical_json().parse().unwrap());
    }
}

#[test]
fn numbers_keep_their_text() {
    let digits = "1234567890".repeat(30);
    let long = format!("-{digits}.{digits}E+{}", &digits[..9]);
    let numbers = "0 -0 -0.0 0e0 1E5 1e+5 1.00 100 1e400 -1e400 1e-400 1e99999999999999999999999 9007199254740993
        9223372036854775807 -9223372036854775808 -9223372036854775809 18446744073709551615 18446744073709551616
        0.30000000000000004 2.2250738585072011e-308 5e-324 4.9e-325";
    for number in numbers.split_whitespace().chain([&*digits, &long]) {
        let body = format!(
            r#"{{"data":{{"a":[{number},{{"b":{number}}}],"n":{number}}},"redacted":[],"meta":{{"operation":"data_update","lookup_values":[{{"field":"n","value":{number},"x":{number}}},[{number}]],"y":{number}}},"z":[{number}]}}"#
        );
        // Not by `serde_json::Value`, which cannot hold them all.
        let payload = rownd_webhooks::from_str(&body).unwrap();
        assert_eq!(written(&payload), body);
        assert_eq!(payload, serde_json::from_str(&body).unwrap());
        assert_eq!(written(&payload.clone().into_owned()), body);
        let Some(Redactable::Visible(Value::Number(value))) = payload.field("n") else { panic!("{number}") };
        assert_eq!(value.as_str(), number);
        assert_eq!(value.as_f64(), number.parse().ok().filter(|float: &f64| float.is_finite()), "{number}");
        assert_eq!((value.as_i64(), value.as_u64()), (number.parse().ok(), number.parse().ok()), "{number}");
        assert_eq!(payload.lookup("n").unwrap().value(), Redactable::Visible(number));
        assert!(payload.canonical_json().contains(&format!(r#""z":[{number}]"#)), "{number}");
    }
}

#[test]
fn nested_json_keeps_repeated_members_and_white_space_without_newlines() {
    for (nested, kept) in [
        (r#"{"a":1,"b":{"c":1,"c":2},"a":"x"}"#, r#"{"a":1,"b":{"c":1,"c":2},"a":"x"}"#),
        ("{ \"a\" :\t[ 1, 2 ]}", "{ \"a\" :\t[ 1, 2 ]}"),
        ("{\n  \"a b\": [1,\r\n 2]\n}", r#"{"a b":[1,2]}"#),
    ] {
        let payload = payload(Body::field(nested));
        assert!(written(&payload).contains(kept), "{}", written(&payload));
        assert!(serde_json::to_string(payload.fields()).unwrap().contains(kept), "{nested:?}");
        let pretty = serde_json::to_string_pretty(&payload).unwrap();
        assert!(pretty.starts_with("{\n  \"data\": {\n"), "{pretty}");
        assert_eq!(tree(&pretty), tree(&written(&payload)), "{nested:?}");
    }
}

#[test]
fn payloads_that_differ_are_not_equal() {
    let base = r#"{"data":{"a":1,"n":[{"b":10,"c":{"d":1,"d":2}}]},"redacted":["p"],"meta":{"operation":"data_update","lookup_values":[{"field":"f","value":"1"},null]},"x":1}"#;
    for (from, to) in [
        ("\"a\":1", "\"a\":1.0"),
        ("\"a\":1", "\"a\":\"1\""),
        ("\"a\":1", "\"b\":1"),
        ("\"b\":10", "\"b\":1e1"),
        ("{\"d\":1,\"d\":2}", "{\"d\":2,\"d\":1}"),
        ("[\"p\"]", "[\"p\",\"p\"]"),
        ("[\"p\"]", "[]"),
        ("[\"p\"]", "null"),
        ("data_update", "data_insert"),
        ("\"value\":\"1\"", "\"value\":1"),
        ("\"value\":\"1\"", "\"value\":\"1\",\"y\":0"),
        (",null]", "]"),
        (",null]", ",false]"),
        ("\"x\":1", "\"x\":2"),
        ("]}", "],\"z\":0}"),
    ] {
        let other = base.replacen(from, to, 1);
        assert_ne!(payload(base), payload(&other), "{other}");
        assert_ne!(payload(base).canonical_json(), payload(&other).canonical_json(), "{other}");
    }
}
