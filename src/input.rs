//! The bytes of a body or of settings, before they are read as JSON: size, encoding, and JSON text from other formats.

use serde::de::{Deserialize, Deserializer, Error};

use crate::error::{ParseError, ParseErrorKind};
use crate::json::position;
use crate::redactable::visitor::Text;

/// The UTF-8 encoding of the byte order mark.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Returns the text of a body.
pub(crate) fn text(bytes: &[u8], max_bytes: usize) -> Result<&str, ParseError> {
    check_size(bytes, max_bytes)?;
    if is_blank(bytes) {
        return Err(ParseError::new(ParseErrorKind::Empty));
    }
    if bytes.starts_with(BYTE_ORDER_MARK) {
        return Err(ParseError::new(ParseErrorKind::ByteOrderMark).with_position((1, 1)));
    }
    utf8(bytes)
}

pub(crate) fn check_size(bytes: &[u8], max_bytes: usize) -> Result<(), ParseError> {
    if bytes.len() > max_bytes {
        return Err(ParseError::new(ParseErrorKind::TooLarge { limit: max_bytes }));
    }
    Ok(())
}

pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, ParseError> {
    std::str::from_utf8(bytes).map_err(|error| {
        ParseError::new(ParseErrorKind::NotUtf8).with_position(position(bytes, error.valid_up_to()))
    })
}

/// Returns `true` if there is nothing but JSON's whitespace.
pub(crate) fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

/// Reads the JSON text of a value in any self-describing format.
pub(crate) fn deserialize<'de, T, D: Deserializer<'de>>(
    deserializer: D,
    read: impl FnOnce(&str) -> Result<T, ParseError>,
) -> Result<T, D::Error> {
    let Text(text) = Text::deserialize(deserializer)?;
    // A position in this text would mean nothing to the caller.
    read(&text).map_err(|error| D::Error::custom(error.without_position()))
}
