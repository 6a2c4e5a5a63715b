//! Recipes for services, as pages. There is no code in this module.

#[doc = include_str!("axum_handler.md")]
pub mod axum_handler {}

#[doc = include_str!("queue.md")]
pub mod queue {}

#[doc = include_str!("jsonb_column.md")]
pub mod jsonb_column {}

#[doc = include_str!("metrics_and_tracing.md")]
pub mod metrics_and_tracing {}

#[doc = include_str!("null_absent_redacted.md")]
pub mod null_absent_redacted {}

#[doc = include_str!("testing_a_handler.md")]
pub mod testing_a_handler {}

#[doc = include_str!("importing_an_archive.md")]
pub mod importing_an_archive {}
