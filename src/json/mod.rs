//! Strict JSON.

pub(crate) mod emit;
pub(crate) mod from_json;
mod parts;
pub(crate) mod private;
mod transcode;

use std::borrow::Cow;

pub(crate) use crate::pointer;
pub(crate) use crate::text as printable;
pub(crate) use parts::{elements, members};
pub(crate) use private::is_reserved;

pub(crate) fn check(text: &str) -> Result<(), ()> {
    crate::scan::check(text, 0).map_err(|_| ())
}

pub(crate) fn unescape(string: &str) -> Cow<'_, str> {
    crate::scan::unescape(string).unwrap_or_default()
}

pub(crate) fn type_name(text: &str) -> &'static str {
    crate::scan::type_name(text.as_bytes().first().copied())
}

pub(crate) fn write_string(text: &str, out: &mut String) {
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}
