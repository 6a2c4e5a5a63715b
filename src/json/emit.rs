//! JSON text, written through any serializer.

use serde::Serializer;
use serde::ser::SerializeStruct;

use super::private::RAW_VALUE;

/// Writes a valid JSON text.
pub(crate) fn serialize_text<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let mut raw = serializer.serialize_struct(RAW_VALUE, 1)?;
    raw.serialize_field(RAW_VALUE, text)?;
    raw.end()
}
