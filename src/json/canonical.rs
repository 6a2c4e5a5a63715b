//! One text for equal JSON: compact, with members sorted by name at every level.

use std::borrow::Cow;

use super::error::Error;
use super::reader::Reader;
use super::string::write_string;

/// Returns the canonical form of a valid JSON text.
///
/// Numbers stay as they are, and strings have only the escapes that JSON requires. Members that share a name stay in their order.
pub(crate) fn canonical(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // A valid text is read to its end.
    let _ = write_value(&mut Reader::new(text), &mut out);
    out
}

/// Writes one value. The reader limits the depth, and so this recursion.
fn write_value(reader: &mut Reader<'_>, out: &mut String) -> Result<(), Error> {
    match reader.peek() {
        Some(b'{') => write_object(reader, out)?,
        Some(b'[') => write_array(reader, out)?,
        Some(b'"') => write_string(&reader.string()?, out),
        _ => out.push_str(reader.raw_value()?),
    }
    Ok(())
}

fn write_array(reader: &mut Reader<'_>, out: &mut String) -> Result<(), Error> {
    let mut separator = "";
    reader.enter()?;
    out.push('[');
    while reader.next_element()? {
        out.push_str(separator);
        separator = ",";
        write_value(reader, out)?;
    }
    out.push(']');
    Ok(())
}

fn write_object(reader: &mut Reader<'_>, out: &mut String) -> Result<(), Error> {
    let mut members: Vec<(Cow<'_, str>, String)> = Vec::new();
    reader.enter()?;
    while let Some(name) = reader.next_name()? {
        let mut value = String::new();
        write_value(reader, &mut value)?;
        members.push((name, value));
    }
    members.sort_by(|(before, _), (after, _)| before.cmp(after));
    let mut separator = "";
    out.push('{');
    for (name, value) in members {
        out.push_str(separator);
        separator = ",";
        write_string(&name, out);
        out.push(':');
        out.push_str(&value);
    }
    out.push('}');
    Ok(())
}
