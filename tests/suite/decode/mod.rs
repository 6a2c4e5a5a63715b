//! Decoding fields into types of the caller, and the formats in which redactable values travel.

mod agreement;
mod buffers;
mod errors;
mod formats;
mod matrix;

use std::collections::BTreeMap;

use rownd_webhooks::{DecodeError, Payload};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::support::update_body;

const SENTINEL: &str = r#""<<REDACTED>>""#;

/// A payload with a user id and these fields.
fn with_fields(members: &str) -> Payload<'static> {
    update_body(members, "").parse().unwrap_or_else(|error| panic!("{error}: {members}"))
}

fn decode<T: DeserializeOwned>(members: &str) -> Result<T, DecodeError> {
    with_fields(members).decode()
}

#[track_caller]
fn decoded<T: DeserializeOwned>(members: &str) -> T {
    decode(members).unwrap_or_else(|error| panic!("{error} ({:?}): {members}", error.detail()))
}

#[track_caller]
fn decode_error<T: DeserializeOwned>(members: &str) -> DecodeError {
    decode::<T>(members).map(|_| members).unwrap_err()
}

/// Members of `data` that are all redacted.
fn redacted<N: std::fmt::Display>(names: impl IntoIterator<Item = N>) -> String {
    let members: Vec<String> = names.into_iter().map(|name| format!(r#""{name}":{SENTINEL}"#)).collect();
    members.join(",")
}

type Map<T> = BTreeMap<String, T>;

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct One<T> {
    x: T,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Newtype<T>(T);

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(crate) struct Flat<T> {
    #[serde(flatten)]
    inner: T,
}

/// Two types that are read from one buffer.
#[derive(Deserialize, Debug, PartialEq)]
struct Both<A, B> {
    #[serde(flatten)]
    one: A,
    #[serde(flatten)]
    other: B,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(tag = "kind")]
enum Tagged<T> {
    Carries(T),
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(tag = "kind", content = "content")]
enum Adjacent<T> {
    Carries(T),
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(untagged)]
enum Untagged<T> {
    Only(T),
}

#[derive(Deserialize, Clone, Debug, PartialEq)]
#[serde(untagged)]
enum Either<A, B> {
    A(A),
    B(B),
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
enum Plan {
    Gold,
    Points(u8),
    Range(u8, u8),
    Card { level: u8 },
}

#[derive(Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
struct Address {
    zip: String,
    #[serde(default)]
    lines: Vec<u8>,
}
