//! Errors of decoding.

use std::fmt::{self, Debug, Display, Formatter};

use serde::de::{self, Expected, Unexpected};

use crate::json;
use crate::json::pointer::Pointer;
use crate::json::printable::Printable;
use crate::json::with_article;
use crate::redactable::mark;

/// An error from decoding fields.
///
/// `Display` and `Debug` name the field, the place inside it, and what is wrong: the JSON type that was found and the one that
/// was expected, or that the type does not accept the value. They never contain a value. [`detail`](Self::detail) may.
///
/// What the type expected is in the words of the type: what its `Visitor::expecting` writes appears in the message. A type that
/// writes a value there puts it into the message.
///
/// # Examples
///
/// ```
/// #[derive(serde::Deserialize, Debug)]
/// struct Profile {
///     country: String,
/// }
///
/// let payload = rownd_webhooks::from_str(rownd_webhooks::testing::samples::VISIBILITY_UPDATE)?;
/// let error = payload.decode::<Profile>().unwrap_err();
/// assert_eq!((error.field(), error.code()), (Some("country"), "redacted"));
/// assert_eq!(error.to_string(), "field `country` is redacted");
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct DecodeError(Box<Details>);

#[derive(Clone, PartialEq, Eq)]
struct Details {
    kind: Kind,
    place: Place,
    detail: Option<String>,
    /// The type rejected a missing value, such as that of a redacted field.
    expected_value: bool,
}

#[derive(Clone, Default, PartialEq, Eq)]
struct Place {
    field: Option<String>,
    /// A JSON Pointer, empty for the whole.
    path: String,
}

impl Place {
    /// The field or member with this name.
    fn named(name: &str) -> Self {
        Self { path: Pointer::default().member(name).as_str().to_owned(), field: Some(name.to_owned()) }
    }
}

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    Redacted,
    /// The type expected another JSON type.
    WrongType {
        expected: String,
        found: &'static str,
    },
    /// The type rejected a value of the JSON type that it expected.
    WrongValue(&'static str),
    MissingField,
    UnknownField,
    DuplicateField,
    Invalid,
}

impl DecodeError {
    /// Returns the stable code: `redacted`, `wrong_type` (the type rejects a value), `missing_field`, `unknown_field` or
    /// `invalid` (any other error, such as a duplicate field).
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.0.kind {
            Kind::Redacted => "redacted",
            Kind::WrongType { .. } | Kind::WrongValue(_) => "wrong_type",
            Kind::MissingField => "missing_field",
            Kind::UnknownField => "unknown_field",
            Kind::DuplicateField | Kind::Invalid => "invalid",
        }
    }

    /// Returns the name of the field at fault, if it is known.
    ///
    /// Where serde reads from a buffer (`flatten`, tagged and untagged enums), a `wrong_type` error names no field, and a missing
    /// or unknown field may be a nested member.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.0.place.field.as_deref()
    }

    /// Returns a JSON Pointer to the value at fault, relative to the fields, such as `/address/zip`, if it is known.
    ///
    /// It is safe to print: names in it are escaped, and cut at 64 characters.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        Some(self.0.place.path.as_str()).filter(|path| !path.is_empty())
    }

    /// Returns serde's message, if there is one. It may quote personal data.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// Returns `true` if no further attempt can decode the fields.
    pub(super) fn is_final(&self) -> bool {
        self.0.place.field.is_some() || self.0.expected_value
    }

    #[cold]
    fn new(kind: Kind, place: Place) -> Self {
        Self(Box::new(Details { kind, place, detail: None, expected_value: false }))
    }

    #[cold]
    fn mismatch(unexpected: Unexpected<'_>, expected: &dyn Expected, is_value: bool) -> Self {
        if mark::reject(&unexpected) {
            return Self::redacted(None);
        }
        let (expected, found) = (expected.to_string(), json_type(&unexpected));
        let detail = Some(format!("found {unexpected}, expected {expected}"));
        let kind = if is_value || found == "number" && is_number(&expected) {
            Kind::WrongValue(found)
        } else {
            Kind::WrongType { expected, found }
        };
        let expected_value = unexpected == Unexpected::Option;
        Self(Box::new(Details { kind, place: Place::default(), detail, expected_value }))
    }

    /// Creates the error of a field that is redacted.
    #[cold]
    pub(super) fn redacted(name: Option<&str>) -> Self {
        Self::new(Kind::Redacted, name.map(Place::named).unwrap_or_default())
    }

    /// Says that the error is about a value of this JSON type, unless it is about something inside it.
    pub(super) fn in_value(mut self, found: &'static str) -> Self {
        let details = &mut *self.0;
        if details.place.path.is_empty() && matches!(details.kind, Kind::Invalid | Kind::UnknownField) {
            // A type may take the value for the name of a field.
            details.kind = Kind::WrongValue(found);
        }
        details.place.field = None;
        details.expected_value = false;
        self
    }

    /// Says that the error is about the name of a member.
    pub(super) fn in_name(mut self, name: &str) -> Self {
        if self.0.kind != Kind::UnknownField {
            self.0.kind = Kind::WrongValue("name");
        }
        self.0.place.field = None;
        self.within(name)
    }

    /// Adds the member or element around the place.
    pub(super) fn within(mut self, name: &str) -> Self {
        let path = &mut self.0.place.path;
        *path = Pointer::default().member(name).as_str().to_owned() + path;
        self
    }

    /// Sets the field.
    pub(super) fn of_field(mut self, name: &str) -> Self {
        self.0.place.field = Some(name.to_owned());
        self
    }

    /// Attributes the error to the redacted field, if the type rejected a missing value.
    ///
    /// From a buffer, a type may take a value for the name of a field, or report a nested member. So the name is kept only if an
    /// unknown field exists, or a missing one does not.
    pub(super) fn attributed_to(mut self, redacted: Option<&str>, exists: impl Fn(&str) -> bool) -> Self {
        if self.0.expected_value {
            return Self::redacted(redacted);
        }
        let place = &mut self.0.place;
        if let Some(name) = &place.field {
            let (exists, named) = (exists(name), Place::named(name));
            match self.0.kind {
                Kind::UnknownField if place.path.is_empty() => {
                    *place = if exists { named } else { Place::default() };
                }
                Kind::MissingField if exists && *place == named => *place = Place::default(),
                _ => {}
            }
        }
        self
    }
}

/// Returns the JSON type of what serde found.
fn json_type(unexpected: &Unexpected<'_>) -> &'static str {
    match *unexpected {
        Unexpected::Bool(_) => "boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "number",
        Unexpected::Char(_) | Unexpected::Str(_) | Unexpected::UnitVariant => "string",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "array",
        Unexpected::Map => "object",
        Unexpected::Other(name) => {
            const NAMES: [&str; 6] = ["boolean", "number", "string", "null", "array", "object"];
            NAMES.into_iter().find(|known| *known == name).unwrap_or("value")
        }
        _ => "value",
    }
}

/// Returns `true` if a type of number is expected, such as `u8` or `a nonzero u8`, and not another type.
fn is_number(expected: &str) -> bool {
    let name = expected.rsplit(' ').next().unwrap_or_default();
    let size = name.strip_prefix(['i', 'u', 'f']).unwrap_or_default();
    size == "size" || size.parse::<u8>().is_ok()
}

/// Maximum number of characters of a path in a message.
const MAX_PATH: usize = 256;

impl Display for DecodeError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Details { kind, place: Place { field, path }, .. } = &*self.0;
        match field {
            Some(field) => write!(f, "field `{}`", Printable(field))?,
            None if *kind == Kind::Invalid => return f.write_str("the type does not accept the fields"),
            None => f.write_str("a value")?,
        }
        let is_nested = path.matches('/').count() > usize::from(field.is_some());
        if is_nested {
            // Each name in a path is short, but there may be many.
            let is_cut = path.chars().nth(MAX_PATH).is_some();
            write!(f, " at {path:.MAX_PATH$}{}", if is_cut { "…" } else { "" })?;
        }
        match kind {
            Kind::Redacted => f.write_str(" is redacted"),
            Kind::MissingField => f.write_str(" is absent"),
            Kind::UnknownField => f.write_str(" is not expected"),
            Kind::DuplicateField => f.write_str(" occurs twice"),
            Kind::WrongType { expected, found } => {
                write!(f, ": expected {}, found {}", Printable(expected), with_article(found))
            }
            Kind::WrongValue("null") => f.write_str(": the type does not accept null"),
            Kind::WrongValue(found) => write!(f, ": the type does not accept this {found}"),
            Kind::Invalid => f.write_str(": the type does not accept it"),
        }
    }
}

// Like `Display`, since a caller's type may print the error with `{:?}`.
impl Debug for DecodeError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "DecodeError(\"{self}\")")
    }
}

impl std::error::Error for DecodeError {}

impl de::Error for DecodeError {
    #[cold]
    fn custom<M: Display>(message: M) -> Self {
        let mut error = Self::new(Kind::Invalid, Place::default());
        error.0.detail = Some(message.to_string());
        error
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::mismatch(unexpected, expected, false)
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::mismatch(unexpected, expected, true)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(Kind::MissingField, Place::named(field))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new(Kind::DuplicateField, Place::named(field))
    }

    /// A type may take a value for the name, so the error has no path until the name is known to be one.
    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self::new(Kind::UnknownField, Place { field: Some(field.to_owned()), path: String::new() })
    }
}

/// The text has been checked before, so there is nothing to say about its errors.
impl From<json::Error> for DecodeError {
    #[cold]
    fn from(_: json::Error) -> Self {
        Self::new(Kind::Invalid, Place::default())
    }
}
