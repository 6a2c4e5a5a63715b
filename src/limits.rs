//! How much a body may hold.

/// The limits of one parser; the depth is serde_json's and stands in `scan`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Bytes of a body.
    pub(crate) bytes: usize,
    /// Fields of `data`.
    pub(crate) fields: usize,
}

impl Limits {
    pub(crate) const DEFAULT: Self = Self { bytes: 2 << 20, fields: 10_000 };
}
