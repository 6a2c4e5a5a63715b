//! Writing a payload back as a body.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Payload, Presence};
use crate::json::canonical;

impl Payload<'_> {
    /// Returns the same string for equal payloads: compact JSON with names sorted at every level.
    ///
    /// A delivery has no event id. To recognize repeats, remember a hash of this string for a while. How long is your choice: a
    /// value that changes from A to B and back to A is not a repeat, although the last string equals the first.
    ///
    /// The string contains personal data, as the body does.
    ///
    /// # Examples
    ///
    /// ```
    /// let one = rownd_webhooks::from_str(r#"{"data":{"b":[1, 2],"a":"x"},"meta":{"operation":"data_update"}}"#)?;
    /// let two = rownd_webhooks::from_str(r#"{"meta":{"operation":"data_update"},"data":{"a":"x","b":[1,2]}}"#)?;
    /// assert_eq!(one.canonical_json(), two.canonical_json());
    /// assert_eq!(one.canonical_json(), r#"{"data":{"a":"x","b":[1,2]},"meta":{"operation":"data_update"}}"#);
    /// # Ok::<(), rownd_webhooks::ParseError>(())
    /// ```
    #[must_use]
    pub fn canonical_json(&self) -> String {
        if !self.redacted_names.is_sorted() {
            let mut sorted = self.clone();
            sorted.redacted_names.sort_unstable();
            return sorted.canonical_json();
        }
        // Writing cannot fail: names are strings, and everything else is valid JSON.
        canonical(&serde_json::to_string(self).unwrap_or_default())
    }
}

impl Serialize for Payload<'_> {
    /// Writes `data`, `redacted`, `meta`, and then the members that this crate does not know.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        serialize_present(&mut map, "data", self.data, &Data(self))?;
        serialize_present(&mut map, "redacted", self.redacted, &self.redacted_names)?;
        map.serialize_entry("meta", &Meta(self))?;
        for (name, json) in self.unknown_members() {
            map.serialize_entry(name, json)?;
        }
        map.end()
    }
}

fn serialize_present<M: SerializeMap>(
    map: &mut M,
    name: &str,
    presence: Presence,
    value: &impl Serialize,
) -> Result<(), M::Error> {
    match presence {
        Presence::Absent => Ok(()),
        Presence::Null => map.serialize_entry(name, &()),
        Presence::Present => map.serialize_entry(name, value),
    }
}

struct Data<'p, 'a>(&'p Payload<'a>);

impl Serialize for Data<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.present_fields())
    }
}

struct Meta<'p, 'a>(&'p Payload<'a>);

impl Serialize for Meta<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("operation", &self.0.operation)?;
        if let Some(json) = &self.0.rare().not_an_array {
            map.serialize_entry("lookup_values", json)?;
        } else {
            let elements: Vec<_> = self.0.lookup_elements().collect();
            serialize_present(&mut map, "lookup_values", self.0.lookup_list, &elements)?;
        }
        for (name, json) in self.0.unknown_meta() {
            map.serialize_entry(name, json)?;
        }
        map.end()
    }
}
