//! `sync::Mirror` and `sync::decide`: the rules of a copy, one by one, and laws that hold for all of them.

mod laws;
mod oracle;

use rownd_webhooks::Payload;
use rownd_webhooks::sync::{Applied, Decision, Found, Mirror, Reason, decide};
use rownd_webhooks::testing;
use serde_json::{Value, json};

use crate::support::{Body, list};

use Applied::{Ambiguous, Created, Deleted, Ignored, Unchanged, Updated};

fn delivery(operation: &str, data: Value, redacted: &[&str], lookup_values: &[(&str, &str)]) -> Value {
    let lookup_values = lookup_values.iter().map(|(field, value)| json!({"field": field, "value": value}));
    let lookup_values: Vec<Value> = lookup_values.collect();
    json!({"data": data, "redacted": redacted, "meta": {"operation": operation, "lookup_values": lookup_values}})
}

#[test]
fn equal_candidates_count_once() {
    let delete = testing::delete().build();
    let decision = |candidates: &[&'static str]| {
        let found = Found { profile: None, deleted: false, candidates: candidates.to_vec() };
        decide(delete.operation(), &delete.subject().unwrap(), found)
    };
    assert_eq!(decision(&["row 1", "row 1", "row 1"]), Decision::Delete("row 1"));
    assert_eq!(decision(&["row 1", "row 1", "row 2"]), Decision::Nothing(Reason::Ambiguous));
}

#[test]
fn forgotten_deletes_no_longer_stop_late_updates() {
    let mut mirror = Mirror::new();
    let ada = [("email", "ada@example.com")];
    for data in [json!({"user_id": "u-1"}), json!({})] {
        let payload = |operation| Payload::try_from(delivery(operation, data.clone(), &[], &ada)).unwrap();
        let (delete, late) = (payload("delete"), payload("data_update"));
        assert_eq!(mirror.apply(&delete).unwrap().applied, Unchanged);
        assert_eq!(mirror.decide(&late), Ok(Decision::Nothing(Reason::Deleted)));
        assert_ne!(mirror, Mirror::new());
        mirror.forget_deleted();
        assert_eq!(mirror, Mirror::new());
        assert_eq!(mirror.decide(&late), Ok(Decision::Create));
    }
}

#[test]
fn labels_are_words_in_lower_case() {
    let labels = [Created, Updated, Deleted, Unchanged, Ambiguous, Ignored].map(Applied::label);
    assert_eq!(labels, ["created", "updated", "deleted", "unchanged", "ambiguous", "ignored"]);
}

/// With a search through all profiles that share a value, or that did so before they were deleted, this would take minutes.
#[test]
fn profiles_that_share_a_value_do_not_slow_deliveries_down() {
    let mut mirror = Mirror::new();
    let mut apply = |data: &str, operation: &str, field: &str, value: &str| {
        let body =
            Body { operation, data, lookup_values: &lookup(field, value), ..Body::default() }.to_string();
        mirror.apply(&rownd_webhooks::from_str(&body).unwrap()).unwrap().applied
    };
    for index in 0..20_000 {
        let data = format!(r#"{{"user_id":"{index}","email":"shared@example.com"}}"#);
        assert_eq!(apply(&data, "data_insert", "email", "shared@example.com"), Created);
    }
    for _ in 0..20_000 {
        assert_eq!(apply("{}", "delete", "email", "shared@example.com"), Ambiguous);
    }
    for index in 0..20_000 {
        assert_eq!(apply("{}", "delete", "user_id", &index.to_string()), Deleted);
    }
    assert_eq!(apply("{}", "delete", "email", "shared@example.com"), Unchanged);
}

fn lookup(field: &str, value: &str) -> String {
    format!(r#"[{{"field":"{field}","value":"{value}"}}]"#)
}

/// With a copy of the field for each lookup value, this would take gigabytes.
#[test]
fn a_long_field_is_copied_once_for_many_lookup_values() {
    let long = format!("\\u0041{}", "X".repeat(1_000_000));
    let lookup_values = list(9_000, |index| format!(r#"{{"field":"email","value":"{index}"}}"#));
    let (data, lookup_values) = (&format!(r#"{{"email":"{long}"}}"#), &format!("[{lookup_values}]"));
    let body = Body { data, lookup_values, ..Body::default() }.to_string();
    let payload = rownd_webhooks::from_str(&body).unwrap();
    assert_eq!(payload.subject().unwrap().identifiers().count(), 9_001);
    let mut mirror = Mirror::new();
    assert_eq!(mirror.apply(&payload).unwrap().applied, Created);
    assert_eq!(mirror.apply(&payload).unwrap().applied, Unchanged);
}
