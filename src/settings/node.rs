//! Settings as JSON text, read in place: memory follows what is kept, and every error has a path.

use std::borrow::Cow;

use serde::de::Deserializer;

use crate::error::{ParseError, ParseErrorKind};
use crate::input::{self, BYTE_ORDER_MARK};
use crate::json::pointer::Pointer;
use crate::json::{self, position, type_name, unescape};

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
    let text = input::check_size(json, MAX_BYTES).and_then(|()| input::utf8(json));
    read(&Node::new(text.map_err(ParseError::in_settings)?)?)
}

/// Reads settings from any format that serde reads.
pub(super) fn deserialize<'de, T, D: Deserializer<'de>>(
    deserializer: D,
    read: impl FnOnce(&Node<'_>) -> Result<T, ParseError>,
) -> Result<T, D::Error> {
    input::deserialize(deserializer, |text| read(&Node::new(text)?))
}

impl<'a> Node<'a> {
    /// Checks the whole text, so that reading its parts cannot fail.
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

    pub(super) fn members(&self) -> Result<impl Iterator<Item = (Cow<'a, str>, Self)>, ParseError> {
        self.expect("an object", self.is_object())?;
        Ok(json::members(self.text).map(|(name, text)| {
            let member = self.inner(text, &name);
            (name, member)
        }))
    }

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
        // A path costs several allocations, so no other member gets one.
        let named = json::members(self.text).filter(|(other, _)| other == name);
        let mut named = named.map(|(name, text)| self.inner(text, &name));
        match (named.next(), named.next()) {
            (_, Some(second)) => Err(second.error(ParseErrorKind::DuplicateMember)),
            (first, None) => {
                first.filter(|member| member.text != "null").map(|member| read(&member)).transpose()
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

    #[cold]
    pub(super) fn error(&self, kind: ParseErrorKind) -> ParseError {
        let offset = self.text.as_ptr().addr() - self.settings.as_ptr().addr();
        ParseError::new(kind)
            .with_path(self.path.clone())
            .with_position(position(self.settings.as_bytes(), offset))
    }

    #[cold]
    pub(super) fn missing(&self, name: &'static str) -> ParseError {
        self.error(ParseErrorKind::MissingMember { name }).with_path(self.path.clone().member(name))
    }
}
