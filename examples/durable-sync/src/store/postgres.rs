//! The store in a server. One of several projectors is active, the others stand by.

use std::time::Duration;

use anyhow::{Context, Result};
use rownd_webhooks::sync::Applied;
use tokio::time::timeout;
use tokio_postgres::{Client, NoTls, Transaction};

use super::{BEGIN, PROFILES, PROGRESS, TABLES, ensure_unmoved};
use crate::batch::{Batch, Changes, Identifier, Loaded, Wanted};
use crate::keys::{Key, Keys};
use crate::log::Entry;
use crate::row::Row;

/// Distinguishes this program's lock from those of others.
const LOCK: i64 = 0x726f_776e;

/// The time after which the store counts as unavailable.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub struct Store {
    url: String,
}

impl Store {
    pub(super) fn new(url: &str) -> Self {
        Self { url: url.to_owned() }
    }

    /// The lock belongs to the session: it ends with the connection, even if this process is killed.
    pub(super) async fn lease(&self) -> Result<Option<Lease>> {
        let work = async {
            let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await?;
            tokio::spawn(async move {
                if connection.await.is_err() {
                    tracing::warn!("the connection to the store was lost");
                }
            });
            if !client.query_one("select pg_try_advisory_lock($1)", &[&LOCK]).await?.get::<_, bool>(0) {
                return Ok(None);
            }
            client.batch_execute(TABLES).await?;
            // While there are no statistics yet, it would take a batch for so expensive that it compiles the queries.
            client.batch_execute("set jit = off").await?;
            client.execute(BEGIN, &[&rand::random::<[u8; 32]>().as_slice()]).await?;
            let row = client.query_one(PROGRESS, &[]).await?;
            Ok(Some(Lease { client, keys: Keys::new(row.get(1))?, position: row.get(0) }))
        };
        timeout(PATIENCE, work).await.context("the store is slow")?
    }
}

pub struct Lease {
    client: Client,
    keys: Keys,
    pub(super) position: i64,
}

impl Lease {
    pub(super) async fn apply(&mut self, entries: &[Entry]) -> Result<Vec<Option<Applied>>> {
        let last = entries.last().map_or(self.position, |entry| entry.seq);
        let work = async {
            let batch = Batch::new(entries, &self.keys);
            let transaction = self.client.transaction().await?;
            let row = transaction.query_one("select position from progress for update", &[]).await?;
            ensure_unmoved(row.get(0), self.position)?;
            let loaded = load(&transaction, &batch.wanted()).await?;
            let changes = batch.apply(&loaded)?;
            write(&transaction, &changes).await?;
            transaction.execute("update progress set position = $1", &[&last]).await?;
            transaction.commit().await?;
            anyhow::Ok(changes.applied)
        };
        let applied = timeout(PATIENCE, work).await.context("the store is slow")??;
        self.position = last;
        Ok(applied)
    }
}

/// Reads a row of [`PROFILES`].
pub(crate) fn profile(row: &tokio_postgres::Row) -> Row {
    Row { number: row.get(0), user_id: row.get(1), fields: row.get(2), remembered: row.get(3) }
}

async fn load(transaction: &Transaction<'_>, wanted: &Wanted) -> Result<Loaded> {
    let keys: Vec<&Key> = wanted.keys.iter().collect();
    let profiles = format!(
        "{PROFILES} where number in (
            select found.profile from unnest($1::text[]) as wanted (key), lateral (
                select profile from identifiers where key = wanted.key order by has_id, profile limit $2) as found)"
    );
    let profiles = transaction.query(&profiles, &[&keys, &wanted.limit]).await?.iter().map(profile).collect();
    let tombstones = transaction.query("select key from tombstones where key = any($1)", &[&keys]).await?;
    Ok(Loaded { profiles, tombstones: tombstones.iter().map(|row| row.get(0)).collect() })
}

async fn write(transaction: &Transaction<'_>, changes: &Changes) -> Result<()> {
    let remove = "delete from profiles where number = any($1)";
    transaction.execute(remove, &[&changes.removed_profiles]).await?;
    let remove = "
        delete from identifiers as old
        using unnest($1::text[], $2::boolean[], $3::bigint[]) as gone (key, has_id, profile)
        where (old.key, old.has_id, old.profile) = (gone.key, gone.has_id, gone.profile)";
    let (keys, has_id, profiles) = columns(&changes.removed_identifiers);
    transaction.execute(remove, &[&keys, &has_id, &profiles]).await?;
    let remove = "delete from tombstones where key = any($1)";
    transaction.execute(remove, &[&changes.removed_tombstones]).await?;

    let put = "
        insert into profiles (number, user_id, fields, remembered)
        select number, user_id, fields::json, remembered::json
        from unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) as row (number, user_id, fields, remembered)
        on conflict (number) do update set
            user_id = excluded.user_id, fields = excluded.fields, remembered = excluded.remembered";
    let rows = changes.profiles.iter();
    let numbers: Vec<i64> = rows.clone().map(|row| row.number).collect();
    let user_ids: Vec<Option<&str>> = rows.clone().map(|row| row.user_id.as_deref()).collect();
    let fields: Vec<&str> = rows.clone().map(|row| row.fields.as_str()).collect();
    let remembered: Vec<&str> = rows.map(|row| row.remembered.as_str()).collect();
    transaction.execute(put, &[&numbers, &user_ids, &fields, &remembered]).await?;
    let put = "
        insert into identifiers (key, has_id, profile)
        select * from unnest($1::text[], $2::boolean[], $3::bigint[])";
    let (keys, has_id, profiles) = columns(&changes.identifiers);
    transaction.execute(put, &[&keys, &has_id, &profiles]).await?;
    let put = "insert into tombstones (key) select * from unnest($1::text[]) on conflict do nothing";
    transaction.execute(put, &[&changes.tombstones]).await?;
    let put = "
        insert into dead_letters (digest, seq, code, body) values ($1, $2, $3, $4) on conflict do nothing";
    for letter in &changes.dead_letters {
        transaction.execute(put, &[&letter.digest, &letter.seq, &letter.code, &letter.body]).await?;
    }
    Ok(())
}

fn columns(identifiers: &[Identifier]) -> (Vec<&str>, Vec<bool>, Vec<i64>) {
    let keys = identifiers.iter().map(|(key, ..)| key.as_str()).collect();
    let has_id = identifiers.iter().map(|(_, has_id, _)| *has_id).collect();
    (keys, has_id, identifiers.iter().map(|(.., profile)| *profile).collect())
}
