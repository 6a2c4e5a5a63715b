//! A caller's own type, decoded from fields.

mod error;
mod stand_in;
mod value;

use std::collections::BTreeSet;
use std::iter::Enumerate;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

use crate::payload::Payload;
use crate::payload::fields::{Fields, FieldsIter};
use crate::payload::value::{RawJson, Value};
use crate::redactable::Redactable;
use crate::redactable::mark::{self, Trace};
use stand_in::StandIn;
use value::ValueDeserializer;

pub use error::DecodeError;

impl Payload<'_> {
    /// Deserializes the fields into a type of your own.
    ///
    /// | field type | visible | redacted | null | absent |
    /// |---|---|---|---|---|
    /// | `Redactable<T>` | `Visible` | `Redacted` | error | error |
    /// | `Redactable<Option<T>>` | `Visible(Some)` | `Redacted` | `Visible(None)` | error |
    /// | `Option<Redactable<T>>` | `Some(Visible)` | `Some(Redacted)` | `None` | `None` |
    /// | `Option<T>` | `Some` | `None` | `None` | `None` |
    /// | `T` | the value | error | error | error |
    ///
    /// A birthday arrives as midnight in UTC, such as `1990-05-17T00:00:00.000Z`: read a [`Date`](crate::Date).
    ///
    /// A plain `Option` is `None` for a redacted field, so that a service does not start failing when a user hides one. To find out
    /// what to erase from a store, use [`Fields::redacted`](crate::Fields::redacted).
    ///
    /// Three kinds of types fail as soon as a user hides a field. The examples below show each of them:
    ///
    /// - A map of plain values, such as `HashMap<String, serde_json::Value>`, fails at the first redacted field. Use
    ///   `HashMap<String, Redactable<serde_json::Value>>`.
    /// - `#[serde(default)]` does not help a plain `T`: the default is for absent fields, and a redacted one is present.
    /// - A `deserialize_with` helper that reads a `String` fails even in front of an `Option`, since it requests a string and
    ///   not an option. Let it read a `Redactable<String>` or an `Option<String>`.
    ///
    /// With `#[serde(flatten)]`, and in tagged and untagged enums, serde reads fields from a buffer. The table holds there too,
    /// with these exceptions:
    ///
    /// - A type that accepts any value, such as `serde_json::Value`, receives `null` for a redacted field.
    /// - Where a redacted plain `Option` is next to a redacted `Option<Redactable<T>>`, with more than eight redacted fields, both
    ///   may be `None`.
    /// - A redacted field that two flattened types read, or whose type accepts bytes, as `Uuid` does, may be an error. It may also
    ///   be `None`, together with the other redacted fields.
    ///
    /// The last two depend on which fields are redacted, so rely on [`Fields::redacted`](crate::Fields::redacted) for erasing.
    ///
    /// # Errors
    ///
    /// Returns a [`DecodeError`] that names the field, if one is at fault. Its message never contains a value.
    ///
    /// # Examples
    ///
    /// ```
    /// use rownd_webhooks::{Redactable, testing::samples};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Profile {
    ///     user_id: String,
    ///     country: Redactable<String>,
    ///     nickname: Option<Redactable<String>>,
    /// }
    ///
    /// let payload = rownd_webhooks::from_str(samples::VISIBILITY_UPDATE)?;
    /// let profile: Profile = payload.decode()?;
    /// assert_eq!(profile.user_id.len(), 36);
    /// assert!(profile.country.is_redacted() && profile.nickname.is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Types that fail at a redacted field, and types that do not:
    ///
    /// ```
    /// use rownd_webhooks::{Redactable, testing::samples};
    /// use serde::{Deserialize, Deserializer};
    /// use std::collections::HashMap;
    ///
    /// let payload = rownd_webhooks::from_str(samples::VISIBILITY_UPDATE)?;
    /// assert!(payload.decode::<HashMap<String, serde_json::Value>>().is_err());
    /// assert!(payload.decode::<HashMap<String, Redactable<serde_json::Value>>>().is_ok());
    ///
    /// #[derive(Deserialize)]
    /// struct Defaulted {
    ///     #[serde(default)]
    ///     country: String,
    /// }
    /// assert!(payload.decode::<Defaulted>().is_err());
    ///
    /// #[derive(Deserialize)]
    /// struct Helped {
    ///     #[serde(deserialize_with = "lower_case")]
    ///     country: Option<String>,
    /// }
    /// fn lower_case<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    ///     Ok(Some(String::deserialize(deserializer)?.to_lowercase())) // better: Option::<String>::deserialize
    /// }
    /// assert!(payload.decode::<Helped>().is_err());
    /// # Ok::<(), rownd_webhooks::ParseError>(())
    /// ```
    pub fn decode<'de, T: Deserialize<'de>>(&'de self) -> Result<T, DecodeError> {
        self.fields().decode()
    }
}

impl Fields<'_> {
    /// Deserializes the fields into a type of your own, as [`Payload::decode`] does.
    ///
    /// # Errors
    ///
    /// As for [`Payload::decode`].
    pub fn decode<'de, T: Deserialize<'de>>(&'de self) -> Result<T, DecodeError> {
        decode_fields(self)
    }
}

impl Value<'_> {
    /// Deserializes the value into a type of your own, as serde_json would.
    ///
    /// The text of a string is not kept, so serde_json's `RawValue` of one may have other escapes, and cannot be borrowed.
    ///
    /// # Errors
    ///
    /// `wrong_type`, without a field.
    ///
    /// # Examples
    ///
    /// ```
    /// # let body = r#"{"data":{"tags":["a","b"]},"meta":{"operation":"data_update"}}"#;
    /// # let payload = rownd_webhooks::from_str(body)?;
    /// let tags = payload.value("tags").unwrap();
    /// assert_eq!(tags.decode::<Vec<String>>().unwrap(), ["a", "b"]);
    /// # Ok::<(), rownd_webhooks::ParseError>(())
    /// ```
    pub fn decode<'de, T: Deserialize<'de>>(&'de self) -> Result<T, DecodeError> {
        value::read(ValueDeserializer::new(self)).map_err(DecodeError::outside_field)
    }
}

impl RawJson<'_> {
    /// Deserializes the JSON into a type of your own, as serde_json would.
    ///
    /// # Errors
    ///
    /// `wrong_type`, without a field.
    pub fn decode<'de, T: Deserialize<'de>>(&'de self) -> Result<T, DecodeError> {
        value::read(ValueDeserializer::json(self.as_str())).map_err(DecodeError::outside_field)
    }
}

/// The number of attempts that each add one field to those shown as missing. The next attempt adds all that no `Redactable` read.
const ATTEMPTS: usize = 8;

/// Reads a whole set of fields.
///
/// Where serde buffers redacted fields, a plain type refuses the mark in place of one. Another attempt shows the field as missing,
/// which an `Option` reads as `None`.
fn decode_fields<'de, T: Deserialize<'de>>(fields: &'de Fields<'_>) -> Result<T, DecodeError> {
    let mut missing = BTreeSet::new();
    let mut last = None;
    let mut attempts = 0;
    loop {
        let (decoded, trace) =
            mark::watch(|| T::deserialize(FieldsDeserializer { fields, missing: &missing }));
        attempts += 1;
        let doubtful = doubtful(fields, &decoded, &trace, attempts);
        if doubtful.is_empty() {
            return decoded.map_err(|error| error.attributed_to(last, |name| fields.contains_key(name)));
        }
        last = match doubtful.as_slice() {
            [index] => fields.iter().nth(*index).map(|(name, _)| name),
            _ => None,
        };
        missing.extend(doubtful);
    }
}

/// Returns the redacted fields, by their index, that the next attempt has to show as missing.
fn doubtful<T>(
    fields: &Fields<'_>,
    decoded: &Result<T, DecodeError>,
    trace: &Trace,
    attempts: usize,
) -> Vec<usize> {
    let taken = || trace.given.difference(&trace.understood).copied();
    let refused = trace.refused.iter().find(|index| !trace.understood.contains(index)).copied();
    let next = match decoded {
        // A type that accepts any value must not keep a mark.
        Ok(_) if refused.is_none() => return taken().collect(),
        Ok(_) => refused,
        Err(error) if error.is_final() => None,
        // A type may refuse a mark with an error of its own. Structs read fields in order, so it is the first mark.
        Err(_) => refused.or(trace.refused.first().copied()).or_else(|| taken().next()),
    };
    match next {
        None => Vec::new(),
        Some(next) if attempts <= ATTEMPTS => vec![next],
        Some(next) if attempts == ATTEMPTS + 1 && !trace.understood.contains(&next) => {
            taken().chain([next]).collect()
        }
        Some(_) => {
            let redacted = fields.iter().enumerate().filter(|(_, (_, field))| field.is_redacted());
            redacted.map(|(index, _)| index).collect()
        }
    }
}

struct FieldsDeserializer<'f, 'de, 'a> {
    fields: &'de Fields<'a>,
    /// The redacted fields that are shown as missing, by their index.
    missing: &'f BTreeSet<usize>,
}

impl<'de> Deserializer<'de> for FieldsDeserializer<'_, 'de, '_> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_map(FieldAccess {
            rest: self.fields.into_iter().enumerate(),
            current: None,
            missing: self.missing,
        })
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct FieldAccess<'f, 'de, 'a> {
    rest: Enumerate<FieldsIter<'de, 'a>>,
    /// The field whose name has been read, and its index.
    current: Option<(usize, (&'de str, &'de Redactable<Value<'a>>))>,
    missing: &'f BTreeSet<usize>,
}

impl<'de, 'a> FieldAccess<'_, 'de, 'a> {
    fn take(&mut self) -> Result<(usize, (&'de str, &'de Redactable<Value<'a>>)), DecodeError> {
        self.current.take().ok_or_else(|| DecodeError::custom("a value is read twice"))
    }
}

impl<'de> MapAccess<'de> for FieldAccess<'_, 'de, '_> {
    type Error = DecodeError;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        self.current = self.rest.next();
        let Some((_, (name, _))) = self.current else { return Ok(None) };
        let key = seed.deserialize(ValueDeserializer::name(name));
        key.map(Some).map_err(|error| error.in_key(name))
    }

    /// A seed can be used once, so it gets a mark in one attempt, and no value in another.
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, DecodeError> {
        let (index, (name, field)) = self.take()?;
        match field {
            Redactable::Visible(value) => {
                seed.deserialize(ValueDeserializer::new(value)).map_err(|error| error.in_field(name))
            }
            Redactable::Redacted if self.missing.contains(&index) => {
                seed.deserialize(StandIn::Missing).map_err(|_| DecodeError::redacted(name))
            }
            Redactable::Redacted => seed.deserialize(StandIn::Mark(index)),
        }
    }

    #[inline]
    fn next_value<T: Deserialize<'de>>(&mut self) -> Result<T, DecodeError> {
        let (index, (name, field)) = self.take()?;
        match field {
            Redactable::Visible(value) => {
                value::read(ValueDeserializer::new(value)).map_err(|error| error.in_field(name))
            }
            Redactable::Redacted => {
                let read = if self.missing.contains(&index) {
                    T::deserialize(StandIn::Missing)
                } else {
                    stand_in::read(index)
                };
                read.map_err(|_| DecodeError::redacted(name))
            }
        }
    }

    fn next_entry<K: Deserialize<'de>, T: Deserialize<'de>>(
        &mut self,
    ) -> Result<Option<(K, T)>, DecodeError> {
        match self.next_key()? {
            Some(key) => Ok(Some((key, self.next_value()?))),
            None => Ok(None),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}
