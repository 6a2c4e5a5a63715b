//! The command line.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use rownd_webhooks::testing::samples;

const EXAMPLES: &str = "\
Examples:
  inspect                                      explains the four documented bodies
  inspect body.json                            explains a body
  inspect --ndjson --strict deliveries.ndjson  checks an archive line by line
  inspect --summary deliveries.ndjson          counts what an archive contains
  inspect --sample delete | curl --data @- http://127.0.0.1:8080/hooks/SECRET

Exit status: 0 if all bodies are accepted, 1 if one is rejected, 2 for a usage error or an unreadable file.";

/// Explains webhook bodies. Shows names, types and issues, and values only on request.
#[derive(Parser)]
#[command(name = "inspect", version, after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct Options {
    /// Files to read, - for standard input [default: standard input if it is piped, else the documented bodies]
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Print one JSON object per body and line
    #[arg(long)]
    pub(crate) json: bool,
    /// Read each line of the input as a body
    #[arg(long)]
    pub(crate) ndjson: bool,
    /// Count operations, errors and issues of an archive with a body per line
    #[arg(long, conflicts_with = "show_values")]
    pub(crate) summary: bool,
    /// Reject bodies that have an issue of severity error
    #[arg(long)]
    pub(crate) strict: bool,
    /// Check the fields against a profile schema
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,
    /// Undo the renames of a connection's field mapping
    #[arg(long, value_name = "FILE")]
    pub(crate) mapping: Option<PathBuf>,
    /// Show values, which may be personal data
    #[arg(long)]
    pub(crate) show_values: bool,
    /// Print a documented body and exit
    #[arg(long, value_name = "NAME", exclusive = true)]
    pub(crate) sample: Option<Sample>,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Sample {
    DataInsert,
    DataUpdate,
    VisibilityUpdate,
    Delete,
}

impl Sample {
    pub(crate) fn body(self) -> &'static str {
        match self {
            Self::DataInsert => samples::DATA_INSERT,
            Self::DataUpdate => samples::DATA_UPDATE,
            Self::VisibilityUpdate => samples::VISIBILITY_UPDATE,
            Self::Delete => samples::DELETE,
        }
    }

    /// The name in `examples/payloads`.
    pub(crate) fn file_name(self) -> &'static str {
        match self {
            Self::DataInsert => "data_insert.json",
            Self::DataUpdate => "data_update.json",
            Self::VisibilityUpdate => "visibility_update.json",
            Self::Delete => "delete.json",
        }
    }
}
