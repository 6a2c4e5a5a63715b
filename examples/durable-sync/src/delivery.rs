//! Reads a delivery: alike in the receiver, which responds, and in the projector, which applies it or puts it aside.

use rownd_webhooks::{ParseErrorKind, Parser, Payload};

/// The longest body.
pub const MAX_BYTES: usize = 2 << 20;

/// The longest user id, since PostgreSQL's indexes take no long text.
const MAX_USER_ID: usize = 512;

/// Why nothing can be done with a body.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The code of the parse error, or of the payload's first issue.
    pub code: &'static str,
    /// Where it is, as a JSON Pointer.
    pub path: Option<String>,
    /// Whether the body is too large to be kept.
    pub is_too_large: bool,
}

/// Reads a body that identifies a user, or whose operation is not known.
///
/// # Errors
///
/// Returns a [`Refusal`] if the body cannot be parsed, identifies nobody, or has a user id that no store can index.
pub fn read(body: &[u8]) -> Result<Payload<'_>, Refusal> {
    let payload = Parser::new().max_bytes(MAX_BYTES).parse(body).map_err(|error| Refusal {
        code: error.code(),
        path: error.path().map(str::to_owned),
        is_too_large: matches!(error.kind(), ParseErrorKind::TooLarge { .. }),
    })?;
    let refuse = |code, path: &str| Refusal { code, path: Some(path.to_owned()), is_too_large: false };
    if payload.sync_plan().is_err() {
        let issues = payload.issues();
        return Err(issues.first().map_or_else(
            || refuse("no_lookup_values", "/meta/lookup_values"),
            |issue| refuse(issue.code(), issue.path()),
        ));
    }
    if payload.user_id().is_some_and(|id| id.as_str().len() > MAX_USER_ID || id.as_str().contains('\0')) {
        return Err(refuse("unusable_user_id", "/data/user_id"));
    }
    Ok(payload)
}
