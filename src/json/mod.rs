//! Strict JSON (RFC 8259), the only way in which this crate reads JSON text.
//!
//! It accepts what serde_json's `&RawValue` accepts, but refuses three things at every level: nesting deeper than serde_json's
//! own parser reads, names that serde_json reserves, and lone surrogates. The last of these it can also replace.

pub(crate) mod canonical;
pub(crate) mod emit;
mod error;
mod parts;
pub(crate) mod pointer;
pub(crate) mod position;
pub(crate) mod printable;
pub(crate) mod private;
mod reader;
mod string;
pub(crate) mod tree;

pub(crate) use error::{Error, ErrorKind};
pub(crate) use parts::{elements, members};
pub(crate) use private::is_reserved;
pub(crate) use reader::{Reader, Token, check, type_name, unescape, with_article};
pub(crate) use string::write_string;

/// The number of arrays and objects that may be open at once: serde_json's own parser refuses the 128th.
pub(crate) const MAX_DEPTH: usize = 127;
