//! What is odd about a payload that could be read.

use std::fmt::{self, Debug, Display, Formatter};

use crate::pointer::Pointer;

/// How much an [`Issue`] matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth a look.
    Warning,
    /// The body contradicts its documentation.
    Error,
}

impl Severity {
    /// `warning` or `error`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Display for Severity {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

macro_rules! rules {
    ($($rule:ident $code:literal $severity:ident $sentence:literal)*) => {
        /// What an issue is about, one row a code.
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Rule { $($rule),* }

        impl Rule {
            fn row(self) -> (&'static str, Severity, &'static str) {
                match self { $(Self::$rule => ($code, Severity::$severity, $sentence)),* }
            }
        }

        /// One thing that is odd about a payload: a stable code, a place and a severity.
        ///
        /// An issue tells no value, only where one stands.
        ///
        /// | code | severity | what it says |
        /// |---|---|---|
        $(#[doc = concat!("| `", $code, "` | ", stringify!($severity), " | ", $sentence, " |")])*
        ///
        /// ```
        /// let payload = rownd_webhooks::from_str(r#"{"data":{"user_id":"u"},"meta":{"operation":"delete"}}"#)?;
        /// let issue = &payload.issues()[0];
        /// assert_eq!((issue.code(), issue.path()), ("no_lookup_values", "/meta/lookup_values"));
        /// assert_eq!(issue.severity(), rownd_webhooks::Severity::Error);
        /// assert_eq!(issue.to_string(), "there is no lookup value at /meta/lookup_values");
        /// # Ok::<(), rownd_webhooks::ParseError>(())
        /// ```
        #[derive(Clone, PartialEq, Eq)]
        pub struct Issue { rule: Rule, path: Pointer }
    };
}

rules! {
    MissingData "missing_data" Error "`data` is absent or null"
    NoLookupValues "no_lookup_values" Error "there is no lookup value"
    MissingRedacted "missing_redacted" Error "`redacted` is absent or null"
    LookupValueNotText "lookup_value_not_text" Error "a lookup value is a number; its text is used"
    WithheldValuePresent "withheld_value_present" Error "a redacted field still carried its value, which was dropped"
    LookupMismatch "lookup_mismatch" Error "a lookup value differs from the field of its name"
    UnknownOperation "unknown_operation" Warning "the operation is not known"
    MissingUserId "missing_user_id" Warning "there is no user id in clear text"
    UnlistedSentinel "unlisted_sentinel" Warning "a field holds the sentinel, but is not listed as redacted"
    RedactedFieldAbsent "redacted_field_absent" Warning "a field is listed as redacted, but absent"
    DuplicateRedactedName "duplicate_redacted_name" Warning "a field is listed as redacted more than once"
    RedactedLookupValue "redacted_lookup_value" Warning "a lookup value is redacted"
    LookupExposesRedacted "lookup_exposes_redacted" Warning "a lookup value tells what its field redacts"
    DeleteCarriesFields "delete_carries_fields" Warning "a delete carries more than the user id"
    EmptyFieldName "empty_field_name" Warning "a field's name is empty"
    UnknownField "unknown_field" Error "the profile schema does not have this field"
    RequiredFieldAbsent "required_field_absent" Error "a field that the profile schema requires is absent"
    TypeMismatch "type_mismatch" Error "a field does not have the type of the profile schema"
}

impl Issue {
    pub(crate) fn new(rule: Rule, path: Pointer) -> Self {
        Self { rule, path }
    }

    /// The stable snake_case code, such as `missing_user_id`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.rule.row().0
    }

    /// Where, as a JSON Pointer that is safe to print: names in it are escaped, and cut at 64 characters.
    #[must_use]
    pub fn path(&self) -> &str {
        self.path.as_str()
    }

    /// Whether the body contradicts its documentation or is only worth a look.
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
        write!(f, "Issue({} {} at {})", self.severity(), self.code(), self.path())
    }
}
