//! `decode` agrees with serde_json: on the value, on whether there is an error, and on its place.

use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Debug, Formatter};
use std::net::IpAddr;
use std::num::NonZeroU8;
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use rownd_webhooks::DecodeError;
use serde::de::{DeserializeOwned, Error, IgnoredAny, Visitor};
use serde::{Deserialize, Deserializer};
use serde_bytes::ByteBuf;
use serde_json::Value;
use serde_path_to_error::Segment;
use uuid::Uuid;

use super::{Address, Adjacent, Both, Either, Flat, Map, Newtype, One, Plan, Tagged, Untagged, with_fields};
use crate::support::Body;
use crate::support::strategies::{config, value};

/// JSON that each of the types below reads or rejects.
#[rustfmt::skip]
const VALUES: &[&str] = &[
    "null", "true", "false", "0", "7", "-0", "-1", "255", "256", "-128", "65536", "-9223372036854775808", "9223372036854775808",
    "18446744073709551615", "18446744073709551616", "-9223372036854775809", "340282366920938463463374607431768211455",
    "340282366920938463463374607431768211456", "-170141183460469231731687303715884105728", "1.0", "1.5", "-1500.25", "0.1", "-0.0", "1e2",
    "1E-2", "1e400", "-1e400", "1e-400", "123456789012345.6", "1234567890123456.7", "0.000000000000000000000000000001",
    "9007199254740993", "9007199254740993.0", "8152347000000.5", "3.4028235677973366e38",
    r#""""#, r#""a""#, r#""ab""#, r#""a \u0041é😀\n""#, r#""😀""#, r#""\ud83d\ude00""#, r#""7""#, r#""true""#, r#""2025-01-27""#, r#""2025-02-30""#,
    r#""2025-01-27T16:44:05.191Z""#, r#""00000000-0000-0000-0000-000000000007""#, r#""::1""#, r#""gold""#, r#""g\u006fld""#,
    r#""points""#, r#""silver""#, "[]", "[1,255]", "[1, 2, 3]", "[1,256]", r#"["a",1]"#, r#"[1,"a"]"#, "[[1],[2]]", r#"[1,null,"x"]"#, "[{}]",
    "{}", r#"{"a":1,"b":2}"#, r#"{"a":1,"a":2}"#, r#"{ "a" : null }"#, r#"{"-7":1}"#, r#"{"7":1,"07":2}"#, r#"{"7":1,"8":2}"#, r#"{"7 ":1}"#,
    r#"{"\u0037":1}"#, r#"{"1.5":1}"#, r#"{"1e2":1}"#, r#"{"":1}"#, r#"{"true":1,"false":0}"#, r#"{"tru\u0065":1}"#, r#"{"é":1}"#, r#"{"€uro":1}"#,
    r#"{"😀":1}"#, r#"{"\ud83d\ude00":1}"#, r#"{"\\ud83d":1}"#, r#"{"zip":"1","lines":[1]}"#, r#"{"zip":"1","more":[1]}"#, r#"{"zip":"1","zip":"2"}"#,
    r#"{"lines":[]}"#, r#"{"zip":null}"#, r#"{"gold":null}"#, r#"{"gold":1}"#, r#"{"points":5}"#, r#"{"points":500}"#, r#"{"p\u006fints":5}"#,
    r#"{"range":[1,2]}"#, r#"{"range":[1]}"#, r#"{"range":[1,2,3]}"#, r#"{"range":{"0":1}}"#, r#"{"card":{"level":1}}"#, r#"{"card":[1]}"#,
    r#"{"card":{"level":"x"}}"#, r#"{"card":1.5}"#, r#"{"range":"text"}"#, r#"{"range":{}}"#, r#"{"card":{"level":1},"points":1}"#, r#"{"silver":1}"#, r#"{"kind":"Carries","x":4}"#, r#"{"x":4}"#,
    r#"{"kind":"Carries"}"#, r#"{"content":4,"kind":"Carries"}"#, r#"{"kind":"Other","x":4}"#, r#"{"secs":1,"nanos":2}"#, r#"{"start":1,"end":2}"#,
    r#"{"Ok":1}"#, r#"{"Err":"x"}"#, r#"{"x":[{"zip":1}]}"#, r#"[{"zip":"s","lines":[1,2,"x"]}]"#, r#"[[1,"a"],[2],["a",1],[3]]"#,
    r#"[[1,"a"],[2]]"#, r#"{"a":"x","b":1}"#, r#"{"a":[],"b":1}"#,
];

/// Calls a generic function for types of every kind.
macro_rules! for_each_type {
    ($function:ident($json:expr)) => {
        for_each_type! { $function($json):
            bool, char, i8, i16, i32, i64, i128, u8, u16, u32, u64, u128, f32, f64, NonZeroU8, String, PathBuf, Box<str>,
            (), Nothing, Newtype<u8>, Newtype<Newtype<String>>, Pair, (u8, u8), (u8, String), [u8; 2], [u8; 3], Vec<u8>, Vec<String>,
            Vec<Option<u8>>, Vec<Vec<u8>>, ByteBuf, Option<u8>, Option<Option<String>>, Option<()>,
            Map<u8>, Map<Option<u8>>, Map<Value>, BTreeMap<bool, u8>, BTreeMap<char, u8>, BTreeMap<i8, u8>, BTreeMap<u64, u8>,
            BTreeMap<i128, u8>, BTreeMap<u128, u8>, BTreeMap<Option<u8>, u8>, BTreeMap<Newtype<u8>, u8>, BTreeMap<(), u8>,
            BTreeMap<Plan, u8>, BTreeMap<Newtype<String>, u8>, BTreeMap<ByteBuf, u8>, HashMap<Uuid, u8>, Address, Aliased,
            One<Vec<Address>>, Plan, Vec<Plan>, Map<Plan>, Option<Plan>, (Plan, Plan), Result<u8, String>,
            Tagged<One<u8>>, Adjacent<u8>, Untagged<u8>, Either<u64, String>, Either<Address, Plan>, Flat<One<u8>>, Flat<Map<u8>>,
            Both<One<u8>, Map<Value>>, Vec<Lenient<u8>>, Map<Lenient<u8>>, Vec<Lenient<Vec<Lenient<u8>>>>, Duration, Range<u8>, IpAddr, NaiveDate, DateTime<Utc>, Uuid, IgnoredAny, Skipped, BTreeMap<Skipped, u8>, Value,
            serde_json::Number, serde_json::Map<String, Value>
        }
    };
    ($function:ident($json:expr): $($type:ty),*) => {
        $($function::<$type>($json);)*
    };
}

#[derive(Deserialize, Debug, PartialEq)]
struct Nothing;

#[derive(Deserialize, Debug, PartialEq)]
struct Pair(u8, u8);

#[derive(Deserialize, Debug, PartialEq)]
struct Aliased {
    #[serde(alias = "b")]
    a: u8,
}

/// Ignores the error of its value, as a `deserialize_with` helper may.
#[derive(Debug, PartialEq)]
struct Lenient<T>(Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(T::deserialize(deserializer).ok()))
    }
}

/// Asks for any value to be skipped, which serde_json answers with a unit.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Skipped;

impl<'de> Deserialize<'de> for Skipped {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Unit;

        impl Visitor<'_> for Unit {
            type Value = Skipped;

            fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
                f.write_str("a unit")
            }

            fn visit_unit<E: Error>(self) -> Result<Skipped, E> {
                Ok(Skipped)
            }
        }

        deserializer.deserialize_ignored_any(Unit)
    }
}

/// Asserts that two readers agree. JSON has no NaN, so `==` is enough.
#[track_caller]
fn assert_same<T: Debug + PartialEq>(decoded: Result<T, DecodeError>, expected: Option<&T>, json: &str) {
    let shown = decoded.as_ref().err().map(|error| (error.to_string(), error.detail().map(str::to_owned)));
    assert_eq!(decoded.as_ref().ok(), expected, "{}: {json}, {shown:?}", std::any::type_name::<T>());
}

/// Asserts that a type reads the same as serde_json from a field, from a value and from places inside a value.
fn assert_agrees<T: DeserializeOwned + Debug + PartialEq>(json: &str) {
    let expected = serde_json::from_slice::<T>(json.as_bytes()).ok();
    let payload = with_fields(&format!(r#""x": {json} ,"y":[0, {json} ],"z":{{"a":0, "b" : {json} }}"#));
    let decode = |name: &str| payload.value(name).unwrap();
    assert_same(decode("x").decode(), expected.as_ref(), json);
    assert_same(payload.decode().map(|field: One<T>| field.x), expected.as_ref(), json);
    assert_same(decode("y").decode().map(|(_, element): (u8, T)| element), expected.as_ref(), json);
    assert_same(decode("z").decode().map(|member: B<T>| member.b), expected.as_ref(), json);
    // The names of fields are kept without escapes, and so may spell a number.
    if json.starts_with('{') && !json.contains('\\') {
        let fields = Body::with_data(json).to_string().parse::<rownd_webhooks::Payload<'_>>();
        // A body does not have a field twice.
        if let Ok(payload) = fields {
            assert_same(payload.decode(), expected.as_ref(), json);
        }
    }
}

#[derive(Deserialize)]
struct B<T> {
    b: T,
}

#[test]
fn every_type_reads_every_value_as_serde_json_does() {
    for json in VALUES {
        for_each_type!(assert_agrees(json));
    }
}

/// Asserts that the path of an error begins with the path that `serde_path_to_error` reports. A missing, unknown or duplicate
/// member is appended.
fn assert_path<T: DeserializeOwned>(json: &str) {
    let payload = with_fields(&format!(r#""x":{json}"#));
    // An ignored error is noticed later, at the next element or member.
    if std::any::type_name::<T>().contains("Lenient") {
        return;
    }
    let Err(error) = payload.value("x").unwrap().decode::<T>() else { return };
    let mut deserializer = serde_json::Deserializer::from_slice(json.as_bytes());
    let expected = serde_path_to_error::deserialize::<_, T>(&mut deserializer).err();
    // For serde_path_to_error, text that follows an integer is no error.
    let segments: Vec<_> = expected.iter().flat_map(serde_path_to_error::Error::path).collect();
    let steps = segments.iter().map_while(|segment| match segment {
        Segment::Seq { index } => Some(format!("/{index}")),
        Segment::Map { key: name } | Segment::Enum { variant: name } => Some(format!("/{name}")),
        Segment::Unknown => None,
    });
    let (path, expected) = (error.path().unwrap_or_default(), steps.collect::<String>());
    assert!(path.starts_with(&expected), "{json}, {path:?} instead of {expected:?}, {error}");
}

#[test]
fn an_error_has_the_path_that_serde_path_to_error_reports() {
    for json in VALUES.iter().filter(|json| !json.contains('\\')) {
        // serde_path_to_error counts the name of a variant as a step, even where it is the whole value.
        if *json != r#""points""# {
            for_each_type!(assert_path(json));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..config() })]

    #[test]
    fn every_type_reads_any_value_as_serde_json_does(value in value()) {
        let json = value.to_string();
        // A field that is the sentinel is redacted.
        prop_assume!(!json.contains("<<REDACTED>>"));
        for_each_type!(assert_agrees(&json));
    }

    /// serde_json gives invalid text to the visitor of a key that is asked for a boolean or a number.
    #[test]
    fn no_name_makes_a_type_panic(
        names in vec(
            prop_oneof!["[éß€한😀]{1,3}.{0,4}", "[0-9tf-]{1,3}[é€😀\\\\\"]{0,2}", any::<String>(),
                select(&["gold", "true", "7", "\u{0}", "\u{7f}"]).prop_map(str::to_owned)],
            0..3,
        ),
        value in select(VALUES),
    ) {
        let members: Vec<_> = names.iter().map(|name| format!("{}:{value}", Value::from(&**name))).collect();
        let json = format!("{{{}}}", members.join(","));
        for_each_type!(assert_agrees(&json): BTreeMap<bool, u8>, BTreeMap<char, u8>, BTreeMap<u8, u8>, BTreeMap<i128, u8>,
            BTreeMap<u128, u8>, BTreeMap<i64, Value>, BTreeMap<Plan, u8>, BTreeMap<(), u8>, BTreeMap<Option<bool>, u8>,
            BTreeMap<Newtype<bool>, u8>, Plan, Tagged<Map<u8>>, Flat<BTreeMap<u8, u8>>);
    }
}
