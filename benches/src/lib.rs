//! Compares this crate with what a service would otherwise use. `README.md` explains the tables.

pub mod bodies;
mod derived;
pub mod tables;
pub mod tasks;
