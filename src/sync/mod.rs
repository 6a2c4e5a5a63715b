//! Keeping a copy of profiles in step.
//!
//! A receiver that stores profiles has three questions for each payload: what to write, what to erase, and whom to
//! forget. [`SyncPlan`] answers them, such that applying a plan twice is the same as once, since a delivery may repeat.
//! [`Changes`] tells what differs between two sets of fields, for services that act on a change and not on a state.
//!
//! ```
//! use rownd_webhooks::sync::SyncPlan;
//! use std::collections::BTreeMap;
//!
//! let mut copy: BTreeMap<String, String> = BTreeMap::new();
//! copy.insert("country".into(), "United States".into());
//!
//! let payload = rownd_webhooks::from_str(rownd_webhooks::testing::samples::VISIBILITY_UPDATE)?;
//! match payload.sync_plan()? {
//!     SyncPlan::Upsert { set, erase, .. } => {
//!         for (name, value) in set.iter() {
//!             copy.insert(name.to_owned(), serde_json::to_string(value)?);
//!         }
//!         for name in erase.iter() {
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
mod mirror;
mod plan;

pub use changes::{ChangeKind, Changes, FieldChange};
pub use mirror::{Applied, Mirror, Profile};
pub use plan::{Erase, Set, SyncPlan};
