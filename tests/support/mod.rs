//! What the tests share: helpers of two words.

#![allow(dead_code, reason = "each test file uses some of them")]

use rownd_webhooks::{Issue, ParseError, Payload, Severity};
use serde_json::Value;

/// An issue as tests compare it: code, path, severity.
pub(crate) type Told = (&'static str, String, Severity);

#[track_caller]
pub(crate) fn payload(body: &str) -> Payload<'_> {
    rownd_webhooks::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

#[track_caller]
pub(crate) fn parse_err(body: &str) -> ParseError {
    rownd_webhooks::from_str(body).expect_err(body)
}

#[track_caller]
pub(crate) fn issue_codes(body: &str) -> Vec<&'static str> {
    payload(body).issues().iter().map(Issue::code).collect()
}

pub(crate) fn told(issues: &[Issue]) -> Vec<Told> {
    issues.iter().map(|issue| (issue.code(), issue.path().to_owned(), issue.severity())).collect()
}

/// A `data_update` about user `u` with an e-mail lookup value: `data` and `redacted` are JSON text of members and elements.
pub(crate) fn update_body(data: &str, redacted: &str) -> String {
    let comma = if data.is_empty() { "" } else { "," };
    format!(
        r#"{{"data":{{"user_id":"u"{comma}{data}}},"redacted":[{redacted}],"meta":{{"operation":"data_update","lookup_values":[{{"field":"email","value":"a@example.com"}}]}}}}"#
    )
}

/// What each way in makes of a body: the payload, or the error's text.
pub(crate) fn every_door(body: &str) -> Vec<(&'static str, Result<Payload<'static>, String>)> {
    let bytes = body.as_bytes();
    let tree = serde_json::from_str::<Value>(body).map_err(|error| error.to_string());
    let from_tree = |tree: Value| Payload::try_from(tree).map_err(|error| error.to_string());
    let read_tree = |tree: Value| serde_json::from_value(tree).map_err(|error| error.to_string());
    vec![
        (
            "from_str",
            rownd_webhooks::from_str(body).map(Payload::into_owned).map_err(|error| error.to_string()),
        ),
        (
            "from_slice",
            rownd_webhooks::from_slice(bytes).map(Payload::into_owned).map_err(|error| error.to_string()),
        ),
        ("from_reader", rownd_webhooks::from_reader(bytes).map_err(|error| error.to_string())),
        ("FromStr", body.parse().map_err(|error: ParseError| error.to_string())),
        ("serde_json::from_str", serde_json::from_str(body).map_err(|error| error.to_string())),
        ("serde_json::from_slice", serde_json::from_slice(bytes).map_err(|error| error.to_string())),
        ("serde_json::from_reader", serde_json::from_reader(bytes).map_err(|error| error.to_string())),
        ("serde_json::from_value", tree.clone().and_then(read_tree)),
        ("TryFrom<Value>", tree.and_then(from_tree)),
    ]
}

/// The payload by each way in, where all of them have to let the body in.
#[track_caller]
pub(crate) fn every_payload(body: &str) -> Vec<(&'static str, Payload<'static>)> {
    let doors = every_door(body).into_iter();
    doors.map(|(door, read)| (door, read.unwrap_or_else(|error| panic!("{door}: {error}: {body}")))).collect()
}
