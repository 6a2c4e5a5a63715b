//! Profiles as rows.

use std::collections::BTreeSet;

use anyhow::Result;
use receiver_store::Profile;

use crate::keys::{Key, Keys};

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

impl Row {
    pub(crate) fn new(number: i64, profile: &Profile) -> Result<Self> {
        let fields = serde_json::to_string(&profile.fields)?;
        let remembered = serde_json::to_string(&profile.remembered)?;
        Ok(Self { number, user_id: profile.user_id.clone(), fields, remembered })
    }

    pub(crate) fn profile(&self) -> Result<Profile> {
        let (fields, remembered) =
            (serde_json::from_str(&self.fields)?, serde_json::from_str(&self.remembered)?);
        Ok(Profile { user_id: self.user_id.clone(), fields, remembered })
    }
}

/// Returns the keys by which a profile is found.
pub(crate) fn keys_of(profile: &Profile, keys: &Keys) -> BTreeSet<Key> {
    let id = profile.user_id.iter().map(|id| keys.id(id));
    let visible = profile.visible_identifiers().map(|(field, value)| keys.key(field, value));
    id.chain(visible).chain(profile.remembered.values().cloned()).collect()
}
