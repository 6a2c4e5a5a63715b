//! Fields behind `flatten` and in enums, where serde buffers them and several types may read the same one.

use std::cell::Cell;
use std::fmt::Debug;

use rownd_webhooks::{DecodeError, Payload, Redactable};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Both, Either, Flat, Map, One, SENTINEL, decode, decode_error, decoded, redacted, with_fields};
use Redactable::{Redacted, Visible};

#[derive(Deserialize, Clone, Debug, PartialEq)]
struct Known<A, B, C> {
    a: A,
    b: B,
    c: C,
}

#[track_caller]
fn assert_decodes<T: DeserializeOwned + Debug + PartialEq>(payload: &Payload<'_>, expected: Option<T>) {
    assert_eq!(payload.decode().ok(), expected, "{}", payload.canonical_json());
}

/// Asserts that a struct reads the same next to a map of the other fields.
#[track_caller]
fn assert_beside_rest<T, R>(payload: &Payload<'_>, fields: &Map<R>)
where
    T: DeserializeOwned + Debug + PartialEq,
    R: DeserializeOwned + Clone + Debug + PartialEq,
{
    let mut rest = fields.clone();
    rest.retain(|name, _| !matches!(name.as_str(), "a" | "b" | "c"));
    assert_decodes(payload, payload.decode::<T>().ok().map(|one| Both { one, other: rest }));
}

/// Compares a struct that is read directly with the same struct behind each buffer. Returns the number of payloads that it fits.
fn compare<T: DeserializeOwned + Clone + Debug + PartialEq>(payloads: &[Payload<'_>]) -> usize {
    let compare_one = |payload: &Payload<'_>| {
        // A buffer does not know which field has the wrong type.
        let error = |error: DecodeError| match error.code() {
            "wrong_type" => ("wrong_type", None),
            code => (code, error.field().map(str::to_owned)),
        };
        let direct = payload.decode::<T>().map_err(error);
        let flat = payload.decode::<Flat<T>>().map_err(error);
        assert_eq!(flat.map(|flat| flat.inner), direct, "{}", payload.canonical_json());

        let direct = direct.ok();
        assert_decodes(payload, Some(Flat { inner: direct.clone() }));
        let options: Map<Option<Value>> = payload.decode().unwrap();
        let redactables: Map<Redactable<Value>> = payload.decode().unwrap();
        assert_beside_rest::<T, _>(payload, &options);
        assert_beside_rest::<T, _>(payload, &redactables);
        // A type that accepts any value receives null.
        let values: Map<Value> =
            options.into_iter().map(|(name, value)| (name, value.unwrap_or_default())).collect();
        assert_beside_rest::<T, _>(payload, &values);
        let either = direct.clone().map_or(Either::B(json!(values)), Either::A);
        assert_decodes(payload, Some(either.clone()));
        assert_decodes(payload, Some(Flat { inner: either }));
        let texts = payload.decode::<Map<String>>().ok().map(Either::A);
        assert_decodes(payload, texts.or(direct.clone().map(Either::B)));
        direct.is_some()
    };
    payloads.iter().filter(|payload| compare_one(payload)).count()
}

/// Each of four fields is visible, redacted, null and absent, and each type is once the first and once the second of them.
#[test]
fn a_struct_reads_the_same_behind_every_buffer() {
    type Last = Option<Redactable<u8>>;

    let states = [Some("7"), Some(SENTINEL), Some("null"), None];
    let payload = |index: usize| {
        let fields = ["a", "b", "c", "other"].into_iter().zip([0, 2, 4, 6]);
        let present =
            fields.filter_map(|(name, bits)| Some(format!(r#""{name}":{}"#, states[(index >> bits) % 4]?)));
        with_fields(&present.collect::<Vec<_>>().join(","))
    };
    let payloads: Vec<_> = (0..256).map(payload).collect();
    let fits = [
        compare::<Known<u8, Redactable<u8>, Last>>(&payloads),
        compare::<Known<Redactable<u8>, Option<u8>, Last>>(&payloads),
        compare::<Known<Option<u8>, Option<Redactable<u8>>, Last>>(&payloads),
        compare::<Known<Option<Redactable<u8>>, Redactable<Option<u8>>, Last>>(&payloads),
        compare::<Known<Redactable<Option<u8>>, u8, Last>>(&payloads),
    ];
    // A `u8` fits one state, a `Redactable` two, a `Redactable<Option>` three and the others all; times 16 for the rest.
    assert_eq!(fits, [2, 8, 16, 12, 3].map(|count| count * 16));
}

/// `Uuid` accepts the bytes of the stand-in for a redacted field, and then refuses them with a message of its own.
#[test]
fn a_redacted_option_is_none_whatever_error_its_type_reports() {
    type Profile = Known<Redactable<u8>, Option<Uuid>, Option<Redactable<Uuid>>>;
    let members = &redacted(["a", "b", "c"]);
    let known = Known { a: Redacted, b: None, c: Some(Redacted) };
    assert_eq!(decoded::<Profile>(members), known);
    assert_eq!(decoded::<Flat<Profile>>(members).inner, known);
    let error = decode_error::<Both<Map<Value>, One<Uuid>>>(&redacted(["a", "x"]));
    assert_eq!((error.code(), error.field()), ("redacted", Some("x")));
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
        for count in [4, 8, 9, 64, 2_000] {
            READ.set(0);
            let names = ["a".to_owned(), "b".to_owned(), "c".to_owned()].into_iter();
            let names = names.chain((3..count).map(|index| format!("f{index}")));
            let profile: Profile<Known<Redactable<u8>, Option<u8>, Option<Redactable<u8>>>, T> =
                decoded(&redacted(names));
            assert_eq!(profile.known, Known { a: Redacted, b: None, c: Some(Redacted) });
            let rest = profile.rest;
            assert!(rest.len() == count - 3 && rest.values().all(|field| field == expected), "{rest:?}");
            assert!(READ.get() <= attempts, "{} for {count}", READ.get());
        }
    }
    check::<Redactable<String>>(&Redacted, 2);
    check::<Option<String>>(&None, 10);
    check::<Option<Uuid>>(&None, 10);
    check::<Value>(&Value::Null, 10);

    // Each field is understood by one type and refused by the other.
    READ.set(0);
    let names = (0..2_000).map(|index| format!("f{index}"));
    let profile: Profile<Map<Redactable<Value>>, Option<String>> = decoded(&redacted(names));
    assert!(
        profile.known.values().all(Redactable::is_redacted) && profile.rest.values().all(Option::is_none)
    );
    assert_eq!((profile.known.len(), profile.rest.len(), READ.get()), (2_000, 2_000, 10));
}

#[test]
fn an_untagged_enum_chooses_the_first_variant_that_can_read_a_redacted_field() {
    type Failing = Both<One<Redactable<u8>>, Map<u8>>;
    let x = &redacted(["x"]);
    let known = One { x: Some(Redacted::<u8>) };
    assert_eq!(decoded::<Either<_, One<Option<u8>>>>(x), Either::A(known));
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

#[test]
fn a_field_may_be_read_by_two_types() {
    let x = &redacted(["x"]);
    let read: Both<Map<Redactable<Value>>, One<Option<String>>> = decoded(x);
    assert_eq!((&read.one["x"], read.other.x), (&Redacted, None));
    let read: Both<Map<Option<Value>>, One<Redactable<Option<u8>>>> = decoded(x);
    assert_eq!((&read.one["x"], read.other.x), (&None, Redacted));
    // CBOR's tree accepts any value, even the bytes of the stand-in for a redacted field.
    let read: Both<One<Redactable<u8>>, Map<ciborium::Value>> = decoded(&redacted(["a", "x"]));
    assert_eq!((read.one.x, &read.other["a"]), (Redacted, &ciborium::Value::Null));
    assert_eq!(decoded::<Map<ciborium::Value>>(x)["x"], ciborium::Value::Null);
}

#[test]
fn the_rules_of_the_reader_hold_for_what_is_read_out_of_a_buffer() {
    type Buffered<T> = Both<One<Redactable<T>>, Map<Value>>;
    for text in [r#"{"x":[{"\u0024serde_json::private::x":"7"}]}"#, r#"{"x":["\ud800"]}"#] {
        assert!(serde_json::from_str::<Buffered<Value>>(text).is_err(), "{text}");
        assert!(serde_json::from_str::<One<Redactable<Value>>>(text).is_err(), "{text}");
    }
    assert!(serde_json::from_str::<Buffered<f64>>(r#"{"x":1e400}"#).is_err());
    let text = r#"{"x":[1.5,-7,18446744073709551615,null,"é\n"]}"#;
    let read: Buffered<Value> = serde_json::from_str(text).unwrap();
    assert_eq!(read.one.x, Visible(json!([1.5, -7, u64::MAX, null, "é\n"])));
    // A map of the caller is a deserializer too, in which a string must not be taken for JSON.
    let map = serde_json::Map::from_iter([("$serde_json::private::RawValue".to_owned(), json!("7"))]);
    assert!(Redactable::<Value>::deserialize(map).is_err());
}
