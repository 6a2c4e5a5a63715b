//! The limits of a parser.

/// Limits on a body. The depth limit is fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) max_bytes: usize,
    /// Fields, redacted names, lookup values and unknown members, all together.
    pub(crate) max_entries: usize,
}

impl Limits {
    pub(crate) const DEFAULT: Self = Self { max_bytes: 2 << 20, max_entries: 10_000 };
    pub(crate) const NONE: Self = Self { max_bytes: usize::MAX, max_entries: usize::MAX };

    /// Returns the maximum number of bytes of a body with what `Received` writes around it.
    pub(crate) fn max_received_bytes(self) -> usize {
        self.max_bytes.saturating_add(128)
    }
}
