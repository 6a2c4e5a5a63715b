//! Writing of JSON: strings, the canonical form, and text through any serializer.

use std::any::type_name;
use std::borrow::Cow;
use std::collections::HashSet;

use serde::ser::{Error, SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};

use super::reserved::{RAW_VALUE, has_arbitrary_precision};
use super::tree::Tree;

/// Returns a string with quotes and the escapes that it needs.
pub(crate) fn quoted(text: &str) -> String {
    // Writing a string cannot fail.
    serde_json::to_string(text).unwrap_or_default()
}

/// Returns the canonical form of a valid JSON text.
///
/// Numbers stay as they are, and strings have only the escapes that JSON requires. Members that share a name stay in their order.
pub(crate) fn canonical(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    write(Tree::new(text), &mut out);
    out
}

fn write(tree: Tree<'_>, out: &mut String) {
    match tree {
        Tree::Scalar(text) => out.push_str(text),
        Tree::String(text) => write_unescaped(text, out),
        Tree::Array(elements) => {
            out.push('[');
            for (index, element) in elements.into_iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                write(element, out);
            }
            out.push(']');
        }
        Tree::Object(mut members) => {
            members.sort_by(|(before, _), (after, _)| before.cmp(after));
            out.push('{');
            for (index, (name, value)) in members.into_iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                write_unescaped(name, out);
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
    }
}

/// Writes a string that the reader has read: one that is borrowed has no escape.
fn write_unescaped(text: Cow<'_, str>, out: &mut String) {
    match text {
        Cow::Borrowed(text) => out.extend(["\"", text, "\""]),
        Cow::Owned(text) => out.push_str(&quoted(&text)),
    }
}

/// Writes valid JSON text: serde_json's serializer receives it as it is, apart from newlines, and any other one real values.
///
/// Archives and queues have one document per line, so text with newlines is written without whitespace.
pub(crate) fn serialize_text<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    if !is_from::<S>("serde_json::ser::") {
        return Tree::new(text).serialize(serializer);
    }
    let has_newline = text.contains('\n') || text.contains('\r');
    if has_newline { serialize_raw(&compact(text), serializer) } else { serialize_raw(text, serializer) }
}

/// Returns `true` if a module of serde_json defines the serializer, which alone knows what its private names mean.
///
/// Only the name of the type tells serializers apart, since asking one consumes it. If that name changes, real values are
/// written.
fn is_from<S>(module: &str) -> bool {
    type_name::<S>().trim_start_matches("&mut ").starts_with(module)
}

fn serialize_raw<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let mut raw = serializer.serialize_struct(RAW_VALUE, 1)?;
    raw.serialize_field(RAW_VALUE, text)?;
    raw.end()
}

/// Returns a valid JSON text without the whitespace between its tokens.
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
