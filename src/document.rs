//! Small JSON documents, such as an operator's settings, whose values know their positions.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::error::{ParseError, ParseErrorKind};
use crate::json::Reader;
use crate::json::pointer::Pointer;
use crate::parse::bytes::{self, BYTE_ORDER_MARK};
use crate::payload::value::Value;

/// The number of bytes that settings may have.
const MAX_BYTES: usize = 2 << 20;

/// A value in a document.
#[derive(Clone)]
pub(crate) struct Node<'a> {
    /// A reader that is positioned at the value.
    json: Reader<'a>,
    path: Pointer,
}

impl<'a> Node<'a> {
    /// Reads settings. They may come from a file, so a byte order mark is skipped.
    pub(crate) fn from_slice(json: &'a [u8]) -> Result<Self, ParseError> {
        let text = bytes::text(json.strip_prefix(BYTE_ORDER_MARK).unwrap_or(json), MAX_BYTES)?;
        Self::read_all(Reader::new(text))
    }

    /// Reads a document.
    pub(crate) fn read_all(json: Reader<'a>) -> Result<Self, ParseError> {
        json.clone()
            .check()
            .map_err(|error| ParseError::from_json(error.kind).with_position(json.position(error.offset)))?;
        Ok(Self::new(json, Pointer::default()))
    }

    fn new(mut json: Reader<'a>, path: Pointer) -> Self {
        // Skips white space.
        json.peek();
        Self { json, path }
    }

    /// Returns an error about this value.
    #[cold]
    pub(crate) fn error(&self, kind: ParseErrorKind) -> ParseError {
        ParseError::new(kind)
            .with_path(self.path.clone())
            .with_position(self.json.position(self.json.offset()))
    }

    /// Returns the error that this object lacks a member.
    #[cold]
    pub(crate) fn missing(&self, name: &'static str) -> ParseError {
        self.error(ParseErrorKind::MissingMember { name }).with_path(self.path.clone().member(name))
    }

    /// Returns the text of the value.
    pub(crate) fn text(&self) -> &'a str {
        // The document was checked as a whole, so that every value can be read.
        self.json.clone().raw_value().unwrap_or_default()
    }

    /// Returns a reader of the value, with the positions of the document.
    pub(crate) fn reader(&self) -> Reader<'a> {
        self.json.up_to(self.json.offset() + self.text().len())
    }

    fn value(&self) -> Value<'a> {
        self.json.clone().value().map_or(Value::Null, Value::new)
    }

    #[cold]
    pub(crate) fn wrong_type(&self, expected: &'static str) -> ParseError {
        self.error(ParseErrorKind::WrongType { expected, found: self.value().type_name() })
    }

    pub(crate) fn is_object(&self) -> bool {
        self.json.clone().peek() == Some(b'{')
    }

    pub(crate) fn is_array(&self) -> bool {
        self.json.clone().peek() == Some(b'[')
    }

    pub(crate) fn is_null(&self) -> bool {
        self.json.clone().peek() == Some(b'n')
    }

    pub(crate) fn string(&self) -> Result<Cow<'a, str>, ParseError> {
        match self.value() {
            Value::String(text) => Ok(text),
            _ => Err(self.wrong_type("a string")),
        }
    }

    pub(crate) fn boolean(&self) -> Result<bool, ParseError> {
        self.value().as_bool().ok_or_else(|| self.wrong_type("a boolean"))
    }

    pub(crate) fn unsigned(&self) -> Option<u64> {
        self.value().as_u64()
    }

    pub(crate) fn array(&self) -> Result<Vec<Self>, ParseError> {
        if !self.is_array() {
            return Err(self.wrong_type("an array"));
        }
        let (mut elements, mut json) = (Vec::new(), self.json.clone());
        // The document was checked as a whole, so that nothing fails here.
        let _ = json.enter();
        while let Ok(true) = json.next_element() {
            elements.push(Self::new(json.clone(), self.path.clone().element(elements.len())));
            let _ = json.raw_value();
        }
        Ok(elements)
    }

    /// Returns the members of an object, in the order of the text.
    pub(crate) fn object(&self) -> Result<Vec<(Cow<'a, str>, Self)>, ParseError> {
        if !self.is_object() {
            return Err(self.wrong_type("an object"));
        }
        let (mut members, mut names, mut json) = (Vec::new(), HashSet::new(), self.json.clone());
        let _ = json.enter();
        while let Ok(Some(name)) = json.next_name() {
            let path = self.path.clone().member(&name);
            if !names.insert(name.clone()) {
                let second = Self { json: json.at(json.name_offset()), path };
                return Err(second.error(ParseErrorKind::DuplicateMember));
            }
            members.push((name, Self::new(json.clone(), path)));
            let _ = json.raw_value();
        }
        Ok(members)
    }
}

/// Returns the member with this name, unless it is absent or null.
pub(crate) fn member<'s, 'a>(members: &'s [(Cow<'a, str>, Node<'a>)], name: &str) -> Option<&'s Node<'a>> {
    members.iter().find(|(other, _)| other == name).map(|(_, node)| node).filter(|node| !node.is_null())
}
