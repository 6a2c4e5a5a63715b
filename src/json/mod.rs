//! Strict JSON (RFC 8259): the only reader of JSON text in this crate. serde_json gets only the digits of a number, to round them.
//!
//! It accepts what serde_json's `&RawValue` accepts, but rejects three things at every level: nesting deeper than serde_json's
//! own parser reads, names that serde_json reserves, and lone surrogates. It can also replace lone surrogates.

pub(crate) mod pointer;
pub(crate) mod printable;
mod reader;
pub(crate) mod reserved;
pub(crate) mod tree;
mod write;

pub(crate) use reader::{
    Error, ErrorKind, MAX_DEPTH, Reader, Token, check, elements, members, position, type_name, unescape,
    with_article,
};
pub(crate) use reserved::is_reserved;
pub(crate) use write::{canonical, quoted, serialize_text};
