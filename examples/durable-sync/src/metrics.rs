//! Counters, in Prometheus's text format.

use std::sync::Arc;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;
use rownd_webhooks::sync::Applied;

/// The counts of this process since it started.
#[derive(Clone, Default)]
pub struct Metrics {
    /// Requests with a body, by outcome: `logged`, `dead_letter`, `too_large`, `incomplete` or `unavailable`.
    pub received: Family<[(&'static str, &'static str); 1], Counter>,
    /// Entries of the log that were applied to the store, by outcome.
    pub applied: Family<[(&'static str, &'static str); 1], Counter>,
}

impl Metrics {
    /// Counts an applied entry; `None` is a dead letter.
    pub fn applied(&self, applied: Option<Applied>) {
        self.applied.get_or_create(&[("outcome", outcome(applied))]).inc();
    }

    /// Counts a request.
    pub fn received(&self, outcome: &'static str) {
        self.received.get_or_create(&[("outcome", outcome)]).inc();
    }

    /// Returns a registry of these counters, for [`text`].
    #[must_use]
    pub fn registry(&self) -> Arc<Registry> {
        let mut registry = Registry::with_prefix("durable_sync");
        registry.register("received", "Requests, by what became of the body", self.received.clone());
        registry.register("applied", "Entries of the log that are in the store", self.applied.clone());
        Arc::new(registry)
    }
}

/// Returns the label of an outcome; `None` is a dead letter.
#[must_use]
pub fn outcome(applied: Option<Applied>) -> &'static str {
    applied.map_or("dead_letter", Applied::label)
}

/// Writes the counters in the text format.
#[must_use]
pub fn text(registry: &Registry) -> String {
    let mut text = String::new();
    // Writing into a `String` does not fail.
    let _ = encode(&mut text, registry);
    text
}
