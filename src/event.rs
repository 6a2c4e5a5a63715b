//! One struct per operation, each with a guaranteed subject.

use std::fmt::{self, Display, Formatter};

use crate::error::ParseError;
use crate::payload::Payload;
use crate::payload::fields::Fields;
use crate::payload::operation::Operation;
use crate::payload::user_id::{UserId, described};
use crate::subject::Subject;

/// An event: one variant for each known operation, and one for the payload of an unknown operation.
///
/// `Display` is one line that is safe to log: the operation and the subject.
///
/// # Examples
///
/// ```
/// use rownd_webhooks::{Event, testing::samples};
///
/// let event = rownd_webhooks::from_str(samples::DATA_UPDATE)?.into_event()?;
/// assert_eq!(event.to_string(), "data_update of user 0e223bd4-1324-49ff-b948-122eeaaa42d1");
/// match event {
///     Event::DataInsert(insert) => println!("{} is new", insert.subject),
///     Event::DataUpdate(update) => assert_eq!(update.fields.len(), 5),
///     Event::VisibilityUpdate(update) => println!("{} hid or revealed a field", update.subject),
///     Event::Delete(delete) => println!("forget {}", delete.subject),
///     Event::Unknown(payload) => println!("not known yet: {payload}"),
/// }
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A profile was created.
    DataInsert(DataInsert<'a>),
    /// The fields of a profile changed.
    DataUpdate(DataUpdate<'a>),
    /// A user hid or revealed a field.
    VisibilityUpdate(VisibilityUpdate<'a>),
    /// A profile was deleted.
    Delete(Delete<'a>),
    /// The whole payload of an operation that this version does not know. Respond to it with success.
    Unknown(Payload<'a>),
}

/// A profile was created ("Data created" on the vendor's page).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataInsert<'a> {
    /// The user whose profile was created.
    pub subject: Subject<'a>,
    /// The profile's fields.
    pub fields: Fields<'a>,
}

/// The fields of a profile changed ("Data updated" on the vendor's page).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataUpdate<'a> {
    /// The user whose profile changed.
    pub subject: Subject<'a>,
    /// The profile's fields. They may be only some of the fields: the vendor does not say.
    pub fields: Fields<'a>,
}

/// A user hid or revealed a field ("Data visibility changed" on the vendor's page).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisibilityUpdate<'a> {
    /// The user whose profile changed.
    pub subject: Subject<'a>,
    /// The profile's fields. Hidden ones are [`Redacted`](crate::Redactable::Redacted).
    pub fields: Fields<'a>,
}

/// A profile was deleted ("Data deleted" on the vendor's page).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delete<'a> {
    /// The user whose profile was deleted.
    pub subject: Subject<'a>,
}

impl<'a> Event<'a> {
    /// Returns the operation.
    #[must_use]
    pub fn operation(&self) -> &Operation<'a> {
        match self {
            Self::DataInsert(_) => &Operation::DataInsert,
            Self::DataUpdate(_) => &Operation::DataUpdate,
            Self::VisibilityUpdate(_) => &Operation::VisibilityUpdate,
            Self::Delete(_) => &Operation::Delete,
            Self::Unknown(payload) => payload.operation(),
        }
    }

    /// Returns the user whom the event is about, if the operation is known.
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

    /// Returns the user's id, even if the operation is unknown.
    #[must_use]
    pub fn user_id(&self) -> Option<UserId<'_>> {
        match self {
            Self::Unknown(payload) => payload.user_id(),
            event => event.subject()?.user_id(),
        }
    }

    /// Returns the profile's fields: `None` for a delete, which carries no profile, and for an unknown operation.
    #[must_use]
    pub fn fields(&self) -> Option<&Fields<'a>> {
        match self {
            Self::DataInsert(event) => Some(&event.fields),
            Self::DataUpdate(event) => Some(&event.fields),
            Self::VisibilityUpdate(event) => Some(&event.fields),
            Self::Delete(_) | Self::Unknown(_) => None,
        }
    }

    /// Converts the event into one that owns its data, to keep it or to send it to another task.
    ///
    /// To queue a delivery for another process or a later version, keep the [`Payload`], which serializes as the body, or the
    /// body itself. Either one still contains the value of a field that the user hides later, so limit how long you keep it.
    ///
    /// ```
    /// use rownd_webhooks::{Event, testing::samples};
    ///
    /// let (sender, receiver) = std::sync::mpsc::channel::<Event<'static>>();
    /// let body = samples::DELETE.to_owned();
    /// sender.send(rownd_webhooks::from_str(&body)?.into_event()?.into_owned())?;
    /// drop(body);
    /// assert_eq!(receiver.recv()?.to_string(), "delete of user 0e223bd4-1324-49ff-b948-122eeaaa42d1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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

impl Display for Event<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.operation(), described(self.user_id()))
    }
}

impl<'a> TryFrom<Payload<'a>> for Event<'a> {
    type Error = ParseError;

    fn try_from(payload: Payload<'a>) -> Result<Self, ParseError> {
        payload.into_event()
    }
}

impl<'a> Payload<'a> {
    /// Converts the payload into the event that it describes, with a subject that is guaranteed to identify a user.
    ///
    /// An unknown operation is not an error: its payload is in [`Event::Unknown`]. The other variants drop the list `redacted`
    /// and unknown members. Clone the payload, or keep the body, if you need them.
    ///
    /// # Errors
    ///
    /// Returns an error with the code `invalid` if the operation is known and the payload identifies no user.
    pub fn into_event(self) -> Result<Event<'a>, ParseError> {
        Ok(match self.operation {
            Operation::DataInsert => {
                Event::DataInsert(DataInsert { subject: self.subject()?, fields: self.fields })
            }
            Operation::DataUpdate => {
                Event::DataUpdate(DataUpdate { subject: self.subject()?, fields: self.fields })
            }
            Operation::VisibilityUpdate => {
                Event::VisibilityUpdate(VisibilityUpdate { subject: self.subject()?, fields: self.fields })
            }
            Operation::Delete => Event::Delete(Delete { subject: self.subject()? }),
            Operation::Unknown(_) => Event::Unknown(self),
        })
    }
}
