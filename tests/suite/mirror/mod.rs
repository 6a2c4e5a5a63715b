//! `sync::Mirror` and `sync::decide`: the rules of a copy, one by one, and laws that hold for all of them.

mod laws;
mod oracle;

use std::time::Instant;

use rownd_webhooks::sync::{Applied, Decision, Mirror, Reason};
use rownd_webhooks::testing::{self, samples};
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

/// Applies deliveries, each with what it does.
#[track_caller]
fn mirror_after<const N: usize>(history: [(Value, Applied); N]) -> Mirror {
    let mut mirror = Mirror::new();
    for (position, (body, applied)) in history.into_iter().enumerate() {
        let change = mirror.apply(&body.to_string().parse().unwrap()).unwrap();
        assert_eq!(change.applied, applied, "delivery {position}: {body}");
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
    let (email, phone) = (("email", "ada@example.com"), ("phone_number", "+47"));
    assert_eq!(key(&[("email", "Ada@Example.com")]), "email=ada@example.com");
    assert_eq!(key(&[phone, email]), key(&[email, phone]));
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
        (insert(json!({"user_id": "u-2", "email": "old@example.com"}), &[("phone_number", "+47")]), Created),
        (delete(json!({}), &[("email", "old@example.com")]), Deleted),
    ]);
    assert_eq!(ids(&mirror), [Some("u-1")]);
}

#[test]
fn a_number_is_found_by_its_text() {
    let mirror = mirror_after([
        (insert(json!({"email": 7}), &[("phone_number", "+47")]), Created),
        (update(json!({"user_id": "u-1"}), &[("email", "7")]), Updated),
    ]);
    assert_eq!(mirror.find("email", "7"), mirror.get("u-1"));
    assert!(mirror.find("email", "7").is_some());
}

#[test]
fn a_late_insert_restores_a_deleted_user() {
    let ada = insert(json!({"user_id": "u-1"}), &[("email", "ada@example.com")]);
    let gone = delete(json!({"user_id": "u-1"}), &[]);
    let mirror = mirror_after([(ada.clone(), Created), (gone, Deleted), (ada, Created)]);
    assert_eq!((ids(&mirror), mirror.deleted_ids().count()), (vec![Some("u-1")], 0));
}

#[test]
fn an_update_without_an_id_after_a_delete_with_one_creates_a_profile() {
    let email = [("email", "ada@example.com")];
    let mirror = mirror_after([
        (insert(json!({"user_id": "u-1"}), &email), Created),
        (delete(json!({"user_id": "u-1"}), &email), Deleted),
        (update(json!({}), &email), Created),
    ]);
    assert_eq!(ids(&mirror), [None]);
}

#[test]
fn an_update_without_an_id_after_a_delete_without_one_is_ignored_until_an_insert() {
    let email = [("email", "ada@example.com")];
    mirror_after([
        (insert(json!({}), &email), Created),
        (delete(json!({}), &email), Deleted),
        (update(json!({"email": "ada@example.com"}), &email), Ignored),
        (insert(json!({}), &[("email", "Ada@example.com")]), Created),
        (update(json!({}), &email), Unchanged),
    ]);
}

#[test]
fn a_profile_without_an_id_adopts_one_and_is_not_merged_with_another() {
    let (email, phone) = ([("email", "ada@example.com")], [("phone_number", "+47")]);
    let mirror = mirror_after([
        (insert(json!({"a": 1}), &email), Created),
        (update(json!({"user_id": "u-1", "b": 2}), &email), Updated),
        (update(json!({"user_id": "u-2"}), &email), Created),
        (insert(json!({}), &phone), Created),
        (update(json!({"user_id": "u-1"}), &phone), Updated),
    ]);
    assert_eq!(ids(&mirror), [Some("u-1"), Some("u-2"), None]);
    assert!(mirror.get("u-1").unwrap().fields().names().eq(["a", "b", "user_id"]));
}

#[test]
fn identifiers_of_several_profiles_are_ambiguous_for_each_operation() {
    let both = [("email", "ada@example.com"), ("phone_number", "+47")];
    let mut mirror = mirror_after([
        (insert(json!({"user_id": "u-1"}), &both[..1]), Created),
        (insert(json!({"user_id": "u-2"}), &both[1..]), Created),
        (insert(json!({}), &both), Ambiguous),
        (update(json!({"email": "new@example.com"}), &both), Ambiguous),
        (delete(json!({}), &both), Ambiguous),
    ]);
    assert_eq!(ids(&mirror), [Some("u-1"), Some("u-2")]);
    assert_eq!(mirror.find("email", "new@example.com"), None);
    // One profile shows what another is remembered by.
    let shown = update(json!({"user_id": "u-2", "email": "Ada@example.com"}), &[]).to_string();
    assert_eq!(mirror.apply(&shown.parse().unwrap()).unwrap().applied, Updated);
    assert_eq!(mirror.find("email", "ada@example.com"), None);
}

#[test]
fn an_ambiguous_delete_leaves_the_tombstone_of_its_id() {
    let both = [("email", "ada@example.com"), ("phone_number", "+47")];
    let mirror = mirror_after([
        (insert(json!({}), &both[..1]), Created),
        (insert(json!({}), &both[1..]), Created),
        (delete(json!({"user_id": "u-1"}), &both), Ambiguous),
        (update(json!({"user_id": "u-1"}), &both), Ignored),
    ]);
    assert_eq!((ids(&mirror), mirror.deleted_ids().collect::<Vec<_>>()), (vec![None, None], vec!["u-1"]));
}

#[test]
fn forgotten_deletes_no_longer_stop_late_updates() {
    let email = [("email", "ada@example.com")];
    let mut mirror = mirror_after([
        (delete(json!({"user_id": "u-1"}), &email), Unchanged),
        (delete(json!({}), &email), Unchanged),
    ]);
    assert_ne!(mirror, Mirror::new());
    mirror.forget_deleted();
    assert_eq!(mirror, Mirror::new());
    for late in [update(json!({"user_id": "u-1"}), &[]), update(json!({}), &email)] {
        assert_eq!(mirror.decide(&late.to_string().parse().unwrap()), Ok(Decision::Create));
    }
}

#[test]
fn a_lookup_value_is_remembered_while_its_field_shows_no_text() {
    let remembered = |mirror: &Mirror| -> Vec<(String, String)> {
        let lookup_values = mirror.get("u-1").unwrap().lookup_values().iter();
        lookup_values
            .map(|lookup| (lookup.field().to_owned(), lookup.identifier().unwrap().to_owned()))
            .collect()
    };
    let mut mirror = Mirror::new();
    let hidden =
        delivery("visibility_update", json!({"user_id": "u-1"}), &["email"], &[("email", "Ada@Example.com")]);
    let shown = update(json!({"user_id": "u-1", "email": "ada@example.com"}), &[]);
    let cleared = update(json!({"user_id": "u-1", "email": null}), &[]);
    let is = |email: &str| vec![("email".to_owned(), email.to_owned())];
    for (body, expected) in [
        (hidden, is("ada@example.com")),
        (update(json!({"user_id": "u-1"}), &[("email", "ADA@example.com")]), is("ada@example.com")),
        (
            update(json!({"user_id": "u-1"}), &[("email", "b@example.com"), ("user_id", "u-9")]),
            is("b@example.com"),
        ),
        (update(json!({"user_id": "u-1"}), &[("email", "")]), is("b@example.com")),
        (shown, vec![]),
        (update(json!({"user_id": "u-1"}), &[("email", "c@example.com")]), vec![]),
        (cleared, vec![]),
        (
            update(json!({"user_id": "u-1"}), &[("email", "c@example.com"), ("email", "d@example.com")]),
            is("d@example.com"),
        ),
    ] {
        mirror.apply(&body.to_string().parse().unwrap()).unwrap();
        assert_eq!(remembered(&mirror), expected, "{body}");
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
fn a_change_has_the_profile_as_it_was_and_is() {
    let mut mirror = Mirror::new();
    let [first, second] =
        [samples::DATA_UPDATE, samples::VISIBILITY_UPDATE].map(|body| body.parse().unwrap());
    let change = mirror.apply(&first).unwrap();
    assert_eq!((change.applied, change.before), (Created, None));
    assert_eq!(change.after.unwrap().fields(), first.fields());
    let change = mirror.apply(&second).unwrap();
    let (before, after) = (change.before.unwrap(), change.after.unwrap());
    assert_eq!((change.applied, before.fields(), after.fields()), (Updated, first.fields(), second.fields()));
    let after = after.clone();
    let change = mirror.apply(&testing::delete().user_id(after.user_id().unwrap()).build()).unwrap();
    assert_eq!((change.applied, change.before, change.after), (Deleted, Some(after), None));
}

#[test]
fn an_unknown_operation_needs_no_subject() {
    let mut mirror = Mirror::new();
    let unknown = r#"{"meta":{"operation":"user_merge"}}"#.parse().unwrap();
    assert_eq!(mirror.decide(&unknown), Ok(Decision::Nothing(Reason::UnknownOperation)));
    let change = mirror.apply(&unknown).unwrap();
    assert_eq!((change.applied, change.before, change.after), (Ignored, None, None));
}

#[test]
fn labels_are_words_in_lower_case() {
    for applied in [Created, Updated, Deleted, Unchanged, Ambiguous, Ignored] {
        assert_eq!(applied.label(), format!("{applied:?}").to_lowercase());
    }
}

#[test]
fn debug_output_contains_no_values() {
    let mut mirror = Mirror::new();
    mirror.apply(&samples::VISIBILITY_UPDATE.parse().unwrap()).unwrap();
    let debug = format!("{mirror:?}");
    assert!(debug.contains("0e223bd4") && debug.contains("country") && !debug.contains("jrose"), "{debug}");
}

/// With a search through all profiles that share a value, this would take minutes.
#[test]
fn profiles_that_share_a_value_do_not_slow_deliveries_down() {
    let started = Instant::now();
    let mut mirror = Mirror::new();
    let with_id = |index: usize| format!(r#"{{"user_id":"{index}","email":"shared@example.com"}}"#);
    for index in 0..20_000 {
        // Half of the profiles have an id, and the others only differ in their phone number.
        let (data, field) = if index % 2 == 0 {
            (with_id(index), "email")
        } else {
            (r#"{"email":"shared@example.com"}"#.to_owned(), "phone_number")
        };
        let value = if field == "email" { "shared@example.com".to_owned() } else { index.to_string() };
        let body = format!(
            r#"{{"data":{data},"redacted":[],"meta":{{"operation":"data_insert","lookup_values":[{{"field":"{field}","value":"{value}"}}]}}}}"#
        );
        mirror.apply(&rownd_webhooks::from_str(&body).unwrap()).unwrap();
    }
    let ambiguous = testing::delete().user_id("").lookup("email", "shared@example.com").build();
    for _ in 0..20_000 {
        assert_eq!(mirror.apply(&ambiguous).unwrap().applied, Ambiguous);
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
