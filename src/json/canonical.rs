//! One text for equal JSON: compact, with members sorted by name at every level.

use std::borrow::Cow;

use super::error::Error;
use super::reader::{Reader, Token};
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
        Some(b'{') => write_object(reader, out),
        Some(b'[') => write_array(reader, out),
        _ => {
            match reader.value()? {
                Token::String(text) => write_string(&text, out),
                Token::Number(text) | Token::Array(text) | Token::Object(text) => out.push_str(text),
                Token::Null => out.push_str("null"),
                Token::Bool(true) => out.push_str("true"),
                Token::Bool(false) => out.push_str("false"),
            }
            Ok(())
        }
    }
}

fn write_array(reader: &mut Reader<'_>, out: &mut String) -> Result<(), Error> {
    let mut separator = "";
    reader.enter()?;
    out.push('[');
    while reader.next_element()?.is_some() {
        out.push_str(separator);
        separator = ",";
        write_value(reader, out)?;
    }
    out.push(']');
    Ok(())
}

fn write_object(reader: &mut Reader<'_>, out: &mut String) -> Result<(), Error> {
    let start = out.len();
    let mut members: Vec<(Cow<'_, str>, usize)> = Vec::new();
    reader.enter()?;
    while let Some(name) = reader.next_name()? {
        let member_start = out.len();
        write_string(&name, out);
        out.push(':');
        write_value(reader, out)?;
        members.push((name, member_start));
    }
    let ends: Vec<usize> = members.iter().skip(1).map(|(_, start)| *start).chain([out.len()]).collect();
    let mut members: Vec<_> =
        members.into_iter().zip(ends).map(|((name, start), end)| (name, start..end)).collect();
    members.sort_by(|(before, _), (after, _)| before.cmp(after));
    let texts: Vec<&str> = members.into_iter().filter_map(|(_, range)| out.get(range)).collect();
    let sorted = texts.join(",");
    out.truncate(start);
    out.push('{');
    out.push_str(&sorted);
    out.push('}');
    Ok(())
}
