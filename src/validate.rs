//! Judging a payload: every rule, in the order of the table of issues.

use std::fmt::{self, Debug, Display, Formatter};

use crate::issue::{Issue, Rule, Severity};
use crate::lookup::{LookupText, LookupValue};
use crate::operation::Operation;
use crate::payload::{Payload, Presence};
use crate::pointer::Pointer;
use crate::redactable::Redactable;
use crate::value::Value;

/// Why a payload is not valid: every issue it has, of both severities.
///
/// `Display` tells the first two and how many more there are; no value is told.
///
/// ```
/// let body = r#"{"data":{},"redacted":["x"],"meta":{"operation":"data_update","lookup_values":[]}}"#;
/// let invalid = rownd_webhooks::from_str(body)?.validate().unwrap_err();
/// let codes: Vec<&str> = invalid.issues().iter().map(|issue| issue.code()).collect();
/// assert_eq!(codes, ["no_lookup_values", "missing_user_id", "redacted_field_absent"]);
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[expect(clippy::box_collection, reason = "an error is one word wide")]
pub struct ValidationError(Box<Vec<Issue>>);

const _: () = assert!(size_of::<ValidationError>() == size_of::<usize>());

impl ValidationError {
    pub(crate) fn new(issues: Vec<Issue>) -> Self {
        Self(Box::new(issues))
    }

    /// Every issue, in the order of the table of [`Issue`].
    #[must_use]
    pub fn issues(&self) -> &[Issue] {
        &self.0
    }
}

impl Display for ValidationError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 2;
        f.write_str("the payload is not valid")?;
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

/// `Err`, with every issue, when one is an `Error`.
pub(crate) fn payload(payload: &Payload<'_>) -> Result<(), ValidationError> {
    let issues = issues(payload);
    if issues.iter().any(|issue| issue.severity() == Severity::Error) {
        return Err(ValidationError::new(issues));
    }
    Ok(())
}

/// Every issue of a payload.
pub(crate) fn issues(payload: &Payload<'_>) -> Vec<Issue> {
    let facts = Facts::new(payload);
    RULES.iter().flat_map(|rule| rule(&facts)).collect()
}

const RULES: [fn(&Facts<'_, '_>) -> Vec<Issue>; 15] = [
    missing_data,
    no_lookup_values,
    missing_redacted,
    lookup_value_not_text,
    withheld_value_present,
    lookup_mismatch,
    unknown_operation,
    missing_user_id,
    unlisted_sentinel,
    redacted_field_absent,
    duplicate_redacted_name,
    redacted_lookup_value,
    lookup_exposes_redacted,
    delete_carries_fields,
    empty_field_name,
];

/// The payload, and what several rules ask of it.
struct Facts<'p, 'a> {
    payload: &'p Payload<'a>,
    is_delete: bool,
    /// The redacted names with their places in the list, sorted: so no rule is quadratic.
    listed: Vec<(&'p str, usize)>,
}

impl<'p, 'a> Facts<'p, 'a> {
    fn new(payload: &'p Payload<'a>) -> Self {
        let mut listed: Vec<(&str, usize)> = payload.redacted().zip(0..).collect();
        listed.sort_unstable();
        Self { payload, is_delete: *payload.operation() == Operation::Delete, listed }
    }

    fn is_listed(&self, name: &str) -> bool {
        self.listed.binary_search_by(|(listed, _)| (*listed).cmp(name)).is_ok()
    }

    /// The issue of a rule at each lookup value that breaks it.
    fn lookups(&self, rule: Rule, is_broken: impl Fn(&LookupValue<'a>) -> bool) -> Vec<Issue> {
        let lookups = self.payload.lookup_values().iter().enumerate();
        lookups
            .filter(|(_, lookup)| is_broken(lookup))
            .map(|(index, _)| Issue::new(rule, lookup_values().element(index).member("value")))
            .collect()
    }

    /// The issue of a rule at places in the list of redacted names.
    fn redacted_names(rule: Rule, mut indexes: Vec<usize>) -> Vec<Issue> {
        indexes.sort_unstable();
        indexes.into_iter().map(|index| Issue::new(rule, Pointer::new("/redacted").element(index))).collect()
    }
}

fn lookup_values() -> Pointer {
    Pointer::new("/meta/lookup_values")
}

pub(crate) fn field(name: &str) -> Pointer {
    Pointer::new("/data").member(name)
}

fn one(rule: Rule, is_broken: bool, path: &str) -> Vec<Issue> {
    if is_broken { vec![Issue::new(rule, Pointer::new(path))] } else { Vec::new() }
}

fn missing_data(facts: &Facts<'_, '_>) -> Vec<Issue> {
    one(Rule::MissingData, facts.payload.data != Presence::Present, "/data")
}

/// "The payload will always include a lookup value."
fn no_lookup_values(facts: &Facts<'_, '_>) -> Vec<Issue> {
    one(Rule::NoLookupValues, facts.payload.lookup_values.is_empty(), "/meta/lookup_values")
}

/// The vendor's example of a delete is the only one without the list.
fn missing_redacted(facts: &Facts<'_, '_>) -> Vec<Issue> {
    let is_missing = facts.payload.redacted_list != Presence::Present && !facts.is_delete;
    one(Rule::MissingRedacted, is_missing, "/redacted")
}

fn lookup_value_not_text(facts: &Facts<'_, '_>) -> Vec<Issue> {
    facts.lookups(Rule::LookupValueNotText, |lookup| matches!(lookup.value, LookupText::Number(_)))
}

fn withheld_value_present(facts: &Facts<'_, '_>) -> Vec<Issue> {
    let fields = facts.payload.fields().iter().zip(&facts.payload.withheld);
    let withheld = fields.filter(|(_, is_withheld)| **is_withheld);
    withheld.map(|((name, _), _)| Issue::new(Rule::WithheldValuePresent, field(name))).collect()
}

fn lookup_mismatch(facts: &Facts<'_, '_>) -> Vec<Issue> {
    facts.lookups(Rule::LookupMismatch, |lookup| {
        let field = facts.payload.field(lookup.field()).and_then(Redactable::visible);
        match (lookup.value(), field) {
            (Redactable::Visible(text), Some(Value::String(field))) => text != field,
            (Redactable::Visible(text), Some(Value::Number(field))) => text != field.as_str(),
            (Redactable::Visible(_), Some(_)) => true,
            (Redactable::Redacted, _) | (_, None) => false,
        }
    })
}

fn unknown_operation(facts: &Facts<'_, '_>) -> Vec<Issue> {
    let is_unknown = matches!(facts.payload.operation(), Operation::Unknown(_));
    one(Rule::UnknownOperation, is_unknown, "/meta/operation")
}

fn missing_user_id(facts: &Facts<'_, '_>) -> Vec<Issue> {
    one(Rule::MissingUserId, facts.payload.user_id().is_none(), "/data/user_id")
}

/// A delete has no list: there the sentinel alone is enough.
fn unlisted_sentinel(facts: &Facts<'_, '_>) -> Vec<Issue> {
    let unlisted = facts
        .payload
        .fields()
        .iter()
        .filter(|(name, field)| field.is_redacted() && !facts.is_delete && !facts.is_listed(name));
    unlisted.map(|(name, _)| Issue::new(Rule::UnlistedSentinel, field(name))).collect()
}

fn redacted_field_absent(facts: &Facts<'_, '_>) -> Vec<Issue> {
    let absent = facts.listed.chunk_by(|before, after| before.0 == after.0).filter_map(|same| match same {
        [(name, first), ..] if !facts.payload.fields().contains(name) => Some(*first),
        _ => None,
    });
    Facts::redacted_names(Rule::RedactedFieldAbsent, absent.collect())
}

fn duplicate_redacted_name(facts: &Facts<'_, '_>) -> Vec<Issue> {
    let repeated = facts.listed.windows(2).filter_map(|pair| match pair {
        [(before, _), (name, index)] if before == name => Some(*index),
        _ => None,
    });
    Facts::redacted_names(Rule::DuplicateRedactedName, repeated.collect())
}

fn redacted_lookup_value(facts: &Facts<'_, '_>) -> Vec<Issue> {
    facts.lookups(Rule::RedactedLookupValue, |lookup| lookup.value().is_redacted())
}

fn lookup_exposes_redacted(facts: &Facts<'_, '_>) -> Vec<Issue> {
    facts.lookups(Rule::LookupExposesRedacted, |lookup| {
        let is_redacted = match facts.payload.field(lookup.field()) {
            Some(field) => field.is_redacted(),
            None => facts.is_listed(lookup.field()),
        };
        is_redacted && lookup.value().is_visible()
    })
}

fn delete_carries_fields(facts: &Facts<'_, '_>) -> Vec<Issue> {
    let carries = facts.payload.fields().iter().any(|(name, _)| name != "user_id");
    one(Rule::DeleteCarriesFields, facts.is_delete && carries, "/data")
}

fn empty_field_name(facts: &Facts<'_, '_>) -> Vec<Issue> {
    one(Rule::EmptyFieldName, facts.payload.fields().contains(""), "/data/")
}
