//! Issues: non-fatal problems with a payload.

use std::fmt::{self, Debug, Display, Formatter};

use crate::json::pointer::Pointer;

/// The severity of an [`Issue`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The body is unusual, but does not contradict the page.
    Warning,
    /// The body contradicts the vendor's page.
    Error,
}

impl Severity {
    /// Returns `warning` or `error`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

macro_rules! rules {
    ($($rule:ident $code:literal $severity:ident $sentence:literal)*) => {
        /// The rule that a payload breaks: one row for each code.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Rule { $($rule),* }

        impl Rule {
            fn row(self) -> (&'static str, Severity, &'static str) {
                match self { $(Self::$rule => ($code, Severity::$severity, $sentence)),* }
            }
        }

        /// A non-fatal problem with a payload: a stable code, a place and a severity.
        ///
        /// An issue contains no values, only the JSON Pointer of one. An address change causes a `lookup_mismatch`. If a lookup
        /// value is a number, its text is used. An unusable one is kept and written back, but identifies no user. JavaScript
        /// sends a lone surrogate where it cut text in the middle of an emoji.
        ///
        /// | code | severity | meaning |
        /// |---|---|---|
        $(#[doc = concat!("| `", $code, "` | ", stringify!($severity), " | ", $sentence, " |")])*
        ///
        /// ```
        /// let payload = rownd_webhooks::from_str(r#"{"data":{"user_id":"u"},"meta":{"operation":"delete"}}"#)?;
        /// let issue = &payload.issues()[0];
        /// assert_eq!((issue.code(), issue.path()), ("no_lookup_values", "/meta/lookup_values"));
        /// assert_eq!(issue.severity(), rownd_webhooks::Severity::Error);
        /// assert_eq!(issue.to_string(), "there are no lookup values at /meta/lookup_values");
        /// # Ok::<(), rownd_webhooks::ParseError>(())
        /// ```
        #[derive(Clone, PartialEq, Eq)]
        pub struct Issue { pub(crate) rule: Rule, path: Pointer, field: Option<String> }
    };
}

rules! {
    MissingData "missing_data" Error "`data` is absent or null"
    NoLookupValues "no_lookup_values" Error "there are no lookup values"
    MissingRedacted "missing_redacted" Error "`redacted` is absent or null"
    WithheldValuePresent "withheld_value_present" Error "the value of a redacted field was dropped"
    UnknownOperation "unknown_operation" Warning "the operation is not known"
    MissingUserId "missing_user_id" Warning "there is no user id"
    UnlistedSentinel "unlisted_sentinel" Warning "a field that is not listed as redacted has the sentinel as its value"
    RedactedFieldAbsent "redacted_field_absent" Warning "`data` lacks the field that is listed as redacted"
    DuplicateRedactedName "duplicate_redacted_name" Warning "a field is listed as redacted more than once"
    RedactedLookupValue "redacted_lookup_value" Warning "a lookup value is redacted"
    LookupExposesRedacted "lookup_exposes_redacted" Warning "a lookup value contains what its field redacts"
    LookupMismatch "lookup_mismatch" Warning "a lookup value differs from the field of its name"
    LookupValueNotText "lookup_value_not_text" Warning "a lookup value is a number instead of a string"
    UnusableLookupValue "unusable_lookup_value" Warning "a lookup value is not usable"
    DeleteCarriesFields "delete_carries_fields" Warning "a delete carries more than the user id"
    EmptyFieldName "empty_field_name" Warning "the name of a field is empty"
    LoneSurrogate "lone_surrogate" Warning "a lone surrogate in a value was replaced by U+FFFD"
    UnknownField "unknown_field" Error "the profile schema does not have this field"
    RequiredFieldAbsent "required_field_absent" Error "a field that the profile schema requires is absent"
    RequiredFieldUntouched "required_field_absent" Warning "an update lacks a field that the profile schema requires"
    TypeMismatch "type_mismatch" Error "a field does not have the type or length of the profile schema"
}

impl Issue {
    pub(crate) fn new(rule: Rule, path: Pointer) -> Self {
        Self { rule, path, field: None }
    }

    pub(crate) fn about_field(rule: Rule, path: Pointer, name: &str) -> Self {
        Self { rule, path, field: Some(name.to_owned()) }
    }

    /// Returns the stable snake_case code, such as `missing_user_id`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.rule.row().0
    }

    /// Returns the JSON Pointer of the value or member at fault.
    ///
    /// It is safe to print: names are escaped, and cut at 64 characters.
    #[must_use]
    pub fn path(&self) -> &str {
        self.path.as_str()
    }

    /// Returns the name of the field that the issue is about, in `data` or in `redacted`; `None` if it is about something else.
    ///
    /// This is the whole name, unescaped, as a sender may choose it.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// Returns the severity: whether the body contradicts the vendor's page or is merely unusual.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.rule.row().1
    }
}

impl Display for Issue {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.rule.row().2, self.path())
    }
}

impl Debug for Issue {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "Issue({} {} at {})", self.severity().as_str(), self.code(), self.path())
    }
}

/// An error with all issues of an invalid payload, warnings included.
///
/// `Display` says whether the payload identifies no user, and shows the first two issues and the number of others. It contains no
/// values.
///
/// # Examples
///
/// ```
/// let body = r#"{"data":{},"redacted":["x"],"meta":{"operation":"data_update","lookup_values":[]}}"#;
/// let invalid = rownd_webhooks::from_str(body)?.validate().unwrap_err();
/// let codes: Vec<&str> = invalid.issues().iter().map(|issue| issue.code()).collect();
/// assert_eq!(codes, ["no_lookup_values", "missing_user_id", "redacted_field_absent"]);
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ValidationError(Box<Invalid>);

#[derive(Clone, PartialEq, Eq)]
struct Invalid {
    sentence: &'static str,
    issues: Vec<Issue>,
}

impl ValidationError {
    pub(crate) fn new(sentence: &'static str, issues: Vec<Issue>) -> Self {
        Self(Box::new(Invalid { sentence, issues }))
    }

    /// Returns every issue, in the order of the table in [`Issue`]'s documentation.
    #[must_use]
    pub fn issues(&self) -> &[Issue] {
        &self.0.issues
    }

    /// Returns the stable code `invalid`, as [`ParseError::code`](crate::ParseError::code) does for this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "invalid"
    }
}

impl Display for ValidationError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 2;
        f.write_str(self.0.sentence)?;
        for (index, issue) in self.issues().iter().take(SHOWN).enumerate() {
            write!(f, "{} {issue}", if index == 0 { ":" } else { ";" })?;
        }
        match self.issues().len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

impl Debug for ValidationError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "ValidationError(\"{self}\")")
    }
}

impl std::error::Error for ValidationError {}
