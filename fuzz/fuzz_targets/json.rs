//! Law: the crate accepts the JSON that serde_json accepts, apart from the rules of [`is_allowed`], and reads the same content.
#![no_main]

use std::fmt::{self, Formatter};

use libfuzzer_sys::fuzz_target;
use rownd_webhooks::{REDACTED, Redactable, Value};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The members of an object in the order of the text, including repeated ones.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;

        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(MembersVisitor)
    }
}

/// Checks the crate's own rules for JSON: at most 127 open containers, no reserved name, no lone surrogate in a name.
fn is_allowed(json: &RawValue, open: usize) -> bool {
    let json = json.get();
    match json.as_bytes()[0] {
        b'[' if open < 127 => {
            let elements: Vec<&RawValue> = serde_json::from_str(json).unwrap();
            elements.into_iter().all(|element| is_allowed(element, open + 1))
        }
        b'{' if open < 127 => serde_json::from_str::<Members<'_>>(json).is_ok_and(|Members(members)| {
            members.into_iter().all(|(name, value)| {
                !name.starts_with("$serde_json::private::") && is_allowed(value, open + 1)
            })
        }),
        b'[' | b'{' => false,
        _ => true,
    }
}

/// A body is rejected for its JSON exactly if it is not JSON, or not allowed.
fn check_body(body: &[u8]) {
    let is_json = serde_json::from_slice::<&RawValue>(body).is_ok_and(|json| is_allowed(json, 0));
    match rownd_webhooks::from_slice(body) {
        Ok(_) => assert!(is_json),
        Err(error) if is_json => match error.code() {
            "not_an_object" | "missing_member" | "wrong_type" | "duplicate_member" => {}
            // A name in `redacted` is reserved as well, although it is not the name of a member.
            "reserved_name" => assert!(error.path().unwrap().starts_with("/redacted/"), "{error}"),
            // A lone surrogate where two ids, or what identifies a user, could become one, or in a value of the wrong type.
            "syntax" => {
                let path = error.path().unwrap();
                let is_strict = ["/redacted", "/meta", "/data/user_id"].iter().any(|place| path.starts_with(place));
                assert!(is_strict || ["", "/data"].contains(&path), "{error}");
            }
            _ => panic!("{error}"),
        },
        Err(_) => {}
    }
}

/// A field has the value that serde_json reads.
fn check_value(field: &Redactable<Value<'_>>, json: &RawValue) {
    let text = json.get();
    let value = match field {
        Redactable::Visible(value) => value,
        Redactable::Redacted => return assert_eq!(serde_json::from_str::<String>(text).unwrap(), REDACTED),
    };
    match value {
        Value::Null => assert_eq!(text, "null"),
        Value::Bool(bool) => assert_eq!(text, bool.to_string()),
        Value::Number(number) => assert_eq!(text, number.as_str()),
        Value::String(string) => match serde_json::from_str::<String>(text) {
            Ok(expected) => assert_eq!(expected, *string),
            // A lone surrogate.
            Err(_) => assert!(string.contains(char::REPLACEMENT_CHARACTER), "{text}"),
        },
        Value::Array(json) | Value::Object(json) => {
            let is_replaced = json.as_str() != text;
            assert!(!is_replaced || serde_json::from_str::<serde_json::Value>(text).is_err(), "{text}");
            assert_eq!(text.len(), json.as_str().len(), "{text}");
        }
    }
    // A tree cannot represent every number, such as 1e400.
    if let Ok(tree) = serde_json::from_str::<serde_json::Value>(text) {
        assert_eq!(value.to_json(), tree);
    }
}

fuzz_target!(|json: &[u8]| {
    check_body(json);

    let body = [br#"{"data":{"f":"#, json, br#"},"meta":{"operation":"x"}}"#].concat();
    check_body(&body);
    // Other text could close `data`.
    let Ok(json) = serde_json::from_slice::<&RawValue>(json) else { return };
    match rownd_webhooks::from_slice(&body) {
        Ok(payload) => check_value(payload.field("f").unwrap(), json),
        Err(error) => assert!(!is_allowed(json, 2), "{error}"),
    }
});
