//! Typed payloads of Rownd's profile webhooks.
//!
//! [Rownd](https://rownd.io) keeps user profiles for apps and calls a webhook when a profile changes. Hand this crate the
//! raw body, and match on what happened:
//!
//! ```
//! use rownd_webhooks::{Event, ParseError};
//!
//! fn handle(body: &[u8]) -> Result<String, Box<dyn std::error::Error>> {
//!     Ok(match rownd_webhooks::from_slice(body)?.into_event()? {
//!         Event::DataInsert(e) => format!("{} is new, with {} fields", e.subject, e.fields.len()),
//!         Event::DataUpdate(e) => format!("{} changed", e.subject),
//!         Event::VisibilityUpdate(e) => format!("{} hid or revealed a field", e.subject),
//!         Event::Delete(e) => format!("forget {}", e.subject),
//!         Event::Unknown(payload) => format!("nothing to do for {}", payload.operation()),
//!     })
//! }
//!
//! let body = rownd_webhooks::testing::samples::DELETE.as_bytes();
//! assert_eq!(handle(body)?, "forget user 0e223bd4-1324-49ff-b948-122eeaaa42d1");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The way through the crate
//!
//! ```text
//! body bytes ──parse──▶ Payload ──into_event──▶ Event ──▶ your code
//!                          │
//!                          ├── validate()     every Issue there is
//!                          ├── decode::<T>()  your own struct, with Redactable<T> fields
//!                          └── sync_plan()    what to do to your own copy
//! ```
//!
//! - [`from_slice`], [`from_str`], [`from_reader`], or a [`Parser`] with limits of your own, make a [`Payload`]: lenient,
//!   what came, understood. What is malformed is a [`ParseError`], what is merely odd an [`Issue`].
//! - [`Payload::into_event`] makes an [`Event`]: strict, one struct a kind, with a [`Subject`] that is certainly there.
//! - [`Payload::fields`] holds a [`Value`] for each field, each [`Redactable`]: its user may have hidden it.
//!   [`Payload::decode`] puts them into a struct of your own.
//! - [`mapping`] undoes the operator's renames, [`schema`] checks against the app's profile schema, [`sync`] keeps a copy in
//!   step, [`replay`] reads archives, [`testing`] makes payloads for tests, [`Received`] stamps arrival.
//!
//! # Personal data
//!
//! Bodies hold personal data. No `Display`, no `Debug` and no error of this crate tells a value out of a body: types,
//! lengths, paths and positions only, besides the user id, the names of fields and unknown operations. Reading a value is
//! always explicit: `as_str()`, `value()`, `get()`, `decode()`, or `Serialize`.
//!
//! # What is not here
//!
//! HTTP, since every framework hands over the body; signatures, since the vendor documents none; an event's id, time or
//! order, since a payload has none; storage. The README says what to do about each.

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

// Bytes to payload.
mod bytes;
mod document;
pub mod mapping;
mod parse;
pub mod schema;
mod validate;

// What a payload says.
mod decode;
mod event;
mod subject;

// What services embed.
mod received;
pub mod replay;
pub mod sync;
pub mod testing;

use std::io::Read;

pub use decode::DecodeError;
pub use error::{ParseError, ParseErrorKind};
pub use event::{DataInsert, DataUpdate, Delete, Event, VisibilityUpdate};
pub use issue::{Issue, Severity, ValidationError};
pub use parse::Parser;
pub use payload::Payload;
pub use payload::fields::{Fields, FieldsIter};
pub use payload::lookup::LookupValue;
pub use payload::operation::{Operation, UnknownOperation};
pub use payload::user_id::UserId;
pub use payload::value::{Number, RawJson, Value};
pub use received::Received;
pub use redactable::{REDACTED, Redactable};
pub use subject::Subject;

/// JSON Schema 2020-12 of a body, for gateways and other languages.
///
/// It accepts what [`Parser::strict`] accepts. What a schema cannot express, such as the rules of redaction, its
/// `description` lists.
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
/// Every [`ParseErrorKind`] but `Io` and `Invalid`.
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

/// Parses a body that is text already.
///
/// # Errors
///
/// As [`from_slice`].
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

/// Parses a body from a reader, of which it reads at most one byte more than the limit.
///
/// # Errors
///
/// As [`from_slice`], and `Io` if the reader fails.
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

/// What is promised of every type, checked when the crate is built.
const _: () = {
    const fn ordinary<T: Send + Sync + Unpin + Clone + std::fmt::Debug + Eq + 'static>() {}
    const fn error<T: std::error::Error + Send + Sync + Clone + Eq + 'static>() {}
    ordinary::<Payload<'static>>();
    ordinary::<Event<'static>>();
    ordinary::<Parser>();
    ordinary::<sync::SyncPlan<'static>>();
    ordinary::<sync::Changes<'static>>();
    ordinary::<sync::Mirror>();
    ordinary::<sync::Profile>();
    ordinary::<sync::Applied>();
    ordinary::<schema::ProfileSchema>();
    error::<ParseError>();
    error::<DecodeError>();
    error::<ValidationError>();
    error::<replay::LineError>();
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
