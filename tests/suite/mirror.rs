//! `sync::Mirror`, compared with a simple model of its rules, and tested with the cases that the stores of the examples pass too.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use rownd_webhooks::sync::{Applied, Mirror, Profile};
use rownd_webhooks::testing::{self, samples};
use rownd_webhooks::{REDACTED, Redactable};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::model_fields;
use crate::support::strategies::config;

/// The form in which a value finds users, if it does.
fn comparable(field: &str, value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) if !text.is_empty() && text != REDACTED => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(if field == "email" { text.to_ascii_lowercase() } else { text })
}

/// A profile of the model.
#[derive(Clone, Debug, Default, PartialEq)]
struct Row {
    id: Option<String>,
    fields: BTreeMap<String, Redactable<Value>>,
    /// In the form in which they are compared.
    lookup_values: BTreeMap<String, String>,
}

impl Row {
    fn shows(&self, field: &str, text: &str) -> bool {
        let visible = self.fields.get(field).and_then(Redactable::visible);
        visible.and_then(|value| comparable(field, value)).is_some_and(|shown| shown == text)
    }
}

impl From<&Profile> for Row {
    fn from(profile: &Profile) -> Self {
        assert!(profile.lookup_values().is_sorted_by(|one, two| one.field() < two.field()));
        let lookup_values = profile.lookup_values().iter().map(|lookup| {
            let (field, text) = (lookup.field(), lookup.identifier().unwrap());
            (field.to_owned(), comparable(field, &text.into()).unwrap())
        });
        Self {
            id: profile.user_id().map(String::from),
            fields: profile.fields().decode().unwrap(),
            lookup_values: lookup_values.collect(),
        }
    }
}

/// The rules of `Mirror` in the order of its documentation, without any index.
#[derive(Default)]
struct Model {
    rows: Vec<Row>,
    tombstones: BTreeSet<String>,
}

impl Model {
    fn positions(&self, is_found: impl Fn(&Row) -> bool) -> Vec<usize> {
        (0..self.rows.len()).filter(|row| is_found(&self.rows[*row])).collect()
    }

    /// The row that has this lookup value, or else those that have it in a visible field.
    fn with_value(&self, field: &str, text: &str) -> Vec<usize> {
        let owner = self.positions(|row| row.lookup_values.get(field).is_some_and(|owned| owned == text));
        if owner.is_empty() { self.positions(|row| row.shows(field, text)) } else { owner }
    }

    fn find(&self, field: &str, value: &str) -> Option<&Row> {
        let [row] = *self.with_value(field, &comparable(field, &value.into())?) else { return None };
        Some(&self.rows[row])
    }

    /// Applies a delivery, or returns `None` if it identifies no user.
    fn apply(&mut self, body: &Value) -> Option<Applied> {
        let (operation, fields) = (body["meta"]["operation"].as_str()?, model_fields(body));
        let id = match fields.get("user_id") {
            Some(Redactable::Visible(Value::String(id))) if !id.is_empty() => Some(id.clone()),
            _ => None,
        };
        let lookup_values = body["meta"]["lookup_values"].as_array()?.iter().filter_map(|lookup| {
            let field = lookup["field"].as_str()?;
            Some((field.to_owned(), comparable(field, &lookup["value"])?))
        });
        let lookup_values: Vec<(String, String)> = lookup_values.collect();
        if operation == "data_merge" {
            return Some(Applied::Ignored);
        }
        if id.is_none() && lookup_values.is_empty() {
            return None;
        }
        let is_update = ["data_update", "visibility_update"].contains(&operation);
        if is_update && id.as_ref().is_some_and(|id| self.tombstones.contains(id)) {
            return Some(Applied::Ignored);
        }
        if operation == "delete" && id.as_ref().is_some_and(|id| self.tombstones.contains(id)) {
            return Some(Applied::Unchanged);
        }

        // The id decides. Without an id on one side, the lookup values do.
        let mut found: BTreeSet<usize> =
            self.positions(|row| id.is_some() && row.id == id).into_iter().collect();
        if found.is_empty() {
            found = lookup_values.iter().flat_map(|(field, text)| self.with_value(field, text)).collect();
            found.retain(|row| id.is_none() || self.rows[*row].id.is_none());
        }
        if found.len() > 1 {
            return Some(Applied::Ambiguous);
        }
        let found = found.first().copied();

        if operation == "delete" {
            let removed = found.map(|row| self.rows.remove(row));
            let applied = if removed.is_some() { Applied::Deleted } else { Applied::Unchanged };
            self.tombstones.extend(id.into_iter().chain(removed.and_then(|row| row.id)));
            return Some(applied);
        }

        let before = self.rows.clone();
        // A lookup value belongs to one profile: that of the last delivery with this value.
        for row in &mut self.rows {
            row.lookup_values.retain(|field, text| !lookup_values.contains(&(field.clone(), text.clone())));
        }
        if found.is_none() {
            self.rows.push(Row::default());
        }
        let row = &mut self.rows[found.unwrap_or(before.len())];
        row.lookup_values.extend(lookup_values);
        row.fields.extend(fields);
        if let Some(id) = id {
            self.tombstones.remove(&id);
            row.id = Some(id);
        }
        Some(match found {
            None => Applied::Created,
            Some(_) if self.rows == before => Applied::Unchanged,
            Some(_) => Applied::Updated,
        })
    }
}

const NAMES: [&str; 3] = ["email", "phone_number", "user_id"];
const TEXTS: [&str; 9] = ["x", "X", "y", "7", "u-1", "u-2", "u-3", "", REDACTED];

/// A delivery about one of a few users, with values that coincide.
fn delivery() -> impl Strategy<Value = Value> {
    const OPERATIONS: [&str; 6] =
        ["data_insert", "data_update", "data_update", "visibility_update", "delete", "data_merge"];
    let value = || {
        let text = prop_oneof![4 => select(&TEXTS[..4]), 1 => select(&TEXTS[..])];
        prop_oneof![8 => text.prop_map(Value::from), 1 => select(vec![json!(7), json!(null), json!(["x"])])]
    };
    let id = prop::option::of(prop_oneof![6 => select(&TEXTS[4..7]), 1 => select(&TEXTS[..])]);
    let data = btree_map(select(&["email", "phone_number", "nick"][..]), value(), 0..3);
    let redacted = vec(select(&["email", "nick", "nick", "user_id"][..]), 0..2);
    let lookup_values = vec((select(&NAMES[..]), value()), 0..3);
    (select(&OPERATIONS[..]), id, data, redacted, lookup_values).prop_map(
        |(operation, id, mut data, redacted, lookup_values)| {
            data.extend(id.map(|id| ("user_id", json!(id))));
            let lookup_values =
                lookup_values.into_iter().map(|(field, value)| json!({"field": field, "value": value}));
            let lookup_values: Vec<Value> = lookup_values.collect();
            let meta = json!({"operation": operation, "lookup_values": lookup_values});
            json!({"data": data, "redacted": redacted, "meta": meta})
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..config() })]

    /// Deliveries repeat, at once and later.
    #[test]
    fn a_mirror_agrees_with_the_model(
        deliveries in vec(delivery(), 1..10),
        order in vec(any::<Index>(), 1..30),
    ) {
        let (mut mirror, mut model) = (Mirror::new(), Model::default());
        for body in order.iter().map(|index| index.get(&deliveries)) {
            let applied = mirror.apply(&body.to_string().parse().unwrap()).ok();
            prop_assert_eq!(applied, model.apply(body), "{}", body);
            prop_assert_eq!(&mirror.iter().map(Row::from).collect::<Vec<_>>(), &model.rows, "{}", body);
            prop_assert_eq!((mirror.len(), mirror.is_empty()), (model.rows.len(), model.rows.is_empty()));
            for text in TEXTS {
                let known = model.rows.iter().find(|row| row.id.as_deref() == Some(text)).cloned();
                prop_assert_eq!(mirror.get(text).map(Row::from), known);
                for field in NAMES {
                    let found = model.find(field, text).cloned();
                    prop_assert_eq!(mirror.find(field, text).map(Row::from), found, "{} {}", field, text);
                }
            }
        }
    }
}

/// Deliveries, each with what it does, and the profiles that a receiver's copy holds after them.
#[derive(Deserialize)]
struct Case {
    name: String,
    deliveries: Vec<(String, Value)>,
    profiles: Vec<Value>,
}

#[test]
fn a_mirror_passes_the_cases_of_a_receivers_copy() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../data/receiver_copy.json")).unwrap();
    assert!(cases.len() >= 20);
    for case in cases {
        let mut mirror = Mirror::new();
        for (position, (expected, body)) in case.deliveries.iter().enumerate() {
            let applied = mirror.apply(&body.to_string().parse().unwrap());
            let applied = applied.map_or("Invalid".to_owned(), |applied| format!("{applied:?}"));
            assert_eq!(applied, *expected, "{}, delivery {position}", case.name);
        }
        let profiles =
            mirror.iter().map(Row::from).map(|row| json!({"user_id": row.id, "fields": row.fields}));
        assert_eq!(profiles.collect::<Vec<_>>(), case.profiles, "{}", case.name);
    }
}

#[test]
fn debug_output_contains_no_values() {
    let mut mirror = Mirror::new();
    mirror.apply(&samples::VISIBILITY_UPDATE.parse().unwrap()).unwrap();
    let debug = format!("{mirror:?}");
    assert!(debug.contains("0e223bd4") && debug.contains("country") && !debug.contains("jrose"), "{debug}");
}

#[test]
fn mirrors_with_different_tombstones_are_not_equal() {
    let mut mirror = Mirror::new();
    assert_eq!(mirror.apply(&testing::delete().build()), Ok(Applied::Unchanged));
    assert_ne!(mirror, Mirror::new());
    assert_eq!(mirror, mirror.clone());
}
