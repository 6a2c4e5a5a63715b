//! The store without a web framework.

use receiver_store::{MAX_BYTES, Refusal, Store, cases};
use rownd_webhooks::sync::Applied;
use rownd_webhooks::testing::{self, samples};

#[test]
fn the_store_follows_the_rules_of_a_receivers_copy() {
    for case in cases::cases() {
        let store = Store::new();
        case.deliver(|body| store.receive(body.as_bytes()).map_or_else(|refusal| refusal.status, |_| 204));
        case.check(store.profiles().iter().map(cases::to_json).collect());
    }
}

#[test]
fn refusals_have_the_code_and_path_of_the_first_issue() {
    let store = Store::new();
    for (body, status, code, path) in [
        ("", 400, "empty", None),
        (r#"{"data":{}}"#, 400, "missing_member", Some("/meta")),
        (
            r#"{"data":{},"meta":{"operation":"delete"}}"#,
            400,
            "no_lookup_values",
            Some("/meta/lookup_values"),
        ),
        (
            r#"{"data":{},"meta":{"operation":"delete","lookup_values":[{"field":"email","value":""}]}}"#,
            400,
            "missing_user_id",
            Some("/data/user_id"),
        ),
    ] {
        let path = path.map(str::to_owned);
        assert_eq!(store.receive(body.as_bytes()), Err(Refusal { status, code, path }), "{body}");
    }
    let body = testing::data_update().field("text", "x".repeat(MAX_BYTES)).body();
    assert_eq!(store.receive(body.as_bytes()), Err(Refusal::TOO_LARGE));
}

#[test]
fn an_unavailable_store_keeps_its_profiles_and_refuses_for_a_while() {
    let store = Store::new();
    assert_eq!(store.receive(samples::DATA_INSERT.as_bytes()), Ok(Applied::Created));
    store.set_available(false);
    let refusal = store.receive(samples::DATA_UPDATE.as_bytes()).unwrap_err();
    assert_eq!((refusal.status, refusal.retry_after()), (503, Some("30")));
    store.set_available(true);
    assert_eq!(store.receive(samples::DATA_UPDATE.as_bytes()), Ok(Applied::Updated));
}

#[test]
fn deliveries_are_counted_by_operation_and_outcome() {
    let store = Store::new();
    for body in
        [samples::DATA_INSERT, samples::DATA_UPDATE, samples::DATA_UPDATE, samples::DELETE, "not JSON"]
    {
        let _ = store.receive(body.as_bytes());
    }
    let unknown = testing::data_update().tamper(|body| body["meta"]["operation"] = "user_merge".into());
    assert_eq!(store.receive(unknown.as_bytes()), Ok(Applied::Ignored));
    // Two users, and a delete whose lookup values find both.
    for (id, field) in [("a", "email"), ("b", "phone_number")] {
        let insert = testing::data_insert().user_id(id).lookup(field, "x").body();
        assert_eq!(store.receive(insert.as_bytes()), Ok(Applied::Created));
    }
    let ambiguous = testing::delete().lookup("email", "x").lookup("phone_number", "x");
    let ambiguous = ambiguous.tamper(|body| body["data"] = serde_json::json!({}));
    assert_eq!(store.receive(ambiguous.as_bytes()), Ok(Applied::Ambiguous));
    let metrics = store.metrics();
    let mut counters: Vec<&str> = metrics.lines().filter(|line| !line.starts_with('#')).collect();
    counters.sort_unstable();
    assert_eq!(
        counters,
        [
            r#"rownd_deliveries_total{operation="data_insert",outcome="created"} 3"#,
            r#"rownd_deliveries_total{operation="data_update",outcome="unchanged"} 1"#,
            r#"rownd_deliveries_total{operation="data_update",outcome="updated"} 1"#,
            r#"rownd_deliveries_total{operation="delete",outcome="ambiguous"} 1"#,
            r#"rownd_deliveries_total{operation="delete",outcome="deleted"} 1"#,
            r#"rownd_deliveries_total{operation="none",outcome="refused"} 1"#,
            r#"rownd_deliveries_total{operation="unknown",outcome="ignored"} 1"#,
        ]
    );
}
