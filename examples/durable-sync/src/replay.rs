//! An archive through the same path as deliveries.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use rownd_webhooks::Parser;
use rownd_webhooks::replay::NdjsonReader;
use tokio::time::sleep;

use crate::receiver::{MOST_BYTES, Receiver, Taken};

/// How many lines became what.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Lines that are in the log.
    pub logged: u64,
    /// Lines that cannot be read, and were put aside.
    pub put_aside: u64,
    /// Lines that are too long to be kept.
    pub too_large: u64,
}

/// Feeds each line of an archive to the receiver. A bad line does not end it; while the log is away it waits.
///
/// # Errors
///
/// The archive cannot be read.
pub async fn run(archive: &Path, receiver: &Receiver) -> Result<Replayed> {
    let file = File::open(archive).context("the archive cannot be opened")?;
    let progress = ProgressBar::new(file.metadata()?.len());
    progress.set_style(ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {msg}")?);
    let input = BufReader::new(progress.wrap_read(file));
    let mut reader = NdjsonReader::with_parser(input, Parser::new().max_bytes(MOST_BYTES));
    let mut replayed = Replayed::default();
    loop {
        let code = match reader.next_payload() {
            None => break,
            Some(Ok(_)) => None,
            Some(Err(error)) => Some(error),
        };
        if let Some(error) = code.filter(|error| error.code() == "io") {
            return Err(error).context("the archive cannot be read");
        }
        let line = reader.line().to_vec();
        let taken = loop {
            match receiver.take(line.clone()).await {
                Taken::Away => sleep(Duration::from_millis(200)).await,
                taken => break taken,
            }
        };
        match taken {
            Taken::Logged => replayed.logged += 1,
            Taken::PutAside => replayed.put_aside += 1,
            Taken::TooLarge | Taken::Away => replayed.too_large += 1,
        }
        progress.set_message(format!("line {}", reader.line_number()));
    }
    progress.finish();
    Ok(replayed)
}
