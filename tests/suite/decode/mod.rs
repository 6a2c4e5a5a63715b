//! Decoding fields into types of the caller, and the formats in which redactable values travel.

mod behind_buffers;
mod errors;
mod every_buffer;
mod formats;
mod matrix;

use rownd_webhooks::DecodeError;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::support::{payload, update_body};

const SENTINEL: &str = r#""<<REDACTED>>""#;

/// Decodes a profile of a user id and these members.
fn decode<T: DeserializeOwned>(members: &str) -> Result<T, DecodeError> {
    payload(update_body(members, "")).decode()
}

#[track_caller]
fn decoded<T: DeserializeOwned>(members: &str) -> T {
    decode(members).unwrap_or_else(|error| panic!("{error} ({:?}): {members}", error.detail()))
}

/// The members of a profile in which all of these fields are redacted.
fn redacted<N: std::fmt::Display>(names: impl IntoIterator<Item = N>) -> String {
    let members: Vec<String> = names.into_iter().map(|name| format!(r#""{name}":{SENTINEL}"#)).collect();
    members.join(",")
}

#[derive(Deserialize, Clone, Debug, PartialEq)]
struct One<T> {
    x: T,
}

#[derive(Deserialize, Clone, Debug, PartialEq)]
struct Flat<T> {
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

/// A type that is made of text, and refuses anything else in its own words, as `Uuid` does.
#[derive(Debug, PartialEq)]
struct Wordy;

impl<'de> Deserialize<'de> for Wordy {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;

        impl serde::de::Visitor<'_> for Words {
            type Value = Wordy;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("text")
            }

            fn visit_str<E>(self, _: &str) -> Result<Wordy, E> {
                Ok(Wordy)
            }

            fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Wordy, E> {
                Err(E::custom(format!("{} bytes are not text", bytes.len())))
            }
        }

        deserializer.deserialize_str(Words)
    }
}
