//! JSON text, written from the values of any deserializer.

use std::fmt::{self, Formatter, Write};

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::private::NUMBER;
use super::{is_reserved, write_string};
use crate::redactable::mark;

/// The JSON text of a redacted field.
const SENTINEL: &str = "\"<<REDACTED>>\"";

/// Appends a value as JSON text.
pub(super) struct Transcoder<'o> {
    pub(super) out: &'o mut String,
    /// Writes the sentinel for a redacted field that `decode` shows as a mark, or as missing.
    pub(super) has_marks: bool,
}

impl<'o> Transcoder<'o> {
    fn plain(out: &'o mut String) -> Self {
        Self { out, has_marks: false }
    }

    fn nested(&mut self) -> Transcoder<'_> {
        Transcoder { out: self.out, has_marks: self.has_marks }
    }

    /// Writes an object. Where the caller has read the first name, `first` is its JSON text.
    pub(super) fn object<'de, A: MapAccess<'de>>(
        mut self,
        mut first: Option<String>,
        mut map: A,
    ) -> Result<(), A::Error> {
        let start = self.out.len();
        let mut is_first = true;
        while let Some(name) = first.take().map_or_else(|| next_name(&mut map), |name| Ok(Some(name)))? {
            if is_reserved(name.trim_start_matches('"')) {
                let number = number(&name, &mut map)?.filter(|_| is_first);
                self.out.push_str(&number.ok_or_else(|| Error::custom("a reserved name"))?);
                return Ok(());
            }
            self.out.push(if is_first { '{' } else { ',' });
            self.out.push_str(&name);
            self.out.push(':');
            is_first = false;
            map.next_value_seed(self.nested())?;
        }
        self.out.push_str(if self.out.len() == start { "{}" } else { "}" });
        Ok(())
    }
}

/// Reads a name: text, or a number or boolean that JSON has to spell as text.
fn next_name<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<String>, A::Error> {
    let mut name = String::new();
    if map.next_key_seed(Transcoder::plain(&mut name))?.is_none() {
        return Ok(None);
    }
    match name.as_bytes().first() {
        Some(b'"') => Ok(Some(name)),
        Some(b'{' | b'[' | b'n') | None => Err(Error::custom("a name is not text")),
        Some(_) => Ok(Some(format!("\"{name}\""))),
    }
}

/// Reads a number as serde_json provides it when `arbitrary_precision` is on: as a map of one reserved name. An object that has
/// such a name looks the same. Without the feature there is no such number.
fn number<'de, A: MapAccess<'de>>(name: &str, map: &mut A) -> Result<Option<String>, A::Error> {
    let is_on = "1e400".parse::<serde_json::Number>().is_ok();
    if !is_on || name.trim_matches('"') != NUMBER {
        return Ok(None);
    }
    let mut text = String::new();
    map.next_value_seed(Transcoder::plain(&mut text))?;
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
            write!(self.out, "{value}").map_err(E::custom)
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
        write!(self.out, "{value:?}").map_err(E::custom)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        write_string(value, self.out);
        Ok(())
    }

    /// Bytes are an array of numbers, as serde_json writes them.
    fn visit_bytes<E: Error>(self, value: &[u8]) -> Result<(), E> {
        if self.has_marks && mark::understand(value) {
            self.out.push_str(SENTINEL);
            return Ok(());
        }
        write!(self.out, "{value:?}").map_err(E::custom)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.out.push_str("null");
        Ok(())
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.out.push_str(if self.has_marks && mark::is_watching() { SENTINEL } else { "null" });
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        self.out.push('[');
        let mut length = self.out.len();
        while seq.next_element_seed(self.nested())?.is_some() {
            self.out.push(',');
            length = self.out.len() - 1;
        }
        self.out.truncate(length);
        self.out.push(']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.object(None, map)
    }

    /// A variant with content, such as a tagged value of YAML, is an object of one member.
    fn visit_enum<A: EnumAccess<'de>>(mut self, data: A) -> Result<(), A::Error> {
        self.out.push('{');
        let ((), variant) = data.variant_seed(self.nested())?;
        self.out.push(':');
        variant.newtype_variant_seed(self.nested())?;
        self.out.push('}');
        Ok(())
    }
}
