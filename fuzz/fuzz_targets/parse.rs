//! Law: whatever the bytes, nothing panics, no message is long or moves a terminal, and a struct reads the same behind a buffer.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use rownd_webhooks::sync::{Changes, SyncPlan};
use rownd_webhooks::{Parser, Payload, Redactable, Value};
use serde::Deserialize;

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is decoded, not used")]
struct Profile {
    user_id: Option<String>,
    email: Option<Redactable<String>>,
    age: Option<Redactable<u8>>,
    #[serde(flatten)]
    rest: BTreeMap<String, Option<serde_json::Value>>,
}

#[derive(Deserialize, PartialEq)]
struct Known {
    user_id: Option<Redactable<String>>,
    email: Option<String>,
    country: Option<Redactable<String>>,
    first_name: Option<String>,
    last_name: Option<Redactable<Option<String>>>,
}

#[derive(Deserialize)]
struct Flat {
    #[serde(flatten)]
    known: Known,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Either {
    Known(Known),
    Other(#[expect(dead_code, reason = "it is decoded, not used")] serde_json::Value),
}

/// What a struct reads, it reads behind a buffer too, but for numbers that a buffer does not hold.
fn is_read_behind_a_buffer(payload: &Payload<'_>) {
    let Ok(straight) = payload.decode::<Known>() else {
        assert!(payload.decode::<Flat>().is_err());
        return;
    };
    if let Ok(Flat { known }) = payload.decode() {
        assert!(known == straight);
    }
    if let Ok(either) = payload.decode() {
        assert!(matches!(either, Either::Known(known) if known == straight));
    }
}

/// Messages are short, and a text of any length moves no terminal.
fn is_safe(message: &str) {
    assert!(message.chars().count() < 512, "{message:?}");
    is_still(message);
}

fn is_still(text: &str) {
    let moves = |character: char| {
        character.is_control()
            || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.contains(moves), "{text:?}");
}

fn look_at(payload: &Payload<'_>) {
    is_safe(&payload.to_string());
    is_still(&format!("{payload:?}"));
    for issue in payload.issues() {
        is_safe(&issue.to_string());
        is_safe(issue.path());
    }
    if let Err(error) = payload.validate() {
        is_safe(&error.to_string());
    }
    for (name, field) in payload.fields() {
        assert_eq!(payload.field(name), Some(field));
        let Redactable::Visible(value) = field else { continue };
        let _ = (value.as_str(), value.as_bool(), value.as_i64(), value.as_u64(), value.as_f64());
        let _ = (value.as_date(), value.as_datetime());
        if let Err(error) = value.decode::<Vec<String>>() {
            is_safe(&error.to_string());
        }
        if let Value::Array(json) | Value::Object(json) = value {
            let _ = json.to_value();
        }
    }
    let _ = (payload.user_id(), payload.email(), payload.phone_number(), payload.canonical_json());
    let _ = payload.redacted().map(str::len).sum::<usize>();
    let _ = payload.lookup_values().iter().flat_map(|lookup| lookup.extra()).count();
    if let Err(error) = payload.decode::<Profile>() {
        is_safe(&error.to_string());
    }
    let _ = payload.decode::<BTreeMap<String, Redactable<serde_json::Value>>>();
    is_read_behind_a_buffer(payload);
    match payload.sync_plan() {
        Ok(SyncPlan::Upsert { subject, set, erase }) => {
            assert!(!subject.key().is_empty());
            let erased: Vec<&str> = erase.iter().collect();
            assert!(set.iter().all(|(name, _)| !erased.contains(&name)) || erased.len() > 1_000);
        }
        Ok(SyncPlan::Delete { subject }) => assert!(!subject.key().is_empty()),
        Ok(SyncPlan::Ignore) => {}
        Err(error) => is_safe(&error.to_string()),
    }
    assert!(Changes::between(payload.fields(), payload.fields()).is_empty());
    let owned = payload.clone().into_owned();
    assert_eq!(&owned, payload);
    match owned.into_event() {
        Ok(event) => is_still(&format!("{event:?}")),
        Err(error) => is_safe(&error.to_string()),
    }
}

fuzz_target!(|body: &[u8]| {
    match rownd_webhooks::from_slice(body) {
        Ok(payload) => look_at(&payload),
        Err(error) => {
            is_safe(&error.to_string());
            is_safe(error.path().unwrap_or_default());
        }
    }
    let strict = Parser::new().strict(true).max_fields(3).parse(body);
    if let Err(error) = strict {
        is_safe(&error.to_string());
    }
});
