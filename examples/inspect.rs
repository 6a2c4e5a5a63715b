//! Reads webhook bodies and tells what is in them, without telling anybody's data.
//!
//!     cargo run --example inspect                      the four documented bodies, explained
//!     cargo run --example inspect -- FILE… | -         bodies from files or standard input
//!
//! Exit status: 0, all bodies are accepted; 1, at least one is rejected; 2, a wrong call or an unreadable file.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Write};
use std::process::ExitCode;

use lexopt::Arg::{Long, Short, Value as Positional};
use rownd_webhooks::replay::NdjsonReader;
use rownd_webhooks::testing::samples;
use rownd_webhooks::{Issue, LookupValue, ParseError, ParseErrorKind, Parser, Payload, Redactable, Value};
use serde::Serialize;

const HELP: &str = "\
Reads webhook bodies and tells what is in them.

Usage: inspect [OPTIONS] [FILE]...

Without a FILE it reads the four documented bodies; a FILE of - is standard input.

Options:
  --json         one JSON object a body, one a line
  --ndjson       each line of the input is a body
  --strict       issues of severity error reject
  --show-values  tell the values too
  --help         this text
";

#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "one a flag")]
struct Options {
    is_json: bool,
    is_ndjson: bool,
    is_strict: bool,
    shows_values: bool,
    is_help: bool,
    files: Vec<OsString>,
}

impl Options {
    fn parse() -> Result<Self, lexopt::Error> {
        let mut options = Self::default();
        let mut arguments = lexopt::Parser::from_env();
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("json") => options.is_json = true,
                Long("ndjson") => options.is_ndjson = true,
                Long("strict") => options.is_strict = true,
                Long("show-values") => options.shows_values = true,
                Long("help") | Short('h') => options.is_help = true,
                Positional(file) => options.files.push(file),
                other => return Err(other.unexpected()),
            }
        }
        Ok(options)
    }
}

fn main() -> ExitCode {
    let options = match Options::parse() {
        Ok(options) => options,
        Err(error) => {
            complain(&format!("{}\n\n{HELP}", printable(&error.to_string())));
            return ExitCode::from(2);
        }
    };
    let mut inspector = Inspector {
        parser: Parser::new().strict(options.is_strict),
        out: BufWriter::new(io::stdout().lock()),
        has_rejected: false,
        has_failed: false,
        options,
    };
    match inspector.run().and_then(|()| inspector.out.flush()) {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => inspector.status(),
        Err(error) => {
            complain(&format!("standard output: {error}"));
            ExitCode::from(2)
        }
        Ok(()) => inspector.status(),
    }
}

struct Inspector<W> {
    options: Options,
    parser: Parser,
    out: W,
    has_rejected: bool,
    has_failed: bool,
}

impl<W: Write> Inspector<W> {
    fn run(&mut self) -> io::Result<()> {
        if self.options.is_help {
            return self.out.write_all(HELP.as_bytes());
        }
        if self.options.files.is_empty() {
            return self.documented();
        }
        for file in std::mem::take(&mut self.options.files) {
            let name = file.to_string_lossy().into_owned();
            if file == "-" {
                self.bodies(&name, io::stdin().lock())?;
            } else {
                match File::open(&file) {
                    Ok(opened) => self.bodies(&name, BufReader::new(opened))?,
                    Err(error) => self.unreadable(&name, &error.to_string())?,
                }
            }
        }
        Ok(())
    }

    fn documented(&mut self) -> io::Result<()> {
        for (name, body) in [
            ("data_insert", samples::DATA_INSERT),
            ("data_update", samples::DATA_UPDATE),
            ("visibility_update", samples::VISIBILITY_UPDATE),
            ("delete", samples::DELETE),
        ] {
            self.bodies(&format!("{name}.json"), body.as_bytes())?;
        }
        Ok(())
    }

    fn bodies(&mut self, name: &str, input: impl BufRead) -> io::Result<()> {
        if !self.options.is_ndjson {
            let read = self.parser.parse_reader(input);
            return self.body(name, read);
        }
        let mut reader = NdjsonReader::with_parser(input, self.parser.clone());
        loop {
            match reader.next_payload() {
                None => return Ok(()),
                Some(Ok(payload)) => {
                    let payload = payload.into_owned();
                    let source = format!("{name}:{}", reader.line_number());
                    self.body(&source, Ok(payload))?;
                }
                Some(Err(error)) => {
                    let source = format!("{name}:{}", error.line_number());
                    self.body(&source, Err(error.parse_error().clone()))?;
                }
            }
        }
    }

    fn body(&mut self, source: &str, read: Result<Payload<'_>, ParseError>) -> io::Result<()> {
        match read {
            Err(error) if matches!(error.kind(), ParseErrorKind::Io { .. }) => {
                self.unreadable(source, &error.to_string())
            }
            read => {
                self.has_rejected |= read.is_err();
                let issues = match &read {
                    Ok(payload) => payload.issues(),
                    Err(error) => invalid(error).to_vec(),
                };
                let report = Report::new(source, &read, &issues, self.options.shows_values);
                if self.options.is_json {
                    writeln!(self.out, "{}", report.json()?)
                } else {
                    write!(self.out, "{}", report.text()?)
                }
            }
        }
    }

    fn unreadable(&mut self, name: &str, why: &str) -> io::Result<()> {
        self.has_failed = true;
        // What was found out before comes before.
        self.out.flush()?;
        complain(&format!("{}: {why}", printable(name)));
        Ok(())
    }

    fn status(&self) -> ExitCode {
        match (self.has_failed, self.has_rejected) {
            (true, _) => ExitCode::from(2),
            (false, true) => ExitCode::from(1),
            (false, false) => ExitCode::SUCCESS,
        }
    }
}

/// Tells on standard error, if it is still open.
fn complain(what: &str) {
    let _ = writeln!(io::stderr(), "inspect: {what}");
}

/// The issues that made a strict parser refuse.
fn invalid(error: &ParseError) -> &[Issue] {
    match error.kind() {
        ParseErrorKind::Invalid(invalid) => invalid.issues(),
        _ => &[],
    }
}

/// What is told about one body.
#[derive(Serialize)]
struct Report<'p> {
    source: &'p str,
    accepted: bool,
    #[serde(flatten)]
    outcome: Outcome<'p>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Outcome<'p> {
    Accepted {
        operation: &'p str,
        user_id: Option<String>,
        fields: Vec<FieldReport<'p>>,
        lookup_fields: Vec<&'p str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        lookup_values: Option<Vec<Redactable<&'p str>>>,
        issues: Vec<IssueReport<'p>>,
    },
    Rejected {
        error: ErrorReport<'p>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        issues: Vec<IssueReport<'p>>,
    },
}

#[derive(Serialize)]
struct FieldReport<'p> {
    name: &'p str,
    state: &'static str,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    type_name: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'p Value<'p>>,
}

#[derive(Serialize)]
struct IssueReport<'p> {
    code: &'static str,
    path: &'p str,
    severity: &'static str,
    message: String,
}

#[derive(Serialize)]
struct ErrorReport<'p> {
    code: &'static str,
    path: Option<&'p str>,
    line: Option<usize>,
    column: Option<usize>,
    message: String,
}

impl<'p> Report<'p> {
    fn new(
        source: &'p str,
        read: &'p Result<Payload<'_>, ParseError>,
        issues: &'p [Issue],
        shows_values: bool,
    ) -> Self {
        let issues = issues.iter().map(IssueReport::new).collect();
        let outcome = match read {
            Ok(payload) => Outcome::Accepted {
                operation: payload.operation().as_str(),
                user_id: payload.user_id().map(|id| id.as_str().to_owned()),
                fields: payload
                    .fields()
                    .iter()
                    .map(|(name, field)| FieldReport {
                        name,
                        state: if field.is_redacted() { "redacted" } else { "visible" },
                        type_name: field.visible().map(Value::type_name),
                        value: field.visible().filter(|_| shows_values),
                    })
                    .collect(),
                lookup_fields: payload.lookup_values().iter().map(LookupValue::field).collect(),
                lookup_values: shows_values
                    .then(|| payload.lookup_values().iter().map(|lookup| lookup.value()).collect()),
                issues,
            },
            Err(error) => Outcome::Rejected {
                error: ErrorReport {
                    code: error.code(),
                    path: error.path(),
                    line: error.line(),
                    column: error.column(),
                    message: error.to_string(),
                },
                issues,
            },
        };
        Self { source, accepted: read.is_ok(), outcome }
    }

    fn json(&self) -> io::Result<String> {
        printable_json(self)
    }

    /// The same for a person.
    fn text(&self) -> io::Result<String> {
        let mut lines = vec![printable(self.source)];
        let issues = match &self.outcome {
            Outcome::Accepted { operation, user_id, fields, lookup_fields, lookup_values, issues } => {
                lines.push(format!("  operation  {}", printable(operation)));
                let user_id = user_id.as_deref().map_or_else(|| "(no user id)".to_owned(), printable);
                lines.push(format!("  user       {user_id}"));
                let width = fields.iter().map(|field| printable(field.name).chars().count()).max();
                for (index, field) in fields.iter().enumerate() {
                    let title = if index == 0 { "fields" } else { "" };
                    let (name, width) = (printable(field.name), width.unwrap_or(0).min(32));
                    let mut line = format!("  {title:<9}  {name:<width$}  {}", field.state);
                    line.extend(field.type_name.map(|name| format!(" {name}")));
                    if let Some(value) = field.value {
                        line.push(' ');
                        line.push_str(&printable_json(value)?);
                    }
                    lines.push(line);
                }
                for (index, field) in lookup_fields.iter().enumerate() {
                    let title = if index == 0 { "lookup by" } else { "" };
                    let mut line = format!("  {title:<9}  {}", printable(field));
                    if let Some(value) = lookup_values.as_ref().and_then(|values| values.get(index)) {
                        line.push(' ');
                        line.push_str(&printable_json(value)?);
                    }
                    lines.push(line);
                }
                issues
            }
            Outcome::Rejected { error, issues } => {
                lines.push(format!("  rejected   {}: {}", error.code, error.message));
                issues
            }
        };
        for issue in issues {
            lines.push(format!("  {:<9}  {}: {}", issue.severity, issue.code, issue.message));
        }
        if self.accepted && issues.is_empty() {
            lines.push("  issues     none".to_owned());
        }
        lines.push("\n".to_owned());
        Ok(lines.join("\n"))
    }
}

impl<'p> IssueReport<'p> {
    fn new(issue: &'p Issue) -> Self {
        Self {
            code: issue.code(),
            path: issue.path(),
            severity: issue.severity().as_str(),
            message: issue.to_string(),
        }
    }
}

/// Whether a terminal may get this character: no control, bidi or separator character.
fn prints(character: char) -> bool {
    matches!(character, '"' | '\'' | '\\') || character.escape_debug().len() == 1
}

fn printable(text: &str) -> String {
    let escape = |character: char| match character {
        character if prints(character) => character.to_string(),
        character => character.escape_debug().to_string(),
    };
    text.chars().map(escape).collect()
}

fn printable_json(value: &impl Serialize) -> io::Result<String> {
    let mut json = Vec::new();
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut json, PrintableJson))?;
    String::from_utf8(json).map_err(io::Error::other)
}

/// Compact JSON on one line, in which what does not print is escaped.
struct PrintableJson;

impl serde_json::ser::Formatter for PrintableJson {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        for character in fragment.chars() {
            if prints(character) {
                write!(writer, "{character}")?;
            } else {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }

    /// Nested JSON comes as its text, white space included.
    fn write_raw_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let spaced = fragment.replace(['\n', '\r', '\t'], " ");
        self.write_string_fragment(writer, &spaced)
    }
}
