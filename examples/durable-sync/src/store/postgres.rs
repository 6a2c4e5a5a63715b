//! The store in a server. One of several projectors is active, the others stand by.

use std::time::Duration;

use anyhow::{Context, Result};
use rownd_webhooks::sync::Applied;
use tokio::time::timeout;
use tokio_postgres::{Client, NoTls, Transaction};

use super::{BEGIN, PROFILES, PROGRESS, TABLES, ensure_unmoved};
use crate::log::Entry;
use crate::rules::{Batch, By, Changes, Identifier, Loaded, Row, Salt, Wanted};

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
            client.execute(BEGIN, &[&rand::random::<[u8; 32]>().as_slice()]).await?;
            let row = client.query_one(PROGRESS, &[]).await?;
            Ok(Some(Lease { client, salt: Salt::new(row.get(1))?, position: row.get(0) }))
        };
        timeout(PATIENCE, work).await.context("the store is slow")?
    }
}

pub struct Lease {
    client: Client,
    salt: Salt,
    pub(super) position: i64,
}

impl Lease {
    pub(super) async fn apply(&mut self, entries: &[Entry]) -> Result<Vec<Option<Applied>>> {
        let last = entries.last().map_or(self.position, |entry| entry.seq);
        let work = async {
            let batch = Batch::new(entries);
            let transaction = self.client.transaction().await?;
            let row = transaction.query_one("select position from progress for update", &[]).await?;
            ensure_unmoved(row.get(0), self.position)?;
            let loaded = load(&transaction, &batch.wanted(&self.salt)).await?;
            let changes = batch.apply(&self.salt, &loaded)?;
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
    let (number, user_id) = (row.get(0), row.get(1));
    Row { number, user_id, fields: row.get(2), redacted: row.get(3), lookup_keys: row.get(4) }
}

async fn load(transaction: &Transaction<'_>, wanted: &Wanted) -> Result<Loaded> {
    let user_ids: Vec<&String> = wanted.user_ids.iter().collect();
    let keys: Vec<&String> = wanted.keys.iter().collect();
    let profiles = format!(
        "{PROFILES} where number in (
            select number from profiles where user_id = any($1)
            union select profile from identifiers where key = any($2))"
    );
    let profiles = transaction.query(&profiles, &[&user_ids, &keys]).await?.iter().map(profile).collect();
    let tombstones = "select user_id from tombstones where user_id = any($1)";
    let tombstones = transaction.query(tombstones, &[&user_ids]).await?;
    Ok(Loaded { profiles, tombstones: tombstones.iter().map(|row| row.get(0)).collect() })
}

async fn write(transaction: &Transaction<'_>, changes: &Changes) -> Result<()> {
    let remove = "delete from profiles where number = any($1)";
    transaction.execute(remove, &[&changes.removed_profiles]).await?;
    let remove = "
        delete from identifiers as old
        using unnest($1::text[], $2::boolean[], $3::bigint[]) as gone (key, is_lookup, profile)
        where (old.key, old.is_lookup, old.profile) = (gone.key, gone.is_lookup, gone.profile)";
    let (keys, is_lookup, profiles) = columns(&changes.removed_identifiers);
    transaction.execute(remove, &[&keys, &is_lookup, &profiles]).await?;
    let remove = "delete from tombstones where user_id = any($1)";
    transaction.execute(remove, &[&changes.removed_tombstones]).await?;

    let put = "
        insert into profiles (number, user_id, fields, redacted, lookup_keys)
        select number, user_id, fields::json, redacted::json, lookup_keys::json
        from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[])
            as row (number, user_id, fields, redacted, lookup_keys)
        on conflict (number) do update set user_id = excluded.user_id, fields = excluded.fields,
            redacted = excluded.redacted, lookup_keys = excluded.lookup_keys";
    let rows = changes.profiles.iter();
    let numbers: Vec<i64> = rows.clone().map(|row| row.number).collect();
    let user_ids: Vec<Option<&str>> = rows.clone().map(|row| row.user_id.as_deref()).collect();
    let [fields, redacted, lookup_keys]: [Vec<&str>; 3] = [
        rows.clone().map(|row| row.fields.as_str()).collect(),
        rows.clone().map(|row| row.redacted.as_str()).collect(),
        rows.map(|row| row.lookup_keys.as_str()).collect(),
    ];
    transaction.execute(put, &[&numbers, &user_ids, &fields, &redacted, &lookup_keys]).await?;
    let put = "
        insert into identifiers (key, is_lookup, profile)
        select * from unnest($1::text[], $2::boolean[], $3::bigint[])";
    let (keys, is_lookup, profiles) = columns(&changes.identifiers);
    transaction.execute(put, &[&keys, &is_lookup, &profiles]).await?;
    let put = "insert into tombstones select * from unnest($1::text[]) on conflict do nothing";
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
    let is_lookup = identifiers.iter().map(|(_, by, _)| *by == By::Lookup).collect();
    (keys, is_lookup, identifiers.iter().map(|(.., profile)| *profile).collect())
}
