//! A profile store that loses no delivery of Rownd's webhooks: receiver, durable log, projector, store.
//!
//! ```text
//! POST /hooks/SECRET ─▶ receiver ─▶ log (on disk, then a response) ─▶ projector ─▶ store
//! ```
//!
//! The log numbers the deliveries. The projector applies them in that order, by the rules of
//! [`rownd_webhooks::sync::Mirror`].

pub mod batch;
pub mod check;
pub mod delivery;
pub mod keys;
pub mod log;
pub mod metrics;
pub mod options;
pub mod projector;
pub mod receiver;
pub mod replay;
pub mod row;
pub mod store;
