//! A caller's own type, decoded from fields.

mod error;
mod fields;
mod json;
mod number;
mod stand_in;
mod text;

use std::collections::BTreeSet;
use std::marker::PhantomData;

use serde::Deserialize;

use crate::payload::Payload;
use crate::payload::fields::Fields;
use crate::payload::value::{RawJson, Value};
use crate::redactable::mark::{self, Trace};
use fields::{FieldsDeserializer, read_json, read_value};

pub use error::DecodeError;

impl Payload<'_> {
    /// Deserializes the fields into `T`, as serde_json would from the object `data`.
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
    /// A plain `Option` is `None` for a redacted field, so that a service does not start failing when a user hides one. To find
    /// out what to erase from a store, use [`Fields::redacted`](crate::Fields::redacted).
    ///
    /// A body may lack the field `user_id`, or the user may hide it: read the id with [`user_id`](Self::user_id).
    ///
    /// Three kinds of types fail as soon as a user hides a field:
    ///
    /// - A map of plain values, such as `HashMap<String, serde_json::Value>`.
    ///   Use `HashMap<String, Redactable<serde_json::Value>>`.
    /// - A plain `T` with `#[serde(default)]`: the default is for absent fields, and a redacted one is present.
    /// - An `Option` behind a `deserialize_with` helper that requests a `String`. Let it read an `Option<String>`, or a
    ///   `Redactable<String>`.
    ///
    /// An enum can be decoded from exactly one field. serde_json's `Box<RawValue>` reads the fields as JSON text, in which
    /// a redacted field has the sentinel as its value.
    ///
    /// With `#[serde(flatten)]`, and in tagged and untagged enums, serde reads fields from a buffer. The table holds there too,
    /// with these exceptions, which depend on the redacted fields. So rely on [`Fields::redacted`](crate::Fields::redacted) for
    /// erasing.
    ///
    /// - A type that accepts any value, such as `serde_json::Value`, receives `null` for a redacted field.
    /// - If a plain `Option` is among more than eight redacted fields, a redacted `Option<Redactable<T>>` may be `None`, too.
    /// - A redacted field may be an error if two flattened types read it, or if its type accepts bytes, as `Uuid` does. It may
    ///   also be `None`, together with the other redacted fields.
    ///
    /// A hand-written `Visitor` that accepts more than its type requests may get what serde_json would reject: a string, the fields
    /// as a map, or no value for a redacted field.
    ///
    /// # Errors
    ///
    /// Returns an error if `T` does not accept the fields. It names the field at fault, and never contains a value.
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
    pub fn decode<'de, T: Deserialize<'de>>(&'de self) -> Result<T, DecodeError> {
        self.fields().decode()
    }
}

impl Fields<'_> {
    /// Deserializes the fields into `T`, as [`Payload::decode`] does.
    ///
    /// # Errors
    ///
    /// Returns an error if `T` does not accept the fields.
    pub fn decode<'de, T: Deserialize<'de>>(&'de self) -> Result<T, DecodeError> {
        // Where serde buffers redacted fields, a plain type rejects the mark in place of one. Another attempt shows the field as
        // missing, which an `Option` reads as `None`.
        let mut missing = BTreeSet::new();
        let mut last_missing = None;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let deserializer = FieldsDeserializer::new(self, &missing);
            let (decoded, trace) = mark::watch(|| T::deserialize(deserializer));
            let added = next_missing(&decoded, &trace, attempt, self.len());
            if added.is_empty() {
                return decoded
                    .map_err(|error| error.attributed_to(last_missing, |name| self.contains_key(name)));
            }
            last_missing = match added.as_slice() {
                [index] => self.iter().nth(*index).map(|(name, _)| name),
                _ => None,
            };
            missing.extend(added);
        }
    }
}

impl Value<'_> {
    /// Deserializes the value into `T`, as serde_json would.
    ///
    /// A `RawValue` of a name, or of a string that is the whole value, may differ in its escapes and cannot borrow.
    ///
    /// # Errors
    ///
    /// Returns an error if `T` does not accept the value.
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
        mark::watch(|| read_value(self, PhantomData)).0
    }
}

impl RawJson<'_> {
    /// Deserializes the JSON into `T`, as serde_json would.
    ///
    /// # Errors
    ///
    /// Returns an error if `T` does not accept the JSON.
    pub fn decode<'de, T: Deserialize<'de>>(&'de self) -> Result<T, DecodeError> {
        mark::watch(|| read_json(self.as_str(), PhantomData)).0
    }
}

/// Maximum number of attempts with one more missing field. It bounds the cost of a body in which every field is redacted.
const ATTEMPTS: usize = 8;

/// Returns the redacted fields to show as missing in another attempt: none if the result stands, one more, all that no `Redactable`
/// has read, or every one.
fn next_missing<T>(
    decoded: &Result<T, DecodeError>,
    trace: &Trace,
    attempt: usize,
    field_count: usize,
) -> Vec<usize> {
    let is_read = |index: &usize| trace.understood.contains(index);
    let rejected = trace.rejected.iter().find(|index| !is_read(index));
    let first = match decoded {
        // A type that accepts any value must not keep a mark.
        Ok(_) if rejected.is_none() => return trace.unread().collect(),
        Ok(_) => rejected.copied(),
        Err(error) if error.is_final() => None,
        // A type may reject a mark with an error of its own. Structs read fields in order, so it is the first mark.
        Err(_) => rejected.or(trace.rejected.first()).copied().or_else(|| trace.unread().next()),
    };
    match first {
        // The result stands.
        None => Vec::new(),
        // One more.
        Some(index) if attempt <= ATTEMPTS => vec![index],
        // All that are unread.
        Some(index) if attempt == ATTEMPTS + 1 && !is_read(&index) => trace.unread().collect(),
        // Every one, which ends the attempts: a visible field is never shown as missing.
        Some(_) => (0..field_count).collect(),
    }
}
