//! Payloads and fields, read by serde.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error};

use super::{Parser, fields};
use crate::error::ParseError;
use crate::json::from_json::ObjectText;
use crate::payload::Payload;
use crate::payload::fields::Fields;

impl<'de> Deserialize<'de> for Payload<'_> {
    /// Reads a body, with the limits of [`Parser::new`].
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ObjectText(text) = Deserialize::deserialize(deserializer)?;
        Parser::new()
            .parse(text.as_bytes())
            .map(Payload::into_owned)
            .map_err(|error| custom(error, matches!(text, Cow::Borrowed(_))))
    }
}

impl<'de> Deserialize<'de> for Fields<'_> {
    /// Reads an object of fields, such as the member `data` of a body, or a stored profile. Only its depth is limited.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ObjectText(text) = Deserialize::deserialize(deserializer)?;
        fields(&text).map(Fields::into_owned).map_err(|error| custom(error, matches!(text, Cow::Borrowed(_))))
    }
}

/// An error about a text. The place in one that was made of values would mean nothing to the caller.
fn custom<E: Error>(error: ParseError, is_borrowed: bool) -> E {
    E::custom(if is_borrowed { error } else { error.without_position() })
}
