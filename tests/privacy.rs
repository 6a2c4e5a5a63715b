//! No message tells a value: a canary is planted in every place where a value can stand, as every JSON type, and looked for in
//! all that is told.

#![allow(dead_code, reason = "types here are read and shown, and nothing else")]

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fmt::{Debug, Display};
use std::net::IpAddr;

use chrono::{DateTime, NaiveDate, Utc};
use rownd_webhooks::mapping::FieldMapping;
use rownd_webhooks::replay::NdjsonReader;
use rownd_webhooks::schema::ProfileSchema;
use rownd_webhooks::sync::{Changes, SyncPlan};
use rownd_webhooks::testing::samples;
use rownd_webhooks::{DecodeError, Fields, Parser, Payload, RawJson, Received, Redactable, Value};
use serde::Deserialize;

/// What personal data is made of here: letters for text, digits for numbers. Parts of them must not be told either.
const LETTERS: &str = "canary";
const DIGITS: &str = "5550199";

/// A canary of each JSON type but those that tell one bit at most.
const CANARIES: [&str; 20] = [
    r#""canary""#,
    r#""can\u0061ry""#,
    r#""5550199""#,
    r#""<<REDACTED>> canary""#,
    r#""canary\n\u202e\u001b[31m""#,
    r#""canary canary canary canary canary canary canary canary canary canary canary canary canary canary""#,
    r#""2025-01-27T16:44:05Z canary""#,
    "5550199",
    "-5550199",
    "5550199.5",
    "5550199e3",
    "5550199e400",
    "555019955501995550199555019955501995550199",
    r#"["canary"]"#,
    "[5550199]",
    r#"[["canary",5550199]]"#,
    r#"{"k":"canary"}"#,
    r#"{"k":5550199}"#,
    r#"{"k":{"k":["canary",{"k":5550199}]}}"#,
    r#"{"$secret":"5550199"}"#,
];

/// Bodies with a `¤` for the canary: in each place, right and wrong, and with something wrong in front of it or behind it.
const BODIES: [&str; 41] = [
    // As a value that may be anything.
    r#"{"data":{"user_id":"u","a":¤},"redacted":[],"meta":{"operation":"data_update","lookup_values":[{"field":"email","value":"x"}]}}"#,
    r#"{"data":{"user_id":"u","email":¤,"b":true},"redacted":["b"],"meta":{"operation":"data_update","lookup_values":[{"field":"email","value":"x"}]}}"#,
    r#"{"data":{"a":[1,¤,{"b":¤}]},"meta":{"operation":"visibility_update"}}"#,
    r#"{"data":{"a":¤,"b":"<<REDACTED>>"},"redacted":["a"],"meta":{"operation":"data_update"}}"#,
    r#"{"data":{"user_id":¤},"redacted":["user_id"],"meta":{"operation":"delete"}}"#,
    r#"{"data":{"country":¤,"phone_number":¤},"redacted":["country","phone_number"],"meta":{"operation":"delete"}}"#,
    r#"{"data":{"a":¤},"meta":{"operation":"user_merge"}}"#,
    r#"{"data":{},"meta":{"operation":"data_insert","x":¤},"y":¤,"z":[{"z":¤}]}"#,
    r#"{"data":{},"meta":{"operation":"delete","lookup_values":[{"field":"email","value":"a","x":¤}]}}"#,
    // As a lookup value: text and numbers are right.
    r#"{"data":{"email":"other","phone":¤},"redacted":[],"meta":{"operation":"data_update","lookup_values":[{"field":"email","value":¤}]}}"#,
    r#"{"data":{"email":"<<REDACTED>>"},"redacted":["email"],"meta":{"operation":"delete","lookup_values":[{"field":"email","value":¤},{"field":"phone_number","value":¤}]}}"#,
    r#"{"meta":{"operation":"delete","lookup_values":[{"valu\u0065":¤,"field":"email"}]}}"#,
    // Where another type belongs.
    "¤",
    "[¤]",
    r#"{"data":¤,"meta":{"operation":"delete"}}"#,
    r#"{"redacted":[¤],"data":7,"meta":{"operation":"delete"}}"#,
    r#"{"meta":¤}"#,
    r#"{"meta":{"lookup_values":¤,"operation":"delete"}}"#,
    r#"{"meta":{"lookup_values":[¤],"operation":"delete"}}"#,
    r#"{"meta":{"lookup_values":[[¤,¤]],"operation":"delete"}}"#,
    r#"{"meta":{"lookup_values":[{"value":¤}],"operation":"delete"}}"#,
    r#"{"meta":{"lookup_values":[{"value":¤,"field":7}],"operation":"delete"}}"#,
    r#"{"meta":{"lookup_values":[{"value":{"x":¤},"field":"a"}],"operation":"delete"}}"#,
    r#"{"data":{"a":¤}}"#,
    r#"{"data":{"a":¤},"meta":{}}"#,
    r#"{"data":{"a":¤},"meta":{"operation":{"delete":¤}}}"#,
    r#"{"data":{"a":¤},"redacted":{"a":¤},"meta":{"operation":"delete"}}"#,
    // Beside what is malformed.
    r#"{"data":{"a":¤,"a":¤},"meta":{"operation":"delete"}}"#,
    r#"{"data":{"a":¤},"data":{"a":¤},"meta":{"operation":"delete"}}"#,
    r#"{"x":¤,"x":¤,"meta":{"operation":"delete"}}"#,
    r#"{"data":{"a":{"b":¤,"$serde_json::private::RawValue":¤}},"meta":{"operation":"delete"}}"#,
    r#"{"$serde_json::private::Number":¤,"meta":{"operation":"delete"}}"#,
    r#"{"data":{"a":[¤,"\ud800"]},"meta":{"operation":"delete"}}"#,
    r#"{"data":{"a":¤ ¤}}"#,
    r#"{"data":{"a":¤"#,
    r#"{"data":{"a":¤]"#,
    r#"{"data":{¤:1}}"#,
    r#"{"data":{"a":tru¤}}"#,
    r#"{"meta":{"operation":"delete"}} ¤"#,
    "{\"data\":{\"a\":¤,\"b\":\"\u{1}\"}}",
    "\u{feff}{\"data\":{\"a\":¤}}",
];

fn bodies() -> impl Iterator<Item = String> {
    BODIES.iter().flat_map(|body| {
        let spread = CANARIES.iter().map(|canary| body.replace('¤', canary));
        // Anywhere, with the text broken off behind it.
        let broken = CANARIES.iter().map(|canary| format!("{}{canary}", body.split('¤').next().unwrap()));
        spread.chain(broken)
    })
}

/// Characters that move a terminal, end a line of a log, or turn the text around.
fn moves(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// All that was told so far is held against the canaries at once.
#[derive(Default)]
struct Told(usize);

impl Told {
    /// A text of any length, such as `Debug` of a payload.
    #[track_caller]
    fn text(&mut self, text: &str) {
        self.0 += 1;
        assert!(!text.to_lowercase().contains(LETTERS), "{text}");
        assert!(!text.contains(DIGITS), "{text}");
        let moving = text.chars().find(|character| moves(*character) && *character != '\n');
        assert_eq!(moving, None, "{text:?}");
    }

    /// A message: short, too, and one line.
    #[track_caller]
    fn message(&mut self, message: &impl Display) {
        let message = message.to_string();
        self.text(&message);
        assert!(!message.contains('\n'), "{message}");
        assert!(!message.is_empty() && message.chars().count() < 512, "{message}");
    }

    #[track_caller]
    fn debug(&mut self, value: &impl Debug) {
        self.text(&format!("{value:?}"));
        self.text(&format!("{value:#?}"));
    }

    #[track_caller]
    fn error(&mut self, error: &(impl Error + 'static)) {
        self.message(error);
        self.debug(error);
        let mut error: &dyn Error = error;
        while let Some(source) = error.source() {
            self.message(&source);
            self.debug(&source);
            error = source;
        }
    }
}

/// Everything that can be told of a payload.
fn tell(told: &mut Told, payload: &Payload<'_>) {
    told.message(payload);
    told.debug(payload);
    told.debug(&payload.operation());
    told.message(&payload.operation());
    told.debug(&payload.user_id());
    told.debug(payload.fields());
    told.debug(&payload.fields().iter());
    told.debug(&payload.lookup_values());
    for lookup in payload.lookup_values() {
        told.debug(lookup);
        told.debug(&lookup.value());
        told.debug(&lookup.value().map(str::to_owned));
        lookup.extra().for_each(|(_, json)| tell_json(told, json));
    }
    for (_, field) in payload.fields() {
        told.debug(field);
        told.debug(&field.as_ref());
        told.debug(&field.as_ref().map(Some));
        told.debug(&Redactable::Visible(field.clone()));
        if let Redactable::Visible(value) = field {
            tell_value(told, value);
        }
    }
    payload.extra().chain(payload.meta_extra()).for_each(|(_, json)| tell_json(told, json));
    for issue in payload.issues() {
        told.message(&issue);
        told.message(&issue.path());
        told.debug(&issue);
    }
    if let Err(error) = payload.validate() {
        told.error(&error);
    }
    tell_decoding(told, payload.fields());

    let plan = payload.sync_plan();
    told.debug(&plan);
    if let Ok(SyncPlan::Upsert { set, erase, subject }) = &plan {
        told.debug(set);
        told.debug(erase);
        told.debug(subject);
    }
    if let Err(error) = &plan {
        told.error(error);
    }
    let sample = rownd_webhooks::from_str(samples::DATA_UPDATE).unwrap();
    for changes in [
        Changes::between(sample.fields(), payload.fields()),
        Changes::between(payload.fields(), sample.fields()),
        Changes::between(payload.fields(), payload.fields()),
    ] {
        told.debug(&changes);
        changes.iter().for_each(|change| told.debug(change));
    }
    // A tree holds no number out of its range.
    if let Err(error) = serde_json::to_value(payload) {
        told.error(&error);
    }
    told.debug(&payload.clone().into_event());
    told.debug(&payload.clone().into_event().map(rownd_webhooks::Event::into_owned));
    if let Err(error) = payload.clone().into_event() {
        told.error(&error);
    }
    told.debug(&Received::at(DateTime::UNIX_EPOCH, payload.clone()));
    told.debug(&Received::now(payload.clone().into_owned()));
    let schema = ProfileSchema::from_slice(
        br#"{"schema":{"a":{"type":"image"},"email":{"type":"boolean"},"country":{"type":"date","required":true},"r":{"required":true}}}"#,
    );
    for issue in schema.unwrap().check(payload) {
        told.message(&issue);
        told.debug(&issue);
    }
}

fn tell_value(told: &mut Told, value: &Value<'_>) {
    told.debug(value);
    told.debug(&value.clone().into_owned());
    told.debug(&value.as_str().map(|text| Redactable::Visible(text.to_owned())));
    match value {
        Value::Array(json) | Value::Object(json) => tell_json(told, json),
        Value::Number(number) => told.debug(number),
        _ => {}
    }
    let errors: Vec<Option<DecodeError>> = vec![
        value.decode::<bool>().err(),
        value.decode::<u8>().err(),
        value.decode::<i128>().err(),
        value.decode::<char>().err(),
        value.decode::<()>().err(),
        value.decode::<Vec<bool>>().err(),
        value.decode::<BTreeMap<String, bool>>().err(),
        value.decode::<BTreeMap<u8, bool>>().err(),
        value.decode::<NaiveDate>().err(),
        value.decode::<DateTime<Utc>>().err(),
        value.decode::<IpAddr>().err(),
        value.decode::<Kind>().err(),
        value.decode::<Word>().err(),
        value.decode::<Strict>().err(),
        value.decode::<Loud>().err(),
        value.decode::<Tagged>().err(),
        value.decode::<Untagged>().err(),
        value.decode::<(u8, bool)>().err(),
        value.decode::<Redactable<u8>>().err(),
        value.decode::<Payload<'static>>().err(),
        value.decode::<serde_json::Value>().err(),
    ];
    errors.iter().flatten().for_each(|error| told.error(error));
}

fn tell_json(told: &mut Told, json: &RawJson<'_>) {
    told.debug(json);
    told.debug(&json.clone().into_owned());
    let errors: Vec<Option<DecodeError>> = vec![
        json.decode::<u8>().err(),
        json.decode::<Strict>().err(),
        json.decode::<Loud>().err(),
        json.decode::<Vec<bool>>().err(),
        json.decode::<BTreeMap<String, bool>>().err(),
        json.to_value().err(),
    ];
    errors.iter().flatten().for_each(|error| told.error(error));
}

/// Types that refuse a value in as many ways as there are: by type, by value, by name, and in words of their own.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    One,
    Two { k: bool },
}

/// A word, of those that derived code reads as names of fields.
#[derive(Debug, Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Word {
    One,
    Two,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Strict {
    one: u8,
}

/// Says what it was given.
#[derive(Debug)]
struct Loud;

impl<'de> Deserialize<'de> for Loud {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Err(serde::de::Error::custom(format!("I do not like {value}")))
    }
}

#[derive(Debug, Deserialize)]
#[serde(tag = "k")]
enum Tagged {
    One { a: u8 },
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Untagged {
    One { a: u8 },
    Two(bool),
}

#[derive(Debug, Deserialize)]
struct Of<T> {
    #[serde(alias = "email", alias = "country")]
    a: Redactable<T>,
}

#[derive(Debug, Deserialize)]
struct Optional<T> {
    a: Option<Redactable<T>>,
}

#[derive(Debug, Deserialize)]
struct Flat<T> {
    #[serde(flatten)]
    inner: Of<T>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "t")]
enum InTagged<T> {
    #[serde(rename = "x")]
    One(Of<T>),
}

#[derive(Deserialize)]
struct PlainOf<T> {
    #[serde(rename = "a")]
    _a: T,
}

#[derive(Deserialize)]
struct PlainFlat<T> {
    #[serde(flatten)]
    _inner: PlainOf<T>,
}

/// Shows the error of a type inside of it, and carries on.
#[derive(Debug)]
struct Printing(Option<u8>);

thread_local! {
    static PRINTED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

impl<'de> Deserialize<'de> for Printing {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = u8::deserialize(deserializer);
        if let Err(error) = &read {
            let told = [error.to_string(), format!("{error:?}"), format!("{error:#?}")];
            PRINTED.with_borrow_mut(|printed| printed.extend(told));
        }
        Ok(Self(read.ok()))
    }
}

/// serde_json's own errors quote what is no string, so that this is about strings.
#[test]
fn the_error_that_a_type_is_given_tells_no_text() {
    let body = r#"{"data":{"a":"canary","b":"<<REDACTED>>"},"meta":{"operation":"delete"}}"#;
    let payload = rownd_webhooks::from_str(body).unwrap();
    let read = payload.decode::<BTreeMap<String, Printing>>().unwrap();
    assert!(read.len() == 2 && read.values().all(|printing| printing.0.is_none()));
    assert!(payload.decode::<PlainFlat<Printing>>().is_ok());
    let printed = PRINTED.take();
    assert!(printed.len() >= 9, "{printed:?}");
    assert!(printed.iter().all(|told| told == "WrongType" || told == "Redacted"), "{printed:?}");
}

/// Decodes a field of each type that refuses it, in each position.
fn tell_decoding(told: &mut Told, fields: &Fields<'_>) {
    fn each<T: serde::de::DeserializeOwned + Debug>(told: &mut Told, fields: &Fields<'_>) {
        let read: Vec<Result<(), DecodeError>> = vec![
            fields.decode::<Of<T>>().map(|of| told.debug(&of)),
            fields.decode::<Optional<T>>().map(|of| told.debug(&of)),
            fields.decode::<Flat<T>>().map(|flat| told.debug(&flat.inner)),
            fields.decode::<InTagged<T>>().map(|tagged| told.debug(&tagged)),
            fields.decode::<BTreeMap<String, Redactable<T>>>().map(|map| {
                for value in map.values() {
                    told.debug(value);
                }
            }),
            fields.decode::<PlainOf<T>>().map(|_| ()),
            fields.decode::<PlainFlat<T>>().map(|_| ()),
            fields.decode::<HashMap<String, T>>().map(|_| ()),
            fields.decode::<BTreeMap<String, Option<T>>>().map(|_| ()),
            fields.decode::<T>().map(|_| ()),
        ];
        read.into_iter().filter_map(Result::err).for_each(|error| told.error(&error));
    }
    each::<String>(told, fields);
    each::<u8>(told, fields);
    each::<bool>(told, fields);
    each::<Vec<String>>(told, fields);
    each::<serde_json::Value>(told, fields);
    each::<NaiveDate>(told, fields);
    each::<Kind>(told, fields);
    each::<Word>(told, fields);
    each::<Strict>(told, fields);
    each::<Loud>(told, fields);
    each::<Tagged>(told, fields);
    each::<Untagged>(told, fields);
}

#[test]
fn no_body_is_told_by_any_way_in() {
    let mut told = Told::default();
    let mut read = 0;
    for body in bodies() {
        match rownd_webhooks::from_str(&body) {
            Ok(payload) => {
                read += 1;
                tell(&mut told, &payload);
            }
            Err(error) => {
                told.error(&error);
                told.text(error.path().unwrap_or_default());
                told.debug(error.kind());
            }
        }
        if let Err(error) = Parser::new().strict(true).max_fields(1).parse(body.as_bytes()) {
            told.error(&error);
            told.debug(error.kind());
        }
        for error in [
            rownd_webhooks::from_reader(body.as_bytes()).err(),
            body.parse::<Payload<'static>>().err(),
            Payload::try_from(body.as_bytes()).err(),
            Parser::new().max_bytes(10).parse(body.as_bytes()).err(),
        ]
        .iter()
        .flatten()
        {
            told.error(error);
        }
        told.debug(&Parser::new());
    }
    assert!(read > 100 && told.0 > 10_000, "{read} read, {} told", told.0);
}

#[derive(Debug, Deserialize)]
struct Envelope {
    payload: Payload<'static>,
}

#[test]
fn nor_by_serde_json() {
    let mut told = Told::default();
    for body in bodies() {
        let own = format!(r#"{{"payload":{body}}}"#);
        let tree = serde_json::from_str::<serde_json::Value>(&body).ok();
        let by_tree = tree.clone().map(serde_json::from_value::<Payload<'static>>);
        let by_reference = tree.as_ref().map(Payload::deserialize);
        let read = [
            Some(serde_json::from_str(&body)),
            Some(serde_json::from_slice(body.as_bytes())),
            Some(serde_json::from_reader(body.as_bytes())),
            Some(serde_json::from_str(&own).map(|own: Envelope| own.payload)),
            Some(serde_json::from_reader(own.as_bytes()).map(|own: Envelope| own.payload)),
            Some(serde_json::from_str(&format!("[{body}]")).map(|[payload]: [Payload<'_>; 1]| payload)),
            by_tree,
            by_reference,
        ];
        for read in read.into_iter().flatten() {
            match read {
                Ok(payload) => {
                    told.message(&payload);
                    told.debug(&payload);
                    told.debug(&Envelope { payload });
                }
                Err(error) => told.error(&error),
            }
        }
        if let Some(Err(error)) = tree.map(Payload::try_from) {
            told.error(&error);
        }
    }
    assert!(told.0 > 10_000, "{}", told.0);
}

#[test]
fn nor_by_an_archive() {
    let mut told = Told::default();
    let archive: String = bodies().map(|body| body.replace('\n', " ") + "\n").collect();
    let mut reader = NdjsonReader::with_parser(archive.as_bytes(), Parser::new().strict(true));
    let mut bad = 0;
    told.debug(&reader);
    while let Some(next) = reader.next_payload() {
        match next {
            Ok(payload) => told.debug(&payload),
            Err(error) => {
                bad += 1;
                told.error(&error);
                told.error(error.parse_error());
            }
        }
        told.debug(&reader);
    }
    assert!(bad > 500, "{bad}");
}

/// `Redactable` in a struct that serde_json reads without this crate's parser.
#[test]
fn nor_by_redactable_fields_of_a_struct() {
    fn each<T: serde::de::DeserializeOwned + Debug>(told: &mut Told, refused: &mut usize, body: &str) {
        let tree = serde_json::from_str::<serde_json::Value>(body).ok();
        let tree = || tree.clone().ok_or_else(|| serde::de::Error::custom("no tree"));
        let read: Vec<Result<(), serde_json::Error>> = vec![
            serde_json::from_str::<Of<T>>(body).map(|read| told.debug(&read)),
            serde_json::from_slice::<Optional<T>>(body.as_bytes()).map(|read| told.debug(&read)),
            serde_json::from_reader::<_, Of<T>>(body.as_bytes()).map(|read| told.debug(&read)),
            serde_json::from_str::<Flat<T>>(body).map(|read| told.debug(&read)),
            serde_json::from_reader::<_, Flat<T>>(body.as_bytes()).map(|read| told.debug(&read)),
            serde_json::from_str::<InTagged<T>>(body).map(|read| told.debug(&read)),
            serde_json::from_str::<BTreeMap<String, Redactable<T>>>(body).map(|read| told.debug(&read)),
            tree().and_then(serde_json::from_value::<Of<T>>).map(|read| told.debug(&read)),
            tree().and_then(serde_json::from_value::<Flat<T>>).map(|read| told.debug(&read)),
            tree().and_then(|tree| Optional::<T>::deserialize(&tree)).map(|read| told.debug(&read)),
        ];
        for error in read.into_iter().filter_map(Result::err) {
            told.error(&error);
            *refused += 1;
        }
    }
    let mut told = Told::default();
    let mut refused = 0;
    let reserved = CANARIES.map(|canary| format!(r#"{{"$serde_json::private::RawValue":{canary}}}"#));
    let numbers = CANARIES.map(|canary| format!(r#"{{"$serde_json::private::Number":{canary}}}"#));
    let broken = CANARIES.map(|canary| format!(r#"[{canary},"\ud800"]"#));
    let canaries = CANARIES.map(str::to_owned).into_iter().chain(reserved).chain(numbers).chain(broken);
    for canary in canaries {
        let body = format!(r#"{{"t":"x","a":{canary}}}"#);
        each::<String>(&mut told, &mut refused, &body);
        each::<u8>(&mut told, &mut refused, &body);
        each::<i128>(&mut told, &mut refused, &body);
        each::<f32>(&mut told, &mut refused, &body);
        each::<bool>(&mut told, &mut refused, &body);
        each::<char>(&mut told, &mut refused, &body);
        each::<()>(&mut told, &mut refused, &body);
        each::<Option<u8>>(&mut told, &mut refused, &body);
        each::<Vec<u8>>(&mut told, &mut refused, &body);
        each::<Vec<Redactable<u8>>>(&mut told, &mut refused, &body);
        each::<BTreeMap<u8, u8>>(&mut told, &mut refused, &body);
        each::<HashMap<String, Redactable<u8>>>(&mut told, &mut refused, &body);
        each::<serde_json::Value>(&mut told, &mut refused, &body);
        each::<NaiveDate>(&mut told, &mut refused, &body);
        each::<DateTime<Utc>>(&mut told, &mut refused, &body);
        each::<IpAddr>(&mut told, &mut refused, &body);
        each::<Kind>(&mut told, &mut refused, &body);
        each::<Word>(&mut told, &mut refused, &body);
        each::<Strict>(&mut told, &mut refused, &body);
        each::<Loud>(&mut told, &mut refused, &body);
        each::<Tagged>(&mut told, &mut refused, &body);
        each::<Untagged>(&mut told, &mut refused, &body);
        each::<Redactable<Redactable<u8>>>(&mut told, &mut refused, &body);
        each::<Payload<'static>>(&mut told, &mut refused, &body);
    }
    assert!(refused > 5_000, "{refused}");
}

#[derive(Debug)]
enum Consent {
    Redacted,
    Given,
}

/// What `Debug` of a visible value shows, by type: a kind or a type's name.
#[test]
fn debug_of_visible_shows_what_kind_of_value_it_is() {
    let mut told = Told::default();
    told.debug(&Redactable::Visible("canary"));
    told.debug(&Redactable::Visible("canary".to_owned().into_boxed_str()));
    told.debug(&Redactable::Visible(String::from("canary \"quoted\" \\ \u{202e}")));
    told.debug(&Redactable::Visible(5_550_199_u64));
    told.debug(&Redactable::Visible(-5_550_199.5));
    told.debug(&Redactable::Visible(Some("canary")));
    told.debug(&Redactable::Visible(vec!["canary"]));
    told.debug(&Redactable::Visible(("canary", 5_550_199)));
    told.debug(&Redactable::Visible(b"canary"));
    told.debug(&Redactable::Visible(HashMap::from([("k", "canary")])));
    told.debug(&Redactable::Visible(serde_json::json!({"k": "canary"})));
    told.debug(&Redactable::Visible(std::path::Path::new("canary")));
    told.debug(&Redactable::Visible(std::ffi::OsString::from("canary")));
    told.debug(&Some(Redactable::Visible("canary")));
    told.debug(&vec![Redactable::Visible("canary"), Redactable::Redacted]);
    told.debug(&Redactable::Visible(Redactable::Visible("canary")));
    told.debug(&Redactable::Visible(format_args!("canary")));
    assert_eq!(format!("{:?}", Redactable::Visible("jrose@acme.com")), "Visible(string of 14 bytes)");
    assert_eq!(format!("{:#?}", Redactable::Visible("é\n\u{202e}\"'\\")), "Visible(string of 9 bytes)");
    assert_eq!(format!("{:?}", Redactable::<String>::Redacted), "Redacted");
    // A name may be one of those that this crate shows.
    let told = |consent| format!("{:?}", Redactable::Visible(consent));
    assert_eq!(told(Consent::Redacted), told(Consent::Given));
    // One bit is a value as well.
    let (yes, no) = (Redactable::Visible(true), Redactable::Visible(false));
    assert_eq!(format!("{yes:?} {yes:#?}"), format!("{no:?} {no:#?}"));
    let visible = |body: &'static str| format!("{:?}", rownd_webhooks::from_str(body).unwrap().field("a"));
    assert_eq!(
        visible(r#"{"data":{"a":true},"meta":{"operation":"delete"}}"#),
        visible(r#"{"data":{"a":false},"meta":{"operation":"delete"}}"#)
    );
}

/// Which values differ does not show in what is told of them, but for type and length.
#[test]
fn what_is_told_is_the_same_for_values_of_one_type_and_length() {
    for (one, two) in [
        ("\"abc\"", "\"xyz\""),
        ("123", "987"),
        ("true", "false"),
        ("[1,2]", "[\"\"]"),
        (r#"{"a":1}"#, r#"{"b":2}"#),
        (r#"{"a":"x"}"#, r#"{"a":[0]}"#),
    ] {
        let tell = |value: &str| {
            let body = format!(
                r#"{{"data":{{"user_id":"u","a":{value},"hidden":{value}}},"redacted":["hidden"],"x":{value},"meta":{{"operation":"data_update","lookup_values":[{{"field":"email","value":"e","y":{value}}}]}}}}"#
            );
            let payload = rownd_webhooks::from_str(&body).unwrap();
            format!("{payload} {payload:?} {payload:#?} {:?} {:?}", payload.issues(), payload.sync_plan())
        };
        // A boolean's length would tell which one it is, nested JSON's is that of its text.
        if one.len() == two.len() || one == "true" {
            let told = (tell(one), tell(two));
            if one != "true" {
                assert_eq!(told.0, told.1);
            }
        }
    }
}

#[test]
fn a_withheld_value_is_nowhere_and_not_even_its_length() {
    let tell = |value: &str| {
        let body = format!(
            r#"{{"data":{{"user_id":"u","a":{value}}},"redacted":["a"],"meta":{{"operation":"data_update","lookup_values":[{{"field":"email","value":"e"}}]}}}}"#
        );
        let payload = rownd_webhooks::from_str(&body).unwrap();
        let by_serde: Payload<'_> = serde_json::from_str(&body).unwrap();
        assert_eq!(payload, by_serde);
        let owned = payload.clone().into_owned();
        format!(
            "{payload:?} {:?} {} {} {} {:?} {:?}",
            payload.issues(),
            serde_json::to_string(&owned).unwrap(),
            payload.canonical_json(),
            serde_json::to_string(payload.fields()).unwrap(),
            payload.sync_plan(),
            payload.decode::<BTreeMap<String, Redactable<serde_json::Value>>>(),
        )
    };
    let expected = tell("null");
    for value in CANARIES.iter().chain(&["true", "false", "\"\"", "[]", "{}", "0"]) {
        assert_eq!(tell(value), expected, "{value}");
    }
}

#[test]
fn the_operators_settings_are_not_told() {
    let mut told = Told::default();
    let settings = [
        "¤",
        "[¤]",
        r#"[{"rownd_field":¤}]"#,
        r#"[{"rownd_field":7,"connection_field":¤}]"#,
        r#"[{"rownd_field":"a","connection_field":"b","transformer":¤}]"#,
        r#"[{"rownd_field":"a","connection_field":"b","transformer":{"$serde_json::private::RawValue":¤}}]"#,
        r#"[{"rownd_field":"a","connection_field":"b","transformer":{"$serde_json::private::Number":¤}}]"#,
        r#"{"schema":¤}"#,
        r#"{"schema":{"a":¤}}"#,
        r#"{"schema":{"a":{"type":7,"display_name":¤}}}"#,
        r#"{"schema":{"a":{"required":¤}}}"#,
        r#"{"schema":{"a":{"x":{"$serde_json::private::RawValue":¤}}}}"#,
        r#"{"schema":{"a":{"x":{"$serde_json::private::Number":¤}}}}"#,
        r#"{"schema":{"a":¤"#,
        r#"{"schema":{"a":{"display_name":¤ ¤}}}"#,
    ];
    let mut refused = 0;
    for setting in settings {
        for canary in CANARIES {
            let json = setting.replace('¤', canary);
            let (mapping, schema) =
                (FieldMapping::from_slice(json.as_bytes()), ProfileSchema::from_slice(json.as_bytes()));
            for error in [mapping.err(), schema.err()].iter().flatten() {
                told.error(error);
                told.debug(error.kind());
                refused += 1;
            }
        }
    }
    assert!(refused > 400, "{refused}");
}

/// Whoever wants to read a value finds it: privacy is of messages.
#[test]
fn reading_is_explicit_and_complete() {
    let body = r#"{"data":{"a":"canary","b":{"k":"canary"},"n":5550199},"redacted":[],"meta":{"operation":"data_update","lookup_values":[{"field":"email","value":"canary"}]}}"#;
    let payload = rownd_webhooks::from_str(body).unwrap();
    let value = |name: &str| payload.field(name).unwrap().visible().unwrap();
    assert_eq!(value("a").as_str(), Some("canary"));
    assert_eq!(value("n").as_u64(), Some(5_550_199));
    assert_eq!(payload.email(), Some("canary"));
    let Value::Object(json) = value("b") else { panic!() };
    assert_eq!(json.get(), r#"{"k":"canary"}"#);
    let error = value("a").decode::<u8>().unwrap_err();
    assert!(error.detail().unwrap().contains("canary"), "for a debugger");
    assert!(payload.canonical_json().contains("canary"));
}
