//! The behaviour of the crate, a module per subject.

mod mirror;
