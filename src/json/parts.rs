//! The elements of an array and the members of an object, as texts.

use std::borrow::Cow;

use super::error::Error;
use super::reader::Reader;

/// Returns the elements of a valid array, none of another value.
pub(crate) fn elements(array: &str) -> impl ExactSizeIterator<Item = &str> {
    let mut elements = Vec::new();
    // A valid text is read to its end.
    let _ = read_elements(Reader::new(array), &mut elements);
    elements.into_iter()
}

/// Returns the members of a valid object, none of another value.
pub(crate) fn members(object: &str) -> impl ExactSizeIterator<Item = (Cow<'_, str>, &str)> {
    let mut members = Vec::new();
    // A valid text is read to its end.
    let _ = read_members(Reader::new(object), &mut members);
    members.into_iter()
}

fn read_elements<'a>(mut reader: Reader<'a>, elements: &mut Vec<&'a str>) -> Result<(), Error> {
    if reader.peek() == Some(b'[') {
        let mut is_first = true;
        reader.begin_array()?;
        while reader.next_element(&mut is_first)?.is_some() {
            elements.push(reader.raw_value()?);
        }
    }
    Ok(())
}

fn read_members<'a>(mut reader: Reader<'a>, members: &mut Vec<(Cow<'a, str>, &'a str)>) -> Result<(), Error> {
    if reader.peek() == Some(b'{') {
        let mut is_first = true;
        reader.begin_object()?;
        while let Some(name) = reader.next_name(&mut is_first)? {
            members.push((name, reader.raw_value()?));
        }
    }
    Ok(())
}
