//! Typed payloads for the webhooks that [Rownd](https://rownd.io) sends when a user profile changes. Unofficial.
//!
//! Pass the raw request body to [`from_slice`] and match on the event:
//!
//! ```
//! use rownd_webhooks::{Event, ParseError};
//!
//! fn handle(body: &[u8]) -> Result<String, ParseError> {
//!     Ok(match rownd_webhooks::from_slice(body)?.into_event()? {
//!         Event::DataInsert(insert) => format!("{} is new", insert.subject),
//!         Event::DataUpdate(update) => format!("{} changed", update.subject),
//!         Event::VisibilityUpdate(update) => format!("{} hid or revealed a field", update.subject),
//!         Event::Delete(delete) => format!("forget {}", delete.subject),
//!         Event::Unknown(payload) => format!("nothing to do: {payload}"),
//!     })
//! }
//!
//! let body = rownd_webhooks::testing::samples::DELETE.as_bytes();
//! assert_eq!(handle(body)?, "forget user 0e223bd4-1324-49ff-b948-122eeaaa42d1");
//! # Ok::<(), ParseError>(())
//! ```
//!
//! # Overview
//!
//! ```text
//! body ──parse──▶ Payload ──into_event──▶ Event ──▶ your match
//!                    │                      └─ subject ─▶ your store looks up ─▶ sync::decide ─▶ your store writes
//!                    ├─ issues, validate                  (sync::Mirror does all of it in memory)
//!                    └─ decode::<T>() ──▶ your struct, with Redactable<T> fields
//! ```
//!
//! - [`Payload`] is lenient. It contains everything that a service can act on, and [`issues`](Payload::issues) lists what is
//!   unusual about it. A malformed body is a [`ParseError`]. A [`Parser`] configures limits and strictness.
//! - [`Event`] is strict: one struct per known operation, each with a [`Subject`] that is guaranteed to identify a user.
//! - [`Redactable`] is a value that the user may have hidden. [`Payload::value`] reads one field, [`Payload::decode`] fills
//!   your own struct.
//! - [`sync`] keeps a copy of the profiles in step, [`replay`] reads archives, and [`Received`] records the time of arrival.
//! - [`mapping`] undoes the operator's renames, and [`schema`] checks payloads against the app's profile schema.
//! - [`testing`] has the documented bodies, and builders for your tests.
#![cfg_attr(
    any(doc, doctest),
    doc = "- The [`cookbook`] has recipes: a handler, SQL, the first import, queues, formats, metrics, tests, several apps."
)]
//!
//! # Personal data
//!
//! No `Display`, `Debug` or error message of this crate contains a value of a body, other than the user id, which logs need.
//! They show JSON types, lengths, paths and positions, and the names of fields and unknown operations, escaped. Reading a value
//! is always explicit: `as_str()`, `value()`, `visible()`, `decode()`, `Serialize`, and [`DecodeError::detail`].
//!
//! # What is not here
//!
//! The crate does no HTTP and no storage. It also cannot supply what a delivery lacks:
//!
//! | a delivery has no | therefore |
//! |---|---|
//! | fixed HTTP method | accept every method: the operator chooses it, and only `meta.operation` says what happened |
//! | signature | put a secret into the webhook's URL path, compare it in constant time, and respond with 404 without it |
//! | id | it may arrive twice. Applying it twice in a row is idempotent; for other effects, remember a hash of [`Payload::canonical_json`] |
//! | time | [`Received`] records when it arrived |
//! | order | deliveries may arrive out of order. [`Subject::partition_key`] keeps those about one user in the order of their arrival |
//! | app | user ids are unique within one app: give each app a URL and tables of its own |
//!
//! # Features of dependencies
//!
//! This crate enables chrono's `serde`, serde's `derive` and serde_json's `raw_value`. It works with every combination of
//! serde_json's features. With some of them, names that begin with `$serde_json::private::` have a meaning of their own, so
//! this crate rejects such names at every level.

#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::todo,
    clippy::unimplemented,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::string_slice
)]

// JSON, errors, and what a body is made of.
mod error;
mod issue;
mod json;
mod payload;
mod redactable;

// Parsing bytes into a payload.
mod input;
mod parse;
mod settings;
mod validate;

// Payload to a caller's type, or to an event.
mod decode;
mod event;
mod subject;

// Helpers for services.
mod received;
pub mod replay;
pub mod sync;
pub mod testing;

#[cfg(any(doc, doctest))]
pub mod cookbook;

use std::io::Read;

pub use decode::DecodeError;
pub use error::{ParseError, ParseErrorKind};
pub use event::{DataInsert, DataUpdate, Delete, Event, VisibilityUpdate};
pub use issue::{Issue, Severity, ValidationError};
pub use parse::Parser;
pub use payload::Payload;
pub use payload::dates::Date;
pub use payload::fields::Fields;
pub use payload::lookup::LookupValue;
pub use payload::operation::{Operation, UnknownOperation};
pub use payload::user_id::UserId;
pub use payload::value::{Number, RawJson, Value};
pub use received::Received;
pub use redactable::{REDACTED, Redactable};
pub use settings::{mapping, schema};
pub use subject::Subject;

/// A JSON Schema of a body, for gateways and other languages.
///
/// It accepts what [`Parser::strict`] accepts. Its `description` lists what a schema cannot express, such as the rules of
/// redaction. It names draft 2020-12 and uses only keywords that draft 4 has as well, so gateways such as those of AWS and Kong,
/// whose validators know draft 4, accept it. If yours rejects the value of `$schema`, remove that member.
///
/// # Examples
///
/// ```
/// let schema: serde_json::Value = serde_json::from_str(rownd_webhooks::JSON_SCHEMA)?;
/// assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
/// # Ok::<(), serde_json::Error>(())
/// ```
pub const JSON_SCHEMA: &str = include_str!("payload.schema.json");

/// Parses a body with the limits of [`Parser::new`]. The payload borrows from it.
///
/// # Errors
///
/// Returns an error if the body is malformed: with any [`ParseErrorKind`] but `DuplicateRename`, `Io` and `Invalid`.
///
/// # Examples
///
/// ```
/// let payload = rownd_webhooks::from_slice(br#"{"data":{"user_id":"u"},"meta":{"operation":"delete"}}"#)?;
/// assert_eq!(payload.user_id().unwrap(), "u");
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
pub fn from_slice(body: &[u8]) -> Result<Payload<'_>, ParseError> {
    Parser::new().parse(body)
}

/// Parses a body that is a `str` already.
///
/// # Errors
///
/// Returns an error if the body is malformed, as [`from_slice`] does.
///
/// # Examples
///
/// ```
/// let error = rownd_webhooks::from_str("").unwrap_err();
/// assert_eq!(error.to_string(), "the body is empty, as it is when the webhook's HTTP method is GET");
/// ```
pub fn from_str(body: &str) -> Result<Payload<'_>, ParseError> {
    from_slice(body.as_bytes())
}

/// Parses a body from a reader. Reads at most one byte past the limit.
///
/// # Errors
///
/// Returns an error if the body is malformed or the reader fails (`Io`).
///
/// # Examples
///
/// ```
/// let body = std::io::Cursor::new(rownd_webhooks::testing::samples::DATA_INSERT);
/// assert_eq!(rownd_webhooks::from_reader(body)?.fields().len(), 4);
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
pub fn from_reader(reader: impl Read) -> Result<Payload<'static>, ParseError> {
    Parser::new().parse_reader(reader)
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
