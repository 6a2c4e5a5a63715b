//! From the log into the store, each lane in order.

use std::time::Duration;

use anyhow::Result;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::log::Log;
use crate::metrics::Metrics;
use crate::store::{Lane, Store};
use crate::{DEAD_LANE, LANES};

/// How long to wait for a lane that somebody else has, and after a failure.
const PAUSE: Duration = Duration::from_millis(500);

/// How long to wait for entries.
const IDLE: Duration = Duration::from_millis(50);

/// Projects all lanes, as long as it is let.
pub async fn run(log: Log, store: Store, metrics: Metrics) {
    let mut lanes = JoinSet::new();
    for lane in 0..=LANES {
        lanes.spawn(keep_on(lane, log.clone(), store.clone(), metrics.clone()));
    }
    lanes.join_all().await;
}

async fn keep_on(lane: u32, log: Log, store: Store, metrics: Metrics) {
    debug_assert!(lane <= DEAD_LANE);
    loop {
        match store.lane(lane).await {
            Ok(Some(taken)) => {
                if let Err(error) = project(lane, taken, &log, &metrics).await {
                    // Without the lane, so that another projector can take it.
                    tracing::warn!(lane, %error, "begins again");
                }
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(lane, %error, "the store is away"),
        }
        sleep(PAUSE).await;
    }
}

/// Goes on from where the store is. What the store has it does not get again, so that being killed at any point is harmless.
async fn project(lane: u32, mut store: Lane, log: &Log, metrics: &Metrics) -> Result<()> {
    let position = store.position().await?;
    let mut reader = log.reader(lane, position).await?;
    loop {
        let entries = reader.next().await?;
        if entries.is_empty() {
            sleep(IDLE).await;
            continue;
        }
        if lane == DEAD_LANE {
            store.bury(&entries).await?;
        } else {
            store.apply(&entries).await?;
            metrics.applied.inc_by(entries.len() as u64);
        }
        reader.done().await?;
    }
}
