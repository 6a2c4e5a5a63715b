//! The elements of an array and the members of an object, as texts.

use std::borrow::Cow;
use std::iter;

use super::reader::Reader;

/// Iterates over the elements of a valid array.
pub(crate) fn elements(array: &str) -> impl Iterator<Item = &str> {
    let mut reader = Reader::new(array);
    // In valid text nothing fails.
    let _ = reader.enter();
    iter::from_fn(move || {
        reader.next_element().ok().filter(|has_next| *has_next)?;
        reader.raw_value().ok()
    })
}

/// Iterates over the members of a valid object.
pub(crate) fn members(object: &str) -> impl Iterator<Item = (Cow<'_, str>, &str)> {
    let mut reader = Reader::new(object);
    let _ = reader.enter();
    iter::from_fn(move || {
        let name = reader.next_name().ok()??;
        Some((name, reader.raw_value().ok()?))
    })
}
