//! `sync::Mirror`, compared with a slow and obvious model, and with the stories that every receiver's copy has to pass.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use rownd_webhooks::sync::{Applied, Mirror, Profile};
use rownd_webhooks::{REDACTED, Redactable};
use serde::Deserialize;
use serde_json::{Value, json};

/// A delivery, as the model sees it.
#[derive(Clone, Debug)]
struct Delivery {
    operation: &'static str,
    id: Option<&'static str>,
    fields: BTreeMap<&'static str, Value>,
    lookup_values: Vec<(&'static str, Value)>,
    redaction: Redaction,
}

/// How a body says that a field is redacted.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Redaction {
    ListedWithSentinel,
    ListedWithValue,
    ListedAndAbsent,
    SentinelAlone,
}

impl Delivery {
    fn body(&self) -> String {
        let mut data = self.fields.clone();
        let mut redacted: Vec<&str> =
            data.iter().filter(|(_, value)| **value == REDACTED).map(|(name, _)| *name).collect();
        for name in &redacted {
            match self.redaction {
                Redaction::ListedWithSentinel | Redaction::SentinelAlone => {}
                Redaction::ListedWithValue => drop(data.insert(name, json!("x"))),
                Redaction::ListedAndAbsent => drop(data.remove(name)),
            }
        }
        if self.redaction == Redaction::SentinelAlone {
            redacted.clear();
        }
        data.extend(self.id.map(|id| ("user_id", json!(id))));
        let lookup_values: Vec<Value> =
            self.lookup_values.iter().map(|(field, value)| json!({"field": field, "value": value})).collect();
        json!({
            "data": data,
            "redacted": redacted,
            "meta": {"operation": self.operation, "lookup_values": lookup_values},
        })
        .to_string()
    }

    /// The lookup values that can find a user: their fields and texts.
    fn identifiers(&self) -> Vec<(&'static str, String)> {
        let visible = self.lookup_values.iter().filter(|(_, value)| *value != "" && *value != REDACTED);
        visible.filter_map(|(field, value)| Some((*field, text(value)?))).collect()
    }
}

/// The text that a lookup value is compared with.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn is_same(field: &str, one: &str, other: &str) -> bool {
    if field == "email" { one.eq_ignore_ascii_case(other) } else { one == other }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Row {
    id: Option<String>,
    /// With the sentinel for a redacted field.
    fields: BTreeMap<String, Value>,
    lookup_values: BTreeMap<String, String>,
}

impl Row {
    fn holds(&self, field: &str, value: &str) -> bool {
        self.lookup_values.iter().any(|(held, text)| held == field && is_same(field, text, value))
    }

    fn shows(&self, field: &str, value: &str) -> bool {
        let visible = self.fields.iter().filter(|(_, shown)| **shown != REDACTED);
        visible
            .filter(|(name, _)| *name == field)
            .any(|(_, shown)| text(shown).is_some_and(|text| is_same(field, &text, value)))
    }
}

/// The rules of a receiver's copy in the order of the documentation, without any index.
#[derive(Clone, Debug, Default, PartialEq)]
struct Model {
    rows: Vec<Row>,
    tombstones: Vec<String>,
}

impl Model {
    /// The rows that a value points at: the holder of the lookup value, otherwise those that show it in a field.
    fn pointed_at(&self, field: &str, value: &str) -> Vec<usize> {
        let all = 0..self.rows.len();
        let holders: Vec<usize> = all.clone().filter(|row| self.rows[*row].holds(field, value)).collect();
        assert!(holders.len() <= 1, "a lookup value belongs to one profile");
        if holders.is_empty() {
            all.filter(|row| self.rows[*row].shows(field, value)).collect()
        } else {
            holders
        }
    }

    fn find(&self, field: &str, value: &str) -> Option<&Row> {
        match *self.pointed_at(field, value) {
            [row] if !value.is_empty() => Some(&self.rows[row]),
            _ => None,
        }
    }

    /// `None` is an error: no user is identified.
    fn apply(&mut self, delivery: &Delivery) -> Option<Applied> {
        if delivery.operation == "data_merge" {
            return Some(Applied::Ignored);
        }
        let identifiers = delivery.identifiers();
        if delivery.id.is_none() && identifiers.is_empty() {
            return None;
        }
        let id = delivery.id.map(str::to_owned);
        let is_deleted = id.as_ref().is_some_and(|id| self.tombstones.contains(id));
        if is_deleted && ["data_update", "visibility_update"].contains(&delivery.operation) {
            return Some(Applied::Ignored);
        }

        // By id first.
        let mut found: Vec<usize> =
            (0..self.rows.len()).filter(|row| id.is_some() && self.rows[*row].id == id).collect();
        // Without an id on one side, by lookup value.
        if found.is_empty() {
            for (field, value) in &identifiers {
                found.extend(self.pointed_at(field, value));
            }
            found.retain(|row| id.is_none() || self.rows[*row].id.is_none());
            found.sort_unstable();
            found.dedup();
        }
        if found.len() > 1 {
            return Some(Applied::Ambiguous);
        }

        if delivery.operation == "delete" {
            let removed = found.first().map(|row| self.rows.remove(*row));
            let applied = if removed.is_some() { Applied::Deleted } else { Applied::Unchanged };
            self.tombstones.extend(id.into_iter().chain(removed.and_then(|row| row.id)));
            return Some(applied);
        }

        let before = self.rows.clone();
        let row = found.first().copied().unwrap_or_else(|| {
            self.rows.push(Row::default());
            self.rows.len() - 1
        });
        for (field, value) in &identifiers {
            for (other, loser) in self.rows.iter_mut().enumerate() {
                if other != row && loser.holds(field, value) {
                    loser.lookup_values.remove(*field);
                }
            }
        }
        // The latest per field: of two in one delivery, the last.
        let latest: BTreeMap<&str, String> = identifiers.into_iter().collect();
        for (field, value) in latest {
            if !self.rows[row].holds(field, &value) {
                self.rows[row].lookup_values.insert(field.to_owned(), value);
            }
        }
        for (name, value) in &delivery.fields {
            self.rows[row].fields.insert((*name).to_owned(), value.clone());
        }
        if let Some(id) = id {
            self.rows[row].fields.insert("user_id".to_owned(), json!(id));
            self.tombstones.retain(|deleted| *deleted != id);
            self.rows[row].id = Some(id);
        }
        Some(if found.is_empty() {
            Applied::Created
        } else if self.rows == before {
            Applied::Unchanged
        } else {
            Applied::Updated
        })
    }
}

/// What a mirror's profile holds, as the model's row.
fn row(profile: &Profile) -> Row {
    let field = |field: &Redactable<rownd_webhooks::Value<'_>>| match field {
        Redactable::Visible(value) => serde_json::to_value(value).unwrap(),
        Redactable::Redacted => json!(REDACTED),
    };
    Row {
        id: profile.user_id().map(|id| id.as_str().to_owned()),
        fields: profile.fields().iter().map(|(name, value)| (name.to_owned(), field(value))).collect(),
        lookup_values: profile
            .lookup_values()
            .iter()
            .map(|lookup| (lookup.field().to_owned(), lookup.identifier().unwrap().to_owned()))
            .collect(),
    }
}

const IDS: [&str; 3] = ["u-1", "u-2", "u-3"];
const NAMES: [&str; 3] = ["email", "phone_number", "user_id"];
const TEXTS: [&str; 6] = ["x", "X", "y", "7", "u-1", ""];

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        12 => select(&TEXTS[..]).prop_map(Value::from),
        1 => Just(json!(7)),
        1 => Just(json!(REDACTED)),
        1 => Just(json!(null)),
    ]
}

fn delivery() -> impl Strategy<Value = Delivery> {
    let operation = prop_oneof![
        3 => Just("data_insert"),
        5 => Just("data_update"),
        2 => Just("visibility_update"),
        2 => Just("delete"),
        1 => Just("data_merge"),
    ];
    let id = prop::option::of(select(&IDS[..]));
    let field = prop_oneof![6 => value(), 2 => Just(json!(REDACTED)), 1 => Just(json!(null)), 1 => Just(json!(["x"]))];
    let fields = btree_map(select(&["email", "phone_number", "nick", "user_id"][..]), field, 0..3);
    let lookup_values = vec((select(&NAMES[..]), value()), 0..3);
    let redaction = select(vec![
        Redaction::ListedWithSentinel,
        Redaction::ListedWithValue,
        Redaction::ListedAndAbsent,
        Redaction::SentinelAlone,
    ]);
    (operation, id, fields, lookup_values, redaction).prop_map(
        |(operation, id, mut fields, lookup_values, redaction)| {
            // A visible `user_id` is the delivery's id; here it can only be redacted.
            if id.is_some() {
                fields.remove("user_id");
            }
            fields.entry("user_id").and_modify(|value| *value = json!(REDACTED));
            Delivery { operation, id, fields, lookup_values, redaction }
        },
    )
}

/// Deliveries, of which some are repeated, at once or later.
fn deliveries() -> impl Strategy<Value = Vec<Delivery>> {
    vec((delivery(), prop_oneof![3 => Just(None), 1 => (0..30_usize).prop_map(Some)]), 1..30).prop_map(
        |drawn| {
            let mut deliveries: Vec<Delivery> = Vec::new();
            for (delivery, repeated) in drawn {
                let earlier = repeated.and_then(|back| deliveries.iter().rev().nth(back).cloned());
                deliveries.push(earlier.unwrap_or(delivery));
            }
            deliveries
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn a_mirror_does_what_the_slow_model_does(deliveries in deliveries()) {
        let (mut mirror, mut model) = (Mirror::new(), Model::default());
        for delivery in &deliveries {
            let body = delivery.body();
            let before = mirror.clone();
            let applied = mirror.apply(&rownd_webhooks::from_str(&body).unwrap()).ok();
            prop_assert_eq!(applied, model.apply(delivery), "{}", body);

            let rows: Vec<Row> = mirror.iter().map(row).collect();
            prop_assert_eq!(&rows, &model.rows, "{}", body);
            prop_assert_eq!((mirror.len(), mirror.is_empty()), (rows.len(), rows.is_empty()));
            if matches!(applied, None | Some(Applied::Ambiguous | Applied::Ignored)) {
                prop_assert_eq!(&mirror, &before);
            }
            for id in IDS {
                let known = model.rows.iter().find(|row| row.id.as_deref() == Some(id)).cloned();
                prop_assert_eq!(mirror.get(id).map(row), known);
            }
            for (field, value) in NAMES.iter().flat_map(|name| TEXTS.map(|text| (name, text))) {
                prop_assert_eq!(mirror.find(field, value).map(row), model.find(field, value).cloned(), "{} {}", field, value);
            }
        }
    }
}

/// A sequence of deliveries, and the profiles that a receiver's copy holds after them.
#[derive(Deserialize)]
struct Story {
    name: String,
    deliveries: Vec<(String, Value)>,
    profiles: Vec<Value>,
}

/// The stories that the examples' stores run as well.
#[test]
fn a_mirror_passes_the_stories_of_a_receivers_copy() {
    let stories: Vec<Story> = serde_json::from_str(include_str!("../data/receiver_copy.json")).unwrap();
    assert!(stories.len() >= 20);
    for mut story in stories {
        let mut mirror = Mirror::new();
        for (position, (expected, body)) in story.deliveries.iter().enumerate() {
            let applied = mirror.apply(&rownd_webhooks::from_str(&body.to_string()).unwrap());
            let applied = applied.map_or("Invalid".to_owned(), |applied| format!("{applied:?}"));
            assert_eq!(applied, *expected, "{}, delivery {position}", story.name);
        }
        let mut profiles: Vec<Value> = mirror
            .iter()
            .map(|profile| json!({"user_id": profile.user_id().map(|id| id.to_string()), "fields": row(profile).fields}))
            .collect();
        profiles.sort_by_key(Value::to_string);
        story.profiles.sort_by_key(Value::to_string);
        assert_eq!(profiles, story.profiles, "{}", story.name);
    }
}

#[test]
fn debug_output_contains_no_values() {
    let mut mirror = Mirror::new();
    let body = r#"{"data":{"user_id":"u-1","email":"ada@example.com","plan":"<<REDACTED>>"},"redacted":["plan"],
        "meta":{"operation":"data_insert","lookup_values":[{"field":"email","value":"ada@example.com"}]}}"#;
    mirror.apply(&rownd_webhooks::from_str(body).unwrap()).unwrap();
    let debug = format!("{mirror:?}");
    assert!(debug.contains("u-1") && debug.contains("plan") && !debug.contains("ada"), "{debug}");
}

#[test]
fn mirrors_with_different_tombstones_are_not_equal() {
    let delete = r#"{"data":{"user_id":"u-1"},"meta":{"operation":"delete","lookup_values":[]}}"#;
    let mut mirror = Mirror::new();
    assert_eq!(mirror.apply(&rownd_webhooks::from_str(delete).unwrap()).unwrap(), Applied::Unchanged);
    assert_ne!(mirror, Mirror::new());
    assert_eq!(mirror, mirror.clone());
}
