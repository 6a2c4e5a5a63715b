//! The shared part of the example receivers: a store of profiles in SQLite, and a log line and a counter for every delivery.

pub mod cases;
mod deliveries;
mod profile;
mod receiver;
mod refusal;
mod store;

pub use deliveries::{METRICS_CONTENT_TYPE, log_to_stdout};
pub use profile::Profile;
pub use receiver::{BODY_TIMEOUT, MAX_BYTES, Receiver, address};
pub use refusal::Refusal;
pub use store::Store;

/// Runs the page of the library's cookbook about SQL.
#[cfg(doctest)]
#[doc = include_str!("../../../src/cookbook/sql.md")]
struct CookbookSql;

/// Runs the page of the library's cookbook about tests.
#[cfg(doctest)]
#[doc = include_str!("../../../src/cookbook/tests.md")]
struct CookbookTests;
