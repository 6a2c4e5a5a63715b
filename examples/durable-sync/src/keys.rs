//! Keyed hashes of what identifies users, so that a store need not keep the values, which are personal data.

use anyhow::Result;
use hmac::{Hmac, KeyInit, Mac};
use rownd_webhooks::sync::comparable;
use sha2::{Digest, Sha256};

/// A keyed hash (HMAC) of a field's name and comparable value, as hexadecimal digits.
pub type Key = String;

/// Makes the keys of a store.
#[derive(Clone)]
pub struct Keys(Hmac<Sha256>);

impl Keys {
    /// Uses the secret of a store.
    ///
    /// # Errors
    ///
    /// Never returns an error: HMAC accepts secrets of any length.
    pub fn new(secret: &[u8]) -> Result<Self> {
        Ok(Self(Hmac::new_from_slice(secret)?))
    }

    /// Returns the key of a value. A user id is a value of the field `user_id`.
    #[must_use]
    pub fn key(&self, field: &str, value: &str) -> Key {
        let mac = self.0.clone().chain_update((field.len() as u64).to_be_bytes()).chain_update(field);
        hex(&mac.chain_update(comparable(field, value).as_bytes()).finalize().into_bytes())
    }

    /// Returns the key of a user id.
    #[must_use]
    pub fn id(&self, user_id: &str) -> Key {
        self.key("user_id", user_id)
    }
}

/// Returns a hash of a body, by which equal ones are recognized.
pub(crate) fn digest(body: &[u8]) -> String {
    hex(&Sha256::digest(body))
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
