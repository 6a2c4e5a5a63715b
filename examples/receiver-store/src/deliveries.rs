//! A log line and a counter for every delivery.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;
use rownd_webhooks::Payload;
use rownd_webhooks::sync::Applied;
use tracing::{Level, info, warn};

use crate::refusal::Refusal;

/// The content type of [`Receiver::metrics`](crate::Receiver::metrics).
pub const METRICS_CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Both labels have few values, whatever is sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    operation: &'static str,
    outcome: &'static str,
}

pub(crate) struct Deliveries {
    count: Family<Labels, Counter>,
    registry: Registry,
}

impl Deliveries {
    pub(crate) fn new() -> Self {
        let (count, mut registry) = (Family::default(), Registry::default());
        registry.register("rownd_deliveries", "Deliveries by operation and outcome", count.clone());
        Self { count, registry }
    }

    /// Records a delivery; without a payload, the body could not be read or parsed.
    pub(crate) fn record(&self, payload: Option<&Payload<'_>>, result: &Result<Applied, Refusal>) {
        let operation = payload.map_or("none", |payload| payload.operation().label());
        let outcome = outcome(result);
        // The payload's `Display` has no personal data: operation, user id and counts.
        let delivery = payload.map_or_else(|| "unreadable delivery".to_owned(), Payload::to_string);
        match result {
            Ok(Applied::Ambiguous) => warn!(operation, outcome, "{delivery}"),
            Ok(_) => info!(operation, outcome, "{delivery}"),
            Err(Refusal { code, path, .. }) => warn!(operation, outcome, code, path, "{delivery}"),
        }
        self.count.get_or_create(&Labels { operation, outcome }).inc();
    }

    pub(crate) fn metrics(&self) -> String {
        let mut text = String::new();
        // Writing to a `String` does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

fn outcome(result: &Result<Applied, Refusal>) -> &'static str {
    match result {
        Ok(applied) => applied.label(),
        Err(Refusal { code: "unavailable", .. }) => "unavailable",
        Err(_) => "refused",
    }
}

/// Writes the log lines of this crate to standard output, and those of no other crate.
///
/// Web frameworks and runtimes may log the path, which contains the secret, or at the level `trace` even bodies.
pub fn log_to_stdout() {
    use tracing_subscriber::filter::Targets;
    use tracing_subscriber::prelude::*;

    let own = Targets::new().with_target(env!("CARGO_CRATE_NAME"), Level::INFO);
    tracing_subscriber::registry().with(tracing_subscriber::fmt::layer().with_ansi(false)).with(own).init();
}
