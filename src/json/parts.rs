//! The elements of an array and the members of an object, as texts.

use std::borrow::Cow;
use std::fmt::{self, Formatter};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Returns the elements of an array, none of another value.
pub(crate) fn elements(array: &str) -> impl ExactSizeIterator<Item = &str> {
    let elements: Vec<&RawValue> = serde_json::from_str(array).unwrap_or_default();
    elements.into_iter().map(RawValue::get)
}

/// Returns the members of an object, none of another value.
pub(crate) fn members(object: &str) -> impl ExactSizeIterator<Item = (Cow<'_, str>, &str)> {
    let Members(members) = serde_json::from_str(object).unwrap_or_default();
    members.into_iter().map(|(Name(name), value)| (name, value.get()))
}

#[derive(Default)]
struct Members<'a>(Vec<(Name<'a>, &'a RawValue)>);

#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;

        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(MembersVisitor)
    }
}
