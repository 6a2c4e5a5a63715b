//! The measured tasks: those of this crate, and those of the libraries that a service would otherwise use.

use std::hint::black_box;

use rownd_webhooks::Parser;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::bodies::Body;
use crate::derived::Derived;

/// Something to do with a body.
#[derive(Clone, Copy)]
pub struct Task {
    /// The name in the tables.
    pub name: &'static str,
    /// Runs the task once with the text of a body.
    pub run: fn(&Body, &str),
}

/// Parses.
pub const PARSE: Task = Task {
    name: "parse",
    run: |_, json| drop(black_box(Parser::new().parse(json.as_bytes()).expect("a valid body"))),
};

/// Parses with raised limits.
pub const PARSE_UNLIMITED: Task = Task {
    name: "parse, limits raised",
    run: |_, json| {
        let parser = Parser::new().max_bytes(usize::MAX).max_entries(usize::MAX);
        drop(black_box(parser.parse(json.as_bytes()).expect("a valid body")));
    },
};

/// Parses, and makes the payload independent of the body.
pub const INTO_OWNED: Task = Task {
    name: "parse and into_owned",
    run: |_, json| drop(black_box(Parser::new().parse(json.as_bytes()).expect("a valid body").into_owned())),
};

/// Parses, and decodes the profile.
pub const DECODE: Task = Task { name: "parse and decode", run: |body, json| (body.decode)(json) };

/// Deserializes body and profile with `serde_json`.
pub const DIRECT: Task = Task { name: "serde_json, same struct", run: |body, json| (body.direct)(json) };

/// Deserializes the body with `serde_json` into a derived struct with a map of fields.
pub const DERIVED: Task = Task {
    name: "serde_json, derived struct",
    run: |_, json| drop(black_box(serde_json::from_slice::<Derived>(json.as_bytes()).expect("a valid body"))),
};

/// The tasks that parsing is compared with.
pub const RIVALS: [Task; 7] = [
    DERIVED,
    Task {
        name: "serde_json, Value",
        run: |_, json| drop(black_box(serde_json::from_slice::<Value>(json.as_bytes()).expect("valid JSON"))),
    },
    Task {
        name: "serde_json, IgnoredAny",
        run: |_, json| {
            black_box(serde_json::from_slice::<IgnoredAny>(json.as_bytes()).expect("valid JSON"));
        },
    },
    Task {
        name: "sonic-rs, derived struct",
        run: |_, json| {
            drop(black_box(sonic_rs::from_slice::<Derived>(json.as_bytes()).expect("a valid body")));
        },
    },
    Task {
        name: "sonic-rs, Value",
        run: |_, json| {
            drop(black_box(sonic_rs::from_slice::<sonic_rs::Value>(json.as_bytes()).expect("valid JSON")));
        },
    },
    Task {
        name: "simd-json, derived struct",
        run: |_, json| {
            // simd-json writes into its input.
            let mut json = json.as_bytes().to_vec();
            drop(black_box(simd_json::serde::from_slice::<Derived>(&mut json).expect("a valid body")));
        },
    },
    Task {
        name: "simd-json, BorrowedValue",
        run: |_, json| {
            let mut json = json.as_bytes().to_vec();
            drop(black_box(simd_json::to_borrowed_value(&mut json).expect("valid JSON")));
        },
    },
];

/// Every task.
pub fn all() -> impl Iterator<Item = Task> {
    [PARSE, PARSE_UNLIMITED, INTO_OWNED, DECODE, DIRECT].into_iter().chain(RIVALS)
}
