//! A tree out of what serde has taken apart, in which reserved names do nothing.
//!
//! serde_json's own `Value` parses the string behind such a name as JSON, with a fresh depth limit.

use std::fmt::{self, Formatter};

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::json;

/// What is said of a member that is named twice.
pub(crate) const REPEATED: &str = "a member is named twice";

/// What is said of a name that serde_json keeps for itself.
const RESERVED: &str = "a reserved name";

/// What serde_json calls a number with `arbitrary_precision` on.
const NUMBER: &str = "$serde_json::private::Number";

/// Reads a tree.
pub(crate) struct TreeVisitor;

struct Tree(Value);

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor).map(Self)
    }
}

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(Tree(element)) = seq.next_element()? {
            elements.push(element);
        }
        Ok(elements.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if json::is_reserved(&name) {
                return number(&name, &members, map);
            }
            if members.contains_key(&name) {
                return Err(de::Error::custom(REPEATED));
            }
            members.insert(name, map.next_value::<Tree>()?.0);
        }
        Ok(members.into())
    }
}

/// With `arbitrary_precision` on, serde_json hands a number over as a map of one reserved name, which nobody can tell from an object
/// that holds such a name. What is out of range without it is so here too.
fn number<'de, A: MapAccess<'de>>(
    name: &str,
    before: &Map<String, Value>,
    mut map: A,
) -> Result<Value, A::Error> {
    let refused = |_| de::Error::custom(RESERVED);
    if !(name == NUMBER && before.is_empty() && has_arbitrary_precision()) {
        return Err(de::Error::custom(RESERVED));
    }
    let text: String = map.next_value()?;
    let number = text.parse::<Number>().map_err(refused)?;
    if text.parse::<f64>().is_ok_and(f64::is_infinite) {
        return Err(de::Error::custom("number out of range"));
    }
    if map.next_key::<String>()?.is_none() { Ok(number.into()) } else { Err(de::Error::custom(RESERVED)) }
}

/// Whether the feature is on in this build: without it there is no such number.
fn has_arbitrary_precision() -> bool {
    "1e400".parse::<Number>().is_ok()
}

/// The JSON type of a tree.
pub(crate) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
