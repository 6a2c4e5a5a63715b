//! Helpers that several modules use.

#![allow(dead_code, unused_imports, reason = "a build with some of the modules uses some of it")]

mod body;
mod entry_points;
mod model;
mod readers;
pub(crate) mod strategies;

use rownd_webhooks::{Issue, ParseError, Payload, Severity};

pub(crate) use body::{Body, list};
pub(crate) use entry_points::{VALUE_ENTRY_POINTS, parse_everywhere};
pub(crate) use model::{listed, model_fields, written_back};
pub(crate) use readers::{Endless, Failing, Trickle};

/// The code, path and severity of each issue.
pub(crate) fn summarize(issues: &[Issue]) -> Vec<(&'static str, String, Severity)> {
    issues.iter().map(|issue| (issue.code(), issue.path().to_owned(), issue.severity())).collect()
}

/// The codes of a payload's issues, in their order.
pub(crate) fn issue_codes(payload: &Payload<'_>) -> Vec<&'static str> {
    payload.issues().iter().map(Issue::code).collect()
}

/// Parses a body that has to be valid.
#[track_caller]
pub(crate) fn payload(body: impl ToString) -> Payload<'static> {
    let body = body.to_string();
    body.parse().unwrap_or_else(|error| panic!("{error}: {body}"))
}

/// Parses a body that has to be invalid, and returns the error.
#[track_caller]
pub(crate) fn parse_error(body: impl ToString) -> ParseError {
    let body = body.to_string();
    body.parse::<Payload<'_>>().expect_err(&body)
}

/// A `data_update` of user `u` with more fields, and with redacted names as JSON.
pub(crate) fn update_body(data: &str, redacted: &str) -> String {
    let comma = if data.is_empty() { "" } else { "," };
    let data = format!(r#"{{"user_id":"u"{comma}{data}}}"#);
    Body { data: &data, redacted: &format!("[{redacted}]"), ..Body::default() }.to_string()
}
