//! The matrix of decoding: each type with a value, the sentinel, `null`, an absent field and wrong values, in each shape that a
//! caller may write around it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use rownd_webhooks::{DecodeError, Payload, Redactable};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Flat, One, SENTINEL};
use crate::support;
use Redactable::{Redacted, Visible};

#[derive(Deserialize)]
#[serde(tag = "kind")]
enum Tagged<T> {
    #[serde(rename = "k")]
    Kind { x: T },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Untagged<T> {
    Only { x: T },
}

#[derive(Deserialize)]
struct Newtypes<T>(One<Newtype<T>>);

#[derive(Deserialize)]
struct Newtype<T>(T);

/// What an error in a shape still reports: serde's buffers forget the name of the field, and untagged enums the error.
#[derive(Clone, Copy, PartialEq)]
enum Reports {
    FieldAndCode,
    Code,
    Nothing,
}

/// A shape around one field `x`.
trait Shape<T>: DeserializeOwned {
    const REPORTS: Reports;

    fn into_field(self) -> T;
}

macro_rules! shape {
    ($($shape:ty, $reports:ident, $pattern:pat => $field:expr;)*) => {
        $(impl<T: DeserializeOwned> Shape<T> for $shape {
            const REPORTS: Reports = Reports::$reports;

            fn into_field(self) -> T {
                let $pattern = self;
                $field
            }
        })*
    };
}

shape! {
    One<T>, FieldAndCode, One { x } => x;
    Newtypes<T>, FieldAndCode, Newtypes(One { x: Newtype(x) }) => x;
    Flat<One<T>>, Code, Flat { inner: One { x } } => x;
    Flat<Flat<One<T>>>, Code, Flat { inner: Flat { inner: One { x } } } => x;
    Tagged<T>, Code, Tagged::Kind { x } => x;
    Untagged<T>, Nothing, Untagged::Only { x } => x;
}

/// What a deserializer returns: a value, or the error's texts and, if this crate has decoded, its code and field.
type Outcome<T> = Result<T, (String, Option<(&'static str, Option<String>)>)>;

fn by_decode<T, S: Shape<T>>(decoded: Result<S, DecodeError>) -> Outcome<T> {
    decoded.map(S::into_field).map_err(|error| {
        (format!("{error} {error:?} {error:#?}"), Some((error.code(), error.field().map(str::to_owned))))
    })
}

fn by_serde<T, S: Shape<T>>(read: serde_json::Result<S>) -> Outcome<T> {
    read.map(S::into_field).map_err(|error| (format!("{error} {error:?}"), None))
}

/// The members of a profile whose field `x` is this JSON text, or absent.
fn members(x: Option<&str>) -> String {
    let x = x.map(|x| format!(r#","x": {x} "#)).unwrap_or_default();
    format!(r#""kind":"k"{x},"other":"o""#)
}

/// Through the payload, with the sentinel both listed as redacted and not.
fn decoded<T, S: Shape<T>>(x: Option<&str>) -> Vec<Outcome<T>> {
    let lists = if x == Some(SENTINEL) { &["", r#""x""#][..] } else { &[""] };
    let decode = |listed: &&str| {
        let body = support::update_body(&members(x), listed);
        let payload = rownd_webhooks::from_str(&body).unwrap();
        let owned: Payload<'static> = payload.clone().into_owned();
        [by_decode(payload.decode::<S>()), by_decode(owned.fields().decode::<S>())]
    };
    lists.iter().flat_map(decode).collect()
}

/// Through serde_json alone.
fn read<T, S: Shape<T>>(x: Option<&str>) -> Vec<Outcome<T>> {
    let body = format!("{{{}}}", members(x));
    let mut read = vec![
        by_serde(serde_json::from_str::<S>(&body)),
        by_serde(serde_json::from_reader::<_, S>(body.as_bytes())),
    ];
    if let Ok(tree) = serde_json::from_str::<Value>(&body) {
        read.extend([by_serde(S::deserialize(&tree)), by_serde(serde_json::from_value::<S>(tree))]);
    }
    read
}

fn in_every_way<T, S: Shape<T>>(x: Option<&str>) -> Vec<Outcome<T>> {
    decoded::<T, S>(x).into_iter().chain(read::<T, S>(x)).collect()
}

#[track_caller]
fn assert_all<T: Debug + PartialEq>(outcomes: Vec<Outcome<T>>, expected: &T) {
    for outcome in outcomes {
        assert_eq!(outcome.as_ref(), Ok(expected));
    }
}

/// What the wrong values of the matrix hold.
const SECRETS: [&str; 4] = ["7f3a", "8152347", "8152347.5", "true"];

#[track_caller]
fn assert_errors<T: Debug>(outcomes: Vec<Outcome<T>>, code: &str, reports: Reports) {
    for outcome in outcomes {
        let (text, reported) = outcome.unwrap_err();
        assert!(SECRETS.iter().all(|secret| !text.contains(secret)), "{text}");
        let Some((found, field)) = reported else { continue };
        assert!(found == code || reports == Reports::Nothing, "{found}: {text}");
        assert!(
            field.as_deref() == Some("x") || field.is_none() && reports != Reports::FieldAndCode,
            "{text}"
        );
    }
}

/// One row: a value as JSON and in Rust, what `null` and a redacted field are to the plain type, and what has the wrong type.
struct Row<'r, T> {
    value: (&'r str, T),
    null: Option<T>,
    redacted: Option<T>,
    wrong: &'r [&'r str],
}

impl<T: DeserializeOwned + Clone + Debug + PartialEq> Row<'_, T> {
    fn redactable<S: Shape<Redactable<T>>, O: Shape<Option<Redactable<T>>>>(&self) {
        let (json, value) = &self.value;
        assert_all(in_every_way::<_, S>(Some(json)), &Visible(value.clone()));
        for sentinel in [SENTINEL, r#""\u003c<REDACTE\u0044>>""#] {
            assert_all(in_every_way::<_, S>(Some(sentinel)), &Redacted);
            assert_all(in_every_way::<_, O>(Some(sentinel)), &Some(Redacted));
        }
        match &self.null {
            Some(null) => assert_all(in_every_way::<_, S>(Some("null")), &Visible(null.clone())),
            None => assert_errors(in_every_way::<_, S>(Some("null")), "wrong_type", S::REPORTS),
        }
        assert_errors(in_every_way::<_, S>(None), "missing_field", S::REPORTS);
        assert_all(in_every_way::<_, O>(Some(json)), &(*json != "null").then(|| Visible(value.clone())));
        assert_all(in_every_way::<_, O>(Some("null")), &None);
        assert_all(in_every_way::<_, O>(None), &None);
        for wrong in self.wrong {
            assert_errors(in_every_way::<_, S>(Some(wrong)), "wrong_type", S::REPORTS);
            assert_errors(in_every_way::<_, O>(Some(wrong)), "wrong_type", O::REPORTS);
        }
    }

    fn plain<S: Shape<T>, O: Shape<Option<T>>>(&self) {
        let (json, value) = &self.value;
        assert_all(decoded::<_, S>(Some(json)), value);
        assert_all(decoded::<_, O>(Some(json)), &(*json != "null").then(|| value.clone()));
        assert_all(decoded::<_, O>(Some("null")), &None);
        assert_all(decoded::<_, O>(None), &None);
        match &self.null {
            Some(null) => assert_all(decoded::<_, S>(Some("null")), null),
            None => assert_errors(decoded::<_, S>(Some("null")), "wrong_type", S::REPORTS),
        }
        if let Some(redacted) = &self.redacted {
            assert_all(decoded::<_, S>(Some(SENTINEL)), redacted);
        } else {
            assert_errors(decoded::<_, S>(Some(SENTINEL)), "redacted", S::REPORTS);
            assert_all(decoded::<_, O>(Some(SENTINEL)), &None);
        }
        for wrong in self.wrong {
            assert_errors(decoded::<_, S>(Some(wrong)), "wrong_type", S::REPORTS);
            assert_errors(decoded::<_, O>(Some(wrong)), "wrong_type", O::REPORTS);
        }
    }

    fn check(&self) {
        self.redactable::<One<_>, One<_>>();
        self.redactable::<Newtypes<_>, One<_>>();
        self.redactable::<Flat<One<_>>, Flat<One<_>>>();
        self.redactable::<Flat<Flat<One<_>>>, Flat<Flat<One<_>>>>();
        self.redactable::<Tagged<_>, Tagged<_>>();
        self.redactable::<Untagged<_>, Untagged<_>>();
        self.plain::<One<_>, One<_>>();
        self.plain::<Newtypes<_>, One<_>>();
    }
}

macro_rules! matrix {
    ($($name:ident: $T:ty = $json:literal => $value:expr, $(null => $null:expr,)? $(redacted => $redacted:expr,)?
        not $wrong:expr;)*) => {
        $(#[test]
        fn $name() {
            let (null, redacted): (&[$T], &[$T]) = (&[$($null)?], &[$($redacted)?]);
            let value: (&str, $T) = ($json, $value);
            let (null, redacted) = (null.first().cloned(), redacted.first().cloned());
            Row { value, null, redacted, wrong: &$wrong }.check();
        })*
    };
}

const NOT_A_NUMBER: [&str; 4] = [r#""x7f3a""#, r#""8152347""#, "true", r#"{"7f3a":[8152347]}"#];
const NOT_TEXT: [&str; 4] = ["-8152347.5", "true", r#"["x7f3a"]"#, r#"{"7f3a":8152347}"#];

fn and<'w>(more: &[&'w str], wrong: &[&'w str]) -> Vec<&'w str> {
    [more, wrong].concat()
}

matrix! {
    text: String = r#""a \u0041é😀\n""# => "a Aé😀\n".to_owned(), not NOT_TEXT;
    text_that_nearly_is_the_sentinel: String = r#""<<REDACTED>> ""# => "<<REDACTED>> ".to_owned(), not NOT_TEXT;
    copied_text: Cow<'static, str> = r#""a""# => "a".into(), not NOT_TEXT;
    int8: i8 = "-128" => i8::MIN, not and(&["8152347", "8152347.5"], &NOT_A_NUMBER);
    int64: i64 = "-9223372036854775808" => i64::MIN, not and(&["8152347000000.5"], &NOT_A_NUMBER);
    int128: i128 = "-9223372036854775808" => i64::MIN.into(), not and(&["8152347.5"], &NOT_A_NUMBER);
    uint64: u64 = "18446744073709551615" => u64::MAX, not and(&["-8152347"], &NOT_A_NUMBER);
    not_zero: std::num::NonZeroU8 = "1" => std::num::NonZeroU8::MIN, not and(&["0"], &NOT_A_NUMBER);
    float32: f32 = "1.5" => 1.5, not NOT_A_NUMBER;
    float64: f64 = "-1.5e3" => -1500.0, not NOT_A_NUMBER;
    float_of_an_integer: f64 = "3" => 3.0, not NOT_A_NUMBER;
    boolean: bool = "false" => false, not [r#""7f3a""#, r#""true""#, "8152347", r#"{"7f3a":1}"#];
    character: char = r#""😀""# => '😀', not and(&[r#""x7f3a""#], &NOT_TEXT);
    optional: Option<String> = r#""a""# => Some("a".to_owned()), null => None, redacted => None, not NOT_TEXT;
    boxed: Box<u8> = "3" => Box::new(3), not and(&["8152347"], &NOT_A_NUMBER);
    list: Vec<String> = r#"["a","<<REDACTED>>"]"# => vec!["a".to_owned(), "<<REDACTED>>".to_owned()],
        not [r#""7f3a""#, r#"["a",8152347]"#, r#"{"7f3a":"a"}"#];
    bytes: Vec<u8> = "[1,255]" => vec![1, 255], not [r#""7f3a""#, "[8152347]"];
    set: BTreeSet<i8> = "[2,1,2]" => BTreeSet::from([1, 2]), not [r#""7f3a""#, "[8152347]"];
    pair: (u8, String) = r#"[1,"a"]"# => (1, "a".to_owned()), not [r#""7f3a""#, r#"[1,"7f3a",3]"#, "[8152347]"];
    map: BTreeMap<String, u8> = r#"{"a":1,"b":2}"# => BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]),
        not [r#""7f3a""#, r#"["7f3a"]"#, r#"{"a":8152347}"#];
    map_of_integers: BTreeMap<i32, String> = r#"{"-7":"a"}"# => BTreeMap::from([(-7, "a".to_owned())]),
        not [r#""7f3a""#, r#"{"7f3a":"a"}"#, r#"{"7":8152347}"#];
    map_of_options: BTreeMap<String, Option<u8>> = r#"{"a":null}"# => BTreeMap::from([("a".to_owned(), None)]),
        not [r#"{"a":"7f3a"}"#];
    record: Address = r#"{"city":"Raleigh","zip":null}"# => Address { city: "Raleigh".to_owned(), zip: None },
        not [r#""7f3a""#, r#"{"city":8152347}"#, r#"{"city":"x","zip":"7f3a"}"#, r#"{"7f3a":1}"#];
    record_with_flatten: Flat<Address> = r#"{"city":"Raleigh","more":[1]}"#
        => Flat { inner: Address { city: "Raleigh".to_owned(), zip: None } }, not [r#""7f3a""#, r#"{"city":8152347}"#];
    unit: () = "null" => (), null => (), not [r#""7f3a""#, "8152347", "[]"];
    unit_struct: Nothing = "null" => Nothing, null => Nothing, not [r#""7f3a""#, "8152347"];
    newtype: Score = "7" => Score(7), not and(&["8152347"], &NOT_A_NUMBER);
    newtype_of_an_option: Nick = r#""a""# => Nick(Some("a".to_owned())), null => Nick(None), redacted => Nick(None),
        not NOT_TEXT;
    pair_struct: Point = "[1,2]" => Point(1, 2), not [r#""7f3a""#, "[8152347,1]", "[1]"];
    unit_variant: Plan = r#""g\u006fld""# => Plan::Gold, not [r#""7f3a""#, "8152347", r#"{"7f3a":null}"#];
    newtype_variant: Plan = r#"{"points":5}"# => Plan::Points(5), not [r#"{"points":8152347}"#, r#""points7f3a""#];
    tuple_variant: Plan = r#"{"range":[1,2]}"# => Plan::Range(1, 2), not [r#"{"range":["7f3a",1]}"#];
    struct_variant: Plan = r#"{"card":{"level":1}}"# => Plan::Card { level: 1 },
        not [r#"{"card":{"level":"7f3a"}}"#, r#"{"card":{"level":1},"points":8152347}"#];
    untagged_variant: Contact = r#""a""# => Contact::Text("a".to_owned()), not ["true", r#"["7f3a"]"#, "-8152347"];
    tagged_variant: Card = r#"{"t":"visa","digits":4}"# => Card::Visa { digits: 4 },
        not [r#"{"t":"7f3a"}"#, r#""visa7f3a""#, r#"{"t":"visa","digits":"7f3a"}"#];
    adjacent_variant: Adjacent = r#"{"c":4,"t":"Digits"}"# => Adjacent::Digits(4),
        not [r#"{"t":"7f3a","c":1}"#, r#"{"t":"Digits","c":"7f3a"}"#, r#""7f3a""#];
    date: NaiveDate = r#""2025-01-27""# => NaiveDate::from_ymd_opt(2025, 1, 27).unwrap(),
        not and(&[r#""x7f3a""#, r#""2025-02-30 7f3a""#], &NOT_TEXT);
    datetime: DateTime<Utc> = r#""2025-01-27T16:44:05.191Z""#
        => Utc.timestamp_millis_opt(1_737_996_245_191).unwrap(), not and(&[r#""x7f3a""#], &NOT_TEXT);
    uuid: uuid::Uuid = r#""00000000-0000-0000-0000-000000000000""# => uuid::Uuid::nil(), not and(&[r#""x7f3a""#], &NOT_TEXT);
    redactable: Redactable<String> = r#""a""# => Visible("a".to_owned()), redacted => Redacted, not NOT_TEXT;
    list_of_redactables: Vec<Option<Redactable<u8>>> = r#"[1,null,"<<REDACTED>>"]"#
        => vec![Some(Visible(1)), None, Some(Redacted)], not [r#""7f3a""#, "[8152347]"];
    record_of_redactables: Flat<One<Redactable<u8>>> = r#"{"x":"<<REDACTED>>"}"# => Flat { inner: One { x: Redacted } },
        not [r#""7f3a""#, r#"{"x":"7f3a"}"#];
    tree: Value = r#"{"a":["<<REDACTED>>",1.5,null]}"# => json!({"a": ["<<REDACTED>>", 1.5, null]}), null => Value::Null,
        not [];
    tree_of_a_number: Value = "18446744073709551615" => json!(u64::MAX), null => Value::Null, not [];
}

#[derive(Deserialize, Clone, Debug, PartialEq)]
struct Address {
    city: String,
    zip: Option<u32>,
}

#[derive(Deserialize, Clone, Debug, PartialEq)]
struct Nothing;

#[derive(Deserialize, Clone, Debug, PartialEq)]
struct Score(u8);

#[derive(Deserialize, Clone, Debug, PartialEq)]
struct Nick(Option<String>);

#[derive(Deserialize, Clone, Debug, PartialEq)]
struct Point(u8, u8);

#[derive(Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Plan {
    Gold,
    Points(u8),
    Range(u8, u8),
    Card { level: u8 },
}

#[derive(Deserialize, Clone, Debug, PartialEq)]
#[serde(untagged)]
enum Contact {
    Number(u64),
    Text(String),
}

#[derive(Deserialize, Clone, Debug, PartialEq)]
#[serde(tag = "t", rename_all = "lowercase")]
enum Card {
    Visa { digits: u8 },
}

#[derive(Deserialize, Clone, Debug, PartialEq)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Digits(u8),
}

/// serde's buffers hold 64 bits at most.
#[test]
fn integers_of_128_bits_are_exact_outside_of_buffers() {
    let max = u128::MAX.to_string();
    assert_all(decoded::<_, One<Redactable<u128>>>(Some(&max)), &Visible(u128::MAX));
    assert_all(decoded::<_, One<u128>>(Some(&max)), &u128::MAX);
    let read: One<Redactable<u128>> = serde_json::from_str(&format!(r#"{{"x":{max}}}"#)).unwrap();
    assert_eq!(read.x, Visible(u128::MAX));
    let fraction = Some("8152347000000.50000000000000000000000");
    assert_errors(decoded::<_, One<Redactable<i128>>>(fraction), "wrong_type", Reports::FieldAndCode);
}

#[test]
fn text_is_borrowed_where_possible() {
    let body = support::update_body(r#""x":"pl\u0061in""#, "");
    let payload = support::payload(&body);
    assert_eq!(payload.decode::<One<&str>>().unwrap().x, "plain");
    assert_eq!(payload.decode::<One<Redactable<&str>>>().unwrap().x, Visible("plain"));
    assert_eq!(payload.decode::<BTreeMap<&str, Redactable<&str>>>().unwrap()["x"], Visible("plain"));
    assert_eq!(serde_json::from_str::<One<Redactable<&str>>>(r#"{"x":"a"}"#).unwrap().x, Visible("a"));
    assert!(serde_json::from_str::<One<Redactable<&str>>>(r#"{"x":"\u0061"}"#).is_err());
}

#[test]
fn raw_json_is_read_unchanged() {
    use serde_json::value::RawValue;

    let body = support::update_body(r#""x": {"b" : 1e400},"y":"t\"","z":"<<REDACTED>>""#, "");
    let payload = support::payload(&body);
    let read: BTreeMap<String, Redactable<Box<RawValue>>> = payload.decode().unwrap();
    assert_eq!(read["x"].as_ref().into_visible().unwrap().get(), r#"{"b" : 1e400}"#);
    assert_eq!(read["y"].as_ref().into_visible().unwrap().get(), r#""t\"""#);
    assert!(read["z"].is_redacted());
    assert_eq!(payload.decode::<One<&RawValue>>().unwrap().x.get(), r#"{"b" : 1e400}"#);
    assert_eq!(payload.decode::<BTreeMap<String, &RawValue>>().unwrap_err().code(), "wrong_type");
}

/// What a payload may hold, every reader of it can read.
#[test]
fn the_deepest_value_is_decoded_in_every_shape() {
    let nested = |depth: usize| format!("{}7{}", "[".repeat(depth), "]".repeat(depth));
    let tree: Value = serde_json::from_str(&nested(125)).unwrap();
    assert_all(in_every_way::<_, One<Redactable<Value>>>(Some(&nested(125))), &Visible(tree.clone()));
    assert_all(in_every_way::<_, Flat<One<Redactable<Value>>>>(Some(&nested(125))), &Visible(tree));
    for depth in [128, 10_000] {
        let body = format!(r#"{{"x":{}}}"#, nested(depth));
        assert!(serde_json::from_str::<One<Redactable<Value>>>(&body).is_err(), "{depth}");
        assert!(serde_json::from_str::<Flat<One<Redactable<Value>>>>(&body).is_err(), "{depth}");
    }
}

#[test]
fn a_type_that_contains_itself_stays_within_the_depth_limit() {
    #[derive(Deserialize, Debug)]
    struct Tree {
        #[allow(dead_code, reason = "read only")]
        x: Option<Box<Redactable<Tree>>>,
    }
    let nested = |depth: usize| format!("{}null{}", r#"{"x":"#.repeat(depth), "}".repeat(depth));
    assert!(serde_json::from_str::<Redactable<Tree>>(&nested(100)).is_ok());
    for depth in [128, 1000, 100_000] {
        assert!(serde_json::from_str::<Redactable<Tree>>(&nested(depth)).is_err(), "{depth}");
        assert!(serde_json::from_reader::<_, Redactable<Tree>>(nested(depth).as_bytes()).is_err(), "{depth}");
    }
}

#[test]
fn malformed_json_is_an_error_that_contains_no_value() {
    let bodies: [&[u8]; 6] = [
        b"{\"x\":\"\xFF7f3a\"}",
        br#"{"x":"\ud8007f3a"}"#,
        br#"{"x":7f3a}"#,
        br#"{"x":"7f3a}"#,
        br#"{"x":"7f3a"} 1"#,
        br#"{"x":"7f3a","x":"7f3a"}"#,
    ];
    for body in bodies {
        for read in [serde_json::from_slice::<One<Redactable<String>>>(body), serde_json::from_reader(body)] {
            let message = read.unwrap_err().to_string();
            assert!(!message.contains("7f3a"), "{message}");
        }
        assert!(serde_json::from_slice::<Flat<One<Redactable<String>>>>(body).is_err());
    }
}
