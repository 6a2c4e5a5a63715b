//! The validation rules.

use std::collections::HashSet;

use crate::issue::{Issue, Rule, Severity, ValidationError};
use crate::payload::operation::Operation;
use crate::payload::paths::Path;
use crate::payload::value::Value;
use crate::payload::{LookupElement, Payload, Presence};
use crate::redactable::Redactable;

impl Payload<'_> {
    /// Returns the issues of the payload, in the order of the table in [`Issue`]'s documentation.
    #[must_use]
    pub fn issues(&self) -> Vec<Issue> {
        let rare = self.rare();
        let is_delete = *self.operation() == Operation::Delete;
        let mut report = Report(Vec::new());

        report.check(self.data != Presence::Present, Rule::MissingData, Path::Data);
        // "The payload will always include a lookup value."
        let is_empty = self.lookup_elements().next().is_none() && rare.not_an_array.is_none();
        report.check(is_empty, Rule::NoLookupValues, Path::LookupValues);
        // The vendor's example of a delete is the only one without the list.
        let is_missing = self.redacted != Presence::Present && !is_delete;
        report.check(is_missing, Rule::MissingRedacted, Path::Redacted);
        let is_unknown = matches!(self.operation(), Operation::Unknown(_));
        report.check(is_unknown, Rule::UnknownOperation, Path::Operation);

        let is_absent = |name: &str| rare.absent.binary_search_by(|absent| (**absent).cmp(name)).is_ok();
        let mut listed = HashSet::new();
        for (index, name) in self.redacted_names().enumerate() {
            let rule = if !listed.insert(name) {
                Rule::DuplicateRedactedName
            } else if is_absent(name) {
                Rule::RedactedFieldAbsent
            } else {
                continue;
            };
            report.0.push(Issue::about_field(rule, Path::RedactedName(index).pointer(), name));
        }

        report.fields(Rule::WithheldValuePresent, rare.withheld.iter().map(|name| &**name));
        report.fields(Rule::MissingUserId, self.user_id().is_none().then_some("user_id").into_iter());
        // A delete has no list, so its sentinels cannot be unlisted.
        let unlisted = self.fields().redacted().filter(|name| !is_delete && !listed.contains(name));
        report.fields(Rule::UnlistedSentinel, unlisted);
        let carries_fields = self.present_fields().any(|(name, _)| name != "user_id");
        report.check(is_delete && carries_fields, Rule::DeleteCarriesFields, Path::Data);
        let names = self.present_fields().map(|(name, _)| name);
        report.fields(Rule::EmptyFieldName, names.filter(|name| name.is_empty()));
        // Skips withheld values: they were dropped, and their replacements with them.
        let replaced = rare.replaced_fields.iter().map(|name| &**name);
        report.fields(Rule::LoneSurrogate, replaced.filter(|name| self.value(name).is_some()));
        for name in &rare.replaced_members {
            report.0.push(Issue::new(Rule::LoneSurrogate, Path::Body.member(name)));
        }

        report.check(rare.not_an_array.is_some(), Rule::UnusableLookupValue, Path::LookupValues);
        for (index, element) in self.lookup_elements().enumerate() {
            let LookupElement::Usable(lookup) = element else {
                report.check(true, Rule::UnusableLookupValue, Path::LookupValue(index));
                continue;
            };
            let is_number = matches!(lookup.value, Redactable::Visible(Value::Number(_)));
            let odd = match (lookup.value(), self.field(lookup.field())) {
                (Redactable::Redacted, _) => Some(Rule::RedactedLookupValue),
                (_, Some(Redactable::Redacted)) => Some(Rule::LookupExposesRedacted),
                (Redactable::Visible(text), Some(Redactable::Visible(field))) => {
                    field.text().is_none_or(|field| field != text).then_some(Rule::LookupMismatch)
                }
                (_, None) => None,
            };
            for rule in odd.into_iter().chain(is_number.then_some(Rule::LookupValueNotText)) {
                report.0.push(Issue::new(rule, Path::LookupValue(index).pointer().member("value")));
            }
        }

        // In the order of the table, which is that of the rules.
        report.0.sort_by_key(|issue| issue.rule);
        report.0
    }

    /// Checks that no issue of the payload is an `Error`.
    ///
    /// # Errors
    ///
    /// Returns an error if there is an issue of severity `Error`. The error contains all issues, warnings included.
    pub fn validate(&self) -> Result<(), ValidationError> {
        let issues = self.issues();
        if issues.iter().any(|issue| issue.severity() == Severity::Error) {
            return Err(ValidationError::new("the payload is not valid", issues));
        }
        Ok(())
    }
}

/// The issues so far.
struct Report(Vec<Issue>);

impl Report {
    fn check(&mut self, is_broken: bool, rule: Rule, path: Path) {
        if is_broken {
            self.0.push(Issue::new(rule, path.pointer()));
        }
    }

    fn fields<'f>(&mut self, rule: Rule, names: impl Iterator<Item = &'f str>) {
        self.0.extend(names.map(|name| Issue::about_field(rule, Path::Data.member(name), name)));
    }
}
