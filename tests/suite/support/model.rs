//! The content of a payload, computed from a tree of JSON.

use std::collections::BTreeMap;

use rownd_webhooks::{REDACTED, Redactable};
use serde_json::Value;

/// The names in the list `redacted`.
pub(crate) fn listed(body: &Value) -> Vec<&str> {
    body["redacted"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The fields: those in `data`, and those that are listed as redacted.
pub(crate) fn model_fields(body: &Value) -> BTreeMap<String, Redactable<Value>> {
    let visible = |value: &Value| {
        if value == REDACTED { Redactable::Redacted } else { Redactable::Visible(value.clone()) }
    };
    let data = body["data"].as_object().into_iter().flatten();
    let mut fields: BTreeMap<_, _> = data.map(|(name, value)| (name.clone(), visible(value))).collect();
    fields.extend(listed(body).into_iter().map(|name| (name.to_owned(), Redactable::Redacted)));
    fields
}

/// The body as a payload is serialized: with the sentinel for withheld values.
pub(crate) fn written_back(body: &Value) -> Value {
    let mut written = body.clone();
    for name in listed(body) {
        if let Some(value) = written.get_mut("data").and_then(|data| data.get_mut(name)) {
            *value = REDACTED.into();
        }
    }
    written
}
