//! The elements of an array and the members of an object, as texts.

use std::borrow::Cow;

use super::Error;
use super::reader::Reader;

/// Returns the elements of a valid array.
pub(crate) fn elements(array: &str) -> Vec<&str> {
    let mut elements = Vec::new();
    // In valid text nothing fails.
    let _ = read_elements(&mut Reader::new(array), &mut elements);
    elements
}

fn read_elements<'a>(reader: &mut Reader<'a>, elements: &mut Vec<&'a str>) -> Result<(), Error> {
    let mut is_first = true;
    reader.begin_array()?;
    while reader.next_element(&mut is_first)?.is_some() {
        elements.push(reader.raw_value()?);
    }
    Ok(())
}

/// Returns the members of a valid object.
pub(crate) fn members(object: &str) -> Vec<(Cow<'_, str>, &str)> {
    let mut members = Vec::new();
    let _ = read_members(&mut Reader::new(object), &mut members);
    members
}

fn read_members<'a>(
    reader: &mut Reader<'a>,
    members: &mut Vec<(Cow<'a, str>, &'a str)>,
) -> Result<(), Error> {
    let mut is_first = true;
    reader.begin_object()?;
    while let Some(name) = reader.next_name(&mut is_first)? {
        members.push((name, reader.raw_value()?));
    }
    Ok(())
}
