//! Redacted fields behind `flatten` and in enums, where serde keeps fields in a buffer and several types may want the same one.

mod support;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::{self, Formatter};

use rownd_webhooks::testing::samples;
use rownd_webhooks::{DecodeError, Redactable};
use serde::de::value::CharDeserializer;
use serde::de::{DeserializeOwned, Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use support::update_body;

use Redactable::{Redacted, Visible};

const SENTINEL: &str = r#""<<REDACTED>>""#;

/// A profile of these fields, all hidden.
fn hidden(names: &[&str]) -> String {
    let fields: Vec<String> = names.iter().map(|name| format!(r#""{name}":{SENTINEL}"#)).collect();
    update_body(&fields.join(","), "")
}

fn decode<T: DeserializeOwned>(body: &str) -> Result<T, DecodeError> {
    support::payload(body).decode()
}

fn decoded<T: DeserializeOwned>(body: &str) -> T {
    decode(body).unwrap_or_else(|error| panic!("{error} ({:?}): {body}", error.detail()))
}

#[derive(Deserialize, Debug, PartialEq)]
struct Rest<T> {
    #[serde(flatten)]
    rest: BTreeMap<String, T>,
}

#[derive(Deserialize, Debug, PartialEq)]
struct Both<A, B> {
    #[serde(flatten)]
    one: A,
    #[serde(flatten)]
    other: B,
}

#[derive(Deserialize, Debug, PartialEq)]
struct Country<T> {
    country: T,
}

/// What a plain type does not know of a field, a `Redactable` beside it still does.
#[test]
fn a_plain_type_does_not_spoil_a_field_for_a_redactable() {
    type All<T> = BTreeMap<String, T>;
    let body = samples::VISIBILITY_UPDATE;

    let read: Both<All<Redactable<Value>>, Country<Option<String>>> = decoded(body);
    assert_eq!((&read.one["country"], read.other.country), (&Redacted, None));
    let read: Both<All<Redactable<Option<String>>>, Country<Option<String>>> = decoded(body);
    assert_eq!((&read.one["country"], read.other.country), (&Redacted, None));
    let read: Both<All<Value>, Country<Redactable<Option<u8>>>> = decoded(body);
    assert_eq!((&read.one["country"], read.other.country), (&Value::Null, Redacted));
    let read: Both<All<Option<Value>>, Country<Redactable<String>>> = decoded(body);
    assert_eq!((&read.one["country"], read.other.country), (&None, Redacted));
    let read: Both<Country<Option<String>>, All<Redactable<Value>>> = decoded(body);
    assert_eq!((read.one.country, read.other.get("country")), (None, None), "a struct takes its fields");
}

#[test]
fn a_map_of_what_is_left_does_not_spoil_the_fields_that_have_a_name() {
    #[derive(Deserialize, Debug, PartialEq)]
    struct Profile<T> {
        z: Option<Redactable<u8>>,
        #[serde(flatten)]
        country: Country<Option<Redactable<String>>>,
        #[serde(flatten)]
        rest: BTreeMap<String, T>,
    }
    let body = hidden(&["a", "b", "country", "x", "z"]);
    let read: Profile<Value> = decoded(&body);
    assert_eq!((read.z, read.country.country), (Some(Redacted), Some(Redacted)));
    assert_eq!(
        serde_json::json!(read.rest),
        serde_json::json!({"a": null, "b": null, "user_id": "u", "x": null})
    );
    let read: Profile<Option<String>> = decoded(&body);
    assert_eq!((read.z, read.country.country), (Some(Redacted), Some(Redacted)));
    assert_eq!(read.rest.values().flatten().collect::<Vec<_>>(), ["u"]);
}

#[test]
fn a_variant_that_is_plain_does_not_spoil_a_field_for_another() {
    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(untagged)]
    enum Either<T> {
        Some { x: Option<String>, y: Redactable<T> },
        Plain { y: String },
    }
    let body = hidden(&["x", "y"]);
    assert_eq!(decoded::<Either<Option<u8>>>(&body), Either::Some { x: None, y: Redacted });
    assert_eq!(decoded::<Either<u8>>(&body), Either::Some { x: None, y: Redacted });
}

/// A variant that refused a field, and was not chosen, is forgotten.
#[test]
fn a_variant_that_was_not_chosen_does_not_spoil_a_field_for_the_one_that_was() {
    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(untagged)]
    enum Either {
        Plain { x: u8 },
        Careful { x: Option<Redactable<u8>> },
    }
    assert_eq!(decoded::<Either>(&hidden(&["x"])), Either::Careful { x: Some(Redacted) });
}

/// Nulls of the body, beside redacted fields that stand as nothing in a buffer.
#[test]
fn null_stays_null() {
    #[derive(Deserialize, Debug, PartialEq)]
    struct Known {
        a: Redactable<Option<u8>>,
        b: Redactable<Option<u8>>,
        c: Option<u8>,
    }
    #[derive(Deserialize, Debug, PartialEq)]
    struct Flat {
        #[serde(flatten)]
        known: Known,
    }
    let body = update_body(&format!(r#""a":null,"b":{SENTINEL},"c":{SENTINEL}"#), "");
    assert_eq!(decoded::<Flat>(&body).known, Known { a: Visible(None), b: Redacted, c: None });
}

#[test]
fn a_group_that_may_be_absent_is_there_though_a_field_of_it_is_hidden() {
    #[derive(Deserialize, Debug, PartialEq)]
    struct Address {
        city: Option<String>,
        zip: Redactable<u32>,
    }
    #[derive(Deserialize, Debug, PartialEq)]
    struct Profile {
        #[serde(flatten)]
        address: Option<Address>,
    }
    let address = decoded::<Profile>(&hidden(&["city", "zip"])).address;
    assert_eq!(address, Some(Address { city: None, zip: Redacted }));
    assert_eq!(decoded::<Profile>(&hidden(&["other"])).address, None);
}

/// A type that is made of text and refuses anything else in its own words, as many do.
#[derive(Debug, PartialEq)]
struct Wordy;

impl<'de> Deserialize<'de> for Wordy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;

        impl Visitor<'_> for Words {
            type Value = Wordy;

            fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }

            fn visit_str<E>(self, _: &str) -> Result<Wordy, E> {
                Ok(Wordy)
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Wordy, E> {
                Err(E::custom(format!("{} bytes are none of my words", bytes.len())))
            }
        }

        deserializer.deserialize_str(Words)
    }
}

#[test]
fn a_type_that_refuses_in_its_own_words_is_none_too() {
    #[derive(Deserialize, Debug, PartialEq)]
    struct Known {
        x: Option<Wordy>,
        y: Option<Redactable<Wordy>>,
        z: Redactable<Wordy>,
    }
    #[derive(Deserialize, Debug, PartialEq)]
    struct Flat<T> {
        #[serde(flatten)]
        known: T,
    }
    #[derive(Deserialize, Debug, PartialEq)]
    struct CarefulFirst {
        a: Redactable<u8>,
        b: Option<Wordy>,
        c: Option<Redactable<u8>>,
    }
    let known = decoded::<Flat<Known>>(&hidden(&["x", "y", "z"])).known;
    assert_eq!(known, Known { x: None, y: Some(Redacted), z: Redacted });
    let visible = update_body(r#""x":"a","y":"b","z":"c""#, "");
    let known = decoded::<Flat<Known>>(&visible).known;
    assert_eq!(known, Known { x: Some(Wordy), y: Some(Visible(Wordy)), z: Visible(Wordy) });

    let known = decoded::<Flat<CarefulFirst>>(&hidden(&["a", "b", "c"])).known;
    assert_eq!(known, CarefulFirst { a: Redacted, b: None, c: Some(Redacted) });

    let rest = decoded::<Rest<Option<Wordy>>>(&hidden(&["x", "y", "z"])).rest;
    assert_eq!(rest.values().flatten().count(), 1, "the user id");
    let error = decode::<Flat<Country<Wordy>>>(samples::VISIBILITY_UPDATE).unwrap_err();
    assert_eq!((error.code(), error.field()), ("redacted", Some("country")));
}

macro_rules! many {
    ($($plain:ident $careful:ident)*) => {
        #[derive(Deserialize, Debug, PartialEq)]
        struct Many {
            $($plain: Option<u8>, $careful: Option<Redactable<u8>>,)*
        }

        impl Many {
            const NAMES: &[&str] = &[$(stringify!($plain), stringify!($careful)),*];
            const HIDDEN: Self = Self { $($plain: None, $careful: Some(Redacted),)* };
        }
    };
}

many!(aa ab ac ad ae af ag ah ai aj ak al am an ao ap aq ar at au av aw ax ay az ba bb bc bd be bf bg bh bi);

/// Each of many fields keeps its own state, next to one that is refused.
#[test]
fn a_struct_of_many_fields_knows_the_state_of_each() {
    let (body, expected) = (hidden(Many::NAMES), Many::HIDDEN);
    assert_eq!(decoded::<Many>(&body), expected);
    let read: Both<Many, BTreeMap<String, Value>> = decoded(&body);
    assert_eq!(read.one, expected);
    assert_eq!(read.other.len(), 1);
    let read: Both<Many, BTreeMap<String, Redactable<Value>>> = decoded(&body);
    assert_eq!(read.one, expected);
}

thread_local! {
    static READ: Cell<usize> = const { Cell::new(0) };
}

/// Anything, and how often it was read.
#[derive(Debug)]
struct Counted;

impl<'de> Deserialize<'de> for Counted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        READ.set(READ.get() + 1);
        Value::deserialize(deserializer).map(|_| Self)
    }
}

/// However many fields are hidden, decoding begins again a few times only: there is no limit to it, and no long time.
#[test]
fn a_map_is_read_a_few_times_however_many_of_its_fields_are_hidden() {
    #[derive(Deserialize)]
    struct Profile<T> {
        aaa: Counted,
        #[serde(flatten)]
        rest: BTreeMap<String, T>,
    }
    fn times<T: DeserializeOwned>(count: usize) -> usize {
        let fields: Vec<String> = (0..count).map(|index| format!(r#""f{index}":{SENTINEL}"#)).collect();
        let body = update_body(&format!(r#""aaa":"x",{}"#, fields.join(",")), "");
        READ.set(0);
        let Profile { aaa: Counted, rest } = decoded::<Profile<T>>(&body);
        assert_eq!(rest.len(), count + 1);
        READ.get()
    }
    for count in [1, 2, 100, 9_000] {
        assert_eq!(times::<Redactable<String>>(count), 1, "{count}");
        assert_eq!(times::<Option<Redactable<Value>>>(count), 1, "{count}");
        for times in [
            times::<Value>(count),
            times::<Option<Value>>(count),
            times::<Option<String>>(count),
            times::<Option<Wordy>>(count),
        ] {
            assert!(times <= 4, "{count}: {times} times");
        }
    }
}

/// Who asks for the field itself gets its error at once.
#[test]
fn a_field_that_is_named_in_the_error_is_read_once() {
    #[derive(Deserialize, Debug)]
    struct Profile<T> {
        #[allow(dead_code, reason = "read only")]
        aaa: Counted,
        #[allow(dead_code, reason = "never there")]
        x: T,
        #[serde(flatten)]
        #[allow(dead_code, reason = "never there")]
        rest: BTreeMap<String, Value>,
    }
    for (x, code) in [("7", "wrong_type"), (SENTINEL, "redacted")] {
        let body = update_body(&format!(r#""aaa":1,"b":{SENTINEL},"x":{x}"#), "");
        READ.set(0);
        let error = decode::<Profile<String>>(&body).unwrap_err();
        assert_eq!((error.code(), error.field(), READ.get()), (code, Some("x"), 1));
    }
}

/// A map whose names are not any text: what no struct wants, it does not want either.
#[test]
fn a_map_with_names_of_its_own_is_read() {
    #[derive(Deserialize, Debug, PartialEq, Eq, PartialOrd, Ord)]
    #[serde(try_from = "String")]
    struct Name(String);
    impl TryFrom<String> for Name {
        type Error = &'static str;
        fn try_from(name: String) -> Result<Self, Self::Error> {
            if name.contains('<') { Err("no name") } else { Ok(Self(name)) }
        }
    }
    #[derive(Deserialize)]
    struct Named<T> {
        user_id: Counted,
        #[serde(flatten)]
        rest: BTreeMap<Name, T>,
    }
    for count in [1, 63, 64, 65, 500] {
        let names: Vec<String> = (0..count).map(|index| format!("f{index}")).collect();
        let body = hidden(&names.iter().map(String::as_str).collect::<Vec<_>>());
        READ.set(0);
        let Named { user_id: Counted, rest } = decoded::<Named<Option<String>>>(&body);
        assert_eq!((rest.len(), rest.values().flatten().count()), (count, 0), "{count}");
        assert!(READ.get() < 150, "{count}: {} times", READ.get());
        let told = decoded::<Named<Redactable<String>>>(&body).rest;
        assert_eq!(told.values().filter(|field| field.is_redacted()).count(), count);
    }
}

/// A map that knows its fields to be hidden, in a variant that fails, and a plain one in the next.
#[test]
fn a_map_that_understood_and_failed_does_not_hold_up_the_next() {
    #[derive(Deserialize, Debug)]
    #[serde(untagged)]
    enum Either {
        Careful {
            #[serde(flatten)]
            #[allow(dead_code, reason = "never there")]
            rest: BTreeMap<String, Redactable<Value>>,
            #[serde(flatten)]
            #[allow(dead_code, reason = "never there")]
            needed: Country<u8>,
        },
        Plain {
            first: Redactable<Counted>,
            #[serde(flatten)]
            rest: BTreeMap<String, Value>,
        },
    }
    let fields: Vec<String> = (0..200).map(|index| format!(r#""f{index}":{SENTINEL}"#)).collect();
    let body = update_body(&format!(r#""first":"x",{}"#, fields.join(",")), "");
    READ.set(0);
    let Either::Plain { first, rest } = decoded::<Either>(&body) else { panic!("a country") };
    assert!(first.is_visible());
    assert_eq!(rest.values().filter(|value| value.is_null()).count(), 200);
    assert!(READ.get() <= 4, "{}", READ.get());
}

/// Decoding inside of decoding, as a type may do: neither sees the other's fields.
#[test]
fn decoding_may_be_nested() {
    #[derive(Debug, PartialEq)]
    struct Nested(Option<Redactable<String>>, Option<String>);

    impl<'de> Deserialize<'de> for Nested {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let read: Both<Country<Option<Redactable<String>>>, Rest<Value>> =
                decode(samples::VISIBILITY_UPDATE).map_err(Error::custom)?;
            let plain: Rest<Option<String>> = decode(&hidden(&["a", "b"])).map_err(Error::custom)?;
            assert_eq!(plain.rest.values().flatten().count(), 1);
            let own = Option::<String>::deserialize(deserializer)?;
            Ok(Self(read.one.country, own))
        }
    }

    #[derive(Deserialize, Debug, PartialEq)]
    struct Flat {
        #[serde(flatten)]
        nested: BTreeMap<String, Nested>,
    }
    let read = decoded::<Flat>(&hidden(&["x", "y"])).nested;
    assert_eq!(read["x"], Nested(Some(Redacted), None));
    assert_eq!(read["y"], Nested(Some(Redacted), None));
    assert_eq!(read["user_id"], Nested(Some(Redacted), Some("u".to_owned())));
}

/// A map that wants its fields in clear, or what comes behind one that does not: which field it was, is not known.
#[test]
fn where_it_is_not_known_which_field_is_redacted_none_is_named() {
    type Options = BTreeMap<String, Option<String>>;
    let body = hidden(&["a", "country"]);
    for error in [
        decode::<Rest<String>>(&body).unwrap_err(),
        decode::<Both<Options, Country<String>>>(&body).unwrap_err(),
        decode::<Both<BTreeMap<String, Value>, Country<Wordy>>>(&body).unwrap_err(),
    ] {
        assert_eq!((error.code(), error.field()), ("redacted", None));
        assert_eq!((error.to_string(), error.detail()), ("a value is redacted".to_owned(), None));
    }
    let error = decode::<Both<Country<String>, Options>>(&body).unwrap_err();
    assert_eq!((error.code(), error.field()), ("redacted", Some("country")));
}

/// A type that takes one character, and shows in its error which other one it was.
#[derive(Debug, PartialEq)]
struct Letter;

impl<'de> Deserialize<'de> for Letter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        READ.set(READ.get() + 1);
        match char::deserialize(deserializer)? {
            'x' => Ok(Self),
            other => Err(Error::invalid_value(Unexpected::Char(other), &"the letter x")),
        }
    }
}

/// A type that reads a character of its own making, while fields are decoded.
#[test]
fn a_character_of_somebody_else_is_no_mark() {
    #[derive(Debug, PartialEq)]
    struct Own(Redactable<char>);

    impl<'de> Deserialize<'de> for Own {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            u8::deserialize(deserializer)?;
            Redactable::deserialize(CharDeserializer::new('\u{F0000}')).map(Self)
        }
    }

    let body = update_body(&format!(r#""a":{SENTINEL},"country":7"#), "");
    assert_eq!(decoded::<Country<Own>>(&body).country, Own(Visible('\u{F0000}')));
}

/// Texts that look like what stands for a redacted field inside.
#[test]
fn no_text_is_taken_for_a_mark() {
    #[derive(Deserialize, Debug)]
    struct Flat<T> {
        #[serde(flatten)]
        country: Country<T>,
    }
    for text in ["\u{F0000}", "\u{F0001}", "\u{10FFFF}"] {
        let body = update_body(&format!(r#""country":"{text}","a":{SENTINEL}"#), "");
        let read = decoded::<Flat<Redactable<char>>>(&body);
        assert_eq!(read.country.country.visible().copied(), text.chars().next());
        assert_eq!(decode::<Flat<Wordy>>(&body).unwrap().country.country, Wordy);
        let error = decode::<Flat<u8>>(&body).unwrap_err();
        assert_eq!((error.code(), error.field()), ("wrong_type", None));
        READ.set(0);
        let error = decode::<Flat<Letter>>(&body).unwrap_err();
        assert_eq!((error.code(), error.field()), ("wrong_type", None));
        assert!(READ.get() <= 4, "{text:?}: {} times", READ.get());
    }
    let body = update_body(&format!(r#""<<REDACTED>>":{SENTINEL},"country":{SENTINEL}"#), "");
    let read = decoded::<Rest<Redactable<String>>>(&body).rest;
    assert_eq!((&read["<<REDACTED>>"], &read["country"]), (&Redacted, &Redacted));
    let read = decoded::<Rest<Option<String>>>(&body).rest;
    assert_eq!(read.values().flatten().count(), 1);
}

/// serde_json takes no struct with a member twice; out of a buffer it is not the last one that counts either.
#[test]
fn a_member_that_is_named_twice_is_refused_out_of_a_buffer_too() {
    type Flat = Both<Country<Redactable<Country<u8>>>, Rest<Value>>;
    let body = update_body(r#""country":{"country":1,"c\u006funtry":2}"#, "");
    assert!(decode::<Country<Redactable<Country<u8>>>>(&body).is_err());
    assert!(decode::<Flat>(&body).is_err());
    let text = r#"{"country":{"country":1,"country":2}}"#;
    let message = serde_json::from_str::<Flat>(text).unwrap_err().to_string();
    assert!(message.contains("object"), "{message}");
}

/// What a tree cannot hold is refused, whatever other crates make serde_json read.
#[test]
fn a_number_that_is_out_of_range_is_refused_out_of_a_buffer_too() {
    for number in ["1e400", "-1e400", "123456789e12345678"] {
        let text = format!(r#"{{"country":{number}}}"#);
        assert!(serde_json::from_str::<Country<Redactable<f64>>>(&text).is_err(), "{number}");
        let read = serde_json::from_str::<Both<Country<Redactable<f64>>, Rest<Value>>>(&text);
        assert!(read.is_err(), "{number}: {read:?}");
        let body = update_body(&format!(r#""country":{number}"#), "");
        let read = decode::<Both<Country<Redactable<f64>>, Rest<Redactable<Value>>>>(&body);
        assert!(read.is_err(), "{number}: {read:?}");
    }
}

/// Content of an adjacently tagged enum is read by a seed, which works once.
#[test]
fn hidden_content_behind_its_tag_is_read_like_any_field() {
    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(tag = "kind", content = "value")]
    enum Choice<T> {
        V(T),
    }
    #[derive(Deserialize, Debug, PartialEq)]
    struct Profile<T, U> {
        #[serde(flatten)]
        choice: Choice<T>,
        country: U,
    }
    let body = update_body(&format!(r#""kind":"V","value":{SENTINEL}"#), "");
    assert_eq!(decoded::<Choice<Option<String>>>(&body), Choice::V(None));
    assert_eq!(decoded::<Choice<Option<Country<u8>>>>(&body), Choice::V(None));
    assert_eq!(decoded::<Choice<Redactable<String>>>(&body), Choice::V(Redacted));
    assert_eq!(decoded::<Choice<Option<Redactable<String>>>>(&body), Choice::V(Some(Redacted)));
    assert_eq!(decoded::<Choice<Redactable<Option<String>>>>(&body), Choice::V(Redacted));
    let error = decode::<Choice<String>>(&body).unwrap_err();
    assert_eq!((error.code(), error.field()), ("redacted", Some("value")));

    let body = update_body(&format!(r#""country":{SENTINEL},"kind":"V","value":{SENTINEL}"#), "");
    let read: Profile<Option<String>, Redactable<String>> = decoded(&body);
    assert_eq!(read, Profile { choice: Choice::V(None), country: Redacted });
    let read: Profile<Redactable<String>, Option<String>> = decoded(&body);
    assert_eq!(read, Profile { choice: Choice::V(Redacted), country: None });
}

/// A profile of a field that may be hidden, and one that is plain.
#[derive(Deserialize, Debug, PartialEq)]
struct Person<T> {
    country: T,
    nickname: Option<String>,
}

/// Each variant refuses other fields: those of the one that fits are what counts.
#[test]
fn a_variant_is_not_spoiled_by_what_others_refuse() {
    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(untagged)]
    enum Before<B, T> {
        Other(B),
        Person(Person<T>),
    }
    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(untagged)]
    enum Behind<T, B> {
        Person(Person<T>),
        Other(B),
    }
    type Careful = Option<Redactable<String>>;
    type All<T> = BTreeMap<String, T>;

    let body = hidden(&["country", "nickname"]);
    let known = || Person { country: Some(Redacted), nickname: None };
    assert_eq!(decoded::<Behind<Careful, Value>>(&body), Behind::Person(known()));
    assert_eq!(decoded::<Behind<Careful, All<Value>>>(&body), Behind::Person(known()));
    assert_eq!(decoded::<Behind<Careful, Country<Option<String>>>>(&body), Behind::Person(known()));
    assert_eq!(decoded::<Before<All<String>, Careful>>(&body), Before::Person(known()));
    assert_eq!(decoded::<Before<Country<String>, Careful>>(&body), Before::Person(known()));
    let read: Both<Behind<Careful, Value>, Rest<Redactable<Value>>> = decoded(&body);
    assert_eq!((read.one, &read.other.rest["nickname"]), (Behind::Person(known()), &Redacted));
}

/// Here a later variant understands what the first one refuses, and fails for another reason.
#[test]
fn a_variant_that_understood_and_failed_does_not_hold_up_the_one_before() {
    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(untagged)]
    enum Either {
        Plain { user_id: String, nickname: Option<String> },
        Careful { nickname: Redactable<String>, vat: String },
    }
    let read = decoded::<Either>(&hidden(&["nickname"]));
    assert_eq!(read, Either::Plain { user_id: "u".to_owned(), nickname: None });
}

/// What a `Redactable` does not know of is none to who takes anything, and never what stands for it inside.
#[test]
fn who_takes_anything_gets_nothing() {
    #[derive(Debug, PartialEq)]
    enum Any {
        Nothing,
        Text(String),
        Bytes(Vec<u8>),
    }

    impl<'de> Deserialize<'de> for Any {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Anything;

            impl Visitor<'_> for Anything {
                type Value = Any;

                fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
                    f.write_str("anything")
                }

                fn visit_none<E>(self) -> Result<Any, E> {
                    Ok(Any::Nothing)
                }

                fn visit_str<E>(self, text: &str) -> Result<Any, E> {
                    Ok(Any::Text(text.to_owned()))
                }

                fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Any, E> {
                    Ok(Any::Bytes(bytes.to_vec()))
                }
            }

            deserializer.deserialize_any(Anything)
        }
    }

    let body = hidden(&["a", "country"]);
    let expected = || {
        let fields = [("a", Any::Nothing), ("country", Any::Nothing), ("user_id", Any::Text("u".to_owned()))];
        BTreeMap::from(fields.map(|(name, field)| (name.to_owned(), field)))
    };
    assert_eq!(decoded::<BTreeMap<String, Any>>(&body), expected());
    assert_eq!(decoded::<Rest<Any>>(&body).rest, expected());
    assert_eq!(decoded::<Country<Any>>(&body).country, Any::Nothing);
    assert_eq!(decoded::<BTreeMap<String, Option<Any>>>(&body)["country"], None);
    let read: Both<Country<Redactable<String>>, Rest<Any>> = decoded(&body);
    assert_eq!((read.one.country, &read.other.rest["a"]), (Redacted, &Any::Nothing));
    let error = decode::<Rest<Blob>>(&body).unwrap_err();
    assert_eq!((error.code(), error.field()), ("redacted", None));
}

/// A type of raw bytes, and nothing else.
#[derive(Debug)]
struct Blob;

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = Blob;

            fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_str<E>(self, _: &str) -> Result<Blob, E> {
                Ok(Blob)
            }

            fn visit_bytes<E>(self, _: &[u8]) -> Result<Blob, E> {
                Ok(Blob)
            }
        }

        deserializer.deserialize_byte_buf(Bytes)
    }
}

/// A type that looks into whatever text or bytes it is given, as those of identifiers do.
#[test]
fn a_type_that_refuses_every_stand_in_in_its_own_words_is_none_too() {
    #[derive(Debug, PartialEq)]
    struct Id(u64);

    impl<'de> Deserialize<'de> for Id {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Hex;

            impl Visitor<'_> for Hex {
                type Value = Id;

                fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
                    f.write_str("an identifier")
                }

                fn visit_str<E: Error>(self, text: &str) -> Result<Id, E> {
                    u64::from_str_radix(text, 16).map(Id).map_err(|_| E::custom("no identifier"))
                }

                fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Id, E> {
                    bytes.try_into().map(u64::from_le_bytes).map(Id).map_err(|_| E::custom("no identifier"))
                }
            }

            deserializer.deserialize_any(Hex)
        }
    }

    #[derive(Deserialize, Debug, PartialEq)]
    struct Known {
        a: Redactable<Id>,
        b: Option<Id>,
        c: Redactable<Id>,
    }
    type Flat<T> = Both<T, Country<Option<u8>>>;
    let body = hidden(&["a", "b", "c", "country"]);
    assert_eq!(decoded::<Flat<Known>>(&body).one, Known { a: Redacted, b: None, c: Redacted });
    let visible = update_body(r#""a":"ff","b":"1","c":"0","country":null"#, "");
    let read = decoded::<Flat<Known>>(&visible).one;
    assert_eq!(read, Known { a: Visible(Id(255)), b: Some(Id(1)), c: Visible(Id(0)) });
    assert_eq!(decoded::<Rest<Option<Id>>>(&hidden(&["a", "b"]).replace("\"u\"", "\"f\"")).rest.len(), 3);
    let error = decode::<Both<Country<Id>, Rest<Redactable<Value>>>>(&body).unwrap_err();
    assert_eq!(error.code(), "redacted");
}

/// Behind a buffer an object cannot be told from a number where serde_json makes the one of the other. Elsewhere it can.
#[test]
fn a_reserved_name_is_no_number_unless_serde_json_makes_it_one() {
    type Flat<T> = Both<Country<Redactable<T>>, Rest<Redactable<Value>>>;
    let makes_numbers_objects = "1e400".parse::<serde_json::Number>().is_ok();
    for (name, is_number) in [
        ("$serde_json::private::Number", makes_numbers_objects),
        ("\\u0024serde_json::private::Number", makes_numbers_objects),
        ("$serde_json::private::x::Number", false),
        ("$serde_json::private::RawValue", false),
    ] {
        for value in [format!(r#"{{"{name}":"7"}}"#), format!(r#"[{{"{name}":"7"}}]"#)] {
            let text = format!(r#"{{"country":{value}}}"#);
            assert!(serde_json::from_str::<Country<Redactable<Value>>>(&text).is_err(), "{text}");
            assert_eq!(serde_json::from_str::<Flat<Value>>(&text).is_ok(), is_number, "{text}");
        }
    }
}

/// A type may decode while its thread ends, when what this crate keeps there is gone: that a field is hidden is not lost.
#[test]
fn decoding_while_a_thread_ends_does_not_panic() {
    struct AtTheEnd;

    impl Drop for AtTheEnd {
        fn drop(&mut self) {
            let body = update_body(r#""country":"x","nickname":"y""#, "");
            assert_eq!(decoded::<Person<Redactable<String>>>(&body).nickname.as_deref(), Some("y"));
            assert_eq!(decoded::<Country<Option<String>>>(&hidden(&["country"])).country, None);
            let error = decode::<Country<Redactable<String>>>(&hidden(&["country"])).unwrap_err();
            assert_eq!((error.code(), error.field()), ("redacted", Some("country")));
        }
    }

    thread_local! {
        static FIRST: AtTheEnd = const { AtTheEnd };
    }

    std::thread::spawn(|| {
        FIRST.with(|_| ());
        let _: Rest<Option<String>> = decoded(&hidden(&["country"]));
    })
    .join()
    .unwrap();
}
