//! The matrix of decoding: each type with visible values, the sentinel, `null` and an absent field, in each shape that a caller may
//! write around it. What a visible value is to a type is what serde_json reads.

use std::any::type_name;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::num::NonZeroU8;

use chrono::{DateTime, NaiveDate, Utc};
use rownd_webhooks::{DecodeError, Redactable};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{Address, Adjacent, Either, Flat, Map, Newtype, One, Plan, SENTINEL, Tagged, Untagged};
use crate::support::{payload, update_body};
use Redactable::{Redacted, Visible};

/// Each type of the matrix reads at least one of them. In a buffer a number keeps its value, but not its spelling.
#[rustfmt::skip]
const VALUES: [&str; 39] = [
    "null", "true", "false", "0", "7", "255", "-128", "-9223372036854775808", "18446744073709551615", "1.5", "-1500.5",
    "8152347000000.5", r#""a \u0041é😀\n""#, r#""<<REDACTED>> ""#, r#""😀""#, r#""7""#, r#""true""#, r#""2025-01-27""#,
    r#""2025-02-30""#, r#""2025-01-27T16:44:05.191Z""#, r#""00000000-0000-0000-0000-000000000007""#, r#""g\u006fld""#,
    "[]", "[1,255]", r#"["a","<<REDACTED>>"]"#, r#"[1,"a"]"#, r#"[1,null,"<<REDACTED>>"]"#, "{}", r#"{"a":1,"b":2}"#,
    r#"{"-7":"a"}"#, r#"{"a":null}"#, r#"{"zip":"1","lines":[1]}"#, r#"{"zip":"1","more":[1]}"#, r#"{"points":5}"#,
    r#"{"range":[1,2]}"#, r#"{"card":{"level":1}}"#, r#"{"card":{"level":1},"points":1}"#,
    r#"{"kind":"Carries","x":4}"#, r#"{"content":4,"kind":"Carries"}"#,
];

type Newtypes<T> = Newtype<One<Newtype<T>>>;
type Flattened<T> = Flat<Flat<One<T>>>;
type InTagged<T> = Tagged<One<T>>;
type InUntagged<T> = Untagged<One<T>>;

/// A shape around one field `x`.
trait Shape<T>: DeserializeOwned {
    /// Whether errors contain the code and the field. serde forgets the field in its buffers, and the error in untagged enums.
    const REPORTS: (bool, bool);

    fn into_field(self) -> T;
}

macro_rules! shape {
    ($($shape:ty, $reports:expr, $pattern:pat => $field:expr;)*) => {
        $(impl<T: DeserializeOwned> Shape<T> for $shape {
            const REPORTS: (bool, bool) = $reports;

            fn into_field(self) -> T {
                let $pattern = self;
                $field
            }
        })*
    };
}

shape! {
    One<T>, (true, true), One { x } => x;
    Newtypes<T>, (true, true), Newtype(One { x: Newtype(x) }) => x;
    Flattened<T>, (true, false), Flat { inner: Flat { inner: One { x } } } => x;
    InTagged<T>, (true, false), Tagged::Carries(One { x }) => x;
    InUntagged<T>, (false, false), Untagged::Only(One { x }) => x;
}

/// A field, or the code and the field of the error, if this crate has decoded.
type Outcome<T> = Result<T, Option<(&'static str, Option<String>)>>;

/// The members of a profile whose field `x` is this JSON text, or absent.
fn members(x: Option<&str>) -> String {
    let x = x.map(|x| format!(r#","x": {x} "#)).unwrap_or_default();
    format!(r#""kind":"Carries"{x},"other":"o""#)
}

/// Through the payload, with the sentinel both listed as redacted and not.
fn by_decode<T, S: Shape<T>>(x: Option<&str>) -> Vec<Outcome<T>> {
    let outcome = |decoded: Result<S, DecodeError>| {
        let error = |error: DecodeError| Some((error.code(), error.field().map(str::to_owned)));
        decoded.map(S::into_field).map_err(error)
    };
    let lists = if x == Some(SENTINEL) { &["", r#""x""#][..] } else { &[""] };
    let payloads = lists.iter().map(|listed| update_body(&members(x), listed));
    payloads.map(|body| outcome(rownd_webhooks::from_str(&body).unwrap().decode::<S>())).collect()
}

/// Through serde_json alone.
fn by_serde<T, S: Shape<T>>(x: Option<&str>) -> Vec<Outcome<T>> {
    let body = format!("{{{}}}", members(x));
    let tree: Value = serde_json::from_str(&body).unwrap();
    let read = [
        serde_json::from_str::<S>(&body),
        serde_json::from_reader(body.as_bytes()),
        S::deserialize(&tree),
        serde_json::from_value(tree),
    ];
    read.map(|read| read.map(S::into_field).map_err(|_| None)).into()
}

/// Asserts what a field `x` of this JSON text is in a shape: a value, or the code of an error.
#[track_caller]
fn assert_decodes<T: Debug + PartialEq, S: Shape<T>>(x: Option<&str>, expected: &Result<T, &str>) {
    assert_all::<T, S>(by_decode::<T, S>(x), x, expected);
}

#[track_caller]
fn assert_reads<T: Debug + PartialEq, S: Shape<T>>(x: Option<&str>, expected: &Result<T, &str>) {
    assert_decodes::<T, S>(x, expected);
    assert_all::<T, S>(by_serde::<T, S>(x), x, expected);
}

#[track_caller]
fn assert_all<T: Debug + PartialEq, S: Shape<T>>(
    outcomes: Vec<Outcome<T>>,
    x: Option<&str>,
    expected: &Result<T, &str>,
) {
    for outcome in outcomes {
        match (outcome, expected) {
            (Err(None), Err(_)) => {}
            (Err(Some((code, field))), Err(expected)) => {
                assert!(code == *expected || !S::REPORTS.0, "{code}, not {expected}: {x:?}");
                assert!(field.as_deref().map_or(!S::REPORTS.1, |field| field == "x"), "{field:?}: {x:?}");
            }
            (outcome, expected) => {
                assert_eq!(outcome.as_ref().ok(), expected.as_ref().ok(), "{}: {x:?}", type_name::<S>());
            }
        }
    }
}

/// A row of the table of `Payload::decode`: a type of field, with what visible, redacted and absent fields are to it.
fn row<T: DeserializeOwned, F: Debug + PartialEq>(
    assert: fn(Option<&str>, &Result<F, &str>),
    visible: fn(T) -> F,
    redacted: &Result<F, &str>,
    absent: &Result<F, &str>,
) {
    for json in VALUES {
        let value = serde_json::from_str(json).map(visible).map_err(|_| "wrong_type");
        // To an `Option`, `null` is no value.
        assert(Some(json), if json == "null" && absent.is_ok() { absent } else { &value });
    }
    for sentinel in [SENTINEL, r#""\u003c<REDACTE\u0044>>""#] {
        assert(Some(sentinel), redacted);
    }
    assert(None, absent);
}

/// The table for a type, in each shape. Plain types behind buffers are tested in `every_buffer`.
fn table<T: DeserializeOwned + Debug + PartialEq>() {
    assert!(VALUES.iter().any(|json| serde_json::from_str::<T>(json).is_ok()), "{}", type_name::<T>());
    for assert in [
        assert_reads::<_, One<_>>,
        assert_reads::<_, Newtypes<_>>,
        assert_reads::<_, Flattened<_>>,
        assert_reads::<_, InTagged<_>>,
        assert_reads::<_, InUntagged<_>>,
    ] {
        row::<T, Redactable<T>>(assert, Visible, &Ok(Redacted), &Err("missing_field"));
    }
    for assert in [
        assert_reads::<_, One<_>>,
        assert_reads::<_, Flattened<_>>,
        assert_reads::<_, InTagged<_>>,
        assert_reads::<_, InUntagged<_>>,
    ] {
        row::<T, Option<Redactable<T>>>(assert, |value| Some(Visible(value)), &Ok(Some(Redacted)), &Ok(None));
    }
    for assert in [assert_decodes::<_, One<_>>, assert_decodes::<_, Newtypes<_>>] {
        row::<T, T>(assert, |value| value, &Err("redacted"), &Err("missing_field"));
    }
    row::<T, Option<T>>(assert_decodes::<_, One<_>>, Some, &Ok(None), &Ok(None));
}

macro_rules! tables {
    ($($name:ident: $($type:ty),*;)*) => {
        $(#[test]
        fn $name() {
            $(table::<$type>();)*
        })*
    };
}

tables! {
    text_is_decoded_in_every_shape: String, char, NaiveDate, DateTime<Utc>, Uuid;
    numbers_and_words_are_decoded_in_every_shape: bool, i8, i64, i128, u64, NonZeroU8, f32, f64, Newtype<u8>;
    units_and_lists_are_decoded_in_every_shape: (), Nothing, Vec<u8>, Vec<String>, (u8, String), Point,
        Vec<Option<Redactable<u8>>>;
    objects_are_decoded_in_every_shape: Map<u8>, BTreeMap<i32, String>, Map<Option<u8>>, Address, Flat<One<Redactable<u8>>>;
    enums_are_decoded_in_every_shape: Plan, Either<u64, String>, Tagged<One<u8>>, Adjacent<u8>;
    any_value_is_decoded_in_every_shape: Value;
}

#[derive(Deserialize, Clone, Debug, PartialEq)]
struct Nothing;

#[derive(Deserialize, Clone, Debug, PartialEq)]
struct Point(u8, u8);

/// serde's buffers hold 64 bits at most.
#[test]
fn integers_of_128_bits_are_exact_outside_of_buffers() {
    let max = &*u128::MAX.to_string();
    assert_decodes::<_, One<_>>(Some(max), &Ok(Visible(u128::MAX)));
    assert_decodes::<_, One<_>>(Some(max), &Ok(u128::MAX));
    let read: One<Redactable<u128>> = serde_json::from_str(&format!(r#"{{"x":{max}}}"#)).unwrap();
    assert_eq!(read.x, Visible(u128::MAX));
}

#[test]
fn text_is_borrowed_where_possible() {
    let payload = payload(update_body(r#""x":"pl\u0061in""#, ""));
    assert_eq!(payload.decode::<One<&str>>().unwrap().x, "plain");
    assert_eq!(payload.decode::<One<Redactable<&str>>>().unwrap().x, Visible("plain"));
    assert_eq!(payload.decode::<BTreeMap<&str, Redactable<&str>>>().unwrap()["x"], Visible("plain"));
    assert_eq!(serde_json::from_str::<One<Redactable<&str>>>(r#"{"x":"a"}"#).unwrap().x, Visible("a"));
    assert!(serde_json::from_str::<One<Redactable<&str>>>(r#"{"x":"\u0061"}"#).is_err());
}

#[test]
fn raw_json_is_read_unchanged() {
    let body = update_body(r#""x": {"b" : 1e400},"y":"t\"","z":"<<REDACTED>>""#, "");
    let payload = rownd_webhooks::from_str(&body).unwrap();
    let read: Map<Redactable<Box<RawValue>>> = payload.decode().unwrap();
    let texts = read.values().map(|json| json.as_deref().visible().map(|json| json.get()));
    assert!(texts.eq([Some(r#""u""#), Some(r#"{"b" : 1e400}"#), Some(r#""t\"""#), None]));
    assert_eq!(payload.decode::<One<&RawValue>>().unwrap().x.get(), r#"{"b" : 1e400}"#);
    // Text is stored without its quotes, so that its JSON cannot be borrowed.
    assert_eq!(payload.decode::<Map<&RawValue>>().unwrap_err().code(), "wrong_type");
}

#[test]
fn the_deepest_value_is_decoded_in_every_shape() {
    let nested = |depth: usize| format!("{}7{}", "[".repeat(depth), "]".repeat(depth));
    let tree: Value = serde_json::from_str(&nested(125)).unwrap();
    let expected = &Ok(Visible(tree));
    assert_reads::<_, One<_>>(Some(&nested(125)), expected);
    assert_reads::<_, Flattened<_>>(Some(&nested(125)), expected);
    let too_deep = format!(r#"{{"x":{}}}"#, nested(128));
    assert!(serde_json::from_str::<Flattened<Redactable<Value>>>(&too_deep).is_err());
}
