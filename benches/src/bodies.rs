//! The bodies that the measurements read, and the profile structs that a service would have for them.

use std::collections::HashMap;

use rownd_webhooks::testing::samples;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::derived::{decode, direct};

/// A body to measure.
#[derive(Clone, Copy)]
pub struct Body {
    /// The name in the tables.
    pub name: &'static str,
    /// Makes the text.
    pub json: fn() -> String,
    /// Parses the text and decodes the profile.
    pub decode: fn(&str),
    /// Reads the text with `serde_json` into the same profile struct.
    pub direct: fn(&str),
}

impl Body {
    /// A body whose profile is a `P`.
    const fn new<P: DeserializeOwned>(name: &'static str, json: fn() -> String) -> Self {
        Self { name, json, decode: decode::<P>, direct: direct::<P> }
    }

    /// The length of the text.
    #[must_use]
    pub fn bytes(&self) -> u32 {
        u32::try_from((self.json)().len()).unwrap_or(u32::MAX)
    }
}

/// The documented `visibility_update` on one line.
pub const SMALL: Body = Body::new::<SmallProfile>("small", small);
/// 42 fields, a fifth each text, numbers, booleans, objects and dates.
pub const MIXED: Body = Body::new::<MixedProfile>("mixed", mixed);
/// 20 fields, one of them an array of 200 objects.
pub const NESTED: Body = Body::new::<NestedProfile>("nested", nested);
/// 30 strings with escapes.
pub const ESCAPES: Body = Body::new::<HashMap<String, String>>("escapes", escapes);
/// 5 000 text fields in random order.
pub const LARGE: Body = Body::new::<HashMap<String, String>>("large", large);
/// The bodies of most tables.
pub const ALL: [Body; 5] = [SMALL, MIXED, NESTED, ESCAPES, LARGE];

/// Bodies with 1 000 and with 200 000 of the same thing.
pub const GROWTH: [[Body; 2]; 5] = [
    [growing("1000 fields", || growing_fields(1_000)), growing("200000 fields", || growing_fields(200_000))],
    [
        growing("1000 redacted names", || growing_redacted(1_000)),
        growing("200000 redacted names", || growing_redacted(200_000)),
    ],
    [
        growing("1000 lookup values", || growing_lookups(1_000)),
        growing("200000 lookup values", || growing_lookups(200_000)),
    ],
    [
        growing("1000 unknown members", || growing_unknown(1_000)),
        growing("200000 unknown members", || growing_unknown(200_000)),
    ],
    [
        growing("1000 nested elements", || growing_nested(1_000)),
        growing("200000 nested elements", || growing_nested(200_000)),
    ],
];

/// Every body.
pub fn all() -> impl Iterator<Item = Body> {
    ALL.into_iter().chain(GROWTH.into_iter().flatten())
}

const fn growing(name: &'static str, json: fn() -> String) -> Body {
    Body::new::<IgnoredAny>(name, json)
}

fn small() -> String {
    let lines: String = samples::VISIBILITY_UPDATE.lines().map(str::trim).collect();
    lines.replace(": ", ":").replace(", ", ",")
}

fn mixed() -> String {
    let group = |index| {
        format!(
            r#""custom_text_{index}":"the text of field number {index}","custom_number_{index}":{},"custom_flag_{index}":{},"custom_address_{index}":{{"street":"{index} Main Street","city":"Raleigh","zip":"2760{index}","country":"US","floor":{index}}},"custom_date_{index}":"2025-01-2{index}T16:44:05.191Z""#,
            f64::from(index) * 1.25,
            index % 2 == 0,
        )
    };
    data_update(&format!(r#""user_id":"user_a3vc29gjsaf0h","email":"jrose@acme.com",{}"#, list(8, group)))
}

fn nested() -> String {
    let text = |index| format!(r#""text_{index}":"the text of field number {index}""#);
    let order = |index| {
        let quantity = index % 9;
        format!(
            r#"{{"id":"ord_{index:06}","sku":"A-{index:04}","quantity":{quantity},"price":{index}.95,"shipped":true}}"#
        )
    };
    data_update(&format!(
        r#""user_id":"user_a3vc29gjsaf0h","email":"jrose@acme.com",{},"orders":[{}]"#,
        list(17, text),
        list(200, order)
    ))
}

fn escapes() -> String {
    let text = |index| format!(r#""text_{index}":"She said \"hello {index}\"\nand left for K\u00e4rnten""#);
    data_update(&format!(r#""user_id":"user_a3vc29gjsaf0h",{}"#, list(30, text)))
}

fn large() -> String {
    let text = "x".repeat(88);
    let field = |index| format!(r#""custom_field_{:04}":"{text}{index:06}""#, index * 2897 % 4999);
    data_update(&format!(r#"{},"user_id":"user_a3vc29gjsaf0h""#, list(4999, field)))
}

const LOOKUP: &str = r#"{"field":"email","value":"jrose@acme.com"}"#;

fn data_update(data: &str) -> String {
    body(data, "", LOOKUP, "")
}

fn body(data: &str, redacted: &str, lookup_values: &str, unknown: &str) -> String {
    format!(
        r#"{{"data":{{{data}}},"redacted":[{redacted}],"meta":{{"operation":"data_update","lookup_values":[{lookup_values}]}}{unknown}}}"#
    )
}

fn list(count: u32, item: impl Fn(u32) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(",")
}

/// Returns names in no order, since sorting is part of the cost.
fn scattered(index: u32) -> String {
    format!(r#""{:010}""#, index.wrapping_mul(2_654_435_761))
}

fn growing_fields(count: u32) -> String {
    data_update(&list(count, |index| scattered(index) + ":1"))
}

fn growing_redacted(count: u32) -> String {
    body("", &list(count, scattered), LOOKUP, "")
}

fn growing_lookups(count: u32) -> String {
    body("", "", &list(count, |_| LOOKUP.to_owned()), "")
}

fn growing_unknown(count: u32) -> String {
    let members = list(count, |index| scattered(index) + ":1");
    body("", "", LOOKUP, &format!(",{members}"))
}

fn growing_nested(count: u32) -> String {
    let elements = list(count, |_| r#"{"":0}"#.to_owned());
    data_update(&format!(r#""list":[{elements}]"#))
}

macro_rules! profile {
    ($name:ident { $($field:ident: $type:ty),* $(,)? }) => {
        #[derive(Deserialize)]
        #[expect(dead_code, reason = "the fields are only deserialized")]
        struct $name { $($field: $type),* }
    };
}

profile!(SmallProfile {
    user_id: String,
    email: String,
    first_name: String,
    last_name: String,
    country: Option<String>
});

#[rustfmt::skip]
profile!(MixedProfile {
    user_id: String, email: String,
    custom_text_0: String, custom_number_0: f64, custom_flag_0: bool, custom_address_0: Address, custom_date_0: String,
    custom_text_1: String, custom_number_1: f64, custom_flag_1: bool, custom_address_1: Address, custom_date_1: String,
    custom_text_2: String, custom_number_2: f64, custom_flag_2: bool, custom_address_2: Address, custom_date_2: String,
    custom_text_3: String, custom_number_3: f64, custom_flag_3: bool, custom_address_3: Address, custom_date_3: String,
    custom_text_4: String, custom_number_4: f64, custom_flag_4: bool, custom_address_4: Address, custom_date_4: String,
    custom_text_5: String, custom_number_5: f64, custom_flag_5: bool, custom_address_5: Address, custom_date_5: String,
    custom_text_6: String, custom_number_6: f64, custom_flag_6: bool, custom_address_6: Address, custom_date_6: String,
    custom_text_7: String, custom_number_7: f64, custom_flag_7: bool, custom_address_7: Address, custom_date_7: String,
});
profile!(Address { street: String, city: String, zip: String, country: String, floor: u32 });

#[rustfmt::skip]
profile!(NestedProfile {
    user_id: String, email: String, text_0: String, text_1: String, text_2: String, text_3: String, text_4: String,
    text_5: String, text_6: String, text_7: String, text_8: String, text_9: String, text_10: String, text_11: String,
    text_12: String, text_13: String, text_14: String, text_15: String, text_16: String, orders: Vec<Order>,
});
profile!(Order { id: String, sku: String, quantity: u32, price: f64, shipped: bool });
