//! JSON as a tree: the crate's own, and `serde_json::Value`.

use std::borrow::Cow;

use serde_json::Value;

use super::reader::{Error, ErrorKind, MAX_DEPTH, Reader, check};

/// A tree of valid JSON text.
pub(super) enum Tree<'a> {
    /// The text of a number, `true`, `false` or `null`.
    Scalar(&'a str),
    /// A string, borrowed if it has no escape.
    String(Cow<'a, str>),
    Array(Vec<Self>),
    Object(Vec<(Cow<'a, str>, Self)>),
}

impl<'a> Tree<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self::read(&mut Reader::new(text)).unwrap_or(Self::Scalar("null"))
    }

    /// Reads one value. The reader limits the depth, and so this recursion.
    fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        Ok(match reader.peek() {
            Some(b'{') => {
                let mut members = Vec::new();
                reader.enter()?;
                while let Some(name) = reader.next_name()? {
                    members.push((name, Self::read(reader)?));
                }
                Self::Object(members)
            }
            Some(b'[') => {
                let mut elements = Vec::new();
                reader.enter()?;
                while reader.next_element()? {
                    elements.push(Self::read(reader)?);
                }
                Self::Array(elements)
            }
            Some(b'"') => Self::String(reader.string()?),
            _ => Self::Scalar(reader.raw_value()?),
        })
    }

    fn into_value(self) -> Value {
        match self {
            Self::Scalar("null") => Value::Null,
            Self::Scalar(text @ ("true" | "false")) => (text == "true").into(),
            Self::Scalar(text) => text.parse().map_or_else(|_| text.into(), Value::Number),
            Self::String(text) => text.into(),
            Self::Array(elements) => elements.into_iter().map(Self::into_value).collect(),
            Self::Object(members) => {
                members.into_iter().map(|(name, member)| (name, member.into_value())).collect()
            }
        }
    }
}

/// Converts valid JSON text. A number that is out of range becomes a string of its digits.
pub(crate) fn value(text: &str) -> Value {
    Tree::new(text).into_value()
}

/// Returns the text of a tree, which has to be valid as a field of a body: two objects enclose it there.
pub(crate) fn field_text(tree: &Value) -> Result<String, ErrorKind> {
    let text = print(tree).ok_or(ErrorKind::TooDeep)?;
    check(&format!("[[{text}]]")).map_err(|error| error.kind)?;
    Ok(text)
}

/// Returns the text of a tree, or `None` if it is too deep.
pub(crate) fn print(tree: &Value) -> Option<String> {
    (!is_too_deep(tree)).then(|| tree.to_string())
}

/// Returns `true` if printing the tree, which is recursive, would open too many arrays and objects.
///
/// This is not recursive: a program can build a tree that is too deep for the stack.
fn is_too_deep(tree: &Value) -> bool {
    let mut rest = vec![(tree, 1)];
    while let Some((value, open)) = rest.pop() {
        match value {
            Value::Array(_) | Value::Object(_) if open > MAX_DEPTH => return true,
            Value::Array(elements) => rest.extend(elements.iter().map(|element| (element, open + 1))),
            Value::Object(members) => rest.extend(members.values().map(|member| (member, open + 1))),
            _ => {}
        }
    }
    false
}
