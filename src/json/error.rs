//! Errors of the JSON reader.

/// The reason why a text is refused, and the offset of the byte at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Error {
    pub(crate) kind: ErrorKind,
    pub(crate) offset: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    ExpectedValue,
    ExpectedName,
    ExpectedColon,
    ExpectedCommaOrBracket,
    ExpectedCommaOrBrace,
    InvalidNumber,
    InvalidEscape,
    ControlCharacter,
    UnexpectedEnd,
    LoneSurrogate,
    TrailingData,
    TooDeep,
    ReservedName,
}

impl ErrorKind {
    /// Returns the words that follow "the body is not JSON".
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::ExpectedValue => "expected a value",
            Self::ExpectedName => "expected a name in double quotes",
            Self::ExpectedColon => "expected `:`",
            Self::ExpectedCommaOrBracket => "expected `,` or `]`",
            Self::ExpectedCommaOrBrace => "expected `,` or `}`",
            Self::InvalidNumber => "invalid number",
            Self::InvalidEscape => "invalid escape in a string",
            Self::ControlCharacter => "control character in a string",
            Self::UnexpectedEnd => "unexpected end",
            Self::LoneSurrogate => "half a surrogate pair in a string",
            Self::TrailingData => "more data follows the value",
            Self::TooDeep => "nested too deeply",
            Self::ReservedName => "a reserved name",
        }
    }
}
