//! Keeping a copy of profiles in step with the vendor's.
//!
//! - [`SyncPlan`] says what one delivery asks a receiver to do to its copy: what to write, what to erase, whom to forget.
//! - [`Mirror`] is a copy in memory, and the reference for what a correct receiver's store does.
//! - [`Changes`] are the differences between two sets of fields, for services that act on a change.
//!
//! # Examples
//!
//! ```
//! use rownd_webhooks::{sync::SyncPlan, testing::samples};
//! use std::collections::BTreeMap;
//!
//! let mut copy = BTreeMap::from([("country".to_owned(), "\"United States\"".to_owned())]);
//!
//! let payload = rownd_webhooks::from_str(samples::VISIBILITY_UPDATE)?;
//! match payload.sync_plan()? {
//!     SyncPlan::Upsert { set, erase, .. } => {
//!         for (name, value) in &set {
//!             copy.insert(name.to_owned(), serde_json::to_string(value)?);
//!         }
//!         for name in &erase {
//!             copy.remove(name);
//!         }
//!     }
//!     SyncPlan::Delete { .. } => copy.clear(),
//!     SyncPlan::Ignore => {}
//! }
//! assert_eq!(copy["first_name"], r#""Juliet""#);
//! assert!(!copy.contains_key("country"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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
