//! The limits of a parser.

/// How much a body may hold. The depth is serde_json's, and not a matter of choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) max_bytes: usize,
    /// Fields, redacted names, lookup values and unknown members, all together.
    pub(crate) max_entries: usize,
}

impl Limits {
    pub(crate) const DEFAULT: Self = Self { max_bytes: 2 << 20, max_entries: 10_000 };
    pub(crate) const NONE: Self = Self { max_bytes: usize::MAX, max_entries: usize::MAX };

    /// Returns a number of bytes that a body within the limit does not reach, with what `Received` writes around it.
    pub(crate) fn max_enclosed_bytes(self) -> usize {
        self.max_bytes.saturating_add(128)
    }
}
