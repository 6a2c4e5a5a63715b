//! Every entry point accepts and rejects the same bodies, and returns equal payloads.

use rownd_webhooks::Payload;
use serde_json::{Value, json};

use crate::support::{VALUE_ENTRY_POINTS, list, parse_everywhere};

#[test]
fn every_entry_point_accepts_a_valid_body() {
    for body in [
        r#"{"data":null,"redacted":null,"meta":{"operation":"","lookup_values":null}}"#,
        r#"{"data":{"":null,"\u0061":"<\u003cREDACTED>>","b":"x"},"redacted":["b","c","b"],"meta":{"operation":"delete"}}"#,
        // Names that the types around a payload have, too.
        r#"{"payload":1,"Delivery":3,"received_at":4,"meta":{"operation":"delete"}}"#,
    ] {
        let spaced = parse_everywhere(format!(" \r\n\t{body}\n\n")).unwrap();
        assert_eq!(parse_everywhere(body).unwrap(), spaced, "{body}");
    }
}

#[test]
fn the_default_limits_are_the_parsers_and_not_serdes() {
    let fields = |count| list(count, |index| format!(r#""f{index}":{index}"#));
    let body = |count| format!(r#"{{"data":{{{}}},"meta":{{"operation":"delete"}}}}"#, fields(count));
    assert!(parse_everywhere(body(10_000)).is_ok());
    assert_eq!(parse_everywhere(body(10_001)).unwrap_err().code(), "too_many_entries");
    assert!(serde_json::from_str::<Payload<'_>>(&body(10_001)).is_ok());

    let rest = (2 << 20) - r#"{"x":"","meta":{"operation":"delete"}}"#.len();
    let body = |rest| format!(r#"{{"x":"{}","meta":{{"operation":"delete"}}}}"#, "y".repeat(rest));
    assert!(parse_everywhere(body(rest)).is_ok());
    assert_eq!(parse_everywhere(body(rest + 1)).unwrap_err().code(), "too_large");
    assert!(serde_json::from_str::<Payload<'_>>(&body(rest + 1)).is_ok());
}

#[test]
fn the_depth_of_trees_is_limited() {
    let deep = |depth: usize| (0..depth).fold(Value::Null, |inner, _| Value::from(vec![inner]));
    for (depth, is_accepted) in [(125, true), (126, false), (300, false)] {
        let tree = json!({"data": {"a": deep(depth)}, "meta": {"operation": "delete"}});
        for (name, parse) in VALUE_ENTRY_POINTS {
            assert_eq!(parse(tree.clone()).is_ok(), is_accepted, "{name}, depth {depth}");
        }
    }
    // A program can build a tree that is much deeper. `json!` would copy it recursively.
    let member = |inner, _| Value::from_iter([("a", inner)]);
    for tree in [deep(10_000), (0..2_000).fold(Value::Null, member)] {
        assert_eq!(Payload::try_from(Value::from_iter([("data", tree)])).unwrap_err().code(), "too_deep");
    }
}

#[test]
fn an_error_of_a_tree_has_a_path_and_no_position() {
    let error = Payload::try_from(json!({"meta": 5})).unwrap_err();
    assert_eq!((error.code(), error.path(), error.line()), ("wrong_type", Some("/meta"), None));
}
