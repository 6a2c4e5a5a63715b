//! No output contains a value. A canary of each JSON type is put wherever a body may have a value, and no output may contain it.

#![allow(dead_code, reason = "the types here are only decoded and printed")]

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
use rownd_webhooks::{Parser, Payload, RawJson, Received, Redactable, Value};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use crate::support::{Body, payload};

/// Personal data is made of these: letters in text, digits in numbers.
const LETTERS: &str = "canary";
const DIGITS: &str = "5550199";

/// A canary of each JSON type except those that hold one bit at most.
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

/// Bodies with a `¤` for the canary: in each place, valid and invalid, and before and after something else that is wrong.
const BODIES: [&str; 40] = [
    // Where any value is valid.
    r#"{"data":{"user_id":"u","a":¤},"redacted":[],"meta":{"operation":"data_update","lookup_values":[{"field":"email","value":"x"}]}}"#,
    r#"{"data":{"user_id":"u","email":¤,"b":true},"redacted":["b"],"meta":{"operation":"data_update","lookup_values":[{"field":"email","value":"x"}]}}"#,
    r#"{"data":{"a":[1,¤,{"b":¤}]},"meta":{"operation":"visibility_update"}}"#,
    r#"{"data":{"a":¤,"b":"<<REDACTED>>"},"redacted":["a","c"],"meta":{"operation":"data_update"}}"#,
    r#"{"data":{"user_id":¤},"redacted":["user_id"],"meta":{"operation":"delete"}}"#,
    r#"{"data":{"country":¤,"phone_number":¤},"redacted":["country","phone_number"],"meta":{"operation":"delete"}}"#,
    r#"{"data":{"a":¤},"meta":{"operation":"user_merge"}}"#,
    r#"{"data":{},"meta":{"operation":"data_insert","x":¤},"y":¤,"z":[{"z":¤}]}"#,
    // In lookup values, usable or not.
    r#"{"data":{"email":"other","phone":¤},"redacted":[],"meta":{"operation":"data_update","lookup_values":[{"field":"email","value":¤}]}}"#,
    r#"{"data":{"email":"<<REDACTED>>"},"redacted":["email"],"meta":{"operation":"delete","lookup_values":[{"field":"email","value":¤},{"field":"phone_number","value":¤}]}}"#,
    r#"{"data":{},"meta":{"operation":"delete","lookup_values":[{"field":"email","value":"a","x":¤}]}}"#,
    r#"{"data":{},"meta":{"lookup_values":¤,"operation":"delete"}}"#,
    r#"{"data":{"user_id":"u"},"meta":{"lookup_values":[¤,[¤,¤]],"operation":"delete"}}"#,
    r#"{"data":{},"meta":{"lookup_values":[{"value":¤},{"value":¤,"field":7},{"field":"email","y":¤}],"operation":"delete"}}"#,
    r#"{"meta":{"lookup_values":[{"value":{"x":¤},"field":"a"}],"operation":"delete"}}"#,
    // Where another type is expected.
    "¤",
    "[¤]",
    r#"{"data":¤,"meta":{"operation":"delete"}}"#,
    r#"{"redacted":[¤],"data":7,"meta":{"operation":"delete"}}"#,
    r#"{"meta":¤}"#,
    r#"{"data":{"a":¤}}"#,
    r#"{"data":{"a":¤},"meta":{}}"#,
    r#"{"data":{"a":¤},"meta":{"operation":{"delete":¤}}}"#,
    r#"{"data":{"a":¤},"redacted":{"a":¤},"meta":{"operation":"delete"}}"#,
    // Next to an error.
    r#"{"data":{"a":¤,"a":¤},"meta":{"operation":"delete"}}"#,
    r#"{"data":{"a":¤},"data":{"a":¤},"meta":{"operation":"delete"}}"#,
    r#"{"x":¤,"x":¤,"meta":{"operation":"delete"}}"#,
    r#"{"meta":{"lookup_values":[{"value":¤,"value":¤}],"operation":"delete"}}"#,
    r#"{"data":{"a":{"b":¤,"$serde_json::private::RawValue":¤}},"meta":{"operation":"delete"}}"#,
    r#"{"$serde_json::private::Number":¤,"meta":{"operation":"delete"}}"#,
    r#"{"data":{"a":[¤,"\ud800"]},"meta":{"operation":"delete"}}"#,
    r#"{"data":{"a":¤ ¤}}"#,
    r#"{"data":{"a":¤"#,
    r#"{"data":{"a":¤]"#,
    r#"{"data":{¤:1}}"#,
    r#"{"data":{"a":tru¤}}"#,
    r#"{"meta":{"operation":"delete"}} ¤"#,
    r#"{"meta":{"operation":"delete"}}{"meta":¤}"#,
    "{\"data\":{\"a\":¤,\"b\":\"\u{1}\"}}",
    "\u{feff}{\"data\":{\"a\":¤}}",
];

fn bodies() -> impl Iterator<Item = String> {
    let whole = |body: &'static str| CANARIES.map(|canary| body.replace('¤', canary));
    let cut = |body: &'static str| CANARIES.map(|canary| body.split('¤').next().unwrap().to_owned() + canary);
    BODIES.into_iter().flat_map(move |body| whole(body).into_iter().chain(cut(body)))
}

/// Checks all that the crate prints.
#[derive(Default)]
struct Output(usize);

impl Output {
    /// A text of any length.
    #[track_caller]
    fn text(&mut self, text: &str) {
        self.0 += 1;
        assert!(!text.to_lowercase().contains(LETTERS) && !text.contains(DIGITS), "{text}");
        assert_no_control(text);
    }

    /// A message, which is one short line.
    #[track_caller]
    fn message(&mut self, message: impl Display) {
        let message = message.to_string();
        self.text(&message);
        assert!(!message.is_empty() && !message.contains('\n') && message.chars().count() < 512, "{message}");
    }

    #[track_caller]
    fn debug(&mut self, value: impl Debug) {
        self.text(&format!("{value:?}"));
        self.text(&format!("{value:#?}"));
    }

    #[track_caller]
    fn error(&mut self, error: &(impl Error + 'static)) {
        self.message(error);
        self.debug(error);
        assert!(error.source().is_none());
    }

    #[track_caller]
    fn result<T>(&mut self, result: Result<T, impl Error + 'static>) -> Option<T> {
        result.map_err(|error| self.error(&error)).ok()
    }

    /// The error, or the `Debug` output of the value.
    #[track_caller]
    fn shown(&mut self, result: Result<impl Debug, impl Error + 'static>) {
        if let Some(value) = self.result(result) {
            self.debug(value);
        }
    }
}

/// Asserts that the text does not contain characters that control a terminal, break a line of a log, or reverse the text.
#[track_caller]
fn assert_no_control(text: &str) {
    let is_invisible = |character: char| character.is_control() || INVISIBLE.contains(character);
    assert!(!text.contains(|character| character != '\n' && is_invisible(character)), "{text:?}");
}

/// Prints all that a payload offers.
fn print_payload(output: &mut Output, payload: &Payload<'_>) {
    output.message(payload);
    output.message(payload.operation());
    output.debug(payload);
    output.debug((payload.operation(), payload.user_id(), payload.fields(), payload.fields().iter()));
    for lookup in payload.lookup_values() {
        output.debug((lookup, lookup.value(), lookup.value().map(str::to_owned)));
        lookup.unknown_members().for_each(|(_, json)| print_json(output, json));
    }
    for (_, field) in payload.fields() {
        output.debug((field, field.as_ref(), field.as_ref().map(Some), Redactable::Visible(field.clone())));
        if let Redactable::Visible(value) = field {
            print_value(output, value);
        }
    }
    payload.unknown_members().chain(payload.unknown_meta()).for_each(|(_, json)| print_json(output, json));
    print_decoding(output, payload);

    let schema = br#"{"schema":{"a":{"type":"image"},"email":{"type":"boolean"},"country":{"type":"date","required":true},"r":{"required":true}}}"#;
    for issue in payload.issues().iter().chain(&ProfileSchema::from_slice(schema).unwrap().check(payload)) {
        output.message(issue);
        output.message(issue.path());
        output.debug(issue);
    }
    output.result(payload.validate());
    if let Some(SyncPlan::Upsert { set, erase, subject }) = output.result(payload.sync_plan()) {
        output.debug((set, erase, subject));
    }
    output.debug(payload.sync_plan());
    let sample = rownd_webhooks::from_str(samples::DATA_UPDATE).unwrap();
    for (old, new) in [(&sample, payload), (payload, &sample), (payload, payload)] {
        let changes = Changes::between(old.fields(), new.fields());
        output.debug(&changes);
        changes.iter().for_each(|change| output.debug(change));
    }
    // A tree cannot hold a number out of its range.
    output.result(serde_json::to_value(payload));
    if let Some(event) = output.result(payload.clone().into_event()) {
        output.debug(&event);
        output.debug(event.into_owned());
    }
    output.debug(Received::at(DateTime::UNIX_EPOCH, payload.clone()));
}

fn print_value(output: &mut Output, value: &Value<'_>) {
    output.debug(value);
    output.debug(value.clone().into_owned());
    match value {
        Value::Array(json) | Value::Object(json) => print_json(output, json),
        Value::Number(number) => output.debug(number),
        _ => {}
    }
    macro_rules! decode {
        ($($type:ty),*) => {$( output.result(value.decode::<$type>()); )*};
    }
    decode! {
        bool, u8, i128, char, (), Vec<bool>, BTreeMap<String, bool>, BTreeMap<u8, bool>, NaiveDate, DateTime<Utc>, IpAddr, Kind,
        Word, Strict, Talkative, Tagged, Untagged, (u8, bool), Redactable<u8>, Payload<'static>, serde_json::Value
    }
}

fn print_json(output: &mut Output, json: &RawJson<'_>) {
    output.debug(json);
    output.debug(json.clone().into_owned());
    output.result(json.decode::<u8>());
    output.result(json.decode::<Strict>());
    output.result(json.decode::<Talkative>());
    output.result(json.decode::<BTreeMap<String, bool>>());
}

/// Types that reject values in different ways: by type, by value, by name, and with a message of their own.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    One,
    Two { k: bool },
}

/// A word, as derived code reads the names of fields.
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

/// Quotes the value that it rejects.
#[derive(Debug)]
struct Talkative;

impl<'de> Deserialize<'de> for Talkative {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
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
struct Field<T> {
    #[serde(alias = "email", alias = "country")]
    a: T,
}

#[derive(Debug, Deserialize)]
struct Flat<T> {
    #[serde(flatten)]
    inner: T,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "t")]
enum InTagged<T> {
    #[serde(rename = "x")]
    One(Field<T>),
}

/// Decodes a field of each type, in each kind of place.
fn print_decoding(output: &mut Output, payload: &Payload<'_>) {
    fn each<T: DeserializeOwned + Debug>(output: &mut Output, payload: &Payload<'_>) {
        output.shown(payload.decode::<Field<Redactable<T>>>());
        output.shown(payload.decode::<Field<Option<Redactable<T>>>>());
        output.shown(payload.decode::<Flat<Field<Redactable<T>>>>());
        output.shown(payload.decode::<InTagged<Redactable<T>>>());
        output.shown(payload.decode::<BTreeMap<String, Redactable<T>>>());
        output.result(payload.decode::<Field<T>>());
        output.result(payload.decode::<Flat<Field<T>>>());
        output.result(payload.decode::<HashMap<String, Option<T>>>());
        output.result(payload.decode::<T>());
    }
    macro_rules! each {
        ($($type:ty),*) => {$( each::<$type>(output, payload); )*};
    }
    each! { String, u8, Vec<String>, serde_json::Value, Kind, Word, Strict, Talkative, Tagged, Untagged }
}

#[test]
fn no_output_of_a_parser_contains_a_value() {
    let (mut output, mut accepted) = (Output::default(), 0);
    let strict = || Parser::new().strict(true);
    for body in bodies() {
        if let Ok(payload) = rownd_webhooks::from_str(&body) {
            accepted += 1;
            print_payload(&mut output, &payload);
        }
        for parser in [Parser::new(), strict(), strict().max_entries(1), Parser::new().max_bytes(10)] {
            let errors = [parser.parse(body.as_bytes()).err(), parser.parse_reader(body.as_bytes()).err()];
            for error in errors.iter().flatten() {
                output.error(error);
                output.text(error.path().unwrap_or_default());
                output.debug(error.kind());
            }
        }
    }
    assert!(accepted > 300 && output.0 > 50_000, "{accepted} accepted, {} printed", output.0);
}

#[test]
fn no_error_of_serde_json_contains_a_value() {
    let mut output = Output::default();
    for body in bodies() {
        let envelope = format!(r#"{{"a":{body}}}"#);
        output.shown(serde_json::from_str::<Payload<'_>>(&body));
        output.shown(serde_json::from_reader::<_, Payload<'_>>(body.as_bytes()));
        output.shown(serde_json::from_str::<Field<Payload<'_>>>(&envelope));
        output.shown(serde_json::from_reader::<_, Field<Payload<'_>>>(envelope.as_bytes()));
        output.shown(serde_json::from_str::<[Payload<'_>; 1]>(&format!("[{body}]")));
        let Ok(tree) = serde_json::from_str::<serde_json::Value>(&body) else { continue };
        output.shown(Payload::deserialize(&tree));
        output.shown(serde_json::from_value::<Payload<'_>>(tree.clone()));
        if tree.is_object() {
            // serde's own error about another type quotes the value.
            output.shown(serde_json::from_str::<Flat<Payload<'_>>>(&body));
        }
        output.shown(Payload::try_from(tree));
    }
    assert!(output.0 > 10_000, "{}", output.0);
}

#[test]
fn no_error_of_an_archive_contains_a_value() {
    let mut output = Output::default();
    let archive: String = bodies().map(|body| body.replace('\n', " ") + "\n").collect();
    let mut reader = NdjsonReader::with_parser(archive.as_bytes(), Parser::new().strict(true));
    let mut errors = 0;
    while let Some(next) = reader.next_payload() {
        match next {
            Ok(payload) => output.debug(&payload),
            Err(error) => {
                errors += 1;
                output.error(&error);
                output.error(error.parse_error());
            }
        }
        output.debug(&reader);
    }
    assert!(errors > 500, "{errors}");
}

/// `Redactable` in a struct that serde_json reads without this crate's parser.
#[test]
fn no_error_of_a_redactable_field_contains_a_value() {
    fn each<T: DeserializeOwned + Debug>(output: &mut Output, body: &str) {
        output.shown(serde_json::from_str::<Field<Redactable<T>>>(body));
        output.shown(serde_json::from_reader::<_, Field<Option<Redactable<T>>>>(body.as_bytes()));
        output.shown(serde_json::from_str::<Flat<Field<Redactable<T>>>>(body));
        output.shown(serde_json::from_str::<InTagged<Redactable<T>>>(body));
        output.shown(serde_json::from_str::<BTreeMap<String, Redactable<T>>>(body));
        if let Ok(tree) = serde_json::from_str::<serde_json::Value>(body) {
            output.shown(Field::<Redactable<T>>::deserialize(&tree));
            output.shown(serde_json::from_value::<Flat<Field<Redactable<T>>>>(tree));
        }
    }
    let mut output = Output::default();
    let reserved = [r#"{"$serde_json::private::RawValue":¤}"#, r#"{"$serde_json::private::Number":¤}"#];
    for shape in ["¤", reserved[0], reserved[1], r#"[¤,"\ud800"]"#] {
        for canary in CANARIES {
            let body = format!(r#"{{"t":"x","a":{}}}"#, shape.replace('¤', canary));
            macro_rules! each {
                ($($type:ty),*) => {$( each::<$type>(&mut output, &body); )*};
            }
            each! {
                String, i128, f32, bool, char, (), Vec<Redactable<u8>>, BTreeMap<u8, u8>, serde_json::Value, NaiveDate,
                IpAddr, Kind, Word, Strict, Talkative, Tagged, Untagged, Redactable<Redactable<u8>>, Payload<'static>
            }
        }
    }
    assert!(output.0 > 10_000, "{}", output.0);
}

/// Keeps the error of a type inside it, as a value.
#[derive(Debug)]
struct Spying(Option<u8>);

thread_local! {
    static SPIED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

impl<'de> Deserialize<'de> for Spying {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = u8::deserialize(deserializer);
        if let Err(error) = &read {
            SPIED.with_borrow_mut(|spied| {
                spied.extend([error.to_string(), format!("{error:?}"), format!("{error:#?}")]);
            });
        }
        Ok(Self(read.ok()))
    }
}

/// serde_json's own errors quote what is not a string, so that this is about strings.
#[test]
fn the_error_that_a_type_sees_while_decoding_contains_no_text() {
    let payload = payload(Body::with_data(r#"{"a":"canary","b":"<<REDACTED>>"}"#));
    let decoded = payload.decode::<BTreeMap<String, Spying>>().unwrap();
    assert!(decoded.len() == 2 && decoded.values().all(|spying| spying.0.is_none()));
    assert!(payload.decode::<Flat<Field<Spying>>>().is_ok());
    let mut output = Output::default();
    let spied = SPIED.take();
    assert!(spied.len() >= 9, "{spied:?}");
    for text in spied {
        output.text(&text);
    }
}

#[test]
fn debug_of_a_redactable_shows_only_its_type() {
    for (debug, expected) in [
        (format!("{:?}", Redactable::Visible("canary".to_owned())), "Visible(String)"),
        (format!("{:?}", Redactable::Visible("canary")), "Visible(&str)"),
        (format!("{:?}", Redactable::Visible(true)), "Visible(bool)"),
        (format!("{:?}", Redactable::Visible(false)), "Visible(bool)"),
        (format!("{:?}", Redactable::Visible(vec![Some(5_550_199)])), "Visible(Vec<Option<i32>>)"),
        (format!("{:?}", Redactable::Visible(("7", 7_u8))), "Visible((&str, u8))"),
        (format!("{:?}", Redactable::Visible(Redactable::Visible(true))), "Visible(Redactable<bool>)"),
        (format!("{:#?}", Redactable::<String>::Redacted), "Redacted"),
    ] {
        assert_eq!(debug, expected);
    }
}

#[test]
fn output_is_the_same_for_values_of_one_type_and_length() {
    for (one, two) in [
        ("\"abc\"", "\"xyz\""),
        ("123", "987"),
        ("[1,2]", "[\"a\"]"),
        (r#"{"a":1}"#, r#"{"b":2}"#),
        (r#"{"a":"x"}"#, r#"{"a":[0]}"#),
        // One bit is a value as well.
        ("true", "false"),
    ] {
        let [one, two] = [one, two].map(|value| {
            let payload = payload(Body {
                data: &format!(r#"{{"user_id":"u","a":{value},"hidden":{value}}}"#),
                redacted: r#"["hidden"]"#,
                lookup_values: &format!(r#"[{{"field":"email","value":"e","y":{value}}},[{value}]]"#),
                members: &format!("\"x\":{value}"),
                ..Body::default()
            });
            format!("{payload} {payload:?} {payload:#?} {:?} {:?}", payload.issues(), payload.sync_plan())
        });
        assert_eq!(one, two);
    }
}

#[test]
fn a_withheld_value_is_dropped_with_its_length() {
    let output = |value: &str| {
        let payload = payload(Body {
            redacted: r#"["f"]"#,
            ..Body::with_data(&format!(r#"{{"user_id":"u","f":{value}}}"#))
        });
        format!(
            "{payload:?} {:?} {} {} {} {:?} {:?}",
            payload.issues(),
            serde_json::to_string(&payload.clone().into_owned()).unwrap(),
            payload.canonical_json(),
            serde_json::to_string(payload.fields()).unwrap(),
            payload.sync_plan(),
            payload.decode::<BTreeMap<String, Redactable<serde_json::Value>>>(),
        )
    };
    let expected = output("null");
    for value in CANARIES.iter().chain(&["true", "false", "\"\"", "[]", "{}", "0"]) {
        assert_eq!(output(value), expected, "{value}");
    }
}

#[test]
fn no_error_of_the_settings_contains_a_value() {
    let (mut output, mut errors) = (Output::default(), 0);
    for setting in [
        "¤",
        "[¤]",
        r#"[{"rownd_field":¤}]"#,
        r#"[{"rownd_field":7,"connection_field":¤}]"#,
        r#"[{"rownd_field":"a","connection_field":"b","transformer":¤}]"#,
        r#"[{"rownd_field":"a","connection_field":"b","transformer":{"$serde_json::private::RawValue":¤}}]"#,
        r#"{"data_type_map":¤}"#,
        r#"{"schema":¤}"#,
        r#"{"schema":{"a":¤}}"#,
        r#"{"schema":{"a":{"type":7,"display_name":¤}}}"#,
        r#"{"schema":{"a":{"required":¤}}}"#,
        r#"{"schema":{"a":{"x":{"$serde_json::private::Number":¤}}}}"#,
        r#"{"app":{"schema":¤}}"#,
        r#"{"schema":{"a":¤"#,
        r#"{"schema":{"a":{"display_name":¤ ¤}}}"#,
    ] {
        for canary in CANARIES {
            let json = setting.replace('¤', canary);
            let mapping = FieldMapping::from_slice(json.as_bytes()).err();
            let schema = ProfileSchema::from_slice(json.as_bytes()).err();
            for error in [mapping, schema].iter().flatten() {
                output.error(error);
                output.debug(error.kind());
                errors += 1;
            }
        }
    }
    assert!(errors > 400, "{errors}");
}

/// Characters that control a terminal, break a line of a log, or reverse the text.
const INVISIBLE: &str = "\0\u{7}\u{8}\n\r\u{1b}\u{7f}\u{85}\u{9b}\u{ad}\u{61c}\u{200b}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\
    \u{202e}\u{2066}\u{2069}\u{feff}\u{e0001}";

#[test]
fn names_are_escaped_wherever_they_are_shown() {
    for invisible in INVISIBLE.chars() {
        let name = serde_json::to_string(&format!("x{invisible}[31m ERROR forged line{invisible}")).unwrap();
        let content = name.trim_matches('"');
        let valid = Body {
            operation: content,
            data: &format!(r#"{{"user_id":{name},{name}:"<<REDACTED>>","":2,"f":{{{name}:{name}}}}}"#),
            redacted: &format!(r#"[{name},{name},"x"]"#),
            lookup_values: &format!(
                r#"[{{"field":{name},"value":"<<REDACTED>>",{name}:{name}}},{{{name}:1}}]"#
            ),
            meta: &format!("{name}:{name}"),
            members: &format!("{name}:{name}"),
        };
        let payload = payload(valid);
        assert_eq!(payload, serde_json::to_string(&payload).unwrap().parse().unwrap());
        let update = Body { operation: "data_update", ..valid }.to_string().replace("\"<<REDACTED>>\"", "7");
        let event = rownd_webhooks::from_str(&update).unwrap().into_event();
        let invalid = Parser::new().strict(true).parse(update.as_bytes()).unwrap_err();
        let mut output = vec![
            format!("{payload} {payload:?} {} {:?}", payload.operation(), payload.operation()),
            format!("{} {:?} {:?}", payload.user_id().unwrap(), payload.user_id(), payload.sync_plan()),
            format!("{event:?} {invalid}"),
        ];
        output.extend(payload.issues().iter().map(|issue| format!("{issue} {issue:?} {}", issue.path())));
        let twice = format!("{name}:1,{name}:2");
        let reserved = format!(r#"{name}:{{"$serde_json::private::{}":1}}"#, &content[1..]);
        for members in [&twice, &reserved] {
            for body in [
                Body { members, ..Body::default() },
                Body { meta: members, ..Body::default() },
                Body::with_data(&format!("{{{members}}}")),
                Body { lookup_values: &format!("[{{{members}}}]"), ..Body::default() },
            ] {
                let body = body.to_string();
                let error = rownd_webhooks::from_str(&body).expect_err(&body);
                output.push(format!("{error} {error:?} {}", error.path().unwrap()));
                output.push(serde_json::from_str::<Payload<'_>>(&body).unwrap_err().to_string());
            }
        }
        for text in output {
            assert_no_control(&text.replace(' ', "\n"));
            assert!(!text.contains('\n'), "{text:?}");
        }
    }
}

#[test]
fn names_are_cut_at_64_characters_and_never_inside_an_escape() {
    for (unit, shown) in [
        ("a", "a"),
        ("é", "é"),
        ("😀", "😀"),
        ("\n", "\\n"),
        ("\u{202e}", "\\u{202e}"),
        ("\u{e0001}", "\\u{e0001}"),
    ] {
        for count in 0..140 {
            let word = serde_json::to_string(&unit.repeat(count)).unwrap();
            let body = Body { operation: word.trim_matches('"'), ..Body::default() }.to_string();
            let output = rownd_webhooks::from_str(&body).unwrap().operation().to_string();
            let width = shown.chars().count();
            let expected =
                if width * count <= 64 { shown.repeat(count) } else { shown.repeat(63 / width) + "…" };
            assert_eq!(output, expected);
        }
    }
}

#[test]
fn a_long_name_is_cut_where_it_is_shown_and_nowhere_else() {
    let long: String = "long\u{202e}😀".chars().cycle().take(10_000).collect();
    let json = serde_json::to_string(&long).unwrap();
    let body = Body {
        operation: json.trim_matches('"'),
        data: &format!(r#"{{{json}:"<<REDACTED>>"}}"#),
        redacted: &format!(r#"["a",{json},{json}]"#),
        lookup_values: &format!(r#"[{{"field":{json},"value":{json}}}]"#),
        meta: &format!("{json}:1"),
        members: &format!("{json}:2"),
    };
    let payload = payload(body);
    assert_eq!(payload.operation().as_str(), long);
    assert!(payload.field(&long).unwrap().is_redacted());
    assert_eq!(payload.lookup(&long).unwrap().value(), Redactable::Visible(&*long));
    assert!(serde_json::to_string(&payload).unwrap() == body.to_string());
    let twice = Body::with_data(&format!("{{{json}:1,{json}:1}}")).to_string();
    let mut output = Output::default();
    output.message(&payload);
    output.error(&rownd_webhooks::from_str(&twice).unwrap_err());
    payload.issues().iter().for_each(|issue| output.message(issue));
}
