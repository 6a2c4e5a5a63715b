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
use std::collections::BTreeMap;
use std::fmt::{self, Debug, Formatter};

use crate::document::{self, Node};
use crate::error::{ParseError, ParseErrorKind};
use crate::json::is_reserved;
use crate::json::pointer::Pointer;
use crate::json::printable::DebugName;
use crate::payload::value::RawJson;

/// The operator's renames: from the field names of a webhook to Rownd's.
///
/// No name occurs twice on either side: two fields would become one, or one field two.
#[derive(Clone, PartialEq, Eq)]
pub struct FieldMapping {
    /// By the name that arrives.
    renames: BTreeMap<String, Rename>,
}

/// One rename: a field's name in Rownd and in the webhook.
#[derive(Clone, PartialEq, Eq)]
pub struct Rename {
    rownd_field: String,
    connection_field: String,
    transformer: Option<RawJson<'static>>,
}

impl FieldMapping {
    /// Reads the vendor's own JSON: a `data_type_map`, or an object that holds one, such as a connection.
    ///
    /// A `data_type_map` is an array of objects with the members `rownd_field`, `connection_field` and `transformer`. An entry
    /// without one of the two names, or with an empty one, renames nothing. Other members are ignored, and so is a byte order
    /// mark at the start.
    ///
    /// # Errors
    ///
    /// - the errors of JSON text, such as `syntax` and `too_deep`
    /// - `wrong_type` and `missing_member` (`data_type_map`)
    /// - `duplicate_member`: a member or a name occurs twice
    /// - `reserved_name`: no body can hold the name
    pub fn from_slice(json: &[u8]) -> Result<Self, ParseError> {
        let root = Node::from_slice(json)?;
        let list = if root.is_object() {
            let members = root.object()?;
            document::member(&members, "data_type_map")
                .cloned()
                .ok_or_else(|| root.missing("data_type_map"))?
        } else {
            root
        };
        let mut mapping = Builder::default();
        for (index, entry) in list.array()?.iter().enumerate() {
            let members = entry.object()?;
            let sides = ["rownd_field", "connection_field"].map(|name| document::member(&members, name));
            let [rownd_field, connection_field] =
                sides.map(|name| name.map_or(Ok(Cow::default()), Node::string));
            let names = [&*rownd_field?, &*connection_field?];
            let transformer = document::member(&members, "transformer");
            let transformer = transformer.map(|transformer| RawJson::new(transformer.text()).into_owned());
            mapping
                .push(index, names, transformer)
                .map_err(|(kind, side)| sides.get(side).copied().flatten().unwrap_or(entry).error(kind))?;
        }
        Ok(Self { renames: mapping.renames })
    }

    /// Creates a mapping from pairs of Rownd's name and the webhook's. A pair with an empty name renames nothing.
    ///
    /// # Errors
    ///
    /// - `duplicate_member`: a name occurs twice on one side
    /// - `reserved_name`: no body can hold the name
    pub fn from_pairs<R: Into<String>, C: Into<String>>(
        pairs: impl IntoIterator<Item = (R, C)>,
    ) -> Result<Self, ParseError> {
        let mut mapping = Builder::default();
        for (index, (rownd_field, connection_field)) in pairs.into_iter().enumerate() {
            let names = [&*rownd_field.into(), &*connection_field.into()];
            mapping.push(index, names, None).map_err(|(kind, side)| {
                ParseError::new(kind).with_path(Pointer::default().element(index).element(side))
            })?;
        }
        Ok(Self { renames: mapping.renames })
    }

    /// Returns Rownd's name of a field that arrives as `connection_field`, if it is renamed.
    #[must_use]
    pub fn rownd_field(&self, connection_field: &str) -> Option<&str> {
        self.renames.get(connection_field).map(Rename::rownd_field)
    }

    /// Iterates over the renames, sorted by the name that arrives.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Rename> + DoubleEndedIterator + Clone {
        self.renames.values()
    }

    /// Returns Rownd's name of a field.
    pub(crate) fn renamed<'a>(&self, name: Cow<'a, str>) -> Cow<'a, str> {
        match self.rownd_field(&name) {
            Some(rownd_field) => rownd_field.to_owned().into(),
            None => name,
        }
    }
}

/// Collects renames, and refuses a name that occurs twice on one side.
#[derive(Default)]
struct Builder {
    renames: BTreeMap<String, Rename>,
    /// For each side, the entry that a name is in.
    entries: [BTreeMap<String, usize>; 2],
}

impl Builder {
    /// Adds an entry: Rownd's name and the webhook's. An error says on which side it is.
    fn push(
        &mut self,
        entry: usize,
        names: [&str; 2],
        transformer: Option<RawJson<'static>>,
    ) -> Result<(), (ParseErrorKind, usize)> {
        if names.contains(&"") {
            return Ok(());
        }
        for (side, (name, entries)) in names.into_iter().zip(&mut self.entries).enumerate() {
            if is_reserved(name) {
                return Err((ParseErrorKind::ReservedName, side));
            }
            if let Some(first) = entries.insert(name.to_owned(), entry) {
                return Err((ParseErrorKind::DuplicateRename { first }, side));
            }
        }
        let [rownd_field, connection_field] = names.map(str::to_owned);
        self.renames.insert(connection_field.clone(), Rename { rownd_field, connection_field, transformer });
        Ok(())
    }
}

impl Rename {
    /// Returns Rownd's own name of the field.
    #[must_use]
    pub fn rownd_field(&self) -> &str {
        &self.rownd_field
    }

    /// Returns the field's name in the webhook.
    #[must_use]
    pub fn connection_field(&self) -> &str {
        &self.connection_field
    }

    /// Returns the transformer that the operator configured for the value, if any. This crate does not undo it.
    #[must_use]
    pub fn transformer(&self) -> Option<&RawJson<'static>> {
        self.transformer.as_ref()
    }
}

impl Debug for FieldMapping {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("FieldMapping ")?;
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Debug for Rename {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rename")
            .field("rownd_field", &DebugName(&self.rownd_field))
            .field("connection_field", &DebugName(&self.connection_field))
            .finish_non_exhaustive()
    }
}
