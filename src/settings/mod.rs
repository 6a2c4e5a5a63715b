//! The operator's settings: the renames of fields and the profile schema.

pub mod mapping;
mod node;
pub mod schema;
