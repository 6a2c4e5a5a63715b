//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;

/// The default name of the stream in NATS.
pub const STREAM: &str = "deliveries";

/// The options of the program.
#[derive(Debug)]
pub struct Options {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The folder of SQLite's files.
    pub data: PathBuf,
    /// Runs the receiver.
    pub receives: bool,
    /// Runs the projector.
    pub projects: bool,
    /// The log: NATS servers, separated by commas, instead of SQLite.
    pub nats: Option<String>,
    /// The stream in NATS, one for each app.
    pub stream: String,
    /// The store: PostgreSQL instead of SQLite.
    pub store: Option<String>,
    /// An archive to append to the log.
    pub replay: Option<PathBuf>,
}

/// The output of `--help`.
pub const HELP: &str = "\
Receives Rownd's webhooks and keeps a store of profiles up to date.

Usage: durable-sync [OPTIONS]

  --listen ADDRESS    address to listen on [127.0.0.1:8080]
  --data FOLDER       folder of SQLite's log and store [durable-sync-data]
  --role ROLE         all, receiver or projector [all]
  --nats URL[,URL]    NATS JetStream as the log
  --stream NAME       stream in NATS, one for each app [deliveries]
  --store URL         PostgreSQL as the store, postgres://…
  --replay FILE       append an archive to the log, one body or `Received` per line, and exit

A receiver needs WEBHOOK_SECRET in its environment, and takes deliveries at /hooks/WEBHOOK_SECRET.
";

impl Options {
    /// Reads the command line. Returns `None` for `--help`.
    ///
    /// # Errors
    ///
    /// Returns an error if an option is unknown or its value is wrong.
    pub fn parse() -> Result<Option<Self>> {
        let mut options = Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            data: "durable-sync-data".into(),
            receives: true,
            projects: true,
            nats: None,
            stream: STREAM.to_owned(),
            store: None,
            replay: None,
        };
        let mut arguments = lexopt::Parser::from_env();
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("listen") => options.listen = arguments.value()?.parse().context("--listen")?,
                Long("data") => options.data = arguments.value()?.into(),
                Long("nats") => options.nats = Some(arguments.value()?.string()?),
                Long("stream") => options.stream = arguments.value()?.string()?,
                Long("store") => options.store = Some(arguments.value()?.string()?),
                Long("replay") => options.replay = Some(arguments.value()?.into()),
                Long("role") => {
                    (options.receives, options.projects) = match arguments.value()?.string()?.as_str() {
                        "all" => (true, true),
                        "receiver" => (true, false),
                        "projector" => (false, true),
                        _ => bail!("--role is all, receiver or projector"),
                    }
                }
                Long("help") | Short('h') => return Ok(None),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(Some(options))
    }
}
