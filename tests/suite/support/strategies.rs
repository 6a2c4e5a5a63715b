//! Bodies that proptest makes.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use rownd_webhooks::REDACTED;
use serde_json::{Map, Value, json};

/// What stands for personal data: some of the generated values contain it, and no name does.
pub(crate) const CANARY: &str = "canary-7f3a9c";

/// A test configuration without files of failures.
pub(crate) fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// A name of a field or member.
pub(crate) fn name() -> impl Strategy<Value = String> {
    const USUAL: [&str; 7] = ["user_id", "email", "phone_number", "country", "first_name", "a", "b"];
    const ODD: [&str; 7] = ["", "\u{202e}x", "a/b~c", "\"\\\n", "імя", "😀", "$x"];
    prop_oneof![
        4 => prop::sample::select(&USUAL).prop_map(str::to_owned),
        1 => prop::sample::select(&ODD).prop_map(str::to_owned),
        1 => "[a-z_]{1,12}",
    ]
}

/// A string, some of them the sentinel.
pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(CANARY.to_owned()),
        2 => Just(REDACTED.to_owned()),
        1 => Just(String::new()),
        2 => "[a-c@.]{1,6}",
        1 => any::<String>(),
    ]
}

/// Any JSON value, nested or not.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => text().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        // Exact in binary: how serde_json reads the others depends on its features.
        1 => any::<i32>().prop_map(|number| Value::from(f64::from(number) / 8.0)),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(name(), inner, 0..4).prop_map(|members| Value::from(Map::from_iter(members))),
        ]
    })
}

/// An element of `lookup_values`; one in eight is not usable.
pub(crate) fn lookup_value() -> impl Strategy<Value = Value> {
    let text_or_number = prop_oneof![4 => text().prop_map(Value::from), 1 => (0..9).prop_map(Value::from)];
    let usable =
        (name(), text_or_number, option::weighted(0.1, value())).prop_map(|(field, value, extra)| {
            let mut lookup = json!({"field": field, "value": value});
            if let Some(extra) = extra {
                lookup["extra"] = extra;
            }
            lookup
        });
    let unusable = prop_oneof![
        name().prop_map(|field| json!({"field": field})),
        text_or_other().prop_map(|value| json!({"value": value})),
        (name(), prop::sample::select(vec![json!(null), json!(true), json!([]), json!({"a": CANARY})]))
            .prop_map(|(field, value)| json!({"field": field, "value": value})),
        (prop::sample::select(vec![json!(null), json!(7), json!(["email"])]), text())
            .prop_map(|(field, value)| json!({"field": field, "value": value})),
        prop::sample::select(vec![json!(null), json!(CANARY), json!(5), json!(["email", CANARY]), json!({})]),
    ];
    prop_oneof![7 => usable, 1 => unusable]
}

fn text_or_other() -> impl Strategy<Value = Value> {
    prop_oneof![text().prop_map(Value::from), value()]
}

/// A member that may be absent, or null.
fn member(present: impl Strategy<Value = Value>) -> impl Strategy<Value = Option<Value>> {
    prop_oneof![
        8 => present.prop_map(Some),
        1 => Just(None),
        1 => Just(Some(Value::Null)),
    ]
}

pub(crate) fn operation() -> impl Strategy<Value = String> {
    const KNOWN: [&str; 4] = ["data_insert", "data_update", "visibility_update", "delete"];
    prop_oneof![
        8 => prop::sample::select(&KNOWN).prop_map(str::to_owned),
        1 => Just("user_merge".to_owned()),
        1 => Just("DELETE\u{202e}".to_owned()),
    ]
}

/// The content of `data`.
pub(crate) fn fields() -> impl Strategy<Value = Value> {
    btree_map(name(), value(), 0..8).prop_map(|fields| Value::from(Map::from_iter(fields)))
}

/// A body that parses, as a tree.
pub(crate) fn body() -> impl Strategy<Value = Value> {
    let data = member(fields());
    let redacted = member(vec(name(), 0..5).prop_map(Value::from));
    let lookup_values = prop_oneof![
        15 => member(vec(lookup_value(), 0..4).prop_map(Value::from)),
        1 => prop::sample::select(vec![json!({}), json!(CANARY), json!(1), json!(false)]).prop_map(Some),
    ];
    let unknown = || option::weighted(0.2, value());
    (data, redacted, operation(), lookup_values, unknown(), unknown()).prop_map(
        |(data, redacted, operation, lookup_values, version, source)| {
            let members = |members: Vec<(&str, Option<Value>)>| {
                let present = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
                Value::Object(present.collect())
            };
            let operation = Some(Value::from(operation));
            let meta = vec![("operation", operation), ("lookup_values", lookup_values), ("source", source)];
            members(vec![
                ("data", data),
                ("redacted", redacted),
                ("meta", Some(members(meta))),
                ("version", version),
            ])
        },
    )
}
