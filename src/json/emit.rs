//! JSON text, written through any serializer.

use std::any::type_name;
use std::borrow::Cow;

use serde::ser::{Error, SerializeStruct};
use serde::{Serialize, Serializer};

use super::private::RAW_VALUE;
use super::{elements, members, unescape};

/// Writes a valid JSON text: through serde_json as it is, apart from newlines, and through other formats as real values.
///
/// Archives and queues hold one document per line, so a text that contains newlines is written without white space.
pub(crate) fn serialize_text<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    if is_serde_json::<S>() {
        let mut raw = serializer.serialize_struct(RAW_VALUE, 1)?;
        let has_newline = text.contains('\n') || text.contains('\r');
        raw.serialize_field(RAW_VALUE, &*if has_newline { compact(text).into() } else { Cow::from(text) })?;
        raw.end()
    } else {
        Json(text).serialize(serializer)
    }
}

/// Returns the JSON text of a value, which a binary format holds as one string.
pub(crate) fn json_text<E: Error>(value: &impl Serialize) -> Result<String, E> {
    serde_json::to_string(value).map_err(E::custom)
}

/// Returns a valid JSON text without the white space between its tokens.
fn compact(text: &str) -> String {
    let (mut is_string, mut is_escaped) = (false, false);
    let is_kept = |character: &char| {
        let is_quote = *character == '"' && !is_escaped;
        is_escaped = is_string && *character == '\\' && !is_escaped;
        is_string ^= is_quote;
        is_string || !character.is_ascii_whitespace()
    };
    text.chars().filter(is_kept).collect()
}

/// Returns `true` for serde_json's own serializers.
///
/// Serializers that wrap them have the same error type, but need not understand the newtype: those that serde uses for `flatten`
/// and internal tags would write its name.
fn is_serde_json<S: Serializer>() -> bool {
    type_name::<S>().trim_start_matches("&mut ").starts_with("serde_json::")
}

/// A valid JSON text, written as the values that it holds.
struct Json<'t>(&'t str);

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.0;
        match text.as_bytes().first() {
            Some(b'{') => serializer.collect_map(members(text).map(|(name, value)| (name, Json(value)))),
            Some(b'[') => serializer.collect_seq(elements(text).map(Json)),
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
        _ => Err(S::Error::custom("a number is out of range")),
    }
}
