//! The tree of JSON that a value has in any format that describes itself.
//!
//! serde_json's own visitor would make `null` of infinity, keep the last of two members with one name, and read the text behind a
//! name that it reserves. This one refuses what JSON does not have.

use std::fmt::{self, Formatter};
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::{REDACTED, mark};
use crate::json::reserved::{NUMBER, RAW_VALUE, has_arbitrary_precision};
use crate::json::{MAX_DEPTH, is_reserved};

/// Reads a tree, in which the sentinel replaces the mark of a redacted field.
pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    ROOT.deserialize(deserializer)
}

const ROOT: TreeVisitor = TreeVisitor { depth: 0, place: Place::Value };

#[derive(Clone, Copy)]
struct TreeVisitor {
    /// The number of values around this one.
    depth: usize,
    place: Place,
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Value,
    /// The value of an option, whose `null` would read as none.
    Some,
    Name,
    /// A name that may announce serde_json's own text: then the tree is `null`.
    ///
    /// serde_json lends that name although an option is requested. Any other deserializer provides an option then, or copies the
    /// name, which may come from a sender.
    FirstName,
}

impl TreeVisitor {
    /// Returns a visitor of a value that contains no others.
    fn leaf(place: Place) -> Self {
        Self { depth: MAX_DEPTH, place }
    }

    fn nested<E: Error>(self, place: Place) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom("nested too deeply"));
        }
        Ok(Self { depth: self.depth + 1, place })
    }

    /// Reads an object whose first name may have been read.
    fn object<'de, A: MapAccess<'de>>(self, mut first: Option<Value>, mut map: A) -> Result<Value, A::Error> {
        let value = self.nested(Place::Value)?;
        let mut members = Map::new();
        while let Some(name) = first.take().map_or_else(|| next_name(&mut map), |name| Ok(Some(name)))? {
            let Value::String(name) = name else { return Err(Error::custom("a name is not a string")) };
            if name == NUMBER && members.is_empty() && has_arbitrary_precision() {
                return number(private_number(&mut map)?);
            }
            if is_reserved(&name) {
                return Err(Error::custom("a reserved name"));
            }
            if members.insert(name, map.next_value_seed(value)?).is_some() {
                return Err(Error::custom("two members of an object have the same name"));
            }
        }
        Ok(Value::Object(members))
    }
}

fn next_name<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<Value>, A::Error> {
    map.next_key_seed(TreeVisitor::leaf(Place::Name))
}

/// Reads the number that serde_json provides as an object of one reserved name, unless it is an integer of 64 bits. An object of a
/// sender that looks the same is not told apart.
fn private_number<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<Number>, A::Error> {
    let text = map.next_value_seed(TreeVisitor::leaf(Place::Value))?;
    let number: Option<Number> = text.as_str().and_then(|text| text.parse().ok());
    let is_alone = next_name(map)?.is_none();
    Ok(number.filter(|number| is_alone && number.as_f64().is_some()))
}

fn number<E: Error>(number: Option<Number>) -> Result<Value, E> {
    number.map(Value::Number).ok_or_else(|| E::custom("a number is not finite or has too many digits"))
}

impl<'de> DeserializeSeed<'de> for TreeVisitor {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        match self.place {
            Place::Value | Place::Some => deserializer.deserialize_any(self),
            Place::Name => deserializer.deserialize_string(self),
            Place::FirstName => deserializer.deserialize_option(self),
        }
    }
}

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("a value that JSON has")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<Value, E> {
        number(Number::from_i128(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<Value, E> {
        number(Number::from_u128(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        number(Number::from_f64(value))
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Value, E> {
        if self.place == Place::FirstName && value == RAW_VALUE {
            Ok(Value::Null)
        } else {
            self.visit_str(value)
        }
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_bytes<E: Error>(self, value: &[u8]) -> Result<Value, E> {
        if mark::understand(value) { Ok(REDACTED.into()) } else { Err(E::custom("JSON has no bytes")) }
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        if self.place == Place::Value { Ok(Value::Null) } else { Err(E::custom("JSON has no such null")) }
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        if mark::is_watching() { Ok(REDACTED.into()) } else { self.visit_unit() }
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        match self.place {
            Place::FirstName => Self::leaf(Place::Name).deserialize(deserializer),
            _ => self.nested(Place::Some)?.deserialize(deserializer),
        }
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.nested(self.place)?.deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let element = self.nested(Place::Value)?;
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element_seed(element)? {
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        self.object(None, map)
    }
}

/// A type that is read from the answer to a request for a newtype, which some deserializers know by its name.
pub(super) trait Answer<'de>: Sized {
    fn from_tree<E: Error>(tree: Value) -> Result<Self, E>;

    fn from_some<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_tree(read(deserializer)?)
    }

    fn from_map<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        Self::from_tree(ROOT.visit_map(map)?)
    }
}

/// Requests a newtype.
pub(super) fn ask<'de, T: Answer<'de>, D: Deserializer<'de>>(
    name: &'static str,
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_newtype_struct(name, AnswerVisitor(PhantomData))
}

struct AnswerVisitor<T>(PhantomData<T>);

macro_rules! visit_scalars {
    ($($method:ident($($value:ident: $type:ty)?))*) => {
        $(fn $method<E: Error>(self $(, $value: $type)?) -> Result<T, E> {
            T::from_tree(ROOT.$method($($value)?)?)
        })*
    };
}

impl<'de, T: Answer<'de>> Visitor<'de> for AnswerVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        ROOT.expecting(f)
    }

    visit_scalars! {
        visit_bool(value: bool) visit_i64(value: i64) visit_i128(value: i128) visit_u64(value: u64) visit_u128(value: u128)
        visit_f64(value: f64) visit_str(value: &str) visit_bytes(value: &[u8]) visit_unit() visit_none()
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::from_tree(read(deserializer)?)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::from_some(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<T, A::Error> {
        T::from_tree(ROOT.visit_seq(seq)?)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::from_map(map)
    }
}

/// The text of JSON: serde_json's own where it provides that, and otherwise the text of a tree.
pub(crate) struct Text(pub(crate) String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ask(RAW_VALUE, deserializer)
    }
}

impl<'de> Answer<'de> for Text {
    fn from_tree<E: Error>(tree: Value) -> Result<Self, E> {
        Ok(Self(tree.to_string()))
    }

    /// serde_json provides its text as a map of one member.
    fn from_map<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        match map.next_key_seed(TreeVisitor::leaf(Place::FirstName))? {
            Some(Value::Null) => map.next_value().map(Self),
            None => Ok(Self("{}".to_owned())),
            name => Self::from_tree(ROOT.object(name, map)?),
        }
    }
}
