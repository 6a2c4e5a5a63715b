//! Laws of a copy: on random histories, and on all short ones.

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
#[derive(Clone, Default, PartialEq)]
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
        self.assert_same_decision(text, payload, delivery);

        let expected = self.store.apply(delivery, decision);
        let change = self.mirror.apply(payload).unwrap();
        let found = (change.applied, change.before.as_ref().map(Row::from), change.after.map(Row::from));
        assert_eq!(found, expected, "{text}");
        assert_eq!(self.mirror.iter().map(Row::from).collect::<Vec<_>>(), self.store.rows, "{text}");
        assert_eq!(self.mirror.len(), self.store.rows.len(), "{text}");
        assert!(self.mirror.deleted_ids().eq(&self.store.deleted_ids), "{text}");

        // A repeat changes nothing, and says so.
        let before = self.mirror.clone();
        let change = self.mirror.apply(payload).unwrap();
        let is_quiet = matches!(change.applied, Applied::Unchanged | Applied::Ambiguous | Applied::Ignored);
        assert!(is_quiet && change.before.is_none(), "{text}: {change:?}");
        assert_eq!(self.mirror, before, "{text}");
    }

    #[track_caller]
    fn assert_same_decision(&self, text: &str, payload: &Payload<'_>, delivery: &Delivery) {
        fn of_rows<K>(decision: Decision<K>, row: impl Fn(K) -> Row) -> Decision<Row> {
            match decision {
                Decision::Create => Decision::Create,
                Decision::Update(key) => Decision::Update(row(key)),
                Decision::Delete(key) => Decision::Delete(row(key)),
                Decision::Nothing(reason) => Decision::Nothing(reason),
            }
        }
        let mirrored = self.mirror.decide(payload).ok().map(|decision| of_rows(decision, Row::from));
        let decide = || of_rows(self.store.decide(delivery), |at| self.store.rows[at].clone());
        assert_eq!(mirrored, delivery.is_valid().then(decide), "{text}");
    }

    /// Checks what each value leads to, by `find`, `get` and with other deliveries.
    #[track_caller]
    fn probe(&self, probes: &[Body]) {
        for Body { text, payload, delivery } in probes {
            self.assert_same_decision(text, payload, delivery);
        }
        for (field, text) in FIELDS.into_iter().flat_map(|field| TEXTS.map(|text| (field, text))) {
            let found = self.mirror.find(field, text);
            assert_eq!(found.map(Row::from).as_ref(), self.store.find(field, text), "{field} {text}");
            if field == "user_id" {
                assert_eq!(self.mirror.get(text), found);
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

#[test]
fn a_mirror_agrees_with_the_rules_after_every_history_of_three_deliveries() {
    let bodies = few_deliveries();
    let mut states = vec![Both::default()];
    for step in 1..=3 {
        let mut next: Vec<Both> = Vec::new();
        for (state, body) in states.iter().flat_map(|state| bodies.iter().map(move |body| (state, body))) {
            let mut state = state.clone();
            state.apply(body);
            // What follows depends on the state, and not on how it was reached.
            if step < 3 && !next.contains(&state) {
                next.push(state);
            }
        }
        states = next;
    }
}
