//! The operator's renames, undone.
//!
//! An operator can rename fields for a webhook ("Map fields" in the vendor's setup): `email` then arrives as `mail`. A
//! [`FieldMapping`] given to the [`Parser`](crate::Parser) turns names back into Rownd's own, in `data`, `redacted` and
//! `lookup_values` alike, so that [`email`](crate::Payload::email) and [`user_id`](crate::Payload::user_id) work again. In
//! payloads, issues and errors names are then Rownd's, and so they are in what is written back.
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

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Debug, Formatter};

use serde_json::Value;

use crate::error::{ParseError, ParseErrorKind};
use crate::pointer::Pointer;
use crate::scan;
use crate::settings::{self, Setting};
use crate::text::DebugName;

/// The operator's renames: from the webhook's field names to Rownd's.
///
/// No name occurs twice on either side: two fields would become one, or one two.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldMapping {
    /// By the name that arrives.
    renames: BTreeMap<String, Rename>,
}

/// One rename.
#[derive(Clone, PartialEq, Eq)]
pub struct Rename {
    rownd_field: String,
    connection_field: String,
    transformer: Option<Value>,
}

impl FieldMapping {
    /// Reads the vendor's own JSON: a connection's `data_type_map`, an array of objects with `rownd_field` and
    /// `connection_field`. A `transformer` is kept and ignored, as is any other member.
    ///
    /// Errors: those of JSON text; `wrong_type` and `missing_member`; `duplicate_member` for a member or a name that occurs twice;
    /// `reserved_name` for one that no body may hold.
    pub fn from_slice(json: &[u8]) -> Result<Self, ParseError> {
        let json = settings::read(json)?;
        let root = Setting::root(&json);
        let renames = root.array()?.into_iter().map(|entry| {
            Ok(Rename {
                rownd_field: entry.required("rownd_field")?.string()?.to_owned(),
                connection_field: entry.required("connection_field")?.string()?.to_owned(),
                transformer: entry.member("transformer")?.map(|transformer| transformer.value().clone()),
            })
        });
        Self::new(renames.collect::<Result<_, ParseError>>()?)
    }

    /// Takes pairs of Rownd's name and the webhook's.
    ///
    /// Errors: `duplicate_member` for a name that occurs twice; `reserved_name` for one that no body may hold.
    pub fn from_pairs<R: Into<String>, C: Into<String>>(
        pairs: impl IntoIterator<Item = (R, C)>,
    ) -> Result<Self, ParseError> {
        let renames = pairs.into_iter().map(|(rownd_field, connection_field)| Rename {
            rownd_field: rownd_field.into(),
            connection_field: connection_field.into(),
            transformer: None,
        });
        Self::new(renames.collect())
    }

    fn new(list: Vec<Rename>) -> Result<Self, ParseError> {
        let mut renames = BTreeMap::new();
        let mut rownd_fields = BTreeSet::new();
        for (index, rename) in list.into_iter().enumerate() {
            let fail =
                |kind, member| ParseError::new(kind).at(Pointer::default().element(index).member(member));
            for (name, member) in
                [(&rename.rownd_field, "rownd_field"), (&rename.connection_field, "connection_field")]
            {
                if scan::is_reserved(name) {
                    return Err(fail(ParseErrorKind::ReservedName, member));
                }
            }
            if !rownd_fields.insert(rename.rownd_field.clone()) {
                return Err(fail(ParseErrorKind::DuplicateMember, "rownd_field"));
            }
            if renames.insert(rename.connection_field.clone(), rename).is_some() {
                return Err(fail(ParseErrorKind::DuplicateMember, "connection_field"));
            }
        }
        Ok(Self { renames })
    }

    /// Rownd's name for a field that arrives as `connection_field`, if it is renamed.
    #[must_use]
    pub fn rownd_field(&self, connection_field: &str) -> Option<&str> {
        self.renames.get(connection_field).map(Rename::rownd_field)
    }

    /// The renames, sorted by the name that arrives.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Rename> + DoubleEndedIterator + Clone {
        self.renames.values()
    }
}

impl Rename {
    /// Rownd's own name of the field.
    #[must_use]
    pub fn rownd_field(&self) -> &str {
        &self.rownd_field
    }

    /// The name that arrives.
    #[must_use]
    pub fn connection_field(&self) -> &str {
        &self.connection_field
    }

    /// What the operator set to be done to the value, if anything. This crate does not undo it.
    #[must_use]
    pub fn transformer(&self) -> Option<&Value> {
        self.transformer.as_ref()
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
