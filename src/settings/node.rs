//! Settings as JSON text, read in place: memory follows what is kept, and every error knows its place.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error};

use crate::error::{ParseError, ParseErrorKind};
use crate::json::pointer::Pointer;
use crate::json::position::position;
use crate::json::{self, type_name, unescape};
use crate::parse::bytes::BYTE_ORDER_MARK;
use crate::redactable::tree::Text;

/// Maximum number of bytes of settings.
const MAX_BYTES: usize = 2 << 20;

/// A value in the text of settings.
#[derive(Clone)]
pub(super) struct Node<'a> {
    settings: &'a str,
    pub(super) text: &'a str,
    pub(super) path: Pointer,
}

/// Reads settings from JSON text. It may come from a file, so a byte order mark at the start is skipped.
pub(super) fn from_slice<T>(
    json: &[u8],
    read: impl FnOnce(&Node<'_>) -> Result<T, ParseError>,
) -> Result<T, ParseError> {
    let json = json.strip_prefix(BYTE_ORDER_MARK).unwrap_or(json);
    if json.len() > MAX_BYTES {
        return Err(ParseError::new(ParseErrorKind::TooLarge { limit: MAX_BYTES }).in_settings());
    }
    let text = std::str::from_utf8(json).map_err(|error| {
        let error =
            ParseError::new(ParseErrorKind::NotUtf8).with_position(position(json, error.valid_up_to()));
        error.in_settings()
    })?;
    Node::new(text).and_then(|root| read(&root))
}

/// Reads settings from any format that serde reads.
pub(super) fn deserialize<'de, T, D: Deserializer<'de>>(
    deserializer: D,
    read: impl FnOnce(&Node<'_>) -> Result<T, ParseError>,
) -> Result<T, D::Error> {
    let Text(text) = Text::deserialize(deserializer)?;
    let read = Node::new(&text).and_then(|root| read(&root));
    // Its place in this text would mean nothing to the caller.
    read.map_err(|error| D::Error::custom(error.without_position()))
}

impl<'a> Node<'a> {
    /// Checks the whole text.
    fn new(settings: &'a str) -> Result<Self, ParseError> {
        json::check(settings).map_err(|error| {
            let position = position(settings.as_bytes(), error.offset);
            ParseError::from_json(error.kind).with_position(position).in_settings()
        })?;
        Ok(Self { settings, text: settings.trim_ascii(), path: Pointer::default() })
    }

    pub(super) fn is_object(&self) -> bool {
        self.text.starts_with('{')
    }

    /// Iterates over the members, with their names.
    pub(super) fn members(&self) -> Result<impl Iterator<Item = (Cow<'a, str>, Self)>, ParseError> {
        self.expect("an object", self.is_object())?;
        Ok(json::members(self.text).map(|(name, text)| {
            let member = self.inner(text, &name);
            (name, member)
        }))
    }

    /// Iterates over the elements.
    pub(super) fn elements(&self) -> Result<impl Iterator<Item = Self>, ParseError> {
        self.expect("an array", self.text.starts_with('['))?;
        Ok(json::elements(self.text).enumerate().map(|(index, text)| self.inner(text, &index.to_string())))
    }

    /// Reads a member, unless it is absent or null.
    pub(super) fn get<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Self) -> Result<T, ParseError>,
    ) -> Result<Option<T>, ParseError> {
        self.expect("an object", self.is_object())?;
        let mut named = json::members(self.text).filter(|(other, _)| other == name).map(|(_, text)| text);
        match (named.next(), named.next()) {
            (_, Some(second)) => Err(self.inner(second, name).error(ParseErrorKind::DuplicateMember)),
            (first, None) => {
                first.filter(|text| *text != "null").map(|text| read(&self.inner(text, name))).transpose()
            }
        }
    }

    fn inner(&self, text: &'a str, name: &str) -> Self {
        Self { text, path: self.path.clone().member(name), ..*self }
    }

    /// Returns a member that is an object.
    pub(super) fn object(&self, name: &str) -> Result<Option<Self>, ParseError> {
        Ok(self.get(name, |member| Ok(member.clone()))?.filter(Self::is_object))
    }

    pub(super) fn string(&self) -> Result<Cow<'a, str>, ParseError> {
        self.expect("a string", self.text.starts_with('"')).map(|()| unescape(self.text))
    }

    pub(super) fn boolean(&self) -> Result<bool, ParseError> {
        self.expect("a boolean", matches!(self.text, "true" | "false")).map(|()| self.text == "true")
    }

    fn expect(&self, expected: &'static str, is_expected: bool) -> Result<(), ParseError> {
        if is_expected {
            return Ok(());
        }
        Err(self.error(ParseErrorKind::WrongType { expected, found: type_name(self.text) }))
    }

    /// Returns an error about this value.
    #[cold]
    pub(super) fn error(&self, kind: ParseErrorKind) -> ParseError {
        let offset = self.text.as_ptr().addr() - self.settings.as_ptr().addr();
        ParseError::new(kind)
            .with_path(self.path.clone())
            .with_position(position(self.settings.as_bytes(), offset))
    }

    /// Returns the error that this object lacks a member.
    #[cold]
    pub(super) fn missing(&self, name: &'static str) -> ParseError {
        self.error(ParseErrorKind::MissingMember { name }).with_path(self.path.clone().member(name))
    }
}
