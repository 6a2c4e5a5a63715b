//! A stand-in for a redacted field. `Redactable` reads it as `Redacted`, and a plain `Option` as `None`.
//!
//! A type that reads the field directly gets two offers: the sentinel if it requests the newtype of a `Redactable`, otherwise a
//! mark; and if it rejects that, a missing value, which a plain `Option` accepts. For `flatten`, and for tagged and untagged
//! enums, serde fills a buffer with the fields and reads the types from it later. The buffer gets a mark, and the trace of the
//! marks decides about another attempt.

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

use super::error::DecodeError;
use crate::redactable::REDACTED;
use crate::redactable::mark::{self, DOOR};

/// Reads a redacted field for a type that reads it directly.
pub(super) fn read<'de, T: Deserialize<'de>>(index: usize) -> Result<T, DecodeError> {
    T::deserialize(StandIn::Mark(index)).or_else(|_| {
        mark::with_trace(|trace| {
            trace.rejected.retain(|rejected| *rejected != index);
            trace.given.retain(|given| *given != index);
        });
        T::deserialize(StandIn::OnlyOption)
    })
}

/// A `Deserializer` for a redacted field.
#[derive(Clone, Copy)]
pub(super) enum StandIn {
    /// The sentinel for a `Redactable`, and a mark for any other type, such as one of serde's buffers.
    Mark(usize),
    /// No value, for an `Option` that reads a buffer.
    Missing,
    /// No value, for an `Option` that reads the field directly.
    OnlyOption,
}

impl<'de> Deserializer<'de> for StandIn {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self {
            Self::Mark(index) => visitor.visit_byte_buf(mark::give(index)),
            Self::Missing => {
                mark::with_trace(|trace| trace.has_missing = true);
                visitor.visit_none()
            }
            Self::OnlyOption => Err(DecodeError::invalid_type(Unexpected::Option, &visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self {
            Self::Mark(_) => visitor.visit_some(self),
            Self::Missing | Self::OnlyOption => visitor.visit_none(),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if name == DOOR { visitor.visit_str(REDACTED) } else { visitor.visit_newtype_struct(self) }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_unit()
    }

    // Most types that request anything else reject a mark, which `mark::reject` records.
    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier
    }
}
