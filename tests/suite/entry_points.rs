//! Every entry point accepts and rejects the same bodies, and returns equal payloads.

use rownd_webhooks::{ParseError, Payload};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::support::{Body, VALUE_ENTRY_POINTS, list, parse_everywhere, payload};

#[test]
fn every_entry_point_accepts_a_valid_body() {
    for body in [
        r#"{"data":null,"redacted":null,"meta":{"operation":"","lookup_values":null}}"#,
        r#"{"meta":{"lookup_values":[{"value":7,"field":"","x":[{}]},null],"operation":"user_merge","y":null},"z":{"a":1}}"#,
        r#"{"data":{"":null,"\u0061":"<\u003cREDACTED>>","b":"x"},"redacted":["b","c","b"],"meta":{"operation":"delete"}}"#,
        r#"{"data":{"$serde_json":1,"serde_json::private::":2,"$SERDE_JSON::private::":3},"meta":{"operation":"delete"}}"#,
        // Names that the types around a payload have, too.
        r#"{"payload":1,"k":2,"Delivery":3,"received_at":4,"meta":{"operation":"delete"}}"#,
    ] {
        let plain = payload(body);
        assert_eq!(payload(format!(" \r\n\t{body}")), plain, "{body}");
        assert_eq!(payload(format!("{body}\n\n")), plain, "{body}");
    }
}

#[test]
fn every_entry_point_rejects_invalid_utf8_anywhere() {
    const INVALID: [&[u8]; 7] = [
        b"\x80",                     // a continuation alone
        b"\xC3",                     // a beginning alone
        b"\xC0\xAF",                 // a slash, overlong
        b"\xF0\x80\x80\xAF",         // and longer
        b"\xED\xA0\xBD\xED\xB8\x80", // a surrogate pair, as CESU-8 encodes it
        b"\xF4\x90\x80\x80",         // after the last character
        b"\xFF",
    ];
    let body = Body {
        operation: "¤",
        data: r#"{"¤":"¤","a":["¤",{"¤":1}],"b":¤}"#,
        redacted: r#"["¤"]"#,
        lookup_values: r#"[{"field":"¤","value":"¤","x¤":"¤"},"¤"]"#,
        meta: r#""y¤":"¤""#,
        members: r#""x¤":{"y":"¤"}"#,
    }
    .to_string();
    for place in 0..body.matches('¤').count() {
        for invalid in INVALID {
            let pieces = body.split('¤').enumerate().map(|(index, piece)| {
                [if index == place + 1 { invalid } else { b"" }, piece.as_bytes()].concat()
            });
            let body = pieces.collect::<Vec<_>>().concat();
            assert_eq!(parse_everywhere(&body).unwrap_err().code(), "not_utf8", "{}", body.escape_ascii());
        }
    }
}

#[test]
fn the_default_limits_hold_everywhere() {
    for (count, code) in [(10_000, None), (10_001, Some("too_many_entries"))] {
        let data = format!("{{{}}}", list(count, |index| format!(r#""f{index}":{index}"#)));
        let body = Body { data: &data, lookup_values: "", ..Body::delete() }.to_string();
        assert_eq!(parse_everywhere(body).err().map(|error| error.code()), code, "{count}");
    }
    for length in [2 << 20, (2 << 20) + 1] {
        let frame = Body { members: r#""x":"""#, ..Body::default() }.to_string();
        let body = frame.replace(r#""x":"""#, &format!(r#""x":"{}""#, "y".repeat(length - frame.len())));
        assert_eq!(body.len(), length);
        if length > 2 << 20 {
            assert_eq!(parse_everywhere(body).unwrap_err().code(), "too_large");
        } else {
            assert!(rownd_webhooks::from_str(&body).is_ok());
            assert!(serde_json::from_str::<Payload<'_>>(&body).is_ok());
        }
    }
}

#[test]
fn the_depth_of_trees_is_limited() {
    let deep = |depth: usize| (0..depth).fold(Value::Null, |inner, _| Value::from(vec![inner]));
    for (depth, is_accepted) in [(1, true), (125, true), (126, false), (127, false), (300, false)] {
        let tree = json!({"data": {"a": deep(depth)}, "meta": {"operation": "delete"}});
        for (name, parse) in VALUE_ENTRY_POINTS {
            assert_eq!(parse(tree.clone()).is_ok(), is_accepted, "{name}, depth {depth}");
        }
    }
    // So deep that printing or reading it recursively would overflow the stack.
    let member = |inner, _| Value::from_iter([("a", inner)]);
    for tree in [deep(10_000), (0..2_000).fold(Value::Null, member)] {
        // `json!` would copy the tree recursively.
        let body = Value::from_iter([("data", Value::from_iter([("a", tree)]))]);
        assert_eq!(Payload::try_from(body).unwrap_err().code(), "too_deep");
    }
}

#[test]
fn an_error_of_a_tree_has_a_path() {
    let error = |tree: Value| -> ParseError { Payload::try_from(tree).unwrap_err() };
    let wrong_type = error(json!({"meta": 5}));
    assert_eq!((wrong_type.code(), wrong_type.path()), ("wrong_type", Some("/meta")));
    let reserved = error(json!({"data": {"a": {"$serde_json::private::x": 1}}}));
    assert_eq!((reserved.code(), reserved.path()), ("reserved_name", Some("/data/a")));
}

/// serde_json's map is a deserializer, too.
#[test]
fn a_reserved_name_in_a_map_does_not_turn_a_string_into_a_body() {
    let body = Body::default().to_string();
    for value in [json!(body), json!(5_550_199), json!(["canary"])] {
        for more in [json!({}), json!({"x": 1})] {
            let mut map: Map<String, Value> = more.as_object().unwrap().clone();
            map.insert("$serde_json::private::RawValue".to_owned(), value.clone());
            for parsed in [Payload::deserialize(&map), Payload::deserialize(map)] {
                let message = parsed.unwrap_err().to_string();
                assert!(!message.contains("5550199") && !message.contains("canary"), "{message}");
            }
        }
    }
}
