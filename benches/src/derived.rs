//! The structs that a service would derive, and how a profile is read into one.

use std::collections::HashMap;
use std::hint::black_box;

use rownd_webhooks::Parser;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The struct that a service would derive.
#[derive(Deserialize)]
#[expect(dead_code, reason = "the fields are only deserialized")]
pub(crate) struct Derived<P = HashMap<String, Value>> {
    data: P,
    #[serde(default)]
    redacted: Vec<String>,
    meta: Meta,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "the fields are only deserialized")]
struct Meta {
    operation: Operation,
    lookup_values: Vec<Lookup>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Operation {
    DataInsert,
    DataUpdate,
    VisibilityUpdate,
    Delete,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "the fields are only deserialized")]
struct Lookup {
    field: String,
    value: String,
}

/// Parses the text and decodes the profile.
pub(crate) fn decode<P: DeserializeOwned>(json: &str) {
    let payload = Parser::new().parse(json.as_bytes()).expect("a valid body");
    drop(black_box(payload.decode::<P>().expect("a profile")));
}

/// Reads the text with `serde_json` into the same profile struct.
pub(crate) fn direct<P: DeserializeOwned>(json: &str) {
    drop(black_box(serde_json::from_slice::<Derived<P>>(json.as_bytes()).expect("a valid body")));
}
