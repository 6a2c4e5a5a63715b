//! The JSON text of a value, out of any of serde_json's own readers.
//!
//! serde_json hands the text to a type that asks for a newtype of a certain name, as its `RawValue` does. The name
//! is not public, so `RawValue` is asked for it.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};
use std::marker::PhantomData;

use serde::de::value::{
    BorrowedStrDeserializer, MapAccessDeserializer, MapDeserializer, SeqAccessDeserializer,
};
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::value::RawValue;

/// What can be made of a value's JSON text.
pub(crate) trait FromRaw<'de>: Sized {
    const EXPECTING: &'static str;

    fn from_text<E: de::Error>(text: Cow<'de, str>) -> Result<Self, E>;

    /// Reads from what is not serde_json's reader, such as serde's buffer behind `flatten`.
    fn from_other<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

pub(crate) fn deserialize<'de, T: FromRaw<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let name = newtype_name();
    deserializer.deserialize_newtype_struct(name, RawVisitor { name, made: PhantomData })
}

struct RawVisitor<T> {
    name: &'static str,
    made: PhantomData<T>,
}

/// What is not JSON text, from a deserializer that does not know newtypes: serde's defaults would quote it.
macro_rules! visit {
    ($($method:ident($value:ty))*) => {
        $(fn $method<E: de::Error>(self, value: $value) -> Result<T, E> {
            T::from_other(value.into_deserializer())
        })*
    };
}

impl<'de, T: FromRaw<'de>> Visitor<'de> for RawVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTING)
    }

    /// serde_json hands the text over as a map of one member, whose size it does not tell; a map of values tells it. What a
    /// body names so comes here too, if a visitor of the caller's hands its map on: there the name is that of a member.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        if map.size_hint().is_some() {
            return T::from_other(MapAccessDeserializer::new(map));
        }
        // Not the reader's own words: they quote.
        let refused = |_| de::Error::custom(format_args!("expected {}", T::EXPECTING));
        match map.next_key::<Text<'de>>().map_err(refused)? {
            Some(name) if name.is_bare && name.text == self.name => {
                T::from_text(map.next_value::<Text<'de>>().map_err(refused)?.text)
            }
            Some(name) => T::from_other(MapAccessDeserializer::new(Begun { name: Some(name.text), map })),
            None => T::from_other(MapDeserializer::new(std::iter::empty::<((), ())>())),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<T, A::Error> {
        T::from_other(SeqAccessDeserializer::new(seq))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::from_other(deserializer)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::from_other(deserializer)
    }

    fn visit_none<E: de::Error>(self) -> Result<T, E> {
        self.visit_unit()
    }

    fn visit_unit<E: de::Error>(self) -> Result<T, E> {
        T::from_other(().into_deserializer())
    }

    fn visit_borrowed_str<E: de::Error>(self, value: &'de str) -> Result<T, E> {
        T::from_other(BorrowedStrDeserializer::new(value))
    }

    visit! {
        visit_bool(bool) visit_i64(i64) visit_i128(i128) visit_u64(u64) visit_u128(u128) visit_f64(f64)
        visit_char(char) visit_str(&str) visit_bytes(&[u8])
    }
}

/// Text, borrowed where it can be.
struct Text<'de> {
    text: Cow<'de, str>,
    /// Whether it was given as it is to who asked for an option, as serde_json does with what is not out of the body.
    is_bare: bool,
}

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text { text: text.into(), is_bare: true })
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                self.visit_string(text.to_owned())
            }

            fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
                Ok(Text { text: text.into(), is_bare: true })
            }

            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
                let text = deserializer.deserialize_str(self)?;
                Ok(Text { is_bare: false, ..text })
            }
        }

        deserializer.deserialize_option(TextVisitor)
    }
}

/// A map whose first name was read already.
struct Begun<'de, A> {
    name: Option<Cow<'de, str>>,
    map: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Begun<'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        match self.name.take() {
            Some(name) => seed.deserialize(name.into_deserializer()).map(Some),
            None => self.map.next_key_seed(seed),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

/// The name that `RawValue` asks for; none, should it ever ask otherwise.
pub(crate) fn newtype_name() -> &'static str {
    match Box::<RawValue>::deserialize(Probe) {
        Err(Found(name)) => name,
        Ok(_) => "",
    }
}

/// Refuses everything, and tells the name of the newtype that was asked for.
struct Probe;

#[derive(Debug)]
struct Found(&'static str);

impl Display for Found {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Found {}

impl de::Error for Found {
    fn custom<M: Display>(_: M) -> Self {
        Self("")
    }
}

impl<'de> Deserializer<'de> for Probe {
    type Error = Found;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Found> {
        Err(Found(""))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: V,
    ) -> Result<V::Value, Found> {
        Err(Found(name))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> FromRaw<'de> for crate::Payload<'_> {
    const EXPECTING: &'static str = "a webhook's payload";

    fn from_text<E: de::Error>(text: Cow<'de, str>) -> Result<Self, E> {
        crate::Parser::new().parse(text.as_bytes()).map(crate::Payload::into_owned).map_err(E::custom)
    }

    fn from_other<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(de::Error::custom("not yet"))
    }
}

impl<'de> Deserialize<'de> for crate::Payload<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}

impl<'de> FromRaw<'de> for crate::Fields<'_> {
    const EXPECTING: &'static str = "an object of fields";

    fn from_text<E: de::Error>(text: Cow<'de, str>) -> Result<Self, E> {
        crate::parse::fields(&text).map(crate::Fields::into_owned).map_err(E::custom)
    }

    fn from_other<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(de::Error::custom("not yet"))
    }
}

impl<'de> Deserialize<'de> for crate::Fields<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}
