//! The operator's settings: how fields are renamed, and the profile schema.

pub mod mapping;
mod node;
pub mod schema;
