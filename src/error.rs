//! Why a body is not a payload.

use std::fmt::{self, Debug, Display, Formatter};
use std::io;

use crate::pointer::Pointer;
use crate::scan::Flaw;
use crate::validate::ValidationError;

/// What is wrong with a body.
///
/// The codes are stable: [`ParseError::code`] gives them to logs, metrics and replies.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// `empty`: no byte but white space, which is what a webhook set to the GET method delivers.
    #[error("the body is empty, as it is when the webhook's HTTP method is GET")]
    Empty,
    /// `not_utf8`: JSON is UTF-8, this is not.
    #[error("the body is not UTF-8")]
    NotUtf8,
    /// `byte_order_mark`: the body begins with one, which JSON does not allow.
    #[error("the body begins with a byte order mark")]
    ByteOrderMark,
    /// `syntax`: not JSON.
    #[error("the body is not JSON: {reason}")]
    #[non_exhaustive]
    Syntax {
        /// What the JSON parser says, which never quotes the body.
        reason: String,
    },
    /// `trailing_data`: something stands behind the object.
    #[error("there is data after the end of the JSON object")]
    TrailingData,
    /// `too_large`: more bytes than [`Parser::max_bytes`](crate::Parser::max_bytes) allows.
    #[error("the body has more than {limit} bytes")]
    #[non_exhaustive]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// `too_many_fields`: more than [`Parser::max_fields`](crate::Parser::max_fields) allows in `data`.
    #[error("`data` has more than {limit} fields")]
    #[non_exhaustive]
    TooManyFields {
        /// The limit, in fields.
        limit: usize,
    },
    /// `too_deep`: more containers open at once than serde_json's own parser allows.
    #[error("arrays and objects are nested too deeply")]
    TooDeep,
    /// `not_an_object`: JSON, but not an object.
    #[error("the body is not a JSON object, but {}", with_article(found))]
    #[non_exhaustive]
    NotAnObject {
        /// The JSON type that was found.
        found: &'static str,
    },
    /// `missing_member`: `meta`, `meta.operation`, or a lookup value's `field` or `value` is absent.
    #[error("required member `{name}` is absent")]
    #[non_exhaustive]
    MissingMember {
        /// The member's name.
        name: &'static str,
    },
    /// `wrong_type`: a member of the vendor's has a type that the vendor's page does not give it.
    #[error("expected {expected}, found {}", with_article(found))]
    #[non_exhaustive]
    WrongType {
        /// What the vendor's page says.
        expected: &'static str,
        /// The JSON type that was found.
        found: &'static str,
    },
    /// `duplicate_member`: a member or a field is named twice, so nobody can say which one is meant.
    #[error("a member is named twice")]
    DuplicateMember,
    /// `reserved_name`: a member is called by a name that serde_json keeps for itself.
    #[error("a member has a name that is reserved by serde_json")]
    ReservedName,
    /// `io`: the reader failed.
    #[error("the body could not be read: {kind}")]
    #[non_exhaustive]
    Io {
        /// What kind of failure it was.
        kind: io::ErrorKind,
    },
    /// `invalid`: read with [`Parser::strict`](crate::Parser::strict), and an issue is an error.
    #[error("{0}")]
    Invalid(ValidationError),
}

fn with_article(found: &str) -> String {
    match found {
        "null" => found.to_owned(),
        "array" | "object" => format!("an {found}"),
        _ => format!("a {found}"),
    }
}

/// Why a body could not be parsed: what is wrong, and where.
///
/// No message tells a value out of the body: a type, a length, a JSON Pointer and a position are all.
/// `Display` is complete, so [`source`](std::error::Error::source) is `None`; `Debug` says the same words.
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
}

const _: () = assert!(size_of::<ParseError>() == size_of::<usize>());

impl ParseError {
    #[cold]
    pub(crate) fn new(kind: ParseErrorKind) -> Self {
        Self(Box::new(Inner { kind, path: None, position: None }))
    }

    /// A matter of syntax, in serde_json's words without the position, which is told apart.
    #[cold]
    pub(crate) fn json(error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let reason = error.to_string();
        let reason = reason.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&reason);
        let kind = match reason {
            "trailing characters" => ParseErrorKind::TrailingData,
            _ => ParseErrorKind::Syntax { reason: reason.to_owned() },
        };
        Self::new(kind).on(Some((line, column)))
    }

    /// What is wrong with JSON whose grammar is right.
    #[cold]
    pub(crate) fn flaw(flaw: &Flaw) -> Self {
        Self::new(match flaw {
            Flaw::TooDeep => ParseErrorKind::TooDeep,
            Flaw::ReservedName => ParseErrorKind::ReservedName,
            Flaw::Surrogate => {
                ParseErrorKind::Syntax { reason: "half a surrogate pair in a string".to_owned() }
            }
        })
    }

    pub(crate) fn at(mut self, path: Pointer) -> Self {
        self.0.path = Some(path);
        self
    }

    pub(crate) fn on(mut self, position: Option<(usize, usize)>) -> Self {
        self.0.position = position;
        self
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &ParseErrorKind {
        &self.0.kind
    }

    /// The stable snake_case code of [`kind`](Self::kind), such as `wrong_type`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.kind() {
            ParseErrorKind::Empty => "empty",
            ParseErrorKind::NotUtf8 => "not_utf8",
            ParseErrorKind::ByteOrderMark => "byte_order_mark",
            ParseErrorKind::Syntax { .. } => "syntax",
            ParseErrorKind::TrailingData => "trailing_data",
            ParseErrorKind::TooLarge { .. } => "too_large",
            ParseErrorKind::TooManyFields { .. } => "too_many_fields",
            ParseErrorKind::TooDeep => "too_deep",
            ParseErrorKind::NotAnObject { .. } => "not_an_object",
            ParseErrorKind::MissingMember { .. } => "missing_member",
            ParseErrorKind::WrongType { .. } => "wrong_type",
            ParseErrorKind::DuplicateMember => "duplicate_member",
            ParseErrorKind::ReservedName => "reserved_name",
            ParseErrorKind::Io { .. } => "io",
            ParseErrorKind::Invalid(_) => "invalid",
        }
    }

    /// Where, as a JSON Pointer, if the body was understood that far.
    ///
    /// It is safe to print: names in it are escaped, and cut at 64 characters.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_ref().map(Pointer::as_str)
    }

    /// The line, from 1, where the place in the text is known.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.0.position.map(|(line, _)| line)
    }

    /// The column, from 1 and in bytes, where the place in the text is known.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        self.0.position.map(|(_, column)| column)
    }

    /// What to answer the sender: 413 for a body that is too large, else 400.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        match self.kind() {
            ParseErrorKind::TooLarge { .. } => 413,
            _ => 400,
        }
    }
}

impl Display for ParseError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self.kind(), f)?;
        if let Some(path) = self.path().filter(|path| !path.is_empty()) {
            write!(f, " at {path}")?;
        }
        // Not serde_json's wording, " at line 1 column 9": it would read that out of its own error's text.
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
