//! Types that are read as JSON text from any human-readable deserializer.

use std::borrow::Cow;
use std::fmt::{self, Formatter};
use std::marker::PhantomData;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Visitor,
};

use super::private::RAW_VALUE;
use super::transcode::Transcoder;
use super::{unescape, write_string};

/// A type that is made of JSON text.
pub(crate) trait FromJson<'de>: Sized {
    /// The type holds fields, of which `decode` may show some as redacted.
    const HAS_FIELDS: bool = false;

    /// Reads the text that serde_json's own deserializers provide.
    fn from_text<E: Error>(text: Cow<'de, str>) -> Result<Self, E>;

    /// Reads the text that was made of the values in one of serde's buffers or in another format.
    fn from_transcoded<E: Error>(text: String) -> Result<Self, E>;

    /// Reads the content of the newtype: the text, unless the deserializer knows the type.
    fn from_raw<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_text(Text::deserialize(deserializer)?.text)
    }

    fn from_bytes<E: Error>(bytes: &[u8]) -> Result<Self, E> {
        transcoded(|transcoder| transcoder.visit_bytes(bytes))
    }

    fn from_none<E: Error>() -> Result<Self, E> {
        transcoded(|transcoder| transcoder.visit_unit())
    }
}

/// Reads a type that is made of JSON text.
pub(crate) fn deserialize<'de, T: FromJson<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_newtype_struct(RAW_VALUE, JsonVisitor { is_outermost: true, made: PhantomData })
}

fn transcoded<'de, T: FromJson<'de>, E: Error>(
    write: impl FnOnce(Transcoder<'_>) -> Result<(), E>,
) -> Result<T, E> {
    let mut text = String::new();
    write(Transcoder { out: &mut text, has_marks: T::HAS_FIELDS })?;
    T::from_transcoded(text)
}

/// The text of a JSON object.
pub(crate) struct ObjectText<'de>(pub(crate) Cow<'de, str>);

impl<'de> Deserialize<'de> for ObjectText<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserialize(deserializer)
        } else {
            Text::deserialize(deserializer).map(|text| Self(text.text))
        }
    }
}

impl<'de> FromJson<'de> for ObjectText<'de> {
    const HAS_FIELDS: bool = true;

    fn from_text<E>(text: Cow<'de, str>) -> Result<Self, E> {
        Ok(Self(text))
    }

    /// A buffer inside a binary format, which claims to be human-readable, holds the text as one string.
    fn from_transcoded<E>(text: String) -> Result<Self, E> {
        Ok(Self(if text.starts_with('"') { unescape(&text).into_owned() } else { text }.into()))
    }
}

struct JsonVisitor<T> {
    /// Nothing but the newtype has been requested: serde_json provides its text only then.
    is_outermost: bool,
    made: PhantomData<T>,
}

impl<T> JsonVisitor<T> {
    fn inner(self) -> Self {
        Self { is_outermost: false, ..self }
    }
}

macro_rules! transcode {
    ($($method:ident($type:ty))*) => {
        $(fn $method<E: Error>(self, value: $type) -> Result<T, E> {
            transcoded(|transcoder| transcoder.$method(value))
        })*
    };
}

impl<'de, T: FromJson<'de>> Visitor<'de> for JsonVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    /// serde_json provides its text as a map of one member.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        if !self.is_outermost {
            return transcoded(|transcoder| transcoder.visit_map(map));
        }
        match map.next_key::<Text<'_>>()? {
            Some(Text { text, is_bare: true }) if text == RAW_VALUE => {
                map.next_value_seed(RawSeed(PhantomData))
            }
            Some(Text { text, .. }) => {
                let mut name = String::new();
                write_string(&text, &mut name);
                transcoded(|transcoder| transcoder.object(Some(name), map))
            }
            None => T::from_transcoded("{}".to_owned()),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<T, A::Error> {
        transcoded(|transcoder| transcoder.visit_seq(seq))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<T, A::Error> {
        transcoded(|transcoder| transcoder.visit_enum(data))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self.inner())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self.inner())
    }

    fn visit_none<E: Error>(self) -> Result<T, E> {
        T::from_none()
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        transcoded(|transcoder| transcoder.visit_unit())
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<T, E> {
        T::from_bytes(bytes)
    }

    transcode! {
        visit_bool(bool) visit_i64(i64) visit_u64(u64) visit_i128(i128) visit_u128(u128) visit_f64(f64) visit_str(&str)
    }
}

struct RawSeed<T>(PhantomData<T>);

impl<'de, T: FromJson<'de>> DeserializeSeed<'de> for RawSeed<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::from_raw(deserializer)
    }
}

/// Text, borrowed where it can be.
struct Text<'de> {
    text: Cow<'de, str>,
    /// The deserializer yielded text although an option was requested. serde_json does so for text of its own, such as the name
    /// of its newtype, which a body may contain as well.
    is_bare: bool,
}

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor {
            is_bare: bool,
        }

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text { text: text.into(), is_bare: self.is_bare })
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                self.visit_string(text.to_owned())
            }

            fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
                Ok(Text { text: text.into(), is_bare: self.is_bare })
            }

            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
                deserializer.deserialize_str(Self { is_bare: false })
            }
        }

        let text = if deserializer.is_human_readable() {
            deserializer.deserialize_option(TextVisitor { is_bare: true })
        } else {
            deserializer.deserialize_str(TextVisitor { is_bare: false })
        };
        // serde's own message would quote what was found.
        text.map_err(|_| Error::custom("expected text"))
    }
}
