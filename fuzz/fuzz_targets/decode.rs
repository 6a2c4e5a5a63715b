//! Law: `decode` never panics and agrees with serde_json, on the value or on there being none, and no message contains a value.
#![no_main]

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use libfuzzer_sys::fuzz_target;
use rownd_webhooks::{DecodeError, REDACTED, Redactable, Value};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

#[derive(Deserialize, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
enum Plan {
    Gold,
    Points(u8),
    Range(u8, u8),
    Card { level: u8 },
    Nested(Box<Plan>),
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
struct Address {
    #[serde(alias = "z")]
    zip: String,
    #[serde(default)]
    lines: Vec<u8>,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(tag = "kind", content = "x")]
enum Adjacent {
    Carries(u8),
    Holds { a: Option<bool> },
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(untagged)]
enum Untagged {
    Number(i64),
    Text(String),
    Map(BTreeMap<String, Untagged>),
    List(Vec<Untagged>),
}

#[derive(Deserialize, Debug, PartialEq)]
struct Flat {
    a: Option<u8>,
    #[serde(flatten)]
    rest: BTreeMap<String, serde_json::Value>,
}

/// A list that contains itself at any depth.
#[derive(Deserialize, Debug, PartialEq)]
struct Deep(Vec<Deep>);

/// Reads a value whose error is ignored.
#[derive(Debug, PartialEq)]
struct Lenient<T>(Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(T::deserialize(deserializer).ok()))
    }
}

fn check_error(error: &DecodeError, marker: &str) {
    let shown = format!("{error}{error:?}{}{}", error.code(), error.path().unwrap_or_default());
    assert!(marker.is_empty() || !shown.contains(marker), "{shown}");
    assert!(error.to_string().chars().count() < 512, "{error}");
}

fn check<T: DeserializeOwned + Debug + PartialEq>(value: &Value<'_>, json: &str) {
    let expected = serde_json::from_slice::<T>(json.as_bytes()).ok();
    let decoded = value.decode::<T>();
    if let Err(error) = &decoded {
        check_error(error, value.as_str().filter(|text| text.len() > 32).unwrap_or_default());
    }
    // After an error that a type ignores, serde_json may stop inside a number.
    let type_name = std::any::type_name::<T>();
    if expected.is_some() || !type_name.contains("Lenient") {
        assert_eq!(decoded.ok(), expected, "{type_name}");
    }
}

fuzz_target!(|json: &[u8]| {
    // Other text could close `data`.
    let Ok(json) = serde_json::from_slice::<&serde_json::value::RawValue>(json) else { return };
    let json = json.get();
    let body = format!(r#"{{"data":{{"f":{json}}},"meta":{{"operation":"x"}}}}"#);
    let Ok(payload) = rownd_webhooks::from_str(&body) else { return };
    let _ = payload.decode::<BTreeMap<String, Redactable<serde_json::Value>>>();
    let Some(value) = payload.value("f") else {
        assert_eq!(serde_json::from_str::<String>(json).unwrap(), REDACTED);
        return;
    };
    // A lone surrogate is replaced, which serde_json rejects.
    if serde_json::from_str::<IgnoredAny>(json).is_err()
        || !payload.issues().iter().all(|issue| issue.code() != "lone_surrogate")
    {
        return;
    }
    macro_rules! check {
        ($($type:ty),* $(,)?) => { $(check::<$type>(value, json);)* };
    }
    check!(
        bool, char, u8, i64, u64, i128, u128, f32, f64, String, (), (u8, String), [u8; 2], Vec<u8>, Vec<Option<String>>,
        Vec<f64>, Option<u8>, Plan, Vec<Plan>, Address, Adjacent, Untagged, Flat, Deep, IgnoredAny, serde_json::Value,
        serde_json::Number, BTreeMap<bool, IgnoredAny>, BTreeMap<char, u8>, BTreeMap<u8, IgnoredAny>, BTreeMap<i128, u8>,
        BTreeMap<u128, u8>, BTreeMap<Plan, IgnoredAny>, BTreeMap<(), u8>, HashMap<Option<u64>, Address>,
        BTreeMap<String, Lenient<u8>>, Vec<Lenient<Vec<Lenient<u8>>>>, Lenient<Address>,
    );
});
