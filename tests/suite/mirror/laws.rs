//! Laws of a copy: on random histories, and on all short ones.

use std::collections::BTreeSet;
use std::slice;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use rownd_webhooks::sync::{Applied, Decision, Mirror, decide};
use rownd_webhooks::{Payload, REDACTED};
use serde_json::{Value, json};

use super::delivery;
use super::oracle::{Delivery, Row, Store};
use crate::support::strategies::config;

const FIELDS: [&str; 4] = ["email", "phone_number", "nick", "user_id"];
const TEXTS: [&str; 8] = ["x", "X", "y", "7", "u-1", "u-2", "", REDACTED];

struct Body {
    text: String,
    payload: Payload<'static>,
    delivery: Delivery,
}

impl Body {
    fn new(body: &Value) -> Self {
        let text = body.to_string();
        Self { payload: text.parse().unwrap(), delivery: Delivery::new(body), text }
    }
}

/// A mirror, and the oracle after the same deliveries.
#[derive(Clone, Default)]
struct Both {
    mirror: Mirror,
    store: Store,
}

impl Both {
    /// Applies a delivery to both, and checks the laws.
    #[track_caller]
    fn apply(&mut self, Body { text, payload, delivery }: &Body) {
        assert_eq!(self.mirror.decide(payload).is_ok(), delivery.is_valid(), "{text}");
        if !delivery.is_valid() {
            let before = self.mirror.clone();
            assert_eq!(self.mirror.apply(payload).unwrap_err().code(), "invalid", "{text}");
            assert_eq!(self.mirror, before, "{text}");
            return;
        }

        // The table, `decide` with what a linear search finds, and the mirror decide alike.
        let decision = self.store.decide(delivery);
        if let Ok(subject) = payload.subject() {
            let identifiers =
                subject.identifiers().map(|(field, text)| (field.to_owned(), text.into_owned()));
            assert!(identifiers.eq(delivery.identifiers.iter().cloned()), "{text}");
            assert_eq!(decide(payload.operation(), &subject, self.store.found(delivery)), decision, "{text}");
        }
        let (rows, mirrored) = (self.store.rows.clone(), self.mirror.decide(payload).unwrap());
        let is_same = match (mirrored, decision) {
            (Decision::Create, Decision::Create) => true,
            (Decision::Update(profile), Decision::Update(at))
            | (Decision::Delete(profile), Decision::Delete(at)) => Row::from(profile) == rows[at],
            (Decision::Nothing(one), Decision::Nothing(other)) => one == other,
            _ => false,
        };
        assert!(is_same, "{text}: {mirrored:?}, not {decision:?}");

        let expected = self.store.apply(delivery, decision);
        let change = self.mirror.apply(payload).unwrap();
        let found = (change.applied, change.before.as_ref().map(Row::from), change.after.map(Row::from));
        assert_eq!(found, expected, "{text}");
        self.compare(text);

        // A delivery about one id never changes a profile with another id.
        if let Some(id) = delivery.id() {
            let others = |rows: &[Row]| -> Vec<Row> {
                rows.iter()
                    .filter(|row| row.id.as_deref().is_some_and(|other| other != id))
                    .cloned()
                    .collect()
            };
            assert_eq!(others(&rows), others(&self.store.rows), "{text}");
        }

        // A repeat changes nothing, and says so.
        let before = self.mirror.clone();
        let change = self.mirror.apply(payload).unwrap();
        let is_quiet = matches!(change.applied, Applied::Unchanged | Applied::Ambiguous | Applied::Ignored);
        assert!(is_quiet && change.before.is_none(), "{text}: {change:?}");
        assert_eq!(self.mirror, before, "{text}");
    }

    #[track_caller]
    fn compare(&self, text: &str) {
        let Self { mirror, store } = self;
        assert_eq!(mirror.iter().map(Row::from).collect::<Vec<_>>(), store.rows, "{text}");
        assert_eq!((mirror.len(), mirror.is_empty()), (store.rows.len(), store.rows.is_empty()));
        assert!(mirror.deleted_ids().eq(&store.deleted_ids), "{text}");
    }

    /// Checks what each value leads to, now and with other deliveries.
    #[track_caller]
    fn probe(&self, probes: &[Body]) {
        for Body { text, payload, delivery } in probes {
            let one = self.mirror.decide(payload).ok().map(|decision| match decision {
                Decision::Create => "create".to_owned(),
                Decision::Update(profile) => format!("update {:?}", Row::from(profile)),
                Decision::Delete(profile) => format!("delete {:?}", Row::from(profile)),
                Decision::Nothing(reason) => format!("{reason:?}"),
            });
            let other = delivery.is_valid().then(|| match self.store.decide(delivery) {
                Decision::Create => "create".to_owned(),
                Decision::Update(at) => format!("update {:?}", self.store.rows[at]),
                Decision::Delete(at) => format!("delete {:?}", self.store.rows[at]),
                Decision::Nothing(reason) => format!("{reason:?}"),
            });
            assert_eq!(one, other, "{text}");
        }
        for (field, text) in FIELDS.into_iter().flat_map(|field| TEXTS.map(|text| (field, text))) {
            let found = self.mirror.find(field, text);
            assert_eq!(found.map(Row::from).as_ref(), self.store.find(field, text), "{field} {text}");
            if field == "user_id" {
                assert_eq!(self.mirror.get(text), found);
                assert!(found.is_none() || !self.mirror.deleted_ids().any(|deleted| deleted == text));
            } else if let Some(profile) = found {
                // What is hidden leads nowhere, unless a lookup value has named it.
                let shown = profile.fields().value(field).map(|value| value.to_json().to_string());
                let shown = shown.map(|json| json.trim_matches('"').to_owned());
                let remembered = profile.lookup_values().iter().find(|lookup| lookup.field() == field);
                let is_known = |known: &str| known.eq_ignore_ascii_case(text);
                assert!(
                    shown.as_deref().is_some_and(is_known)
                        || remembered.is_some_and(|lookup| is_known(lookup.identifier().unwrap()))
                );
            }
        }
    }
}

/// An update and a delete by each value alone.
fn probes() -> Vec<Body> {
    let pairs = FIELDS.into_iter().flat_map(|field| TEXTS.map(|text| (field, text)));
    let bodies = pairs.flat_map(|pair| {
        ["data_update", "delete"].map(|operation| Body::new(&delivery(operation, json!({}), &[], &[pair])))
    });
    bodies.collect()
}

/// A delivery about one of a few users, with values that coincide.
fn any_delivery() -> impl Strategy<Value = Value> {
    const OPERATIONS: [&str; 6] =
        ["data_insert", "data_update", "data_update", "visibility_update", "delete", "data_merge"];
    let value = || {
        let text = prop_oneof![4 => select(&TEXTS[..4]), 1 => select(&TEXTS[..])];
        prop_oneof![8 => text.prop_map(Value::from), 1 => select(vec![json!(7), json!(null), json!(["x"])])]
    };
    let id = prop::option::of(prop_oneof![6 => select(&TEXTS[4..6]), 1 => select(&TEXTS[..])]);
    let data = btree_map(select(&FIELDS[..3]), value(), 0..3);
    let redacted = vec(select(&["email", "nick", "nick", "user_id"][..]), 0..2);
    let field = select(&["email", "email", "email", "phone_number", "phone_number", "user_id"][..]);
    let lookup_values = vec((field, value()), 0..3);
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
    #![proptest_config(ProptestConfig { cases: 300, ..config() })]

    /// Deliveries repeat, at once and later.
    #[test]
    fn a_mirror_agrees_with_the_rules_after_random_deliveries(
        deliveries in vec(any_delivery(), 1..10),
        order in vec(any::<Index>(), 1..30),
    ) {
        let (mut both, probes) = (Both::default(), probes());
        for body in order.iter().map(|index| index.get(&deliveries)) {
            both.apply(&Body::new(body));
        }
        both.probe(&probes);
    }
}

/// Two ids and none, two addresses, each operation, and the field hidden, visible, empty or absent.
fn few_deliveries() -> Vec<Body> {
    let mut bodies = vec![
        delivery("delete", json!({}), &[], &[("user_id", "u-1")]),
        delivery("data_update", json!({"email": null}), &[], &[("user_id", "u-1")]),
        delivery("data_merge", json!({}), &[], &[("email", "x")]),
    ];
    for id in [json!({}), json!({"user_id": "u-1"}), json!({"user_id": "u-2"})] {
        let with = |email: &str| {
            let mut data = id.clone();
            data["email"] = email.into();
            data
        };
        for (address, other) in [("x", "y"), ("y", "X")] {
            let lookup_values = [("email", address)];
            bodies.extend([
                delivery("data_insert", with(address), &[], &lookup_values),
                delivery("data_update", with(other), &[], &lookup_values),
                delivery("data_update", id.clone(), &[], &lookup_values),
                delivery("visibility_update", id.clone(), &["email"], &lookup_values),
                delivery("delete", id.clone(), &[], &lookup_values),
            ]);
        }
    }
    bodies.iter().map(Body::new).collect()
}

fn check_histories(both: &Both, length: usize, bodies: &[Body]) {
    for body in bodies {
        let mut both = both.clone();
        both.apply(body);
        if length > 1 {
            check_histories(&both, length - 1, bodies);
        } else {
            both.probe(slice::from_ref(body));
        }
    }
}

#[test]
fn a_mirror_agrees_with_the_rules_after_every_history_of_three_deliveries() {
    check_histories(&Both::default(), 3, &few_deliveries());
}

#[test]
#[ignore = "takes a minute in a release build"]
fn a_mirror_agrees_with_the_rules_after_every_history_of_four_deliveries() {
    check_histories(&Both::default(), 4, &few_deliveries());
}

#[test]
fn the_few_deliveries_differ() {
    let texts: BTreeSet<String> = few_deliveries().into_iter().map(|body| body.text).collect();
    assert_eq!(texts.len(), 33);
}
