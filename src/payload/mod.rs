//! The parsed payload and its parts.

pub(crate) mod dates;
pub(crate) mod fields;
pub(crate) mod lookup;
pub(crate) mod members;
pub(crate) mod operation;
pub(crate) mod paths;
mod serialize;
pub(crate) mod user_id;
pub(crate) mod value;

use std::borrow::Cow;
use std::fmt::{self, Debug, Display, Formatter};
use std::sync::LazyLock;

use serde::Serialize;

use crate::json::printable::DebugName;
use crate::redactable::Redactable;
use fields::{Fields, identifier};
use lookup::LookupValue;
use members::Members;
use operation::Operation;
use user_id::{UserId, described};
use value::{RawJson, Value};

/// A parsed webhook payload.
///
/// Parsing is lenient: a payload has everything that a service can act on, and [`issues`](Self::issues) lists what is unusual
/// about it. Use [`into_event`](Self::into_event) where you need a subject that is guaranteed to identify a user.
///
/// The payload borrows from the body where possible. A field that the user has hidden is [`Redacted`](Redactable::Redacted), and
/// a value that the body still carried for it is dropped.
///
/// Payloads compare regardless of whitespace and of the order of members and redacted names; lookup values keep their order.
/// `Display` is one line that is safe to log: operation, user id, counts. `Debug` shows names, types and lengths, and no value
/// but the user id.
///
/// `Serialize` writes the body back, including members that this crate does not know, and `Deserialize` reads it in any
/// self-describing format but RON, without the limits of a [`Parser`](crate::Parser). JSON text keeps every digit; elsewhere a
/// number is what the format or serde's buffer keeps of it: `1.10` may become `1.1`, and `1e400` is rejected, as are two nested
/// members with the same name.
///
/// The vendor's page describes the body under "Payload reference".
///
/// # Examples
///
/// ```
/// use rownd_webhooks::{Value, testing::samples};
///
/// let payload = rownd_webhooks::from_str(samples::VISIBILITY_UPDATE)?;
/// assert_eq!(payload.operation().as_str(), "visibility_update");
/// assert_eq!(payload.email(), Some("jrose@acme.com"));
/// assert_eq!(payload.value("first_name").and_then(Value::as_str), Some("Juliet"));
/// assert!(payload.redacted_names().eq(["country"]));
/// assert_eq!(
///     payload.to_string(),
///     "visibility_update of user 0e223bd4-1324-49ff-b948-122eeaaa42d1: 5 fields, 1 redacted, 1 lookup value",
/// );
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
#[derive(Clone)]
pub struct Payload<'a> {
    pub(crate) operation: Operation<'a>,
    pub(crate) data: Presence,
    pub(crate) fields: Fields<'a>,
    pub(crate) redacted: Presence,
    pub(crate) redacted_names: Vec<Cow<'a, str>>,
    pub(crate) lookup_list: Presence,
    pub(crate) lookup_values: Vec<LookupValue<'a>>,
    rare: Option<Box<Rare<'a>>>,
}

/// Rarely used parts, boxed to keep `Payload` small.
#[derive(Clone, Default)]
pub(crate) struct Rare<'a> {
    pub(crate) unknown_members: Members<'a, RawJson<'a>>,
    pub(crate) unknown_meta: Members<'a, RawJson<'a>>,
    /// The elements of `lookup_values` that are not lookup values, and their indexes.
    pub(crate) unusable: Vec<(usize, RawJson<'a>)>,
    /// What was sent as `lookup_values` instead of an array.
    pub(crate) not_an_array: Option<RawJson<'a>>,
    /// The listed fields that `data` lacks, sorted: they are absent again when the payload is written.
    pub(crate) absent: Vec<Cow<'a, str>>,
    /// The listed fields for which `data` carried a value, sorted.
    pub(crate) withheld: Vec<Cow<'a, str>>,
    /// The fields in whose values a lone surrogate was replaced.
    pub(crate) replaced_fields: Vec<Cow<'a, str>>,
    /// The unknown members of the body in which a lone surrogate was replaced.
    pub(crate) replaced_members: Vec<Cow<'a, str>>,
}

impl Rare<'_> {
    fn into_owned(self) -> Rare<'static> {
        let unusable = self.unusable.into_iter();
        Rare {
            unknown_members: self.unknown_members.into_owned(RawJson::into_owned),
            unknown_meta: self.unknown_meta.into_owned(RawJson::into_owned),
            unusable: unusable.map(|(index, json)| (index, json.into_owned())).collect(),
            not_an_array: self.not_an_array.map(RawJson::into_owned),
            absent: owned(self.absent),
            withheld: owned(self.withheld),
            replaced_fields: owned(self.replaced_fields),
            replaced_members: owned(self.replaced_members),
        }
    }
}

/// Compares what is written back, and not what parsing dropped or replaced.
impl PartialEq for Rare<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.unknown_members == other.unknown_members
            && self.unknown_meta == other.unknown_meta
            && self.unusable == other.unusable
            && self.not_an_array == other.not_an_array
            && self.absent == other.absent
    }
}

fn owned(names: Vec<Cow<'_, str>>) -> Vec<Cow<'static, str>> {
    names.into_iter().map(|name| name.into_owned().into()).collect()
}

/// How a member was sent, for writing it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    Absent,
    Null,
    Present,
}

/// An element of `lookup_values`.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum LookupElement<'p, 'a> {
    Usable(&'p LookupValue<'a>),
    Unusable(&'p RawJson<'a>),
}

impl<'a> Payload<'a> {
    pub(crate) fn empty() -> Self {
        Self {
            operation: Operation::from(""),
            data: Presence::Absent,
            fields: Fields::default(),
            redacted: Presence::Absent,
            redacted_names: Vec::new(),
            lookup_list: Presence::Absent,
            lookup_values: Vec::new(),
            rare: None,
        }
    }

    pub(crate) fn rare(&self) -> &Rare<'a> {
        static EMPTY: LazyLock<Rare<'static>> = LazyLock::new(Rare::default);
        self.rare.as_deref().unwrap_or(&EMPTY)
    }

    #[cold]
    pub(crate) fn rare_mut(&mut self) -> &mut Rare<'a> {
        self.rare.get_or_insert_default()
    }

    /// Returns the operation: what happened.
    #[must_use]
    pub fn operation(&self) -> &Operation<'a> {
        &self.operation
    }

    /// Returns the user's id: the field `user_id`, if it is a visible string and not empty, or else the first non-empty lookup
    /// value for `user_id`, even if the field exists.
    ///
    /// ```
    /// let payload = rownd_webhooks::from_str(r#"{"data":{"user_id":"u-1"},"meta":{"operation":"delete"}}"#)?;
    /// let id: Option<&str> = payload.user_id().map(|id| id.as_str());
    /// assert_eq!(id, Some("u-1"));
    /// # Ok::<(), rownd_webhooks::ParseError>(())
    /// ```
    #[must_use]
    pub fn user_id(&self) -> Option<UserId<'_>> {
        self.user_id_text().map(|text| UserId(text))
    }

    /// Returns the user's id. It is not empty.
    pub(crate) fn user_id_text(&self) -> Option<&Cow<'a, str>> {
        match self.value("user_id") {
            Some(Value::String(text)) if !text.is_empty() => Some(text),
            _ => {
                let mut named = self.lookup_values.iter().filter(|lookup| lookup.field() == "user_id");
                named.find_map(|lookup| identifier(&lookup.value))
            }
        }
    }

    /// Returns the user's e-mail address: the field `email`, or the lookup value of that name if the body lacks the field.
    ///
    /// A field takes precedence: if it is redacted, `null` or empty, there is no address, even with a lookup value. The format is
    /// not validated.
    #[must_use]
    pub fn email(&self) -> Option<&str> {
        self.contact("email")
    }

    /// Returns the user's phone number: the field `phone_number`, or the lookup value of that name if the body lacks the field.
    ///
    /// The rules are those of [`email`](Self::email). The format is not validated.
    #[must_use]
    pub fn phone_number(&self) -> Option<&str> {
        self.contact("phone_number")
    }

    fn contact(&self, name: &str) -> Option<&str> {
        match self.field(name) {
            Some(field) => field.visible()?.as_str().filter(|text| !text.is_empty()),
            None => self.lookup(name)?.identifier(),
        }
    }

    /// Returns the profile's fields, sorted by name: every field that `data` or `redacted` names.
    #[must_use]
    pub fn fields(&self) -> &Fields<'a> {
        &self.fields
    }

    /// Returns the field with this name: `None` if it is absent, `Redacted` if the user has hidden it.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Redactable<Value<'a>>> {
        self.fields.get(name)
    }

    /// Returns the value of the field with this name, or `None` if it is absent or redacted.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value<'a>> {
        self.fields.value(name)
    }

    /// Returns `true` if the body names this field and the user has hidden it.
    #[must_use]
    pub fn is_redacted(&self, name: &str) -> bool {
        self.fields.is_redacted(name)
    }

    /// Iterates over the list `redacted` as received.
    ///
    /// To ask whether a field is redacted, use [`is_redacted`](Self::is_redacted): the sentinel redacts a field too.
    #[must_use]
    pub fn redacted_names(&self) -> impl ExactSizeIterator<Item = &str> + DoubleEndedIterator + Clone {
        self.redacted_names.iter().map(|name| &**name)
    }

    /// Returns the lookup values (`meta.lookup_values`) in the order of the body.
    ///
    /// Elements that are not lookup values are left out. They are reported as `unusable_lookup_value`, and written back.
    #[must_use]
    pub fn lookup_values(&self) -> &[LookupValue<'a>] {
        &self.lookup_values
    }

    /// Returns the first lookup value for a field.
    #[must_use]
    pub fn lookup(&self, field: &str) -> Option<&LookupValue<'a>> {
        self.lookup_values.iter().find(|lookup| lookup.field() == field)
    }

    /// Iterates over the members of the body that this crate does not know, sorted by name.
    ///
    /// Nothing in them is redacted, so they may contain what a field hides.
    #[must_use]
    pub fn unknown_members(
        &self,
    ) -> impl ExactSizeIterator<Item = (&str, &RawJson<'a>)> + DoubleEndedIterator + Clone {
        self.rare().unknown_members.iter()
    }

    /// Iterates over the members of `meta` that this crate does not know, as [`unknown_members`](Self::unknown_members) does.
    #[must_use]
    pub fn unknown_meta(
        &self,
    ) -> impl ExactSizeIterator<Item = (&str, &RawJson<'a>)> + DoubleEndedIterator + Clone {
        self.rare().unknown_meta.iter()
    }

    /// Converts the payload into an owned one.
    ///
    /// A payload borrows from the body, so it cannot outlive it:
    ///
    /// ```compile_fail,E0515
    /// use rownd_webhooks::{ParseError, Payload};
    ///
    /// fn read() -> Result<Payload<'static>, ParseError> {
    ///     let body = String::from(r#"{"meta":{"operation":"delete"}}"#);
    ///     rownd_webhooks::from_str(&body)
    /// }
    /// ```
    ///
    /// One that owns its data can:
    ///
    /// ```
    /// use rownd_webhooks::{ParseError, Payload};
    ///
    /// fn read() -> Result<Payload<'static>, ParseError> {
    ///     let body = String::from(r#"{"meta":{"operation":"delete"}}"#);
    ///     rownd_webhooks::from_str(&body).map(Payload::into_owned)
    /// }
    /// ```
    #[must_use]
    pub fn into_owned(self) -> Payload<'static> {
        Payload {
            operation: self.operation.into_owned(),
            data: self.data,
            fields: self.fields.into_owned(),
            redacted: self.redacted,
            redacted_names: owned(self.redacted_names),
            lookup_list: self.lookup_list,
            lookup_values: self.lookup_values.into_iter().map(LookupValue::into_owned).collect(),
            rare: self.rare.map(|rare| Box::new(rare.into_owned())),
        }
    }

    /// Iterates over the fields in `data`.
    pub(crate) fn present_fields(&self) -> impl Iterator<Item = (&str, &Redactable<Value<'a>>)> {
        self.fields.iter().filter(|(name, _)| !self.is_absent(name))
    }

    /// Returns `true` if the field is listed as redacted, and `data` lacks it.
    pub(crate) fn is_absent(&self, name: &str) -> bool {
        self.rare().absent.binary_search_by(|absent| (**absent).cmp(name)).is_ok()
    }

    /// Iterates over all elements of `lookup_values`, in the order of the body.
    pub(crate) fn lookup_elements(&self) -> impl Iterator<Item = LookupElement<'_, 'a>> {
        let mut unusable = self.rare().unusable.iter().peekable();
        let mut usable = self.lookup_values.iter();
        (0..).map_while(move |index| match unusable.next_if(|(at, _)| *at == index) {
            Some((_, json)) => Some(LookupElement::Unusable(json)),
            None => usable.next().map(LookupElement::Usable),
        })
    }
}

impl PartialEq for Payload<'_> {
    fn eq(&self, other: &Self) -> bool {
        fn sorted<'p>(payload: &'p Payload<'_>) -> Vec<&'p str> {
            let mut names: Vec<&str> = payload.redacted_names().collect();
            names.sort_unstable();
            names
        }
        self.operation == other.operation
            && self.data == other.data
            && self.fields == other.fields
            && self.redacted == other.redacted
            && sorted(self) == sorted(other)
            && self.lookup_list == other.lookup_list
            && self.lookup_values == other.lookup_values
            && self.rare() == other.rare()
    }
}

impl Eq for Payload<'_> {}

impl Display for Payload<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let plural = |count| if count == 1 { "" } else { "s" };
        let (fields, lookups) = (self.fields.len(), self.lookup_values.len());
        let redacted = self.fields.redacted().count();
        write!(
            f,
            "{} of {}: {fields} field{}, {redacted} redacted, {lookups} lookup value{}",
            self.operation,
            described(self.user_id()),
            plural(fields),
            plural(lookups),
        )
    }
}

impl Debug for Payload<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let redacted_names: Vec<DebugName<'_>> = self.redacted_names().map(DebugName).collect();
        f.debug_struct("Payload")
            .field("operation", &self.operation)
            .field("user_id", &self.user_id())
            .field("fields", &self.fields)
            .field("redacted_names", &redacted_names)
            .field("lookup_values", &self.lookup_values)
            .field("unknown_members", &self.rare().unknown_members)
            .field("unknown_meta", &self.rare().unknown_meta)
            .finish()
    }
}
