//! The behavior of `rownd-webhooks`, one module per topic.

#![allow(
    clippy::format_collect,
    clippy::incompatible_msrv,
    clippy::needless_pass_by_value,
    clippy::too_many_lines,
    clippy::type_complexity,
    reason = "tests favor short and plain code; the promise about Rust versions is the library's alone"
)]

mod api;
mod changes;
mod decode;
mod documented_payloads;
mod entry_points;
mod event;
mod grammar;
mod hostile;
mod limits;
mod lookup_values;
mod mirror;
mod parse_errors;
mod privacy;
mod properties;
mod readme;
mod received;
mod redaction;
mod replay;
mod roundtrip;
mod settings;
mod support;
mod surrogates;
mod testing_kit;
mod types;
mod validation;
