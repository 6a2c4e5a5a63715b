//! The validation rules, in the order of the table of issues.

use crate::issue::{Issue, Rule, Severity, ValidationError};
use crate::json::pointer::Pointer;
use crate::payload::lookup::LookupValue;
use crate::payload::operation::Operation;
use crate::payload::value::Value;
use crate::payload::{LookupElement, Payload, Presence};
use crate::redactable::Redactable;

impl Payload<'_> {
    /// Returns everything that is unusual about the payload; the table of [`Issue`] has all codes.
    #[must_use]
    pub fn issues(&self) -> Vec<Issue> {
        let context = Context::new(self);
        RULES.iter().flat_map(|rule| rule(&context)).collect()
    }

    /// Checks that no issue of the payload is an `Error`.
    ///
    /// # Errors
    ///
    /// There is an issue of severity `Error`. The error holds all issues, warnings included.
    pub fn validate(&self) -> Result<(), ValidationError> {
        let issues = self.issues();
        if issues.iter().any(|issue| issue.severity() == Severity::Error) {
            return Err(ValidationError::invalid(issues));
        }
        Ok(())
    }
}

const RULES: [fn(&Context<'_, '_>) -> Vec<Issue>; 17] = [
    missing_data,
    no_lookup_values,
    missing_redacted,
    withheld_value_present,
    unknown_operation,
    missing_user_id,
    unlisted_sentinel,
    redacted_field_absent,
    duplicate_redacted_name,
    redacted_lookup_value,
    lookup_exposes_redacted,
    lookup_mismatch,
    lookup_value_not_text,
    unusable_lookup_value,
    delete_carries_fields,
    empty_field_name,
    lone_surrogate,
];

/// The payload, and what several rules need to know about it.
struct Context<'p, 'a> {
    payload: &'p Payload<'a>,
    is_delete: bool,
    /// The redacted names with their indexes in the list, sorted, so that no rule is quadratic.
    listed: Vec<(&'p str, usize)>,
}

impl<'p, 'a> Context<'p, 'a> {
    fn new(payload: &'p Payload<'a>) -> Self {
        let mut listed: Vec<(&str, usize)> = payload.redacted_names().zip(0..).collect();
        listed.sort_unstable();
        Self { payload, is_delete: *payload.operation() == Operation::Delete, listed }
    }

    fn is_listed(&self, name: &str) -> bool {
        self.listed.binary_search_by(|(listed, _)| (*listed).cmp(name)).is_ok()
    }

    /// Returns an issue for each lookup value that breaks a rule.
    fn lookup_issues(&self, rule: Rule, is_broken: impl Fn(&LookupValue<'a>) -> bool) -> Vec<Issue> {
        let elements = self.payload.lookup_elements().enumerate();
        let broken = elements
            .filter(|(_, element)| matches!(element, LookupElement::Usable(lookup) if is_broken(lookup)));
        broken.map(|(index, _)| Issue::new(rule, lookup_values().element(index).member("value"))).collect()
    }

    /// Returns an issue for each of these indexes in the list of redacted names.
    fn redacted_name_issues(rule: Rule, mut indexes: Vec<usize>) -> Vec<Issue> {
        indexes.sort_unstable();
        indexes.into_iter().map(|index| Issue::new(rule, Pointer::new("/redacted").element(index))).collect()
    }
}

fn lookup_values() -> Pointer {
    Pointer::new("/meta/lookup_values")
}

fn field(name: &str) -> Pointer {
    Pointer::new("/data").member(name)
}

fn issue_if(is_broken: bool, rule: Rule, path: &str) -> Vec<Issue> {
    if is_broken { vec![Issue::new(rule, Pointer::new(path))] } else { Vec::new() }
}

fn missing_data(context: &Context<'_, '_>) -> Vec<Issue> {
    issue_if(context.payload.data != Presence::Present, Rule::MissingData, "/data")
}

/// "The payload will always include a lookup value."
fn no_lookup_values(context: &Context<'_, '_>) -> Vec<Issue> {
    let has_elements = context.payload.lookup_elements().next().is_some();
    let is_empty = !has_elements && context.payload.rare().not_an_array.is_none();
    issue_if(is_empty, Rule::NoLookupValues, "/meta/lookup_values")
}

/// The vendor's example of a delete is the only one without the list.
fn missing_redacted(context: &Context<'_, '_>) -> Vec<Issue> {
    let is_missing = context.payload.redacted != Presence::Present && !context.is_delete;
    issue_if(is_missing, Rule::MissingRedacted, "/redacted")
}

fn withheld_value_present(context: &Context<'_, '_>) -> Vec<Issue> {
    let withheld = context.payload.rare().withheld.iter();
    withheld.map(|name| Issue::new(Rule::WithheldValuePresent, field(name))).collect()
}

fn unknown_operation(context: &Context<'_, '_>) -> Vec<Issue> {
    let is_unknown = matches!(context.payload.operation(), Operation::Unknown(_));
    issue_if(is_unknown, Rule::UnknownOperation, "/meta/operation")
}

fn missing_user_id(context: &Context<'_, '_>) -> Vec<Issue> {
    issue_if(context.payload.user_id().is_none(), Rule::MissingUserId, "/data/user_id")
}

/// A delete has no list, so there the sentinel alone is enough.
fn unlisted_sentinel(context: &Context<'_, '_>) -> Vec<Issue> {
    let redacted = context.payload.fields().iter().filter(|(_, field)| field.is_redacted());
    let unlisted = redacted.filter(|(name, _)| !context.is_delete && !context.is_listed(name));
    unlisted.map(|(name, _)| Issue::new(Rule::UnlistedSentinel, field(name))).collect()
}

fn redacted_field_absent(context: &Context<'_, '_>) -> Vec<Issue> {
    let listed = context.listed.chunk_by(|before, after| before.0 == after.0);
    let absent = listed.filter_map(|same| match same {
        [(name, first), ..] if context.payload.is_absent(name) => Some(*first),
        _ => None,
    });
    Context::redacted_name_issues(Rule::RedactedFieldAbsent, absent.collect())
}

fn duplicate_redacted_name(context: &Context<'_, '_>) -> Vec<Issue> {
    let repeated = context.listed.windows(2).filter_map(|pair| match pair {
        [(before, _), (name, index)] if before == name => Some(*index),
        _ => None,
    });
    Context::redacted_name_issues(Rule::DuplicateRedactedName, repeated.collect())
}

fn redacted_lookup_value(context: &Context<'_, '_>) -> Vec<Issue> {
    context.lookup_issues(Rule::RedactedLookupValue, |lookup| lookup.value().is_redacted())
}

fn lookup_exposes_redacted(context: &Context<'_, '_>) -> Vec<Issue> {
    context.lookup_issues(Rule::LookupExposesRedacted, |lookup| {
        context.payload.is_redacted(lookup.field()) && lookup.value().is_visible()
    })
}

fn lookup_mismatch(context: &Context<'_, '_>) -> Vec<Issue> {
    context.lookup_issues(Rule::LookupMismatch, |lookup| {
        match (lookup.value(), context.payload.value(lookup.field())) {
            (Redactable::Visible(text), Some(field)) => field.text().is_none_or(|field| field != text),
            (Redactable::Redacted, _) | (_, None) => false,
        }
    })
}

fn lookup_value_not_text(context: &Context<'_, '_>) -> Vec<Issue> {
    context.lookup_issues(Rule::LookupValueNotText, |lookup| {
        matches!(lookup.value, Redactable::Visible(Value::Number(_)))
    })
}

fn unusable_lookup_value(context: &Context<'_, '_>) -> Vec<Issue> {
    let rare = context.payload.rare();
    let list = rare.not_an_array.iter().map(|_| lookup_values());
    let elements = rare.unusable.iter().map(|(index, _)| lookup_values().element(*index));
    list.chain(elements).map(|path| Issue::new(Rule::UnusableLookupValue, path)).collect()
}

fn delete_carries_fields(context: &Context<'_, '_>) -> Vec<Issue> {
    let carries_fields = context.payload.present_fields().any(|(name, _)| name != "user_id");
    issue_if(context.is_delete && carries_fields, Rule::DeleteCarriesFields, "/data")
}

fn empty_field_name(context: &Context<'_, '_>) -> Vec<Issue> {
    issue_if(
        context.payload.present_fields().any(|(name, _)| name.is_empty()),
        Rule::EmptyFieldName,
        "/data/",
    )
}

/// A value that was withheld is gone, and with it what was replaced.
fn lone_surrogate(context: &Context<'_, '_>) -> Vec<Issue> {
    let payload = context.payload;
    let mut fields: Vec<_> =
        payload.rare().replaced_fields.iter().filter(|name| payload.value(name).is_some()).collect();
    fields.sort_unstable();
    let mut members: Vec<_> = payload.rare().replaced_members.iter().collect();
    members.sort_unstable();
    let members = members.into_iter().map(|name| Pointer::default().member(name));
    let paths = fields.into_iter().map(|name| field(name)).chain(members);
    paths.map(|path| Issue::new(Rule::LoneSurrogate, path)).collect()
}
