//! The part of a receiver that needs no web framework.

use std::env;
use std::path::Path;
use std::time::Duration;

use rownd_webhooks::Parser;
use rownd_webhooks::sync::Applied;
use subtle::ConstantTimeEq;

use crate::deliveries::Deliveries;
use crate::refusal::Refusal;
use crate::store::Store;

/// The largest body that the receivers accept.
pub const MAX_BYTES: usize = 256 * 1024;

/// Timeout for a body, so that a stalled sender cannot keep its connection open forever.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// The address to listen on: `ADDRESS` in the environment, by default port 8080 of this machine.
#[must_use]
pub fn address() -> String {
    env::var("ADDRESS").unwrap_or_else(|_| "127.0.0.1:8080".to_owned())
}

/// Parses deliveries and applies them to a store. Each one is logged and counted.
pub struct Receiver {
    secret: String,
    parser: Parser,
    store: Store,
    deliveries: Deliveries,
}

impl Receiver {
    /// Creates a receiver whose URLs contain a secret.
    #[must_use]
    pub fn new(secret: &str, store: Store) -> Self {
        let (parser, deliveries) = (Parser::new().max_bytes(MAX_BYTES), Deliveries::new());
        Self { secret: secret.to_owned(), parser, store, deliveries }
    }

    /// Creates a receiver from the environment: `WEBHOOK_SECRET`, and the file `DATABASE`, without which the store is in memory.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no secret or the file cannot be opened.
    pub fn from_env() -> Result<Self, String> {
        let secret = env::var("WEBHOOK_SECRET").unwrap_or_default();
        if secret.is_empty() {
            return Err("WEBHOOK_SECRET has to be the secret in the path of the webhook".to_owned());
        }
        let database = env::var_os("DATABASE");
        let store = Store::open(database.as_ref().map(Path::new));
        Ok(Self::new(&secret, store.map_err(|error| format!("cannot open the database: {error}"))?))
    }

    /// Compares the secret of a request, in constant time.
    ///
    /// The vendor signs nothing: the secret in the path authenticates the sender, and without it there is no such path.
    #[must_use]
    pub fn has_secret(&self, secret: &str) -> bool {
        secret.as_bytes().ct_eq(self.secret.as_bytes()).into()
    }

    /// Parses a body and applies it to the store. This blocks until it is on disk.
    ///
    /// Respond to `Ok` with success, even if nothing was done: a retry would have the same result.
    ///
    /// # Errors
    ///
    /// Returns a [`Refusal`] if the body cannot be parsed or identifies no user, or if the store is unavailable.
    pub fn receive(&self, body: &[u8]) -> Result<Applied, Refusal> {
        let payload = self.parser.parse(body).map_err(|error| self.refuse(error.into()))?;
        let result = self.store.apply(&payload);
        self.deliveries.record(Some(&payload), &result);
        result
    }

    /// Refuses a delivery whose body the service could not read.
    pub fn refuse(&self, refusal: Refusal) -> Refusal {
        self.deliveries.record(None, &Err(refusal.clone()));
        refusal
    }

    /// Returns the store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Returns the number of deliveries by operation and outcome, in the text format of Prometheus.
    #[must_use]
    pub fn metrics(&self) -> String {
        self.deliveries.metrics()
    }
}
