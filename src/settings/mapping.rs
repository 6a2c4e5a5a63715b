//! Undoing the operator's renames of fields.
//!
//! An operator can rename fields for a webhook ("Map fields" in the vendor's setup): `email` then arrives as `mail`. A
//! [`FieldMapping`] given to the [`Parser`](crate::Parser) turns names back into Rownd's own, in `data`, `redacted` and
//! `lookup_values` alike, so that [`email`](crate::Payload::email) and [`user_id`](crate::Payload::user_id) work again. Paths in
//! parse errors have the names of the body, and those in issues have Rownd's.
//!
//! # Examples
//!
//! ```
//! use rownd_webhooks::{Parser, mapping::FieldMapping};
//!
//! let mapping = FieldMapping::from_slice(br#"[{"rownd_field":"email","connection_field":"mail"}]"#)?;
//! let body = br#"{"data":{"mail":"a@example.com"},"meta":{"operation":"data_insert"}}"#;
//! let parser = Parser::new().field_mapping(mapping);
//! assert_eq!(parser.parse(body)?.email(), Some("a@example.com"));
//! # Ok::<(), rownd_webhooks::ParseError>(())
//! ```

use std::borrow::Cow;
use std::collections::HashMap;

use serde::de::{Deserialize, Deserializer};

use super::node::{self, Node};
use crate::error::{ParseError, ParseErrorKind};
use crate::json::is_reserved;
use crate::json::pointer::Pointer;

/// A mapping from the field names of a webhook to Rownd's, as the operator has renamed them.
///
/// No name occurs twice on either side: two fields would become one, or one field two.
///
/// A mapping may be a part of a service's own settings, in any format that serde reads. It has the shapes that
/// [`from_slice`](Self::from_slice) reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldMapping {
    /// Sorted by the name that arrives.
    renames: Vec<Rename>,
}

/// One rename: a field's name in Rownd and in the webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename([String; 2]);

/// The members of an entry with the two names.
const SIDES: [&str; 2] = ["rownd_field", "connection_field"];

impl FieldMapping {
    /// Reads the vendor's own JSON: a `data_type_map`, or an object that has one, such as a connection.
    ///
    /// A `data_type_map` is an array of objects with the members `rownd_field` and `connection_field`. An entry without one of the
    /// two names, or with an empty one, renames nothing. Other members are ignored, and so is a byte order mark at the start.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is larger than 2 MiB or is not JSON as in a body, if there is no `data_type_map` or an entry
    /// is malformed, and if a name occurs twice on one side or is reserved by serde_json.
    pub fn from_slice(json: &[u8]) -> Result<Self, ParseError> {
        node::from_slice(json, Self::read)
    }

    /// Creates a mapping from pairs of Rownd's name and the webhook's. A pair with an empty name renames nothing.
    ///
    /// # Errors
    ///
    /// Returns an error if a name occurs twice on one side or is reserved by serde_json.
    pub fn from_pairs<R: Into<String>, C: Into<String>>(
        pairs: impl IntoIterator<Item = (R, C)>,
    ) -> Result<Self, ParseError> {
        let entries = pairs.into_iter().map(|(rownd, connection)| Ok([rownd.into(), connection.into()]));
        Self::new(entries, &Pointer::default())
    }

    fn read(root: &Node<'_>) -> Result<Self, ParseError> {
        if root.is_object() {
            return root.get("data_type_map", Self::read_list)?.ok_or_else(|| root.missing("data_type_map"));
        }
        Self::read_list(root)
    }

    fn read_list(list: &Node<'_>) -> Result<Self, ParseError> {
        let entries = list.elements()?.map(|entry| {
            let [rownd, connection] = SIDES.map(|side| entry.get(side, Node::string));
            Ok([rownd?, connection?].map(|name| name.unwrap_or_default().into_owned()))
        });
        Self::new(entries, &list.path)
    }

    /// Creates a mapping from the entries of a list, each with the name in Rownd and the one in the webhook.
    fn new(
        entries: impl Iterator<Item = Result<[String; 2], ParseError>>,
        list: &Pointer,
    ) -> Result<Self, ParseError> {
        let mut renames = Vec::new();
        let mut earlier = [HashMap::new(), HashMap::new()];
        for (index, names) in entries.enumerate() {
            let names = names?;
            if names.iter().any(String::is_empty) {
                continue;
            }
            for ((side, name), earlier) in SIDES.iter().zip(&names).zip(&mut earlier) {
                let error =
                    |kind| Err(ParseError::new(kind).with_path(list.clone().element(index).member(side)));
                if is_reserved(name) {
                    return error(ParseErrorKind::ReservedName);
                }
                if let Some(first) = earlier.insert(name.clone(), index) {
                    return error(ParseErrorKind::DuplicateRename { first });
                }
            }
            renames.push(Rename(names));
        }
        renames.sort_unstable_by(|one, other| one.connection_field().cmp(other.connection_field()));
        Ok(Self { renames })
    }

    /// Returns Rownd's name of a field that arrives as `connection_field`, if it is renamed.
    #[must_use]
    pub fn rownd_field(&self, connection_field: &str) -> Option<&str> {
        let index = self.renames.binary_search_by(|rename| rename.connection_field().cmp(connection_field));
        self.renames.get(index.ok()?).map(Rename::rownd_field)
    }

    /// Iterates over the renames, sorted by the name that arrives.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Rename> + DoubleEndedIterator + Clone {
        self.renames.iter()
    }

    pub(crate) fn renamed<'a>(&self, name: Cow<'a, str>) -> Cow<'a, str> {
        match self.rownd_field(&name) {
            Some(rownd_field) => rownd_field.to_owned().into(),
            None => name,
        }
    }
}

impl Rename {
    /// Returns Rownd's own name of the field.
    #[must_use]
    pub fn rownd_field(&self) -> &str {
        &self.0[0]
    }

    /// Returns the field's name in the webhook.
    #[must_use]
    pub fn connection_field(&self) -> &str {
        &self.0[1]
    }
}

impl<'de> Deserialize<'de> for FieldMapping {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        node::deserialize(deserializer, Self::read)
    }
}
