//! A stored profile, and what a delivery changes in it.

use std::collections::BTreeMap;

use rownd_webhooks::{Fields, Payload, Subject};

/// A stored profile.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// The user id, once a delivery has named it.
    pub user_id: Option<String>,
    /// The fields, visible or redacted.
    pub fields: Fields<'static>,
    /// The latest lookup value for each field that has no visible text or number.
    pub remembered: BTreeMap<String, String>,
}

impl Profile {
    /// Writes visible fields, erases redacted ones, leaves all others alone, and remembers lookup values.
    ///
    /// `keep` makes what is kept from the name and value of a field: the value in comparable form, or a hash of that, since
    /// the user may have hidden the field.
    pub fn update(
        &mut self,
        payload: &Payload<'_>,
        subject: &Subject<'_>,
        keep: impl Fn(&str, &str) -> String,
    ) {
        self.user_id = self.user_id.take().or_else(|| subject.user_id().map(String::from));
        self.fields.merge(payload.fields().clone().into_owned());
        for lookup in subject.lookup_values().iter().filter(|lookup| lookup.field() != "user_id") {
            if let Some(value) = lookup.identifier() {
                self.remembered.insert(lookup.field().to_owned(), keep(lookup.field(), value));
            }
        }
        self.remembered.retain(|field, _| self.fields.identifier(field).is_none());
    }

    /// Iterates over the fields that identify the user by what they show: names and values.
    pub fn visible_identifiers(&self) -> impl Iterator<Item = (&str, &str)> {
        let names = self.fields.names().filter(|name| *name != "user_id");
        names.filter_map(|name| Some((name, self.fields.identifier(name)?)))
    }
}
