//! `sync::Mirror` and `sync::decide`: the rules of a copy, one by one, and laws that hold for all of them.

mod laws;
mod oracle;
