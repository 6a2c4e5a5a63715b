//! The user whom a payload is about.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};

use crate::issue::ValidationError;
use crate::payload::Payload;
use crate::payload::lookup::{LookupValue, identifiers};
use crate::payload::user_id::{UserId, described};
use crate::payload::value::Value;

/// The user whom a payload is about: a user id, or a lookup value that identifies a user, or both.
///
/// At least one of them is present, so a subject always identifies a user. Subjects compare and hash by user id and lookup
/// values. `Display` is safe to log: it shows the user id, or that there is none.
///
/// # Examples
///
/// ```
/// let event = rownd_webhooks::from_str(rownd_webhooks::testing::samples::DELETE)?.into_event()?;
/// let subject = event.subject().unwrap();
/// assert_eq!(subject.user_id().map(|id| id.as_str()), Some("0e223bd4-1324-49ff-b948-122eeaaa42d1"));
/// assert_eq!(subject.email(), Some("jrose@acme.com"));
/// assert_eq!(subject.to_string(), "user 0e223bd4-1324-49ff-b948-122eeaaa42d1");
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subject<'a> {
    user_id: Option<Cow<'a, str>>,
    lookup_values: Vec<LookupValue<'a>>,
}

impl<'a> Payload<'a> {
    /// Returns the user whom the payload is about.
    ///
    /// # Errors
    ///
    /// There is no user id and no lookup value that identifies a user.
    pub fn subject(&self) -> Result<Subject<'a>, ValidationError> {
        let user_id = match self.value("user_id") {
            Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
            _ => None,
        };
        if user_id.is_none() && identifiers(self.lookup_values()).next().is_none() {
            return Err(ValidationError::no_user(self.issues()));
        }
        Ok(Subject { user_id, lookup_values: self.lookup_values().to_vec() })
    }
}

impl<'a> Subject<'a> {
    /// Returns the vendor's id of the user.
    #[must_use]
    pub fn user_id(&self) -> Option<UserId<'_>> {
        self.user_id.as_deref().and_then(UserId::new)
    }

    /// Returns the e-mail address among the lookup values.
    ///
    /// After an address change it may be the old one, and it may be the address of a field that the user has hidden.
    /// [`Payload::email`] is the address in the profile.
    #[must_use]
    pub fn email(&self) -> Option<&str> {
        self.lookup("email")?.identifier()
    }

    /// Returns the other ways to find the user, in the order of the body.
    #[must_use]
    pub fn lookup_values(&self) -> &[LookupValue<'a>] {
        &self.lookup_values
    }

    /// Returns the first lookup value for a field.
    #[must_use]
    pub fn lookup(&self, field: &str) -> Option<&LookupValue<'a>> {
        self.lookup_values.iter().find(|lookup| lookup.field() == field)
    }

    /// Returns a text to partition a log by, so that the events of one user stay in order. It is never empty.
    ///
    /// It is the user id, or else the first lookup value that identifies a user, as in `email=jrose@acme.com`. Some deliveries
    /// about a user have the id and others do not, so it is not a key for a table: find a row by [`user_id`](Self::user_id), and by
    /// [`LookupValue::identifier`] where there is none. It may be personal data, even that of a field which the user has
    /// hidden: hash it where you store it, and use `Display` to log.
    #[must_use]
    pub fn partition_key(&self) -> Cow<'_, str> {
        if let Some(user_id) = self.user_id() {
            return user_id.as_str().into();
        }
        // A subject without an id has such a lookup value.
        let first = identifiers(&self.lookup_values).next();
        first.map(|(field, text)| format!("{field}={text}")).unwrap_or_default().into()
    }

    /// Converts the subject into one that owns its data.
    #[must_use]
    pub fn into_owned(self) -> Subject<'static> {
        Subject {
            user_id: self.user_id.map(|id| id.into_owned().into()),
            lookup_values: self.lookup_values.into_iter().map(LookupValue::into_owned).collect(),
        }
    }
}

impl Display for Subject<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&described(self.user_id()))
    }
}
