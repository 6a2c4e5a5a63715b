//! Errors of decoding: the place, the JSON type that was found, what the type expected, and never a value.

use std::collections::{BTreeMap, HashMap};

use rownd_webhooks::{DecodeError, Redactable};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::{
    Address, Adjacent, Flat, Map, Newtype, One, Plan, Tagged, decode_error, decoded, redacted, with_fields,
};
use crate::support::Body;
use Redactable::{Redacted, Visible};

/// A type with an error message that quotes the error of another type, or the value.
#[derive(Debug)]
struct Even;

impl<'de> Deserialize<'de> for Even {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u64::deserialize(deserializer).map_err(|error| format!("not a number: {error}"));
        match number.map_err(serde::de::Error::custom)? {
            odd if odd % 2 == 1 => Err(serde::de::Error::custom(format!("{odd} is odd"))),
            _ => Ok(Self),
        }
    }
}

#[track_caller]
fn assert_error(error: &DecodeError, code: &str, field: Option<&str>, path: Option<&str>, message: &str) {
    assert_eq!((error.code(), error.field(), error.path()), (code, field, path));
    let debug = format!("DecodeError({message:?})");
    assert_eq!((error.to_string(), format!("{error:?}")), (message.to_owned(), debug));
    assert!(std::error::Error::source(error).is_none());
}

/// Asserts the error of a field `x` of type `T`, with the path inside the field.
#[track_caller]
fn assert_wrong<T: DeserializeOwned>(x: &str, path: &str, message: &str) {
    let path = &format!("/x{path}");
    let at = if path == "/x" { String::new() } else { format!(" at {path}") };
    let error = decode_error::<One<T>>(&format!(r#""x":{x}"#));
    assert_error(&error, "wrong_type", Some("x"), Some(path), &format!("field `x`{at}{message}"));
}

#[test]
fn an_error_points_into_nested_values() {
    type Newtypes = Newtype<Option<Newtype<Map<u8>>>>;
    type Redactables = Redactable<Map<Vec<Redactable<Address>>>>;

    assert_wrong::<u8>(r#""7f3a""#, "", ": expected u8, found a string");
    assert_wrong::<Option<bool>>("[1]", "", ": expected a boolean, found an array");
    assert_wrong::<Redactable<bool>>("{}", "", ": expected a boolean, found an object");
    assert_wrong::<String>("null", "", ": expected a string, found null");
    assert_wrong::<(u8, bool)>("[1]", "", ": expected a tuple of size 2, found an array");
    assert_wrong::<(u8, (u8, bool))>("[1,[2,true,3]]", "/1", ": expected a tuple of size 2, found an array");
    assert_wrong::<Even>("8152347", "", " does not have the expected type");
    assert_wrong::<Address>("{}", "/zip", ": expected a value, found nothing");
    assert_wrong::<Address>(r#"{"zip":"s","more":1}"#, "/more", ": expected nothing, found a member");
    let nested = r#"{"a":[{"zip":"s"},{"zip":8152347}]}"#;
    assert_wrong::<Map<Vec<Address>>>(nested, "/a/1/zip", ": expected a string, found a number");
    assert_wrong::<Redactables>(nested, "/a/1/zip", ": expected a string, found a number");
    assert_wrong::<Vec<Redactable<u8>>>(r#"["<<REDACTED>>","7f3a"]"#, "/1", ": expected u8, found a string");
    assert_wrong::<Newtypes>(r#"{"\u0061/b":8152347}"#, "/a~1b", ": expected u8, found a number");
    assert_wrong::<HashMap<u32, u8>>(r#"{"seven":7}"#, "/seven", ": expected u32, found a string");
    assert_wrong::<Plan>("[]", "", ": expected enum Plan, found an array");
    assert_wrong::<HashMap<u32, u8>>(r#"{"7":"7f3a"}"#, "/7", ": expected u8, found a string");
    assert_wrong::<Plan>(r#""7f3a""#, "", ": expected enum Plan, found a string");
    assert_wrong::<Plan>(r#"{"gold":8152347}"#, "/gold", ": expected unit, found a number");
    assert_wrong::<Plan>(r#"{"points":8152347}"#, "/points", ": expected u8, found a number");
    assert_wrong::<Plan>(r#"{"range":[1,"7f3a"]}"#, "/range/1", ": expected u8, found a string");
    assert_wrong::<Plan>(r#"{"card":{"level":null}}"#, "/card/level", ": expected u8, found null");

    let payload = with_fields(r#""x":["a",7]"#);
    let error = payload.value("x").unwrap().decode::<Vec<String>>().unwrap_err();
    assert_error(&error, "wrong_type", None, Some("/1"), "a value at /1: expected a string, found a number");
}

#[test]
fn only_the_detail_contains_the_message_of_a_type() {
    let detail = |x: &str| decode_error::<One<Even>>(x).detail().map(str::to_owned);
    assert_eq!(detail(r#""x":8152347"#).unwrap(), "8152347 is odd");
    assert_eq!(detail(r#""x":"7f3a""#).unwrap(), "not a number: a value: expected u64, found a string");
    assert_eq!(detail(&redacted(["x"])), None);
}

#[test]
fn an_error_about_all_fields_names_the_field_if_there_is_one() {
    let (x, at) = (Some("x"), Some("/x"));
    assert_error(&decode_error::<One<u8>>(""), "missing_field", x, at, "field `x` is absent");
    let (unknown, user_id) = (decode_error::<Address>(r#""zip":"7f3a""#), Some("user_id"));
    assert_error(&unknown, "unknown_field", user_id, Some("/user_id"), "field `user_id` is not expected");
    assert_error(&decode_error::<One<u8>>(&redacted(["x"])), "redacted", x, at, "field `x` is redacted");
    assert_eq!(decode_error::<Map<Value>>(&redacted(["x"])).field(), x);
    let content = redacted(["content"]) + r#","kind":"Carries""#;
    assert_eq!(decode_error::<Adjacent<String>>(&content).field(), Some("content"));
    let buffered = decode_error::<Flat<One<u8>>>(r#""x":"7f3a""#);
    assert_error(&buffered, "wrong_type", None, None, "a value: expected u8, found a string");
    // With `arbitrary_precision`, serde_json gives a buffer a map for a fraction, so there is none here.
    for (x, found) in [
        ("true", "a boolean"),
        ("7", "a number"),
        ("-7", "a number"),
        ("null", "null"),
        ("[]", "an array"),
        ("{}", "an object"),
    ] {
        let message = format!("a value: expected a string, found {found}");
        assert_eq!(decode_error::<Flat<One<String>>>(&format!("\"x\":{x}")).to_string(), message);
    }
    let buffered = decode_error::<Flat<One<Redactable<u8>>>>(r#""x":"7f3a""#);
    assert_eq!(buffered.to_string(), "a value: expected u8, found a string");
    let whole = decode_error::<Vec<u8>>("");
    assert_error(&whole, "wrong_type", None, None, "a value: expected a sequence, found an object");
}

#[test]
fn a_value_that_a_type_takes_for_a_name_is_not_shown() {
    #[derive(Deserialize)]
    #[serde(field_identifier, rename_all = "snake_case")]
    enum Word {
        Gold,
    }
    let tagged = r#"{"kind":"Carries","x":"7f3a"}"#;
    assert_wrong::<Word>(r#""7f3a""#, "", ": expected field identifier, found a string");
    assert_wrong::<Tagged<One<Word>>>(tagged, "", " does not have the expected type");
    let error = decode_error::<One<Vec<Tagged<One<Word>>>>>(&format!(r#""x":[{tagged}]"#));
    let message = "field `x` does not have the expected type at /x/0";
    assert_error(&error, "wrong_type", Some("x"), Some("/x/0"), message);
    let payload = with_fields(&format!(r#""x":{tagged}"#));
    let error = payload.value("x").unwrap().decode::<Tagged<One<Word>>>().err().unwrap();
    let message = "a value does not have the expected type";
    assert_error(&error, "wrong_type", None, None, message);
}

#[test]
fn a_nested_member_behind_flatten_is_not_taken_for_a_field() {
    let members = r#""zip":"s","x":{"lines":[]}"#;
    let error = decode_error::<Flat<One<Address>>>(members);
    assert_error(&error, "missing_field", None, None, "a value is absent");
}

#[test]
fn names_in_errors_are_escaped_and_cut() {
    let name = format!("\u{202e}\n\u{7}{}", "n".repeat(5000));
    let body = Body::with_data(&json!({ &name: "7f3a" }).to_string()).to_string();
    let error = rownd_webhooks::from_str(&body).unwrap().decode::<Map<u8>>().unwrap_err();
    assert_eq!(error.field(), Some(&*name));
    for text in [error.to_string(), format!("{error:?}"), error.path().unwrap().to_owned()] {
        assert!(text.chars().count() < 200, "{text}");
        assert!(!text.contains(|shown: char| shown.is_control() || shown == '\u{202e}'), "{text:?}");
    }
}

#[test]
fn fields_decode_into_more_than_structs() {
    let members = &(redacted(["x"]) + r#","y":7"#);
    assert_eq!(decoded::<HashMap<String, Redactable<Value>>>(members)["y"], Visible(json!(7)));
    assert_eq!(decoded::<Option<Newtype<One<Redactable<u8>>>>>(members), Some(Newtype(One { x: Redacted })));
    decoded::<IgnoredAny>(members);
    decoded::<One<IgnoredAny>>(members);
    for error in [decode_error::<String>(members), decode_error::<u8>(members), decode_error::<()>(members)] {
        assert_eq!((error.code(), error.field()), ("wrong_type", None));
    }
}

#[test]
fn the_keys_of_a_map_are_read_as_serde_json_reads_them() {
    fn check<K: DeserializeOwned + Ord + std::fmt::Debug>(name: &str) {
        let data = json!({ name: "x" }).to_string();
        let body = Body::with_data(&data).to_string();
        let decoded = rownd_webhooks::from_str(&body).unwrap().decode::<BTreeMap<K, String>>();
        match (decoded, serde_json::from_str::<BTreeMap<K, String>>(&data)) {
            (Err(error), Err(_)) => assert_eq!((error.code(), error.field()), ("wrong_type", Some(name))),
            (decoded, expected) => assert_eq!(decoded.unwrap(), expected.unwrap()),
        }
    }
    for name in ["7", "-7", "007", " 7", "7.5", "256", "true", "null", "", "\"7\"", "[7]", "é", "gold"] {
        check::<Newtype<String>>(name);
        check::<Plan>(name);
        check::<u8>(name);
        check::<i128>(name);
        check::<char>(name);
    }
}

#[test]
fn messages_of_serde_json_contain_types_and_no_values() {
    type Long = Map<Map<Map<Map<Map<u8>>>>>;
    let message = |json| serde_json::from_str::<Redactable<u8>>(json).unwrap_err().to_string();
    assert_eq!(message(r#""7f3a""#), "invalid type: string, expected u8");
    let message = serde_json::from_str::<Redactable<Long>>("7").unwrap_err().to_string();
    assert!(message.chars().count() < 200 && message.contains("BTreeMap<String, BTreeMap<"), "{message}");
}
