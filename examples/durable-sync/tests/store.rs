//! The store, compared with `sync::Mirror` after every batch.

#[path = "../../receiver-store/tests/deliveries/mod.rs"]
mod deliveries;

use deliveries::delivery;
use durable_sync::check::{Difference, Reference, Tables};
use durable_sync::log::Entry;
use durable_sync::store::Store;
use proptest::collection::vec;
use proptest::prelude::ProptestConfig;
use proptest::proptest;
use rownd_webhooks::sync::Applied;
use rownd_webhooks::testing;
use tempfile::TempDir;

/// A store in a temporary folder, and its expected content.
struct Pair {
    folder: TempDir,
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
    async fn apply(&mut self, bodies: &[String]) -> Vec<Option<Applied>> {
        let entry = |(seq, body): (i64, &String)| Entry { seq, body: body.clone().into_bytes() };
        let entries: Vec<Entry> = (self.reference.position + 1..).zip(bodies).map(entry).collect();
        let expected: Vec<_> = entries.iter().map(|entry| self.reference.add(entry)).collect();
        let applied = self.store.lease().await.unwrap().unwrap().apply(entries).await.unwrap();
        assert_eq!(applied, expected, "{bodies:?}");
        let tables = Tables::sqlite(self.folder.path()).unwrap();
        assert_eq!(self.reference.compare(&tables).unwrap(), Difference::default(), "{bodies:?}");
        applied
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_store_equals_the_mirror_after_any_deliveries_in_any_batches(batches in vec(vec(delivery(), 1..12), 1..12)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut pair = Pair::new();
            for batch in &batches {
                pair.apply(batch).await;
            }
        });
    }
}

/// A batch loads only a few of the profiles that share a value. After its deletes there are still two.
#[tokio::test]
async fn a_value_stays_ambiguous_until_one_profile_has_it() {
    let mut pair = Pair::new();
    let insert = |id: u32| testing::data_insert().user_id(format!("u-{id}")).lookup("country", "NO").body();
    pair.apply(&(0..9).map(insert).collect::<Vec<_>>()).await;
    let delete = |id: u32| testing::delete().user_id(format!("u-{id}")).body();
    let update = testing::data_update().without_user_id().lookup("country", "NO").body();
    for (ids, expected) in
        [(0..3, Applied::Ambiguous), (3..7, Applied::Ambiguous), (7..8, Applied::Unchanged)]
    {
        let batch: Vec<String> = ids.map(delete).chain([update.clone()]).collect();
        assert_eq!(pair.apply(&batch).await.pop(), Some(Some(expected)));
    }
}

#[tokio::test]
async fn only_one_of_two_projectors_applies_the_same_entries() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (Store::sqlite(folder.path()).unwrap(), Store::sqlite(folder.path()).unwrap());
    let mut leases = [one.lease().await.unwrap().unwrap(), other.lease().await.unwrap().unwrap()];
    let entries = || vec![Entry { seq: 1, body: testing::samples::DATA_INSERT.into() }];
    assert_eq!(leases[0].apply(entries()).await.unwrap(), [Some(Applied::Created)]);
    assert_eq!(
        leases[1].apply(entries()).await.unwrap_err().to_string(),
        "another projector has applied entries up to 1"
    );
}
