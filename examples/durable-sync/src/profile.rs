//! What a delivery does to a profile: pure rules, whatever the store.

use std::collections::BTreeMap;

use anyhow::Result;
use rownd_webhooks::sync::SyncPlan;
use rownd_webhooks::{Operation, Payload};
use serde_json::value::{RawValue, to_raw_value};

/// A profile as the store has it.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// The fields in clear, each as JSON to the letter.
    pub fields: BTreeMap<String, Box<RawValue>>,
    /// Whether it is a tombstone: a late update does not bring the person back.
    pub is_deleted: bool,
}

impl Profile {
    /// Reads the stored form.
    ///
    /// # Errors
    ///
    /// The store holds something else.
    pub fn from_stored(fields: &str, is_deleted: bool) -> Result<Self> {
        Ok(Self { fields: serde_json::from_str(fields)?, is_deleted })
    }

    /// The fields as the store keeps them.
    ///
    /// # Errors
    ///
    /// None: names and JSON can be written.
    pub fn stored_fields(&self) -> Result<String> {
        Ok(serde_json::to_string(&self.fields)?)
    }

    /// Does what a payload asks for. Doing it twice is the same as once.
    ///
    /// # Errors
    ///
    /// The payload has no subject; the receiver lets none of these into the log.
    pub fn apply(&mut self, payload: &Payload<'_>) -> Result<()> {
        match payload.sync_plan()? {
            SyncPlan::Delete { .. } => *self = Self { fields: BTreeMap::new(), is_deleted: true },
            SyncPlan::Upsert { .. } if self.is_deleted && *payload.operation() != Operation::DataInsert => {}
            SyncPlan::Upsert { set, erase, .. } => {
                self.is_deleted = false;
                for (name, value) in set.iter() {
                    self.fields.insert(name.to_owned(), to_raw_value(value)?);
                }
                for name in erase.iter() {
                    self.fields.remove(name);
                }
            }
            SyncPlan::Ignore => {}
        }
        Ok(())
    }
}
