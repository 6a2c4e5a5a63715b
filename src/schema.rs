//! The app's profile schema, and whether a payload keeps to it.
//!
//! The vendor serves an app's schema as JSON. A service that has it finds out early when an operator adds a field or
//! changes a type, rather than when a column is full of nulls.
//!
//! ```
//! use rownd_webhooks::schema::{FieldType, ProfileSchema};
//!
//! let schema = ProfileSchema::from_slice(
//!     br#"{"schema":{"email":{"type":"string","display_name":"Email","data_category":"pii_basic",
//!         "required":true,"owned_by":"user"}}}"#,
//! )?;
//! assert_eq!(schema.field("email").unwrap().field_type(), &FieldType::String);
//!
//! let body = r#"{"data":{"email":7,"shoe_size":42},"meta":{"operation":"data_insert"}}"#;
//! let issues = schema.check(&rownd_webhooks::from_str(body)?);
//! assert_eq!((issues[0].code(), issues[0].path()), ("unknown_field", "/data/shoe_size"));
//! assert_eq!((issues[1].code(), issues[1].path()), ("type_mismatch", "/data/email"));
//! # Ok::<(), rownd_webhooks::ParseError>(())
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv6Addr;

use crate::error::ParseError;
use crate::issue::{Issue, Rule};
use crate::operation::Operation;
use crate::payload::Payload;
use crate::settings::{self, Setting};
use crate::validate::field as field_pointer;
use crate::value::Value;

/// An app's profile schema: the fields that its operator defined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileSchema {
    fields: BTreeMap<String, FieldSchema>,
}

impl ProfileSchema {
    /// Reads the vendor's own JSON: an object of fields, alone or as the member `schema` of an object.
    ///
    /// Types, categories and owners that this crate does not know are kept; members that it does not know are ignored.
    ///
    /// Errors: those of JSON text, `wrong_type`, `duplicate_member`, and `reserved_name`.
    pub fn from_slice(json: &[u8]) -> Result<Self, ParseError> {
        let json = settings::read(json)?;
        let root = Setting::root(&json);
        // A field may be called `schema` too: then it holds its type and not fields.
        let enclosed = root.member("schema")?.filter(|schema| {
            schema.value().as_object().is_some_and(|fields| fields.values().all(serde_json::Value::is_object))
        });
        let fields = enclosed.unwrap_or(root).object()?.into_iter();
        let fields = fields.map(|(name, field)| Ok((name.to_owned(), FieldSchema::read(&field)?)));
        Ok(Self { fields: fields.collect::<Result<_, ParseError>>()? })
    }

    /// What the schema says of a field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldSchema> {
        self.fields.get(name)
    }

    /// The fields, sorted by name.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &FieldSchema)> + DoubleEndedIterator + Clone {
        self.fields.iter().map(|(name, field)| (name.as_str(), field))
    }

    /// Where a payload does not keep to the schema: `unknown_field`, `required_field_absent`, `type_mismatch`.
    ///
    /// `user_id` is always known. A redacted field matches every type and counts as present. `null` is of no type but
    /// [`Any`](FieldType::Any) and [`Null`](FieldType::Null). A delete, which carries no profile, lacks nothing.
    #[must_use]
    pub fn check(&self, payload: &Payload<'_>) -> Vec<Issue> {
        let fields = payload.fields();
        let issue = |rule, name| Issue::new(rule, field_pointer(name));

        let unknown = fields.iter().filter(|(name, _)| *name != "user_id" && self.field(name).is_none());
        let mut issues: Vec<Issue> = unknown.map(|(name, _)| issue(Rule::UnknownField, name)).collect();

        if *payload.operation() != Operation::Delete {
            let listed: BTreeSet<&str> = payload.redacted().collect();
            let absent = self.iter().filter(|(name, field)| {
                field.is_required() && !fields.contains(name) && !listed.contains(name)
            });
            issues.extend(absent.map(|(name, _)| issue(Rule::RequiredFieldAbsent, name)));
        }

        let mistyped = fields.iter().filter(|(name, field)| match (self.field(name), field.visible()) {
            (Some(schema), Some(value)) => !schema.field_type().matches(value),
            _ => false,
        });
        issues.extend(mistyped.map(|(name, _)| issue(Rule::TypeMismatch, name)));
        issues
    }
}

/// What the schema says of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldSchema {
    field_type: FieldType,
    display_name: Option<String>,
    data_category: Option<DataCategory>,
    is_required: bool,
    owned_by: Option<Owner>,
    is_user_visible: Option<bool>,
}

impl FieldSchema {
    fn read(field: &Setting<'_>) -> Result<Self, ParseError> {
        let string = |name| field.member(name)?.map(|member| member.string()).transpose();
        let boolean = |name| field.member(name)?.map(|member| member.boolean()).transpose();
        Ok(Self {
            field_type: string("type")?.map_or(FieldType::Null, FieldType::from_wire),
            display_name: string("display_name")?.map(str::to_owned),
            data_category: string("data_category")?.map(DataCategory::from_wire),
            is_required: boolean("required")?.unwrap_or(false),
            owned_by: string("owned_by")?.map(Owner::from_wire),
            is_user_visible: boolean("user_visible")?,
        })
    }

    /// The field's type (`type`); [`Null`](FieldType::Null) if it is absent.
    #[must_use]
    pub fn field_type(&self) -> &FieldType {
        &self.field_type
    }

    /// What people see as its name (`display_name`).
    #[must_use]
    pub fn display_name(&self) -> Option<&str> {
        self.display_name.as_deref()
    }

    /// What kind of data it is (`data_category`).
    #[must_use]
    pub fn data_category(&self) -> Option<&DataCategory> {
        self.data_category.as_ref()
    }

    /// Whether each profile has to have it (`required`); `false` if that is absent.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.is_required
    }

    /// Whose it is (`owned_by`).
    #[must_use]
    pub fn owned_by(&self) -> Option<&Owner> {
        self.owned_by.as_ref()
    }

    /// Whether its user sees it (`user_visible`).
    #[must_use]
    pub fn is_user_visible(&self) -> Option<bool> {
        self.is_user_visible
    }
}

/// An open set of words: those that are known, and any other as it came.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
            /// A word that this version does not know.
            Unknown(String),
        }

        impl $name {
            /// The word of the schema.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Unknown(word) => word,
                }
            }

            fn from_wire(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)*
                    _ => Self::Unknown(word.to_owned()),
                }
            }
        }
    };
}

words! {
    /// The type of a field in a profile schema.
    FieldType {
        /// `string`.
        String = "string"
        /// `number`.
        Number = "number"
        /// `boolean`.
        Boolean = "boolean"
        /// `image`: an absolute http or https URL.
        Image = "image"
        /// `document`: an absolute http or https URL.
        Document = "document"
        /// `date`: a string that [`as_date`](crate::Value::as_date) or [`as_datetime`](crate::Value::as_datetime) reads.
        Date = "date"
        /// `object`: any object.
        Object = "object"
        /// `array`: any array.
        Array = "array"
        /// `any`: anything.
        Any = "any"
        /// `null`, the word, the value or none at all: anything.
        Null = "null"
    }
}

words! {
    /// What kind of data a field holds.
    DataCategory {
        /// `pii_basic`: what identifies a person, such as a name or an e-mail address.
        PiiBasic = "pii_basic"
        /// `pii_advanced`: what identifies a person and needs more care.
        PiiAdvanced = "pii_advanced"
        /// `demographic`.
        Demographic = "demographic"
        /// `location`.
        Location = "location"
        /// `history`.
        History = "history"
        /// `app_basic`.
        AppBasic = "app_basic"
        /// `custom`.
        Custom = "custom"
    }
}

words! {
    /// Whose a field is.
    Owner {
        /// `user`: its user may hide it.
        User = "user"
        /// `app`.
        App = "app"
    }
}

impl FieldType {
    fn matches(&self, value: &Value<'_>) -> bool {
        match self {
            Self::String => matches!(value, Value::String(_)),
            Self::Number => matches!(value, Value::Number(_)),
            Self::Boolean => matches!(value, Value::Bool(_)),
            Self::Image | Self::Document => value.as_str().is_some_and(is_web_url),
            Self::Date => value.as_datetime().is_some() || value.as_date().is_some(),
            Self::Object => matches!(value, Value::Object(_)),
            Self::Array => matches!(value, Value::Array(_)),
            Self::Any | Self::Null | Self::Unknown(_) => true,
        }
    }
}

/// Whether this is an absolute http or https URL: a scheme, a host, and no character that a URL cannot have.
fn is_web_url(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host_and_port = authority.rsplit('@').next().unwrap_or_default();
    let (host, port) = match host_and_port.rsplit_once(':') {
        // The colons of an IPv6 address stand in brackets.
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => (host_and_port, ""),
    };
    (scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"))
        && is_host(host)
        && (port.is_empty() || port.parse::<u16>().is_ok_and(|_| !port.starts_with('+')))
        && !url.contains(|character: char| {
            character.is_whitespace()
                || character.is_control()
                || is_bidi_control(character)
                || "\"<>\\^`{|}".contains(character)
        })
}

fn is_host(host: &str) -> bool {
    match host.strip_prefix('[') {
        Some(address) => address.strip_suffix(']').is_some_and(|address| address.parse::<Ipv6Addr>().is_ok()),
        None => !host.is_empty() && !host.contains(['[', ']']),
    }
}

/// Whether it turns the direction of the text around it, so that an address shows as another one.
fn is_bidi_control(character: char) -> bool {
    matches!(character, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
