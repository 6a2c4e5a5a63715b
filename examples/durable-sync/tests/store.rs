//! The store, compared with `sync::Mirror` after every batch.

use durable_sync::check::{Difference, Reference, Tables};
use durable_sync::log::Entry;
use durable_sync::store::Store;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use receiver_store::cases;
use rusqlite::Connection;
use serde_json::{Value, json};

/// A store in a temporary folder, and its expected content.
struct Pair {
    folder: tempfile::TempDir,
    store: Store,
    reference: Reference,
}

impl Pair {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::sqlite(folder.path()).unwrap();
        Self { folder, store, reference: Reference::default() }
    }

    /// Applies bodies as one batch. Returns the outcome of each.
    async fn apply(&mut self, bodies: &[String]) -> Vec<String> {
        let entry = |(seq, body): (i64, &String)| Entry { seq, body: body.clone().into_bytes() };
        let entries: Vec<Entry> = (self.reference.position + 1..).zip(bodies).map(entry).collect();
        let expected: Vec<_> = entries.iter().map(|entry| self.reference.add(entry)).collect();
        let applied = self.store.lease().await.unwrap().unwrap().apply(entries).await.unwrap();
        assert_eq!(applied, expected, "{bodies:?}");
        let tables = Tables::sqlite(self.folder.path()).unwrap();
        assert_eq!(self.reference.compare(&tables).unwrap(), Difference::default(), "{bodies:?}");
        applied.iter().map(|applied| applied.map_or("Invalid".into(), |it| format!("{it:?}"))).collect()
    }

    /// The profiles in the form that the cases compare.
    fn profiles(&self) -> Vec<Value> {
        let store = Connection::open(self.folder.path().join("store.db")).unwrap();
        let query = "select json_object('user_id', user_id, 'fields', json(fields)) from profiles";
        let mut select = store.prepare(query).unwrap();
        let rows = select.query_map((), |row| row.get::<_, String>(0)).unwrap();
        rows.map(|row| serde_json::from_str(&row.unwrap()).unwrap()).collect()
    }
}

/// A delivery about few users with few values, so that deliveries affect each other.
fn delivery(rng: &mut StdRng) -> String {
    const NAMES: [&str; 3] = ["email", "phone_number", "user_id"];
    const TEXTS: [&str; 8] = ["x", "X", "y", "Y", "7", "u-1", "", "<<REDACTED>>"];
    let operations = [
        "data_insert",
        "data_update",
        "data_update",
        "data_update",
        "visibility_update",
        "delete",
        "data_merge",
    ];
    let operation = operations.choose(rng).unwrap();
    let mut data = serde_json::Map::new();
    for name in ["email", "phone_number", "nick"] {
        let value = match rng.random_range(0..12) {
            0..4 => json!(TEXTS.choose(rng).unwrap()),
            4 => json!(7),
            5 => json!(null),
            6 => json!(["x"]),
            _ => continue,
        };
        data.insert(name.into(), value);
    }
    if rng.random_bool(0.5) {
        data.insert("user_id".into(), json!(["u-1", "u-2", "u-3"].choose(rng).unwrap()));
    }
    let redacted: Vec<&String> =
        data.iter().filter(|(_, value)| *value == "<<REDACTED>>").map(|it| it.0).collect();
    let lookups: Vec<Value> = (0..rng.random_range(0..3))
        .map(|_| json!({"field": NAMES.choose(rng), "value": TEXTS.choose(rng)}))
        .collect();
    json!({"data": data, "redacted": redacted, "meta": {"operation": operation, "lookup_values": lookups}})
        .to_string()
}

#[tokio::test]
async fn the_store_equals_the_mirror_after_any_deliveries_in_any_batches() {
    for seed in 0..12 {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut pair = Pair::new();
        let mut sent: Vec<String> = Vec::new();
        while sent.len() < 120 {
            let size = rng.random_range(1..12);
            for _ in 0..size {
                let repeated = sent.choose(&mut rng).filter(|_| rng.random_bool(0.2)).cloned();
                sent.push(repeated.unwrap_or_else(|| delivery(&mut rng)));
            }
            pair.apply(&sent[sent.len() - size..]).await;
        }
    }
}

/// The mirror and the other examples run the same cases.
#[tokio::test]
async fn the_store_passes_the_cases_of_a_receivers_copy() {
    for case in cases::cases() {
        let (expected, bodies): (Vec<String>, Vec<Value>) = case.deliveries.iter().cloned().unzip();
        let bodies: Vec<String> = bodies.iter().map(Value::to_string).collect();
        let mut one_by_one = Pair::new();
        for (expected, body) in expected.iter().zip(&bodies) {
            assert_eq!(
                one_by_one.apply(std::slice::from_ref(body)).await,
                [expected.as_str()],
                "{}",
                case.name
            );
        }
        case.check(one_by_one.profiles());
        let mut at_once = Pair::new();
        assert_eq!(at_once.apply(&bodies).await, expected, "{}", case.name);
        case.check(at_once.profiles());
    }
}

#[tokio::test]
async fn only_one_of_two_projectors_applies_the_same_entries() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (Store::sqlite(folder.path()).unwrap(), Store::sqlite(folder.path()).unwrap());
    let mut leases = [one.lease().await.unwrap().unwrap(), other.lease().await.unwrap().unwrap()];
    let entries = || vec![Entry { seq: 1, body: delivery(&mut StdRng::seed_from_u64(1)).into_bytes() }];
    assert_eq!(leases[0].apply(entries()).await.unwrap().len(), 1);
    assert_eq!(
        leases[1].apply(entries()).await.unwrap_err().to_string(),
        "another projector has applied entries up to 1"
    );
}
