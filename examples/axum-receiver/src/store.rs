//! Where profiles are kept: in memory, for this example.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use rownd_webhooks::sync::SyncPlan;

type Fields = BTreeMap<String, String>;

/// The store cannot be reached.
#[derive(Debug)]
pub struct Away;

/// Profiles: by [`Subject::key`](rownd_webhooks::Subject::key), each field as JSON.
///
/// A user who comes once with an id and once without has two profiles here; the README's table looks through both.
#[derive(Default)]
pub struct Store {
    /// `None` while the store is away.
    profiles: Mutex<Option<HashMap<String, Fields>>>,
}

impl Store {
    /// An empty store that can be reached.
    #[must_use]
    pub fn new() -> Self {
        Self { profiles: Mutex::new(Some(HashMap::new())) }
    }

    /// Does what a payload asks for. Doing it twice is the same as once.
    ///
    /// # Errors
    ///
    /// The store is away.
    pub fn apply(&self, plan: &SyncPlan<'_>) -> Result<(), Away> {
        let mut profiles = self.profiles.lock().unwrap_or_else(PoisonError::into_inner);
        let profiles = profiles.as_mut().ok_or(Away)?;
        match plan {
            SyncPlan::Upsert { subject, set, erase } => {
                let profile = profiles.entry(subject.key().into_owned()).or_default();
                for (name, value) in set.iter() {
                    profile.insert(name.to_owned(), serde_json::to_string(value).map_err(|_| Away)?);
                }
                for name in erase.iter() {
                    profile.remove(name);
                }
            }
            SyncPlan::Delete { subject } => {
                profiles.remove(&*subject.key());
            }
            SyncPlan::Ignore => {}
        }
        Ok(())
    }

    /// A user's profile.
    #[must_use]
    pub fn profile(&self, key: &str) -> Option<Fields> {
        self.profiles.lock().unwrap_or_else(PoisonError::into_inner).as_ref()?.get(key).cloned()
    }

    /// Takes the store away, or brings it back empty.
    pub fn set_away(&self, is_away: bool) {
        let profiles = if is_away { None } else { Some(HashMap::new()) };
        *self.profiles.lock().unwrap_or_else(PoisonError::into_inner) = profiles;
    }
}
