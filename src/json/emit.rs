//! JSON text, written through any serializer.

use std::any::type_name;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::private::RAW_VALUE;
use super::{elements, members, unescape};

/// Writes a valid JSON text: unchanged through serde_json, and as real values through other formats.
pub(crate) fn serialize_text<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    if is_serde_json::<S>() {
        let mut raw = serializer.serialize_struct(RAW_VALUE, 1)?;
        raw.serialize_field(RAW_VALUE, text)?;
        raw.end()
    } else {
        Json(text).serialize(serializer)
    }
}

/// Returns `true` for serde_json's own serializers.
///
/// Serializers around them have the same error type but need not understand the newtype: those behind `flatten` and an internal
/// tag would write its name.
fn is_serde_json<S: Serializer>() -> bool {
    type_name::<S>().trim_start_matches("&mut ").starts_with("serde_json::")
}

/// A valid JSON text, written as the values that it holds.
struct Json<'t>(&'t str);

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.0;
        match text.as_bytes().first() {
            Some(b'{') => {
                serializer.collect_map(members(text).into_iter().map(|(name, value)| (name, Json(value))))
            }
            Some(b'[') => serializer.collect_seq(elements(text).into_iter().map(Json)),
            Some(b'"') => serializer.serialize_str(&unescape(text)),
            Some(b't' | b'f') => serializer.serialize_bool(text == "true"),
            Some(b'n') => serializer.serialize_unit(),
            _ => serialize_number(text, serializer),
        }
    }
}

/// Writes an integer of 64 bits as such, and any other number as the nearest float.
fn serialize_number<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    if let Ok(integer) = text.parse() {
        return serializer.serialize_u64(integer);
    }
    if let Ok(integer) = text.parse() {
        return serializer.serialize_i64(integer);
    }
    match text.parse::<f64>() {
        Ok(float) if float.is_finite() => serializer.serialize_f64(float),
        _ => Err(serde::ser::Error::custom("a number is out of range")),
    }
}
