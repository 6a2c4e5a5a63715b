//! The shared part of the example receivers: a store of profiles in memory, a log line and a counter for every delivery.

pub mod cases;
mod deliveries;
mod refusal;
mod store;

pub use deliveries::{METRICS_CONTENT_TYPE, log_to_stdout};
pub use refusal::Refusal;
pub use store::{MAX_BYTES, Store};
