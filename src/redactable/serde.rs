//! How a [`Redactable`] is written and read.

use std::borrow::Cow;
use std::fmt::{self, Formatter};
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::{Serialize, Serializer};

use super::mark::DOOR;
use super::{REDACTED, Redactable, mark, short_type_name};
use crate::json;
use crate::json::from_json::{self, FromJson};
use crate::json::printable::Printable;

/// A redactable value in a binary format.
#[derive(Serialize, serde::Deserialize)]
#[serde(rename = "Redactable")]
enum Binary<T> {
    // A buffer inside a binary format keeps nothing of the enum but these names, so they must differ from every value.
    #[serde(rename = "<<VISIBLE>>")]
    Visible(T),
    #[serde(rename = "<<REDACTED>>")]
    Redacted,
}

impl<T> From<Binary<T>> for Redactable<T> {
    fn from(value: Binary<T>) -> Self {
        match value {
            Binary::Visible(value) => Self::Visible(value),
            Binary::Redacted => Self::Redacted,
        }
    }
}

impl<T: Serialize> Serialize for Redactable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self, serializer.is_human_readable()) {
            (Self::Visible(value), true) => value.serialize(serializer),
            (Self::Redacted, true) => serializer.serialize_str(REDACTED),
            (Self::Visible(value), false) => Binary::Visible(value).serialize(serializer),
            (Self::Redacted, false) => Binary::<T>::Redacted.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Redactable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if mark::is_watching() {
            deserializer.deserialize_newtype_struct(DOOR, DoorVisitor(PhantomData))
        } else {
            deserialize_anywhere(deserializer)
        }
    }
}

/// Reads from a deserializer that is not this crate's own.
fn deserialize_anywhere<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Redactable<T>, D::Error> {
    if deserializer.is_human_readable() {
        from_json::deserialize(deserializer)
    } else {
        // serde's own message would quote what was found.
        let refused = |_| D::Error::custom(format_args!("expected a redactable {}", short_type_name::<T>()));
        Binary::deserialize(deserializer).map(Redactable::from).map_err(refused)
    }
}

/// Reads what this crate's own deserializers provide: the value itself, or nothing for a redacted one.
struct DoorVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for DoorVisitor<T> {
    type Value = Redactable<T>;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("a redactable value")
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        T::deserialize(deserializer).map(Redactable::Visible)
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Redactable::Redacted)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserialize_anywhere(deserializer)
    }
}

impl<'de, T: Deserialize<'de>> FromJson<'de> for Redactable<T> {
    fn from_text<E: Error>(text: Cow<'de, str>) -> Result<Self, E> {
        if is_sentinel(&text) {
            return Ok(Self::Redacted);
        }
        // A type that contains itself begins each reading with a fresh depth limit.
        if json::check(&text).is_err() {
            return Err(E::custom("nested too deeply, or a reserved name or half a surrogate pair inside"));
        }
        let read = match &text {
            Cow::Borrowed(text) => read_whole(serde_json::Deserializer::from_str(text)),
            // A reader lends nothing, so that `T` does not borrow from what ends here.
            Cow::Owned(text) => read_whole(serde_json::Deserializer::from_reader(text.as_bytes())),
        };
        read.map(Self::Visible).map_err(|_| unexpected::<T, E>(json::type_name(&text)))
    }

    /// A buffer inside a binary format holds the enum as an object of one member.
    fn from_transcoded<E: Error>(text: String) -> Result<Self, E> {
        let is_enum = text.starts_with(r#"{"<<VISIBLE>>":"#);
        let binary = is_enum.then(|| read_whole(serde_json::Deserializer::from_reader(text.as_bytes())).ok());
        binary.flatten().map_or_else(|| Self::from_text(text.into()), |binary: Binary<T>| Ok(binary.into()))
    }

    fn from_raw<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A deserializer of this crate provides the value itself, instead of its text.
        deserializer.deserialize_newtype_struct("Visible", RawVisitor(PhantomData))
    }

    fn from_bytes<E: Error>(bytes: &[u8]) -> Result<Self, E> {
        if mark::understand(bytes) { Ok(Self::Redacted) } else { Self::from_transcoded(format!("{bytes:?}")) }
    }

    fn from_none<E: Error>() -> Result<Self, E> {
        if mark::is_watching() { Ok(Self::Redacted) } else { Self::from_transcoded("null".to_owned()) }
    }
}

/// Reads the text that serde_json provides, or the value itself where a deserializer of this crate provides it.
struct RawVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for RawVisitor<T> {
    type Value = Redactable<T>;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("JSON text")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Redactable::from_text(text.into())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Redactable::from_text(text.to_owned().into())
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        T::deserialize(deserializer).map(Redactable::Visible)
    }
}

/// Returns `true` if the JSON text is the sentinel, however escaped.
fn is_sentinel(text: &str) -> bool {
    text.starts_with('"') && json::unescape(text) == REDACTED
}

/// Reads all of a text: an integer of 128 bits would end at the point of a fraction.
fn read_whole<'de, R: serde_json::de::Read<'de>, T: Deserialize<'de>>(
    mut deserializer: serde_json::Deserializer<R>,
) -> serde_json::Result<T> {
    let value = T::deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Replaces serde_json's own message, which quotes the value.
fn unexpected<T, E: Error>(found: &str) -> E {
    let expected = Printable(&short_type_name::<T>()).to_string();
    E::invalid_type(Unexpected::Other(found), &expected.as_str())
}
