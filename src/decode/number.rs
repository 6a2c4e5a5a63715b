//! Numbers, visited as serde_json visits them.

use std::fmt::{self, Formatter};

use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Unexpected, Visitor};

use super::error::DecodeError;
use super::text::visit_entry;
use crate::json::Reader;
use crate::json::private::NUMBER;

/// What has been requested.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Requested {
    Any,
    /// An integer of at most 64 bits, or an `f64`.
    Number,
    F32,
}

/// Powers of ten. They are exact, as is every integer that has fewer digits than there are powers.
const POWERS: [f64; 16] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Visits the number at the cursor.
#[inline]
pub(super) fn visit<'de, V: Visitor<'de>>(
    requested: Requested,
    reader: &mut Reader<'de>,
    visitor: V,
) -> Result<V::Value, DecodeError> {
    let text = reader.number()?;
    match short(text) {
        Some((magnitude, None)) => visitor.visit_u64(magnitude),
        #[expect(clippy::cast_precision_loss, reason = "it has at most 15 digits")]
        Some((magnitude, Some(power))) if requested == Requested::Number => {
            visitor.visit_f64(magnitude as f64 / power)
        }
        _ => visit_any_length(requested, text, visitor),
    }
}

/// Returns the digits of a short number that is not negative, and the power of ten by which to divide them. There is one way to
/// round that quotient.
#[inline]
fn short(text: &str) -> Option<(u64, Option<f64>)> {
    if text.len() > POWERS.len() {
        return None;
    }
    let (mut magnitude, mut power) = (0, None);
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => magnitude = magnitude * 10 + u64::from(byte - b'0'),
            b'.' => power = Some(*POWERS.get(text.len() - index - 1)?),
            _ => return None,
        }
    }
    Some((magnitude, power))
}

#[inline(never)]
fn visit_any_length<'de, V: Visitor<'de>>(
    requested: Requested,
    text: &str,
    visitor: V,
) -> Result<V::Value, DecodeError> {
    match (text.parse(), text.parse()) {
        (Ok(integer), _) => return visitor.visit_u64(integer),
        // serde_json reads a negative zero as a float.
        (_, Ok(integer)) if integer != 0 => return visitor.visit_i64(integer),
        _ => {}
    }
    // How serde_json rounds depends on its features.
    let json = &mut serde_json::Deserializer::from_slice(text.as_bytes());
    let float = match requested {
        Requested::Any => json.deserialize_any(FloatVisitor),
        Requested::Number => json.deserialize_f64(FloatVisitor),
        Requested::F32 => json.deserialize_f32(FloatVisitor),
    };
    match float {
        Ok(Float::Rounded(float)) => visitor.visit_f64(float),
        Ok(Float::Text(text)) => visit_entry(NUMBER, text, visitor),
        Err(_) => Err(out_of_range(&visitor)),
    }
}

#[cold]
pub(super) fn out_of_range<'de, V: Visitor<'de>>(visitor: &V) -> DecodeError {
    DecodeError::invalid_value(Unexpected::Other("number"), visitor)
}

/// What serde_json makes of a number that is not an integer of 64 bits.
enum Float {
    Rounded(f64),
    /// With `arbitrary_precision`.
    Text(String),
}

struct FloatVisitor;

impl<'de> Visitor<'de> for FloatVisitor {
    type Value = Float;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_f64<E>(self, float: f64) -> Result<Float, E> {
        Ok(Float::Rounded(float))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Float, A::Error> {
        let entry: Option<(IgnoredAny, String)> = map.next_entry()?;
        entry.map(|(_, text)| Float::Text(text)).ok_or_else(|| A::Error::custom("no number"))
    }
}
