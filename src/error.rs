//! Errors of parsing.

use std::fmt::{self, Debug, Display, Formatter};
use std::io;

use crate::issue::ValidationError;
use crate::json::pointer::Pointer;
use crate::json::{ErrorKind, with_article};

/// The kind of a [`ParseError`].
///
/// Each variant has a stable code, which [`ParseError::code`] returns.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// `empty`: the body is only whitespace, as it is when the webhook's HTTP method is GET.
    #[error("the body is empty, as it is when the webhook's HTTP method is GET")]
    Empty,
    /// `not_utf8`: the body is not UTF-8, as JSON has to be.
    #[error("the body is not UTF-8")]
    NotUtf8,
    /// `byte_order_mark`: the body begins with a byte order mark, which JSON does not allow.
    #[error("the body begins with a byte order mark")]
    ByteOrderMark,
    /// `syntax`: the body is not JSON. A lone surrogate is an error too, except in the value of a field or of an unknown member.
    #[error("the body is not JSON: {reason}")]
    #[non_exhaustive]
    Syntax {
        /// The reason, without any part of the body.
        reason: &'static str,
    },
    /// `trailing_data`: more data follows the JSON object.
    #[error("there is data after the end of the JSON object")]
    TrailingData,
    /// `too_large`: the body has more bytes than [`Parser::max_bytes`](crate::Parser::max_bytes) allows.
    #[error("the body has more than {limit} bytes")]
    #[non_exhaustive]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// `too_many_entries`: the body has more fields, redacted names, lookup values and unknown members than
    /// [`Parser::max_entries`](crate::Parser::max_entries) allows.
    #[error("the body has more than {limit} fields, redacted names, lookup values and unknown members")]
    #[non_exhaustive]
    TooManyEntries {
        /// The limit, in entries.
        limit: usize,
    },
    /// `too_deep`: arrays and objects are nested deeper than the 127 levels that serde_json's own parser reads.
    #[error("arrays and objects are nested too deeply")]
    TooDeep,
    /// `not_an_object`: the body is JSON, but not an object.
    #[error("the body is not a JSON object, but {}", with_article(found))]
    #[non_exhaustive]
    NotAnObject {
        /// The JSON type that was found.
        found: &'static str,
    },
    /// `missing_member`: a required member is absent, such as `meta` or `meta.operation`.
    #[error("required member `{name}` is absent")]
    #[non_exhaustive]
    MissingMember {
        /// The member's name.
        name: &'static str,
    },
    /// `wrong_type`: a member has a type that the vendor's page does not give it.
    #[error("expected {expected}, found {}", with_article(found))]
    #[non_exhaustive]
    WrongType {
        /// The type that the vendor's page gives the member.
        expected: &'static str,
        /// The JSON type that was found.
        found: &'static str,
    },
    /// `duplicate_member`: two members or fields have the same name, so it is unclear which one is meant.
    #[error("a member is named twice")]
    DuplicateMember,
    /// `duplicate_member`: an entry of a [`FieldMapping`](crate::mapping::FieldMapping) renames what another one renames.
    #[error("entry {first} already has this name")]
    #[non_exhaustive]
    DuplicateRename {
        /// The index of the other entry.
        first: usize,
    },
    /// `reserved_name`: a member has a name that serde_json reserves.
    #[error("a member has a name that is reserved by serde_json")]
    ReservedName,
    /// `io`: reading the body failed.
    #[error("the body could not be read: {kind}")]
    #[non_exhaustive]
    Io {
        /// The kind of failure.
        kind: io::ErrorKind,
    },
    /// `invalid`: the payload is not valid, and the parser is [strict](crate::Parser::strict), or it identifies no user.
    #[error("{0}")]
    Invalid(ValidationError),
}

/// An error from parsing a body or an operator's settings: what is wrong, and where.
///
/// Messages contain no values, only JSON types, limits, JSON Pointers and positions. `Display` is complete, so
/// [`source`](std::error::Error::source) is `None`; `Debug` shows the same text.
///
/// [`ValidationError`] converts into it, so one error type is enough for `from_slice(body)?.into_event()?`.
///
/// # Examples
///
/// ```
/// let error = rownd_webhooks::from_str(r#"{"meta":5}"#).unwrap_err();
/// assert_eq!(error.code(), "wrong_type");
/// assert_eq!(error.path(), Some("/meta"));
/// assert_eq!((error.line(), error.column()), (Some(1), Some(9)));
/// assert_eq!(error.http_status(), 400);
/// assert_eq!(error.to_string(), "expected an object, found a number at /meta (line 1, column 9)");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ParseError(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    kind: ParseErrorKind,
    path: Option<Pointer>,
    position: Option<(usize, usize)>,
    /// Whether the text is an operator's settings, and not a body.
    is_settings: bool,
}

impl ParseError {
    #[cold]
    pub(crate) fn new(kind: ParseErrorKind) -> Self {
        Self(Box::new(Inner { kind, path: None, position: None, is_settings: false }))
    }

    #[cold]
    pub(crate) fn from_json(kind: ErrorKind) -> Self {
        let reason = match kind {
            ErrorKind::TrailingData => return Self::new(ParseErrorKind::TrailingData),
            ErrorKind::TooDeep => return Self::new(ParseErrorKind::TooDeep),
            ErrorKind::ReservedName => return Self::new(ParseErrorKind::ReservedName),
            ErrorKind::ExpectedValue => "expected a value",
            ErrorKind::ExpectedName => "expected a name in double quotes",
            ErrorKind::ExpectedColon => "expected `:`",
            ErrorKind::ExpectedCommaOrBracket => "expected `,` or `]`",
            ErrorKind::ExpectedCommaOrBrace => "expected `,` or `}`",
            ErrorKind::InvalidNumber => "invalid number",
            ErrorKind::InvalidEscape => "invalid escape in a string",
            ErrorKind::ControlCharacter => "control character in a string",
            ErrorKind::UnexpectedEnd => "unexpected end",
            ErrorKind::LoneSurrogate => "lone surrogate in a string",
        };
        Self::new(ParseErrorKind::Syntax { reason })
    }

    pub(crate) fn with_path(mut self, path: Pointer) -> Self {
        self.0.path = Some(path);
        self
    }

    pub(crate) fn with_position(mut self, position: (usize, usize)) -> Self {
        self.0.position = Some(position);
        self
    }

    /// Puts the path of what encloses the body in front.
    pub(crate) fn within(mut self, parent: &str) -> Self {
        self.0.path = self.0.path.map(|path| path.within(parent));
        self
    }

    pub(crate) fn in_settings(mut self) -> Self {
        self.0.is_settings = true;
        self
    }

    pub(crate) fn without_position(mut self) -> Self {
        self.0.position = None;
        self
    }

    /// Returns the kind of error.
    #[must_use]
    pub fn kind(&self) -> &ParseErrorKind {
        &self.0.kind
    }

    /// Returns the stable snake_case code of the [`kind`](Self::kind), such as `wrong_type`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.kind() {
            ParseErrorKind::Empty => "empty",
            ParseErrorKind::NotUtf8 => "not_utf8",
            ParseErrorKind::ByteOrderMark => "byte_order_mark",
            ParseErrorKind::Syntax { .. } => "syntax",
            ParseErrorKind::TrailingData => "trailing_data",
            ParseErrorKind::TooLarge { .. } => "too_large",
            ParseErrorKind::TooManyEntries { .. } => "too_many_entries",
            ParseErrorKind::TooDeep => "too_deep",
            ParseErrorKind::NotAnObject { .. } => "not_an_object",
            ParseErrorKind::MissingMember { .. } => "missing_member",
            ParseErrorKind::WrongType { .. } => "wrong_type",
            ParseErrorKind::DuplicateMember | ParseErrorKind::DuplicateRename { .. } => "duplicate_member",
            ParseErrorKind::ReservedName => "reserved_name",
            ParseErrorKind::Io { .. } => "io",
            ParseErrorKind::Invalid(_) => "invalid",
        }
    }

    /// Returns the JSON Pointer of the member or element at fault, if the error is about one.
    ///
    /// It is safe to print: names are escaped, and cut at 64 characters.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_ref().map(Pointer::as_str)
    }

    /// Returns the line, counted from 1, if the error has a position.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.0.position.map(|(line, _)| line)
    }

    /// Returns the column, counted in bytes from 1, if the error has a position.
    ///
    /// It is where the wrong byte is, or where the value or name begins that is not allowed.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        self.0.position.map(|(_, column)| column)
    }

    /// Returns the HTTP status to respond with: 413 for a body that is too large, 503 for one that could not be read, so that it
    /// is sent again, and otherwise 400.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        match self.kind() {
            ParseErrorKind::TooLarge { .. } => 413,
            ParseErrorKind::Io { .. } => 503,
            _ => 400,
        }
    }
}

impl Display for ParseError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0.is_settings {
            f.write_str(&self.kind().to_string().replace("the body", "the text of the settings"))?;
        } else {
            Display::fmt(self.kind(), f)?;
        }
        if let Some(path) = self.path().filter(|path| !path.is_empty()) {
            write!(f, " at {path}")?;
        }
        // Not in serde_json's words " at line 1 column 9", which it parses out of the message of a custom error.
        if let Some((line, column)) = self.0.position {
            write!(f, " (line {line}, column {column})")?;
        }
        Ok(())
    }
}

impl Debug for ParseError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "ParseError(\"{self}\")")
    }
}

impl std::error::Error for ParseError {}

impl From<ValidationError> for ParseError {
    fn from(error: ValidationError) -> Self {
        Self::new(ParseErrorKind::Invalid(error))
    }
}
