//! `SyncPlan`: what a receiver does to its own copy of a profile.

use std::collections::BTreeMap;

use rownd_webhooks::sync::SyncPlan;
use rownd_webhooks::testing::samples;
use rownd_webhooks::{Payload, Value};

use crate::support::{Body, payload};

/// A receiver's copy of one profile; `None` once the user is deleted.
type Copy = Option<BTreeMap<String, serde_json::Value>>;

fn apply(plan: &SyncPlan<'_>, mut copy: Copy) -> Copy {
    match plan {
        SyncPlan::Upsert { set, erase, .. } => {
            let profile = copy.get_or_insert_default();
            profile.extend(set.iter().map(|(name, value)| (name.to_owned(), value.to_json())));
            profile.retain(|name, _| !erase.contains(name));
            copy
        }
        SyncPlan::Delete { .. } => None,
        SyncPlan::Ignore => copy,
    }
}

fn copy(names: &[&str]) -> BTreeMap<String, serde_json::Value> {
    names.iter().map(|name| ((*name).to_owned(), "old".into())).collect()
}

/// A visible field of each kind, and redacted ones: with the sentinel, with a withheld value, and absent.
fn every_kind() -> Payload<'static> {
    payload(Body {
        data: r#"{"user_id":"u","b":1.0,"a":null,"e":"","h":"<<REDACTED>>","w":"s3cret","o":{"k": 1}}"#,
        redacted: r#"["w","gone","gone"]"#,
        ..Body::default()
    })
}

#[test]
fn a_plan_sets_visible_fields_and_erases_redacted_ones() {
    let every_kind = every_kind();
    let plan = every_kind.sync_plan().unwrap();
    let SyncPlan::Upsert { subject, set, erase } = plan else { panic!("{every_kind}") };
    assert_eq!(subject.partition_key(), "u");
    let json = r#"{"a":null,"b":1.0,"e":"","o":{"k": 1},"user_id":"u"}"#;
    assert_eq!(serde_json::to_string(&set).unwrap(), json);
    assert_eq!((set.len(), set.is_empty()), (5, false));
    assert_eq!((set.get("e"), set.get("h"), set.get("absent")), (Some(&Value::from("")), None, None));
    assert!((&set).into_iter().eq(set.iter()));
    assert_eq!(set.iter().next_back(), Some(("user_id", &Value::from("u"))));

    assert!(erase.iter().eq(["gone", "h", "w"]) && (&erase).into_iter().eq(erase.iter()));
    assert!(erase.iter().rev().eq(["w", "h", "gone"]));
    assert_eq!(serde_json::to_string(&erase).unwrap(), r#"["gone","h","w"]"#);
    assert_eq!((erase.len(), erase.is_empty()), (3, false));
    assert_eq!((erase.contains("gone"), erase.contains("a")), (true, false));

    let expected = r#"{"a": null, "b": number of 3 bytes, "e": string of 0 bytes, "o": object of 8 bytes, "user_id": string of 1 bytes}"#;
    assert_eq!(
        (format!("{set:?}"), format!("{erase:?}")),
        (expected.to_owned(), r#"["gone", "h", "w"]"#.to_owned())
    );
    let names = r#"["a", "b", "e", "o", "user_id"]"#;
    assert_eq!(
        (format!("{:?}", set.iter()), format!("{:?}", erase.iter())),
        (names.to_owned(), format!("{erase:?}"))
    );

    let empty = payload(Body::with_data("{}"));
    let SyncPlan::Upsert { set, erase, .. } = empty.sync_plan().unwrap() else { panic!("{empty}") };
    assert!(set.is_empty() && erase.is_empty());
}

#[test]
fn each_operation_has_its_plan() {
    for sample in samples::ALL {
        let payload = payload(sample);
        let plan = payload.sync_plan().unwrap();
        assert_eq!(matches!(plan, SyncPlan::Delete { .. }), sample == samples::DELETE, "{payload}");
        assert_eq!(plan.subject(), Some(&payload.subject().unwrap()));
        assert_eq!(plan.clone().into_owned(), plan);
    }
    // Not even a subject is needed to ignore a payload.
    let payload = payload(r#"{"meta":{"operation":"user_merge"}}"#);
    assert_eq!(payload.sync_plan(), Ok(SyncPlan::Ignore));
    assert_eq!(payload.clone().into_event().unwrap().sync_plan().into_owned(), SyncPlan::Ignore);
    assert_eq!(payload.sync_plan().unwrap().subject(), None);
}

#[test]
fn a_plan_can_be_applied_twice_and_leaves_other_fields_alone() {
    let bodies = [samples::VISIBILITY_UPDATE, samples::DELETE, r#"{"meta":{"operation":"?"}}"#].map(payload);
    for payload in bodies.iter().chain([&every_kind()]) {
        let plan = payload.sync_plan().unwrap();
        for start in [None, Some(copy(&[])), Some(copy(&["b", "country", "gone", "mine"]))] {
            let once = apply(&plan, start);
            assert_eq!(apply(&plan, once.clone()), once, "{payload}");
        }
    }
    let kept = apply(&bodies[0].sync_plan().unwrap(), Some(copy(&["mine", "country"]))).unwrap();
    assert!(kept.keys().eq(["email", "first_name", "last_name", "mine", "user_id"]), "{kept:?}");
    assert_eq!(kept["mine"], "old");
}

#[test]
fn plans_are_equal_when_they_do_the_same() {
    fn plan(data: &str, redacted: &str) -> SyncPlan<'static> {
        let body = Body { data, redacted, ..Body::default() }.to_string();
        rownd_webhooks::from_str(&body).unwrap().sync_plan().unwrap().into_owned()
    }
    let one = plan(r#"{"user_id":"u","a":{"k":[1,2]},"b":"<<REDACTED>>"}"#, r#"["b"]"#);
    assert_eq!(one, plan(r#"{"b":"s3cret","a":{ "k" : [1, 2] },"user_id":"u"}"#, r#"["b","b"]"#));
    assert_eq!(one, plan(r#"{"a":{"k":[1,2]},"user_id":"u"}"#, r#"["b"]"#));
    assert_ne!(one, plan(r#"{"user_id":"u","a":{"k":[2,1]},"b":"<<REDACTED>>"}"#, r#"["b"]"#));
    assert_ne!(one, plan(r#"{"user_id":"u","a":{"k":[1,2]}}"#, "[]"));
}
