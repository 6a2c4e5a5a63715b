mod decode;
#[path = "../support/mod.rs"]
mod support;
