//! Typed decoding, the whole matrix: each type with a value, the sentinel, `null`, absent and the wrong type; through the
//! payload, its fields, and a caller's own struct read by serde_json alone; plain, flattened, tagged, untagged.

mod support;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::{self, Debug, Formatter};

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use rownd_webhooks::{DecodeError, Payload, Redactable};
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use support::update_body;

use Redactable::{Redacted, Visible};

const SENTINEL: &str = r#""<<REDACTED>>""#;

// What a caller may write around a `Redactable`.

#[derive(Deserialize, Debug, PartialEq)]
struct One<T> {
    x: T,
}

#[derive(Deserialize, Debug, PartialEq)]
struct Flat<T> {
    #[serde(flatten)]
    inner: One<T>,
}

#[derive(Deserialize, Debug, PartialEq)]
struct FlatTwice<T> {
    #[serde(flatten)]
    inner: Flat<T>,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(tag = "kind")]
enum Tagged<T> {
    #[serde(rename = "k")]
    Kind { x: T },
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(untagged)]
enum Untagged<T> {
    Only { x: T },
}

#[derive(Deserialize, Debug, PartialEq)]
struct Wrapped<T>(One<Wrap<T>>);

#[derive(Deserialize, Debug, PartialEq)]
struct Wrap<T>(T);

/// What an error still tells of a field in a shape: serde's buffers forget its name, and untagged enums forget the error.
#[derive(Clone, Copy, PartialEq)]
enum Tells {
    Field,
    Code,
    Nothing,
}

/// A shape with one field `x`, and what is in it.
trait Shape<T>: DeserializeOwned {
    const NAME: &'static str;
    const TELLS: Tells;

    fn into_field(self) -> T;
}

macro_rules! shape {
    ($($shape:ident $tells:ident $pattern:pat => $field:expr;)*) => {
        $(impl<T: DeserializeOwned> Shape<T> for $shape<T> {
            const NAME: &'static str = stringify!($shape);
            const TELLS: Tells = Tells::$tells;

            fn into_field(self) -> T {
                let $pattern = self;
                $field
            }
        })*
    };
}

shape! {
    One Field One { x } => x;
    Flat Code Flat { inner: One { x } } => x;
    FlatTwice Code FlatTwice { inner: Flat { inner: One { x } } } => x;
    Tagged Code Tagged::Kind { x } => x;
    Untagged Nothing Untagged::Only { x } => x;
    Wrapped Field Wrapped(One { x: Wrap(x) }) => x;
}

/// What a way in says: a value, or the error's texts and, through this crate's decoding, code and field.
type Said<T> = Result<T, (String, Option<(&'static str, Option<String>)>)>;

fn by_serde<T>(read: serde_json::Result<T>) -> Said<T> {
    read.map_err(|error| (format!("{error} {error:?}"), None))
}

fn by_decode<T>(decoded: Result<T, DecodeError>) -> Said<T> {
    decoded.map_err(|error| {
        let told = (error.code(), error.field().map(str::to_owned));
        (format!("{error} {error:?} {error:#?}"), Some(told))
    })
}

/// The members of a profile whose field `x` is this JSON text, or absent.
fn profile(x: Option<&str>) -> String {
    let x = x.map(|x| format!(r#","x": {x} "#)).unwrap_or_default();
    format!(r#""kind":"k"{x},"other":"o""#)
}

/// Through the payload, in both spellings of redaction.
fn decoded<T, S: Shape<T>>(x: Option<&str>) -> Vec<(String, Said<T>)> {
    let listed = if x == Some(SENTINEL) { vec!["", r#""x""#] } else { vec![""] };
    let mut said = Vec::new();
    for redacted in listed {
        let body = update_body(&profile(x), redacted);
        let payload = support::payload(&body);
        let owned: Payload<'static> = payload.clone().into_owned();
        for (way, decoded) in [
            ("payload.decode", by_decode(payload.decode::<S>())),
            ("fields.decode", by_decode(payload.fields().decode::<S>())),
            ("owned payload.decode", by_decode(owned.decode::<S>())),
        ] {
            said.push((
                format!("{} by {way}, redacted: [{redacted}], x: {x:?}", S::NAME),
                decoded.map(S::into_field),
            ));
        }
    }
    said
}

/// Through serde_json alone.
fn read<T, S: Shape<T>>(x: Option<&str>) -> Vec<(String, Said<T>)> {
    let body = format!("{{{}}}", profile(x));
    let mut ways = vec![
        ("from_str", by_serde(serde_json::from_str::<S>(&body))),
        ("from_slice", by_serde(serde_json::from_slice::<S>(body.as_bytes()))),
        ("from_reader", by_serde(serde_json::from_reader::<_, S>(body.as_bytes()))),
    ];
    if let Ok(tree) = serde_json::from_str::<Value>(&body) {
        ways.push(("a tree by reference", by_serde(S::deserialize(&tree))));
        ways.push(("from_value", by_serde(serde_json::from_value::<S>(tree))));
    }
    ways.into_iter()
        .map(|(way, read)| (format!("{} by {way}, x: {x:?}", S::NAME), read.map(S::into_field)))
        .collect()
}

fn every_way<T, S: Shape<T>>(x: Option<&str>) -> Vec<(String, Said<T>)> {
    decoded::<T, S>(x).into_iter().chain(read::<T, S>(x)).collect()
}

/// One row of the matrix: a value as JSON and in Rust, what `null` and what a redacted field is to the plain type if not an
/// error, and what has the wrong type.
struct Row<'r, T> {
    value: (&'r str, T),
    null: Option<T>,
    hidden: Option<T>,
    wrong: &'r [&'r str],
}

/// What wrong values hold: no text may tell any of it.
const SECRETS: [&str; 4] = ["7f3a", "8152347", "8152347.5", "true"];

#[track_caller]
fn is_silent(way: &str, text: &str) {
    assert!(SECRETS.iter().all(|secret| !text.contains(secret)), "{way} tells a value: {text}");
}

#[track_caller]
fn is<T: Debug + PartialEq>(said: Vec<(String, Said<T>)>, expected: &T) {
    for (way, said) in said {
        assert_eq!(said.as_ref(), Ok(expected), "{way}");
    }
}

/// Every way refuses: silently, and by code and field where this crate decodes and serde has not lost them.
#[track_caller]
fn refuses<T: Debug>(said: Vec<(String, Said<T>)>, code: &str, tells: Tells) {
    for (way, said) in said {
        let Err((text, told)) = said else { panic!("{way}: {said:?}") };
        is_silent(&way, &text);
        let Some((found, field)) = told else { continue };
        if tells != Tells::Nothing {
            assert_eq!(found, code, "{way}: {text}");
        }
        match field.as_deref() {
            None => assert!(tells != Tells::Field, "{way}: {text}"),
            field => assert_eq!(field, Some("x"), "{way}: {text}"),
        }
    }
}

impl<T: DeserializeOwned + Clone + Debug + PartialEq> Row<'_, T> {
    /// `Redactable<T>` and `Option<Redactable<T>>` in a shape.
    fn redactable<S: Shape<Redactable<T>>, O: Shape<Option<Redactable<T>>>>(&self) {
        let (json, value) = &self.value;
        is(every_way::<_, S>(Some(json)), &Visible(value.clone()));
        is(every_way::<_, S>(Some(SENTINEL)), &Redacted);
        is(every_way::<_, S>(Some(r#""\u003c<REDACTE\u0044>>""#)), &Redacted);
        match &self.null {
            Some(null) => is(every_way::<_, S>(Some("null")), &Visible(null.clone())),
            None => refuses(every_way::<_, S>(Some("null")), "wrong_type", S::TELLS),
        }
        refuses(every_way::<_, S>(None), "missing_field", S::TELLS);

        is(every_way::<_, O>(Some(json)), &(*json != "null").then(|| Visible(value.clone())));
        is(every_way::<_, O>(Some(SENTINEL)), &Some(Redacted));
        is(every_way::<_, O>(Some("null")), &None);
        is(every_way::<_, O>(None), &None);
        for wrong in self.wrong {
            refuses(every_way::<_, S>(Some(wrong)), "wrong_type", S::TELLS);
            refuses(every_way::<_, O>(Some(wrong)), "wrong_type", O::TELLS);
        }
    }

    /// A plain `T`, and a plain `Option<T>`, through this crate's decoding.
    fn plain(&self) {
        let (json, value) = &self.value;
        is(decoded::<T, One<T>>(Some(json)), value);
        is(decoded::<Option<T>, One<Option<T>>>(Some(json)), &(*json != "null").then(|| value.clone()));
        is(decoded::<Option<T>, One<Option<T>>>(Some("null")), &None);
        is(decoded::<Option<T>, One<Option<T>>>(None), &None);
        match &self.null {
            Some(null) => is(decoded::<T, One<T>>(Some("null")), null),
            None => refuses(decoded::<T, One<T>>(Some("null")), "wrong_type", Tells::Field),
        }
        for wrong in self.wrong {
            refuses(decoded::<T, One<T>>(Some(wrong)), "wrong_type", Tells::Field);
            refuses(decoded::<Option<T>, One<Option<T>>>(Some(wrong)), "wrong_type", Tells::Field);
        }
    }

    /// What a redacted field is to a plain `T`: an error, unless it has a value for nothing.
    fn plain_redacted(&self) {
        if let Some(hidden) = &self.hidden {
            is(decoded::<T, One<T>>(Some(SENTINEL)), hidden);
            is(decoded::<T, Wrapped<T>>(Some(SENTINEL)), hidden);
            return;
        }
        refuses(decoded::<T, One<T>>(Some(SENTINEL)), "redacted", Tells::Field);
        refuses(decoded::<T, Wrapped<T>>(Some(SENTINEL)), "redacted", Tells::Field);
        is(decoded::<Option<T>, One<Option<T>>>(Some(SENTINEL)), &None);
        is(decoded::<Option<T>, Wrapped<Option<T>>>(Some(SENTINEL)), &None);
    }

    fn every_shape(&self) {
        self.redactable::<One<_>, One<_>>();
        self.redactable::<Wrapped<_>, One<_>>();
        self.redactable::<Flat<_>, Flat<_>>();
        self.redactable::<FlatTwice<_>, FlatTwice<_>>();
        self.redactable::<Tagged<_>, Tagged<_>>();
        self.redactable::<Untagged<_>, Untagged<_>>();
    }
}

macro_rules! matrix {
    ($($name:ident: $T:ty = $json:literal => $value:expr, $(null => $null:expr,)? $(hidden => $hidden:expr,)?
        not $wrong:expr;)*) => {
        $(#[test]
        fn $name() {
            let (null, hidden): (&[$T], &[$T]) = (&[$($null)?], &[$($hidden)?]);
            let row: Row<'_, $T> = Row {
                value: ($json, $value),
                null: null.first().cloned(),
                hidden: hidden.first().cloned(),
                wrong: &$wrong,
            };
            row.every_shape();
            row.plain();
            row.plain_redacted();
        })*
    };
}

/// What is wrong for all that is read from a number.
const NOT_A_NUMBER: [&str; 6] =
    [r#""x7f3a""#, r#""8152347""#, "true", r#"["7f3a"]"#, r#"{"7f3a":8152347}"#, "[]"];
const NOT_TEXT: [&str; 6] = ["8152347", "-8152347.5", "true", r#"["x7f3a"]"#, r#"{"7f3a":8152347}"#, "{}"];

/// More wrong values, besides those of a set.
fn and<'w>(more: &[&'w str], set: &[&'w str]) -> Vec<&'w str> {
    [more, set].concat()
}

matrix! {
    text: String = r#""a \u0041é😀\n""# => "a Aé😀\n".to_owned(), not NOT_TEXT;
    empty_text: String = r#""""# => String::new(), not NOT_TEXT;
    nearly_the_sentinel: String = r#""<<REDACTED>> ""# => "<<REDACTED>> ".to_owned(), not NOT_TEXT;
    copied_text: Cow<'static, str> = r#""a""# => "a".into(), not NOT_TEXT;
    boxed_text: Box<str> = r#""a""# => "a".into(), not NOT_TEXT;
    int8: i8 = "-128" => i8::MIN, not and(&["8152347", "-8152347", "8152347.5"], &NOT_A_NUMBER);
    int16: i16 = "32767" => i16::MAX, not and(&["8152347"], &NOT_A_NUMBER);
    int32: i32 = "-2147483648" => i32::MIN, not and(&["8152347000000"], &NOT_A_NUMBER);
    int64: i64 = "-9223372036854775808" => i64::MIN, not and(&["8152347000000.5", "8152347.5"], &NOT_A_NUMBER);
    int128: i128 = "-9223372036854775808" => i64::MIN.into(), not and(&["8152347.5"], &NOT_A_NUMBER);
    uint8: u8 = "255" => u8::MAX, not and(&["8152347", "-8152347"], &NOT_A_NUMBER);
    uint16: u16 = "65535" => u16::MAX, not and(&["8152347", "-8152347"], &NOT_A_NUMBER);
    uint32: u32 = "4294967295" => u32::MAX, not and(&["-8152347"], &NOT_A_NUMBER);
    uint64: u64 = "18446744073709551615" => u64::MAX, not and(&["-8152347", "8152347000000.5"], &NOT_A_NUMBER);
    uint128: u128 = "18446744073709551615" => u64::MAX.into(), not and(&["-8152347"], &NOT_A_NUMBER);
    not_zero: std::num::NonZeroU8 = "1" => std::num::NonZeroU8::MIN, not and(&["0"], &NOT_A_NUMBER);
    float32: f32 = "1.5" => 1.5, not NOT_A_NUMBER;
    float64: f64 = "-1.5e3" => -1500.0, not NOT_A_NUMBER;
    float_of_an_integer: f64 = "3" => 3.0, not NOT_A_NUMBER;
    boolean: bool = "false" => false, not [r#""7f3a""#, r#""true""#, "8152347", r#"["7f3a"]"#, r#"{"7f3a":1}"#];
    character: char = r#""😀""# => '😀', not and(&[r#""x7f3a""#], &NOT_TEXT);
    optional: Option<String> = r#""a""# => Some("a".to_owned()), null => None, hidden => None, not NOT_TEXT;
    optional_number: Option<u8> = "3" => Some(3), null => None, hidden => None, not and(&["8152347"], &NOT_A_NUMBER);
    boxed: Box<u8> = "3" => Box::new(3), not and(&["8152347"], &NOT_A_NUMBER);
    list: Vec<String> = r#"["a","<<REDACTED>>"]"# => vec!["a".to_owned(), "<<REDACTED>>".to_owned()],
        not [r#""7f3a""#, "8152347", r#"["a",8152347]"#, r#"{"7f3a":"a"}"#];
    empty_list: Vec<u8> = "[]" => vec![], not [r#""7f3a""#, "[8152347]", r#"{"7f3a":1}"#];
    bytes: Vec<u8> = "[1,255]" => vec![1, 255], not [r#""7f3a""#, "[8152347]"];
    set: BTreeSet<i8> = "[2,1,2]" => BTreeSet::from([1, 2]), not [r#""7f3a""#, "[8152347]"];
    pair: (u8, String) = r#"[1,"a"]"# => (1, "a".to_owned()),
        not [r#""7f3a""#, r#"[1,"7f3a",3]"#, "[8152347]", "[1,8152347]"];
    array: [u8; 2] = "[1,2]" => [1, 2], not [r#""7f3a""#, "[1]", "[1,8152347]", "[1,2,81]"];
    map: BTreeMap<String, u8> = r#"{"a":1,"b":2}"# => BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]),
        not [r#""7f3a""#, r#"["7f3a"]"#, r#"{"a":8152347}"#, r#"{"a":"7f3a"}"#];
    map_of_integers: BTreeMap<u32, String> = r#"{"7":"a"}"# => BTreeMap::from([(7, "a".to_owned())]),
        not [r#""7f3a""#, r#"{"7f3a":"a"}"#, r#"{"-8152347":"a"}"#, r#"{"7":8152347}"#];
    map_of_negative_integers: HashMap<i64, bool> = r#"{"-7":true}"# => HashMap::from([(-7, true)]),
        not [r#""7f3a""#, r#"{"x7f3a":true}"#];
    map_of_options: BTreeMap<String, Option<u8>> = r#"{"a":null}"# => BTreeMap::from([("a".to_owned(), None)]),
        not [r#""7f3a""#, r#"{"a":"7f3a"}"#];
    record: Address = r#"{"city":"Raleigh","zip":null}"# => Address { city: "Raleigh".to_owned(), zip: None },
        not [r#""7f3a""#, r#"{"city":8152347}"#, r#"{"zip":"7f3a"}"#, r#"{"7f3a":1}"#, "8152347"];
    record_with_flatten: Spread = r#"{"city":"Raleigh","more":[1]}"# => Spread {
        address: Address { city: "Raleigh".to_owned(), zip: None },
        rest: BTreeMap::from([("more".to_owned(), json!([1]))]),
    }, not [r#""7f3a""#, r#"{"city":8152347}"#, r#"["7f3a"]"#];
    unit: () = "null" => (), null => (), not [r#""7f3a""#, "8152347", "[]"];
    unit_struct: Nothing = "null" => Nothing, null => Nothing, not [r#""7f3a""#, "8152347"];
    newtype: Name = r#""a""# => Name("a".to_owned()), not NOT_TEXT;
    newtype_of_a_number: Score = "7" => Score(7), not and(&["8152347"], &NOT_A_NUMBER);
    newtype_of_an_option: Nick = r#""a""# => Nick(Some("a".to_owned())), null => Nick(None), hidden => Nick(None), not NOT_TEXT;
    transparent: Clear = r#""a""# => Clear { text: "a".to_owned() }, not NOT_TEXT;
    pair_struct: Point = "[1,2]" => Point(1, 2), not [r#""7f3a""#, "[8152347,1]", "[1]"];
    unit_variant: Plan = r#""gold""# => Plan::Gold, not [r#""7f3a""#, "8152347", r#"["7f3a"]"#, r#"{"7f3a":null}"#];
    escaped_unit_variant: Plan = r#""g\u006fld""# => Plan::Gold, not [r#""7f3a""#];
    newtype_variant: Plan = r#"{"points":5}"# => Plan::Points(5), not [r#"{"points":8152347}"#, r#""points7f3a""#];
    tuple_variant: Plan = r#"{"range":[1,2]}"# => Plan::Range(1, 2), not [r#"{"range":["7f3a",1]}"#];
    struct_variant: Plan = r#"{"card":{"level":1}}"# => Plan::Card { level: 1 },
        not [r#"{"card":{"level":"7f3a"}}"#, r#"{"card":"7f3a"}"#, r#"{"card":{"level":1},"points":8152347}"#];
    untagged_variant: Contact = r#""a""# => Contact::Text("a".to_owned()), not ["true", r#"["7f3a"]"#, "-8152347"];
    untagged_variant_of_a_number: Contact = "7" => Contact::Number(7), not [r#"{"7f3a":1}"#];
    tagged_variant: Card = r#"{"t":"visa","digits":4}"# => Card::Visa { digits: 4 },
        not [r#"{"t":"7f3a"}"#, r#""visa7f3a""#, r#"{"t":"visa","digits":"7f3a"}"#, r#"{"digits":8152347}"#];
    adjacent_variant: Adjacent = r#"{"t":"Digits","c":4}"# => Adjacent::Digits(4),
        not [r#"{"t":"7f3a","c":1}"#, r#"{"t":"Digits","c":"7f3a"}"#, r#""7f3a""#];
    date: NaiveDate = r#""2025-01-27""# => NaiveDate::from_ymd_opt(2025, 1, 27).unwrap(),
        not and(&[r#""x7f3a""#, r#""2025-02-30 7f3a""#], &NOT_TEXT);
    datetime: DateTime<Utc> = r#""2025-01-27T16:44:05.191Z""#
        => Utc.timestamp_millis_opt(1_737_996_245_191).unwrap(), not and(&[r#""x7f3a""#], &NOT_TEXT);
    redactable: Redactable<String> = r#""a""# => Visible("a".to_owned()), hidden => Redacted, not NOT_TEXT;
    list_of_redactables: Vec<Redactable<String>> = r#"["a","<<REDACTED>>"]"# => vec![Visible("a".to_owned()), Redacted],
        not [r#""7f3a""#, "[8152347]", r#"[["7f3a"]]"#];
    list_of_optional_redactables: Vec<Option<Redactable<u8>>> = r#"[1,null,"<<REDACTED>>"]"#
        => vec![Some(Visible(1)), None, Some(Redacted)], not [r#""7f3a""#, "[8152347]"];
    record_of_redactables: One<Redactable<u8>> = r#"{"x":"<<REDACTED>>"}"# => One { x: Redacted },
        not [r#""7f3a""#, r#"{"x":"7f3a"}"#, r#"{"x":8152347}"#];
    flattened_redactables: Flat<Redactable<u8>> = r#"{"x":"<<REDACTED>>"}"# => Flat { inner: One { x: Redacted } },
        not [r#""7f3a""#, r#"{"x":"7f3a"}"#];
    tree: Value = r#"{"a":["<<REDACTED>>",1.5,null]}"# => json!({"a": ["<<REDACTED>>", 1.5, null]}), null => Value::Null, not [];
    tree_of_text: Value = r#""a""# => json!("a"), null => Value::Null, not [];
    tree_of_a_number: Value = "18446744073709551615" => json!(u64::MAX), null => Value::Null, not [];
    own_reading: Even = "4" => Even(4), not ["8152347", r#""7f3a""#];
}

#[derive(Deserialize, Clone, Debug, PartialEq)]
struct Address {
    city: String,
    zip: Option<u32>,
}

#[derive(Deserialize, Clone, Debug, PartialEq)]
struct Spread {
    #[serde(flatten)]
    address: Address,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Deserialize, Clone, Debug, PartialEq)]
struct Nothing;

#[derive(Deserialize, Clone, Debug, PartialEq)]
struct Name(String);

#[derive(Deserialize, Clone, Debug, PartialEq)]
struct Score(u8);

#[derive(Deserialize, Clone, Debug, PartialEq)]
struct Nick(Option<String>);

#[derive(Deserialize, Clone, Debug, PartialEq)]
#[serde(transparent)]
struct Clear {
    text: String,
}

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

/// A type that reads itself, with words that quote the value.
#[derive(Clone, Debug, PartialEq)]
struct Even(u64);

impl<'de> Deserialize<'de> for Even {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u64::deserialize(deserializer)?;
        if number % 2 == 0 {
            Ok(Self(number))
        } else {
            Err(serde::de::Error::custom(format!("{number} is odd")))
        }
    }
}

impl<T: Clone> Clone for One<T> {
    fn clone(&self) -> Self {
        Self { x: self.x.clone() }
    }
}

impl<T: Clone> Clone for Flat<T> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

/// A tree holds no more than 64 bits, so the ends of 128 bits are for text only, and not behind a buffer of serde's.
#[test]
fn integers_of_128_bits_are_exact() {
    fn check<T: DeserializeOwned + Clone + Debug + PartialEq>(json: &str, value: &T) {
        is(decoded::<_, One<Redactable<T>>>(Some(json)), &Visible(value.clone()));
        is(decoded::<_, One<T>>(Some(json)), value);
        let text: Vec<_> = read::<_, One<Redactable<T>>>(Some(json)).into_iter().take(3).collect();
        is(text, &Visible(value.clone()));
    }
    check("-170141183460469231731687303715884105728", &i128::MIN);
    check("170141183460469231731687303715884105727", &i128::MAX);
    check("340282366920938463463374607431768211455", &u128::MAX);
    refuses(
        decoded::<_, One<Redactable<i128>>>(Some("8152347000000.50000000000000000000000")),
        "wrong_type",
        Tells::Field,
    );
    refuses(decoded::<_, One<Redactable<u128>>>(Some("-8152347")), "wrong_type", Tells::Field);
}

#[test]
fn text_is_borrowed_where_it_can_be() {
    #[derive(Deserialize)]
    struct Lent<'a> {
        #[serde(borrow)]
        x: Redactable<Cow<'a, str>>,
    }
    let body = update_body(r#""x":"plain""#, "");
    let payload = support::payload(&body);
    for decoded in [payload.decode::<One<Redactable<&str>>>(), payload.fields().decode()] {
        assert_eq!(decoded.unwrap().x, Visible("plain"));
    }
    assert_eq!(payload.decode::<One<Option<Redactable<&str>>>>().unwrap().x, Some(Visible("plain")));
    assert_eq!(payload.decode::<One<&str>>().unwrap().x, "plain");
    assert_eq!(payload.decode::<BTreeMap<&str, Redactable<&str>>>().unwrap()["x"], Visible("plain"));
    // What had escapes in the body is text in the payload.
    let escaped = update_body(r#""x":"pl\u0061in""#, "");
    assert_eq!(support::payload(&escaped).decode::<One<Redactable<&str>>>().unwrap().x, Visible("plain"));

    let json = r#"{"x":"plain"}"#;
    assert_eq!(serde_json::from_str::<One<Redactable<&str>>>(json).unwrap().x, Visible("plain"));
    assert_eq!(serde_json::from_slice::<One<Redactable<&str>>>(json.as_bytes()).unwrap().x, Visible("plain"));
    let error =
        serde_json::from_reader::<_, One<Redactable<String>>>(r#"{"x":8152347}"#.as_bytes()).unwrap_err();
    is_silent("from_reader", &error.to_string());
    // serde_json cannot lend what it has to unescape.
    assert!(serde_json::from_str::<One<Redactable<&str>>>(r#"{"x":"pl\u0061in7f3a"}"#).is_err());

    for json in [r#"{"x":"plain"}"#, r#"{"x":"pl\u0061in"}"#] {
        assert_eq!(serde_json::from_str::<Lent<'_>>(json).unwrap().x, Visible("plain".into()));
    }
    assert_eq!(payload.decode::<Lent<'_>>().unwrap().x, Visible("plain".into()));
}

#[test]
fn raw_json_is_read_as_it_stands() {
    use serde_json::value::RawValue;
    let json = r#"{"x": {"b" : 1e400}}"#;
    let read: One<Redactable<&RawValue>> = serde_json::from_str(json).unwrap();
    assert_eq!(read.x.into_visible().unwrap().get(), r#"{"b" : 1e400}"#);
    let body = update_body(&json[1..json.len() - 1], "");
    let payload = support::payload(&body);
    let decoded: One<Redactable<Box<RawValue>>> = payload.decode().unwrap();
    assert_eq!(decoded.x.into_visible().unwrap().get(), r#"{"b" : 1e400}"#);
    let hidden = update_body(r#""x":"<<REDACTED>>""#, "");
    assert!(support::payload(&hidden).decode::<One<Redactable<Box<RawValue>>>>().unwrap().x.is_redacted());
    assert!(
        support::payload(&hidden)
            .decode::<One<Box<RawValue>>>()
            .is_err_and(|error| error.code() == "redacted")
    );
}

/// Plain types where serde buffers: the redacted field has to be none of their business, or an error.
#[test]
fn plain_types_behind_a_buffer() {
    fn nones<S: Shape<Option<String>>>() {
        is(decoded::<Option<String>, S>(Some(SENTINEL)), &None);
        is(decoded::<Option<String>, S>(Some(r#""a""#)), &Some("a".to_owned()));
        is(decoded::<Option<String>, S>(None), &None);
    }
    fn errors<S: Shape<T>, T: Debug>() {
        refuses(decoded::<T, S>(Some(SENTINEL)), "redacted", S::TELLS);
    }
    nones::<Flat<_>>();
    nones::<FlatTwice<_>>();
    nones::<Tagged<_>>();
    nones::<Untagged<_>>();
    errors::<Flat<String>, String>();
    errors::<FlatTwice<u8>, u8>();
    errors::<Tagged<bool>, bool>();
    errors::<Untagged<String>, String>();
    errors::<Flat<Vec<String>>, Vec<String>>();
    errors::<Flat<Name>, Name>();
    errors::<Flat<Plan>, Plan>();
    errors::<Flat<DateTime<Utc>>, DateTime<Utc>>();
}

/// The field is in serde's buffer then, and still it is named.
#[test]
fn a_redacted_field_is_named_behind_flatten_too() {
    for body in [
        update_body(r#""x":"<<REDACTED>>""#, ""),
        update_body(r#""x":"secret","a":"<<REDACTED>>""#, r#""x""#),
    ] {
        let error = support::payload(&body).decode::<Flat<String>>().unwrap_err();
        assert_eq!((error.code(), error.field()), ("redacted", Some("x")), "{body}");
    }
}

#[test]
fn any_number_of_fields_may_be_hidden() {
    #[derive(Deserialize)]
    struct Rest<T> {
        #[serde(flatten)]
        rest: BTreeMap<String, T>,
    }
    for count in [1, 63, 64, 65, 66, 500] {
        let hidden: Vec<String> = (0..count).map(|index| format!(r#""f{index}":"<<REDACTED>>""#)).collect();
        let body = update_body(&hidden.join(","), "");
        let payload = support::payload(&body);
        let plain: BTreeMap<String, Option<String>> = payload.decode().unwrap();
        assert_eq!(plain.values().flatten().collect::<Vec<_>>(), ["u"], "{count}");
        let told: Rest<Redactable<String>> = payload.decode().unwrap();
        assert_eq!(told.rest.values().filter(|field| field.is_redacted()).count(), count, "{count}");
        let flat: Rest<Option<String>> = payload.decode().unwrap_or_else(|error| panic!("{count}: {error}"));
        assert_eq!(flat.rest.values().flatten().collect::<Vec<_>>(), ["u"], "{count}");
    }
}

/// A type that wants raw bytes.
#[derive(Debug, PartialEq)]
struct Blob(Vec<u8>);

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = Blob;

            fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Blob, E> {
                Ok(Blob(bytes.to_vec()))
            }
        }

        deserializer.deserialize_byte_buf(Bytes)
    }
}

/// A type that takes bytes must not be given what stands for a redacted field inside. Behind a buffer of serde's it is, as the
/// documentation of `Payload::decode` says.
#[test]
fn bytes_never_get_a_stand_in() {
    refuses(decoded::<Blob, One<Blob>>(Some(SENTINEL)), "redacted", Tells::Field);
}

/// A type of bytes gets a text's, whether it borrows them or not.
#[test]
fn a_text_is_bytes_to_a_type_that_wants_them() {
    let body = update_body(r#""x":"\u00df""#, "");
    let payload = rownd_webhooks::from_str(&body).unwrap();
    assert_eq!(payload.decode::<One<Blob>>().unwrap().x, Blob("ß".into()));
    assert_eq!(payload.decode::<One<Redactable<Blob>>>().unwrap().x, Visible(Blob("ß".into())));
    let body = update_body(r#""x":"plain""#, "");
    let payload = rownd_webhooks::from_str(&body).unwrap();
    assert_eq!(payload.decode::<One<&[u8]>>().unwrap().x, b"plain");
}

/// Collections make room by it.
#[test]
fn the_number_of_fields_is_told_beforehand() {
    struct Hint(Option<usize>);

    impl<'de> Deserialize<'de> for Hint {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Ask;

            impl<'de> Visitor<'de> for Ask {
                type Value = Hint;

                fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
                    f.write_str("a map")
                }

                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Hint, A::Error> {
                    let hint = map.size_hint();
                    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                    Ok(Hint(hint))
                }
            }

            deserializer.deserialize_map(Ask)
        }
    }

    let body = update_body(r#""x":1,"y":"<<REDACTED>>""#, "");
    let payload = rownd_webhooks::from_str(&body).unwrap();
    assert_eq!(payload.decode::<Hint>().unwrap().0, Some(payload.fields().len()));
}

/// Some types put the error of an inner type into their own, as text.
#[test]
fn an_error_in_words_tells_no_value_either() {
    #[derive(Debug)]
    struct Worded;

    impl<'de> Deserialize<'de> for Worded {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            match u8::deserialize(deserializer) {
                Ok(_) => Ok(Self),
                Err(error) => Err(serde::de::Error::custom(format!("not a number: {error}"))),
            }
        }
    }

    let body = update_body(r#""x":"jrose-7f3a""#, "");
    let payload = rownd_webhooks::from_str(&body).unwrap();
    let error = payload.decode::<One<Worded>>().unwrap_err();
    assert_eq!((error.field(), error.code()), (Some("x"), "wrong_type"));
    assert_eq!(error.detail(), Some("not a number: WrongType"));
    is_silent("words", &format!("{error} {error:?}"));
}

#[test]
fn several_fields_keep_their_own_state() {
    #[derive(Deserialize, Debug, PartialEq)]
    struct Inner {
        b: Redactable<u8>,
        c: Option<u8>,
        d: Option<Redactable<u8>>,
    }
    #[derive(Deserialize, Debug, PartialEq)]
    struct Outer {
        a: Redactable<u8>,
        #[serde(flatten)]
        inner: Inner,
        #[serde(flatten)]
        rest: BTreeMap<String, Redactable<Value>>,
    }
    let body = update_body(
        r#""a":"<<REDACTED>>","b":"<<REDACTED>>","c":"<<REDACTED>>","d":"<<REDACTED>>","e":"<<REDACTED>>","f":1"#,
        "",
    );
    let outer: Outer = support::payload(&body).decode().unwrap();
    assert_eq!(outer.a, Redacted);
    assert_eq!(outer.inner, Inner { b: Redacted, c: None, d: Some(Redacted) });
    let rest = [("e", Redacted), ("f", Visible(json!(1))), ("user_id", Visible(json!("u")))];
    assert!(outer.rest.iter().map(|(name, field)| (name.as_str(), field.clone())).eq(rest));
}

#[test]
fn an_enum_chooses_its_variant_by_what_is_visible() {
    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(untagged)]
    enum Either {
        Plain { x: u8 },
        Careful { x: Redactable<u8> },
    }
    let decode =
        |x: &str| support::payload(&update_body(&format!(r#""x":{x}"#), "")).decode::<Either>().unwrap();
    assert_eq!(decode("7"), Either::Plain { x: 7 });
    assert_eq!(decode(SENTINEL), Either::Careful { x: Redacted });
}

#[test]
fn attributes_of_serde_work() {
    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Profile {
        #[serde(rename = "user_id")]
        id: String,
        first_name: Redactable<String>,
        #[serde(alias = "land")]
        country: Redactable<String>,
        #[serde(default)]
        age: Option<Redactable<u8>>,
        #[serde(default = "unknown")]
        plan: Redactable<String>,
        #[serde(with = "chrono::serde::ts_seconds_option", default)]
        seen: Option<DateTime<Utc>>,
        #[serde(skip)]
        skipped: u8,
    }
    fn unknown() -> Redactable<String> {
        Visible("unknown".to_owned())
    }
    let body = update_body(r#""firstName":"Juliet","land":"<<REDACTED>>","seen":"<<REDACTED>>""#, "");
    let profile: Profile = support::payload(&body).decode().unwrap();
    assert_eq!((profile.first_name, profile.country), (Visible("Juliet".to_owned()), Redacted));
    assert_eq!((profile.age, profile.plan, profile.seen), (None, unknown(), None));
    assert_eq!((&*profile.id, profile.skipped), ("u", 0));

    let extra = update_body(r#""firstName":"Juliet","land":"x","shoe_size":8152347"#, "");
    let error = support::payload(&extra).decode::<Profile>().unwrap_err();
    assert_eq!((error.code(), error.field()), ("unknown_field", Some("shoe_size")));
    is_silent("deny_unknown_fields", &format!("{error} {error:?}"));
}

#[test]
fn fields_decode_into_more_than_structs() {
    let body = update_body(r#""x":"<<REDACTED>>","y":7"#, "");
    let payload = support::payload(&body);
    let map: BTreeMap<String, Redactable<Value>> = payload.decode().unwrap();
    assert_eq!((&map["x"], &map["y"]), (&Redacted, &Visible(json!(7))));
    let options: HashMap<&str, Option<Value>> = payload.decode().unwrap();
    assert_eq!((&options["x"], &options["y"]), (&None, &Some(json!(7))));
    assert!(payload.decode::<Option<One<Redactable<u8>>>>().unwrap().unwrap().x.is_redacted());
    assert!(payload.decode::<Box<Wrap<One<Redactable<u8>>>>>().unwrap().0.x.is_redacted());
    assert!(payload.decode::<IgnoredAny>().is_ok());
    assert!(payload.decode::<One<IgnoredAny>>().is_ok());

    assert!(payload.decode::<String>().is_err());
    assert!(payload.decode::<Vec<u8>>().is_err());
    assert!(payload.decode::<u8>().is_err());
    assert!(payload.decode::<()>().is_err());
    assert!(payload.decode::<Plan>().is_err());
    let error = payload.decode::<BTreeMap<String, Value>>().unwrap_err();
    assert_eq!((error.code(), error.field()), ("redacted", Some("x")));
}

#[test]
fn an_error_tells_field_and_code_and_only_detail_tells_more() {
    #[derive(Deserialize, Debug)]
    struct Absent {
        #[allow(dead_code, reason = "never there")]
        shoe_size: u8,
    }
    let body = update_body(r#""x":"jrose-7f3a","y":8152347,"z":"<<REDACTED>>""#, "");
    let payload = support::payload(&body);
    let rows = [
        (payload.decode::<One<u8>>().unwrap_err(), "field `x` does not have the expected type"),
        (payload.decode::<One<Plan>>().unwrap_err(), "field `x` does not have the expected type"),
        (
            payload.decode::<BTreeMap<String, Option<String>>>().unwrap_err(),
            "field `y` does not have the expected type",
        ),
    ];
    for (error, text) in rows {
        assert_eq!((error.to_string(), error.code()), (text.to_owned(), "wrong_type"));
        assert_eq!(format!("{error:?}"), format!("DecodeError({text:?})"));
        assert!(error.detail().is_some());
        assert!(std::error::Error::source(&error).is_none());
    }
    let error = payload.decode::<BTreeMap<String, Value>>().unwrap_err();
    assert_eq!((error.to_string().as_str(), error.detail()), ("field `z` is redacted", None));
    let error = payload.decode::<Absent>().unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.field()),
        ("field `shoe_size` is absent", Some("shoe_size"))
    );
    assert_eq!(
        payload.field("x").unwrap().visible().unwrap().as_str(),
        Some("jrose-7f3a"),
        "the payload stays usable"
    );
}

#[test]
fn debug_of_a_redactable_tells_no_value() {
    let name = "jrose-7f3a".to_owned();
    assert_eq!(format!("{:?}", Visible(name.clone())), "Visible(string of 10 bytes)");
    assert_eq!(format!("{:?}", Visible("é\"\n\u{0}\u{202e}\\")), "Visible(string of 9 bytes)");
    assert_eq!(format!("{:?}", Redacted::<String>), "Redacted");
    let texts = [
        format!("{:?}", Visible(8_152_347)),
        format!("{:?}", Visible(true)),
        format!("{:?}", Visible(Some(name.clone()))),
        format!("{:?}", Visible(vec![name.clone()])),
        format!("{:#?}", Visible(Name(name.clone()))),
        format!("{:#?}", Visible(json!({"7f3a": [name]}))),
        format!("{:?}", Visible(Visible(Visible(name.clone())))),
        format!("{:#?}", One { x: Visible(name.clone()) }),
        format!("{:?}", Visible(('7', name.as_bytes()))),
    ];
    for text in texts {
        is_silent("Debug", &text);
        assert!(!text.contains("rose"), "{text}");
    }
}

#[test]
fn what_is_written_is_what_is_read() {
    let rows: [(Redactable<Option<u8>>, &str); 3] =
        [(Visible(Some(7)), "7"), (Visible(None), "null"), (Redacted, SENTINEL)];
    for (value, json) in rows {
        assert_eq!(serde_json::to_string(&value).unwrap(), json);
        assert_eq!(serde_json::from_str::<Redactable<Option<u8>>>(json).unwrap(), value);
        assert_eq!(
            serde_json::from_value::<Redactable<Option<u8>>>(serde_json::to_value(value).unwrap()).unwrap(),
            value
        );
    }
}

#[test]
fn a_type_that_holds_itself_stays_within_the_depth_limit() {
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
fn names_in_errors_are_escaped_and_cut() {
    let name = format!("\u{202e}\n\u{7}{}", "n".repeat(5000));
    let body = update_body(&format!(r#"{}:"7f3a""#, serde_json::to_string(&name).unwrap()), "");
    let error = support::payload(&body).decode::<BTreeMap<String, u8>>().unwrap_err();
    assert_eq!((error.code(), error.field()), ("wrong_type", Some("user_id")));
    let error =
        support::payload(&body.replace(r#""u","#, "1,")).decode::<BTreeMap<String, u8>>().unwrap_err();
    assert_eq!((error.code(), error.field()), ("wrong_type", Some(&*name)));
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(text.chars().count() < 150, "{text}");
        assert!(
            !text.contains(|character: char| character.is_control() || character == '\u{202e}'),
            "{text:?}"
        );
    }
}

/// What a payload may hold, every reader of it can read.
#[test]
fn the_deepest_value_is_decoded_on_every_way() {
    let nested = |depth: usize| format!("{}7{}", "[".repeat(depth), "]".repeat(depth));
    let deepest = nested(125);
    let tree: Value = serde_json::from_str(&deepest).unwrap();
    is(every_way::<_, One<Redactable<Value>>>(Some(&deepest)), &Visible(tree.clone()));
    is(every_way::<_, Flat<Redactable<Value>>>(Some(&deepest)), &Visible(tree.clone()));
    is(every_way::<_, Tagged<Redactable<Value>>>(Some(&deepest)), &Visible(tree.clone()));
    is(every_way::<_, Untagged<Redactable<Value>>>(Some(&deepest)), &Visible(tree));
    for depth in [128, 10_000] {
        let body = format!(r#"{{"x":{}}}"#, nested(depth));
        assert!(serde_json::from_str::<One<Redactable<Value>>>(&body).is_err(), "{depth}");
        assert!(serde_json::from_str::<Flat<Redactable<Value>>>(&body).is_err(), "{depth}");
    }
}

#[test]
fn what_is_not_json_is_an_error() {
    let bodies: [&[u8]; 7] = [
        b"{\"x\":\"\xFF7f3a\"}",
        br#"{"x":"\ud8007f3a"}"#,
        br#"{"x":7f3a}"#,
        br#"{"x":"7f3a}"#,
        br#"{"x":}"#,
        br#"{"x":"7f3a"} 1"#,
        br#"{"x":"7f3a","x":"7f3a"}"#,
    ];
    for body in bodies {
        let text = String::from_utf8_lossy(body);
        for read in [serde_json::from_slice::<One<Redactable<String>>>(body), serde_json::from_reader(body)] {
            is_silent(&text, &read.unwrap_err().to_string());
        }
        assert!(serde_json::from_slice::<Flat<Redactable<String>>>(body).is_err(), "{text}");
    }
}

/// As `decode` documents it: there a type that takes anything is not told from an `Option`.
#[test]
fn behind_flatten_a_tree_of_a_redacted_field_is_null() {
    #[derive(Deserialize)]
    struct Rest {
        #[serde(flatten)]
        rest: BTreeMap<String, Value>,
    }
    let body = update_body(r#""x":"<<REDACTED>>","y":{"a":[1]}"#, "");
    let decoded: Rest = support::payload(&body).decode().unwrap();
    assert_eq!(json!(decoded.rest), json!({"user_id": "u", "x": null, "y": {"a": [1]}}));
}

#[test]
fn a_redacted_tag_chooses_no_variant() {
    let body = update_body(r#""kind":"<<REDACTED>>","x":7"#, "");
    let error = support::payload(&body).decode::<Tagged<Redactable<u8>>>().unwrap_err();
    assert_eq!(error.code(), "redacted");
    let error = support::payload(&body.replace("<<REDACTED>>", "7f3a"))
        .decode::<Tagged<Redactable<u8>>>()
        .unwrap_err();
    is_silent("an unknown tag", &format!("{error} {error:?}"));
}

/// A field that a type knows to be hidden must not be told as absent, only since another field is hidden too.
#[test]
fn in_an_untagged_enum_each_field_keeps_its_own_state() {
    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(untagged)]
    enum Mixed {
        Only { x: Option<Redactable<Option<u8>>>, y: Option<u8> },
    }
    let body = update_body(r#""x":"<<REDACTED>>","y":"<<REDACTED>>""#, "");
    assert_eq!(
        support::payload(&body).decode::<Mixed>().unwrap(),
        Mixed::Only { x: Some(Redacted), y: None }
    );
}

/// What one variant needs to know of a field is not forgotten, as another understands a second field before it fails.
#[test]
fn a_variant_that_fails_does_not_spoil_another() {
    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(untagged)]
    enum Either {
        Careful {
            x: Redactable<u8>,
            y: Option<u8>,
        },
        Demanding {
            x: Redactable<u8>,
            #[allow(dead_code, reason = "never there")]
            z: u8,
        },
    }
    let body = update_body(r#""x":"<<REDACTED>>","y":"<<REDACTED>>""#, "");
    assert_eq!(support::payload(&body).decode::<Either>().unwrap(), Either::Careful { x: Redacted, y: None });
}

/// A type may refuse a hidden field itself: it is not asked again with another story.
#[test]
fn a_type_that_refuses_a_hidden_field_is_not_told_that_it_is_absent() {
    fn needed<T>(field: Option<Redactable<T>>) -> Result<(), &'static str> {
        if field.is_some_and(|field| field.is_redacted()) { Err("it is needed") } else { Ok(()) }
    }
    #[derive(Deserialize, Debug)]
    #[serde(try_from = "One<Option<Redactable<String>>>")]
    struct Needs;
    impl TryFrom<One<Option<Redactable<String>>>> for Needs {
        type Error = &'static str;
        fn try_from(one: One<Option<Redactable<String>>>) -> Result<Self, Self::Error> {
            needed(one.x).map(|()| Self)
        }
    }
    #[derive(Deserialize, Debug)]
    #[serde(try_from = "One<Redactable<Option<String>>>")]
    struct NeedsToo;
    impl TryFrom<One<Redactable<Option<String>>>> for NeedsToo {
        type Error = &'static str;
        fn try_from(one: One<Redactable<Option<String>>>) -> Result<Self, Self::Error> {
            needed(Some(one.x)).map(|()| Self)
        }
    }
    let body = update_body(r#""x":"<<REDACTED>>""#, "");
    let payload = support::payload(&body);
    assert_eq!(payload.decode::<Needs>().map_err(|error| error.code()).unwrap_err(), "invalid");
    assert_eq!(payload.decode::<NeedsToo>().map_err(|error| error.code()).unwrap_err(), "invalid");
}

/// The variant that was chosen knows the field to be hidden: that another one did not take it is forgotten.
#[test]
fn a_variant_that_was_not_chosen_leaves_no_trace() {
    #[derive(Deserialize, Debug)]
    #[serde(untagged)]
    enum Either {
        Plain {
            #[allow(dead_code, reason = "never chosen")]
            x: u8,
        },
        Careful {
            x: Redactable<Option<u8>>,
        },
    }
    #[derive(Deserialize, Debug)]
    #[serde(try_from = "Either")]
    struct Needs;
    impl TryFrom<Either> for Needs {
        type Error = &'static str;
        fn try_from(either: Either) -> Result<Self, Self::Error> {
            match either {
                Either::Careful { x } if x.is_redacted() => Err("it is needed"),
                _ => Ok(Self),
            }
        }
    }
    let body = update_body(r#""x":"<<REDACTED>>""#, "");
    assert!(support::payload(&body).decode::<Needs>().is_err());
    assert!(support::payload(&update_body(r#""x":7"#, "")).decode::<Needs>().is_ok());
}

#[test]
fn a_type_with_a_long_name_makes_no_long_message() {
    type Long = BTreeMap<String, BTreeMap<String, BTreeMap<String, BTreeMap<String, BTreeMap<String, u8>>>>>;
    type Longer = Redactable<HashMap<String, HashMap<String, HashMap<String, HashMap<String, Long>>>>>;
    let text = serde_json::from_str::<Longer>("7").unwrap_err().to_string();
    assert!(text.chars().count() < 512 && text.contains("HashMap<"), "{text}");
    let value: Longer = serde_json::from_str("{}").unwrap();
    assert!(format!("{value:?}").len() < 512, "{value:?}");
}

#[test]
fn a_boolean_is_not_told_by_its_length() {
    let refusal = |json| serde_json::from_str::<Redactable<String>>(json).unwrap_err().to_string();
    assert!(refusal("true").contains("invalid type: boolean, expected"), "{}", refusal("true"));
    let words = |json| refusal(json).split(" at line").next().map(str::to_owned);
    assert_eq!(words("true"), words("false"));
}

/// A type that can read text, but asks for a number: it gets what serde_json gives it.
#[test]
fn text_is_no_number_to_a_type_that_asks_for_one() {
    #[derive(Debug)]
    struct Either;

    impl<'de> Deserialize<'de> for Either {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Any;

            impl Visitor<'_> for Any {
                type Value = Either;

                fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
                    f.write_str("a number, or text")
                }

                fn visit_u64<E>(self, _: u64) -> Result<Either, E> {
                    Ok(Either)
                }

                fn visit_str<E>(self, _: &str) -> Result<Either, E> {
                    Ok(Either)
                }
            }

            deserializer.deserialize_u64(Any)
        }
    }

    for (value, is_read) in [("7", true), (r#""7""#, false)] {
        assert_eq!(serde_json::from_str::<Either>(value).is_ok(), is_read, "{value}");
        let body = update_body(&format!(r#""x":{value}"#), "");
        let payload = support::payload(&body);
        assert_eq!(payload.decode::<One<Either>>().is_ok(), is_read, "{value}");
        assert_eq!(payload.decode::<One<Redactable<Either>>>().is_ok(), is_read, "{value}");
    }
}
