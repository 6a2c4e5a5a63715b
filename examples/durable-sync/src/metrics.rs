//! Counters, in Prometheus's text form.

use std::sync::Arc;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;

/// What has been counted since the start.
#[derive(Clone, Default)]
pub struct Metrics {
    /// Deliveries that came.
    pub received: Counter,
    /// Deliveries that the log has on disk.
    pub acknowledged: Counter,
    /// Deliveries that were put aside, whole.
    pub dead_lettered: Counter,
    /// Deliveries that were refused: too large, or the log was away.
    pub refused: Counter,
    /// Deliveries that are in the store.
    pub applied: Counter,
}

impl Metrics {
    /// A registry of these counters, to be written by [`text`].
    #[must_use]
    pub fn registry(&self) -> Arc<Registry> {
        let mut registry = Registry::with_prefix("durable_sync");
        for (name, help, counter) in [
            ("received", "Deliveries that came", &self.received),
            ("acknowledged", "Deliveries that the log has on disk", &self.acknowledged),
            ("dead_lettered", "Deliveries put aside, whole", &self.dead_lettered),
            ("refused", "Deliveries too large, or while the log was away", &self.refused),
            ("applied", "Deliveries that are in the store", &self.applied),
        ] {
            registry.register(name, help, counter.clone());
        }
        Arc::new(registry)
    }
}

/// The counters as Prometheus reads them.
#[must_use]
pub fn text(registry: &Registry) -> String {
    let mut text = String::new();
    // A `String` takes every write.
    let _ = encode(&mut text, registry);
    text
}
