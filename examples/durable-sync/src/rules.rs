//! What deliveries do to stored profiles: the rules of [`rownd_webhooks::sync::Mirror`], whatever the store.
//!
//! A batch of entries names user ids and identifiers, the [`Wanted`]. A store loads the profiles that have one of them, and a [`Part`]
//! applies the batch to these. That is enough: the rules look at no other profile, and no other profile can come to have a
//! wanted id or identifier meanwhile.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use hmac::{Hmac, KeyInit, Mac};
use rownd_webhooks::{LookupValue, Operation, Parser, Payload, Redactable, Value};
use serde_json::Value as Json;
use sha2::Sha256;

/// Stands for a field's name and value: personal data in a form that only the store's salt gives a meaning.
pub type Key = Vec<u8>;

/// The secret that keys are made with. A store has its own.
#[derive(Clone)]
pub struct Salt(Vec<u8>);

impl Salt {
    /// Takes a salt from a store.
    #[must_use]
    pub fn new(salt: Vec<u8>) -> Self {
        Self(salt)
    }

    /// Creates a salt for a new store.
    #[must_use]
    pub fn random() -> Vec<u8> {
        rand::random::<[u8; 32]>().to_vec()
    }

    /// The key of a value. Letter case makes no difference to `email`.
    #[must_use]
    pub fn key(&self, field: &str, value: &str) -> Key {
        let value: Cow<'_, str> =
            if field == "email" { value.to_ascii_lowercase().into() } else { value.into() };
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return Key::new() };
        mac.update(&(field.len() as u64).to_be_bytes());
        mac.update(field.as_bytes());
        mac.update(value.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }

    fn keys<'p>(&self, payload: &'p Payload<'_>) -> impl Iterator<Item = (&'p str, Key)> {
        let usable = |lookup: &'p LookupValue<'_>| Some((lookup.field(), self.key(lookup.field(), lookup.usable()?)));
        payload.lookup_values().iter().filter_map(usable)
    }
}
