//! Reads a JSON tree from any self-describing format.
//!
//! serde_json's own visitor turns infinity into `null`, keeps the last of two equal names, and parses the text behind its private
//! names. This one rejects whatever JSON cannot express.

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

/// Requests a newtype, which some deserializers know by its name.
pub(super) fn ask<'de, T: Answer<'de>, D: Deserializer<'de>>(
    name: &'static str,
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_newtype_struct(name, TreeVisitor(ROOT, PhantomData))
}

/// A type that is read from a tree, unless a deserializer offers more.
pub(super) trait Answer<'de>: Sized {
    fn from_tree<E: Error>(tree: Value) -> Result<Self, E>;

    fn from_some<D: Deserializer<'de>>(slot: Slot, deserializer: D) -> Result<Self, D::Error> {
        Self::from_tree(slot.inside_some()?.deserialize(deserializer)?)
    }

    fn from_map<A: MapAccess<'de>>(slot: Slot, map: A) -> Result<Self, A::Error> {
        Self::from_tree(slot.object(None, map)?)
    }
}

impl Answer<'_> for Value {
    fn from_tree<E>(tree: Value) -> Result<Self, E> {
        Ok(tree)
    }
}

/// The place of a value in the tree.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    /// The number of values around this one.
    depth: usize,
    place: Place,
}

const ROOT: Slot = Slot { depth: 0, place: Place::Value };

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Value,
    /// The value of an option, whose `null` would read as none.
    Some,
    Name,
    /// A name that may announce serde_json's own text: then the tree is `null`.
    ///
    /// serde_json passes that name borrowed although an option is requested. Any other deserializer provides an option then, or
    /// copies the name, which may come from a sender.
    FirstName,
}

impl Slot {
    /// Returns the slot of a value that contains no others.
    fn leaf(place: Place) -> Self {
        Self { depth: MAX_DEPTH, place }
    }

    fn nested<E: Error>(self, place: Place) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom("nested too deeply"));
        }
        Ok(Self { depth: self.depth + 1, place })
    }

    fn inside_some<E: Error>(self) -> Result<Self, E> {
        if self.place == Place::FirstName { Ok(Self::leaf(Place::Name)) } else { self.nested(Place::Some) }
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
                return Err(Error::custom("a name is reserved by serde_json"));
            }
            if members.insert(name, map.next_value_seed(value)?).is_some() {
                return Err(Error::custom("two members of an object have the same name"));
            }
        }
        Ok(Value::Object(members))
    }
}

fn next_name<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<Value>, A::Error> {
    map.next_key_seed(Slot::leaf(Place::Name))
}

/// Reads the number that serde_json provides as an object of one reserved name, unless it is an integer of 64 bits. A sender's
/// object of the same form cannot be told apart.
fn private_number<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<Number>, A::Error> {
    let text = map.next_value_seed(Slot::leaf(Place::Value))?;
    let number: Option<Number> = text.as_str().and_then(|text| text.parse().ok());
    let is_alone = next_name(map)?.is_none();
    Ok(number.filter(|number| is_alone && number.as_f64().is_some()))
}

fn number<'de, T: Answer<'de>, E: Error>(number: Option<Number>) -> Result<T, E> {
    let number = number.ok_or_else(|| E::custom("a number is not finite or has too many digits"))?;
    T::from_tree(Value::Number(number))
}

impl<'de> DeserializeSeed<'de> for Slot {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let visitor = TreeVisitor(self, PhantomData);
        match self.place {
            Place::Value | Place::Some => deserializer.deserialize_any(visitor),
            Place::Name => deserializer.deserialize_string(visitor),
            Place::FirstName => deserializer.deserialize_option(visitor),
        }
    }
}

struct TreeVisitor<T>(Slot, PhantomData<T>);

impl<'de, T: Answer<'de>> Visitor<'de> for TreeVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("a value that JSON has")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<T, E> {
        T::from_tree(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        T::from_tree(value.into())
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<T, E> {
        number(Number::from_i128(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        T::from_tree(value.into())
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<T, E> {
        number(Number::from_u128(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
        number(Number::from_f64(value))
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<T, E> {
        if self.0.place == Place::FirstName && value == RAW_VALUE {
            T::from_tree(Value::Null)
        } else {
            self.visit_str(value)
        }
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<T, E> {
        T::from_tree(value.into())
    }

    fn visit_bytes<E: Error>(self, value: &[u8]) -> Result<T, E> {
        if mark::understand(value) {
            T::from_tree(REDACTED.into())
        } else {
            Err(E::custom("bytes have no JSON form"))
        }
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        let is_null = self.0.place == Place::Value;
        if is_null { T::from_tree(Value::Null) } else { Err(E::custom("this null has no JSON form")) }
    }

    fn visit_none<E: Error>(self) -> Result<T, E> {
        if mark::has_missing() { T::from_tree(REDACTED.into()) } else { self.visit_unit() }
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::from_some(self.0, deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::from_tree(self.0.nested(self.0.place)?.deserialize(deserializer)?)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<T, A::Error> {
        let element = self.0.nested(Place::Value)?;
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element_seed(element)? {
            elements.push(element);
        }
        T::from_tree(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::from_map(self.0, map)
    }
}

/// JSON text: serde_json's own where it provides that, and otherwise the text of a tree.
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
    fn from_map<A: MapAccess<'de>>(slot: Slot, mut map: A) -> Result<Self, A::Error> {
        match map.next_key_seed(Slot::leaf(Place::FirstName))? {
            Some(Value::Null) => map.next_value().map(Self),
            None => Ok(Self("{}".to_owned())),
            name => Self::from_tree(slot.object(name, map)?),
        }
    }
}
