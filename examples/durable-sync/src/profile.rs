//! A stored profile.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use rownd_webhooks::{Fields, Payload, Redactable, Subject, Value};

use crate::keys::{Key, Keys};

/// A profile without its number.
#[derive(Clone, Default, PartialEq)]
pub struct Profile {
    /// The user id, once a delivery has named it.
    pub user_id: Option<String>,
    /// The fields, visible or redacted.
    pub fields: Fields<'static>,
    /// The key of the latest lookup value for each field that has no visible text or number.
    pub remembered: BTreeMap<String, Key>,
}

/// A row of the table `profiles`.
#[derive(Debug)]
pub struct Row {
    /// The number of the log entry that created it.
    pub number: i64,
    /// The user id.
    pub user_id: Option<String>,
    /// The fields, as a JSON object. The value of a redacted field is erased, and its name stays.
    pub fields: String,
    /// The keys of the lookup values that are remembered, as a JSON object.
    pub remembered: String,
}

impl Profile {
    /// Reads a row.
    ///
    /// # Errors
    ///
    /// Returns an error if a column is invalid.
    pub fn from_row(row: &Row) -> Result<Self> {
        let (fields, remembered) =
            (serde_json::from_str(&row.fields)?, serde_json::from_str(&row.remembered)?);
        Ok(Self { user_id: row.user_id.clone(), fields, remembered })
    }

    pub(crate) fn to_row(&self, number: i64) -> Result<Row> {
        let (fields, remembered) =
            (serde_json::to_string(&self.fields)?, serde_json::to_string(&self.remembered)?);
        Ok(Row { number, user_id: self.user_id.clone(), fields, remembered })
    }

    /// Writes visible fields, erases redacted ones, leaves all others alone, and remembers lookup values.
    pub(crate) fn update(&mut self, payload: &Payload<'_>, subject: &Subject<'_>, keys: &Keys) {
        self.user_id = self.user_id.take().or_else(|| subject.user_id().map(String::from));
        self.fields.merge(payload.fields().clone().into_owned());
        for lookup in subject.lookup_values().iter().filter(|lookup| lookup.field() != "user_id") {
            if let Some(value) = lookup.identifier() {
                self.remembered.insert(lookup.field().to_owned(), keys.key(lookup.field(), value));
            }
        }
        self.remembered.retain(|field, _| text(self.fields.get(field)).is_none());
    }

    /// Returns the keys by which the profile is found.
    #[must_use]
    pub fn keys(&self, keys: &Keys) -> BTreeSet<Key> {
        let id = self.user_id.iter().map(|id| keys.id(id));
        let fields = self.fields.iter().filter(|(name, _)| *name != "user_id");
        let fields = fields.filter_map(|(name, field)| Some(keys.key(name, text(Some(field))?)));
        id.chain(fields).chain(self.remembered.values().cloned()).collect()
    }
}

/// Returns the value of a field that identifies a user: a visible text or number that is not empty.
fn text<'f>(field: Option<&'f Redactable<Value<'_>>>) -> Option<&'f str> {
    match field?.visible()? {
        Value::String(text) => Some(&**text).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.as_str()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
