//! The store without a web framework.

mod deliveries;

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::{prop_assert_eq, proptest};
use receiver_store::{MAX_BYTES, Profile, Receiver, Refusal, Store};
use rownd_webhooks::sync::{self, Applied, Mirror};
use rownd_webhooks::testing::{self, samples};
use rusqlite::Connection;

fn receiver() -> Receiver {
    Receiver::new("", Store::open(None).unwrap())
}

/// A profile of the mirror as the store would return it.
fn mirrored(profile: &sync::Profile) -> Profile {
    let remembered = profile.lookup_values().iter();
    let remembered: BTreeMap<String, String> =
        remembered.map(|it| (it.field().to_owned(), it.identifier().unwrap().to_owned())).collect();
    Profile { user_id: profile.user_id().map(String::from), fields: profile.fields().clone(), remembered }
}

proptest! {
    #[test]
    fn the_store_equals_the_mirror_after_any_deliveries(bodies in vec(deliveries::delivery(), 1..60)) {
        let (store, mut mirror) = (Store::open(None).unwrap(), Mirror::new());
        for body in bodies {
            let payload = body.parse().unwrap();
            let expected = mirror.apply(&payload).map(|change| change.applied).map_err(Refusal::from);
            prop_assert_eq!(store.apply(&payload), expected, "{}", body);
            let expected: Vec<Profile> = mirror.iter().map(mirrored).collect();
            prop_assert_eq!(store.profiles().unwrap(), expected, "{}", body);
        }
    }
}

#[test]
fn refusals_have_the_code_and_path_of_the_first_issue() {
    let receiver = receiver();
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
        assert_eq!(receiver.receive(body.as_bytes()), Err(Refusal { status, code, path }), "{body}");
    }
    let body = testing::data_update().field("text", "x".repeat(MAX_BYTES)).body();
    assert_eq!(receiver.receive(body.as_bytes()), Err(Refusal::TOO_LARGE));
}

#[test]
fn a_store_that_another_process_locks_is_unavailable_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("store.db");
    let store = Store::open(Some(&database)).unwrap();
    let [insert, update] = [samples::DATA_INSERT, samples::DATA_UPDATE].map(|body| body.parse().unwrap());
    assert_eq!(store.apply(&insert), Ok(Applied::Created));
    let other = Connection::open(&database).unwrap();
    other.execute_batch("begin immediate").unwrap();
    let before = store.profiles().unwrap();
    assert_eq!(store.apply(&update), Err(Refusal::UNAVAILABLE));
    assert_eq!(Refusal::UNAVAILABLE.retry_after(), Some("30"));
    other.execute_batch("rollback").unwrap();
    assert_eq!(store.profiles(), Ok(before));
    assert_eq!(store.apply(&update), Ok(Applied::Updated));
}

#[test]
fn a_file_keeps_profiles_and_deleted_users() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("store.db");
    let apply = |body: &str| Store::open(Some(&database)).unwrap().apply(&body.parse().unwrap());
    assert_eq!(apply(samples::DATA_INSERT), Ok(Applied::Created));
    assert_eq!(apply(samples::DATA_INSERT), Ok(Applied::Unchanged));
    assert_eq!(apply(samples::DELETE), Ok(Applied::Deleted));
    assert_eq!(apply(samples::DATA_UPDATE), Ok(Applied::Ignored));
    assert_eq!(apply(samples::DATA_INSERT), Ok(Applied::Created));
}

#[test]
fn columns_contain_visible_texts_and_no_value_that_is_hidden() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("store.db");
    let store = Store::open(Some(&database)).unwrap();
    let body = r#"{"data":{"user_id":"u","email":"Ada@example.com","first_name":7,"n":1.50,"plan":"gold"},"redacted":["plan"],
        "meta":{"operation":"data_insert","lookup_values":[{"field":"plan","value":"silver"}]}}"#;
    assert_eq!(store.apply(&body.parse().unwrap()), Ok(Applied::Created));
    let columns = "select json_array(user_id, email, first_name, other_fields, remembered) from profiles";
    let columns: String =
        Connection::open(&database).unwrap().query_row(columns, (), |row| row.get(0)).unwrap();
    let columns: [Option<String>; 5] = serde_json::from_str(&columns).unwrap();
    let expected = [
        Some("u"),
        Some("Ada@example.com"),
        None,
        Some(r#"{"first_name":7,"n":1.50,"plan":"<<REDACTED>>","user_id":"u"}"#),
        Some(r#"{"plan":"silver"}"#),
    ];
    assert_eq!(columns.each_ref().map(Option::as_deref), expected);
}

#[test]
fn deliveries_are_counted_by_operation_and_outcome() {
    let receiver = receiver();
    for body in
        [samples::DATA_INSERT, samples::DATA_UPDATE, samples::DATA_UPDATE, samples::DELETE, "not JSON"]
    {
        let _ = receiver.receive(body.as_bytes());
    }
    let unknown = testing::operation("user_merge").body();
    assert_eq!(receiver.receive(unknown.as_bytes()), Ok(Applied::Ignored));
    // Two users, and a delete whose lookup values find both.
    for (id, field) in [("a", "email"), ("b", "phone_number")] {
        let insert = testing::data_insert().user_id(id).lookup(field, "x").body();
        assert_eq!(receiver.receive(insert.as_bytes()), Ok(Applied::Created));
    }
    let ambiguous =
        testing::delete().without_user_id().lookup("email", "x").lookup("phone_number", "x").body();
    assert_eq!(receiver.receive(ambiguous.as_bytes()), Ok(Applied::Ambiguous));
    let metrics = receiver.metrics();
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
