//! Fields behind `flatten` and in enums, where serde buffers them and several types may read the same one.

use std::cell::Cell;
use std::fmt::Debug;

use rownd_webhooks::Redactable;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use uuid::Uuid;

use super::{Both, Either, Flat, Map, One, decode, decode_error, decoded, redacted};
use Redactable::Redacted;

#[derive(Deserialize, Clone, Debug, PartialEq)]
struct Known<A, B, C> {
    a: A,
    b: B,
    c: C,
}

/// Asserts that a struct reads the same directly and behind each buffer, alone and beside other types.
#[track_caller]
fn assert_same_behind_buffers<T: DeserializeOwned + Clone + Debug + PartialEq>(members: &str) {
    type Fields<T> = Known<T, Option<u8>, Redactable<u8>>;
    let direct = decode::<Fields<T>>(members).ok();
    assert_eq!(decode::<Flat<Fields<T>>>(members).ok().map(|flat| flat.inner), direct, "{members}");
    assert_eq!(decode::<Flat<Option<Fields<T>>>>(members).unwrap().inner, direct, "{members}");
    let beside = decode::<Both<Fields<T>, Map<Option<Value>>>>(members);
    assert_eq!(beside.ok().map(|both| both.one), direct, "{members}");
    let beside = decode::<Both<Fields<T>, Map<Redactable<Value>>>>(members);
    assert_eq!(beside.ok().map(|both| both.one), direct, "{members}");
    let beside = decode::<Both<Fields<T>, Map<Value>>>(members);
    assert_eq!(beside.ok().map(|both| both.one), direct, "{members}");
    let is_first = matches!(decoded::<Either<Fields<T>, Value>>(members), Either::A(_));
    assert_eq!(is_first, direct.is_some(), "{members}");
}

#[test]
fn a_struct_reads_the_same_behind_every_buffer() {
    for a in [r#""a":7,"#, r#""a":"<<REDACTED>>","#, r#""a":null,"#, ""] {
        for b in [r#""b":7,"#, r#""b":"<<REDACTED>>","#] {
            for c in [r#""c":7,"#, r#""c":"<<REDACTED>>","#, ""] {
                for other in [r#""other":7"#, r#""other":"<<REDACTED>>""#] {
                    let members = [a, b, c, other].concat();
                    assert_same_behind_buffers::<u8>(&members);
                    assert_same_behind_buffers::<Option<u8>>(&members);
                    assert_same_behind_buffers::<Redactable<u8>>(&members);
                    assert_same_behind_buffers::<Option<Redactable<u8>>>(&members);
                    assert_same_behind_buffers::<Redactable<Option<u8>>>(&members);
                }
            }
        }
    }
}

thread_local! {
    static READ: Cell<usize> = const { Cell::new(0) };
}

/// Counts how often it is read.
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
    struct Profile<K, T> {
        #[serde(rename = "user_id")]
        _counted: Counted,
        #[serde(flatten)]
        known: K,
        #[serde(flatten)]
        rest: Map<T>,
    }
    fn check<T: DeserializeOwned + Debug + PartialEq>(expected: &T, attempts: usize) {
        READ.set(0);
        let names = (0..2_000).map(|index| format!("f{index}"));
        let profile: Profile<One<Option<Redactable<u8>>>, T> =
            decoded(&format!("{},{}", redacted(["x"]), redacted(names)));
        assert_eq!(profile.known.x, Some(Redacted));
        assert_eq!(profile.rest.len(), 2_000);
        assert!(profile.rest.values().all(|field| field == expected), "{:?}", profile.rest);
        assert!(READ.get() <= attempts, "{}", READ.get());
    }
    check::<Redactable<String>>(&Redacted, 2);
    check::<Option<String>>(&None, 10);
    check::<Option<Uuid>>(&None, 10);
    check::<Value>(&Value::Null, 10);
}

#[test]
fn an_untagged_enum_chooses_the_first_variant_that_can_read_a_redacted_field() {
    type Failing = Both<One<Redactable<u8>>, Map<u8>>;
    let x = &redacted(["x"]);
    let known = One { x: Some(Redacted::<u8>) };
    assert_eq!(decoded::<Either<_, One<Option<u8>>>>(x), Either::A(known));
    // The second variant understands what the first rejects, and fails.
    assert_eq!(decoded::<Either<One<Option<u8>>, Failing>>(x), Either::A(One { x: None }));
}

/// A type that rejects a redacted field is not offered an absent one instead.
#[test]
fn a_type_may_reject_a_redacted_field() {
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

/// Decoding may happen inside of decoding, where neither sees the other's fields, and a caller's type may panic there.
#[test]
fn decoding_may_be_nested_and_interrupted() {
    #[derive(Debug, PartialEq)]
    struct Nested(Redactable<String>, Option<String>);

    impl<'de> Deserialize<'de> for Nested {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            assert!(std::panic::catch_unwind(|| decoded::<One<Panics>>(&redacted(["x"]))).is_err());
            let read: Both<One<Redactable<String>>, Map<Value>> = decoded(&redacted(["x"]));
            Ok(Self(read.one.x, Option::deserialize(deserializer)?))
        }
    }

    #[derive(Debug)]
    struct Panics;

    impl<'de> Deserialize<'de> for Panics {
        fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
            panic!("a fault of the caller's type")
        }
    }

    let read = decoded::<Flat<Map<Nested>>>(&redacted(["x", "y"])).inner;
    assert_eq!(read["y"], Nested(Redacted, None));
    assert_eq!(read["user_id"], Nested(Redacted, Some("u".to_owned())));
}

/// CBOR's tree accepts any value, even the bytes of the stand-in for a redacted field.
#[test]
fn a_type_that_accepts_any_value_receives_null() {
    let read: Both<One<Redactable<u8>>, Map<ciborium::Value>> = decoded(&redacted(["a", "x"]));
    assert_eq!((read.one.x, &read.other["a"]), (Redacted, &ciborium::Value::Null));
    assert_eq!(decoded::<Map<ciborium::Value>>(&redacted(["x"]))["x"], ciborium::Value::Null);
}

/// A field that contains another format, which a `deserialize_with` helper reads.
#[test]
fn null_in_another_format_is_not_redacted_inside_decode() {
    #[derive(Deserialize)]
    struct Outer {
        #[serde(deserialize_with = "cbor")]
        inner: One<Redactable<Option<u8>>>,
    }
    fn cbor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<One<Redactable<Option<u8>>>, D::Error> {
        let bytes = Vec::<u8>::deserialize(deserializer)?;
        ciborium::from_reader(bytes.as_slice()).map_err(serde::de::Error::custom)
    }
    let mut bytes = Vec::new();
    ciborium::into_writer(&serde_json::json!({"x": null}), &mut bytes).unwrap();
    let payload = rownd_webhooks::testing::data_update().field("inner", bytes).redact("other").build();
    let outer: Outer = payload.decode().unwrap();
    assert_eq!(outer.inner.x, Redactable::Visible(None));
}
