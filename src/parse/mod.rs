//! Parsing bytes into a payload.

pub(crate) mod body;
mod redact;

use std::io::Read;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer};

use crate::error::{ParseError, ParseErrorKind};
use crate::input;
use crate::json::{Reader, tree};
use crate::payload::Payload;
use crate::payload::fields::Fields;
use crate::settings::mapping::FieldMapping;

/// A configurable parser.
///
/// [`from_slice`](crate::from_slice) uses the default: 2 MiB, 10 000 entries, lenient, no mapping. Build a parser once and share
/// it: parsing takes `&self`.
///
/// # Examples
///
/// ```
/// use rownd_webhooks::{Parser, testing::samples};
///
/// let parser = Parser::new().max_bytes(64 * 1024).max_entries(200).strict(true);
/// let payload = parser.parse(samples::DATA_INSERT.as_bytes())?;
/// assert_eq!(payload.fields().len(), 4);
/// assert_eq!(parser.parse(&[b' '; 70_000]).unwrap_err().code(), "too_large");
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parser {
    pub(crate) max_bytes: usize,
    max_entries: usize,
    strict: bool,
    mapping: Option<FieldMapping>,
}

impl Parser {
    /// Creates a parser with the default limits, lenient and without a mapping.
    #[must_use]
    pub const fn new() -> Self {
        Self { max_bytes: 2 << 20, max_entries: 10_000, strict: false, mapping: None }
    }

    pub(crate) const fn without_limits() -> Self {
        Self::new().max_bytes(usize::MAX).max_entries(usize::MAX)
    }

    /// Returns the maximum number of bytes of a body with what [`Received`](crate::Received) writes around it.
    pub(crate) fn max_received_bytes(&self) -> usize {
        self.max_bytes.saturating_add(128)
    }

    /// Sets the maximum size of a body in bytes; 2 MiB by default.
    #[must_use]
    pub const fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Sets the maximum number of entries of a body; 10 000 by default.
    ///
    /// Fields, redacted names, lookup values and members that this crate does not know count, all together. What is nested
    /// inside a field does not.
    #[must_use]
    pub const fn max_entries(mut self, entries: usize) -> Self {
        self.max_entries = entries;
        self
    }

    /// Sets whether to reject payloads with an issue of severity `Error`, with the code `invalid`; false by default.
    #[must_use]
    pub const fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// Undoes the operator's renames ("Map fields"), so that the names in payloads are Rownd's own.
    ///
    /// A payload serializes with Rownd's names. To read one again, use a parser without the mapping.
    #[must_use]
    pub fn field_mapping(mut self, mapping: FieldMapping) -> Self {
        self.mapping = Some(mapping);
        self
    }

    /// Parses a body. The payload borrows from it.
    ///
    /// # Errors
    ///
    /// Returns an error if the body cannot be acted on: every [`ParseErrorKind`] but `DuplicateRename` and `Io`, and `Invalid`
    /// only if the parser is [strict](Self::strict).
    pub fn parse<'a>(&self, body: &'a [u8]) -> Result<Payload<'a>, ParseError> {
        self.read(&mut Reader::new(input::text(body, self.max_bytes)?))
    }

    /// Parses a body from the rest of `json`.
    pub(crate) fn read<'a>(&self, json: &mut Reader<'a>) -> Result<Payload<'a>, ParseError> {
        let payload = body::read(json, self.max_entries, self.mapping.as_ref())?;
        if self.strict {
            payload.validate()?;
        }
        Ok(payload)
    }

    /// Parses a body from a reader. Reads at most one byte past the limit.
    ///
    /// # Errors
    ///
    /// Returns an error as [`parse`](Self::parse) does, and `Io` if the reader fails.
    pub fn parse_reader(&self, reader: impl Read) -> Result<Payload<'static>, ParseError> {
        let mut body = Vec::new();
        reader
            .take((self.max_bytes as u64).saturating_add(1))
            .read_to_end(&mut body)
            .map_err(|error| ParseError::new(ParseErrorKind::Io { kind: error.kind() }))?;
        self.parse(&body).map(Payload::into_owned)
    }
}

impl Default for Parser {
    fn default() -> Self {
        Self::new()
    }
}

impl FromStr for Payload<'static> {
    type Err = ParseError;

    fn from_str(body: &str) -> Result<Self, ParseError> {
        Parser::new().parse(body.as_bytes()).map(Payload::into_owned)
    }
}

impl TryFrom<serde_json::Value> for Payload<'static> {
    type Error = ParseError;

    fn try_from(body: serde_json::Value) -> Result<Self, ParseError> {
        // The tree is parsed as text, so that every error has its path.
        let text = tree::print(&body).ok_or_else(|| ParseError::new(ParseErrorKind::TooDeep))?;
        // A position in that text would mean nothing to the caller.
        text.parse().map_err(ParseError::without_position)
    }
}

impl<'de> Deserialize<'de> for Payload<'_> {
    /// Reads a body. Only its depth is limited.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let parser = Parser::without_limits();
        input::deserialize(deserializer, |text| parser.parse(text.as_bytes()).map(Payload::into_owned))
    }
}

impl<'de> Deserialize<'de> for Fields<'_> {
    /// Reads an object of fields, such as the member `data` of a body, or a stored profile. Only its depth is limited.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        input::deserialize(deserializer, |text| body::read_fields(text).map(Fields::into_owned))
    }
}
