//! Trees of `serde_json::Value`, in both directions.

use serde_json::{Map, Value};

use super::MAX_DEPTH;
use super::error::{Error, ErrorKind};
use super::reader::{Reader, check};

/// Returns the text of a tree that a field of a body can hold: two objects enclose it there.
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

/// Returns the tree of a valid text. A number that serde_json cannot hold becomes a string of its digits.
pub(crate) fn tree(text: &str) -> Value {
    read(&mut Reader::new(text)).unwrap_or_default()
}

/// Reads one value. The reader limits the depth, and so this recursion.
fn read(reader: &mut Reader<'_>) -> Result<Value, Error> {
    Ok(match reader.peek() {
        Some(b'[') => {
            let mut elements = Vec::new();
            reader.enter()?;
            while reader.next_element()? {
                elements.push(read(reader)?);
            }
            Value::Array(elements)
        }
        Some(b'{') => {
            let mut members = Map::new();
            reader.enter()?;
            while let Some(name) = reader.next_name()? {
                members.insert(name.into_owned(), read(reader)?);
            }
            Value::Object(members)
        }
        Some(b'"') => Value::String(reader.string()?.into_owned()),
        _ => {
            let text = reader.raw_value()?;
            serde_json::from_str(text).unwrap_or_else(|_| text.into())
        }
    })
}
