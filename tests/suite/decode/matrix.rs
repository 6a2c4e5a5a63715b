//! Each type with a visible, redacted and absent field, in each shape that a caller may write around it.

use std::any::type_name;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::num::NonZeroU8;

use chrono::{DateTime, NaiveDate, Utc};
use rownd_webhooks::{REDACTED, Redactable};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{
    Address, Adjacent, Either, Flat, Map, Newtype, One, Plan, Tagged, Untagged, decode, with_fields,
};
use Redactable::{Redacted, Visible};

/// Each type of the matrix reads at least one of them. A buffer keeps the value of a number, but not its spelling.
#[rustfmt::skip]
const VALUES: [&str; 41] = [
    "null", "true", "false", "0", "7", "255", "-128", "-9223372036854775808", "18446744073709551615", "1.5", "-1500.5",
    "8152347000000.5", r#""a \u0041é😀\n""#, r#""<<REDACTED>> ""#, r#""😀""#, r#""7""#, r#""true""#, r#""2025-01-27""#,
    r#""2025-02-30""#, r#""2025-01-27T16:44:05.191Z""#, r#""00000000-0000-0000-0000-000000000007""#, r#""g\u006fld""#,
    "[]", "[1,255]", r#"["a","<<REDACTED>>"]"#, r#"[1,"a"]"#, r#"[1,null,"<<REDACTED>>"]"#, "{}", r#"{"a":1,"b":2}"#,
    r#"{"-7":"a"}"#, r#"{"a":null}"#, r#"{"zip":"1","lines":[1]}"#, r#"{"zip":"1","more":[1]}"#, r#"{"points":5}"#,
    r#"{"range":[1,2]}"#, r#"{"card":{"level":1}}"#, r#"{"card":{"level":1},"points":1}"#,
    r#"{"kind":"Carries","x":4}"#, r#"{"content":4,"kind":"Carries"}"#, r#""<<REDACTED>>""#, r#""\u003c<REDACTE\u0044>>""#,
];

/// Asserts how a type reads these members, in a payload and by serde_json alone. `None` is an error.
#[track_caller]
fn assert_reads<S: DeserializeOwned + Debug + PartialEq>(members: &str, expected: Option<S>) {
    let json = format!("{{{members}}}");
    let tree: Value = serde_json::from_str(&json).unwrap();
    for (reader, read) in [
        ("decode", decode(members).ok()),
        ("from_str", serde_json::from_str(&json).ok()),
        ("from_reader", serde_json::from_reader(json.as_bytes()).ok()),
        ("&Value", S::deserialize(&tree).ok()),
        ("from_value", serde_json::from_value(tree).ok()),
    ] {
        assert_eq!(read, expected, "{reader} of {}: {json}", type_name::<S>());
    }
}

/// Asserts the result of `decode` and the code of its error.
#[track_caller]
fn assert_decodes<S: DeserializeOwned + Debug + PartialEq>(members: &str, expected: Result<S, &str>) {
    assert_eq!(decode(members).map_err(|error| error.code()), expected, "{members}");
}

/// The table of `Payload::decode`. A visible value is what serde_json reads.
fn assert_table<T: DeserializeOwned + Debug + PartialEq>() {
    assert!(VALUES.iter().any(|json| serde_json::from_str::<T>(json).is_ok()), "{}", type_name::<T>());
    let deepest = format!("{}7{}", "[".repeat(125), "]".repeat(125));
    for x in VALUES.into_iter().chain([&*deepest]).map(Some).chain([None]) {
        let fields = x.map(|x| format!(r#","x": {x} ,"kind":"Carries","content": {x} "#));
        let members = &format!(r#""other":"o"{}"#, fields.as_deref().unwrap_or(r#","kind":"Carries""#));
        let is_redacted =
            x.is_some_and(|x| serde_json::from_str(x).is_ok_and(|text: String| text == REDACTED));
        let value = || match x {
            None => Err("missing_field"),
            Some(_) if is_redacted => Err("redacted"),
            Some(x) => serde_json::from_str::<T>(x).map_err(|_| "wrong_type"),
        };
        let redactable = || if is_redacted { Some(Redacted) } else { value().ok().map(Visible) };
        // To an `Option`, `null` is no value.
        let optional = || if matches!(x, None | Some("null")) { Some(None) } else { redactable().map(Some) };

        assert_reads(members, redactable().map(|x| One { x }));
        assert_reads(members, redactable().map(|x| Newtype(One { x: Newtype(x) })));
        assert_reads(members, redactable().map(|x| Flat { inner: Flat { inner: One { x } } }));
        assert_reads(members, redactable().map(|x| Tagged::Carries(One { x })));
        assert_reads(members, redactable().map(|x| Untagged::Only(One { x })));
        assert_reads(members, redactable().map(Adjacent::Carries));
        assert_reads(members, optional().map(|x| One { x }));
        assert_reads(members, optional().map(|x| Flat { inner: Flat { inner: One { x } } }));
        assert_reads(members, optional().map(|x| Tagged::Carries(One { x })));
        assert_reads(members, optional().map(|x| Untagged::Only(One { x })));
        assert_reads(members, optional().map(Adjacent::Carries));

        // `buffers` tests plain types in the other shapes.
        assert_decodes(members, value().map(|x| One { x }));
        assert_decodes(members, value().map(|x| Newtype(One { x: Newtype(x) })));
        let optional = match optional() {
            Some(field) => Ok(field.and_then(Redactable::into_visible)),
            None => Err("wrong_type"),
        };
        assert_decodes(members, optional.map(|x| One { x }));
        if is_redacted {
            assert_decodes(members, Ok(Adjacent::Carries(None::<T>)));
        }
    }
}

macro_rules! tables {
    ($($name:ident: $($type:ty),*;)*) => {
        $(#[test]
        fn $name() {
            $(assert_table::<$type>();)*
        })*
    };
}

tables! {
    text_is_decoded_in_every_shape: String, char, NaiveDate, DateTime<Utc>, Uuid;
    numbers_and_words_are_decoded_in_every_shape: bool, i8, i64, i128, u64, NonZeroU8, f32, f64, Newtype<u8>;
    units_and_lists_are_decoded_in_every_shape: (), Nothing, Vec<u8>, Vec<String>, (u8, String), Point,
        Vec<Option<Redactable<u8>>>;
    objects_are_decoded_in_every_shape: Map<u8>, BTreeMap<i32, String>, Map<Option<u8>>, Address, Flat<One<Redactable<u8>>>,
        Defaulted;
    enums_are_decoded_in_every_shape: Plan, Either<u64, String>, Tagged<One<u8>>, Adjacent<u8>;
    any_value_is_decoded_in_every_shape: Value;
}

#[derive(Deserialize, Debug, PartialEq)]
struct Nothing;

#[derive(Deserialize, Debug, PartialEq)]
struct Defaulted {
    #[serde(default)]
    a: u8,
}

#[derive(Deserialize, Debug, PartialEq)]
struct Point(u8, u8);

/// serde's buffers hold 64 bits at most.
#[test]
fn integers_of_128_bits_are_exact_outside_of_buffers() {
    let members = &format!(r#""x":{}"#, u128::MAX);
    assert_decodes(members, Ok(One { x: Visible(u128::MAX) }));
    assert_decodes(members, Ok(One { x: u128::MAX }));
    let read: One<Redactable<u128>> = serde_json::from_str(&format!("{{{members}}}")).unwrap();
    assert_eq!(read.x, Visible(u128::MAX));
}

#[test]
fn text_and_raw_json_are_borrowed_where_possible() {
    let payload = with_fields(r#""x":"pl\u0061in","y": {"b" : 1e400},"z":"<<REDACTED>>""#);
    let texts = payload.decode::<One<&str>>().unwrap();
    assert_eq!(texts.x, "plain");
    assert_eq!(payload.decode::<One<Redactable<&str>>>().unwrap().x, Visible("plain"));
    let raw: Map<Redactable<Box<RawValue>>> = payload.decode().unwrap();
    let raw = raw.values().map(|json| json.as_deref().visible().map(|json| json.get()));
    assert!(raw.eq([Some(r#""u""#), Some(r#""plain""#), Some(r#"{"b" : 1e400}"#), None]));
    assert_eq!(payload.value("y").unwrap().decode::<&RawValue>().unwrap().get(), r#"{"b" : 1e400}"#);
    // Text is stored without its quotes, so that its JSON cannot be borrowed.
    assert_eq!(payload.decode::<One<&RawValue>>().unwrap_err().code(), "wrong_type");

    assert_eq!(serde_json::from_str::<One<Redactable<&str>>>(r#"{"x":"a"}"#).unwrap().x, Visible("a"));
    assert!(serde_json::from_str::<One<Redactable<&str>>>(r#"{"x":"\u0061"}"#).is_err());
}
