//! JSON text, made of the values that any deserializer yields.

use std::fmt::{self, Formatter, Write};

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::private::NUMBER;
use super::{is_reserved, write_string};

/// Appends a value as JSON text.
pub(super) struct Transcoder<'o>(pub(super) &'o mut String);

impl Transcoder<'_> {
    /// Writes an object. Where the caller has read the first name, `first` is its JSON text.
    pub(super) fn object<'de, A: MapAccess<'de>>(
        self,
        mut first: Option<String>,
        mut map: A,
    ) -> Result<(), A::Error> {
        let start = self.0.len();
        let mut is_first = true;
        while let Some(name) = first.take().map_or_else(|| next_name(&mut map), |name| Ok(Some(name)))? {
            if is_reserved(name.trim_start_matches('"')) {
                let number = number(&name, &mut map)?.filter(|_| is_first);
                self.0.push_str(&number.ok_or_else(|| Error::custom("a reserved name"))?);
                return Ok(());
            }
            self.0.push(if is_first { '{' } else { ',' });
            self.0.push_str(&name);
            self.0.push(':');
            is_first = false;
            map.next_value_seed(Transcoder(self.0))?;
        }
        self.0.push_str(if self.0.len() == start { "{}" } else { "}" });
        Ok(())
    }
}

/// Reads a name: text, or a number or boolean that JSON has to spell as text.
fn next_name<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<String>, A::Error> {
    let mut name = String::new();
    if map.next_key_seed(Transcoder(&mut name))?.is_none() {
        return Ok(None);
    }
    match name.as_bytes().first() {
        Some(b'"') => Ok(Some(name)),
        Some(b'{' | b'[' | b'n') | None => Err(Error::custom("a name is not text")),
        Some(_) => Ok(Some(format!("\"{name}\""))),
    }
}

/// Reads a number as serde_json hands it over with `arbitrary_precision` on: as a map of one reserved name. An object that holds
/// such a name looks the same. Without the feature there is no such number.
fn number<'de, A: MapAccess<'de>>(name: &str, map: &mut A) -> Result<Option<String>, A::Error> {
    let is_on = "1e400".parse::<serde_json::Number>().is_ok();
    if !is_on || name.trim_matches('"') != NUMBER {
        return Ok(None);
    }
    let mut text = String::new();
    map.next_value_seed(Transcoder(&mut text))?;
    let number = text.trim_matches('"').to_owned();
    let is_number = number.parse::<serde_json::Number>().is_ok() && next_name(map)?.is_none();
    Ok(is_number.then_some(number))
}

impl<'de> DeserializeSeed<'de> for Transcoder<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

macro_rules! write_display {
    ($($method:ident($type:ty))*) => {
        $(fn $method<E: Error>(self, value: $type) -> Result<(), E> {
            write!(self.0, "{value}").map_err(E::custom)
        })*
    };
}

impl<'de> Visitor<'de> for Transcoder<'_> {
    type Value = ();

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("a value that JSON has")
    }

    write_display! { visit_bool(bool) visit_i64(i64) visit_u64(u64) visit_i128(i128) visit_u128(u128) }

    /// `Debug` of a float writes the shortest number that reads back, with an exponent where it is long.
    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        if !value.is_finite() {
            return Err(E::custom("a number is not finite"));
        }
        write!(self.0, "{value:?}").map_err(E::custom)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        write_string(value, self.0);
        Ok(())
    }

    /// Bytes are an array of numbers, as serde_json writes them.
    fn visit_bytes<E: Error>(self, value: &[u8]) -> Result<(), E> {
        write!(self.0, "{value:?}").map_err(E::custom)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.0.push_str("null");
        Ok(())
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        self.0.push('[');
        let mut length = self.0.len();
        while seq.next_element_seed(Transcoder(self.0))?.is_some() {
            self.0.push(',');
            length = self.0.len() - 1;
        }
        self.0.truncate(length);
        self.0.push(']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.object(None, map)
    }

    /// A variant with content, such as a tagged value of YAML, is an object of one member.
    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<(), A::Error> {
        self.0.push('{');
        let ((), variant) = data.variant_seed(Transcoder(self.0))?;
        self.0.push(':');
        variant.newtype_variant_seed(Transcoder(self.0))?;
        self.0.push('}');
        Ok(())
    }
}
