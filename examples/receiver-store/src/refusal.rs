//! The HTTP response to a delivery that is refused.

use rownd_webhooks::{ParseError, ValidationError};
use serde::Serialize;

/// The reason why a delivery is refused.
///
/// `Serialize` writes the body of the response. It contains names of fields, and no values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The response's HTTP status.
    #[serde(skip)]
    pub status: u16,
    /// The code of the error or of the issue, as in the documentation of `rownd-webhooks`.
    pub code: &'static str,
    /// The JSON Pointer to the offending part of the body.
    pub path: Option<String>,
}

impl Refusal {
    /// The body is larger than [`MAX_BYTES`](crate::MAX_BYTES).
    pub const TOO_LARGE: Self = Self { status: 413, code: "too_large", path: None };

    /// The body could not be read to its end.
    pub const INCOMPLETE: Self = Self { status: 400, code: "io", path: None };

    /// The store is unavailable. The sender should retry.
    pub const UNAVAILABLE: Self = Self { status: 503, code: "unavailable", path: None };

    /// The value of the response's header `Retry-After`: the seconds after which to send the delivery again.
    #[must_use]
    pub fn retry_after(&self) -> Option<&'static str> {
        (self.status == 503).then_some("30")
    }
}

impl From<ParseError> for Refusal {
    fn from(error: ParseError) -> Self {
        Self { status: error.http_status(), code: error.code(), path: error.path().map(str::to_owned) }
    }
}

/// No user is identified. The payload's first issue says why.
impl From<ValidationError> for Refusal {
    fn from(error: ValidationError) -> Self {
        let (code, path) = error
            .issues()
            .first()
            .map_or(("invalid", None), |issue| (issue.code(), Some(issue.path().to_owned())));
        Self { status: 400, code, path }
    }
}
