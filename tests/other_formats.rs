//! Deserializers that are not serde_json's: a payload refuses them and says so, `Redactable` reads them.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use rownd_webhooks::testing::samples;
use rownd_webhooks::{Payload, Redactable};
use serde::de::value::{
    BoolDeserializer, BorrowedStrDeserializer, BytesDeserializer, CharDeserializer, Error as SerdeError,
    F64Deserializer, I64Deserializer, I128Deserializer, MapAccessDeserializer, MapDeserializer,
    SeqDeserializer, StrDeserializer, StringDeserializer, U64Deserializer, U128Deserializer,
    UnitDeserializer,
};
use serde::de::{Deserialize, Deserializer, IgnoredAny, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use Redactable::{Redacted, Visible};

const CANARY: &str = "canary";

/// Deserializers that are not serde_json's, with a value of each kind.
#[test]
fn other_formats_get_an_error_that_says_so_and_tells_no_value() {
    type Read<T> = Result<T, SerdeError>;
    let numbers = || SeqDeserializer::<_, SerdeError>::new([5_550_199_u32, 5_550_199].into_iter());
    let texts = || SeqDeserializer::<_, SerdeError>::new([CANARY, CANARY].into_iter());
    let members = || MapDeserializer::<_, SerdeError>::new([("data", CANARY), ("meta", CANARY)].into_iter());
    let by_number = || MapDeserializer::<_, SerdeError>::new([(5_550_199_u32, CANARY)].into_iter());
    let answers: Vec<(&str, Read<Payload<'_>>)> = vec![
        ("a string", Payload::deserialize(StrDeserializer::new(CANARY))),
        ("an owned string", Payload::deserialize(StringDeserializer::new(CANARY.to_owned()))),
        ("bytes", Payload::deserialize(BytesDeserializer::new(CANARY.as_bytes()))),
        ("true", Payload::deserialize(BoolDeserializer::new(true))),
        ("an unsigned number", Payload::deserialize(U64Deserializer::new(5_550_199))),
        ("a signed number", Payload::deserialize(I64Deserializer::new(-5_550_199))),
        ("a float", Payload::deserialize(F64Deserializer::new(5_550_199.5))),
        ("nothing", Payload::deserialize(UnitDeserializer::new())),
        ("a list of numbers", Payload::deserialize(numbers())),
        ("a list of strings", Payload::deserialize(texts())),
        ("a map", Payload::deserialize(members())),
        ("a map, as map access", Payload::deserialize(MapAccessDeserializer::new(members()))),
        ("a map by numbers", Payload::deserialize(by_number())),
        ("no members", {
            let none: BTreeMap<&str, &str> = BTreeMap::new();
            Payload::deserialize(MapDeserializer::new(none.into_iter()))
        }),
    ];
    for (format, answer) in answers {
        let message = answer.expect_err(format).to_string();
        assert!(message.contains("serde_json"), "{format}: {message}");
        assert!(!message.contains(CANARY) && !message.contains("5550199"), "{format}: {message}");
    }
}

/// A reader that streams tells no size either, as serde_json's does when it hands its text over.
#[test]
fn a_map_that_does_not_tell_its_size_is_not_taken_for_json_text() {
    let body = samples::DATA_UPDATE;
    for name in ["data", ""] {
        let members = [(name, body)].into_iter().filter(|_| true);
        let answer = Payload::deserialize(MapDeserializer::<_, SerdeError>::new(members));
        assert!(answer.is_err(), "the text behind `{name}` was read");
    }
}

#[test]
fn redactable_reads_other_formats_and_tells_no_value_of_them() {
    type Read<T> = Result<T, SerdeError>;
    let text: Read<Redactable<String>> = Redactable::deserialize(StrDeserializer::new("x"));
    assert_eq!(text.unwrap(), Visible("x".to_owned()));
    let hidden: Read<Redactable<u8>> = Redactable::deserialize(StrDeserializer::new("<<REDACTED>>"));
    assert_eq!(hidden.unwrap(), Redacted);
    let refused: Vec<Read<Redactable<u8>>> = vec![
        Redactable::deserialize(StrDeserializer::new(CANARY)),
        Redactable::deserialize(BytesDeserializer::new(CANARY.as_bytes())),
        Redactable::deserialize(I64Deserializer::new(-5_550_199)),
        Redactable::deserialize(U64Deserializer::new(5_550_199)),
        Redactable::deserialize(F64Deserializer::new(5_550_199.5)),
        Redactable::deserialize(SeqDeserializer::new([CANARY].into_iter())),
        Redactable::deserialize(MapDeserializer::new([(CANARY, CANARY)].into_iter())),
        Redactable::deserialize(MapDeserializer::new([(5_550_199_u32, CANARY)].into_iter())),
        Redactable::deserialize(I128Deserializer::new(-5_550_199)),
        Redactable::deserialize(U128Deserializer::new(5_550_199)),
        Redactable::deserialize(CharDeserializer::new('ß')),
    ];
    for answer in refused {
        let message = answer.unwrap_err().to_string();
        assert!(
            !message.contains(CANARY) && !message.contains("5550199") && !message.contains('ß'),
            "{message}"
        );
    }
}

/// A format that writes down that something is optional, or a newtype.
enum Marked<D> {
    Nothing,
    Some(D),
    Newtype(D),
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Marked<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        match self {
            Self::Nothing => visitor.visit_none(),
            Self::Some(inner) => visitor.visit_some(inner),
            Self::Newtype(inner) => visitor.visit_newtype_struct(inner),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, D: Deserializer<'de, Error = SerdeError>> IntoDeserializer<'de> for Marked<D> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

#[test]
fn redactable_reads_every_kind_of_value() {
    fn is<'de, T: Deserialize<'de> + PartialEq + std::fmt::Debug>(
        deserializer: impl Deserializer<'de, Error = SerdeError>,
        expected: Redactable<T>,
    ) {
        assert_eq!(Redactable::deserialize(deserializer), Ok(expected));
    }
    let text = StrDeserializer::<SerdeError>::new;
    is(BoolDeserializer::new(true), Visible(true));
    is(U64Deserializer::new(200), Visible(200_u8));
    is(I64Deserializer::new(-100), Visible(-100_i8));
    is(I128Deserializer::new(i128::MIN), Visible(i128::MIN));
    is(U128Deserializer::new(u128::MAX), Visible(u128::MAX));
    is(F64Deserializer::new(2.5), Visible(2.5));
    is(CharDeserializer::new('ß'), Visible('ß'));
    is(CharDeserializer::new('ß'), Visible("ß".to_owned()));
    is(StringDeserializer::new("x".to_owned()), Visible("x".to_owned()));
    is(BorrowedStrDeserializer::new("x"), Visible("x"));
    is(UnitDeserializer::new(), Visible(()));
    is(UnitDeserializer::new(), Visible(None::<u8>));
    is(SeqDeserializer::new([1_u32, 2].into_iter()), Visible(vec![1, 2]));
    is(
        SeqDeserializer::new([Marked::Some(F64Deserializer::new(1.5)), Marked::Nothing].into_iter()),
        Visible(vec![Some(1.5), None]),
    );
    is(SeqDeserializer::new([-1_i32, -2].into_iter()), Visible(vec![-1, -2]));
    is(SeqDeserializer::new([true].into_iter()), Visible(vec![true]));
    is(SeqDeserializer::new(["<<REDACTED>>"].into_iter()), Visible(vec!["<<REDACTED>>".to_owned()]));
    is(
        MapDeserializer::new([("a", Marked::Newtype(text("b"))), ("c", Marked::Nothing)].into_iter()),
        Visible(BTreeMap::from([("a".to_owned(), Some("b".to_owned())), ("c".to_owned(), None)])),
    );
    is(Marked::Some(text("x")), Visible("x".to_owned()));
    is(Marked::Some(text("<<REDACTED>>")), Redacted::<u8>);
    is(Marked::Newtype(text("<<REDACTED>>")), Redacted::<u8>);
    is(Marked::Newtype(Marked::Some(text("x"))), Visible("x".to_owned()));
    is(Marked::<StrDeserializer<'_, SerdeError>>::Nothing, Visible(None::<u8>));
    is(Marked::Newtype(Marked::<StrDeserializer<'_, SerdeError>>::Nothing), Visible(None::<u8>));
}

/// While fields are decoded, nothing may be a redacted field. A type of the caller's may panic then, and the thread go on.
#[test]
fn nothing_is_nothing_again_after_decoding() {
    #[derive(Debug)]
    struct Panics;

    impl<'de> Deserialize<'de> for Panics {
        fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
            panic!("a fault of the caller's")
        }
    }

    let nothing = || Marked::Newtype(Marked::<StrDeserializer<'_, SerdeError>>::Nothing);
    let is_null = || Redactable::<Option<u8>>::deserialize(nothing()) == Ok(Visible(None));
    let payload = rownd_webhooks::from_str(samples::VISIBILITY_UPDATE).unwrap();
    assert!(is_null());
    assert!(std::panic::catch_unwind(|| payload.decode::<Panics>()).is_err());
    assert!(is_null());
    assert!(payload.decode::<BTreeMap<String, Redactable<String>>>().is_ok());
    assert!(is_null());
}

#[test]
fn a_payload_refuses_what_is_marked() {
    let text = StrDeserializer::<SerdeError>::new;
    let none = Marked::<StrDeserializer<'_, SerdeError>>::Nothing;
    let answers = [
        Payload::deserialize(BorrowedStrDeserializer::new(CANARY)),
        Payload::deserialize(Marked::Some(text(CANARY))),
        Payload::deserialize(Marked::Newtype(text(CANARY))),
        Payload::deserialize(none),
    ];
    for answer in answers {
        let message = answer.unwrap_err().to_string();
        assert!(message.contains("serde_json") && !message.contains(CANARY), "{message}");
    }
}

/// serde's own text for a value that does not fit quotes it; ours says what was wanted.
#[test]
fn what_knows_no_values_is_told_what_was_wanted() {
    struct Enum;

    impl<'de> Deserializer<'de> for Enum {
        type Error = SerdeError;

        fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SerdeError> {
            visitor.visit_enum(BorrowedStrDeserializer::new(CANARY))
        }

        forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
            unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
        }
    }

    let message = Payload::deserialize(Enum).unwrap_err().to_string();
    assert!(message.contains("a webhook's payload") && !message.contains(CANARY), "{message}");
    for message in [
        Redactable::<u8>::deserialize(Enum).unwrap_err().to_string(),
        Redactable::<u8>::deserialize(Marked::Some(Enum)).unwrap_err().to_string(),
        Redactable::<Vec<u8>>::deserialize(Marked::Newtype(Enum)).unwrap_err().to_string(),
    ] {
        assert!(message.contains("the sentinel") && !message.contains(CANARY), "{message}");
    }
}

/// A type behind a visitor of the caller's own, which hands on the map that serde_json's reader shows.
#[derive(Debug)]
struct HandedOn<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for HandedOn<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct HandingOn<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for HandingOn<T> {
            type Value = HandedOn<T>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<HandedOn<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(HandedOn)
            }
        }

        deserializer.deserialize_map(HandingOn(PhantomData))
    }
}

/// serde_json names the text that it hands over like this. In a body it is a member that no body may have.
#[test]
fn text_behind_a_reserved_name_is_not_taken_for_json() {
    let delete = samples::DELETE.replace('"', "\\\"").replace('\n', " ");
    for text in ["]$", "}}}}[$", "[$]]]", "{]\\$", "", "7", "{}", "null", "\\\"x\\\"", &delete] {
        for name in ["$serde_json::private::RawValue", "$serde_json\\u003a:private::RawValue"] {
            let body = format!(r#"{{"{name}":"{text}"}}"#);
            let redactable = serde_json::from_str::<HandedOn<Redactable<serde_json::Value>>>(&body);
            assert!(redactable.is_err(), "{body}");
            let owned = serde_json::from_reader::<_, HandedOn<Redactable<IgnoredAny>>>(body.as_bytes());
            assert!(owned.is_err(), "{body}");
            assert!(serde_json::from_str::<HandedOn<Payload<'_>>>(&body).is_err(), "{body}");
        }
    }
}

#[test]
fn an_object_that_is_handed_on_is_read() {
    type Members = BTreeMap<String, Option<u8>>;
    for (body, expected) in [
        ("{}", vec![]),
        (r#"{"a":1}"#, vec![("a", Some(1))]),
        (r#"{"\u0061":1,"b":null, "c" : 3 }"#, vec![("a", Some(1)), ("b", None), ("c", Some(3))]),
    ] {
        let expected: Members = expected.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let read: HandedOn<Redactable<Members>> = serde_json::from_str(body).unwrap();
        assert_eq!(read.0, Visible(expected.clone()), "{body}");
        let read: HandedOn<Redactable<Members>> = serde_json::from_reader(body.as_bytes()).unwrap();
        assert_eq!(read.0, Visible(expected), "{body}");
    }
    for body in [r#"{"a":"7f3a"}"#, r#"{"a":1,"b":"7f3a"}"#, r#"{"a":1,"a":7}"#, r#"{"a":1,"b":}"#] {
        let message = serde_json::from_str::<HandedOn<Redactable<Members>>>(body).unwrap_err().to_string();
        assert!(!message.contains("7f3a"), "{body}: {message}");
    }
}
