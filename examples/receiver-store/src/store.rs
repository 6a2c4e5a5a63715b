//! The store in memory. A service with a database replaces this file.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rownd_webhooks::sync::{Applied, Mirror, Profile};
use rownd_webhooks::{Parser, Payload};

use crate::deliveries::Deliveries;
use crate::refusal::Refusal;

/// The largest body that the receivers accept.
pub const MAX_BYTES: usize = 256 * 1024;

/// Profiles in memory.
pub struct Store {
    parser: Parser,
    mirror: Mutex<Mirror>,
    is_unavailable: AtomicBool,
    deliveries: Deliveries,
}

impl Store {
    /// Creates an empty store.
    #[must_use]
    pub fn new() -> Self {
        Self {
            parser: Parser::new().max_bytes(MAX_BYTES),
            mirror: Mutex::default(),
            is_unavailable: AtomicBool::new(false),
            deliveries: Deliveries::new(),
        }
    }

    /// Parses a body and applies it to the profiles. Writes a log line and counts the delivery.
    ///
    /// Respond to `Ok` with success, even if nothing was done: a retry would have the same result.
    ///
    /// # Errors
    ///
    /// Returns a [`Refusal`] if the body cannot be parsed or identifies no user, or if the store is unavailable.
    pub fn receive(&self, body: &[u8]) -> Result<Applied, Refusal> {
        let payload = self.parser.parse(body).map_err(|error| self.refuse(error.into()))?;
        let result = self.apply(&payload);
        self.deliveries.record(Some(&payload), &result);
        result
    }

    /// Refuses a delivery whose body the service could not read. Writes a log line and counts the delivery.
    pub fn refuse(&self, refusal: Refusal) -> Refusal {
        self.deliveries.record(None, &Err(refusal.clone()));
        refusal
    }

    fn apply(&self, payload: &Payload<'_>) -> Result<Applied, Refusal> {
        if self.is_unavailable.load(Ordering::Relaxed) {
            return Err(Refusal::UNAVAILABLE);
        }
        Ok(self.mirror().apply(payload)?)
    }

    /// Returns the profile with this user id.
    #[must_use]
    pub fn profile(&self, user_id: &str) -> Option<Profile> {
        self.mirror().get(user_id).cloned()
    }

    /// Returns all profiles.
    #[must_use]
    pub fn profiles(&self) -> Vec<Profile> {
        self.mirror().iter().cloned().collect()
    }

    /// Makes the store unavailable, as in an outage of a database, or available again.
    pub fn set_available(&self, is_available: bool) {
        self.is_unavailable.store(!is_available, Ordering::Relaxed);
    }

    /// Returns the number of deliveries by operation and outcome, in the text format of Prometheus.
    #[must_use]
    pub fn metrics(&self) -> String {
        self.deliveries.metrics()
    }

    /// A panic while the lock was held would have left the mirror between two states, but `Mirror` does not panic.
    fn mirror(&self) -> MutexGuard<'_, Mirror> {
        self.mirror.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Store {
    fn default() -> Self {
        Self::new()
    }
}
