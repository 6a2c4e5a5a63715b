//! `sync::Mirror` and `sync::decide`: the rules of a copy, one by one, and laws that hold for all of them.

mod laws;
mod oracle;

use std::time::Instant;

use rownd_webhooks::sync::{Applied, Decision, Found, Mirror, Reason, decide};
use rownd_webhooks::testing;
use rownd_webhooks::{Payload, UserId};
use serde_json::{Value, json};

use Applied::{Ambiguous, Created, Deleted, Ignored, Unchanged, Updated};

fn delivery(operation: &str, data: Value, redacted: &[&str], lookup_values: &[(&str, &str)]) -> Value {
    let lookup_values = lookup_values.iter().map(|(field, value)| json!({"field": field, "value": value}));
    let lookup_values: Vec<Value> = lookup_values.collect();
    json!({"data": data, "redacted": redacted, "meta": {"operation": operation, "lookup_values": lookup_values}})
}

fn insert(data: Value, lookup_values: &[(&str, &str)]) -> Value {
    delivery("data_insert", data, &[], lookup_values)
}

fn update(data: Value, lookup_values: &[(&str, &str)]) -> Value {
    delivery("data_update", data, &[], lookup_values)
}

fn delete(data: Value, lookup_values: &[(&str, &str)]) -> Value {
    delivery("delete", data, &[], lookup_values)
}

const ADA: (&str, &str) = ("email", "ada@example.com");
const PHONE: (&str, &str) = ("phone_number", "+47");

fn apply(mirror: &mut Mirror, body: &Value) -> Applied {
    mirror.apply(&body.to_string().parse().unwrap()).unwrap().applied
}

/// Applies deliveries, each with what it does.
#[track_caller]
fn mirror_after<const N: usize>(history: [(Value, Applied); N]) -> Mirror {
    let mut mirror = Mirror::new();
    for (position, (body, applied)) in history.into_iter().enumerate() {
        assert_eq!(apply(&mut mirror, &body), applied, "delivery {position}: {body}");
    }
    mirror
}

/// The user ids of the profiles.
fn ids(mirror: &Mirror) -> Vec<Option<&str>> {
    mirror.iter().map(|profile| profile.user_id().map(UserId::as_str)).collect()
}

#[test]
fn a_delete_may_name_the_user_id_in_a_lookup_value() {
    let mirror = mirror_after([
        (insert(json!({"user_id": "u-1"}), &[]), Created),
        (delete(json!({}), &[("user_id", "u-1")]), Deleted),
        (update(json!({"user_id": "u-1"}), &[]), Ignored),
    ]);
    assert!(mirror.is_empty() && mirror.deleted_ids().eq(["u-1"]));
}

#[test]
fn the_letter_case_and_the_order_of_lookup_values_do_not_change_the_partition_key() {
    let key = |lookup_values: &[(&str, &str)]| {
        let payload = Payload::try_from(delete(json!({}), lookup_values)).unwrap();
        payload.subject().unwrap().partition_key().into_owned()
    };
    assert_eq!(key(&[("email", "Ada@Example.com")]), "email=ada@example.com");
    assert_eq!(key(&[PHONE, ADA]), key(&[ADA, PHONE]));
}

#[test]
fn a_visible_field_says_more_than_an_old_lookup_value() {
    let mirror = mirror_after([
        (
            insert(json!({"user_id": "u-1", "email": "old@example.com"}), &[("email", "old@example.com")]),
            Created,
        ),
        (
            update(json!({"user_id": "u-1", "email": "new@example.com"}), &[("email", "old@example.com")]),
            Updated,
        ),
        (insert(json!({"user_id": "u-2", "email": "old@example.com"}), &[PHONE]), Created),
        (delete(json!({}), &[("email", "old@example.com")]), Deleted),
    ]);
    assert_eq!(ids(&mirror), [Some("u-1")]);
}

#[test]
fn a_number_is_found_by_its_text() {
    let mirror = mirror_after([
        (insert(json!({"email": 7}), &[PHONE]), Created),
        (update(json!({"user_id": "u-1"}), &[("email", "7")]), Updated),
    ]);
    assert_eq!(mirror.find("email", "7"), mirror.get("u-1"));
    assert!(mirror.find("email", "7").is_some());
}

#[test]
fn a_late_insert_restores_a_deleted_user() {
    let ada = insert(json!({"user_id": "u-1"}), &[ADA]);
    let gone = delete(json!({"user_id": "u-1"}), &[]);
    let mirror = mirror_after([(ada.clone(), Created), (gone, Deleted), (ada, Created)]);
    assert_eq!((ids(&mirror), mirror.deleted_ids().count()), (vec![Some("u-1")], 0));
}

#[test]
fn an_update_without_an_id_after_a_delete_with_one_creates_a_profile() {
    let mirror = mirror_after([
        (insert(json!({"user_id": "u-1"}), &[ADA]), Created),
        (delete(json!({"user_id": "u-1"}), &[ADA]), Deleted),
        (update(json!({}), &[ADA]), Created),
    ]);
    assert_eq!(ids(&mirror), [None]);
}

#[test]
fn an_update_without_an_id_after_a_delete_without_one_is_ignored_until_an_insert() {
    mirror_after([
        (insert(json!({}), &[ADA]), Created),
        (delete(json!({}), &[ADA]), Deleted),
        (update(json!({"email": "ada@example.com"}), &[ADA]), Ignored),
        (insert(json!({}), &[("email", "Ada@example.com")]), Created),
        (update(json!({}), &[ADA]), Unchanged),
    ]);
}

#[test]
fn a_profile_without_an_id_adopts_one_and_is_not_merged_with_another() {
    let mirror = mirror_after([
        (insert(json!({"a": 1}), &[ADA]), Created),
        (update(json!({"user_id": "u-1", "b": 2}), &[ADA]), Updated),
        (update(json!({"user_id": "u-2"}), &[ADA]), Created),
        (insert(json!({}), &[PHONE]), Created),
        (update(json!({"user_id": "u-1"}), &[PHONE]), Updated),
    ]);
    assert_eq!(ids(&mirror), [Some("u-1"), Some("u-2"), None]);
    assert!(mirror.get("u-1").unwrap().fields().names().eq(["a", "b", "user_id"]));
}

#[test]
fn identifiers_of_several_profiles_are_ambiguous_for_each_operation() {
    let mut mirror = mirror_after([
        (insert(json!({"user_id": "u-1"}), &[ADA]), Created),
        (insert(json!({"user_id": "u-2"}), &[PHONE]), Created),
        (insert(json!({}), &[ADA, PHONE]), Ambiguous),
        (update(json!({"email": "new@example.com"}), &[ADA, PHONE]), Ambiguous),
        (delete(json!({}), &[ADA, PHONE]), Ambiguous),
    ]);
    assert_eq!(ids(&mirror), [Some("u-1"), Some("u-2")]);
    assert_eq!(mirror.find("email", "new@example.com"), None);
    // One profile shows what another is remembered by.
    let shown = update(json!({"user_id": "u-2", "email": "Ada@example.com"}), &[]);
    assert_eq!(apply(&mut mirror, &shown), Updated);
    assert_eq!(mirror.find("email", "ada@example.com"), None);
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
fn an_ambiguous_delete_leaves_the_tombstone_of_its_id() {
    let mirror = mirror_after([
        (insert(json!({}), &[ADA]), Created),
        (insert(json!({}), &[PHONE]), Created),
        (delete(json!({"user_id": "u-1"}), &[ADA, PHONE]), Ambiguous),
        (update(json!({"user_id": "u-1"}), &[ADA, PHONE]), Ignored),
    ]);
    assert_eq!((ids(&mirror), mirror.deleted_ids().collect::<Vec<_>>()), (vec![None, None], vec!["u-1"]));
}

#[test]
fn forgotten_deletes_no_longer_stop_late_updates() {
    let mut mirror = mirror_after([
        (delete(json!({"user_id": "u-1"}), &[ADA]), Unchanged),
        (delete(json!({}), &[ADA]), Unchanged),
    ]);
    assert_ne!(mirror, Mirror::new());
    mirror.forget_deleted();
    assert_eq!(mirror, Mirror::new());
    for late in [update(json!({"user_id": "u-1"}), &[]), update(json!({}), &[ADA])] {
        assert_eq!(mirror.decide(&late.to_string().parse().unwrap()), Ok(Decision::Create));
    }
}

#[test]
fn a_lookup_value_is_remembered_while_its_field_shows_no_text() {
    let by = |email: &'static str| ("email", email);
    let (id, mut mirror) = (json!({"user_id": "u-1"}), Mirror::new());
    for (body, remembered) in [
        (delivery("data_update", id.clone(), &["email"], &[by("Ada@Example.com")]), Some("ada@example.com")),
        (update(id.clone(), &[by("ADA@example.com")]), Some("ada@example.com")),
        (update(id.clone(), &[by("b"), ("user_id", "u-9")]), Some("b")),
        (update(id.clone(), &[by("")]), Some("b")),
        (update(json!({"user_id": "u-1", "email": "ada@example.com"}), &[]), None),
        (update(id.clone(), &[by("c")]), None),
        (update(json!({"user_id": "u-1", "email": null}), &[]), None),
        (update(id, &[by("c"), by("d")]), Some("d")),
    ] {
        apply(&mut mirror, &body);
        let lookup_values = mirror.get("u-1").unwrap().lookup_values();
        let found = lookup_values.iter().map(|lookup| (lookup.field(), lookup.identifier().unwrap()));
        assert!(found.eq(remembered.map(|email| ("email", email))), "{body}");
    }
}

#[test]
fn a_user_id_stays_when_its_field_is_hidden() {
    let mut mirror = mirror_after([(insert(json!({"user_id": "u-1", "a": 1}), &[]), Created)]);
    let hidden = delivery("visibility_update", json!({}), &["user_id"], &[("user_id", "u-1")]);
    let change = mirror.apply(&hidden.to_string().parse().unwrap()).unwrap();
    assert_eq!((change.applied, change.after.unwrap().user_id().unwrap().as_str()), (Updated, "u-1"));
    assert!(mirror.get("u-1").unwrap().fields().is_redacted("user_id"));
}

#[test]
fn labels_are_words_in_lower_case() {
    for applied in [Created, Updated, Deleted, Unchanged, Ambiguous, Ignored] {
        assert_eq!(applied.label(), format!("{applied:?}").to_lowercase());
    }
}

/// With a search through all profiles that share a value, or that did so before they were deleted, this would take minutes.
#[test]
fn profiles_that_share_a_value_do_not_slow_deliveries_down() {
    const COUNT: usize = 20_000;
    let started = Instant::now();
    let mut mirror = Mirror::new();
    let mut apply = |data: &str, operation: &str, field: &str, value: &str| {
        let lookup = format!(r#"{{"field":"{field}","value":"{value}"}}"#);
        let meta = format!(r#"{{"operation":"{operation}","lookup_values":[{lookup}]}}"#);
        let body = format!(r#"{{"data":{data},"redacted":[],"meta":{meta}}}"#);
        mirror.apply(&rownd_webhooks::from_str(&body).unwrap()).unwrap().applied
    };
    // Half of the profiles have an id, and the others differ in their phone numbers only.
    for index in 0..COUNT {
        let number = index.to_string();
        let (data, field) = if index % 2 == 0 {
            (format!(r#"{{"user_id":"{index}","email":"shared@example.com"}}"#), "nick")
        } else {
            (r#"{"email":"shared@example.com"}"#.to_owned(), "phone_number")
        };
        assert_eq!(apply(&data, "data_insert", field, &number), Created);
    }
    for _ in 0..COUNT {
        assert_eq!(apply("{}", "delete", "email", "shared@example.com"), Ambiguous);
    }
    for index in 0..COUNT {
        let field = if index % 2 == 0 { "user_id" } else { "phone_number" };
        assert_eq!(apply("{}", "delete", field, &index.to_string()), Deleted);
    }
    for _ in 0..COUNT {
        assert_eq!(apply("{}", "delete", "email", "shared@example.com"), Unchanged);
    }
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

/// With a copy of the field for each lookup value, this would take gigabytes.
#[test]
fn many_lookup_values_for_one_long_field_cost_it_once() {
    let long = format!("\\u0041{}", "X".repeat(1_000_000));
    let lookup_values: Vec<String> =
        (0..9_000).map(|index| format!(r#"{{"field":"email","value":"{index}"}}"#)).collect();
    let lookup_values = lookup_values.join(",");
    let body = format!(
        r#"{{"data":{{"email":"{long}"}},"redacted":[],"meta":{{"operation":"data_update","lookup_values":[{lookup_values}]}}}}"#
    );
    let payload = rownd_webhooks::from_str(&body).unwrap();
    assert_eq!(payload.subject().unwrap().identifiers().count(), 9_001);
    let mut mirror = Mirror::new();
    assert_eq!(mirror.apply(&payload).unwrap().applied, Created);
    assert_eq!(mirror.apply(&payload).unwrap().applied, Unchanged);
}
