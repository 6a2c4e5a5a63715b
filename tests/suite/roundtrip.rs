//! A payload is written back unchanged: unknown members and operations, absent and null members, the text of numbers.

use rownd_webhooks::{Payload, RawJson, Redactable, Value};

use crate::support::{Body, payload};

fn written(payload: &Payload<'_>) -> String {
    serde_json::to_string(payload).unwrap()
}

fn texts<'p>(members: impl Iterator<Item = (&'p str, &'p RawJson<'p>)>) -> Vec<(&'p str, &'p str)> {
    members.map(|(name, json)| (name, json.as_str())).collect()
}

#[test]
fn unknown_members_can_be_read() {
    let payload = payload(Body {
        lookup_values: r#"[{"field":"email","verified":true,"value":"a@example.com","at":[1, 2]}]"#,
        meta: r#""source":"import""#,
        members: r#""version":2,"trace":{"id":[1,2]}"#,
        ..Body::default()
    });
    assert_eq!(texts(payload.unknown_members()), [("trace", r#"{"id":[1,2]}"#), ("version", "2")]);
    assert_eq!(texts(payload.unknown_meta()), [("source", r#""import""#)]);
    assert_eq!(texts(payload.lookup_values()[0].unknown_members()), [("at", "[1, 2]"), ("verified", "true")]);
}

#[test]
fn numbers_keep_their_text() {
    let long = "-".to_owned() + &"1234567890".repeat(30) + ".5E+1234567890";
    let numbers = "0 -0 -0.0 0e0 1E5 1e+5 1.00 1e400 -1e400 1e-400 1e99999999999999999999999 9007199254740993
        9223372036854775808 -9223372036854775809 18446744073709551616 0.30000000000000004 4.9e-325";
    for number in numbers.split_whitespace().chain([&*long]) {
        let body = r#"{"data":{"a":[@,{"b":@}],"n":@},"redacted":[],"meta":{"operation":"data_update","lookup_values":[{"field":"n","value":@,"x":@},[@]],"y":@},"z":[@]}"#;
        let body = body.replace('@', number);
        let payload = payload(&body);
        assert_eq!(written(&payload), body);
        let Some(Redactable::Visible(Value::Number(value))) = payload.field("n") else { panic!("{number}") };
        assert_eq!(value.as_str(), number);
        assert_eq!(payload.lookup("n").unwrap().value(), Redactable::Visible(number));
        assert!(payload.canonical_json().contains(&format!(r#""z":[{number}]"#)), "{number}");
    }
}

#[test]
fn nested_json_keeps_repeated_members_and_white_space_without_newlines() {
    let compact = r#"{"a b":["1 \" 2\\",{"c":1,"c":2}]}"#;
    for (nested, kept) in [
        (compact, compact),
        ("{ \"a\" :\t[ 1, 2 ]}", "{ \"a\" :\t[ 1, 2 ]}"),
        ("{\n  \"a b\": [\"1 \\\" 2\\\\\",\r\n {\"c\":1, \"c\":2}]\t}", compact),
    ] {
        let data = &format!(r#"{{"user_id":"u","f":{nested}}}"#);
        let body = Body { data, lookup_values: "[ [\n] ]", members: "\"more\": [\r\n]", ..Body::default() };
        let payload = payload(body);
        let text = written(&payload);
        assert!(text.contains(kept) && !text.contains(['\n', '\r']), "{text}");
        assert!(serde_json::to_string(payload.fields()).unwrap().contains(kept), "{nested:?}");
        for text in [text, serde_json::to_string_pretty(&payload).unwrap()] {
            assert_eq!(rownd_webhooks::from_str(&text).unwrap(), payload, "{text}");
        }
    }
}
