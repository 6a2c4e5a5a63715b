//! Applies the log to the store, in the log's order.

use std::time::Duration;

use anyhow::Result;
use rownd_webhooks::sync::Applied;
use tokio::time::sleep;

use crate::log::Log;
use crate::metrics::Metrics;
use crate::store::{Lease, Store};

/// The pause while another projector is active, and after a failure.
const PAUSE: Duration = Duration::from_millis(500);

/// The pause while there are no new entries.
const IDLE: Duration = Duration::from_millis(50);

/// Applies new entries of the log forever.
pub async fn run(log: Log, store: Store, metrics: Metrics) {
    loop {
        match store.lease().await {
            Ok(Some(lease)) => {
                // An error drops the lease, so that another projector can take over.
                if let Err(error) = project(lease, &log, &metrics).await {
                    tracing::warn!(%error, "the projector restarts");
                }
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the store is unavailable"),
        }
        sleep(PAUSE).await;
    }
}

/// Continues at the position of the store.
async fn project(mut lease: Lease, log: &Log, metrics: &Metrics) -> Result<()> {
    let mut reader = log.reader(lease.position()).await?;
    loop {
        let entries = reader.next().await?;
        if entries.is_empty() {
            sleep(IDLE).await;
            continue;
        }
        let numbers: Vec<i64> = entries.iter().map(|entry| entry.seq).collect();
        for (seq, applied) in numbers.into_iter().zip(lease.apply(entries).await?) {
            if applied == Some(Applied::Ambiguous) {
                tracing::warn!(seq, "the lookup values find several profiles, so nothing was done");
            }
            metrics.applied(applied);
        }
    }
}
