//! Redacted fields behind `flatten` and in enums, where serde buffers the fields and several types may want the same one.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::marker::PhantomData;

use rownd_webhooks::Redactable;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Both, Flat, One, SENTINEL, Wordy, decode, decoded, redacted};
use crate::support::{payload, update_body};
use Redactable::{Redacted, Visible};

type Map<T> = BTreeMap<String, T>;

#[test]
fn a_plain_type_does_not_hide_the_state_from_a_redactable() {
    let x = &redacted(["x"]);
    let read: Both<Map<Redactable<Value>>, One<Option<String>>> = decoded(x);
    assert_eq!((&read.one["x"], read.other.x), (&Redacted, None));
    let read: Both<Map<Value>, One<Redactable<Option<u8>>>> = decoded(x);
    assert_eq!((&read.one["x"], read.other.x), (&Value::Null, Redacted));
    let read: Both<Map<Option<Value>>, One<Redactable<String>>> = decoded(x);
    assert_eq!((&read.one["x"], read.other.x), (&None, Redacted));
    let read: Both<One<Option<String>>, Map<Redactable<Value>>> = decoded(x);
    assert_eq!((read.one.x, read.other.get("x")), (None, None), "a struct takes its fields");
}

#[test]
fn several_fields_keep_their_own_state() {
    #[derive(Deserialize, Debug, PartialEq)]
    struct Known {
        b: Redactable<u8>,
        c: Option<u8>,
        d: Option<Redactable<u8>>,
        n: Redactable<Option<u8>>,
    }
    #[derive(Deserialize)]
    struct Outer<T> {
        a: Redactable<u8>,
        #[serde(flatten)]
        known: Known,
        #[serde(flatten)]
        rest: Map<T>,
    }
    let members = &format!(r#"{},"f":1,"n":null"#, redacted(["a", "b", "c", "d", "e"]));
    let known = || Known { b: Redacted, c: None, d: Some(Redacted), n: Visible(None) };
    let read: Outer<Redactable<Value>> = decoded(members);
    assert_eq!((read.a, read.known), (Redacted, known()));
    let rest = [("e", Redacted), ("f", Visible(json!(1))), ("user_id", Visible(json!("u")))];
    assert_eq!(read.rest, rest.map(|(name, field)| (name.to_owned(), field)).into());
    let read: Outer<Value> = decoded(members);
    assert_eq!((read.a, read.known), (Redacted, known()));
    assert_eq!(json!(read.rest), json!({"e": null, "f": 1, "user_id": "u"}));
}

/// `Uuid` looks into the mark, and refuses it in its own words.
#[test]
fn a_type_that_refuses_in_its_own_words_is_none_too() {
    #[derive(Deserialize, Debug, PartialEq)]
    struct Known<T> {
        a: Redactable<u8>,
        b: Option<T>,
        c: Option<Redactable<T>>,
        d: Redactable<T>,
    }
    fn check<T: DeserializeOwned + PartialEq + Debug>() {
        let members = &redacted(["a", "b", "c", "d"]);
        let known = || Known { a: Redacted, b: None, c: Some(Redacted), d: Redacted };
        assert_eq!(decoded::<Known<T>>(members), known());
        assert_eq!(decoded::<Flat<Known<T>>>(members).inner, known());
        let body = update_body(&redacted(["a", "b"]), r#""user_id""#);
        let read: Flat<Map<Option<T>>> = payload(&body).decode().unwrap();
        assert!(read.inner.values().all(Option::is_none) && read.inner.len() == 3);
        let error = decode::<Flat<One<T>>>(&redacted(["x"])).unwrap_err();
        assert_eq!((error.code(), error.field(), error.path()), ("redacted", Some("x"), Some("/x")));
    }
    check::<Wordy>();
    check::<Uuid>();
}

#[test]
fn a_redacted_field_is_named_behind_a_buffer_too() {
    fn error<T: DeserializeOwned>(names: &[&str]) -> (&'static str, Option<String>, Option<String>) {
        let error = decode::<T>(&redacted(names)).map(|_| "no error").unwrap_err();
        (error.code(), error.field().map(str::to_owned), error.detail().map(str::to_owned))
    }
    let named = |name: &str| ("redacted", Some(name.to_owned()), None);
    assert_eq!(error::<Flat<One<String>>>(&["x", "y"]), named("x"));
    assert_eq!(error::<Flat<Map<String>>>(&["a", "x"]), named("a"));
    assert_eq!(error::<Both<Map<Option<String>>, One<String>>>(&["a", "x"]), named("x"));
    assert_eq!(error::<Both<Map<Value>, One<Wordy>>>(&["a", "x"]), named("x"));
}

#[test]
fn any_number_of_fields_may_be_redacted() {
    for count in [1, 63, 64, 65, 500] {
        let members = &redacted((0..count).map(|index| format!("f{index}")));
        let count_redacted =
            |map: Map<Redactable<String>>| map.values().filter(|field| field.is_redacted()).count();
        assert_eq!(count_redacted(decoded(members)), count);
        assert_eq!(count_redacted(decoded::<Flat<_>>(members).inner), count);
        let options: Map<Option<String>> = decoded(members);
        assert_eq!(options.values().flatten().collect::<Vec<_>>(), ["u"]);
        assert_eq!(decoded::<Flat<Map<Option<String>>>>(members).inner, options);
    }
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

/// Decodes with a visible field `aaa` of the type [`Counted`]. Returns the result and the number of attempts.
fn attempts<T: DeserializeOwned>(members: &str) -> (T, usize) {
    READ.set(0);
    (decoded(&format!(r#""aaa":"x",{members}"#)), READ.get())
}

#[test]
fn the_number_of_attempts_does_not_depend_on_the_number_of_fields() {
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "never read")]
    struct Profile<T> {
        aaa: Counted,
        #[serde(flatten)]
        rest: Map<T>,
    }
    /// The first variant understands every field before it fails, and the second refuses each.
    #[derive(Deserialize)]
    #[serde(untagged)]
    #[expect(dead_code, reason = "never read")]
    enum Either {
        Careful {
            #[serde(flatten)]
            rest: Map<Redactable<Value>>,
            #[serde(flatten)]
            needed: One<u8>,
        },
        Plain {
            aaa: Redactable<Counted>,
            #[serde(flatten)]
            rest: Map<Value>,
        },
    }
    for count in [1, 2, 100, 2_000] {
        let members = &redacted((0..count).map(|index| format!("f{index}")));
        assert_eq!(attempts::<Profile<Redactable<String>>>(members).1, 1);
        assert_eq!(attempts::<Profile<Option<Redactable<Value>>>>(members).1, 1);
        let attempts = [
            attempts::<Profile<Value>>(members).1,
            attempts::<Profile<Option<String>>>(members).1,
            attempts::<Profile<Option<Wordy>>>(members).1,
            attempts::<Either>(members).1,
        ];
        assert!(attempts.iter().all(|attempts| *attempts <= 11), "{count}: {attempts:?}");
    }
}

/// As `decode` documents it.
#[test]
fn with_many_redacted_options_an_optional_redactable_may_be_none() {
    macro_rules! many {
        ($($plain:ident)*) => {
            #[derive(Deserialize, Debug, PartialEq)]
            struct Many { $($plain: Option<u8>,)* z: Redactable<u8>, zz: Option<Redactable<u8>> }

            impl Many {
                const NAMES: &[&str] = &[$(stringify!($plain),)* "z", "zz"];

                fn redacted(zz: Option<Redactable<u8>>) -> Self {
                    Self { $($plain: None,)* z: Redacted, zz }
                }
            }
        };
    }
    many!(a b c d e f g h i j k l);
    let (few, many) =
        (&redacted(["a", "b", "c", "d", "e", "f", "g", "h", "z", "zz"]), &redacted(Many::NAMES));
    assert_eq!(decoded::<Many>(many), Many::redacted(Some(Redacted)));
    assert_eq!(decoded::<Flat<Many>>(few).inner, Many::redacted(Some(Redacted)));
    assert_eq!(decoded::<Flat<Many>>(many).inner, Many::redacted(None));
}

#[derive(Deserialize, Debug, PartialEq)]
struct Person<T> {
    country: T,
    nickname: Option<String>,
}

#[derive(Deserialize, Debug, PartialEq)]
struct Country<T> {
    country: T,
}

#[test]
fn an_untagged_enum_chooses_by_what_its_variants_can_read() {
    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(untagged)]
    enum Either<A, B> {
        A(A),
        B(B),
    }
    type Careful = Person<Option<Redactable<String>>>;
    let known = || Person { country: Some(Redacted), nickname: None };
    let members = &redacted(["country", "nickname"]);
    assert_eq!(decoded::<Either<Careful, Value>>(members), Either::A(known()));
    assert_eq!(decoded::<Either<Careful, Map<Value>>>(members), Either::A(known()));
    assert_eq!(decoded::<Either<Careful, Country<Option<String>>>>(members), Either::A(known()));
    assert_eq!(decoded::<Either<Map<String>, Careful>>(members), Either::B(known()));
    assert_eq!(decoded::<Either<Country<String>, Careful>>(members), Either::B(known()));

    let x = &redacted(["x"]);
    assert_eq!(decoded::<Either<One<u8>, One<Redactable<u8>>>>(x), Either::B(One { x: Redacted }));
    assert_eq!(
        decoded::<Either<One<u8>, One<Option<Redactable<u8>>>>>(x),
        Either::B(One { x: Some(Redacted) })
    );
    assert_eq!(decoded::<Either<One<u8>, One<Redactable<u8>>>>(r#""x":7"#), Either::A(One { x: 7 }));
    // The second variant understands what the first refuses, and fails.
    assert_eq!(decoded::<Either<One<Option<String>>, Demanding>>(x), Either::A(One { x: None }));
}

/// Two structs that want one field each.
type Demanding = Both<One<Redactable<String>>, Country<String>>;

/// A type that refuses a redacted field is not asked again as if the field were absent.
#[test]
fn a_type_may_refuse_a_redacted_field() {
    #[derive(Debug)]
    struct Needs<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de> + Debug> Deserialize<'de> for Needs<T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let value = T::deserialize(deserializer)?;
            let is_redacted =
                format!("{value:?}").contains("x: Redacted") || format!("{value:?}").contains("(Redacted");
            if is_redacted { Err(serde::de::Error::custom("it is needed")) } else { Ok(Self(PhantomData)) }
        }
    }

    let x = &redacted(["x"]);
    assert_eq!(decode::<Needs<One<Option<Redactable<String>>>>>(x).unwrap_err().code(), "invalid");
    assert_eq!(decode::<Needs<Flat<One<Redactable<Option<String>>>>>>(x).unwrap_err().code(), "invalid");
}

#[test]
fn an_optional_group_is_there_although_a_field_of_it_is_redacted() {
    #[derive(Deserialize, Debug, PartialEq)]
    struct Address {
        city: Option<String>,
        zip: Redactable<u32>,
    }
    let address = decoded::<Flat<Option<Address>>>(&redacted(["city", "zip"])).inner;
    assert_eq!(address, Some(Address { city: None, zip: Redacted }));
    assert_eq!(decoded::<Flat<Option<Address>>>(&redacted(["other"])).inner, None);
}

/// serde reads the content of an adjacently tagged enum with a seed, which works once.
#[test]
fn redacted_content_behind_its_tag_is_read_like_any_field() {
    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(tag = "kind", content = "value")]
    enum Choice<T> {
        V(T),
    }
    let members = &format!(r#""kind":"V","value":{SENTINEL}"#);
    assert_eq!(decoded::<Choice<Option<String>>>(members), Choice::V(None));
    assert_eq!(decoded::<Choice<Option<One<u8>>>>(members), Choice::V(None));
    assert_eq!(decoded::<Choice<Option<Redactable<String>>>>(members), Choice::V(Some(Redacted)));
    assert_eq!(decoded::<Choice<Redactable<Option<String>>>>(members), Choice::V(Redacted));
    assert_eq!(decoded::<Flat<Choice<Option<String>>>>(members).inner, Choice::V(None));
    let error = decode::<Choice<String>>(members).unwrap_err();
    assert_eq!((error.code(), error.field()), ("redacted", Some("value")));
    let error = decode::<Choice<String>>(&redacted(["kind"])).unwrap_err();
    assert_eq!((error.code(), error.field()), ("redacted", Some("kind")));
}

/// Decoding may happen inside of decoding, where neither sees the other's fields, and a caller's type may panic there.
#[test]
fn decoding_may_be_nested_and_interrupted() {
    #[derive(Debug, PartialEq)]
    struct Nested(Option<Redactable<String>>, Option<String>);

    impl<'de> Deserialize<'de> for Nested {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            assert!(std::panic::catch_unwind(|| decode::<Panics>(&redacted(["x"]))).is_err());
            let read: Both<One<Option<Redactable<String>>>, Map<Value>> = decoded(&redacted(["x"]));
            Ok(Self(read.one.x, Option::deserialize(deserializer)?))
        }
    }

    struct Panics;

    impl<'de> Deserialize<'de> for Panics {
        fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
            panic!("a fault of the caller's type")
        }
    }

    let read = decoded::<Flat<Map<Nested>>>(&redacted(["x", "y"])).inner;
    assert_eq!(read["y"], Nested(Some(Redacted), None));
    assert_eq!(read["user_id"], Nested(Some(Redacted), Some("u".to_owned())));
}

#[test]
fn decoding_works_while_a_thread_ends() {
    struct AtTheEnd;

    impl Drop for AtTheEnd {
        fn drop(&mut self) {
            assert_eq!(decoded::<One<Option<String>>>(&redacted(["x"])).x, None);
            assert_eq!(decoded::<One<Redactable<String>>>(&redacted(["x"])).x, Redacted);
            assert_eq!(decode::<One<String>>(&redacted(["x"])).unwrap_err().code(), "redacted");
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

/// A type that accepts any value of serde, as those of other formats do.
#[derive(Debug, PartialEq)]
enum Any {
    Nothing,
    Text,
    Bytes,
}

impl<'de> Deserialize<'de> for Any {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Anything;

        impl serde::de::Visitor<'_> for Anything {
            type Value = Any;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("anything")
            }

            fn visit_none<E>(self) -> Result<Any, E> {
                Ok(Any::Nothing)
            }

            fn visit_str<E>(self, _: &str) -> Result<Any, E> {
                Ok(Any::Text)
            }

            fn visit_bytes<E>(self, _: &[u8]) -> Result<Any, E> {
                Ok(Any::Bytes)
            }
        }

        deserializer.deserialize_any(Anything)
    }
}

#[test]
fn a_type_that_accepts_any_value_receives_none() {
    let members = &redacted(["a", "x"]);
    let expected = [("a", Any::Nothing), ("user_id", Any::Text), ("x", Any::Nothing)];
    let expected: Map<Any> = expected.map(|(name, value)| (name.to_owned(), value)).into();
    assert_eq!(decoded::<Map<Any>>(members), expected);
    assert_eq!(decoded::<Flat<Map<Any>>>(members).inner, expected);
    assert_eq!(decoded::<Map<Option<Any>>>(members)["x"], None);
    let read: Both<One<Redactable<String>>, Map<Any>> = decoded(members);
    assert_eq!((read.one.x, &read.other["a"]), (Redacted, &Any::Nothing));
    let read: Flat<Map<Value>> = decoded(&format!(r#"{members},"y":{{"a":[1]}}"#));
    assert_eq!(json!(read.inner), json!({"a": null, "user_id": "u", "x": null, "y": {"a": [1]}}));
}

#[test]
fn out_of_a_buffer_the_rules_of_the_reader_hold_too() {
    type Buffered<T> = Both<One<Redactable<T>>, Map<Value>>;
    let has_arbitrary_precision = "1e400".parse::<serde_json::Number>().is_ok();
    let number = r#"{"x":{"$serde_json::private::Number":"7"}}"#;
    for text in [
        r#"{"x":[{"$serde_json::private::RawValue":"7"}]}"#,
        r#"{"x":[{"a":1,"\u0024serde_json::private::Number":"7"}]}"#,
        r#"{"x":{"$serde_json::private::x":"7"}}"#,
    ] {
        assert!(serde_json::from_str::<Buffered<Value>>(text).is_err(), "{text}");
    }
    assert!(serde_json::from_str::<One<Redactable<Value>>>(number).is_err());
    assert_eq!(serde_json::from_str::<Buffered<Value>>(number).is_ok(), has_arbitrary_precision);
    assert!(serde_json::from_str::<Buffered<f64>>(r#"{"x":1e400}"#).is_err());
    let read: Buffered<Value> =
        serde_json::from_str(r#"{"x":[1.5,-7,18446744073709551615,null,"é\n"]}"#).unwrap();
    assert_eq!(read.one.x, Visible(json!([1.5, -7, u64::MAX, null, "é\n"])));
}
