//! One truth a field: visible or redacted.

use std::any::type_name;
use std::borrow::Cow;
use std::fmt::{self, Debug, Formatter, Write};
use std::marker::PhantomData;

use serde::de::value::{I128Deserializer, U128Deserializer};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Serialize, Serializer};

use crate::decode;
use crate::hidden;
use crate::json;
use crate::json::printable::Printable;
use crate::raw::{self, FromRaw};
use crate::tree::{self, TreeVisitor};

/// The string that stands for the value of a field that its user has hidden.
///
/// It means so as a field's whole value; nested inside an object or array it is ordinary text.
pub const REDACTED: &str = "<<REDACTED>>";

/// A value that its user may have hidden.
///
/// As a field of your own struct it tells visible and redacted apart, and as `Option<Redactable<T>>` absent too. It
/// reads every `T: Deserialize`, through [`Payload::decode`](crate::Payload::decode) and through serde_json alone:
/// the sentinel [`REDACTED`] is `Redacted`, anything else is `T`'s to read. `Serialize` writes the sentinel back. It reads JSON
/// text, also out of a `serde_json::Value`: floats are then as exact as serde_json's parser is, which its feature
/// `float_roundtrip` decides.
///
/// `Debug` shows no value, only what kind it is: nothing hidden or personal reaches a log by `{:?}`. A type that cannot
/// be read gives an error that tells JSON type and length, never the value.
///
/// ```
/// use rownd_webhooks::Redactable;
///
/// #[derive(serde::Deserialize)]
/// struct Profile {
///     email: Redactable<String>,
///     age: Redactable<u8>,
///     country: Option<Redactable<String>>,
/// }
///
/// let profile: Profile = serde_json::from_str(r#"{"email":"jrose@acme.com","age":"<<REDACTED>>"}"#)?;
/// assert_eq!(profile.email.visible().map(String::as_str), Some("jrose@acme.com"));
/// assert!(profile.age.is_redacted());
/// assert!(profile.country.is_none());
/// assert_eq!(format!("{:?}", profile.email), "Visible(string of 14 bytes)");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Redactable<T> {
    /// The value, in clear.
    Visible(T),
    /// Hidden by its user: whoever keeps a copy has to erase it.
    Redacted,
}

impl<T> Redactable<T> {
    /// The value, unless it is redacted.
    #[must_use]
    pub fn visible(&self) -> Option<&T> {
        self.as_ref().into_visible()
    }

    /// The value itself, unless it is redacted.
    #[must_use]
    pub fn into_visible(self) -> Option<T> {
        match self {
            Self::Visible(value) => Some(value),
            Self::Redacted => None,
        }
    }

    /// Whether the value is in clear.
    #[must_use]
    pub fn is_visible(&self) -> bool {
        !self.is_redacted()
    }

    /// Whether the value is hidden.
    #[must_use]
    pub fn is_redacted(&self) -> bool {
        matches!(self, Self::Redacted)
    }

    /// The same state, of a reference.
    #[must_use]
    pub fn as_ref(&self) -> Redactable<&T> {
        match self {
            Self::Visible(value) => Redactable::Visible(value),
            Self::Redacted => Redactable::Redacted,
        }
    }

    /// The same state, of what the value dereferences to: `Redactable<String>` to `Redactable<&str>`.
    #[must_use]
    pub fn as_deref(&self) -> Redactable<&T::Target>
    where
        T: std::ops::Deref,
    {
        self.as_ref().map(T::deref)
    }

    /// Applies a function to a visible value.
    #[must_use]
    pub fn map<U>(self, function: impl FnOnce(T) -> U) -> Redactable<U> {
        match self {
            Self::Visible(value) => Redactable::Visible(function(value)),
            Self::Redacted => Redactable::Redacted,
        }
    }
}

impl<T> From<T> for Redactable<T> {
    fn from(value: T) -> Self {
        Self::Visible(value)
    }
}

impl<T: Debug> Debug for Redactable<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Visible(value) => write!(f, "Visible({})", kind(value)),
            Self::Redacted => f.write_str("Redacted"),
        }
    }
}

/// What kind of value it is. Its own `Debug` text is looked at, since strings are what one wants to know the length of, and
/// shown only if its type tells no value.
fn kind<T: Debug>(value: &T) -> String {
    let mut text = String::new();
    if write!(text, "{value:?}").is_ok() {
        if tells_no_value(type_name::<T>()) {
            return text;
        }
        if let Some(length) = string_length(&text) {
            return format!("string of {length} bytes");
        }
    }
    Printable(type_name::<T>()).to_string()
}

/// The length of the string whose `Debug` text this is.
fn string_length(debug: &str) -> Option<usize> {
    let mut rest = debug.strip_prefix('"')?.strip_suffix('"')?.chars();
    let mut length = 0;
    while let Some(character) = rest.next() {
        length += match (character, rest.as_str()) {
            ('\\', escape) if escape.starts_with("u{") => {
                let (code, behind) = escape.strip_prefix("u{")?.split_once('}')?;
                rest = behind.chars();
                char::from_u32(u32::from_str_radix(code, 16).ok()?)?.len_utf8()
            }
            ('\\', _) => rest.next()?.len_utf8(),
            (character, _) => character.len_utf8(),
        };
    }
    Some(length)
}

/// Whether this is a type of this crate's that tells no value: [`Value`](crate::Value), what it holds, or a `Redactable`.
fn tells_no_value(type_name: &str) -> bool {
    let name = type_name.trim_start_matches('&');
    name.starts_with("rownd_webhooks::payload::value::") || name.starts_with("rownd_webhooks::redactable::")
}

impl<T: Serialize> Serialize for Redactable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Visible(value) => value.serialize(serializer),
            Self::Redacted => serializer.serialize_str(REDACTED),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Redactable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        raw::deserialize(deserializer)
    }
}

impl<'de, T: Deserialize<'de>> FromRaw<'de> for Redactable<T> {
    const EXPECTING: &'static str = "a value or the sentinel for a redacted one";

    fn from_text<E: de::Error>(text: Cow<'de, str>) -> Result<Self, E> {
        if text.starts_with('"') && json::unescape(&text) == REDACTED {
            return Ok(Self::Redacted);
        }
        // Inside a type that contains itself each reading would begin with a fresh depth limit.
        if json::check(&text).is_err() {
            return Err(E::custom(
                "nested too deeply, or with a reserved name or half a surrogate pair inside",
            ));
        }
        let read = match &text {
            Cow::Borrowed(text) => read_whole(serde_json::Deserializer::from_str(text)),
            // A reader lends nothing, so that `T` may not borrow from what ends here.
            Cow::Owned(text) => read_whole(serde_json::Deserializer::from_reader(text.as_bytes())),
        };
        read.map(Self::Visible).map_err(|_| {
            match json::type_name(&text) {
                // Its length would tell which.
                found @ ("boolean" | "null") => unexpected::<T, E>(format_args!("{found}")),
                found => unexpected::<T, E>(format_args!("{found} of {} bytes", text.len())),
            }
        })
    }

    fn from_other<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Buffered(PhantomData))
    }
}

/// Reads all of a text: an integer of 128 bits would end at the point of a fraction.
fn read_whole<'de, R: serde_json::de::Read<'de>, T: Deserialize<'de>>(
    mut deserializer: serde_json::Deserializer<R>,
) -> serde_json::Result<T> {
    let value = T::deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Says what was found, never serde's own words: they quote the value.
fn unexpected<T, E: de::Error>(found: fmt::Arguments<'_>) -> E {
    let expected = Printable(type_name::<T>()).to_string();
    E::invalid_type(Unexpected::Other(&found.to_string()), &expected.as_str())
}

/// Reads what serde has taken apart before, as it does for `flatten` and internally tagged types.
struct Buffered<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Buffered<T> {
    fn tree<E: de::Error>(value: serde_json::Value) -> Result<Redactable<T>, E> {
        if value == REDACTED {
            return Ok(Redactable::Redacted);
        }
        let found = tree::type_name(&value);
        T::deserialize(value)
            .map(Redactable::Visible)
            .map_err(|_| unexpected::<T, E>(format_args!("{found}")))
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Buffered<T> {
    type Value = Redactable<T>;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(Redactable::<T>::EXPECTING)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Self::Value, E> {
        Self::tree(value.into())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Self::Value, E> {
        Self::tree(value.into())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
        Self::tree(value.into())
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<Self::Value, E> {
        let value = I128Deserializer::<E>::new(value);
        T::deserialize(value).map(Redactable::Visible).map_err(|_| unexpected::<T, E>(format_args!("number")))
    }

    fn visit_u128<E: de::Error>(self, value: u128) -> Result<Self::Value, E> {
        let value = U128Deserializer::<E>::new(value);
        T::deserialize(value).map(Redactable::Visible).map_err(|_| unexpected::<T, E>(format_args!("number")))
    }

    fn visit_char<E: de::Error>(self, value: char) -> Result<Self::Value, E> {
        if hidden::is_mark_character(value) {
            return Ok(Redactable::Redacted);
        }
        self.visit_str(value.encode_utf8(&mut [0; 4]))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Self::Value, E> {
        Self::tree(value.into())
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Self::Value, E> {
        Self::tree(value.into())
    }

    fn visit_borrowed_str<E: de::Error>(self, value: &'de str) -> Result<Self::Value, E> {
        if value == REDACTED {
            return Ok(Redactable::Redacted);
        }
        decode::text(value)
            .map(Redactable::Visible)
            .map_err(|_| unexpected::<T, E>(format_args!("string of {} bytes", value.len())))
    }

    fn visit_bytes<E: de::Error>(self, value: &[u8]) -> Result<Self::Value, E> {
        if hidden::is_mark(value) {
            Ok(Redactable::Redacted)
        } else {
            Err(unexpected::<T, E>(format_args!("bytes")))
        }
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Self::tree(serde_json::Value::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
        if hidden::is_nothing_redacted() { Ok(Redactable::Redacted) } else { self.visit_unit() }
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        let tree = TreeVisitor.visit_seq(seq);
        Self::tree(tree.map_err(|_| unexpected::<T, A::Error>(format_args!("array")))?)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let tree = TreeVisitor.visit_map(map);
        Self::tree(tree.map_err(|_| unexpected::<T, A::Error>(format_args!("object")))?)
    }
}
