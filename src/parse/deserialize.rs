//! Payloads and fields, read by serde.

use serde::de::{Deserialize, Deserializer, Error};

use super::{Parser, fields};
use crate::error::ParseError;
use crate::payload::Payload;
use crate::payload::fields::Fields;
use crate::redactable::tree::Text;

impl<'de> Deserialize<'de> for Payload<'_> {
    /// Reads a body. Only its depth is limited.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Text(text) = Deserialize::deserialize(deserializer)?;
        Parser::without_limits().parse(text.as_bytes()).map(Payload::into_owned).map_err(custom)
    }
}

impl<'de> Deserialize<'de> for Fields<'_> {
    /// Reads an object of fields, such as the member `data` of a body, or a stored profile. Only its depth is limited.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Text(text) = Deserialize::deserialize(deserializer)?;
        fields(&text).map(Fields::into_owned).map_err(custom)
    }
}

/// An error without its place in the text, which need not be all that the caller has.
fn custom<E: Error>(error: ParseError) -> E {
    E::custom(error.without_position())
}
