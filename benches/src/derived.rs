//! The structs that a service would derive.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

/// A body, as a service without this crate would read it.
#[derive(Deserialize)]
#[expect(dead_code, reason = "the members are only deserialized")]
pub(crate) struct Derived<P = HashMap<String, Value>> {
    pub(crate) data: P,
    #[serde(default)]
    redacted: Vec<String>,
    meta: Meta,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "the members are only deserialized")]
struct Meta {
    operation: Operation,
    lookup_values: Vec<Lookup>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Operation {
    DataInsert,
    DataUpdate,
    VisibilityUpdate,
    Delete,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "the members are only deserialized")]
struct Lookup {
    field: String,
    value: String,
}

/// A profile behind one of serde's buffers.
#[derive(Deserialize)]
#[expect(dead_code, reason = "the members are only deserialized")]
pub(crate) struct Flattened<P> {
    #[serde(flatten)]
    profile: P,
}

/// Defines profiles twice: with plain fields, and with fields that know whether they are redacted.
macro_rules! profiles {
    ($($name:ident { $($field:ident: $type:ty),* $(,)? })*) => {
        pub(crate) mod plain {
            use super::*;
            $(
                #[derive(Deserialize)]
                #[expect(dead_code, reason = "the fields are only deserialized")]
                pub(crate) struct $name { $($field: $type),* }
            )*
        }

        pub(crate) mod redactable {
            use super::*;
            use rownd_webhooks::Redactable;
            $(
                #[derive(Deserialize)]
                #[expect(dead_code, reason = "the fields are only deserialized")]
                pub(crate) struct $name { $($field: Redactable<$type>),* }
            )*
        }
    };
}

#[rustfmt::skip]
profiles! {
    Small { user_id: String, email: String, first_name: String, last_name: String, country: Option<String> }

    Mixed {
        user_id: String, email: String,
        custom_text_0: String, custom_number_0: f64, custom_flag_0: bool, custom_address_0: Address, custom_date_0: String,
        custom_text_1: String, custom_number_1: f64, custom_flag_1: bool, custom_address_1: Address, custom_date_1: String,
        custom_text_2: String, custom_number_2: f64, custom_flag_2: bool, custom_address_2: Address, custom_date_2: String,
        custom_text_3: String, custom_number_3: f64, custom_flag_3: bool, custom_address_3: Address, custom_date_3: String,
        custom_text_4: String, custom_number_4: f64, custom_flag_4: bool, custom_address_4: Address, custom_date_4: String,
        custom_text_5: String, custom_number_5: f64, custom_flag_5: bool, custom_address_5: Address, custom_date_5: String,
        custom_text_6: String, custom_number_6: f64, custom_flag_6: bool, custom_address_6: Address, custom_date_6: String,
        custom_text_7: String, custom_number_7: f64, custom_flag_7: bool, custom_address_7: Address, custom_date_7: String,
    }

    Nested {
        user_id: String, email: String, text_0: String, text_1: String, text_2: String, text_3: String, text_4: String,
        text_5: String, text_6: String, text_7: String, text_8: String, text_9: String, text_10: String, text_11: String,
        text_12: String, text_13: String, text_14: String, text_15: String, text_16: String, orders: Vec<Order>,
    }
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "the members are only deserialized")]
pub(crate) struct Address {
    street: String,
    city: String,
    zip: String,
    country: String,
    floor: u32,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "the members are only deserialized")]
pub(crate) struct Order {
    id: String,
    sku: String,
    quantity: u32,
    price: f64,
    shipped: bool,
}
