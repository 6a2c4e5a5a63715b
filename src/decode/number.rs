//! Numbers, visited as serde_json visits them.

use std::str::FromStr;

use serde::de::{Error, Unexpected, Visitor};
use serde_json::{Number, from_slice};

use super::error::DecodeError;
use super::text::visit_entry;
use crate::json::Reader;
use crate::json::reserved::{NUMBER, has_arbitrary_precision};

/// The type of number that has been requested.
#[derive(Clone, Copy)]
pub(super) enum Requested {
    Any,
    /// An integer of at most 64 bits, or an `f64`.
    Number,
    F32,
}

#[inline]
pub(super) fn visit<'de, V: Visitor<'de>>(
    requested: Requested,
    reader: &mut Reader<'de>,
    visitor: V,
) -> Result<V::Value, DecodeError> {
    let text = reader.number()?;
    match text.parse() {
        Ok(integer) => visitor.visit_u64(integer),
        Err(_) => visit_other(requested, text, visitor),
    }
}

#[inline(never)]
fn visit_other<'de, V: Visitor<'de>>(
    requested: Requested,
    text: &str,
    visitor: V,
) -> Result<V::Value, DecodeError> {
    // serde_json reads a negative zero as a float.
    if let Ok(integer @ ..0) = text.parse() {
        return visitor.visit_i64(integer);
    }
    // How serde_json rounds depends on its features.
    let json = text.as_bytes();
    let float = match requested {
        Requested::Any if has_arbitrary_precision() => {
            let number: Result<Number, _> = text.parse();
            return visit_entry(NUMBER, number.map_err(|_| out_of_range(&visitor))?.to_string(), visitor);
        }
        Requested::F32 => from_slice::<f32>(json).map(f64::from),
        Requested::Any | Requested::Number => from_slice(json),
    };
    match float {
        Ok(float) => visitor.visit_f64(float),
        Err(_) => Err(out_of_range(&visitor)),
    }
}

/// Visits an integer of 128 bits.
pub(super) fn visit_wide<'de, V: Visitor<'de>, I: FromStr>(
    reader: &mut Reader<'de>,
    visitor: V,
    visit: fn(V, I) -> Result<V::Value, DecodeError>,
) -> Result<V::Value, DecodeError> {
    match reader.number()?.parse() {
        Ok(integer) => visit(visitor, integer),
        Err(_) => Err(out_of_range(&visitor)),
    }
}

#[cold]
fn out_of_range<'de, V: Visitor<'de>>(visitor: &V) -> DecodeError {
    DecodeError::invalid_value(Unexpected::Other("number"), visitor)
}
