//! Errors of decoding: the place, what was found, what was expected, and never a value.

use std::collections::{BTreeMap, HashMap};

use rownd_webhooks::{DecodeError, Redactable};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::{Flat, One, decode, decoded};
use crate::support::{payload, update_body};

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "never read")]
struct Address {
    zip: String,
    #[serde(default)]
    lines: Vec<u8>,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "never read")]
enum Plan {
    Gold,
    Points(u8),
    Range(u8, u8),
    Card { level: u8 },
}

#[derive(Deserialize, Debug)]
struct Newtype<T>(T);

/// A type with an error message that quotes the value.
#[derive(Debug)]
struct Even;

impl<'de> Deserialize<'de> for Even {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u64::deserialize(deserializer)?;
        if number % 2 == 0 { Ok(Self) } else { Err(serde::de::Error::custom(format!("{number} is odd"))) }
    }
}

fn error<T: DeserializeOwned>(x: &str) -> DecodeError {
    decode::<One<T>>(&format!(r#""x":{x}"#)).map(|_| "no error").unwrap_err()
}

#[test]
fn an_error_points_into_nested_values() {
    type Map<T> = BTreeMap<String, T>;
    let nested = r#"{"a":[{"zip":"s"},{"zip":8152347}]}"#;
    let rows = [
        (error::<u8>(r#""7f3a""#), "/x", "field `x`: expected u8, found a string"),
        (error::<u8>("8152347"), "/x", "field `x`: expected u8, found a number"),
        (error::<Option<bool>>("[1]"), "/x", "field `x`: expected a boolean, found an array"),
        (error::<Redactable<bool>>("{}"), "/x", "field `x`: expected a boolean, found an object"),
        (error::<String>("null"), "/x", "field `x`: expected a string, found null"),
        (error::<Even>("8152347"), "/x", "field `x` does not have the expected type"),
        (
            error::<chrono::NaiveDate>(r#""7f3a""#),
            "/x",
            "field `x`: expected a formatted date string, found a string",
        ),
        (
            error::<Address>(r#"{"zip":8152347}"#),
            "/x/zip",
            "field `x` at /x/zip: expected a string, found a number",
        ),
        (error::<Address>("{}"), "/x/zip", "field `x` at /x/zip: expected a value, found nothing"),
        (
            error::<Address>(r#"{"zip":"s","more":1}"#),
            "/x/more",
            "field `x` at /x/more: expected nothing, found a member",
        ),
        (
            error::<Address>(r#"{"zip":"s","lines":[1,8152347]}"#),
            "/x/lines/1",
            "field `x` at /x/lines/1: expected u8, found a number",
        ),
        (error::<Vec<u8>>(r#"[1,2,"7f3a"]"#), "/x/2", "field `x` at /x/2: expected u8, found a string"),
        (error::<(u8, bool)>("[1]"), "/x", "field `x`: expected a tuple of size 2, found an array"),
        (
            error::<Map<Vec<Address>>>(nested),
            "/x/a/1/zip",
            "field `x` at /x/a/1/zip: expected a string, found a number",
        ),
        (
            error::<Redactable<Map<Vec<Redactable<Address>>>>>(nested),
            "/x/a/1/zip",
            "field `x` at /x/a/1/zip: expected a string, found a number",
        ),
        (
            error::<Box<Newtype<Option<Newtype<Map<u8>>>>>>(r#"{"\u0061/b":8152347}"#),
            "/x/a~1b",
            "field `x` at /x/a~1b: expected u8, found a number",
        ),
        (
            error::<HashMap<u32, u8>>(r#"{"7":"7f3a"}"#),
            "/x/7",
            "field `x` at /x/7: expected u8, found a string",
        ),
        (
            error::<Plan>(r#"{"points":8152347}"#),
            "/x/points",
            "field `x` at /x/points: expected u8, found a number",
        ),
        (
            error::<Plan>(r#"{"range":[1,"7f3a"]}"#),
            "/x/range/1",
            "field `x` at /x/range/1: expected u8, found a string",
        ),
        (
            error::<Plan>(r#"{"card":{"level":null}}"#),
            "/x/card/level",
            "field `x` at /x/card/level: expected u8, found null",
        ),
        (error::<Plan>(r#""7f3a""#), "/x", "field `x`: expected enum Plan, found a string"),
        (
            error::<Plan>(r#"{"gold":8152347}"#),
            "/x/gold",
            "field `x` at /x/gold: expected unit, found a number",
        ),
    ];
    for (error, path, text) in rows {
        assert_eq!((error.code(), error.field(), error.path()), ("wrong_type", Some("x"), Some(path)));
        assert_eq!(
            (error.to_string(), format!("{error:?}")),
            (text.to_owned(), format!("DecodeError({text:?})"))
        );
        assert!(std::error::Error::source(&error).is_none());
    }
    assert_eq!(error::<Even>("8152347").detail(), Some("8152347 is odd"));
}

#[test]
fn a_value_that_is_decoded_alone_has_paths_of_its_own() {
    let body = update_body(r#""x":["a",7],"y":"7f3a""#, "");
    let payload = payload(&body);
    let value = |name| payload.field(name).unwrap().visible().unwrap();
    assert_eq!(value("x").decode::<(String, u8)>().unwrap(), ("a".to_owned(), 7));
    let error = value("x").decode::<Vec<String>>().unwrap_err();
    assert_eq!((error.code(), error.field(), error.path()), ("wrong_type", None, Some("/1")));
    assert_eq!(error.to_string(), "a value at /1: expected a string, found a number");
    let error = value("y").decode::<u8>().unwrap_err();
    assert_eq!((error.field(), error.path()), (None, None));
    assert_eq!(error.to_string(), "a value: expected u8, found a string");
}

#[test]
fn errors_about_the_whole_name_the_field_if_there_is_one() {
    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "never read")]
    struct Strict {
        user_id: String,
    }
    let absent = decode::<One<u8>>(r#""y":1"#).unwrap_err();
    assert_eq!((absent.code(), absent.field(), absent.path()), ("missing_field", Some("x"), Some("/x")));
    assert_eq!(absent.to_string(), "field `x` is absent");
    let unknown = decode::<Strict>(r#""x":8152347"#).unwrap_err();
    assert_eq!((unknown.code(), unknown.field(), unknown.path()), ("unknown_field", Some("x"), Some("/x")));
    assert_eq!(unknown.to_string(), "field `x` is not expected");
    for redacted in [decode::<One<u8>>, decode::<One<u8>>].map(|decode| decode(r#""x":"<<REDACTED>>""#)) {
        let redacted = redacted.unwrap_err();
        assert_eq!((redacted.code(), redacted.field(), redacted.path()), ("redacted", Some("x"), Some("/x")));
        assert_eq!((redacted.to_string().as_str(), redacted.detail()), ("field `x` is redacted", None));
    }
    let whole = decode::<Vec<u8>>(r#""x":1"#).unwrap_err();
    assert_eq!((whole.code(), whole.field(), whole.path()), ("wrong_type", None, None));
    assert_eq!(whole.to_string(), "a value: expected a sequence, found an object");
    let buffered = decode::<Flat<One<u8>>>(r#""x":"7f3a""#).unwrap_err();
    assert_eq!((buffered.code(), buffered.field(), buffered.path()), ("wrong_type", None, None));
    assert_eq!(buffered.to_string(), "a value: expected u8, found a string");
}

#[test]
fn names_in_errors_are_escaped_and_cut() {
    let name = format!("\u{202e}\n\u{7}{}", "n".repeat(5000));
    let body = update_body(&format!(r#"{}:"7f3a""#, serde_json::to_string(&name).unwrap()), "")
        .replace(r#""u","#, "1,");
    let error = payload(&body).decode::<BTreeMap<String, u8>>().unwrap_err();
    assert_eq!(error.field(), Some(&*name));
    for text in [error.to_string(), format!("{error:?}"), error.path().unwrap().to_owned()] {
        assert!(text.chars().count() < 200, "{text}");
        assert!(!text.contains(|shown: char| shown.is_control() || shown == '\u{202e}'), "{text:?}");
    }
}

#[test]
fn a_type_may_replace_an_error_by_its_own() {
    #[derive(Debug)]
    struct Worded;

    impl<'de> Deserialize<'de> for Worded {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let number = u8::deserialize(deserializer);
            number.map(|_| Self).map_err(|error| serde::de::Error::custom(format!("not a number: {error}")))
        }
    }

    let error = error::<Worded>(r#""jrose-7f3a""#);
    assert_eq!(error.detail(), Some("not a number: a value: expected u8, found a string"));
    assert_eq!(error.to_string(), "field `x` does not have the expected type");
}

#[test]
fn fields_decode_into_more_than_structs() {
    let members = r#""x":"<<REDACTED>>","y":7"#;
    let map: BTreeMap<String, Redactable<Value>> = decoded(members);
    assert_eq!((&map["x"], &map["y"]), (&Redactable::Redacted, &Redactable::Visible(json!(7))));
    let options: HashMap<String, Option<Value>> = decoded(members);
    assert_eq!((&options["x"], &options["y"]), (&None, &Some(json!(7))));
    assert!(decoded::<Option<Newtype<One<Redactable<u8>>>>>(members).is_some());
    decoded::<IgnoredAny>(members);
    decoded::<One<IgnoredAny>>(members);
    for error in [
        decode::<String>(members).unwrap_err(),
        decode::<u8>(members).unwrap_err(),
        decode::<()>(members).unwrap_err(),
    ] {
        assert_eq!((error.code(), error.field()), ("wrong_type", None));
    }
    let error = decode::<BTreeMap<String, Value>>(members).unwrap_err();
    assert_eq!((error.code(), error.field()), ("redacted", Some("x")));
}

#[test]
fn the_keys_of_a_map_are_read_as_serde_json_reads_them() {
    #[derive(Deserialize, Debug, PartialEq, Eq, PartialOrd, Ord)]
    #[serde(rename_all = "snake_case")]
    enum Known {
        Email,
    }
    #[derive(Deserialize, Debug, PartialEq, Eq, PartialOrd, Ord)]
    struct Name(String);

    fn agrees<K: DeserializeOwned + Ord + std::fmt::Debug>(name: &str) {
        let data = json!({ name: "x" });
        let body = json!({"data": data, "meta": {"operation": "data_update"}}).to_string();
        let decoded = payload(&body).decode::<BTreeMap<K, String>>();
        let expected = serde_json::from_str::<BTreeMap<K, String>>(&data.to_string());
        match (decoded, expected) {
            (Err(error), Err(_)) => assert_eq!((error.code(), error.field()), ("wrong_type", Some(name))),
            (decoded, expected) => assert_eq!(decoded.unwrap(), expected.unwrap()),
        }
    }

    for name in ["7", "-7", "007", " 7", "7.5", "256", "true", "null", "", "x", "\"7\"", "[7]", "é", "email"]
    {
        agrees::<String>(name);
        agrees::<Name>(name);
        agrees::<Known>(name);
        agrees::<u8>(name);
        agrees::<i128>(name);
        agrees::<char>(name);
    }
    assert_eq!(decode::<BTreeMap<String, u32>>(r#""x":"7""#).unwrap_err().field(), Some("user_id"));
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
        #[serde(default = "unknown")]
        plan: Redactable<String>,
        #[serde(with = "chrono::serde::ts_seconds_option", default)]
        seen: Option<chrono::DateTime<chrono::Utc>>,
        #[serde(skip)]
        skipped: u8,
    }
    fn unknown() -> Redactable<String> {
        Redactable::Visible("unknown".to_owned())
    }
    let profile: Profile = decoded(r#""firstName":"Juliet","land":"<<REDACTED>>","seen":"<<REDACTED>>""#);
    let expected = Profile {
        id: "u".to_owned(),
        first_name: Redactable::Visible("Juliet".to_owned()),
        country: Redactable::Redacted,
        plan: unknown(),
        seen: None,
        skipped: 0,
    };
    assert_eq!(profile, expected);
}

#[test]
fn messages_of_serde_json_contain_types_and_no_values() {
    type Long = BTreeMap<String, BTreeMap<String, BTreeMap<String, BTreeMap<String, BTreeMap<String, u8>>>>>;
    let message = |json| serde_json::from_str::<Redactable<u8>>(json).unwrap_err().to_string();
    assert_eq!(message(r#""7f3a""#), "invalid type: string, expected u8");
    assert_eq!(message("true"), "invalid type: boolean, expected u8");
    let message = serde_json::from_str::<Redactable<Long>>("7").unwrap_err().to_string();
    assert!(message.chars().count() < 200 && message.contains("BTreeMap<String, BTreeMap<"), "{message}");
}
