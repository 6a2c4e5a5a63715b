//! The reason why fields do not fit a type.

use std::borrow::Cow;
use std::fmt::{self, Debug, Display, Formatter};

use serde::de::{self, Expected, Unexpected};

use crate::json::pointer::Pointer;
use crate::json::printable::Printable;
use crate::json::with_article;
use crate::redactable::mark;

/// The reason why fields do not fit a type.
///
/// `Display` and `Debug` name the field, the place inside of it, the JSON type that was found, and what the type expected. They
/// never contain a value. [`detail`](Self::detail) may.
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

#[derive(Clone, Default, PartialEq, Eq)]
struct Details {
    code: Code,
    field: Option<Cow<'static, str>>,
    /// A JSON Pointer, empty for the whole.
    path: String,
    detail: Option<String>,
    /// What was found and what the type expected.
    mismatch: Option<(&'static str, String)>,
    /// The type refused a missing value, such as that of a redacted field.
    expected_value: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Code {
    Redacted,
    WrongType,
    MissingField,
    UnknownField,
    #[default]
    Invalid,
}

impl DecodeError {
    /// Returns the stable code: `redacted`, `wrong_type` (the field's type refuses the value), `missing_field`, `unknown_field` or
    /// `invalid` (the type refuses the whole).
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.0.code {
            Code::Redacted => "redacted",
            Code::WrongType => "wrong_type",
            Code::MissingField => "missing_field",
            Code::UnknownField => "unknown_field",
            Code::Invalid => "invalid",
        }
    }

    /// Returns the name of the field at fault, if it is known.
    ///
    /// Where serde reads from a buffer (`flatten`, tagged and untagged enums), the field of a `wrong_type` error is not known, and
    /// a field that is missing or unknown may be a nested member.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    /// Returns a JSON Pointer to the value at fault, such as `/address/zip`, if it is known.
    ///
    /// It is safe to print: names in it are escaped, and cut at 64 characters.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        Some(self.0.path.as_str()).filter(|path| !path.is_empty())
    }

    /// Returns serde's message, if there is one. It may quote personal data.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// Returns `true` if no further attempt can decode the fields.
    pub(super) fn is_final(&self) -> bool {
        self.0.field.is_some() || self.0.expected_value
    }

    #[cold]
    fn new(code: Code, detail: impl Into<Option<String>>) -> Self {
        Self(Box::new(Details { code, detail: detail.into(), ..Details::default() }))
    }

    fn unexpected(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        if mark::refuse(&unexpected) {
            return Self::new(Code::Redacted, None);
        }
        let mut error = Self::new(Code::WrongType, format!("found {unexpected}, expected {expected}"));
        error.0.expected_value = unexpected == Unexpected::Option;
        error.0.mismatch = Some((found(&unexpected), expected.to_string()));
        error
    }

    pub(super) fn json(error: &serde_json::Error) -> Self {
        Self::new(Code::WrongType, error.to_string())
    }

    /// Adds what was found and expected, if the error does not say.
    pub(super) fn or_mismatch(mut self, type_name: &str, expected: Option<String>) -> Self {
        if let (None, "", Some(expected)) = (&self.0.mismatch, &*self.0.path, expected) {
            self.0.mismatch = Some((with_article(type_name), expected));
        }
        self
    }

    fn in_name(mut self, code: Code, name: &str) -> Self {
        self.0.code = code;
        self.0.field = None;
        self.0.expected_value = false;
        self.0.path = Pointer::default().member(name).as_str().to_owned() + &self.0.path;
        self
    }

    /// Locates the error in a member or element of a value.
    pub(super) fn in_step(self, name: &str) -> Self {
        self.in_name(Code::WrongType, name)
    }

    /// Locates the error in the name of a member of a value.
    pub(super) fn in_member_name(self, name: &str) -> Self {
        let is_unknown = self.0.code == Code::UnknownField;
        let mut error = self.in_step(name);
        if is_unknown {
            error.0.mismatch = Some(("a member", "nothing".to_owned()));
        }
        error
    }

    /// Locates the error in a value that is not a field.
    pub(super) fn outside_field(mut self) -> Self {
        self.0.code = Code::WrongType;
        self.0.field = None;
        self
    }

    pub(super) fn in_field(self, name: &str) -> Self {
        let mut error = self.in_name(Code::WrongType, name);
        error.0.field = Some(name.to_owned().into());
        error
    }

    /// Locates the error in the name of a field.
    pub(super) fn in_key(self, name: &str) -> Self {
        if self.0.code == Code::UnknownField { self } else { self.in_field(name) }
    }

    /// Creates the error of a field that is redacted.
    pub(super) fn redacted(name: &str) -> Self {
        let mut error = Self::new(Code::Redacted, None).in_field(name);
        error.0.code = Code::Redacted;
        error
    }

    /// Attributes the error to the redacted field, if the type refused a missing value.
    ///
    /// From a buffer, a type may take a value for the name of a field, or report a nested member. So the name is kept only if an
    /// unknown field exists, or a missing one does not.
    pub(super) fn attributed_to(mut self, redacted: Option<&str>, exists: impl Fn(&str) -> bool) -> Self {
        if self.0.expected_value && self.0.field.is_none() {
            return redacted.map_or_else(|| Self::new(Code::Redacted, None), Self::redacted);
        }
        match (self.0.code, self.0.field.take()) {
            (Code::UnknownField, Some(field)) if exists(&field) => {
                Pointer::default().member(&field).as_str().clone_into(&mut self.0.path);
                self.0.field = Some(field);
            }
            (Code::MissingField, Some(field)) if exists(&field) => self.0.path.clear(),
            (Code::UnknownField, _) => {}
            (_, field) => self.0.field = field,
        }
        self
    }
}

/// Returns the JSON type of what serde found.
fn found(unexpected: &Unexpected<'_>) -> &'static str {
    with_article(match unexpected {
        Unexpected::Bool(_) => "boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "number",
        Unexpected::Char(_) | Unexpected::Str(_) => "string",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "array",
        Unexpected::Map => "object",
        Unexpected::Other(type_name) => type_name,
        _ => "",
    })
}

/// The number of characters of a path that a message shows at most.
const MAX_PATH: usize = 256;

impl Display for DecodeError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.field() {
            Some(field) => write!(f, "field `{}`", Printable(field))?,
            None => f.write_str("a value")?,
        }
        f.write_str(match self.0.code {
            Code::Redacted => return f.write_str(" is redacted"),
            Code::MissingField => return f.write_str(" is absent"),
            Code::UnknownField => return f.write_str(" is not expected"),
            Code::WrongType if self.0.mismatch.is_some() => "",
            Code::WrongType => " does not have the expected type",
            Code::Invalid => " is refused by the type",
        })?;
        let is_nested = self.0.path.matches('/').count() > usize::from(self.0.field.is_some());
        if is_nested {
            // Each name in a path is short, but there may be many.
            let shown = self.0.path.char_indices().nth(MAX_PATH).map(|(end, _)| self.0.path.split_at(end).0);
            write!(f, " at {}{}", shown.unwrap_or(&self.0.path), if shown.is_some() { "…" } else { "" })?;
        }
        match &self.0.mismatch {
            Some((found, expected)) => write!(f, ": expected {}, found {found}", Printable(expected)),
            None => Ok(()),
        }
    }
}

// A caller's type may print the error that it is given.
impl Debug for DecodeError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "DecodeError(\"{self}\")")
    }
}

impl std::error::Error for DecodeError {}

impl de::Error for DecodeError {
    fn custom<M: Display>(message: M) -> Self {
        Self::new(Code::Invalid, message.to_string())
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::unexpected(unexpected, expected)
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::unexpected(unexpected, expected)
    }

    fn missing_field(field: &'static str) -> Self {
        let mut error = Self::new(Code::MissingField, None).in_name(Code::MissingField, field);
        error.0.field = Some(field.into());
        error.0.mismatch = Some(("nothing", "a value".to_owned()));
        error
    }

    /// A type may take a value for the name, so the error has no path until the name is known to be one.
    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        let mut error = Self::new(Code::UnknownField, None);
        error.0.field = Some(field.to_owned().into());
        error
    }
}
