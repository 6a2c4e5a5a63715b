//! The places of the vendor's own values.

use crate::json::pointer::Pointer;

/// The path of one of the vendor's own values. Its JSON Pointer is built only when something is wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Path {
    Body,
    Data,
    Redacted,
    RedactedName(usize),
    Meta,
    Operation,
    LookupValues,
    LookupValue(usize),
    /// Beside a body, in a `Received`.
    ReceivedAt,
}

impl Path {
    #[cold]
    pub(crate) fn pointer(self) -> Pointer {
        Pointer::new(match self {
            Self::Body => "",
            Self::Data => "/data",
            Self::Redacted => "/redacted",
            Self::RedactedName(index) => return Self::Redacted.pointer().element(index),
            Self::Meta => "/meta",
            Self::Operation => "/meta/operation",
            Self::LookupValues => "/meta/lookup_values",
            Self::ReceivedAt => "/received_at",
            Self::LookupValue(index) => return Self::LookupValues.pointer().element(index),
        })
    }

    /// Returns the pointer to a member of this object.
    #[cold]
    pub(crate) fn member(self, name: &str) -> Pointer {
        self.pointer().member(name)
    }
}
