//! Reads a delivery, by the same rules in the receiver and in the projector.

use receiver_store::Refusal;
use rownd_webhooks::{Operation, Parser, Payload};

/// The longest body.
pub const MAX_BYTES: usize = 2 << 20;

/// The longest user id, since PostgreSQL's indexes take no long text.
const MAX_USER_ID: usize = 512;

/// Reads a body that identifies a user, or whose operation is not known.
///
/// # Errors
///
/// Returns a [`Refusal`] if the body cannot be parsed, identifies no user, or has a user id that no store can
/// index.
pub fn read(body: &[u8]) -> Result<Payload<'_>, Refusal> {
    let payload = Parser::new().max_bytes(MAX_BYTES).parse(body)?;
    if !matches!(payload.operation(), Operation::Unknown(_)) {
        payload.subject()?;
    }
    if payload.user_id().is_some_and(|id| id.as_str().len() > MAX_USER_ID || id.as_str().contains('\0')) {
        let path = Some("/data/user_id".to_owned());
        return Err(Refusal { status: 400, code: "unusable_user_id", path });
    }
    Ok(payload)
}
