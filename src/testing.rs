//! Builders and samples for tests.
//!
//! [`samples`] are the four bodies of the vendor's payload reference. The builders make payloads and their bodies as the vendor
//! could send them: with a user id and a lookup value even if the test sets none, and without issues unless the test sets
//! something unusual. Input is sent unchanged: a lookup value may differ from the field of its name. To build a body that the
//! vendor should not send, use [`tamper`](PayloadBuilder::tamper), or change the string that [`body`](PayloadBuilder::body)
//! returns, for example to cut an emoji in half.
//!
//! # Examples
//!
//! ```
//! use rownd_webhooks::testing;
//!
//! let builder = testing::data_update().user_id("user_1").field("score", 7).redact("country");
//! let payload = builder.build();
//! assert_eq!(payload.user_id().unwrap(), "user_1");
//! assert!(payload.is_redacted("country"));
//! assert!(payload.issues().is_empty());
//!
//! let broken = builder.tamper(|body| body["meta"] = "gone".into());
//! assert_eq!(rownd_webhooks::from_str(&broken).unwrap_err().code(), "wrong_type");
//!
//! // A user whom only a lookup value identifies.
//! let event = testing::delete().without_user_id().lookup("email", "a@example.com").event();
//! assert_eq!(event.subject().unwrap().partition_key(), "email=a@example.com");
//! # Ok::<(), rownd_webhooks::ParseError>(())
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Debug, Formatter};

use serde_json::{Value, json};

use crate::event::Event;
use crate::json::{is_reserved, tree};
use crate::parse::Parser;
use crate::payload::Payload;
use crate::payload::operation::Operation;
use crate::redactable::REDACTED;

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
    /// All four, in the order of the page.
    pub const ALL: [&str; 4] = [DATA_INSERT, DATA_UPDATE, VISIBILITY_UPDATE, DELETE];
}

/// Returns a builder with the operation `data_insert`.
pub fn data_insert() -> PayloadBuilder {
    PayloadBuilder::new(Operation::DataInsert)
}

/// Returns a builder with the operation `data_update`.
pub fn data_update() -> PayloadBuilder {
    PayloadBuilder::new(Operation::DataUpdate)
}

/// Returns a builder with the operation `visibility_update`.
pub fn visibility_update() -> PayloadBuilder {
    PayloadBuilder::new(Operation::VisibilityUpdate)
}

/// Returns a builder with the operation `delete`. It has no list `redacted` unless a test redacts a field.
pub fn delete() -> PayloadBuilder {
    PayloadBuilder::new(Operation::Delete)
}

/// Returns a builder with an operation of any name, such as one that this version of the crate does not know.
pub fn operation(name: &str) -> PayloadBuilder {
    PayloadBuilder::new(Operation::from(name).into_owned())
}

/// A builder for payloads and bodies.
///
/// A later call overrides an earlier one, except that `redact` always overrides `field`. `Debug` shows the payload, without
/// values.
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct PayloadBuilder {
    operation: Operation<'static>,
    fields: BTreeMap<String, Value>,
    redacted: BTreeSet<String>,
    /// `None` for the default.
    lookup_values: Option<Vec<Value>>,
}

impl PayloadBuilder {
    fn new(operation: Operation<'static>) -> Self {
        let fields = BTreeMap::from([("user_id".to_owned(), "user_a3vc29gjsaf0h".into())]);
        Self { operation, fields, redacted: BTreeSet::new(), lookup_values: None }
    }

    /// Sets the user id. An empty one identifies no user.
    pub fn user_id(self, id: impl Into<String>) -> Self {
        self.field("user_id", id.into())
    }

    /// Removes the field `user_id`.
    pub fn without_user_id(mut self) -> Self {
        self.fields.remove("user_id");
        self.redacted.remove("user_id");
        self
    }

    /// Sets a field to a `serde_json::Value`, such as `json!` makes.
    ///
    /// # Panics
    ///
    /// Panics if no body can contain the field: its value is nested too deeply, or serde_json reserves a name.
    #[track_caller]
    pub fn field(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        let (name, value) = (name.into(), value.into());
        assert!(tree::field_text(&value).is_ok(), "no body can contain the value of this field");
        assert!(!is_reserved(&name), "serde_json reserves the name of this field");
        self.fields.insert(name, value);
        self
    }

    /// Redacts a field: it is listed in `redacted`, and its value is the sentinel, whatever [`field`](Self::field) sets.
    ///
    /// # Panics
    ///
    /// Panics if serde_json reserves the name.
    #[track_caller]
    pub fn redact(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        assert!(!is_reserved(&name), "serde_json reserves the name of this field");
        self.redacted.insert(name);
        self
    }

    /// Adds a lookup value.
    ///
    /// The default is the e-mail address in the field `email`, or `user@example.com` if there is no such field, so add one for
    /// each user in a test with several. If the field is redacted, empty or not a string, the default is the
    /// user id, or none if there is no user id either.
    pub fn lookup(mut self, field: impl Into<String>, value: impl Into<String>) -> Self {
        let lookup = json!({"field": field.into(), "value": value.into()});
        self.lookup_values.get_or_insert_default().push(lookup);
        self
    }

    /// Removes all lookup values, also the default.
    pub fn without_lookup_values(mut self) -> Self {
        self.lookup_values = Some(Vec::new());
        self
    }

    /// Builds the payload.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "it does not panic")]
    #[expect(clippy::expect_used, reason = "the methods above reject what no body can contain")]
    pub fn build(&self) -> Payload<'static> {
        let body = self.body();
        Parser::without_limits().parse(body.as_bytes()).expect("a body that can be parsed").into_owned()
    }

    /// Builds the payload and converts it into an event.
    ///
    /// # Panics
    ///
    /// Panics if the payload identifies no user.
    #[must_use]
    #[track_caller]
    #[expect(clippy::expect_used, reason = "a test that has no subject is wrong")]
    pub fn event(&self) -> Event<'static> {
        self.build().into_event().expect("a payload that identifies a user")
    }

    /// Builds the payload's body, as the vendor would send it.
    #[must_use]
    pub fn body(&self) -> String {
        self.json().to_string()
    }

    /// Builds a body that the vendor should not send: change its JSON as you like.
    #[must_use]
    pub fn tamper(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut json = self.json();
        change(&mut json);
        json.to_string()
    }

    fn json(&self) -> Value {
        let mut data = self.fields.clone();
        data.extend(self.redacted.iter().map(|name| (name.clone(), REDACTED.into())));
        let lookup_values =
            self.lookup_values.clone().unwrap_or_else(|| Vec::from_iter(default_lookup_value(&data)));
        let meta = json!({"operation": self.operation.as_str(), "lookup_values": lookup_values});
        if self.operation == Operation::Delete && self.redacted.is_empty() {
            json!({"data": data, "meta": meta})
        } else {
            json!({"data": data, "redacted": self.redacted, "meta": meta})
        }
    }
}

fn default_lookup_value(data: &BTreeMap<String, Value>) -> Option<Value> {
    Some(match data.get("email") {
        None => json!({"field": "email", "value": "user@example.com"}),
        Some(Value::String(email)) if email != REDACTED && !email.is_empty() => {
            json!({"field": "email", "value": email})
        }
        Some(_) => json!({"field": "user_id", "value": data.get("user_id")?}),
    })
}

impl Debug for PayloadBuilder {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PayloadBuilder").field(&self.build()).finish()
    }
}
