//! serde_json's private names.

use std::sync::LazyLock;

/// The start of every such name.
const PREFIX: &str = "$serde_json::private::";

/// The name of the newtype for which serde_json provides, and accepts, JSON text.
pub(crate) const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// The name of the member in which serde_json provides a number when `arbitrary_precision` is on.
pub(crate) const NUMBER: &str = "$serde_json::private::Number";

/// Returns `true` if serde_json reserves the member name.
///
/// A caller's `serde_json::Value` would read the text after such a name as JSON, with a fresh depth limit.
#[inline]
pub(crate) fn is_reserved(name: &str) -> bool {
    name.starts_with(PREFIX)
}

/// Returns `true` if serde_json keeps every digit of a number.
pub(crate) fn has_arbitrary_precision() -> bool {
    static IS_ON: LazyLock<bool> = LazyLock::new(|| "1e400".parse::<serde_json::Number>().is_ok());
    *IS_ON
}
