//! Keeping a copy of profiles in step with the vendor's.
//!
//! - [`decide`] tells a store what to do about a delivery. It is a pure function, so every database can have the same rules.
//! - [`Mirror`] applies these rules in memory: a store for small services, and the reference for the tests of others.
//! - [`Changes`] are the differences between two sets of fields.
//!
//! # The rules
//!
//! Which profile a delivery is about:
//!
//! 1. Its *user id* is [`Payload::user_id`](crate::Payload::user_id). Ids compare exactly.
//! 2. Its *identifiers* are [`Subject::identifiers`](crate::Subject::identifiers): pairs of a field, other than `user_id`, and a
//!    value in the form of [`comparable`].
//! 3. A profile has at most one identifier for a field: the visible string or number that it has there, unless that is empty.
//!    Otherwise (absent, redacted, `null`, empty, another type) it is the last usable lookup value for this field in a delivery
//!    about the profile: that value is *remembered*. A visible string or number replaces the remembered value.
//! 4. A known user id decides, even that of a deleted user. Otherwise the identifiers decide. A delivery with a user id matches
//!    only profiles without one, and the matching profile adopts the id. A delivery without a user id matches all profiles.
//! 5. If the identifiers lead to several profiles, no profile changes. That should be reported: erasing the wrong user is worse
//!    than erasing nobody.
//!
//! What a store then does:
//!
//! 6. It does what [`decide`] returns. A delivery of an unknown operation needs no subject: nothing is done.
//! 7. To create or update a profile, it writes the visible fields, erases the values of the redacted ones, leaves all other
//!    fields alone, and remembers lookup values as in rule 3.
//! 8. Whatever is decided, a `delete` leaves a *tombstone* for its user id, or for its identifiers if it has no user id. If it
//!    removes a profile, it also leaves one for the user id of that profile. A `data_insert` removes the tombstones of its user id
//!    and of its identifiers.
//!
//! Applying a delivery twice in a row is idempotent.
//!
//! # What the rules cannot know
//!
//! Nothing in a delivery shows when it was sent.
//!
//! - A late `data_insert` restores a deleted user. If it is an exact repeat, you can recognize it: remember a hash of
//!   [`canonical_json`](crate::Payload::canonical_json) for each insert, and skip an insert whose hash is known.
//! - After a delete *with* a user id, a late update without one creates a profile again. So does a late update *with* a user id that
//!   the store has never seen, after a delete without one.
//! - A store that leaves out identifiers cannot recognize a delivery that has only these, and would create a profile for it each
//!   time: reject such a delivery.
//! - A profile without a user id is not merged into a profile with one that turns up elsewhere.
//! - An insert whose identifiers lead to two profiles stays ambiguous until one of these changes.
//! - User ids are unique within one app, and a body does not name its app. Give each app its own URL and its own tables.
//! - How long to keep tombstones is your choice. If they expire too early, a delayed update restores a deleted user; too late,
//!   and you keep personal data of users who are gone. Use the longest delay that you expect from the vendor and your queue, such
//!   as the retention of your queue, and some days for outages.
//!
//! # In SQL
//!
//! A store needs two kinds of queries, one call and one write, in one transaction. This example, in SQLite, identifies users by id and
//! e-mail address. The column `email` is the identifier of rule 3, and `deleted` has the tombstones:
//!
//! ```sql
//! create table profiles (id integer primary key, user_id text unique, email text, fields text not null);
//! create index profiles_by_email on profiles (email);
//! create table deleted (field text, value text, primary key (field, value));
//!
//! -- Found::profile and Found::deleted. Without a user id, look up each address in `deleted` instead.
//! select (select id from profiles where user_id = ?1),
//!        exists (select 1 from deleted where field = 'user_id' and value = ?1);
//! -- Found::candidates, for each address ?2 among the identifiers: two are enough.
//! select id from profiles where email = ?2 and (?1 is null or user_id is null) limit 2;
//! ```
//!
//! [The cookbook](crate::cookbook::sql) has such a store, whole, in Rust and SQLite.

mod changes;
mod decide;
mod index;
mod mirror;
mod profile;

pub use crate::subject::comparable;
pub use changes::{ChangeKind, Changes, FieldChange};
pub use decide::{Decision, Found, Reason, decide};
pub use mirror::{Applied, Change, Mirror};
pub use profile::Profile;
