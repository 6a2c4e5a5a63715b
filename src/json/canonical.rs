//! One form for equal JSON: compact, with members sorted by name at every level.

use std::borrow::Cow;

use super::string::write_string;
use super::tree::Tree;

/// Returns the canonical form of a valid JSON text.
///
/// Numbers stay as they are, and strings have only the escapes that JSON requires. Members that share a name stay in their order.
pub(crate) fn canonical(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    write(Tree::new(text), &mut out);
    out
}

fn write(tree: Tree<'_>, out: &mut String) {
    match tree {
        Tree::Scalar(text) => out.push_str(text),
        Tree::String(text) => write_unescaped(text, out),
        Tree::Array(elements) => {
            out.push('[');
            for (index, element) in elements.into_iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                write(element, out);
            }
            out.push(']');
        }
        Tree::Object(mut members) => {
            members.sort_by(|(before, _), (after, _)| before.cmp(after));
            out.push('{');
            for (index, (name, value)) in members.into_iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                write_unescaped(name, out);
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
    }
}

/// Writes a string that the reader has read: one that is borrowed has no escape.
fn write_unescaped(text: Cow<'_, str>, out: &mut String) {
    match text {
        Cow::Borrowed(text) => {
            out.push('"');
            out.push_str(text);
            out.push('"');
        }
        Cow::Owned(text) => write_string(&text, out),
    }
}
