//! Law: nothing panics, and no message contains a value, is long, or has a control or bidirectional character.
#![no_main]

use std::collections::BTreeMap;
use std::fmt::{Debug, Display};

use libfuzzer_sys::fuzz_target;
use rownd_webhooks::sync::{Changes, Mirror};
use rownd_webhooks::{DecodeError, ParseError, Parser, Payload, Redactable};
use serde::Deserialize;

/// The prefix of string values. No name contains it.
const MARKER: &str = "m4rk3r";

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only decoded")]
struct Profile {
    user_id: Option<String>,
    email: Option<Redactable<String>>,
    age: Option<Redactable<u8>>,
    #[serde(flatten)]
    rest: BTreeMap<String, Option<serde_json::Value>>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only decoded")]
struct Known {
    user_id: Redactable<String>,
    first_name: Option<Name>,
    last_name: Redactable<Option<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Name {
    Juliet,
    Rose(#[expect(dead_code, reason = "only decoded")] String),
}

fn assert_plain(text: &str) {
    let is_special = |character: char| {
        character.is_control()
            || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.contains(is_special) && !text.contains(MARKER), "{text:?}");
}

fn assert_plain_debug(value: &impl Debug) {
    assert_plain(&format!("{value:?}"));
}

/// Checks an error or an issue, and its path.
fn check_message(message: &(impl Display + Debug), path: Option<&str>) {
    for text in [&*message.to_string(), path.unwrap_or_default()] {
        assert!(text.chars().count() < 512, "{text:?}");
        assert_plain(text);
    }
    assert_plain_debug(message);
}

fn check_error(error: &ParseError) {
    check_message(error, error.path());
    assert_plain_debug(error.kind());
}

fn check_decoded<T>(decoded: Result<T, DecodeError>) {
    if let Err(error) = decoded {
        check_message(&error, error.path());
    }
}

fn check_values(payload: &Payload<'_>) {
    for (name, field) in payload.fields() {
        assert_eq!(payload.field(name), Some(field));
        let Redactable::Visible(value) = field else { continue };
        let _ = (value.as_i64(), value.as_u64(), value.as_f64(), value.as_date(), value.as_datetime());
        let _ = value.to_json();
        check_decoded(value.decode::<Vec<String>>());
        check_decoded(value.decode::<Name>());
    }
    check_decoded(payload.decode::<Profile>());
    check_decoded(payload.decode::<Known>());
    check_decoded(payload.decode::<BTreeMap<String, Redactable<bool>>>());
}

fn check_payload(payload: Payload<'_>) {
    // Messages may contain user ids and names.
    let is_marked = |text: &str| text.contains(MARKER);
    if payload.user_id().is_some_and(|id| is_marked(id.as_str()))
        || is_marked(payload.operation().as_str())
        || payload.lookup_values().iter().any(|lookup| is_marked(lookup.field()))
    {
        return;
    }

    // It contains the whole user id, so it may be long.
    assert_plain(&payload.to_string());
    assert_plain_debug(&payload);
    for issue in payload.issues() {
        check_message(&issue, Some(issue.path()));
    }
    if let Err(error) = payload.validate() {
        check_message(&error, None);
    }
    let _ = (payload.email(), payload.phone_number(), payload.canonical_json());
    check_values(&payload);

    assert!(Changes::between(payload.fields(), payload.fields()).is_empty());
    assert!(Changes::in_update(payload.fields(), payload.fields()).is_empty());
    let mut mirror = Mirror::new();
    assert_plain_debug(&mirror.decide(&payload));
    assert_plain_debug(&mirror.apply(&payload));
    assert_plain_debug(&mirror);
    match payload.subject() {
        Ok(subject) => {
            assert!(!subject.partition_key().is_empty());
            assert_plain_debug(&subject);
            // A repeat changes nothing.
            let once = mirror.clone();
            assert!(mirror.apply(&payload).is_ok_and(|change| change.before.is_none()) && mirror == once);
        }
        Err(error) => check_message(&error, None),
    }
    match payload.into_event() {
        Ok(event) => {
            assert_plain(&event.to_string());
            assert_plain_debug(&event);
        }
        Err(error) => check_message(&error, None),
    }
}

/// Marks string values that directly follow a colon. Spaces leave a value unmarked, such as a user id, a date or the sentinel.
///
/// No name is marked: a colon in front of a quote that ends a string, as in `"a:"`, makes the text malformed.
fn with_markers(body: &[u8]) -> Vec<u8> {
    let mut marked = Vec::with_capacity(2 * body.len());
    for byte in body {
        marked.push(*byte);
        if marked.ends_with(b":\"") {
            marked.extend_from_slice(MARKER.as_bytes());
        }
    }
    marked
}

fuzz_target!(|body: &[u8]| {
    // libFuzzer sees what a program compares, and copies the marker into names.
    if body.windows(MARKER.len()).any(|bytes| bytes == MARKER.as_bytes()) {
        return;
    }
    let body = with_markers(body);
    match rownd_webhooks::from_slice(&body) {
        Ok(payload) => check_payload(payload),
        Err(error) => check_error(&error),
    }
    if let Err(error) = Parser::new().strict(true).max_entries(3).parse(&body) {
        check_error(&error);
    }
    if let Err(error) = serde_json::from_slice::<Payload<'_>>(&body) {
        check_message(&error, None);
    }
});
