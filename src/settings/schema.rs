//! The app's profile schema, and checks of payloads against it.
//!
//! The vendor serves an app's schema as JSON. A service that has it notices early when an operator adds a field or changes a
//! type, rather than when a column is full of nulls.
//!
//! # Examples
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

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::Ipv6Addr;

use crate::document::{self, Node};
use crate::error::ParseError;
use crate::issue::{Issue, Rule};
use crate::payload::Payload;
use crate::payload::operation::Operation;
use crate::payload::paths::Path;
use crate::payload::value::Value;

/// The profile schema of an app: the fields that its operator defined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileSchema {
    fields: BTreeMap<String, FieldSchema>,
}

type Members<'a> = [(Cow<'a, str>, Node<'a>)];

impl ProfileSchema {
    /// Reads the vendor's own JSON: the object of fields, alone, or in `{"schema": …}`, or in `{"app": {"schema": …}}`.
    ///
    /// A field is an object with at least one of the members that the vendor's API gives a field, such as `type`. Types,
    /// categories and owners that this crate does not know are kept. Members that it does not know are ignored, and so is a
    /// byte order mark at the start.
    ///
    /// # Errors
    ///
    /// - the errors of JSON text, such as `syntax` and `too_deep`
    /// - `wrong_type`: the text, a field or one of its members has another type
    /// - `missing_member`: there is no schema in the object, or an object that should be a field has none of its members
    /// - `duplicate_member` and `reserved_name`
    pub fn from_slice(json: &[u8]) -> Result<Self, ParseError> {
        let root = Node::from_slice(json)?;
        let members = root.object()?;
        let fields = match (enclosed(&members, "schema")?, enclosed(&members, "app")?) {
            (Some(schema), _) => schema.object()?,
            (None, Some(app)) => {
                let members = app.object()?;
                document::member(&members, "schema").ok_or_else(|| app.missing("schema"))?.object()?
            }
            (None, None) => members,
        };
        let fields =
            fields.into_iter().map(|(name, field)| Ok((name.into_owned(), FieldSchema::read(&field)?)));
        Ok(Self { fields: fields.collect::<Result<_, ParseError>>()? })
    }

    /// Returns the schema of a field, or `None` if the schema lacks the field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldSchema> {
        self.fields.get(name)
    }

    /// Iterates over the fields, sorted by name.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &FieldSchema)> + DoubleEndedIterator + Clone {
        self.fields.iter().map(|(name, field)| (name.as_str(), field))
    }

    /// Returns an issue for each place where a payload contradicts the schema: `unknown_field`, `required_field_absent` or
    /// `type_mismatch`.
    ///
    /// `user_id` is always known. A redacted field matches every type and counts as present. `null` matches only the types
    /// [`Any`](FieldType::Any) and [`Null`](FieldType::Null). A string matches only if its length is in the
    /// range of the schema. An [encrypted](FieldSchema::is_encrypted) field matches any string, and the values of its own type. A
    /// delete, which carries no profile, lacks nothing.
    #[must_use]
    pub fn check(&self, payload: &Payload<'_>) -> Vec<Issue> {
        let fields = payload.fields();
        let issue = |rule, name| Issue::about_field(rule, Path::Data.member(name), name);

        let unknown = fields.names().filter(|name| *name != "user_id" && self.field(name).is_none());
        let mut issues: Vec<Issue> = unknown.map(|name| issue(Rule::UnknownField, name)).collect();

        if *payload.operation() != Operation::Delete {
            let absent =
                self.iter().filter(|(name, field)| field.is_required() && !fields.contains_key(name));
            issues.extend(absent.map(|(name, _)| issue(Rule::RequiredFieldAbsent, name)));
        }

        let mistyped = fields.iter().filter(|(name, field)| match (self.field(name), field.visible()) {
            (Some(schema), Some(value)) => !schema.matches(value),
            _ => false,
        });
        issues.extend(mistyped.map(|(name, _)| issue(Rule::TypeMismatch, name)));
        issues
    }
}

/// The members that the vendor's API gives a field.
const FIELD_MEMBERS: [&str; 11] = [
    "type",
    "display_name",
    "data_category",
    "owned_by",
    "required",
    "unique",
    "user_visible",
    "read_only",
    "verified",
    "encryption",
    "validation_rules",
];

/// Returns the member in which to look for a schema: it is present, and it is not a field that has this name.
fn enclosed<'a>(members: &Members<'a>, name: &str) -> Result<Option<Node<'a>>, ParseError> {
    let Some(node) = document::member(members, name).filter(|node| node.is_object()) else {
        return Ok(None);
    };
    // The fields of a schema are objects, and may have the name of such a member, too.
    let is_field =
        node.object()?.iter().any(|(name, value)| FIELD_MEMBERS.contains(&&**name) && !value.is_object());
    Ok((!is_field).then(|| node.clone()))
}

/// The schema of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldSchema {
    field_type: FieldType,
    display_name: Option<String>,
    data_category: Option<DataCategory>,
    required: bool,
    owned_by: Option<Owner>,
    user_visible: Option<bool>,
    encrypted: bool,
    min_length: Option<u64>,
    max_length: Option<u64>,
}

impl FieldSchema {
    fn read(field: &Node<'_>) -> Result<Self, ParseError> {
        let members = field.object()?;
        if !members.iter().any(|(name, _)| FIELD_MEMBERS.contains(&&**name)) {
            return Err(field.missing("type"));
        }
        let string = |name| document::member(&members, name).map(Node::string).transpose();
        let boolean = |name| document::member(&members, name).map(Node::boolean).transpose();
        let object = |name| document::member(&members, name).map_or(Ok(Vec::new()), Node::object);
        let encryption = object("encryption")?;
        let state = document::member(&encryption, "state").map(Node::string).transpose()?;
        let rules = object("validation_rules")?;
        Ok(Self {
            field_type: string("type")?.map_or(FieldType::Null, |word| FieldType::from_word(&word)),
            display_name: string("display_name")?.map(Cow::into_owned),
            data_category: string("data_category")?.map(|word| DataCategory::from_word(&word)),
            required: boolean("required")?.unwrap_or(false),
            owned_by: string("owned_by")?.map(|word| Owner::from_word(&word)),
            user_visible: boolean("user_visible")?,
            encrypted: state.is_some_and(|state| state == "enabled"),
            min_length: document::member(&rules, "min_length").and_then(Node::unsigned),
            max_length: document::member(&rules, "max_length").and_then(Node::unsigned),
        })
    }

    /// Returns the field's type (`type`), or [`Null`](FieldType::Null) if it is absent.
    #[must_use]
    pub fn field_type(&self) -> &FieldType {
        &self.field_type
    }

    /// Returns the name that people see (`display_name`).
    #[must_use]
    pub fn display_name(&self) -> Option<&str> {
        self.display_name.as_deref()
    }

    /// Returns the category of the data (`data_category`).
    #[must_use]
    pub fn data_category(&self) -> Option<&DataCategory> {
        self.data_category.as_ref()
    }

    /// Returns `true` if every profile has to have the field (`required`).
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.required
    }

    /// Returns the owner of the field (`owned_by`).
    #[must_use]
    pub fn owned_by(&self) -> Option<&Owner> {
        self.owned_by.as_ref()
    }

    /// Returns `true` if users see the field (`user_visible`).
    #[must_use]
    pub fn is_user_visible(&self) -> Option<bool> {
        self.user_visible
    }

    /// Returns `true` if the field is encrypted (`encryption.state` is `enabled`). Its value may then be any text.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// Returns the smallest length of a text (`validation_rules.min_length`), in UTF-16 code units as in JavaScript.
    ///
    /// Rules with regular expressions are not checked: that would take another dependency.
    #[must_use]
    pub fn min_length(&self) -> Option<u64> {
        self.min_length
    }

    /// Returns the largest length of a text (`validation_rules.max_length`), in UTF-16 code units as in JavaScript.
    #[must_use]
    pub fn max_length(&self) -> Option<u64> {
        self.max_length
    }

    fn matches(&self, value: &Value<'_>) -> bool {
        let Some(text) = value.as_str() else { return self.field_type.matches(value) };
        let length = text.encode_utf16().count() as u64;
        let fits = self.min_length.is_none_or(|min| min <= length)
            && self.max_length.is_none_or(|max| length <= max);
        self.encrypted || fits && self.field_type.matches(value)
    }
}

/// Defines an open set of words: the known ones, and any other unchanged.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
            /// A word that this version of the crate does not know.
            Unknown(String),
        }

        impl $name {
            /// Returns the word of the schema.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Unknown(word) => word,
                }
            }

            fn from_word(word: &str) -> Self {
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
        /// `date`: a string that [`as_datetime`](crate::Value::as_datetime) or [`as_date`](crate::Value::as_date) reads.
        Date = "date"
        /// `object`: any object.
        Object = "object"
        /// `array`: any array.
        Array = "array"
        /// `any`: any value.
        Any = "any"
        /// `null`, as a word or as the value, or no type at all: any value.
        Null = "null"
    }
}

words! {
    /// The category of the data in a field.
    DataCategory {
        /// `pii_basic`: data that identifies a person, such as a name or an e-mail address.
        PiiBasic = "pii_basic"
        /// `pii_advanced`: data that identifies a person and needs more care.
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
    /// The owner of a field.
    Owner {
        /// `user`: the user may hide the field.
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

/// Returns `true` for an absolute http or https URL: a scheme, a host, and no character that a URL cannot have.
fn is_web_url(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host_and_port = authority.rsplit('@').next().unwrap_or_default();
    let (host, port) = match host_and_port.rsplit_once(':') {
        // The colons of an IPv6 address are inside brackets.
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

/// Returns `true` if the character changes the direction of text, so that an address could look like another one.
fn is_bidi_control(character: char) -> bool {
    matches!(character, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
