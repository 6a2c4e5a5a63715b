//! How much a body may hold, and what is wrong with its bytes before JSON begins.

use crate::error::{ParseError, ParseErrorKind};
use crate::scan;

/// The limits of one parser; the depth is serde_json's and stands in `scan`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Bytes of a body.
    pub(crate) bytes: usize,
    /// Fields of `data`.
    pub(crate) fields: usize,
}

impl Limits {
    pub(crate) const DEFAULT: Self = Self { bytes: 2 << 20, fields: 10_000 };

    /// The body as text, checked for all that is wrong before JSON begins.
    pub(crate) fn text<'a>(&self, body: &'a [u8]) -> Result<&'a str, ParseError> {
        let limit = self.bytes;
        if body.len() > limit {
            return Err(ParseError::new(ParseErrorKind::TooLarge { limit }));
        }
        if is_blank(body) {
            return Err(ParseError::new(ParseErrorKind::Empty));
        }
        if body.starts_with(b"\xEF\xBB\xBF") {
            return Err(ParseError::new(ParseErrorKind::ByteOrderMark).on(Some((1, 1))));
        }
        std::str::from_utf8(body).map_err(|error| {
            let position = scan::position(body, error.valid_up_to());
            ParseError::new(ParseErrorKind::NotUtf8).on(Some(position))
        })
    }
}

/// Whether there is nothing but JSON's white space.
pub(crate) fn is_blank(text: &[u8]) -> bool {
    text.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}
