//! The rules of a copy, by linear search over rows.

use std::collections::{BTreeMap, BTreeSet};

use rownd_webhooks::sync::{Applied, Decision, Found, Profile, Reason};
use rownd_webhooks::{REDACTED, Redactable};
use serde_json::Value;

use crate::support::model_fields;

/// A field, and a value in the form in which values are compared.
pub(crate) type Pair = (String, String);

/// Returns the text of a string or number that identifies a profile.
fn comparable(field: &str, value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) if !text.is_empty() && text != REDACTED => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(if field == "email" { text.to_ascii_lowercase() } else { text })
}

/// A body, as far as the rules look at it.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    operation: String,
    id: Option<String>,
    fields: BTreeMap<String, Redactable<Value>>,
    lookup_values: Vec<Pair>,
    pub(crate) identifiers: BTreeSet<Pair>,
}

impl Delivery {
    pub(crate) fn new(body: &Value) -> Self {
        let fields = model_fields(body);
        let visible = |field: &str| fields.get(field).and_then(Redactable::visible);
        let mut lookup_values = Vec::new();
        let mut id = match visible("user_id") {
            Some(Value::String(id)) if !id.is_empty() => Some(id.clone()),
            _ => None,
        };
        for lookup in body["meta"]["lookup_values"].as_array().into_iter().flatten() {
            let Some(field) = lookup["field"].as_str() else { continue };
            match comparable(field, &lookup["value"]) {
                Some(text) if field == "user_id" => id = id.or(Some(text)),
                Some(text) => lookup_values.push((field.to_owned(), text)),
                None => {}
            }
        }
        let own = lookup_values.iter().filter_map(|(field, _)| {
            let text = visible(field).and_then(|value| comparable(field, value));
            Some((field.clone(), text?))
        });
        let identifiers = lookup_values.iter().cloned().chain(own).collect();
        let operation = body["meta"]["operation"].as_str().unwrap().to_owned();
        Self { operation, id, fields, lookup_values, identifiers }
    }

    fn is_known(&self) -> bool {
        ["data_insert", "data_update", "visibility_update", "delete"].contains(&&*self.operation)
    }

    /// Whether it can be applied at all.
    pub(crate) fn is_valid(&self) -> bool {
        !self.is_known() || self.id.is_some() || !self.lookup_values.is_empty()
    }
}

/// A profile.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Row {
    pub(crate) id: Option<String>,
    pub(crate) fields: BTreeMap<String, Redactable<Value>>,
    pub(crate) remembered: BTreeMap<String, String>,
}

impl Row {
    fn shown(&self, field: &str) -> Option<String> {
        comparable(field, self.fields.get(field)?.visible()?)
    }

    fn has(&self, (field, text): &Pair) -> bool {
        let remembered = || self.remembered.get(field).cloned();
        field != "user_id" && self.shown(field).or_else(remembered).as_ref() == Some(text)
    }

    fn write(&mut self, delivery: &Delivery) {
        self.id = self.id.take().or_else(|| delivery.id.clone());
        self.fields.extend(delivery.fields.clone());
        self.remembered.extend(delivery.lookup_values.iter().cloned());
        let row = self.clone();
        self.remembered.retain(|field, _| row.shown(field).is_none());
    }
}

impl From<&Profile> for Row {
    fn from(profile: &Profile) -> Self {
        let lookup_values = profile.lookup_values();
        assert!(lookup_values.is_sorted_by(|one, two| one.field() < two.field()));
        let pairs = lookup_values.iter().map(|lookup| (lookup.field(), lookup.identifier().unwrap()));
        Self {
            id: profile.user_id().map(String::from),
            fields: profile.fields().decode().unwrap(),
            remembered: pairs.map(|(field, text)| (field.to_owned(), text.to_owned())).collect(),
        }
    }
}

/// The copy.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Store {
    pub(crate) rows: Vec<Row>,
    pub(crate) deleted_ids: BTreeSet<String>,
    deleted: BTreeSet<Pair>,
}

impl Store {
    /// What a store looks for before it asks `sync::decide`.
    pub(crate) fn found(&self, delivery: &Delivery) -> Found<usize> {
        let all = || self.rows.iter().enumerate();
        let is_meant = |row: &Row| delivery.identifiers.iter().any(|pair| row.has(pair));
        let candidates =
            all().filter(|(_, row)| (delivery.id.is_none() || row.id.is_none()) && is_meant(row));
        Found {
            profile: all().find(|(_, row)| row.id.is_some() && row.id == delivery.id).map(|(at, _)| at),
            deleted: match &delivery.id {
                Some(id) => self.deleted_ids.contains(id),
                None => !self.deleted.is_disjoint(&delivery.identifiers),
            },
            candidates: candidates.map(|(at, _)| at).collect(),
        }
    }

    /// The table of `sync::decide`, column by column.
    pub(crate) fn decide(&self, delivery: &Delivery) -> Decision<usize> {
        let found = self.found(delivery);
        let is_deleted_id = found.deleted && delivery.id.is_some();
        match (&*delivery.operation, found.profile, &*found.candidates) {
            _ if !delivery.is_known() => Decision::Nothing(Reason::UnknownOperation),
            ("delete", Some(row), _) => Decision::Delete(row),
            (_, Some(row), _) => Decision::Update(row),
            ("delete", ..) if is_deleted_id => Decision::Nothing(Reason::NotFound),
            ("data_update" | "visibility_update", ..) if is_deleted_id => Decision::Nothing(Reason::Deleted),
            ("delete", _, [row]) => Decision::Delete(*row),
            (_, _, [row]) => Decision::Update(*row),
            (_, _, [_, _, ..]) => Decision::Nothing(Reason::Ambiguous),
            ("delete", _, []) => Decision::Nothing(Reason::NotFound),
            ("data_update" | "visibility_update", _, []) if found.deleted => {
                Decision::Nothing(Reason::Deleted)
            }
            (_, _, []) => Decision::Create,
        }
    }

    /// Writes what was decided. Returns what was done, and the row as it was and is.
    pub(crate) fn apply(
        &mut self,
        delivery: &Delivery,
        decision: Decision<usize>,
    ) -> (Applied, Option<Row>, Option<Row>) {
        match (&*delivery.operation, &delivery.id) {
            ("delete", Some(id)) => drop(self.deleted_ids.insert(id.clone())),
            ("delete", None) => self.deleted.extend(delivery.identifiers.clone()),
            ("data_insert", id) => {
                self.deleted_ids.retain(|deleted| Some(deleted) != id.as_ref());
                self.deleted.retain(|pair| !delivery.identifiers.contains(pair));
            }
            _ => {}
        }
        match decision {
            Decision::Create => {
                let mut row = Row::default();
                row.write(delivery);
                self.rows.push(row.clone());
                (Applied::Created, None, Some(row))
            }
            Decision::Update(at) => {
                let before = self.rows[at].clone();
                self.rows[at].write(delivery);
                let after = self.rows[at].clone();
                if before == after {
                    (Applied::Unchanged, None, Some(after))
                } else {
                    (Applied::Updated, Some(before), Some(after))
                }
            }
            Decision::Delete(at) => {
                let row = self.rows.remove(at);
                self.deleted_ids.extend(row.id.clone());
                (Applied::Deleted, Some(row), None)
            }
            Decision::Nothing(Reason::NotFound) => (Applied::Unchanged, None, None),
            Decision::Nothing(Reason::Ambiguous) => (Applied::Ambiguous, None, None),
            Decision::Nothing(Reason::Deleted | Reason::UnknownOperation) => (Applied::Ignored, None, None),
        }
    }

    /// The only row that a value identifies.
    pub(crate) fn find(&self, field: &str, text: &str) -> Option<&Row> {
        let pair = (field.to_owned(), comparable(field, &text.into())?);
        let is_found =
            |row: &&Row| if field == "user_id" { row.id.as_deref() == Some(text) } else { row.has(&pair) };
        let mut rows = self.rows.iter().filter(is_found);
        rows.next().filter(|_| rows.next().is_none())
    }
}
