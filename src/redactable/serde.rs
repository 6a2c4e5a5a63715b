//! How a [`Redactable`] is written and read.

use serde::de::{Deserialize, Deserializer, Error, Unexpected};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::visitor::{self, Answer, Slot};
use super::{REDACTED, Redactable, mark, short_type_name};
use crate::json::printable::Printable;

impl<T: Serialize> Serialize for Redactable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Visible(value) => value.serialize(serializer),
            Self::Redacted => serializer.serialize_str(REDACTED),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Redactable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if mark::is_watching() {
            visitor::ask(mark::DOOR, deserializer)
        } else {
            Self::from_tree(visitor::read(deserializer)?)
        }
    }
}

impl<'de, T: Deserialize<'de>> Answer<'de> for Redactable<T> {
    fn from_tree<E: Error>(tree: Value) -> Result<Self, E> {
        if tree == REDACTED {
            return Ok(Self::Redacted);
        }
        let found = type_name(&tree);
        // serde_json's own message would quote the value.
        T::deserialize(tree).map(Self::Visible).map_err(|_| {
            let expected = Printable(&short_type_name::<T>()).to_string();
            E::invalid_type(Unexpected::Other(found), &expected.as_str())
        })
    }

    fn from_some<D: Deserializer<'de>>(_: Slot, deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::Visible)
    }
}

/// Returns the JSON type of a value.
fn type_name(tree: &Value) -> &'static str {
    match tree {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
