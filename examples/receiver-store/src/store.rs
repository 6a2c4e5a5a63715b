//! A store of profiles in SQLite: it looks, [`decide`] decides, it writes. Copy this file and `profile.rs`, and adapt the
//! columns.

use std::borrow::Cow;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rownd_webhooks::sync::{Applied, Decision, Found, Reason, comparable, decide};
use rownd_webhooks::{Fields, Operation, Payload, Redactable, Subject, UserId, Value};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior};

use crate::profile::Profile;
use crate::refusal::Refusal;

/// A body does not name its app, and user ids are unique within one app: give each app a webhook URL and tables of its own.
const SCHEMA: &str = "
    -- What was acknowledged survives a power failure, and what is erased is overwritten on disk.
    pragma synchronous = extra;
    pragma secure_delete = on;

    create table if not exists profiles (
        number       integer primary key,
        -- The user id, once a delivery has named it.
        user_id      text unique,
        -- Fields with columns. They are null unless the field is a visible text: see TYPED.
        email        text,
        first_name   text,
        -- All other fields, as a JSON object. The value of a field that the user has hidden is erased and its name
        -- stays: {\"country\": \"<<REDACTED>>\"}. The field `user_id` is here too, since it may be hidden or absent.
        other_fields text not null,
        -- The latest lookup value for each field that has no visible text or number, as a JSON object.
        remembered   text not null
    );
    -- What the profiles are found by: their visible texts and numbers, and what is remembered. It is derived from
    -- `profiles`. If you know which fields lookup values name, index only these.
    create table if not exists identifiers (
        field text not null, value text not null, profile integer not null, primary key (field, value, profile)
    ) without rowid;
    create index if not exists identifiers_of on identifiers (profile);
    -- Deleted users: the field `user_id` and the id, or an identifier if the delete named no id. An insert removes
    -- them. Delete old ones once no update can be as late: it would create the user again.
    create table if not exists tombstones (
        field text not null, value text not null, deleted_at text not null default current_timestamp,
        primary key (field, value)
    ) without rowid;";

/// The fields that have a column. If such a field is hidden, `null` or not a text, it is in `other_fields`.
const TYPED: [&str; 2] = ["email", "first_name"];

const SELECT: &str = "select user_id, other_fields, remembered, email, first_name from profiles";

/// Profiles in SQLite.
pub struct Store(Mutex<Connection>);

impl Store {
    /// Opens a database, and creates it if there is none. Without a path it is in memory.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be opened or written.
    pub fn open(path: Option<&Path>) -> rusqlite::Result<Self> {
        let connection = path.map_or_else(Connection::open_in_memory, Connection::open)?;
        // While another process writes, wait for it. Then the store is unavailable.
        connection.busy_timeout(Duration::from_secs(1))?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(Mutex::new(connection)))
    }

    /// Applies a delivery in one transaction. Once this returns, the delivery is on disk.
    ///
    /// # Errors
    ///
    /// Returns a [`Refusal`] if the delivery identifies no user or the store is unavailable. Then nothing has changed.
    pub fn apply(&self, payload: &Payload<'_>) -> Result<Applied, Refusal> {
        if let Operation::Unknown(_) = payload.operation() {
            return Ok(Applied::Ignored);
        }
        let subject = payload.subject()?;
        let mut connection = self.connection();
        // Takes the lock for writing at once: nothing that `look` has found may change before `write`.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let found = look(&transaction, &subject)?;
        let decision = decide(payload.operation(), &subject, found);
        let applied = write(&transaction, decision, payload, &subject)?;
        transaction.commit()?;
        Ok(applied)
    }

    /// Returns all profiles, in the order of their creation.
    ///
    /// # Errors
    ///
    /// Returns a [`Refusal`] if the store is unavailable.
    pub fn profiles(&self) -> Result<Vec<Profile>, Refusal> {
        let connection = self.connection();
        let mut select = connection.prepare(&format!("{SELECT} order by number"))?;
        Ok(select.query_map((), profile)?.collect::<Result<_, _>>()?)
    }

    /// Ignores poisoning: a panic has rolled the transaction back.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Finds what [`decide`] has to know.
fn look(store: &Transaction<'_>, subject: &Subject<'_>) -> rusqlite::Result<Found<i64>> {
    let id = subject.user_id().map(UserId::as_str);
    let mut by_id = store.prepare_cached("select number from profiles where user_id = ?")?;
    let profile = by_id.query_row([id], |row| row.get(0)).optional()?;

    let mut is_tombstone = store.prepare_cached("select 1 from tombstones where field = ? and value = ?")?;
    let mut deleted = false;
    for name in names(subject) {
        deleted |= is_tombstone.exists(name)?;
    }

    // A profile with another user id belongs to another user.
    let mut by_identifier = store.prepare_cached(
        "select number from identifiers join profiles on number = profile
         where field = ? and value = ? and (? is null or user_id is null) limit 2",
    )?;
    let mut candidates = Vec::new();
    for (field, value) in subject.identifiers() {
        for number in by_identifier.query_map((field, value, id), |row| row.get(0))? {
            candidates.push(number?);
        }
    }
    Ok(Found { profile, deleted, candidates })
}

fn write(
    store: &Transaction<'_>,
    decision: Decision<i64>,
    payload: &Payload<'_>,
    subject: &Subject<'_>,
) -> Result<Applied, Refusal> {
    let mut tombstones: Vec<(&str, Cow<'_, str>)> = names(subject);
    let applied = match decision {
        Decision::Create => {
            let mut profile = Profile::default();
            profile.update(payload, subject, kept);
            put(store, None, &profile)?;
            Applied::Created
        }
        Decision::Update(number) => {
            let before = load(store, number)?;
            let mut after = before.clone();
            after.update(payload, subject, kept);
            if after == before {
                Applied::Unchanged
            } else {
                put(store, Some(number), &after)?;
                Applied::Updated
            }
        }
        Decision::Delete(number) => {
            tombstones.extend(load(store, number)?.user_id.map(|id| ("user_id", id.into())));
            store.execute("delete from profiles where number = ?", [number])?;
            store.execute("delete from identifiers where profile = ?", [number])?;
            Applied::Deleted
        }
        Decision::Nothing(Reason::NotFound) => Applied::Unchanged,
        Decision::Nothing(Reason::Ambiguous) => Applied::Ambiguous,
        Decision::Nothing(Reason::Deleted | Reason::UnknownOperation) => Applied::Ignored,
    };
    // Whatever was decided, a delete leaves tombstones and an insert removes them.
    let tombstone = match payload.operation() {
        Operation::Delete => "insert or ignore into tombstones (field, value) values (?, ?)",
        Operation::DataInsert => {
            tombstones.extend(subject.identifiers());
            "delete from tombstones where field = ? and value = ?"
        }
        _ => return Ok(applied),
    };
    for name in tombstones {
        store.prepare_cached(tombstone)?.execute(name)?;
    }
    Ok(applied)
}

/// Returns what names a deleted user: the user id, or the identifiers if there is none.
fn names<'s>(subject: &'s Subject<'_>) -> Vec<(&'s str, Cow<'s, str>)> {
    match subject.user_id() {
        Some(id) => vec![("user_id", id.as_str().into())],
        None => subject.identifiers().collect(),
    }
}

/// Remembered lookup values are kept in comparable form. If your table may not have them, keep a keyed hash.
fn kept(field: &str, value: &str) -> String {
    comparable(field, value).into_owned()
}

fn load(store: &Transaction<'_>, number: i64) -> rusqlite::Result<Profile> {
    store.prepare_cached(&format!("{SELECT} where number = ?"))?.query_row([number], profile)
}

/// Reads a row of [`SELECT`].
fn profile(row: &Row<'_>) -> rusqlite::Result<Profile> {
    let mut fields: Fields<'static> = json(row, 1)?;
    for (column, name) in (3..).zip(TYPED) {
        if let Some(text) = row.get::<_, Option<String>>(column)? {
            fields.insert(name, Redactable::Visible(Value::from(text)));
        }
    }
    Ok(Profile { user_id: row.get(0)?, fields, remembered: json(row, 2)? })
}

fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error.into())
    })
}

/// Writes a profile and what it is found by. Without a number it is a new profile.
fn put(store: &Transaction<'_>, number: Option<i64>, profile: &Profile) -> Result<(), Refusal> {
    let mut others = profile.fields.clone();
    let typed = TYPED.map(|name| {
        let text = profile.fields.value(name).and_then(Value::as_str);
        text.inspect(|_| _ = others.remove(name))
    });
    let (others, remembered) = (serde_json::to_string(&others)?, serde_json::to_string(&profile.remembered)?);
    let mut put = store.prepare_cached(
        "insert into profiles (number, user_id, other_fields, remembered, email, first_name)
         values (?, ?, ?, ?, ?, ?)
         on conflict (number) do update set user_id = excluded.user_id, other_fields = excluded.other_fields,
             remembered = excluded.remembered, email = excluded.email, first_name = excluded.first_name
         returning number",
    )?;
    let row = (number, &profile.user_id, others, remembered, typed[0], typed[1]);
    let number: i64 = put.query_row(row, |row| row.get(0))?;
    store.prepare_cached("delete from identifiers where profile = ?")?.execute([number])?;
    let mut index =
        store.prepare_cached("insert into identifiers (field, value, profile) values (?, ?, ?)")?;
    for (field, value) in profile.visible_identifiers() {
        index.execute((field, kept(field, value), number))?;
    }
    for (field, value) in &profile.remembered {
        index.execute((field, value, number))?;
    }
    Ok(())
}
