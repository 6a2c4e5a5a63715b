//! JSON text, written through any serializer.

use std::any::type_name;
use std::borrow::Cow;
use std::collections::HashSet;

use serde::ser::{Error, SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};

use super::private::{RAW_VALUE, has_arbitrary_precision};
use super::tree::Tree;

/// Writes a valid JSON text: as it is into the text that serde_json writes, apart from newlines, and elsewhere as real values.
///
/// Archives and queues hold one document per line, so a text that contains newlines is written without white space.
pub(crate) fn serialize_text<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    if !is_from::<S>("serde_json::ser::") {
        return Tree::new(text).serialize(serializer);
    }
    let has_newline = text.contains('\n') || text.contains('\r');
    serialize_raw(&if has_newline { compact(text).into() } else { Cow::from(text) }, serializer)
}

/// Returns `true` if a module of serde_json defines the serializer, which alone knows what its private names mean.
///
/// Nothing but the type's name tells them apart, since a serializer is consumed when it is asked to write. If names of types should change,
/// real values are written.
fn is_from<S>(module: &str) -> bool {
    type_name::<S>().trim_start_matches("&mut ").starts_with(module)
}

fn serialize_raw<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let mut raw = serializer.serialize_struct(RAW_VALUE, 1)?;
    raw.serialize_field(RAW_VALUE, text)?;
    raw.end()
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

impl Serialize for Tree<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Scalar("null") => serializer.serialize_unit(),
            Self::Scalar(text @ ("true" | "false")) => serializer.serialize_bool(*text == "true"),
            Self::Scalar(text) => serialize_number(text, serializer),
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(elements) => serializer.collect_seq(elements),
            Self::Object(members) => {
                let mut names = HashSet::new();
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, member) in members {
                    // Most formats would keep one of them.
                    if !names.insert(name) {
                        return Err(Error::custom("two members of an object have the same name"));
                    }
                    map.serialize_entry(name, member)?;
                }
                map.end()
            }
        }
    }
}

/// Writes an integer of 64 bits as such, and any other number as the nearest float, unless it is kept as its digits.
fn serialize_number<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    if let Ok(integer) = text.parse() {
        return serializer.serialize_u64(integer);
    }
    match text.parse() {
        // `-0` is a float.
        Ok(0) | Err(_) => {}
        Ok(integer) => return serializer.serialize_i64(integer),
    }
    if has_arbitrary_precision() && is_from::<S>("serde_json::value::ser::") {
        return serialize_raw(text, serializer);
    }
    match text.parse::<f64>() {
        Ok(float) if float.is_finite() => serializer.serialize_f64(float),
        _ => Err(Error::custom("a number is out of range")),
    }
}
