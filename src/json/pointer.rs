//! JSON Pointers (RFC 6901), built only when something is wrong.

use super::printable::printable;

/// A JSON Pointer that is safe to print: every name in it is escaped and cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pointer(String);

impl Pointer {
    pub(crate) fn new(path: &str) -> Self {
        Self(path.to_owned())
    }

    pub(crate) fn member(mut self, name: &str) -> Self {
        self.0.push('/');
        self.0.push_str(&printable(name).replace('~', "~0").replace('/', "~1"));
        self
    }

    pub(crate) fn element(self, index: usize) -> Self {
        self.member(&index.to_string())
    }

    /// Adds the path of what encloses the value.
    pub(crate) fn within(self, parent: &str) -> Self {
        Self(format!("{parent}{}", self.0))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}
