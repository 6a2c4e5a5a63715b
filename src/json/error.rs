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
