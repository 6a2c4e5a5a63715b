//! Errors of decoding: the place, the JSON type that was found, what the type expected, and never a value.

use std::collections::HashMap;

use chrono::NaiveDate;
use rownd_webhooks::{DecodeError, Redactable};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::{
    Address, Adjacent, Flat, Map, Newtype, One, Plan, Tagged, Untagged, decode_error, redacted, with_fields,
};
use crate::support::Body;

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
fn assert_error_in<T: DeserializeOwned>(x: &str, code: &str, path: &str, message: &str) {
    let path = &format!("/x{path}");
    let at = if path == "/x" { String::new() } else { format!(" at {path}") };
    let error = decode_error::<One<T>>(&format!(r#""x":{x}"#));
    assert_error(&error, code, Some("x"), Some(path), &format!("field `x`{at}{message}"));
}

#[test]
fn an_error_points_to_the_value_of_another_type() {
    type Newtypes = Newtype<Option<Newtype<Map<u8>>>>;
    type Redactables = Redactable<Map<Vec<Redactable<Address>>>>;

    #[track_caller]
    fn check<T: DeserializeOwned>(x: &str, path: &str, message: &str) {
        assert_error_in::<T>(x, "wrong_type", path, message);
    }
    check::<u8>(r#""7f3a""#, "", ": expected u8, found a string");
    check::<Redactable<bool>>("{}", "", ": expected a boolean, found an object");
    check::<String>("8152347.5", "", ": expected a string, found a number");
    check::<Plan>("[]", "", ": expected enum Plan, found an array");
    check::<Plan>(r#""points""#, "", ": expected newtype variant, found a string");
    check::<Plan>(r#"{"card":{"level":null}}"#, "/card/level", ": expected u8, found null");
    check::<Newtypes>(r#"{"\u0061/b":"7f3a"}"#, "/a~1b", ": expected u8, found a string");
    check::<Vec<Redactable<u8>>>(r#"["<<REDACTED>>","7f3a"]"#, "/1", ": expected u8, found a string");
    let nested = r#"{"a":[{"zip":"s"},{"zip":8152347}]}"#;
    check::<Redactables>(nested, "/a/1/zip", ": expected a string, found a number");
}

#[test]
fn an_error_says_that_a_type_does_not_accept_a_value_of_the_right_type() {
    #[track_caller]
    fn check<T: DeserializeOwned>(x: &str, path: &str, found: &str) {
        assert_error_in::<T>(x, "wrong_type", path, &format!(": the type does not accept {found}"));
    }
    check::<Plan>(r#""7f3a""#, "", "this string");
    check::<NaiveDate>(r#""2025-02-30""#, "", "this string");
    check::<u8>("8152347", "", "this number");
    check::<u8>("8152347.5", "", "this number");
    check::<f64>("8152347e400", "", "this number");
    check::<Even>("8152347", "", "this number");
    check::<Plan>(r#"{"points":8152347}"#, "/points", "this number");
    check::<(u8, (u8, bool))>("[1,[2,true,3]]", "/1", "this array");
    check::<Plan>(r#"{"range":[1]}"#, "/range", "this array");
    check::<Plan>(r#"{"points":1,"gold":null}"#, "", "this object");
    check::<Untagged<u8>>("null", "", "null");
    check::<HashMap<u32, u8>>(r#"{"seven":7}"#, "/seven", "this name");
}

#[test]
fn nested_members_have_the_same_error_codes_as_fields() {
    assert_error_in::<Address>("{}", "missing_field", "/zip", " is absent");
    assert_error_in::<Vec<Redactable<Address>>>("[{}]", "missing_field", "/0/zip", " is absent");
    assert_error_in::<Map<Address>>(r#"{"a":{"more":1}}"#, "unknown_field", "/a/more", " is not expected");
    assert_error_in::<Aliased>(r#"{"a":1,"b":2}"#, "invalid", "/a", " occurs twice");
    for (error, code, field) in [
        (decode_error::<One<u8>>(""), "missing_field", "x"),
        (decode_error::<Address>(r#""zip":"7f3a""#), "unknown_field", "user_id"),
        (decode_error::<Aliased>(r#""a":1,"b":2"#), "invalid", "a"),
    ] {
        assert_eq!((error.code(), error.field()), (code, Some(field)));
        assert_eq!(error.path(), Some(&*format!("/{field}")));
    }
    let payload = with_fields(r#""x":{"lines":[]}"#);
    let missing = payload.value("x").unwrap().decode::<Address>().unwrap_err();
    assert_error(&missing, "missing_field", None, Some("/zip"), "a value at /zip is absent");
}

#[derive(Deserialize, Debug)]
struct Aliased {
    #[serde(alias = "b", rename = "a")]
    _a: u8,
}

/// Words of the type's author are the author's.
#[test]
fn a_message_contains_what_the_type_expected_in_its_own_words() {
    struct Picky;

    impl<'de> Deserialize<'de> for Picky {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_str(Picky)
        }
    }

    impl serde::de::Visitor<'_> for Picky {
        type Value = Self;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "a word {}", "of many ".repeat(100))
        }
    }

    let error = decode_error::<One<Picky>>(r#""x":8152347"#).to_string();
    assert!(error.starts_with("field `x`: expected a word of many") && error.ends_with("…, found a number"));
    assert!(error.len() < 256, "{error}");
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
    assert_error(&decode_error::<One<u8>>(&redacted(["x"])), "redacted", x, at, "field `x` is redacted");
    assert_eq!(decode_error::<Map<Value>>(&redacted(["x"])).field(), x);
    let content = redacted(["content"]) + r#","kind":"Carries""#;
    assert_eq!(decode_error::<Adjacent<String>>(&content).field(), Some("content"));
    let buffered = decode_error::<Flat<One<u8>>>(r#""x":"7f3a""#);
    assert_error(&buffered, "wrong_type", None, None, "a value: expected u8, found a string");
    let whole = decode_error::<Vec<u8>>("");
    assert_error(&whole, "wrong_type", None, None, "a value: expected a sequence, found an object");
    let plan = decode_error::<Plan>(r#""x":1"#);
    assert_error(&plan, "invalid", None, None, "the type does not accept the fields");
}

#[test]
fn a_value_read_as_a_name_is_not_shown() {
    #[derive(Deserialize)]
    #[serde(field_identifier, rename_all = "snake_case")]
    enum Word {
        Gold,
    }
    let tagged = r#"{"kind":"Carries","x":"7f3a"}"#;
    assert_error_in::<Word>(r#""7f3a""#, "wrong_type", "", ": the type does not accept this string");
    assert_error_in::<Tagged<One<Word>>>(tagged, "wrong_type", "", ": the type does not accept this object");
}

#[test]
fn a_nested_member_behind_flatten_is_not_reported_as_a_field() {
    let members = r#""zip":"s","x":{"lines":[]}"#;
    let error = decode_error::<Flat<One<Address>>>(members);
    assert_eq!((error.code(), error.field()), ("missing_field", None));
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
fn a_long_path_is_cut_in_a_message() {
    #[derive(Deserialize)]
    struct Deep(#[allow(dead_code, reason = "only decoded")] Map<Deep>);

    let x = (0..20).fold("7".to_owned(), |inner, _| format!(r#"{{"{}":{inner}}}"#, "n".repeat(60)));
    let error = decode_error::<One<Deep>>(&format!(r#""x":{x}"#));
    let path = error.path().unwrap();
    assert_eq!(path.len(), 2 + 20 * 61);
    let message = format!("field `x` at {}…: expected a map, found a number", &path[..256]);
    assert_eq!(error.to_string(), message);
}
