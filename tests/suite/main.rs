//! The behaviour of `rownd-webhooks`, one module per topic.

mod documented_payloads;
mod entry_points;
mod grammar;
mod hostile;
mod limits;
mod parse_errors;
mod privacy;
mod properties;
mod roundtrip;
mod types;
mod validation;

mod support;
