//! Random deliveries about few users with few values, so that they affect each other. Stores are compared with `Mirror` after them.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use rownd_webhooks::REDACTED;
use serde_json::{Value, json};

/// Makes a body. A few identify no user.
pub(crate) fn delivery() -> impl Strategy<Value = String> {
    let operations = select(
        &["data_insert", "data_update", "data_update", "visibility_update", "delete", "data_merge"][..],
    );
    let data = btree_map(select(&["email", "nick", "phone_number"][..]), value(), 0..=3);
    let redacted = subsequence(vec!["email", "nick", "phone_number", "user_id"], 0..=1);
    let lookup = (select(&["email", "email", "nick", "phone_number", "user_id"][..]), value());
    (operations, user_id(), data, redacted, vec(lookup, 0..=2)).prop_map(
        |(operation, user_id, data, redacted, lookups)| {
            let mut data: serde_json::Map<String, Value> =
                data.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            data.extend(user_id.map(|id| ("user_id".to_owned(), id.into())));
            let lookup = |(field, value)| json!({"field": field, "value": value});
            let lookups: Vec<Value> = lookups.into_iter().map(lookup).collect();
            let meta = json!({"operation": operation, "lookup_values": lookups});
            json!({"data": data, "redacted": redacted, "meta": meta}).to_string()
        },
    )
}

fn user_id() -> impl Strategy<Value = Option<&'static str>> {
    select(
        &[None, None, None, Some("u-1"), Some("u-1"), Some("u-2"), Some("u-3"), Some(REDACTED), Some("")][..],
    )
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        8 => select(&["x", "X", "y", "Y", "7", "u-1", "", REDACTED][..]).prop_map(Value::from),
        1 => select(vec![json!(7), Value::Null, json!(true), json!(["x"])]),
    ]
}
