//! The report about one body.

use std::io;

use anstyle::{AnsiColor, Style};
use rownd_webhooks::{Issue, LookupValue, ParseError, Payload, Redactable, Value};
use serde::Serialize;

use crate::printable::{self, printable};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const MAGENTA: Style = AnsiColor::Magenta.on_default();

#[derive(Serialize)]
pub(crate) struct Report<'p> {
    source: &'p str,
    accepted: bool,
    #[serde(flatten)]
    outcome: Outcome<'p>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Outcome<'p> {
    Parsed {
        operation: &'p str,
        user_id: Option<&'p str>,
        fields: Vec<FieldReport<'p>>,
        lookup_fields: Vec<&'p str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        lookup_values: Option<Vec<Redactable<&'p str>>>,
        issues: Vec<IssueReport<'p>>,
    },
    Refused {
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
    pub(crate) fn new(
        source: &'p str,
        accepted: bool,
        body: &'p Result<Payload<'_>, ParseError>,
        issues: &'p [Issue],
        shows_values: bool,
    ) -> Self {
        let issues = issues.iter().map(IssueReport::new).collect();
        let outcome = match body {
            Ok(payload) => Outcome::Parsed {
                operation: payload.operation().as_str(),
                user_id: payload.user_id().map(rownd_webhooks::UserId::as_str),
                fields: payload
                    .fields()
                    .iter()
                    .map(|(name, field)| FieldReport::new(name, field, shows_values))
                    .collect(),
                lookup_fields: payload.lookup_values().iter().map(LookupValue::field).collect(),
                lookup_values: shows_values
                    .then(|| payload.lookup_values().iter().map(LookupValue::value).collect()),
                issues,
            },
            Err(error) => Outcome::Refused { error: ErrorReport::new(error), issues },
        };
        Self { source, accepted, outcome }
    }

    /// Returns the report as text, with colors that a stream may strip.
    pub(crate) fn text(&self) -> io::Result<String> {
        let mut lines = vec![format!("{BOLD}{}{BOLD:#}", printable(self.source))];
        let issues = match &self.outcome {
            Outcome::Parsed { operation, user_id, fields, lookup_fields, lookup_values, issues } => {
                lines.push(line("operation", &printable(operation)));
                lines.push(line("user", &user_id.map_or("(no user id)".to_owned(), printable)));
                let width = fields.iter().map(|field| printable(field.name).chars().count()).max();
                let width = width.unwrap_or(0).min(32);
                for (index, field) in fields.iter().enumerate() {
                    let title = if index == 0 { "fields" } else { "" };
                    lines.push(line(title, &field.text(width)?));
                }
                for (index, field) in lookup_fields.iter().enumerate() {
                    let title = if index == 0 { "lookup by" } else { "" };
                    let mut text = printable(field);
                    if let Some(value) = lookup_values.as_ref().and_then(|values| values.get(index)) {
                        text = format!("{text} {}", printable::json(value)?);
                    }
                    lines.push(line(title, &text));
                }
                issues
            }
            Outcome::Refused { error, issues } => {
                lines.push(format!("  {RED}rejected {RED:#}  {}: {}", error.code, error.message));
                if error.code == "trailing_data" {
                    lines.push(line("hint", "use --ndjson if each line is a body"));
                }
                issues
            }
        };
        for issue in issues {
            let style = if issue.severity == "error" { RED } else { YELLOW };
            lines.push(format!("  {style}{:<9}{style:#}  {}: {}", issue.severity, issue.code, issue.message));
        }
        if self.accepted && issues.is_empty() {
            lines.push(line("issues", "none"));
        }
        Ok(lines.join("\n") + "\n")
    }
}

fn line(title: &str, text: &str) -> String {
    format!("  {DIM}{title:<9}{DIM:#}  {text}")
}

impl<'p> FieldReport<'p> {
    fn new(name: &'p str, field: &'p Redactable<Value<'_>>, shows_values: bool) -> Self {
        Self {
            name,
            state: if field.is_redacted() { "redacted" } else { "visible" },
            type_name: field.visible().map(Value::type_name),
            value: field.visible().filter(|_| shows_values),
        }
    }

    fn text(&self, width: usize) -> io::Result<String> {
        let name = printable(self.name);
        let Some(type_name) = self.type_name else {
            return Ok(format!("{name:<width$}  {MAGENTA}{}{MAGENTA:#}", self.state));
        };
        let value = self.value.map(printable::json).transpose()?.map(|json| format!(" {json}"));
        Ok(format!("{name:<width$}  {} {type_name}{}", self.state, value.unwrap_or_default()))
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

impl<'p> ErrorReport<'p> {
    fn new(error: &'p ParseError) -> Self {
        Self {
            code: error.code(),
            path: error.path(),
            line: error.line(),
            column: error.column(),
            message: error.to_string(),
        }
    }
}
