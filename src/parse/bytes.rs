//! Checks on the bytes of a text, before it is read as JSON.

use crate::error::{ParseError, ParseErrorKind};
use crate::json::position::position;

/// The UTF-8 encoding of the byte order mark.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Returns the bytes as text.
pub(crate) fn text(bytes: &[u8], max_bytes: usize) -> Result<&str, ParseError> {
    if bytes.len() > max_bytes {
        return Err(ParseError::new(ParseErrorKind::TooLarge { limit: max_bytes }));
    }
    if is_blank(bytes) {
        return Err(ParseError::new(ParseErrorKind::Empty));
    }
    if bytes.starts_with(BYTE_ORDER_MARK) {
        return Err(ParseError::new(ParseErrorKind::ByteOrderMark).with_position((1, 1)));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        ParseError::new(ParseErrorKind::NotUtf8).with_position(position(bytes, error.valid_up_to()))
    })
}

/// Returns `true` if there is nothing but JSON's white space.
pub(crate) fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}
