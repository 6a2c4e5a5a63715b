//! Recipes for services. This module contains only documentation.

// The examples in the repository build and run the pages that need more dependencies than the library's own tests.
#[cfg(not(doctest))]
#[doc = include_str!("handler.md")]
pub mod handler {}

#[cfg(not(doctest))]
#[doc = include_str!("sql.md")]
pub mod sql {}

#[doc = include_str!("first_import.md")]
pub mod first_import {}

#[doc = include_str!("queue.md")]
pub mod queue {}

#[doc = include_str!("formats.md")]
pub mod formats {}

#[doc = include_str!("null_absent_redacted.md")]
pub mod null_absent_redacted {}

#[doc = include_str!("metrics.md")]
pub mod metrics {}

#[cfg(not(doctest))]
#[doc = include_str!("tests.md")]
pub mod tests {}

#[doc = include_str!("several_apps.md")]
pub mod several_apps {}
