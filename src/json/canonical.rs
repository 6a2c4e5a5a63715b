//! One form for equal JSON: compact, with members sorted by name at every level.

use std::borrow::Cow;

use super::error::Error;
use super::reader::Reader;
use super::string::write_string;

/// A value whose members are sorted.
enum Node<'a> {
    /// A number, `true`, `false` or `null`.
    Scalar(&'a str),
    String(Cow<'a, str>),
    Array(Vec<Node<'a>>),
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

/// Returns the canonical form of a valid JSON text.
///
/// Numbers stay as they are, and strings have only the escapes that JSON requires. Members that share a name stay in their order.
pub(crate) fn canonical(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // A valid text is read without an error.
    if let Ok(node) = read(&mut Reader::new(text)) {
        node.write(&mut out);
    }
    out
}

/// Reads one value. The reader limits the depth, and so this recursion.
fn read<'a>(reader: &mut Reader<'a>) -> Result<Node<'a>, Error> {
    Ok(match reader.peek() {
        Some(b'{') => {
            let mut members = Vec::new();
            reader.enter()?;
            while let Some(name) = reader.next_name()? {
                members.push((name, read(reader)?));
            }
            members.sort_by(|(before, _), (after, _)| before.cmp(after));
            Node::Object(members)
        }
        Some(b'[') => {
            let mut elements = Vec::new();
            reader.enter()?;
            while reader.next_element()? {
                elements.push(read(reader)?);
            }
            Node::Array(elements)
        }
        Some(b'"') => Node::String(reader.string()?),
        _ => Node::Scalar(reader.raw_value()?),
    })
}

impl Node<'_> {
    fn write(&self, out: &mut String) {
        match self {
            Self::Scalar(text) => out.push_str(text),
            Self::String(text) => write_unescaped(text, out),
            Self::Array(elements) => {
                out.push('[');
                for (index, element) in elements.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "," });
                    element.write(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (index, (name, value)) in members.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "," });
                    write_unescaped(name, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

/// Writes a string that the reader has read: one that is borrowed has no escape.
fn write_unescaped(text: &Cow<'_, str>, out: &mut String) {
    match text {
        Cow::Borrowed(text) => {
            out.push('"');
            out.push_str(text);
            out.push('"');
        }
        Cow::Owned(text) => write_string(text, out),
    }
}
