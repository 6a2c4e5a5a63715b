//! The store in a server: several projectors may work for it at once.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::time::timeout;
use tokio_postgres::{Client, NoTls, Transaction};

use super::{keys, projected};
use crate::log::Entry;
use crate::profile::Profile;

/// Tells this program's locks from those of others.
const LOCKS: i32 = 0x726f_776e;

/// How long the store may take before it counts as away.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub struct Store {
    url: String,
}

impl Store {
    pub(super) async fn connect(url: &str) -> Result<Self> {
        let store = Self { url: url.to_owned() };
        // `json`, not `jsonb`: that would refuse a NUL in somebody's text.
        let tables = "
            begin;
            select pg_advisory_xact_lock(0, 0);
            create table if not exists profiles (
                key text primary key, fields json not null, deleted boolean not null, applied_seq bigint not null);
            create table if not exists dead_letters (
                id bigint primary key, received_at timestamptz not null default now(),
                code text not null, body bytea not null);
            create table if not exists progress (lane integer primary key, seq bigint not null);
            commit";
        store.client().await?.batch_execute(tables).await?;
        Ok(store)
    }

    async fn client(&self) -> Result<Client> {
        let (client, connection) = timeout(PATIENCE, tokio_postgres::connect(&self.url, NoTls))
            .await
            .context("the store is slow")??;
        tokio::spawn(async move {
            if connection.await.is_err() {
                tracing::warn!("a connection to the store was lost");
            }
        });
        Ok(client)
    }

    /// The lock is the session's: it ends with the connection, also when this process is killed.
    pub(super) async fn lane(&self, lane: u32) -> Result<Option<Lane>> {
        let client = self.client().await?;
        let lane = i32::try_from(lane)?;
        let taken = client.query_one("select pg_try_advisory_lock($1, $2)", &[&LOCKS, &lane]).await?;
        Ok(taken.get::<_, bool>(0).then_some(Lane { client, lane }))
    }

    pub(super) async fn profile(&self, key: &str) -> Result<Option<(String, bool)>> {
        let query = "select fields::text, deleted from profiles where key = $1";
        let row = self.client().await?.query_opt(query, &[&key]).await?;
        Ok(row.map(|row| (row.get(0), row.get(1))))
    }

    pub(super) async fn dead_letters(&self) -> Result<Vec<(String, Vec<u8>)>> {
        let rows = self.client().await?.query("select code, body from dead_letters order by id", &[]).await?;
        Ok(rows.into_iter().map(|row| (row.get(0), row.get(1))).collect())
    }
}

pub struct Lane {
    client: Client,
    lane: i32,
}

impl Lane {
    pub(super) async fn position(&mut self) -> Result<i64> {
        let row = self.client.query_opt("select seq from progress where lane = $1", &[&self.lane]).await?;
        Ok(row.map_or(0, |row| row.get(0)))
    }

    pub(super) async fn apply(&mut self, entries: &[Entry]) -> Result<()> {
        let Some(last) = entries.last() else { return Ok(()) };
        let keys = keys(entries);
        let wanted: Vec<&String> = keys.iter().flatten().collect();
        let work = async {
            let transaction = self.client.transaction().await?;
            let query = "select key, fields::text, deleted from profiles where key = any($1)";
            let mut known = BTreeMap::new();
            for row in transaction.query(query, &[&wanted]).await? {
                known.insert(row.get(0), Profile::from_stored(row.get(1), row.get(2))?);
            }
            let (mut names, mut fields, mut deleted, mut seqs) = (vec![], vec![], vec![], vec![]);
            for (key, (profile, seq)) in projected(entries, &keys, known)? {
                names.push(key);
                fields.push(profile.stored_fields()?);
                deleted.push(profile.is_deleted);
                seqs.push(seq);
            }
            let upsert = "
                insert into profiles (key, fields, deleted, applied_seq)
                select key, fields::json, deleted, seq
                from unnest($1::text[], $2::text[], $3::boolean[], $4::bigint[]) as row (key, fields, deleted, seq)
                on conflict (key) do update set
                    fields = excluded.fields, deleted = excluded.deleted, applied_seq = excluded.applied_seq";
            transaction.execute(upsert, &[&names, &fields, &deleted, &seqs]).await?;
            finish(transaction, self.lane, last.seq).await
        };
        timeout(PATIENCE, work).await.context("the store is slow")?
    }

    pub(super) async fn bury(&mut self, entries: &[Entry]) -> Result<()> {
        let Some(last) = entries.last() else { return Ok(()) };
        let ids: Vec<i64> = entries.iter().map(|entry| entry.seq).collect();
        let codes: Vec<&str> = entries.iter().map(|entry| entry.code.as_str()).collect();
        let bodies: Vec<&[u8]> = entries.iter().map(|entry| entry.body.as_slice()).collect();
        let work = async {
            let transaction = self.client.transaction().await?;
            let insert = "
                insert into dead_letters (id, code, body)
                select * from unnest($1::bigint[], $2::text[], $3::bytea[])
                on conflict (id) do nothing";
            transaction.execute(insert, &[&ids, &codes, &bodies]).await?;
            finish(transaction, self.lane, last.seq).await
        };
        timeout(PATIENCE, work).await.context("the store is slow")?
    }
}

/// Moves the position in the same transaction.
async fn finish(transaction: Transaction<'_>, lane: i32, seq: i64) -> Result<()> {
    let progress = "
        insert into progress (lane, seq) values ($1, $2) on conflict (lane) do update set seq = excluded.seq";
    transaction.execute(progress, &[&lane, &seq]).await?;
    Ok(transaction.commit().await?)
}
