//! Parsing a body, against `serde_json` with a derived struct.

use rownd_webhooks::{Parser, Payload};

use crate::bodies::{
    escapes, fields, large, lookup_values, mixed, mixed_sorted, nested, nested_elements, redacted_names,
    small, unknown_members,
};
use crate::derived::Derived;
use crate::{Measurement, counted};

#[rustfmt::skip]
pub(crate) const ALL: &[Measurement] = &[
    Measurement { name: "parse small", ours: || parse(&small()), baseline: || derive(&small()), limit: 0.41 },
    Measurement { name: "parse mixed, sorted", ours: || parse(&mixed_sorted()), baseline: || derive(&mixed_sorted()), limit: 0.2 },
    Measurement { name: "parse mixed", ours: || parse(&mixed()), baseline: || derive(&mixed()), limit: 0.25 },
    Measurement { name: "parse nested", ours: || parse(&nested()), baseline: || derive(&nested()), limit: 0.13 },
    Measurement { name: "parse escapes", ours: || parse(&escapes()), baseline: || derive(&escapes()), limit: 0.59 },
    Measurement { name: "parse large", ours: || parse(&large()), baseline: || derive(&large()), limit: 0.52 },

    Measurement { name: "into_owned small", ours: || own(&small()), baseline: || derive(&small()), limit: 0.35 },
    Measurement { name: "into_owned mixed", ours: || own(&mixed()), baseline: || derive(&mixed()), limit: 0.3 },
    Measurement { name: "into_owned nested", ours: || own(&nested()), baseline: || derive(&nested()), limit: 0.05 },

    Measurement { name: "growth, fields", ours: || grow(fields), baseline: || grow_linearly(fields), limit: 3.0 },
    Measurement { name: "growth, redacted names", ours: || grow(redacted_names), baseline: || grow_linearly(redacted_names), limit: 3.0 },
    Measurement { name: "growth, lookup values", ours: || grow(lookup_values), baseline: || grow_linearly(lookup_values), limit: 3.0 },
    Measurement { name: "growth, unknown members", ours: || grow(unknown_members), baseline: || grow_linearly(unknown_members), limit: 3.0 },
    Measurement { name: "growth, nested elements", ours: || grow(nested_elements), baseline: || grow_linearly(nested_elements), limit: 3.0 },
];

/// Parses a body without the limits for bodies of strangers.
fn payload(json: &str) -> Payload<'_> {
    let parser = Parser::new().max_bytes(usize::MAX).max_entries(usize::MAX);
    parser.parse(json.as_bytes()).expect("a valid body")
}

fn parse(json: &str) {
    counted(|| payload(json));
}

fn derive(json: &str) {
    counted(|| serde_json::from_slice::<Derived>(json.as_bytes()).expect("a valid body"));
}

fn own(json: &str) {
    let payload = payload(json);
    counted(|| payload.into_owned());
}

/// Parses a body with 200 000 entries.
fn grow(body: fn(u32) -> String) {
    parse(&body(200_000));
}

/// Parses a body with 1 000 entries 200 times.
fn grow_linearly(body: fn(u32) -> String) {
    let json = body(1_000);
    counted(|| (0..200).for_each(|_| drop(payload(&json))));
}
