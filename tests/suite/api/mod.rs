//! The public types, one module per type: how each is built, read, compared, written and printed.

mod dates;
mod fields;
mod operation;
mod user_id;
mod values;
