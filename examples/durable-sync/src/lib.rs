//! Rownd's webhooks into a profile store, such that nothing is lost: receiver, durable log, projector, store.
//!
//! ```text
//! POST /hook ─▶ receiver ─▶ log (on disk, then 2xx) ─▶ projector ─▶ profiles
//!                  └─ what cannot be read ─▶ log's lane of dead letters ─▶ dead_letters
//! ```

pub mod log;
pub mod metrics;
pub mod options;
pub mod profile;
pub mod projector;
pub mod receiver;
pub mod replay;
pub mod store;

/// How many lanes deliveries are divided into, by user: each is projected in order, by one projector at a time.
pub const LANES: u32 = 8;

/// The lane of what cannot be read.
pub const DEAD_LANE: u32 = LANES;
