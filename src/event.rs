//! One struct a kind, with identifiers that are certainly there.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};

use crate::fields::Fields;
use crate::lookup::LookupValue;
use crate::operation::Operation;
use crate::payload::Payload;
use crate::user_id::UserId;
use crate::validate::{self, ValidationError};

/// What happened, with what is certain about it: the strict side of [`Payload`].
///
/// ```
/// use rownd_webhooks::Event;
///
/// let event = rownd_webhooks::from_str(rownd_webhooks::testing::samples::DATA_UPDATE)?.into_event()?;
/// match event {
///     Event::DataInsert(insert) => println!("{} is new", insert.subject),
///     Event::DataUpdate(update) => assert_eq!(update.fields.len(), 5),
///     Event::VisibilityUpdate(update) => println!("{} fields", update.fields.len()),
///     Event::Delete(delete) => println!("forget {}", delete.subject),
///     Event::Unknown(payload) => println!("not known yet: {payload}"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A profile was created.
    DataInsert(DataInsert<'a>),
    /// A profile's fields changed.
    DataUpdate(DataUpdate<'a>),
    /// A user hid a field, or revealed it.
    VisibilityUpdate(VisibilityUpdate<'a>),
    /// A profile was deleted.
    Delete(Delete<'a>),
    /// An operation that this version does not know: the whole payload. Answer it with success.
    Unknown(Payload<'a>),
}

/// A profile was created ("Data created" on the vendor's page).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DataInsert<'a> {
    /// Whose profile.
    pub subject: Subject<'a>,
    /// What it holds.
    pub fields: Fields<'a>,
}

/// A profile's fields changed ("Data updated" on the vendor's page).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DataUpdate<'a> {
    /// Whose profile.
    pub subject: Subject<'a>,
    /// What it holds.
    pub fields: Fields<'a>,
}

/// A user hid a field, or revealed it ("Data visibility changed" on the vendor's page).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VisibilityUpdate<'a> {
    /// Whose profile.
    pub subject: Subject<'a>,
    /// What it holds, hidden fields as [`Redacted`](crate::Redactable::Redacted).
    pub fields: Fields<'a>,
}

/// A profile was deleted ("Data deleted" on the vendor's page).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delete<'a> {
    /// Whose profile it was.
    pub subject: Subject<'a>,
}

impl<'a> Event<'a> {
    pub(crate) fn new(payload: Payload<'a>) -> Result<Self, ValidationError> {
        if matches!(payload.operation, Operation::Unknown(_)) {
            return Ok(Self::Unknown(payload));
        }
        let subject = Subject::of(&payload)?;
        let fields = payload.fields;
        Ok(match payload.operation {
            Operation::DataInsert => Self::DataInsert(DataInsert { subject, fields }),
            Operation::DataUpdate => Self::DataUpdate(DataUpdate { subject, fields }),
            Operation::VisibilityUpdate => Self::VisibilityUpdate(VisibilityUpdate { subject, fields }),
            _ => Self::Delete(Delete { subject }),
        })
    }

    /// Who it is about, if the operation is known.
    #[must_use]
    pub fn subject(&self) -> Option<&Subject<'a>> {
        match self {
            Self::DataInsert(event) => Some(&event.subject),
            Self::DataUpdate(event) => Some(&event.subject),
            Self::VisibilityUpdate(event) => Some(&event.subject),
            Self::Delete(event) => Some(&event.subject),
            Self::Unknown(_) => None,
        }
    }

    /// The same event, free of the body.
    #[must_use]
    pub fn into_owned(self) -> Event<'static> {
        match self {
            Self::DataInsert(DataInsert { subject, fields }) => {
                Event::DataInsert(DataInsert { subject: subject.into_owned(), fields: fields.into_owned() })
            }
            Self::DataUpdate(DataUpdate { subject, fields }) => {
                Event::DataUpdate(DataUpdate { subject: subject.into_owned(), fields: fields.into_owned() })
            }
            Self::VisibilityUpdate(VisibilityUpdate { subject, fields }) => {
                Event::VisibilityUpdate(VisibilityUpdate {
                    subject: subject.into_owned(),
                    fields: fields.into_owned(),
                })
            }
            Self::Delete(Delete { subject }) => Event::Delete(Delete { subject: subject.into_owned() }),
            Self::Unknown(payload) => Event::Unknown(payload.into_owned()),
        }
    }
}

/// Who a payload is about: a user id, or a lookup value that can be used, or both. At least one is there.
///
/// `Display` is safe to log: the user id, or that there is none.
///
/// ```
/// let payload = rownd_webhooks::from_str(rownd_webhooks::testing::samples::DELETE)?;
/// let event = payload.into_event()?;
/// let subject = event.subject().unwrap();
/// assert_eq!(subject.key(), "0e223bd4-1324-49ff-b948-122eeaaa42d1");
/// assert_eq!(subject.to_string(), "user 0e223bd4-1324-49ff-b948-122eeaaa42d1");
/// assert_eq!(subject.lookup_values()[0].field(), "email");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject<'a> {
    user_id: Option<UserId<'a>>,
    lookup_values: Vec<LookupValue<'a>>,
}

impl<'a> Subject<'a> {
    pub(crate) fn of(payload: &Payload<'a>) -> Result<Self, ValidationError> {
        let user_id = payload.field("user_id").and_then(|field| field.visible()).and_then(UserId::of);
        if user_id.is_none() && !payload.lookup_values.iter().any(|lookup| lookup.usable().is_some()) {
            return Err(ValidationError::new(validate::issues(payload)));
        }
        Ok(Self { user_id, lookup_values: payload.lookup_values.clone() })
    }

    /// The vendor's id of the user.
    #[must_use]
    pub fn user_id(&self) -> Option<&UserId<'a>> {
        self.user_id.as_ref()
    }

    /// How else to find the user, in the body's order.
    #[must_use]
    pub fn lookup_values(&self) -> &[LookupValue<'a>] {
        &self.lookup_values
    }

    /// The first lookup value for a field.
    #[must_use]
    pub fn lookup(&self, field: &str) -> Option<&LookupValue<'a>> {
        self.lookup_values.iter().find(|lookup| lookup.field() == field)
    }

    /// A text to partition by, so that one user's events stay in order: the user id, else the first lookup value that can
    /// be used, as in `email=jrose@acme.com`. Never empty.
    ///
    /// It is stable as long as the vendor keeps sending the id, so it is no key for a table: look for a row by
    /// [`user_id`](Self::user_id), and without one by [`LookupValue::usable`]. It may be personal data, even that of a
    /// field that its user has hidden: hash it where it is stored or logged. To log, there is `Display`.
    #[must_use]
    pub fn key(&self) -> Cow<'_, str> {
        if let Some(user_id) = &self.user_id {
            return user_id.as_str().into();
        }
        let mut usable =
            self.lookup_values.iter().filter_map(|lookup| Some((lookup.field(), lookup.usable()?)));
        // `of` has seen to it that there is one.
        usable.next().map(|(field, text)| format!("{field}={text}")).unwrap_or_default().into()
    }

    /// The same subject, free of the body.
    #[must_use]
    pub fn into_owned(self) -> Subject<'static> {
        Subject {
            user_id: self.user_id.map(UserId::into_owned),
            lookup_values: self.lookup_values.into_iter().map(LookupValue::into_owned).collect(),
        }
    }
}

impl Display for Subject<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.user_id {
            Some(user_id) => write!(f, "user {user_id}"),
            None => f.write_str("an unnamed user"),
        }
    }
}
