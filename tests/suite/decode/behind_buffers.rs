//! Redacted fields behind `flatten` and in enums, where serde buffers the fields and several types may read the same one.

use std::cell::Cell;
use std::collections::BTreeMap;

use rownd_webhooks::Redactable;
use serde::de::DeserializeOwned;
use serde::de::value::MapDeserializer;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Adjacent, Both, Either, Flat, Map, Newtype, One, decode, decode_error, decoded, redacted};
use Redactable::{Redacted, Visible};

#[test]
fn a_plain_type_does_not_hide_the_state_from_a_redactable() {
    let x = &redacted(["x"]);
    let read: Both<Map<Redactable<Value>>, One<Option<String>>> = decoded(x);
    assert_eq!((&read.one["x"], read.other.x), (&Redacted, None));
    let read: Both<Map<Value>, One<Redactable<Option<u8>>>> = decoded(x);
    assert_eq!((&read.one["x"], read.other.x), (&Value::Null, Redacted));
    let read: Both<Map<Option<Value>>, One<Redactable<String>>> = decoded(x);
    assert_eq!((&read.one["x"], read.other.x), (&None, Redacted));
}

/// `Uuid` accepts the bytes of the stand-in for a redacted field, and then refuses them in its own words.
#[test]
fn a_redacted_option_is_none_whatever_error_its_type_reports() {
    #[derive(Deserialize, Debug, PartialEq)]
    struct Known<T> {
        a: Redactable<u8>,
        b: Option<T>,
        c: Option<Redactable<T>>,
        d: Redactable<T>,
    }
    let members = &redacted(["a", "b", "c", "d"]);
    let known = Known::<Uuid> { a: Redacted, b: None, c: Some(Redacted), d: Redacted };
    assert_eq!(decoded::<Known<Uuid>>(members), known);
    assert_eq!(decoded::<Flat<Known<Uuid>>>(members).inner, known);
    assert_eq!(decoded::<One<Newtype<Option<String>>>>(&redacted(["x"])).x, Newtype(None));
}

#[track_caller]
fn assert_is_redacted<T: DeserializeOwned>(names: &[&str], field: &str) {
    let error = decode_error::<T>(&redacted(names));
    assert_eq!((error.code(), error.field(), error.detail()), ("redacted", Some(field), None));
}

#[test]
fn a_redacted_field_is_named_behind_a_buffer_too() {
    assert_is_redacted::<Flat<One<String>>>(&["x", "y"], "x");
    assert_is_redacted::<Flat<One<Uuid>>>(&["x"], "x");
    assert_is_redacted::<Flat<Map<String>>>(&["a", "x"], "a");
    assert_is_redacted::<Both<Map<Option<String>>, One<String>>>(&["a", "x"], "x");
    assert_is_redacted::<Both<Map<Value>, One<Uuid>>>(&["a", "x"], "x");
}

thread_local! {
    static READ: Cell<usize> = const { Cell::new(0) };
}

/// Any value, and how often it was read.
#[derive(Debug)]
struct Counted;

impl<'de> Deserialize<'de> for Counted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        READ.set(READ.get() + 1);
        Value::deserialize(deserializer).map(|_| Self)
    }
}

#[test]
fn any_number_of_fields_may_be_redacted_at_a_bounded_cost() {
    #[derive(Deserialize)]
    struct Profile<T> {
        #[serde(rename = "user_id")]
        _counted: Counted,
        #[serde(flatten)]
        rest: Map<T>,
    }
    /// Returns the values of the redacted fields and the number of attempts.
    fn attempts<T: DeserializeOwned>(count: usize) -> (impl Iterator<Item = T>, usize) {
        let members = &redacted((0..count).map(|index| format!("f{index}")));
        READ.set(0);
        let rest = decoded::<Profile<T>>(members).rest;
        assert_eq!(rest.len(), count);
        (rest.into_values(), READ.get())
    }
    for count in [1, 8, 63, 64, 65, 2_000] {
        let (mut redactables, once) = attempts::<Redactable<String>>(count);
        assert!(redactables.all(|field| field == Redacted) && once == 1);
        let (mut options, several) = attempts::<Option<String>>(count);
        assert!(options.all(|field| field.is_none()) && several <= 11, "{several} for {count}");
        let (mut options, several) = attempts::<Option<Uuid>>(count);
        assert!(options.all(|field| field.is_none()) && several <= 11, "{several} for {count}");
        let (mut values, several) = attempts::<Value>(count);
        assert!(values.all(|value| value.is_null()) && several <= 11, "{several} for {count}");
    }
}

/// As `decode` documents it.
#[test]
fn with_many_redacted_options_an_optional_redactable_may_be_none() {
    macro_rules! many {
        ($($plain:ident)*) => {
            #[derive(Deserialize, Debug, PartialEq)]
            struct Many { $($plain: Option<u8>,)* z: Redactable<u8>, zz: Option<Redactable<u8>> }

            const NAMES: &[&str] = &["z", "zz", $(stringify!($plain)),*];
            fn all_redacted(zz: Option<Redactable<u8>>) -> Many {
                Many { $($plain: None,)* z: Redacted, zz }
            }
        };
    }
    many!(a b c d e f g h i j k l);
    assert_eq!(decoded::<Many>(&redacted(NAMES)), all_redacted(Some(Redacted)));
    assert_eq!(decoded::<Flat<Many>>(&redacted(&NAMES[..10])).inner, all_redacted(Some(Redacted)));
    assert_eq!(decoded::<Flat<Many>>(&redacted(NAMES)).inner, all_redacted(None));
}

#[test]
fn an_untagged_enum_chooses_by_what_its_variants_can_read() {
    type OptionalRedactable = One<Option<Redactable<u8>>>;
    type Failing = Both<One<Redactable<u8>>, Map<u8>>;
    let x = &redacted(["x"]);
    let known = || One { x: Some(Redacted) };
    assert_eq!(decoded::<Either<OptionalRedactable, Map<Value>>>(x), Either::A(known()));
    assert_eq!(decoded::<Either<OptionalRedactable, One<Option<u8>>>>(x), Either::A(known()));
    assert_eq!(decoded::<Either<One<u8>, OptionalRedactable>>(x), Either::B(known()));
    assert_eq!(decoded::<Either<One<u8>, One<Redactable<u8>>>>(r#""x":7"#), Either::A(One { x: 7 }));
    // The second variant understands what the first refuses, and fails.
    assert_eq!(decoded::<Either<One<Option<u8>>, Failing>>(x), Either::A(One { x: None }));
}

/// A type that refuses a redacted field is not offered an absent one instead.
#[test]
fn a_type_may_refuse_a_redacted_field() {
    #[derive(Deserialize, Debug)]
    #[serde(try_from = "Flat<One<Option<Redactable<String>>>>")]
    struct Needed;

    impl TryFrom<Flat<One<Option<Redactable<String>>>>> for Needed {
        type Error = &'static str;

        fn try_from(flat: Flat<One<Option<Redactable<String>>>>) -> Result<Self, Self::Error> {
            if flat.inner.x == Some(Redacted) { Err("it is needed") } else { Ok(Self) }
        }
    }

    assert!(decode::<Needed>("").is_ok());
    assert_eq!(decode_error::<Needed>(&redacted(["x"])).code(), "invalid");
}

/// serde reads the content of an adjacently tagged enum with a seed, which works once.
#[test]
fn redacted_content_behind_its_tag_is_read_like_any_field() {
    let members = &(redacted(["content"]) + r#","kind":"Carries""#);
    assert_eq!(decoded::<Adjacent<Option<String>>>(members), Adjacent::Carries(None));
    assert_eq!(decoded::<Adjacent<Option<Redactable<u8>>>>(members), Adjacent::Carries(Some(Redacted)));
    assert_eq!(decoded::<Adjacent<Redactable<Option<u8>>>>(members), Adjacent::Carries(Redacted));
    assert_eq!(decoded::<Flat<Adjacent<Option<String>>>>(members).inner, Adjacent::Carries(None));
    assert_eq!(decode_error::<Adjacent<String>>(members).field(), Some("content"));
    assert_is_redacted::<Adjacent<String>>(&["kind"], "kind");
}

/// Decoding may happen inside of decoding, where neither sees the other's fields, and a caller's type may panic there.
#[test]
fn decoding_may_be_nested_and_interrupted() {
    #[derive(Debug, PartialEq)]
    struct Nested(Redactable<String>, Option<String>);

    impl<'de> Deserialize<'de> for Nested {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            assert!(std::panic::catch_unwind(|| decode::<Panics>(&redacted(["x"]))).is_err());
            let read: Both<One<Redactable<String>>, Map<Value>> = decoded(&redacted(["x"]));
            Ok(Self(read.one.x, Option::deserialize(deserializer)?))
        }
    }

    #[derive(Deserialize)]
    #[serde(from = "Map<Option<Redactable<String>>>")]
    struct Panics;

    impl From<Map<Option<Redactable<String>>>> for Panics {
        fn from(_: Map<Option<Redactable<String>>>) -> Self {
            panic!("a fault of the caller's type")
        }
    }

    let read = decoded::<Flat<Map<Nested>>>(&redacted(["x", "y"])).inner;
    assert_eq!(read["y"], Nested(Redacted, None));
    assert_eq!(read["user_id"], Nested(Redacted, Some("u".to_owned())));
}

#[test]
fn decoding_works_while_a_thread_ends() {
    struct AtTheEnd;

    impl Drop for AtTheEnd {
        fn drop(&mut self) {
            assert_eq!(decoded::<One<Option<String>>>(&redacted(["x"])).x, None);
            assert_eq!(decoded::<One<Redactable<String>>>(&redacted(["x"])).x, Redacted);
        }
    }

    thread_local! {
        static FIRST: AtTheEnd = const { AtTheEnd };
    }

    let thread = std::thread::spawn(|| {
        FIRST.with(|_| ());
        decoded::<Flat<Map<Option<String>>>>(&redacted(["x"]));
    });
    thread.join().unwrap();
}

/// CBOR's tree accepts bytes too.
#[test]
fn a_type_that_accepts_any_value_receives_null() {
    type Any = ciborium::Value;
    let members = &redacted(["a", "x"]);
    let text = Any::Text("u".to_owned());
    let expected = [("a", Any::Null), ("user_id", text), ("x", Any::Null)];
    let expected: Map<Any> = expected.map(|(name, value)| (name.to_owned(), value)).into();
    assert_eq!(decoded::<Map<Any>>(members), expected);
    assert_eq!(decoded::<Flat<Map<Any>>>(members).inner, expected);
    let read: Both<One<Redactable<String>>, Map<Any>> = decoded(members);
    assert_eq!((read.one.x, &read.other["a"]), (Redacted, &Any::Null));
    let read: Flat<Value> = decoded(&format!(r#"{members},"y":{{"a":[1]}}"#));
    assert_eq!(read.inner, json!({"a": null, "user_id": "u", "x": null, "y": {"a": [1]}}));
}

#[test]
fn the_rules_of_the_reader_hold_for_what_is_read_out_of_a_buffer() {
    type Buffered<T> = Both<One<Redactable<T>>, Map<Value>>;
    let has_arbitrary_precision = "1e400".parse::<serde_json::Number>().is_ok();
    let number = r#"{"x":{"$serde_json::private::Number":"7"}}"#;
    for text in [
        r#"{"x":[{"$serde_json::private::RawValue":"7"}]}"#,
        r#"{"x":[{"a":1,"\u0024serde_json::private::Number":"7"}]}"#,
        r#"{"x":{"$serde_json::private::x":"7"}}"#,
        r#"{"x":["\ud800"]}"#,
    ] {
        assert!(serde_json::from_str::<Buffered<Value>>(text).is_err(), "{text}");
        assert!(serde_json::from_str::<One<Redactable<Value>>>(text).is_err(), "{text}");
    }
    assert!(serde_json::from_str::<One<Redactable<Value>>>(number).is_err());
    assert_eq!(serde_json::from_str::<Buffered<Value>>(number).is_ok(), has_arbitrary_precision);
    assert!(serde_json::from_str::<Buffered<f64>>(r#"{"x":1e400}"#).is_err());
    let text = r#"{"x":[1.5,-7,18446744073709551615,null,"é\n"]}"#;
    let read: Buffered<Value> = serde_json::from_str(text).unwrap();
    assert_eq!(read.one.x, Visible(json!([1.5, -7, u64::MAX, null, "é\n"])));
    // A map of the caller is a deserializer too, in which a string must not be taken for JSON.
    let map = serde_json::Map::from_iter([("$serde_json::private::RawValue".to_owned(), json!("7"))]);
    assert!(Redactable::<Value>::deserialize(map).is_err());
}

#[test]
fn a_map_in_memory_is_read_by_its_names() {
    let map = MapDeserializer::<_, serde::de::value::Error>::new([("a", "b")].into_iter());
    let read = Redactable::<BTreeMap<String, String>>::deserialize(map).unwrap();
    assert_eq!(read.into_visible(), Some(BTreeMap::from([("a".to_owned(), "b".to_owned())])));
}
