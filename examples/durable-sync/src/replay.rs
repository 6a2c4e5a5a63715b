//! Replays an archive through the receiver.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use rownd_webhooks::Parser;
use rownd_webhooks::replay::NdjsonReader;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::time::sleep;

use crate::delivery::MAX_BYTES;
use crate::receiver::Receiver;

/// Maximum number of bytes around the body in a line.
const ENVELOPE: usize = 1 << 10;

/// The number of lines by outcome.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Lines that are in the log.
    pub logged: u64,
    /// Lines that are in the log as dead letters.
    pub dead_letters: u64,
    /// Lines that are too long to be kept.
    pub too_large: u64,
}

/// A line of an archive that says when each body was received.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Received<'l> {
    #[serde(borrow, rename = "received_at")]
    _received_at: &'l RawValue,
    #[serde(borrow)]
    payload: &'l RawValue,
}

/// Passes each line of an archive to the receiver: a body, or a `Received` that contains one. It continues
/// after an invalid line, and waits while the log is unavailable.
///
/// # Errors
///
/// Returns an error if the archive cannot be read.
pub async fn run(archive: &Path, receiver: &Receiver) -> Result<Replayed> {
    let file = File::open(archive).context("the archive cannot be opened")?;
    let progress = ProgressBar::new(file.metadata()?.len());
    progress.set_style(ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {msg}")?);
    let input = BufReader::new(progress.wrap_read(file));
    let mut reader = NdjsonReader::with_parser(input, Parser::new().max_bytes(MAX_BYTES + ENVELOPE));
    let mut replayed = Replayed::default();
    while let Some(line) = reader.next_payload() {
        if let Some(error) = line.err().filter(|error| error.code() == "io") {
            return Err(error).context("the archive cannot be read");
        }
        let line = reader.line();
        let body = serde_json::from_slice::<Received<'_>>(line)
            .map_or(line, |received| received.payload.get().as_bytes())
            .to_vec();
        loop {
            match receiver.take(body.clone()).await.map_err(|refusal| refusal.status) {
                Err(503) => sleep(Duration::from_millis(200)).await,
                Err(413) => break replayed.too_large += 1,
                Err(_) => break replayed.dead_letters += 1,
                Ok(()) => break replayed.logged += 1,
            }
        }
        progress.set_message(format!("line {}", reader.line_number()));
    }
    progress.finish();
    Ok(replayed)
}
