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
        let is_empty = self.lookup_elements().next().is_none() && rare.not_an_array.is_none();
        let carries_fields = self.present_fields().any(|(name, _)| name != "user_id");
        let rules = [
            (self.data != Presence::Present, Rule::MissingData, Path::Data),
            // "The payload will always include a lookup value."
            (is_empty, Rule::NoLookupValues, Path::LookupValues),
            // The vendor's example of a delete is the only one without the list.
            (self.redacted != Presence::Present && !is_delete, Rule::MissingRedacted, Path::Redacted),
            (matches!(self.operation(), Operation::Unknown(_)), Rule::UnknownOperation, Path::Operation),
            (rare.not_an_array.is_some(), Rule::UnusableLookupValue, Path::LookupValues),
            (is_delete && carries_fields, Rule::DeleteCarriesFields, Path::Data),
        ];
        let broken = rules.into_iter().filter(|(is_broken, ..)| *is_broken);
        let mut issues: Vec<_> = broken.map(|(_, rule, path)| Issue::new(rule, path.pointer())).collect();

        let mut listed = HashSet::new();
        for (index, name) in self.redacted_names().enumerate() {
            let rule = if !listed.insert(name) {
                Rule::DuplicateRedactedName
            } else if self.is_absent(name) {
                Rule::RedactedFieldAbsent
            } else {
                continue;
            };
            issues.push(Issue::about_field(rule, Path::RedactedName(index).pointer(), name));
        }

        let withheld = rare.withheld.iter().map(|name| (Rule::WithheldValuePresent, &**name));
        let unidentified = self.user_id().is_none().then_some((Rule::MissingUserId, "user_id"));
        // A delete has no list, so its sentinels cannot be unlisted.
        let unlisted = self.fields().redacted().filter(|name| !is_delete && !listed.contains(name));
        let unlisted = unlisted.map(|name| (Rule::UnlistedSentinel, name));
        let unnamed = self.present_fields().filter(|(name, _)| name.is_empty());
        let unnamed = unnamed.map(|(name, _)| (Rule::EmptyFieldName, name));
        // Skips withheld values: they were dropped, and their replacements with them.
        let replaced = rare.replaced_fields.iter().filter(|name| self.value(name).is_some());
        let replaced = replaced.map(|name| (Rule::LoneSurrogate, &**name));
        for (rule, name) in withheld.chain(unidentified).chain(unlisted).chain(unnamed).chain(replaced) {
            issues.push(Issue::about_field(rule, Path::Data.member(name), name));
        }
        for name in &rare.replaced_members {
            issues.push(Issue::new(Rule::LoneSurrogate, Path::Body.member(name)));
        }

        for (index, element) in self.lookup_elements().enumerate() {
            let path = || Path::LookupValue(index).pointer();
            let LookupElement::Usable(lookup) = element else {
                issues.push(Issue::new(Rule::UnusableLookupValue, path()));
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
            let rules = odd.into_iter().chain(is_number.then_some(Rule::LookupValueNotText));
            issues.extend(rules.map(|rule| Issue::new(rule, path().member("value"))));
        }

        // In the order of the table, which is that of the rules.
        issues.sort_by_key(|issue| issue.rule);
        issues
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
