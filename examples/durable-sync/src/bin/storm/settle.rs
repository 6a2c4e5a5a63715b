//! Reads the log back and compares the store with the reference.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Result;
use durable_sync::check::{Difference, Reference, Tables};
use durable_sync::log::{Log, Reader};
use durable_sync::metrics::outcome as label;
use tokio::time::sleep;

use crate::postgres;
use crate::traffic::Outcome;

/// The time without a change after which the log is complete: requests in flight have been written by then.
const QUIET: Duration = Duration::from_secs(2);

/// The store of the service.
pub(crate) enum Store {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Store {
    async fn tables(&self) -> Result<Tables> {
        match self {
            Self::Sqlite(folder) => Tables::sqlite(folder),
            Self::Postgres(url) => Tables::postgres(&mut postgres::connect(url).await?).await,
        }
    }
}

/// The result of the comparison.
pub(crate) struct Verdict {
    /// The number of entries in the log.
    pub(crate) logged: u64,
    /// The number of entries by outcome.
    pub(crate) applied: BTreeMap<&'static str, u64>,
    pub(crate) profiles: usize,
    pub(crate) difference: Difference,
    pub(crate) duration: Duration,
}

/// Waits until the whole log is applied, or until the deadline, and compares.
pub(crate) async fn settle(
    log: &Log,
    store: &Store,
    outcome: &Outcome,
    deadline: Instant,
) -> Result<Verdict> {
    let begin = Instant::now();
    let mut reference = Reference::default();
    let mut missing: HashSet<&[u8]> =
        outcome.bodies.iter().filter(|(_, acknowledged)| **acknowledged).map(|(body, _)| &**body).collect();
    let mut foreign = Vec::new();
    let (mut logged, mut applied) = (0, BTreeMap::new());
    let mut reader: Option<Reader> = None;
    let mut quiet_since = Instant::now();
    loop {
        let is_over = Instant::now() + Duration::from_secs(3) > deadline;
        let entries = if let Some(reader) = &mut reader {
            reader.next().await
        } else {
            reader = log.reader(reference.position).await.ok();
            Ok(Vec::new())
        };
        match entries {
            Ok(entries) if entries.is_empty() => {}
            Ok(entries) => {
                for entry in entries {
                    logged += 1;
                    *applied.entry(label(reference.add(&entry))).or_default() += 1;
                    missing.remove(entry.body.as_slice());
                    if !outcome.bodies.contains_key(&entry.body) {
                        foreign.push(format!("an entry that was not sent: {}", entry.body.escape_ascii()));
                    }
                }
                quiet_since = Instant::now();
                if !is_over {
                    continue;
                }
            }
            Err(error) => {
                eprintln!("storm: reads the log again: {error:#}");
                reader = None;
            }
        }
        let tables = match store.tables().await {
            // A server that was killed last may still be recovering.
            Err(error) if !is_over => {
                eprintln!("storm: reads the store again: {error:#}");
                sleep(Duration::from_secs(1)).await;
                continue;
            }
            tables => tables?,
        };
        let is_settled = tables.position == reference.position && quiet_since.elapsed() >= QUIET;
        if is_settled || is_over {
            let mut difference = reference.compare(&tables)?;
            let lost = |body: &&[u8]| format!("an acknowledged delivery: {}", body.escape_ascii());
            difference.lost.extend(missing.iter().map(lost));
            difference.wrong.extend(foreign);
            let (profiles, duration) = (reference.profiles(), begin.elapsed());
            return Ok(Verdict { logged, applied, profiles, difference, duration });
        }
        sleep(Duration::from_secs(1)).await;
    }
}
