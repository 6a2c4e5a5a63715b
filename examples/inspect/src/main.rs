//! Explains webhook bodies. It shows names, types and issues, and values only on request.
//!
//!     cargo run -p inspect -- --help

mod options;
mod printable;
mod report;
mod summary;

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};
use rownd_webhooks::mapping::FieldMapping;
use rownd_webhooks::replay::NdjsonReader;
use rownd_webhooks::schema::ProfileSchema;
use rownd_webhooks::{Issue, ParseError, ParseErrorKind, Parser, Payload, Severity};

use crate::options::{Options, SAMPLES};
use crate::printable::printable;
use crate::report::Report;
use crate::summary::Summary;

fn main() -> ExitCode {
    let options = Options::parse();
    let out = BufWriter::new(anstream::AutoStream::auto(io::stdout().lock()));
    let mut inspector = match Inspector::new(options, out) {
        Ok(inspector) => inspector,
        Err(error) => {
            complain(&error);
            return ExitCode::from(2);
        }
    };
    match inspector.run().and_then(|()| inspector.out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            complain(&format!("standard output: {error}"));
            ExitCode::from(2)
        }
        // The reader closed the pipe.
        _ if inspector.has_failed => ExitCode::from(2),
        _ if inspector.has_rejected => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    }
}

/// Prints an error, unless standard error is closed.
fn complain(message: &str) {
    let red = Style::new().fg_color(Some(AnsiColor::Red.into())).bold();
    let _ = writeln!(anstream::stderr(), "{red}inspect:{red:#} {message}");
}

struct Inspector<W: Write> {
    options: Options,
    parser: Parser,
    schema: Option<ProfileSchema>,
    summary: Summary,
    out: W,
    has_rejected: bool,
    has_failed: bool,
}

impl<W: Write> Inspector<W> {
    fn new(options: Options, out: W) -> Result<Self, String> {
        let mut parser = Parser::new().strict(options.strict);
        if let Some(path) = &options.mapping {
            parser = parser.field_mapping(settings(path, FieldMapping::from_slice)?);
        }
        let schema =
            options.schema.as_deref().map(|path| settings(path, ProfileSchema::from_slice)).transpose()?;
        let summary = Summary::default();
        Ok(Self { options, parser, schema, summary, out, has_rejected: false, has_failed: false })
    }

    fn run(&mut self) -> io::Result<()> {
        if let Some(sample) = self.options.sample {
            return self.out.write_all(sample.as_bytes());
        }
        let files = std::mem::take(&mut self.options.files);
        if !files.is_empty() {
            for file in files {
                self.file(&file)?;
            }
        } else if has_input() {
            self.file(Path::new("-"))?;
        } else {
            for (name, body) in SAMPLES {
                let body = self.parser.parse(body.as_bytes());
                self.body(&format!("{name}.json"), &body)?;
            }
        }
        match (self.options.summary, self.options.json) {
            (false, _) => Ok(()),
            (true, false) => write!(self.out, "{}", self.summary),
            (true, true) => writeln!(self.out, "{}", printable::json(&self.summary)?),
        }
    }

    fn file(&mut self, path: &Path) -> io::Result<()> {
        let name = path.to_string_lossy();
        if path == Path::new("-") {
            return self.input(&name, None, io::stdin().lock());
        }
        match File::open(path) {
            Ok(file) => {
                let length = file.metadata().ok().map(|metadata| metadata.len());
                self.input(&name, length, BufReader::new(file))
            }
            Err(error) => self.unreadable(&name, &error.to_string()),
        }
    }

    fn input(&mut self, name: &str, length: Option<u64>, input: impl BufRead) -> io::Result<()> {
        if self.options.summary {
            let progress = progress_bar(length);
            let result = self.lines(name, progress.wrap_read(input));
            progress.finish_and_clear();
            result
        } else if self.options.ndjson {
            self.lines(name, input)
        } else {
            let body = self.parser.parse_reader(input);
            self.body(name, &body)
        }
    }

    fn lines(&mut self, name: &str, input: impl BufRead) -> io::Result<()> {
        let mut reader = NdjsonReader::with_parser(input, self.parser.clone());
        while let Some(next) = reader.next_payload() {
            let body = match next {
                Ok(payload) => Ok(payload.into_owned()),
                Err(error) => Err(error.parse_error().clone()),
            };
            self.body(&format!("{name}:{}", reader.line_number()), &body)?;
        }
        Ok(())
    }

    fn body(&mut self, source: &str, body: &Result<Payload<'_>, ParseError>) -> io::Result<()> {
        if let Err(error) = body
            && matches!(error.kind(), ParseErrorKind::Io { .. })
        {
            return self.unreadable(source, &error.to_string());
        }
        let mut issues = issues(body);
        if let (Ok(payload), Some(schema)) = (body, &self.schema) {
            issues.extend(schema.check(payload));
        }
        let has_error = issues.iter().any(|issue| issue.severity() == Severity::Error);
        let accepted = body.is_ok() && !(self.options.strict && has_error);
        self.has_rejected |= !accepted;
        if self.options.summary {
            self.summary.add(body, accepted, &issues);
            return Ok(());
        }
        let report = Report::new(source, accepted, body, &issues, self.options.show_values);
        if self.options.json {
            writeln!(self.out, "{}", printable::json(&report)?)
        } else {
            writeln!(self.out, "{}", report.text()?)
        }
    }

    fn unreadable(&mut self, name: &str, why: &str) -> io::Result<()> {
        self.has_failed = true;
        // Keep the order of reports and errors.
        self.out.flush()?;
        complain(&format!("{}: {why}", printable(name)));
        Ok(())
    }
}

/// Returns `true` if standard input can contain a body. A terminal and /dev/null are character devices.
#[cfg(unix)]
fn has_input() -> bool {
    use std::os::unix::fs::FileTypeExt;

    !fs::metadata("/dev/stdin").is_ok_and(|stdin| stdin.file_type().is_char_device())
}

/// Returns `true` if standard input can contain a body.
#[cfg(not(unix))]
fn has_input() -> bool {
    use std::io::IsTerminal;

    !io::stdin().is_terminal()
}

fn settings<T>(path: &Path, parse: impl Fn(&[u8]) -> Result<T, ParseError>) -> Result<T, String> {
    let json = fs::read(path).map_err(|error| error.to_string());
    json.and_then(|json| parse(&json).map_err(|error| error.to_string()))
        .map_err(|error| format!("{}: {error}", printable(&path.to_string_lossy())))
}

/// Returns the issues of a payload. If a strict parser rejected it, they are in the error.
fn issues(body: &Result<Payload<'_>, ParseError>) -> Vec<Issue> {
    match body.as_ref().map_err(ParseError::kind) {
        Ok(payload) => payload.issues(),
        Err(ParseErrorKind::Invalid(invalid)) => invalid.issues().to_vec(),
        Err(_) => Vec::new(),
    }
}

/// Creates a progress bar on standard error, which indicatif draws only on a terminal.
fn progress_bar(length: Option<u64>) -> ProgressBar {
    let bar = length.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    let template = if length.is_some() {
        "{wide_bar} {bytes} of {total_bytes}, {eta} left"
    } else {
        "{spinner} {bytes} in {elapsed}"
    };
    bar.with_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()))
}
