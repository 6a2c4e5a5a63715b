//! Options, checks on the bytes, then the wire.

use std::io::Read;

use crate::error::{ParseError, ParseErrorKind};
use crate::limits::Limits;
use crate::mapping::FieldMapping;
use crate::payload::Payload;
use crate::wire;

/// Reads bodies, with limits and settings of your own.
///
/// The default is what [`from_slice`](crate::from_slice) does: 2 MiB, 10 000 fields, lenient, no mapping. Build one
/// at start and share it: parsing takes `&self`.
///
/// ```
/// use rownd_webhooks::{Parser, testing::samples};
///
/// let parser = Parser::new().max_bytes(64 * 1024).max_fields(200).strict(true);
/// let payload = parser.parse(samples::DATA_INSERT.as_bytes())?;
/// assert_eq!(payload.fields().len(), 4);
/// assert_eq!(parser.parse(&[b' '; 70_000]).unwrap_err().code(), "too_large");
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parser {
    limits: Limits,
    is_strict: bool,
    mapping: Option<FieldMapping>,
}

impl Parser {
    /// A parser with the default limits, lenient, without a mapping.
    #[must_use]
    pub const fn new() -> Self {
        Self { limits: Limits::DEFAULT, is_strict: false, mapping: None }
    }

    /// The most bytes that a body may have; 2 MiB by default.
    #[must_use]
    pub const fn max_bytes(mut self, bytes: usize) -> Self {
        self.limits.bytes = bytes;
        self
    }

    /// The most fields that `data` may have; 10 000 by default.
    #[must_use]
    pub const fn max_fields(mut self, fields: usize) -> Self {
        self.limits.fields = fields;
        self
    }

    /// Whether a payload with an issue of severity `Error` is refused, with code `invalid`.
    #[must_use]
    pub const fn strict(mut self, is_strict: bool) -> Self {
        self.is_strict = is_strict;
        self
    }

    /// The operator's renames ("Map fields"), which are undone: names in payloads are then Rownd's own.
    #[must_use]
    pub fn field_mapping(mut self, mapping: FieldMapping) -> Self {
        self.mapping = Some(mapping);
        self
    }

    /// Reads a body. The payload borrows from it.
    pub fn parse<'a>(&self, body: &'a [u8]) -> Result<Payload<'a>, ParseError> {
        let payload = wire::read(self.limits.text(body)?, &self.limits, self.mapping.as_ref())?;
        if self.is_strict {
            payload.validate().map_err(|invalid| ParseError::new(ParseErrorKind::Invalid(invalid)))?;
        }
        Ok(payload)
    }

    /// Reads a body from a reader, never more of it than one byte over the limit.
    pub fn parse_reader(&self, reader: impl Read) -> Result<Payload<'static>, ParseError> {
        let mut body = Vec::new();
        reader
            .take(self.most_bytes().saturating_add(1))
            .read_to_end(&mut body)
            .map_err(|error| ParseError::new(ParseErrorKind::Io { kind: error.kind() }))?;
        self.parse(&body).map(Payload::into_owned)
    }

    pub(crate) fn most_bytes(&self) -> u64 {
        u64::try_from(self.limits.bytes).unwrap_or(u64::MAX)
    }
}

impl Default for Parser {
    fn default() -> Self {
        Self::new()
    }
}
