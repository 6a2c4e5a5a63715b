//! Tests of your own, without the vendor: the documented bodies, and builders.
//!
//! [`samples`] are the four bodies of the vendor's payload reference. The builders make payloads, and their bodies, as the
//! vendor could send them: with a user id and a lookup value even where a test names none, and without an issue, unless a
//! test asks for something odd, such as hiding `user_id`. For a handler's error path there is one deliberate way out:
//! [`tamper`](ProfileBuilder::tamper).
//!
//! ```
//! use rownd_webhooks::testing;
//!
//! let builder = testing::data_update().user_id("user_1").field("score", 7).redact("country");
//! let payload = builder.build();
//! assert_eq!(payload.user_id().unwrap().as_str(), "user_1");
//! assert!(payload.field("country").unwrap().is_redacted());
//! assert!(payload.issues().is_empty());
//!
//! let broken = builder.tamper(|body| body["meta"] = "gone".into());
//! assert_eq!(rownd_webhooks::from_str(&broken).unwrap_err().code(), "wrong_type");
//!
//! // A user whom only a lookup value tells.
//! let nameless = builder.lookup("email", "a@example.com").tamper(|body| body["data"]["user_id"] = "".into());
//! let event = rownd_webhooks::from_str(&nameless)?.into_event()?;
//! assert_eq!(event.subject().unwrap().key(), "email=a@example.com");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Debug, Formatter};

use serde_json::{Value, json};

use crate::limits::Limits;
use crate::operation::Operation;
use crate::payload::Payload;
use crate::redactable::REDACTED;
use crate::scan;
use crate::tree;
use crate::wire;

/// The four bodies of the vendor's payload reference.
pub mod samples {
    /// "Data created".
    pub const DATA_INSERT: &str = include_str!("../examples/payloads/data_insert.json");
    /// "Data updated".
    pub const DATA_UPDATE: &str = include_str!("../examples/payloads/data_update.json");
    /// "Data visibility changed".
    pub const VISIBILITY_UPDATE: &str = include_str!("../examples/payloads/visibility_update.json");
    /// "Data deleted".
    pub const DELETE: &str = include_str!("../examples/payloads/delete.json");
}

const USER_ID: &str = "user_id";

/// Begins a payload of operation `data_insert`.
pub fn data_insert() -> ProfileBuilder {
    ProfileBuilder::new(Operation::DataInsert)
}

/// Begins a payload of operation `data_update`.
pub fn data_update() -> ProfileBuilder {
    ProfileBuilder::new(Operation::DataUpdate)
}

/// Begins a payload of operation `visibility_update`.
pub fn visibility_update() -> ProfileBuilder {
    ProfileBuilder::new(Operation::VisibilityUpdate)
}

/// Begins a payload of operation `delete`.
pub fn delete() -> DeleteBuilder {
    DeleteBuilder { user: User::new() }
}

/// Who a payload is about.
#[derive(Clone, PartialEq, Eq)]
struct User {
    id: String,
    lookup_values: Vec<(String, String)>,
}

impl User {
    fn new() -> Self {
        Self { id: "user_a3vc29gjsaf0h".to_owned(), lookup_values: Vec::new() }
    }

    /// The vendor always sends one.
    fn set_id(&mut self, id: String) {
        if !id.is_empty() {
            self.id = id;
        }
    }

    /// The lookup values that agree with the fields: where a field is in clear, its text is the lookup value.
    fn lookup_values(&self, fields: &BTreeMap<String, Value>) -> Value {
        let agreed = |field: &str, value: &str| match fields.get(field) {
            None => Some(value.to_owned()),
            Some(Value::String(text)) if text == REDACTED => Some(value.to_owned()),
            Some(Value::String(text)) => Some(text.clone()).filter(|text| !text.is_empty()),
            Some(Value::Number(number)) => Some(number.to_string()),
            // Neither a text nor absent: no user can be found by it.
            Some(_) => None,
        };
        let lookup = |field: &str, value: &str| Some(json!({"field": field, "value": agreed(field, value)?}));
        let mut lookups: Vec<Value> =
            self.lookup_values.iter().filter_map(|(field, value)| lookup(field, value)).collect();
        if lookups.is_empty() {
            let is_hidden = fields.get("email").is_some_and(|email| email == REDACTED);
            let email = lookup("email", "user@example.com").filter(|_| !is_hidden);
            lookups.extend(email.or_else(|| lookup(USER_ID, &self.id)));
        }
        lookups.into()
    }
}

/// Builds a payload of a kind that carries a profile. `Debug` shows what it builds, and no value.
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct ProfileBuilder {
    operation: Operation<'static>,
    user: User,
    fields: BTreeMap<String, Value>,
    redacted: BTreeSet<String>,
}

impl ProfileBuilder {
    fn new(operation: Operation<'static>) -> Self {
        Self { operation, user: User::new(), fields: BTreeMap::new(), redacted: BTreeSet::new() }
    }

    /// Sets the user id; an empty one leaves it as it is.
    pub fn user_id(mut self, id: impl Into<String>) -> Self {
        self.user.set_id(id.into());
        self
    }

    /// Sets a field. What no body can hold, such as a name that serde_json reserves, is left out.
    pub fn field(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        let (name, value) = (name.into(), value.into());
        match value {
            Value::String(id) if name == USER_ID => self.user.set_id(id),
            _ if name == USER_ID || scan::is_reserved(&name) => {}
            value if tree::is_deeper(&value, scan::MAX_DEPTH) => {}
            value if scan::check(&value.to_string(), 2).is_err() => {}
            value => drop(self.fields.insert(name, value)),
        }
        self
    }

    /// Hides a field: it is listed as redacted, and holds the sentinel, whatever [`field`](Self::field) says of it.
    pub fn redact(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        if !scan::is_reserved(&name) {
            self.redacted.insert(name);
        }
        self
    }

    /// Adds a lookup value; where the field itself is in clear, that field's value is taken instead, so that the two agree.
    /// Without any, there is an e-mail address, or the user id if that is hidden.
    pub fn lookup(mut self, field: impl Into<String>, value: impl Into<String>) -> Self {
        self.user.lookup_values.push((field.into(), value.into()));
        self
    }

    fn json(&self) -> Value {
        let mut data = self.fields.clone();
        data.insert(USER_ID.to_owned(), self.user.id.clone().into());
        data.extend(self.redacted.iter().map(|name| (name.clone(), REDACTED.into())));
        json!({
            "data": data,
            "redacted": self.redacted,
            "meta": {"operation": self.operation.as_str(), "lookup_values": self.user.lookup_values(&data)},
        })
    }

    /// The payload.
    #[must_use]
    pub fn build(&self) -> Payload<'static> {
        payload(&self.json())
    }

    /// The payload's body, as the vendor would send it.
    #[must_use]
    pub fn body(&self) -> String {
        self.json().to_string()
    }

    /// A body that the vendor should not send: change its JSON as you like.
    #[must_use]
    pub fn tamper(&self, change: impl FnOnce(&mut Value)) -> String {
        tampered(self.json(), change)
    }
}

/// Builds a payload of a delete, which carries no profile. `Debug` shows what it builds, and no value.
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct DeleteBuilder {
    user: User,
}

impl DeleteBuilder {
    /// Sets the user id; an empty one leaves it as it is.
    pub fn user_id(mut self, id: impl Into<String>) -> Self {
        self.user.set_id(id.into());
        self
    }

    /// Adds a lookup value. Without any, there is an e-mail address.
    pub fn lookup(mut self, field: impl Into<String>, value: impl Into<String>) -> Self {
        self.user.lookup_values.push((field.into(), value.into()));
        self
    }

    fn json(&self) -> Value {
        let data = BTreeMap::from([(USER_ID.to_owned(), self.user.id.clone().into())]);
        json!({
            "data": data,
            "meta": {"operation": "delete", "lookup_values": self.user.lookup_values(&data)},
        })
    }

    /// The payload.
    #[must_use]
    pub fn build(&self) -> Payload<'static> {
        payload(&self.json())
    }

    /// The payload's body, as the vendor would send it.
    #[must_use]
    pub fn body(&self) -> String {
        self.json().to_string()
    }

    /// A body that the vendor should not send: change its JSON as you like.
    #[must_use]
    pub fn tamper(&self, change: impl FnOnce(&mut Value)) -> String {
        tampered(self.json(), change)
    }
}

impl Debug for ProfileBuilder {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ProfileBuilder").field(&self.build()).finish()
    }
}

impl Debug for DeleteBuilder {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DeleteBuilder").field(&self.build()).finish()
    }
}

fn payload(json: &Value) -> Payload<'static> {
    let limits = Limits { bytes: usize::MAX, fields: usize::MAX };
    // The builders let nothing in that the parser refuses.
    wire::read(&json.to_string(), &limits, None).map_or(Payload::EMPTY, Payload::into_owned)
}

fn tampered(mut json: Value, change: impl FnOnce(&mut Value)) -> String {
    change(&mut json);
    json.to_string()
}
