//! What services do besides parsing, against what they would write.

use std::collections::HashMap;

use rownd_webhooks::replay::NdjsonReader;
use rownd_webhooks::schema::ProfileSchema;
use serde::Deserialize;
use serde_json::{Deserializer, Value};

use crate::bodies::{archive, mixed, nested, schema};
use crate::derived::Derived;
use crate::{Measurement, counted};

#[rustfmt::skip]
pub(crate) const ALL: &[Measurement] = &[
    Measurement { name: "NdjsonReader", ours: replay, baseline: stream, limit: 0.45 },
    Measurement { name: "schema check, mixed", ours: check, baseline: check_by_hand, limit: 1.2 },
    Measurement { name: "canonical_json beyond parse, mixed", ours: || canonical(&mixed()), baseline: || value_text(&mixed()), limit: 1.5 },
    Measurement { name: "canonical_json beyond parse, nested", ours: || canonical(&nested()), baseline: || value_text(&nested()), limit: 1.5 },
];

fn replay() {
    let archive = archive();
    counted(|| {
        let mut reader = NdjsonReader::new(archive.as_bytes());
        while let Some(payload) = reader.next_payload() {
            payload.expect("a valid body");
        }
    });
}

fn stream() {
    let archive = archive();
    counted(|| {
        for body in Deserializer::from_slice(archive.as_bytes()).into_iter::<Derived>() {
            body.expect("a valid body");
        }
    });
}

fn check() {
    let schema = ProfileSchema::from_slice(schema().as_bytes()).expect("a schema");
    let body = mixed();
    let payload = rownd_webhooks::from_str(&body).expect("a valid body");
    counted(|| assert!(schema.check(&payload).is_empty()));
}

#[derive(Deserialize)]
struct Schema {
    schema: HashMap<String, Field>,
}

#[derive(Deserialize)]
struct Field {
    r#type: String,
    required: bool,
}

fn check_by_hand() {
    let Schema { schema } = serde_json::from_str(&schema()).expect("a schema");
    let body: Derived = serde_json::from_str(&mixed()).expect("a valid body");
    counted(|| {
        let mut problems: Vec<&str> = Vec::new();
        for (name, value) in &body.data {
            let fits = schema.get(name).is_some_and(|field| match field.r#type.as_str() {
                "string" | "image" | "document" | "date" => value.is_string(),
                "number" => value.is_number(),
                "boolean" => value.is_boolean(),
                "object" => value.is_object(),
                "array" => value.is_array(),
                "null" => value.is_null(),
                _ => true,
            });
            if !fits {
                problems.push(name);
            }
        }
        for (name, field) in &schema {
            if field.required && !body.data.contains_key(name) {
                problems.push(name);
            }
        }
        assert!(problems.is_empty());
    });
}

fn canonical(json: &str) {
    let payload = rownd_webhooks::from_str(json).expect("a valid body");
    counted(|| payload.canonical_json());
}

/// Writes the sorted text of a body: `Value` keeps members in a sorted map.
fn value_text(json: &str) {
    let body: Value = serde_json::from_str(json).expect("a valid body");
    counted(|| body.to_string());
}
