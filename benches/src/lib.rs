//! What is measured: three bodies, and what a user would otherwise write.

use std::collections::HashMap;
use std::hint::black_box;

use rownd_webhooks::Parser;
use rownd_webhooks::testing::{self, samples};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};

/// A body, and the profile struct that a service would have for it.
pub struct Body {
    /// How the tables call it.
    pub name: &'static str,
    /// Its text.
    pub text: String,
}

impl Body {
    /// The three bodies of the tables.
    #[must_use]
    pub fn all() -> [Self; 3] {
        [
            Self { name: "small", text: small() },
            Self { name: "medium", text: medium() },
            Self { name: "large", text: large() },
        ]
    }
}

/// About 275 bytes: the documented visibility update, on one line.
fn small() -> String {
    let body = rownd_webhooks::from_str(samples::VISIBILITY_UPDATE).expect("a documented body");
    serde_json::to_string(&body).expect("a payload is JSON")
}

/// About 2 KB: a profile of 42 fields, some of them nested.
fn medium() -> String {
    let usual = ["first_name", "last_name", "country", "zip_code", "google_id", "apple_id", "anonymous_id"];
    let mut builder =
        testing::data_update().field("email", "jrose@acme.com").lookup("email", "jrose@acme.com");
    for (index, name) in usual.into_iter().enumerate() {
        builder = builder.field(name, format!("value {index} of it"));
    }
    for index in 0..29 {
        builder =
            builder.field(format!("custom_field_{index}"), format!("custom value {index} of this profile"));
    }
    builder
        .field("address", json!({"street": "1 Main St", "city": "Raleigh", "geo": [35.77, -78.63]}))
        .field("tags", json!(["new", "trial", "newsletter"]))
        .field("score", 42)
        .field("is_admin", false)
        .body()
}

/// About 600 KB: a profile of 5 000 fields. The builder writes them sorted; a real body need not be, so these are not.
fn large() -> String {
    let text = "x".repeat(88);
    let field = |index: usize| format!(r#""custom_field_{:04}":"{text}{index:06}""#, index * 2897 % 4999);
    let fields: Vec<String> = (0..4999).map(field).collect();
    format!(
        r#"{{"data":{{{},"user_id":"user_a3vc29gjsaf0h"}},"redacted":[],"meta":{{"operation":"data_update","lookup_values":[{{"field":"email","value":"jrose@acme.com"}}]}}}}"#,
        fields.join(",")
    )
}

/// What a user would derive.
#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "it is read, not used")]
struct Derived {
    data: HashMap<String, Value>,
    #[serde(default)]
    redacted: Vec<String>,
    meta: Meta,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "it is read, not used")]
struct Meta {
    operation: Operation,
    lookup_values: Vec<Lookup>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Operation {
    DataInsert,
    DataUpdate,
    VisibilityUpdate,
    Delete,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "it is read, not used")]
struct Lookup {
    field: String,
    value: String,
}

/// A struct of a profile's own fields.
macro_rules! profile {
    ($name:ident { $($field:ident: $type:ty),* $(,)? }) => {
        #[derive(Debug, Deserialize)]
        #[expect(dead_code, reason = "it is read, not used")]
        struct $name { $($field: $type),* }
    };
}

profile!(SmallProfile {
    user_id: String, email: String, first_name: String, last_name: String, country: Option<String>,
});

profile!(MediumProfile {
    user_id: String, email: String, first_name: String, last_name: String, country: String, zip_code: String,
    google_id: String, apple_id: String, anonymous_id: String, custom_field_0: String, custom_field_1: String,
    custom_field_2: String, custom_field_3: String, custom_field_4: String, custom_field_5: String,
    custom_field_6: String, custom_field_7: String, custom_field_8: String, custom_field_9: String,
    custom_field_10: String, custom_field_11: String, custom_field_12: String, custom_field_13: String,
    custom_field_14: String, custom_field_15: String, custom_field_16: String, custom_field_17: String,
    custom_field_18: String, custom_field_19: String, custom_field_20: String, custom_field_21: String,
    custom_field_22: String, custom_field_23: String, custom_field_24: String, custom_field_25: String,
    custom_field_26: String, custom_field_27: String, custom_field_28: String, address: Address,
    tags: Vec<String>, score: i64, is_admin: bool,
});

profile!(Address { street: String, city: String, geo: (f64, f64) });

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "it is read, not used")]
struct Straight<P> {
    data: P,
    #[serde(default)]
    redacted: Vec<String>,
    meta: Meta,
}

fn decode<P: DeserializeOwned>(body: &str) {
    let payload = Parser::new().parse(body.as_bytes()).expect("a body");
    drop(black_box(payload.decode::<P>().expect("a profile")));
}

fn straight<P: DeserializeOwned>(body: &str) {
    drop(black_box(serde_json::from_slice::<Straight<P>>(body.as_bytes()).expect("a body")));
}

/// What can be done with a body.
pub struct Task {
    /// How the tables call it.
    pub name: &'static str,
    /// Does it once.
    pub run: fn(&str),
}

/// What this crate does.
pub const PARSE: Task = Task {
    name: "parse",
    run: |body| drop(black_box(Parser::new().parse(body.as_bytes()).expect("a body"))),
};

/// Parses, and makes the payload independent of the body.
pub const PARSE_OWNED: Task = Task {
    name: "parse, into_owned",
    run: |body| drop(black_box(Parser::new().parse(body.as_bytes()).expect("a body").into_owned())),
};

/// Parses, and decodes the fields into a struct of the body's own fields; a large profile into a map.
pub const PARSE_DECODE: Task = Task {
    name: "parse, decode",
    run: |body| match body.len() {
        ..1_000 => decode::<SmallProfile>(body),
        1_000..100_000 => decode::<MediumProfile>(body),
        _ => decode::<HashMap<String, String>>(body),
    },
};

/// serde_json into the derived struct.
pub const DERIVED: Task = Task {
    name: "serde_json, derived struct",
    run: |body| drop(black_box(serde_json::from_slice::<Derived>(body.as_bytes()).expect("a body"))),
};

/// serde_json into the same struct.
pub const STRAIGHT: Task = Task {
    name: "serde_json, struct of the fields",
    run: |body| match body.len() {
        ..1_000 => straight::<SmallProfile>(body),
        1_000..100_000 => straight::<MediumProfile>(body),
        _ => straight::<HashMap<String, String>>(body),
    },
};

/// What this crate is compared with.
pub const RIVALS: [Task; 5] = [
    DERIVED,
    Task {
        name: "serde_json::Value",
        run: |body| drop(black_box(serde_json::from_slice::<Value>(body.as_bytes()).expect("a body"))),
    },
    Task {
        name: "sonic-rs, derived struct",
        run: |body| drop(black_box(sonic_rs::from_slice::<Derived>(body.as_bytes()).expect("a body"))),
    },
    Task {
        name: "simd-json, derived struct",
        run: |body| {
            // It writes into its input.
            let mut body = body.as_bytes().to_vec();
            drop(black_box(simd_json::serde::from_slice::<Derived>(&mut body).expect("a body")));
        },
    },
    Task {
        name: "serde_json IgnoredAny",
        run: |body| {
            black_box(serde_json::from_slice::<IgnoredAny>(body.as_bytes()).expect("a body"));
        },
    },
];

/// Everything that is measured on each body.
pub fn tasks() -> impl Iterator<Item = Task> {
    [PARSE, PARSE_OWNED, PARSE_DECODE, STRAIGHT].into_iter().chain(RIVALS)
}

/// Prints a table of the README: what each task costs on each body, as ratios.
///
/// # Errors
///
/// That of `cost`.
pub fn print_table(unit: &str, cost: impl Fn(&Task, &Body) -> Result<f64, String>) -> Result<(), String> {
    let bodies = Body::all();
    let costs = |task: &Task| bodies.iter().map(|body| cost(task, body)).collect::<Result<Vec<f64>, _>>();
    let ratios = |ours: &[f64], theirs: &[f64]| -> Vec<String> {
        ours.iter().zip(theirs).map(|(ours, theirs)| format!("{:.2}", ours / theirs)).collect()
    };
    let row = |name: &str, cells: &[String]| println!("| {name} | {} |", cells.join(" | "));

    let sizes: Vec<String> =
        bodies.iter().map(|body| format!("{} ({} B)", body.name, body.text.len())).collect();
    row(unit, &sizes);
    println!("|---|---|---|---|");
    let parse = costs(&PARSE)?;
    row("`Parser::parse`", &parse.iter().map(|cost| format!("{cost:.0}")).collect::<Vec<_>>());
    for rival in RIVALS {
        row(&format!("ratio to {}", rival.name), &ratios(&parse, &costs(&rival)?));
    }
    let owned: Vec<f64> = costs(&PARSE_OWNED)?.iter().zip(&parse).map(|(both, parse)| both - parse).collect();
    row(&format!("`into_owned`, ratio to {}", DERIVED.name), &ratios(&owned, &costs(&DERIVED)?));
    let decode = ratios(&costs(&PARSE_DECODE)?, &costs(&STRAIGHT)?);
    row(&format!("parse and `decode`, ratio to {}", STRAIGHT.name), &decode);
    Ok(())
}
