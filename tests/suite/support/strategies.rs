//! Bodies that proptest makes.

use proptest::collection::{btree_map, vec};
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use rownd_webhooks::REDACTED;
use serde_json::Value;

/// A test configuration without files of failures.
pub(crate) fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// A name of a field or member.
pub(crate) fn name() -> impl Strategy<Value = String> {
    const USUAL: [&str; 7] = ["user_id", "email", "phone_number", "country", "first_name", "a", "b"];
    const ODD: [&str; 7] = ["", "\u{202e}x", "a/b~c", "\"\\\n", "імя", "😀", "$x"];
    prop_oneof![
        4 => select(&USUAL).prop_map(str::to_owned),
        1 => select(&ODD).prop_map(str::to_owned),
        1 => "[a-z_]{1,12}",
    ]
}

/// A string, often one that another value of the body has as well.
pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(&["x", "X", "7", "", REDACTED, REDACTED]).prop_map(str::to_owned),
        1 => "[a-c@.]{1,6}",
        1 => any::<String>(),
    ]
}

/// Any JSON value, nested or not.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => text().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => prop_oneof![0..9_i64, any::<i64>()].prop_map(Value::from),
        // Exact in binary: how serde_json reads the others depends on its features.
        1 => any::<i32>().prop_map(|number| Value::from(f64::from(number) / 8.0)),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(name(), inner, 0..4).prop_map(Value::from_iter),
        ]
    })
}

/// An object of the members that are present.
fn object<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    members.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// An element of `lookup_values`, usable or not.
fn lookup_value() -> impl Strategy<Value = Value> {
    let field = prop_oneof![15 => name().prop_map(Value::from), 1 => value()];
    let text =
        prop_oneof![12 => text().prop_map(Value::from), 3 => (0..9).prop_map(Value::from), 1 => value()];
    let members = (weighted(0.95, field), weighted(0.95, text), weighted(0.1, value()));
    let lookup = members
        .prop_map(|(field, value, extra)| object([("field", field), ("value", value), ("extra", extra)]));
    prop_oneof![15 => lookup, 1 => value()]
}

/// A member that may be absent, or null.
fn member(present: impl Strategy<Value = Value>) -> impl Strategy<Value = Option<Value>> {
    prop_oneof![8 => present.prop_map(Some), 1 => Just(None), 1 => Just(Some(Value::Null))]
}

/// A body that parses, as a tree.
pub(crate) fn body() -> impl Strategy<Value = Value> {
    const OPERATIONS: [&str; 6] =
        ["data_insert", "data_update", "visibility_update", "delete", "user_merge", "DELETE\u{202e}"];
    let data = member(btree_map(name(), value(), 0..8).prop_map(Value::from_iter));
    let redacted = member(vec(name(), 0..5).prop_map(Value::from));
    let operation = prop_oneof![4 => select(&OPERATIONS[..4]), 1 => select(&OPERATIONS[4..])];
    let elements = vec(lookup_value(), 0..4).prop_map(Value::from);
    let lookup_values = prop_oneof![15 => member(elements), 1 => value().prop_map(Some)];
    let unknown = || weighted(0.2, value());
    (data, redacted, operation, lookup_values, unknown(), unknown()).prop_map(
        |(data, redacted, operation, lookup_values, version, source)| {
            let operation = Some(operation.into());
            let meta =
                object([("operation", operation), ("lookup_values", lookup_values), ("source", source)]);
            object([("data", data), ("redacted", redacted), ("meta", Some(meta)), ("version", version)])
        },
    )
}
