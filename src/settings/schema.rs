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
//!     br#"{"schema":{"email":{"type":"string","display_name":"Email","data_category":"pii_basic","required":true,
//!         "owned_by":"user","validation_rules":[{"rule_name":"max_length","rule_value":200,"rule_identifier":"length"}]}}}"#,
//! )?;
//! assert_eq!(schema.field("email").unwrap().field_type(), &FieldType::String);
//! assert_eq!(schema.field("email").unwrap().max_length(), Some(200));
//!
//! let body = r#"{"data":{"email":7,"shoe_size":42},"meta":{"operation":"data_insert"}}"#;
//! let issues = schema.check(&rownd_webhooks::from_str(body)?);
//! assert_eq!((issues[0].code(), issues[0].path()), ("type_mismatch", "/data/email"));
//! assert_eq!((issues[1].code(), issues[1].path()), ("unknown_field", "/data/shoe_size"));
//! # Ok::<(), rownd_webhooks::ParseError>(())
//! ```

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::{Deserialize, Deserializer};

use super::node::{self, Node};
use crate::error::{ParseError, ParseErrorKind};
use crate::issue::{Issue, Rule};
use crate::payload::Payload;
use crate::payload::fields::Fields;
use crate::payload::members::merged;
use crate::payload::operation::Operation;
use crate::payload::paths::Path;
use crate::payload::value::Value;

/// The profile schema of an app: the fields that its operator defined.
///
/// A schema may be a part of a service's own settings, in any format that serde reads. It has the shapes that
/// [`from_slice`](Self::from_slice) reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileSchema {
    fields: BTreeMap<String, FieldSchema>,
}

impl ProfileSchema {
    /// Reads the vendor's own JSON: the object of fields, alone, or in `{"schema": …}`, or in `{"app": {"schema": …}}`.
    ///
    /// The rules `min_length` and `max_length` are read. Their `rule_value` is an integer, or a string of its digits.
    ///
    /// A field is an object with at least one of the members that the vendor's API gives a field, such as `type`. Any member may
    /// be `null`. A type that this crate does not know is kept. Unknown members and rules are ignored, and so is a byte order
    /// mark at the start.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is larger than 2 MiB or is not JSON as in a body, if it has no schema or a field is
    /// malformed, and if a name occurs twice or is reserved by serde_json.
    pub fn from_slice(json: &[u8]) -> Result<Self, ParseError> {
        node::from_slice(json, Self::read)
    }

    fn read(root: &Node<'_>) -> Result<Self, ParseError> {
        let mut fields = BTreeMap::new();
        for (name, field) in enclosed(root)?.members()? {
            if fields.insert(name.into_owned(), FieldSchema::read(&field)?).is_some() {
                return Err(field.error(ParseErrorKind::DuplicateMember));
            }
        }
        Ok(Self { fields })
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

    /// Returns an issue for each field that contradicts the schema, sorted by name: `unknown_field`, `required_field_absent` or
    /// `type_mismatch`.
    ///
    /// `user_id` is always known. A redacted field matches every type and counts as present. So does an empty string, and `null`
    /// unless the field is required. A string matches only if its length is in the range of the schema. An
    /// [encrypted](FieldSchema::is_encrypted) field matches any string, and the values of its own type. Rules with regular
    /// expressions are not checked.
    ///
    /// An absent required field is an `Error` in a `data_insert` and a `Warning` in an update, which may be partial. In a delete,
    /// which carries no profile, nothing is required.
    #[must_use]
    pub fn check(&self, payload: &Payload<'_>) -> Vec<Issue> {
        let absent = match payload.operation() {
            Operation::DataInsert => Some(Rule::RequiredFieldAbsent),
            Operation::Delete => None,
            _ => Some(Rule::RequiredFieldUntouched),
        };
        self.issues(payload.fields(), absent)
    }

    /// Returns the issues of a whole profile, such as a stored one. An absent required field is an `Error`.
    #[must_use]
    pub fn check_fields(&self, fields: &Fields<'_>) -> Vec<Issue> {
        self.issues(fields, Some(Rule::RequiredFieldAbsent))
    }

    fn issues(&self, fields: &Fields<'_>, absent: Option<Rule>) -> Vec<Issue> {
        let mut issues = Vec::new();
        for (name, field, expected) in merged(fields.iter(), self.iter()) {
            let rule = match (field, expected) {
                (Some(field), Some(expected)) => {
                    let mismatch = field.visible().is_some_and(|value| !expected.accepts(value));
                    mismatch.then_some(Rule::TypeMismatch)
                }
                (Some(_), None) => (name != "user_id").then_some(Rule::UnknownField),
                (None, expected) => absent.filter(|_| expected.is_some_and(FieldSchema::is_required)),
            };
            issues.extend(rule.map(|rule| Issue::about_field(rule, Path::Data.member(name), name)));
        }
        issues
    }
}

impl<'de> Deserialize<'de> for ProfileSchema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        node::deserialize(deserializer, Self::read)
    }
}

/// The members that the vendor's API gives a field.
#[rustfmt::skip]
const FIELD_MEMBERS: [&str; 13] = [
    "type", "display_name", "data_category", "owned_by", "required", "unique", "user_visible", "read_only", "verified",
    "verified_by", "example", "encryption", "validation_rules",
];

/// Returns `true` if this is an object with one of the members of a field.
fn is_field(node: &Node<'_>) -> bool {
    node.members().is_ok_and(|mut members| members.any(|(name, _)| FIELD_MEMBERS.contains(&&*name)))
}

/// Returns the object of fields, which the root is or encloses.
fn enclosed<'a>(root: &Node<'a>) -> Result<Node<'a>, ParseError> {
    if let Some(schema) = root.object("schema")? {
        // Fields are objects. If one of these members is not, and none is a field, this is a field with the name `schema`.
        let is_other = |name: &str, member: &Node<'_>| !member.is_object() && FIELD_MEMBERS.contains(&name);
        if !schema.members()?.any(|(name, member)| is_other(&name, &member))
            || schema.members()?.any(|(_, member)| is_field(&member))
        {
            return Ok(schema);
        }
    }
    let schema = root.object("app")?.map_or(Ok(None), |app| app.object("schema"))?;
    Ok(schema.unwrap_or_else(|| root.clone()))
}

/// The schema of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldSchema {
    field_type: FieldType,
    required: bool,
    encrypted: bool,
    min_length: Option<u64>,
    max_length: Option<u64>,
}

impl FieldSchema {
    fn read(field: &Node<'_>) -> Result<Self, ParseError> {
        let word = field.get("type", Node::string)?;
        if !is_field(field) {
            return Err(field.missing("type"));
        }
        let state = field.get("encryption", |encryption| encryption.get("state", Node::string))?.flatten();
        let mut schema = Self {
            field_type: word.map_or(FieldType::Null, FieldType::from_word),
            required: field.get("required", Node::boolean)?.unwrap_or(false),
            encrypted: state.is_some_and(|state| state == "enabled"),
            min_length: None,
            max_length: None,
        };
        field.get("validation_rules", |rules| {
            for rule in rules.elements()? {
                schema.add(&rule);
            }
            Ok(())
        })?;
        Ok(schema)
    }

    /// Adds a rule. An unknown one, and an unusable value, is ignored; of two values, the stricter one counts.
    fn add(&mut self, rule: &Node<'_>) {
        let name = rule.get("rule_name", Node::string);
        // A string or a number.
        let value = rule.get("rule_value", |value| Ok(value.text.trim_matches('"').parse().ok()));
        let (Ok(Some(name)), Ok(Some(Some(value)))) = (name, value) else { return };
        match &*name {
            "min_length" => self.min_length = self.min_length.max(Some(value)),
            "max_length" => self.max_length = Some(self.max_length.map_or(value, |max| max.min(value))),
            _ => {}
        }
    }

    /// Returns the field's type (`type`), or [`Null`](FieldType::Null) if it is absent.
    #[must_use]
    pub fn field_type(&self) -> &FieldType {
        &self.field_type
    }

    /// Returns `true` if every profile has to have the field (`required`).
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.required
    }

    /// Returns `true` if the field is encrypted (`encryption.state` is `enabled`). Its value may then be any string.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// Returns the minimum length of a string (the rule `min_length`), in UTF-16 code units as in JavaScript.
    #[must_use]
    pub fn min_length(&self) -> Option<u64> {
        self.min_length
    }

    /// Returns the maximum length of a string (the rule `max_length`), in UTF-16 code units as in JavaScript.
    #[must_use]
    pub fn max_length(&self) -> Option<u64> {
        self.max_length
    }

    fn accepts(&self, value: &Value<'_>) -> bool {
        match value {
            Value::Null if !self.required => true,
            Value::String(text) if self.encrypted || text.is_empty() => true,
            Value::String(text) => self.allows_length(text) && self.field_type.accepts(value),
            _ => self.field_type.accepts(value),
        }
    }

    fn allows_length(&self, text: &str) -> bool {
        let length = || text.encode_utf16().count() as u64;
        self.min_length.is_none_or(|min| min <= length()) && self.max_length.is_none_or(|max| length() <= max)
    }
}

/// The type of a field in a profile schema.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FieldType {
    /// `string`.
    String,
    /// `number`.
    Number,
    /// `boolean`.
    Boolean,
    /// `image`: an http or https URL.
    Image,
    /// `document`: an http or https URL.
    Document,
    /// `date`: a string that [`as_date`](Value::as_date) or [`as_datetime`](Value::as_datetime) reads.
    Date,
    /// `object`: any object.
    Object,
    /// `array`: any array.
    Array,
    /// `any`: any value.
    Any,
    /// `null` (string or JSON null) or no type: any value.
    Null,
    /// A type that this version does not know.
    Unknown(String),
}

impl FieldType {
    fn from_word(word: Cow<'_, str>) -> Self {
        match &*word {
            "string" => Self::String,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "image" => Self::Image,
            "document" => Self::Document,
            "date" => Self::Date,
            "object" => Self::Object,
            "array" => Self::Array,
            "any" => Self::Any,
            "null" => Self::Null,
            _ => Self::Unknown(word.into_owned()),
        }
    }

    fn accepts(&self, value: &Value<'_>) -> bool {
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

fn is_web_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, rest)| {
        !rest.is_empty() && ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
    })
}
