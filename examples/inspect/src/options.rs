//! The command line.

use std::path::PathBuf;

use clap::{Arg, ArgAction, Command, value_parser};
use rownd_webhooks::testing::samples;

const EXAMPLES: &str = "\
Examples:
  inspect                                      explains the four documented bodies
  inspect body.json                            explains a body
  inspect --ndjson --strict deliveries.ndjson  checks an archive line by line
  inspect --summary deliveries.ndjson          counts what an archive contains
  inspect --sample delete | curl --data @- http://127.0.0.1:8080/hooks/SECRET

Exit status: 0 if all bodies are accepted, 1 if one is rejected, 2 for a usage error or an unreadable file.";

/// The documented bodies, by name.
pub(crate) const SAMPLES: [(&str, &str); 4] = [
    ("data_insert", samples::DATA_INSERT),
    ("data_update", samples::DATA_UPDATE),
    ("visibility_update", samples::VISIBILITY_UPDATE),
    ("delete", samples::DELETE),
];

#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct Options {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) json: bool,
    pub(crate) ndjson: bool,
    pub(crate) summary: bool,
    pub(crate) strict: bool,
    pub(crate) schema: Option<PathBuf>,
    pub(crate) mapping: Option<PathBuf>,
    pub(crate) show_values: bool,
    /// A documented body.
    pub(crate) sample: Option<&'static str>,
}

impl Options {
    /// Reads the command line. On a wrong one, for `--help` and for `--version`, prints a text and exits.
    pub(crate) fn parse() -> Self {
        let mut matches = command().get_matches();
        let sample = matches.remove_one::<String>("sample");
        Self {
            files: matches.remove_many("files").unwrap_or_default().collect(),
            json: matches.get_flag("json"),
            ndjson: matches.get_flag("ndjson"),
            summary: matches.get_flag("summary"),
            strict: matches.get_flag("strict"),
            schema: matches.remove_one("schema"),
            mapping: matches.remove_one("mapping"),
            show_values: matches.get_flag("show-values"),
            sample: SAMPLES.iter().find(|(name, _)| sample.as_deref() == Some(name)).map(|(_, body)| *body),
        }
    }
}

fn command() -> Command {
    let flag = |name, help| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    let file = |name, help| {
        Arg::new(name).long(name).value_name("FILE").value_parser(value_parser!(PathBuf)).help(help)
    };
    Command::new("inspect")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Explains webhook bodies. Shows names, types and issues, and values only on request")
        .after_help(EXAMPLES)
        .args([
            Arg::new("files")
                .value_name("FILE")
                .num_args(0..)
                .value_parser(value_parser!(PathBuf))
                .help("Files to read, - for standard input [default: standard input if it is piped, else the documented bodies]"),
            flag("json", "Print one JSON object per body and line"),
            flag("ndjson", "Read each line of the input as a body"),
            flag("summary", "Count operations, errors and issues of an archive with a body per line")
                .conflicts_with("show-values"),
            flag("strict", "Reject bodies that have an issue of severity error"),
            file("schema", "Check the fields against a profile schema"),
            file("mapping", "Undo the renames of a connection's field mapping"),
            flag("show-values", "Show values, which may be personal data"),
            Arg::new("sample")
                .long("sample")
                .value_name("NAME")
                .value_parser(SAMPLES.map(|(name, _)| name))
                .exclusive(true)
                .help("Print a documented body and exit"),
        ])
}
