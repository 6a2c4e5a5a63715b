//! The HTTP response to a delivery that is refused.

use rownd_webhooks::{ParseError, ParseErrorKind};
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
    /// The body is larger than the receiver accepts.
    pub const TOO_LARGE: Self = Self { status: 413, code: "too_large", path: None };

    /// The body could not be read to its end. The sender should retry.
    pub const INCOMPLETE: Self = Self { status: 503, code: "io", path: None };

    /// The body did not arrive in time.
    pub const TIMEOUT: Self = Self { status: 408, code: "timeout", path: None };

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
        let (mut code, mut path) = (error.code(), error.path());
        // No user is identified. The first issue says why.
        if let ParseErrorKind::Invalid(invalid) = error.kind()
            && let Some(issue) = invalid.issues().first()
        {
            (code, path) = (issue.code(), Some(issue.path()));
        }
        Self { status: error.http_status(), code, path: path.map(str::to_owned) }
    }
}

/// Whatever goes wrong in the database, nothing was stored, and the delivery has to be sent again.
impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(code = ?error.sqlite_error_code(), "the store is unavailable");
        Self::UNAVAILABLE
    }
}

impl From<serde_json::Error> for Refusal {
    fn from(_: serde_json::Error) -> Self {
        tracing::error!("a profile cannot be written as JSON");
        Self::UNAVAILABLE
    }
}
