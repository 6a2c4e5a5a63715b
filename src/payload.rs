//! What came, understood.

use std::borrow::Cow;
use std::fmt::{self, Debug, Display, Formatter};
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer};

use crate::canonical;
use crate::decode::DecodeError;
use crate::error::{ParseError, ParseErrorKind};
use crate::event::Event;
use crate::fields::Fields;
use crate::issue::Issue;
use crate::lookup::LookupValue;
use crate::operation::Operation;
use crate::parse::Parser;
use crate::json::from_json::JsonText;
use crate::redactable::Redactable;
use crate::scan::MAX_DEPTH;
use crate::slim::Text;
use crate::sorted::Sorted;
use crate::sync::SyncPlan;
use crate::tree;
use crate::user_id::UserId;
use crate::validate::{self, ValidationError};
use crate::value::{RawJson, Value};

/// A webhook's payload: what came, understood.
///
/// It is lenient: whatever can be acted on is here, and what is odd about it is an [`Issue`]. Where identifiers have to
/// be certain, go on with [`into_event`](Self::into_event).
///
/// Everything borrows from the body where it can; [`into_owned`](Self::into_owned) ends that. A field that its user has
/// hidden is [`Redacted`](Redactable::Redacted), and a value that the body still carried for it is gone.
///
/// Equality does not see the order of members nor of redacted names, nor white space; lookup values keep their order.
/// `Display` is one line that is safe to log: operation, user id, counts. `Debug` shows names, types and lengths, and
/// no value but the user id. `Serialize` writes the form of the wire back, members that this crate does not know included.
/// `Deserialize` is for serde_json's readers, as inside a web framework's `Json<Payload<'static>>`; it does what
/// [`from_slice`](crate::from_slice) does, with a copy of the text, and does not see white space around it.
///
/// The vendor's page calls this the payload reference.
///
/// ```
/// let payload = rownd_webhooks::from_str(rownd_webhooks::testing::samples::VISIBILITY_UPDATE)?;
/// assert_eq!(payload.operation().as_str(), "visibility_update");
/// assert_eq!(payload.email(), Some("jrose@acme.com"));
/// assert!(payload.redacted().eq(["country"]));
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
    pub(crate) redacted_list: Presence,
    pub(crate) redacted: Vec<Text<'a>>,
    pub(crate) lookup_list: Presence,
    pub(crate) lookup_values: Vec<LookupValue<'a>>,
    pub(crate) extra: Sorted<'a, RawJson<'a>>,
    pub(crate) meta_extra: Sorted<'a, RawJson<'a>>,
    /// Which fields were redacted by the list, though `data` carried a value: a fact that dropping the value would lose.
    /// One for each field, or none at all.
    pub(crate) withheld: Vec<bool>,
}

/// How a member came, for writing it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    Absent,
    Null,
    Present,
}

impl<'a> Payload<'a> {
    pub(crate) const EMPTY: Self = Self {
        operation: Operation::Unknown(Cow::Borrowed("")),
        data: Presence::Absent,
        fields: Fields(Sorted::EMPTY),
        redacted_list: Presence::Absent,
        redacted: Vec::new(),
        lookup_list: Presence::Absent,
        lookup_values: Vec::new(),
        extra: Sorted::EMPTY,
        meta_extra: Sorted::EMPTY,
        withheld: Vec::new(),
    };

    /// What happened.
    #[must_use]
    pub fn operation(&self) -> &Operation<'a> {
        &self.operation
    }

    /// Who it is about: the field `user_id`, if it is a string in clear and not empty.
    #[must_use]
    pub fn user_id(&self) -> Option<UserId<'_>> {
        UserId::new(self.fields.text("user_id")?)
    }

    /// The user's e-mail address, not checked to be one: the field `email`, else the lookup value of that name. `None` if
    /// the field is redacted, even where a lookup value tells it.
    #[must_use]
    pub fn email(&self) -> Option<&str> {
        self.identifier("email")
    }

    /// The user's phone number, not checked to be E.164: the field `phone_number`, else the lookup value of that name. `None`
    /// if the field is redacted, even where a lookup value tells it.
    #[must_use]
    pub fn phone_number(&self) -> Option<&str> {
        self.identifier("phone_number")
    }

    fn identifier(&self, name: &str) -> Option<&str> {
        let is_redacted = match self.field(name) {
            Some(field) => field.is_redacted(),
            None => self.redacted().any(|redacted| redacted == name),
        };
        if is_redacted {
            return None;
        }
        self.fields.text(name).or_else(|| self.lookup(name)?.usable())
    }

    /// The profile's fields (`data`), sorted by name; none if `data` is absent or null.
    #[must_use]
    pub fn fields(&self) -> &Fields<'a> {
        &self.fields
    }

    /// One field: `None` if it is absent, `Redacted` if its user has hidden it.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Redactable<Value<'a>>> {
        self.fields.get(name)
    }

    /// The names that the body lists as redacted, as listed: fields that are absent from `data` too.
    #[must_use]
    pub fn redacted(&self) -> impl ExactSizeIterator<Item = &str> + DoubleEndedIterator + Clone {
        self.redacted.iter().map(|name| &**name)
    }

    /// How to find the user (`meta.lookup_values`), in the body's order; none if they are absent or null.
    #[must_use]
    pub fn lookup_values(&self) -> &[LookupValue<'a>] {
        &self.lookup_values
    }

    /// The first lookup value for a field.
    #[must_use]
    pub fn lookup(&self, field: &str) -> Option<&LookupValue<'a>> {
        self.lookup_values.iter().find(|lookup| lookup.field() == field)
    }

    /// The body's own members that this crate does not know, sorted by name.
    #[must_use]
    pub fn extra(&self) -> impl ExactSizeIterator<Item = (&str, &RawJson<'a>)> + DoubleEndedIterator + Clone {
        self.extra.iter()
    }

    /// The members of `meta` that this crate does not know, sorted by name.
    #[must_use]
    pub fn meta_extra(
        &self,
    ) -> impl ExactSizeIterator<Item = (&str, &RawJson<'a>)> + DoubleEndedIterator + Clone {
        self.meta_extra.iter()
    }

    /// Decodes the fields into a struct of your own.
    ///
    /// Give a field the type [`Redactable<T>`] to tell visible and redacted apart, `Option<Redactable<T>>` to tell absent
    /// too. For a plain `Option<T>` a redacted field is `None`, so that a service does not fail the day a user hides a
    /// field. For a plain `T` it is an error that names the field. A `deserialize_with` that reads any value, such as
    /// `serde_json::Value`, to make an `Option` of it gets that error too: let it read an `Option`.
    ///
    /// Behind `#[serde(flatten)]`, and in tagged and untagged enums, serde reads fields out of a buffer. There a type that
    /// takes any value of JSON, such as `serde_json::Value`, gets `null` for a redacted field, since serde does not say whether it
    /// asks for an `Option`. Where a plain type and an `Option<Redactable<T>>` want the same field, it is `None` for both; a
    /// `Redactable<T>` still knows. The same holds for all fields, if more than 64 plain ones of a struct are redacted. An untagged
    /// enum chooses by what is visible, and a variant that wants a redacted field as `Redactable` before one that wants it plain.
    ///
    /// Keys of a map are read as serde_json reads them: as text, or as the number or boolean that a name spells.
    ///
    /// ```
    /// use rownd_webhooks::{Redactable, testing::samples};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Profile {
    ///     user_id: String,
    ///     country: Redactable<String>,
    ///     nickname: Option<Redactable<String>>,
    /// }
    ///
    /// let payload = rownd_webhooks::from_str(samples::VISIBILITY_UPDATE)?;
    /// let profile: Profile = payload.decode()?;
    /// assert_eq!(profile.user_id.len(), 36);
    /// assert!(profile.country.is_redacted() && profile.nickname.is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decode<'de, T: Deserialize<'de>>(&'de self) -> Result<T, DecodeError> {
        self.fields.decode()
    }

    /// `Err`, with every issue there is, when one of them is an `Error`.
    pub fn validate(&self) -> Result<(), ValidationError> {
        validate::payload(self)
    }

    /// Everything that is odd about the payload; see the table of [`Issue`].
    #[must_use]
    pub fn issues(&self) -> Vec<Issue> {
        validate::issues(self)
    }

    /// Turns it into one struct a kind, with identifiers that are certainly there.
    ///
    /// Errors: there is neither a user id nor a lookup value that can be used. An operation that is not known is no error: it
    /// comes back whole, as [`Event::Unknown`]. Lists of names and members that the structs do not hold are dropped with the
    /// payload: clone it, or keep the body, if they matter.
    pub fn into_event(self) -> Result<Event<'a>, ValidationError> {
        Event::new(self)
    }

    /// What a receiver has to do to its own copy of the profile.
    ///
    /// Errors: as for [`into_event`](Self::into_event).
    pub fn sync_plan(&self) -> Result<SyncPlan<'_>, ValidationError> {
        SyncPlan::new(self)
    }

    /// One text for equal payloads: compact JSON, with names sorted at every level.
    ///
    /// There is no event id. A service that must not do a side effect twice hashes this, with the hash of its choice, and
    /// remembers the hash for a while. For how long is the service's decision: a value that goes from A to B and back to A
    /// is not a repeat, though the last text is the first one again.
    ///
    /// It holds personal data, as the body does.
    ///
    /// ```
    /// let one = rownd_webhooks::from_str(r#"{"data":{"b":[1, 2],"a":"x"},"meta":{"operation":"data_update"}}"#)?;
    /// let two = rownd_webhooks::from_str(r#"{"meta":{"operation":"data_update"},"data":{"a":"x","b":[1,2]}}"#)?;
    /// assert_eq!(one.canonical_json(), two.canonical_json());
    /// assert_eq!(one.canonical_json(), r#"{"data":{"a":"x","b":[1,2]},"meta":{"operation":"data_update"}}"#);
    /// # Ok::<(), rownd_webhooks::ParseError>(())
    /// ```
    #[must_use]
    pub fn canonical_json(&self) -> String {
        if !self.redacted.is_sorted() {
            let mut sorted = self.clone();
            sorted.redacted.sort();
            return sorted.canonical_json();
        }
        // Nothing in a payload fails to be written: names are text, and the rest is JSON already.
        canonical::json(&serde_json::to_string(self).unwrap_or_default())
    }

    /// The same payload, free of the body.
    #[must_use]
    pub fn into_owned(self) -> Payload<'static> {
        Payload {
            operation: self.operation.into_owned(),
            data: self.data,
            fields: self.fields.into_owned(),
            redacted_list: self.redacted_list,
            redacted: self.redacted.into_iter().map(Text::into_owned).collect(),
            lookup_list: self.lookup_list,
            lookup_values: self.lookup_values.into_iter().map(LookupValue::into_owned).collect(),
            extra: self.extra.into_owned(RawJson::into_owned),
            meta_extra: self.meta_extra.into_owned(RawJson::into_owned),
            withheld: self.withheld,
        }
    }

    /// Drops the values of listed fields: named in `redacted` is redacted, whatever `data` holds.
    pub(crate) fn withhold(&mut self) {
        for name in &self.redacted {
            let position = self.fields.0.position(name);
            let field = position.and_then(|position| self.fields.0.value_mut(position));
            if let (Some(position), Some(field @ Redactable::Visible(_))) = (position, field) {
                *field = Redactable::Redacted;
                self.withheld.resize(self.fields.len(), false);
                if let Some(withheld) = self.withheld.get_mut(position) {
                    *withheld = true;
                }
            }
        }
    }
}

impl PartialEq for Payload<'_> {
    fn eq(&self, other: &Self) -> bool {
        let names = |payload: &Self| {
            let mut names: Vec<String> = payload.redacted().map(str::to_owned).collect();
            names.sort_unstable();
            names
        };
        self.operation == other.operation
            && self.data == other.data
            && self.fields == other.fields
            && self.redacted_list == other.redacted_list
            && (self.redacted == other.redacted || names(self) == names(other))
            && self.lookup_list == other.lookup_list
            && self.lookup_values == other.lookup_values
            && self.extra == other.extra
            && self.meta_extra == other.meta_extra
    }
}

impl Eq for Payload<'_> {}

impl Display for Payload<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} of ", self.operation)?;
        match self.user_id() {
            Some(user_id) => write!(f, "user {user_id}")?,
            None => f.write_str("an unnamed user")?,
        }
        let plural = |count| if count == 1 { "" } else { "s" };
        let (fields, lookups) = (self.fields.len(), self.lookup_values.len());
        let redacted = self.fields.iter().filter(|(_, field)| field.is_redacted()).count();
        write!(
            f,
            ": {fields} field{}, {redacted} redacted, {lookups} lookup value{}",
            plural(fields),
            plural(lookups),
        )
    }
}

impl Debug for Payload<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payload")
            .field("operation", &self.operation)
            .field("user_id", &self.user_id())
            .field("fields", &self.fields)
            .field("redacted", &self.redacted)
            .field("lookup_values", &self.lookup_values)
            .field("extra", &self.extra)
            .field("meta_extra", &self.meta_extra)
            .finish()
    }
}

impl<'de> Deserialize<'de> for Payload<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = JsonText::deserialize(deserializer)?.into_object();
        Parser::new().parse(text.as_bytes()).map(Payload::into_owned).map_err(serde::de::Error::custom)
    }
}

impl FromStr for Payload<'static> {
    type Err = ParseError;

    fn from_str(body: &str) -> Result<Self, ParseError> {
        crate::from_str(body).map(Payload::into_owned)
    }
}

impl<'a> TryFrom<&'a [u8]> for Payload<'a> {
    type Error = ParseError;

    fn try_from(body: &'a [u8]) -> Result<Self, ParseError> {
        crate::from_slice(body)
    }
}

impl<'a> TryFrom<&'a str> for Payload<'a> {
    type Error = ParseError;

    fn try_from(body: &'a str) -> Result<Self, ParseError> {
        crate::from_str(body)
    }
}

impl TryFrom<serde_json::Value> for Payload<'static> {
    type Error = ParseError;

    fn try_from(body: serde_json::Value) -> Result<Self, ParseError> {
        if tree::is_deeper(&body, MAX_DEPTH) {
            return Err(ParseError::new(ParseErrorKind::TooDeep));
        }
        body.to_string().parse()
    }
}
