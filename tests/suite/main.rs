//! The behaviour of `rownd-webhooks`, one module per topic.

mod decode;
mod mirror;
#[path = "../support/mod.rs"]
mod support;
