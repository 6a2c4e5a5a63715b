//! An operator's settings as JSON trees, read with a path for every error.

use serde::Deserializer;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::error::{ParseError, ParseErrorKind};
use crate::limits::Limits;
use crate::pointer::Pointer;
use crate::scan;
use crate::tree::{self, REPEATED, TreeVisitor};

/// Reads settings. They are checked like a body, before they become a tree.
pub(crate) fn read(json: &[u8]) -> Result<Value, ParseError> {
    let text = Limits::DEFAULT.text(json)?;
    let raw: &RawValue = serde_json::from_str(text).map_err(|error| ParseError::json(&error))?;
    scan::check(raw.get(), 0).map_err(|(offset, flaw)| {
        let start = text.len() - text.trim_start().len();
        ParseError::flaw(&flaw).on(Some(scan::position(json, start + offset)))
    })?;
    let tree = serde_json::Deserializer::from_str(text).deserialize_any(TreeVisitor);
    tree.map_err(|error| {
        let told = ParseError::json(&error);
        match told.kind() {
            ParseErrorKind::Syntax { reason } if reason == REPEATED => {
                ParseError::new(ParseErrorKind::DuplicateMember).on(told.line().zip(told.column()))
            }
            _ => told,
        }
    })
}

/// A value in a tree, and where it stands.
#[derive(Clone)]
pub(crate) struct Setting<'v> {
    value: &'v Value,
    path: Pointer,
}

impl<'v> Setting<'v> {
    pub(crate) fn root(value: &'v Value) -> Self {
        Self { value, path: Pointer::default() }
    }

    pub(crate) fn value(&self) -> &'v Value {
        self.value
    }

    fn wrong_type(&self, expected: &'static str) -> ParseError {
        let found = tree::type_name(self.value);
        ParseError::new(ParseErrorKind::WrongType { expected, found }).at(self.path.clone())
    }

    pub(crate) fn string(&self) -> Result<&'v str, ParseError> {
        self.value.as_str().ok_or_else(|| self.wrong_type("a string"))
    }

    pub(crate) fn boolean(&self) -> Result<bool, ParseError> {
        self.value.as_bool().ok_or_else(|| self.wrong_type("a boolean"))
    }

    pub(crate) fn array(&self) -> Result<Vec<Self>, ParseError> {
        let elements = self.value.as_array().ok_or_else(|| self.wrong_type("an array"))?;
        let elements = elements.iter().enumerate();
        Ok(elements.map(|(index, value)| Self { value, path: self.path.clone().element(index) }).collect())
    }

    pub(crate) fn object(&self) -> Result<Vec<(&'v str, Self)>, ParseError> {
        let members = self.value.as_object().ok_or_else(|| self.wrong_type("an object"))?;
        let setting = |name: &str, value| Self { value, path: self.path.clone().member(name) };
        Ok(members.iter().map(|(name, value)| (name.as_str(), setting(name, value))).collect())
    }

    /// A member that may be absent or null.
    pub(crate) fn member(&self, name: &str) -> Result<Option<Self>, ParseError> {
        let members = self.value.as_object().ok_or_else(|| self.wrong_type("an object"))?;
        let value = members.get(name).filter(|value| !value.is_null());
        Ok(value.map(|value| Self { value, path: self.path.clone().member(name) }))
    }

    pub(crate) fn required(&self, name: &'static str) -> Result<Self, ParseError> {
        self.member(name)?.ok_or_else(|| {
            ParseError::new(ParseErrorKind::MissingMember { name }).at(self.path.clone().member(name))
        })
    }
}
