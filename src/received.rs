//! When a payload arrived, since it has no time of its own.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A payload and the time it arrived: the vendor sends none.
///
/// Arrival is not order: two deliveries may overtake one another. It serializes as an object with
/// `received_at` (RFC 3339) and `payload`.
///
/// ```
/// use rownd_webhooks::{Payload, Received, testing::samples};
///
/// let payload: Payload<'static> = samples::DELETE.parse()?;
/// let received = Received::now(payload);
/// let stored = serde_json::to_string(&received)?;
/// assert_eq!(serde_json::from_str::<Received<Payload<'static>>>(&stored)?, received);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Received<P> {
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// What arrived.
    pub payload: P,
}

impl<P> Received<P> {
    /// It arrived now, by the system's clock.
    #[must_use]
    pub fn now(payload: P) -> Self {
        Self::at(SystemTime::now().into(), payload)
    }

    /// It arrived at a time that is known.
    #[must_use]
    pub const fn at(received_at: DateTime<Utc>, payload: P) -> Self {
        Self { received_at, payload }
    }

    /// Does something to the payload, and keeps the time.
    pub fn map<Q>(self, function: impl FnOnce(P) -> Q) -> Received<Q> {
        Received { received_at: self.received_at, payload: function(self.payload) }
    }
}
