//! Laws that hold for every body, checked on bodies that proptest generates and breaks.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use rownd_webhooks::Payload;
use serde_json::Value;

use crate::support::strategies::{body, config};
use crate::support::{parse_everywhere, payload, written_back};

/// The same JSON with its members in another order, more whitespace, and every letter escaped.
fn disguised(value: &Value) -> String {
    let joined = |parts: Vec<String>| parts.join(" ,\r\n");
    let escaped = |text: &str| text.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect::<String>();
    match value {
        Value::Object(members) => {
            let members = members.iter().rev();
            let members =
                members.map(|(name, value)| format!("\"{}\" :\t{}", escaped(name), disguised(value)));
            format!("{{ {} }}", joined(members.collect()))
        }
        Value::Array(elements) => format!("[ {} ]", joined(elements.iter().map(disguised).collect())),
        Value::String(text) => format!("\"{}\"", escaped(text)),
        leaf => leaf.to_string(),
    }
}

/// The body as equality sees it: redacted names are in no order.
fn normal(body: &Value) -> Value {
    let mut normal = written_back(body);
    if let Some(names) = normal.get_mut("redacted").and_then(Value::as_array_mut) {
        names.sort_unstable_by_key(Value::to_string);
    }
    normal
}

/// The members of a body and of its meta.
const MEMBERS: [(&str, &str); 7] = [
    ("", "data"),
    ("", "redacted"),
    ("", "meta"),
    ("", "version"),
    ("/meta", "operation"),
    ("/meta", "lookup_values"),
    ("/meta", "source"),
];

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_payload_is_written_back_and_parses_to_an_equal_one(body in body()) {
        let payload = payload(&body);
        let text = serde_json::to_string(&payload).unwrap();
        prop_assert_eq!(text.parse::<Payload<'_>>().unwrap(), payload.clone());
        prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), written_back(&body));
        prop_assert_eq!(serde_json::to_value(&payload).unwrap(), written_back(&body));
        prop_assert_eq!(payload.clone().into_owned(), payload);
    }

    #[test]
    fn order_white_space_and_escapes_make_no_difference(body in body()) {
        let (plain, disguised) = (payload(&body), payload(disguised(&body)));
        prop_assert_eq!(&plain, &disguised);
        prop_assert_eq!(plain.canonical_json(), disguised.canonical_json());
        prop_assert_eq!(plain.issues(), disguised.issues());
    }

    #[test]
    fn canonical_texts_are_equal_exactly_when_payloads_are(
        one in body(),
        two in body(),
        (parent, name) in select(&MEMBERS),
    ) {
        // A body that differs in one member at most.
        let mut other = one.clone();
        let members = other.pointer_mut(parent).and_then(Value::as_object_mut).unwrap();
        members.remove(name);
        let member = two.pointer(parent).and_then(|members| members.get(name));
        members.extend(member.map(|member| (name.to_owned(), member.clone())));
        let payloads = [&one, &other].map(payload);
        let canonical = payloads.each_ref().map(Payload::canonical_json);
        prop_assert_eq!(payloads[0] == payloads[1], normal(&one) == normal(&other));
        prop_assert_eq!(payloads[0] == payloads[1], canonical[0] == canonical[1]);
        let read: Payload<'_> = canonical[0].parse().unwrap();
        prop_assert_eq!(&read, &payloads[0]);
        prop_assert_eq!(&read.canonical_json(), &canonical[0]);
    }

    #[test]
    fn a_replaced_byte_parses_the_same_by_every_entry_point(
        body in body(),
        at in any::<Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = body.to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = parse_everywhere(bytes);
    }
}
