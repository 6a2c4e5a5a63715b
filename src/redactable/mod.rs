//! A value that the user may have redacted.

pub(crate) mod mark;
mod serde;
pub(crate) mod visitor;

use std::any::type_name;
use std::fmt::{self, Debug, Formatter};
use std::ops::Deref;

use crate::json::printable::Printable;

/// The sentinel: the string that replaces the value of a field that the user has hidden.
///
/// It has this meaning only as the whole value of a field or lookup value. Nested inside an object or array it is ordinary text,
/// which only a `Redactable` in your own type reads as `Redacted`.
pub const REDACTED: &str = "<<REDACTED>>";

/// A value that the user may have redacted.
///
/// In a struct, `Redactable<T>` distinguishes visible and redacted, and `Option<Redactable<T>>` absent too. It is written as
/// its value, or as the sentinel [`REDACTED`], and read back in any self-describing format.
///
/// Outside of [`Payload::decode`](crate::Payload::decode), `T` is read as JSON, and cannot borrow. What a format writes unlike
/// JSON is rejected and never changed: bytes (also a `Uuid` in a binary format), names of members that are numbers, enums with a
/// tag in YAML, infinity, and integers of more than 64 bits. RON tells neither enums nor newtypes from units and lists, so keep
/// none there. For non-self-describing formats, such as postcard, see the [cookbook](crate::cookbook::formats).
///
/// `Debug` shows the type of the value, and errors show the JSON type that was found. Neither contains the value.
///
/// A hidden value can still be elsewhere in a body: in a lookup value, in a nested object of another field, and in
/// [unknown members](crate::Payload::unknown_members).
///
/// # Examples
///
/// ```
/// use rownd_webhooks::Redactable;
///
/// #[derive(serde::Deserialize)]
/// struct Profile {
///     email: Redactable<String>,
///     age: Redactable<u8>,
///     country: Option<Redactable<String>>,
/// }
///
/// let profile: Profile = serde_json::from_str(r#"{"email":"jrose@acme.com","age":"<<REDACTED>>"}"#)?;
/// assert_eq!(profile.email.as_deref().visible(), Some(&"jrose@acme.com"));
/// assert!(profile.age.is_redacted());
/// assert!(profile.country.is_none());
/// assert_eq!(format!("{:?}", profile.email), "Visible(String)");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// There is no implicit conversion to the value:
///
/// ```compile_fail,E0308
/// use rownd_webhooks::Redactable;
///
/// let email = Redactable::Visible("jrose@acme.com".to_owned());
/// let text: &str = &email;
/// ```
///
/// Ask for it, also in a test, so that a failed comparison shows the values:
///
/// ```
/// use rownd_webhooks::Redactable;
///
/// let email = Redactable::Visible("jrose@acme.com".to_owned());
/// let text: Option<&str> = email.visible().map(String::as_str);
/// assert_eq!(text, Some("jrose@acme.com"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Redactable<T> {
    /// The value.
    Visible(T),
    /// The user has hidden the value. Erase any stored copy.
    Redacted,
}

impl<T> Redactable<T> {
    /// Returns the value, or `None` if it is redacted.
    #[must_use]
    pub fn visible(&self) -> Option<&T> {
        self.as_ref().into_visible()
    }

    /// Returns the owned value, or `None` if it is redacted.
    #[must_use]
    pub fn into_visible(self) -> Option<T> {
        match self {
            Self::Visible(value) => Some(value),
            Self::Redacted => None,
        }
    }

    /// Returns `true` if the value is visible.
    #[must_use]
    pub fn is_visible(&self) -> bool {
        !self.is_redacted()
    }

    /// Returns `true` if the value is redacted.
    #[must_use]
    pub fn is_redacted(&self) -> bool {
        matches!(self, Self::Redacted)
    }

    /// Converts from `&Redactable<T>` to `Redactable<&T>`.
    #[must_use]
    pub fn as_ref(&self) -> Redactable<&T> {
        match self {
            Self::Visible(value) => Redactable::Visible(value),
            Self::Redacted => Redactable::Redacted,
        }
    }

    /// Converts from `&mut Redactable<T>` to `Redactable<&mut T>`.
    #[must_use]
    pub fn as_mut(&mut self) -> Redactable<&mut T> {
        match self {
            Self::Visible(value) => Redactable::Visible(value),
            Self::Redacted => Redactable::Redacted,
        }
    }

    /// Converts from `&Redactable<T>` to `Redactable<&T::Target>`, such as `&Redactable<String>` to `Redactable<&str>`.
    #[must_use]
    pub fn as_deref(&self) -> Redactable<&T::Target>
    where
        T: Deref,
    {
        self.as_ref().map(T::deref)
    }

    /// Applies a function to a visible value.
    #[must_use]
    pub fn map<U>(self, function: impl FnOnce(T) -> U) -> Redactable<U> {
        match self {
            Self::Visible(value) => Redactable::Visible(function(value)),
            Self::Redacted => Redactable::Redacted,
        }
    }

    /// Returns the value, or `default` if it is redacted.
    pub fn unwrap_or(self, default: T) -> T {
        self.into_visible().unwrap_or(default)
    }

    /// Returns the value, or computes one if it is redacted.
    pub fn unwrap_or_else(self, default: impl FnOnce() -> T) -> T {
        self.into_visible().unwrap_or_else(default)
    }

    /// Returns the value, or the default of its type if it is redacted.
    #[must_use]
    pub fn unwrap_or_default(self) -> T
    where
        T: Default,
    {
        self.into_visible().unwrap_or_default()
    }

    /// Returns the value, or `error` if it is redacted.
    ///
    /// # Errors
    ///
    /// Returns `error` if the value is redacted.
    pub fn ok_or<E>(self, error: E) -> Result<T, E> {
        self.into_visible().ok_or(error)
    }
}

impl<T> Redactable<&T> {
    /// Copies the visible value.
    #[must_use]
    pub fn copied(self) -> Redactable<T>
    where
        T: Copy,
    {
        self.map(|value| *value)
    }

    /// Clones the visible value.
    #[must_use]
    pub fn cloned(self) -> Redactable<T>
    where
        T: Clone,
    {
        self.map(T::clone)
    }
}

impl<T> From<T> for Redactable<T> {
    fn from(value: T) -> Self {
        Self::Visible(value)
    }
}

impl<T> From<Redactable<T>> for Option<T> {
    fn from(value: Redactable<T>) -> Self {
        value.into_visible()
    }
}

impl<T> Debug for Redactable<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Visible(_) => write!(f, "Visible({})", Printable(&short_type_name::<T>())),
            Self::Redacted => f.write_str("Redacted"),
        }
    }
}

/// Returns the name of a type without the paths of modules: `Vec<String>`.
fn short_type_name<T>() -> String {
    let is_separator = |character: char| !(character.is_alphanumeric() || matches!(character, '_' | ':'));
    let names = type_name::<T>().split_inclusive(is_separator);
    names.map(|name| name.rsplit_once("::").map_or(name, |(_, name)| name)).collect()
}
