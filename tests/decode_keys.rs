//! Names of fields as keys of a map: of every type that serde_json reads keys as.

use std::collections::{BTreeMap, HashMap};
use std::ffi::CString;
use std::fmt::{self, Debug, Formatter};
use std::marker::PhantomData;

use rownd_webhooks::Redactable;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

/// A map, whatever its keys are.
#[derive(Debug, PartialEq)]
struct Pairs<K>(Vec<(K, String)>);

impl<'de, K: Deserialize<'de>> Deserialize<'de> for Pairs<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor<K>(PhantomData<K>);

        impl<'de, K: Deserialize<'de>> Visitor<'de> for PairsVisitor<K> {
            type Value = Pairs<K>;

            fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<K>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(PairsVisitor(PhantomData))
    }
}

#[derive(Deserialize, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Name(String);

#[derive(Deserialize, Debug, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Known {
    Email,
    UserId,
}

/// Reads a field of this name as serde_json reads a member, and tells how many names were read at all.
fn agrees<K: for<'de> Deserialize<'de> + Debug + PartialEq>(names: &[&str]) -> usize {
    let mut read = 0;
    for name in names {
        let data = json!({ *name: "x" });
        let body = json!({"data": data, "meta": {"operation": "data_update"}}).to_string();
        let payload = rownd_webhooks::from_str(&body).unwrap();
        let decoded = payload.decode::<Pairs<K>>();
        let expected = serde_json::from_str::<Pairs<K>>(&data.to_string());
        match (&decoded, &expected) {
            (Ok(decoded), Ok(expected)) => {
                assert_eq!(decoded, expected);
                read += 1;
            }
            (Err(error), Err(_)) => {
                assert_eq!((error.code(), error.field()), ("wrong_type", Some(*name)));
            }
            _ => panic!("{name:?}: {decoded:?}, {expected:?}"),
        }
    }
    read
}

#[test]
fn keys_are_read_as_serde_json_reads_them() {
    let names = [
        "7",
        "-7",
        "0",
        "-0",
        "007",
        "+7",
        " 7",
        "7 ",
        "7 7",
        "256",
        "7.5",
        "1e3",
        "18446744073709551616",
        "340282366920938463463374607431768211455",
        "-170141183460469231731687303715884105728",
        "true",
        "false",
        " true",
        "null",
        "",
        "x",
        "\"7\"",
        "[7]",
        "{}",
    ];
    assert_eq!(agrees::<u8>(&names), 2);
    assert_eq!(agrees::<u16>(&names), 3);
    assert_eq!(agrees::<u32>(&names), 3);
    assert_eq!(agrees::<u64>(&names), 3);
    assert_eq!(agrees::<u128>(&names), 5);
    assert_eq!(agrees::<i8>(&names), 3);
    assert_eq!(agrees::<i16>(&names), 4);
    assert_eq!(agrees::<i32>(&names), 4);
    assert_eq!(agrees::<i64>(&names), 4);
    assert_eq!(agrees::<i128>(&names), 7);
    // What is out of range depends on features of serde_json.
    assert!(agrees::<f32>(&names) >= 7);
    assert!(agrees::<f64>(&names) >= 7);
    assert_eq!(agrees::<bool>(&names), 2);
    assert_eq!(agrees::<char>(&names), 3);
    assert_eq!(agrees::<Option<u8>>(&names), 2);
    for names in [&names[..], &["é", "\u{1F600}", "a\"b", "a/b"]] {
        assert_eq!(agrees::<String>(names), names.len());
        assert_eq!(agrees::<Option<String>>(names), names.len());
        assert_eq!(agrees::<Name>(names), names.len());
        assert_eq!(agrees::<CString>(names), names.len());
    }
    assert_eq!(agrees::<Known>(&["email", "user_id", "x", "Email"]), 2);
}

#[test]
fn a_redacted_field_has_any_key() {
    let body = r#"{"data":{"7":"<<REDACTED>>","8":"x"},"meta":{"operation":"data_update"}}"#;
    let payload = rownd_webhooks::from_str(body).unwrap();
    let read: BTreeMap<u32, Redactable<Value>> = payload.decode().unwrap();
    assert_eq!(read, BTreeMap::from([(7, Redactable::Redacted), (8, Redactable::Visible(json!("x")))]));
    let read: HashMap<Name, Option<String>> = payload.decode().unwrap();
    assert_eq!((&read[&Name("7".into())], read[&Name("8".into())].as_deref()), (&None, Some("x")));
}

/// A string stays one, where it is a value.
#[test]
fn a_text_is_no_number() {
    let body = r#"{"data":{"x":"7","y":"true"},"meta":{"operation":"data_update"}}"#;
    let payload = rownd_webhooks::from_str(body).unwrap();
    let error = payload.decode::<BTreeMap<String, u32>>().unwrap_err();
    assert_eq!((error.code(), error.field()), ("wrong_type", Some("x")));
    assert!(payload.fields().get("y").unwrap().visible().unwrap().decode::<bool>().is_err());
}
