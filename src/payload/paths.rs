//! The JSON Pointers of the vendor's members.

use crate::json::pointer::Pointer;

pub(crate) const DATA: &str = "/data";
pub(crate) const REDACTED: &str = "/redacted";
pub(crate) const META: &str = "/meta";
pub(crate) const OPERATION: &str = "/meta/operation";
pub(crate) const LOOKUP_VALUES: &str = "/meta/lookup_values";

/// Returns the path of a field.
pub(crate) fn field(name: &str) -> Pointer {
    Pointer::new(DATA).member(name)
}
