//! The validation rules, in the order of the table of issues.

use crate::issue::{Issue, Rule, Severity, ValidationError};
use crate::json::pointer::Pointer;
use crate::payload::lookup::LookupValue;
use crate::payload::operation::Operation;
use crate::payload::paths::Path;
use crate::payload::value::Value;
use crate::payload::{LookupElement, Payload, Presence};
use crate::redactable::Redactable;

impl Payload<'_> {
    /// Returns the issues of the payload, in the order of the table of [`Issue`].
    #[must_use]
    pub fn issues(&self) -> Vec<Issue> {
        let context = Context::new(self);
        RULES.iter().flat_map(|rule| rule(&context)).collect()
    }

    /// Checks that no issue of the payload is an `Error`.
    ///
    /// # Errors
    ///
    /// Returns an error if there is an issue of severity `Error`. It has all issues, warnings included.
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
        broken.map(|(index, _)| Issue::new(rule, lookup_value(index).member("value"))).collect()
    }

    /// Returns an issue for each of these names and their indexes in the list of redacted names.
    fn redacted_name_issues(rule: Rule, mut names: Vec<(&str, usize)>) -> Vec<Issue> {
        names.sort_unstable_by_key(|(_, index)| *index);
        let path = |index| Path::RedactedName(index).pointer();
        names.into_iter().map(|(name, index)| Issue::about_field(rule, path(index), name)).collect()
    }
}

/// Returns an issue for each of these fields.
fn field_issues<'f>(rule: Rule, names: impl Iterator<Item = &'f str>) -> Vec<Issue> {
    names.map(|name| Issue::about_field(rule, Path::Data.member(name), name)).collect()
}

fn lookup_value(index: usize) -> Pointer {
    Path::LookupValue(index).pointer()
}

fn issue_if(is_broken: bool, rule: Rule, path: Path) -> Vec<Issue> {
    if is_broken { vec![Issue::new(rule, path.pointer())] } else { Vec::new() }
}

fn missing_data(context: &Context<'_, '_>) -> Vec<Issue> {
    issue_if(context.payload.data != Presence::Present, Rule::MissingData, Path::Data)
}

/// "The payload will always include a lookup value."
fn no_lookup_values(context: &Context<'_, '_>) -> Vec<Issue> {
    let has_elements = context.payload.lookup_elements().next().is_some();
    let is_empty = !has_elements && context.payload.rare().not_an_array.is_none();
    issue_if(is_empty, Rule::NoLookupValues, Path::LookupValues)
}

/// The vendor's example of a delete is the only one without the list.
fn missing_redacted(context: &Context<'_, '_>) -> Vec<Issue> {
    let is_missing = context.payload.redacted != Presence::Present && !context.is_delete;
    issue_if(is_missing, Rule::MissingRedacted, Path::Redacted)
}

fn withheld_value_present(context: &Context<'_, '_>) -> Vec<Issue> {
    field_issues(Rule::WithheldValuePresent, context.payload.rare().withheld.iter().map(|name| &**name))
}

fn unknown_operation(context: &Context<'_, '_>) -> Vec<Issue> {
    let is_unknown = matches!(context.payload.operation(), Operation::Unknown(_));
    issue_if(is_unknown, Rule::UnknownOperation, Path::Operation)
}

fn missing_user_id(context: &Context<'_, '_>) -> Vec<Issue> {
    let is_missing = context.payload.user_id().is_none();
    field_issues(Rule::MissingUserId, is_missing.then_some("user_id").into_iter())
}

/// A delete has no list, so there the sentinel alone is enough.
fn unlisted_sentinel(context: &Context<'_, '_>) -> Vec<Issue> {
    let redacted = context.payload.fields().redacted();
    let unlisted = redacted.filter(|name| !context.is_delete && !context.is_listed(name));
    field_issues(Rule::UnlistedSentinel, unlisted)
}

fn redacted_field_absent(context: &Context<'_, '_>) -> Vec<Issue> {
    let listed = context.listed.chunk_by(|before, after| before.0 == after.0);
    let absent = listed.filter_map(|same| match same {
        [first, ..] if context.payload.is_absent(first.0) => Some(*first),
        _ => None,
    });
    Context::redacted_name_issues(Rule::RedactedFieldAbsent, absent.collect())
}

fn duplicate_redacted_name(context: &Context<'_, '_>) -> Vec<Issue> {
    let repeated = context.listed.windows(2).filter_map(|pair| match pair {
        [before, repeated] if before.0 == repeated.0 => Some(*repeated),
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
    let list = rare.not_an_array.iter().map(|_| Path::LookupValues.pointer());
    let elements = rare.unusable.iter().map(|(index, _)| lookup_value(*index));
    list.chain(elements).map(|path| Issue::new(Rule::UnusableLookupValue, path)).collect()
}

fn delete_carries_fields(context: &Context<'_, '_>) -> Vec<Issue> {
    let carries_fields = context.payload.present_fields().any(|(name, _)| name != "user_id");
    issue_if(context.is_delete && carries_fields, Rule::DeleteCarriesFields, Path::Data)
}

fn empty_field_name(context: &Context<'_, '_>) -> Vec<Issue> {
    let names = context.payload.present_fields().map(|(name, _)| name);
    field_issues(Rule::EmptyFieldName, names.filter(|name| name.is_empty()))
}

/// A value that was withheld is gone, and with it what was replaced.
fn lone_surrogate(context: &Context<'_, '_>) -> Vec<Issue> {
    let rare = context.payload.rare();
    let is_visible = |name: &&str| context.payload.value(name).is_some();
    let mut issues =
        field_issues(Rule::LoneSurrogate, rare.replaced_fields.iter().map(|name| &**name).filter(is_visible));
    let members = rare.replaced_members.iter().map(|name| Path::Body.member(name));
    issues.extend(members.map(|path| Issue::new(Rule::LoneSurrogate, path)));
    issues
}
