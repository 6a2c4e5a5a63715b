//! The table of `Payload::decode`, in each shape that a caller may write around a field.

use std::fmt::Debug;

use rownd_webhooks::{REDACTED, Redactable};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{
    Address, Adjacent, Flat, Map, Newtype, One, Plan, SENTINEL, Tagged, Untagged, decode, decode_error,
    decoded, with_fields,
};
use crate::support::payload;
use Redactable::{Redacted, Visible};

/// Asserts how a type reads a field, directly and out of each of serde's buffers. `None` is an error.
#[track_caller]
fn assert_reads<T: DeserializeOwned + Clone + Debug + PartialEq>(x: &str, expected: Option<T>) {
    let members = &format!(r#""kind":"Carries","x":{x},"content":{x}"#);
    let one = expected.clone().map(|x| One { x });
    assert_eq!(decode(members).ok(), one, "{members}");
    assert_eq!(decode(members).ok(), one.clone().map(|one| Newtype(Some(one))), "{members}");
    assert_eq!(decode(members).ok(), one.clone().map(|inner| Flat { inner: Flat { inner } }), "{members}");
    assert_eq!(decode(members).ok(), one.clone().map(Tagged::Carries), "{members}");
    assert_eq!(decode(members).ok(), one.map(Untagged::Only), "{members}");
    assert_eq!(decode(members).ok(), expected.map(Adjacent::Carries), "{members}");
}

#[track_caller]
fn assert_reads_visible<T: DeserializeOwned + Clone + Debug + PartialEq>(x: &str, value: T) {
    assert_reads(x, Some(value.clone()));
    assert_reads(x, Some(Some(value.clone())));
    assert_reads(x, Some(Visible(value.clone())));
    assert_reads(x, Some(Some(Visible(value.clone()))));
    assert_reads(x, Some(Visible(Some(value))));
}

#[test]
fn a_visible_field_is_its_value() {
    assert_reads_visible("7", 7_u8);
    assert_reads_visible(r#""a \u0041é😀\n""#, "a Aé😀\n".to_owned());
    assert_reads_visible(r#""<<REDACTED>> ""#, "<<REDACTED>> ".to_owned());
    assert_reads_visible(r#"{"range":[1,2]}"#, Plan::Range(1, 2));
    assert_reads_visible(r#"{"zip":"1"}"#, Address { zip: "1".to_owned(), lines: Vec::new() });
    assert_reads_visible(r#"[1,{"a":"x"}]"#, json!([1, {"a": "x"}]));
}

#[track_caller]
fn assert_reads_redacted<T: DeserializeOwned + Clone + Debug + PartialEq>() {
    assert_reads(SENTINEL, Some(Redacted::<T>));
    assert_reads(SENTINEL, Some(Some(Redacted::<T>)));
    assert_reads(SENTINEL, Some(None::<T>));
}

#[test]
fn a_redacted_field_is_redacted_or_none() {
    assert_reads_redacted::<u8>();
    assert_reads_redacted::<Plan>();
    assert_reads_redacted::<Map<String>>();
    assert_reads_redacted::<Address>();
    assert_reads_redacted::<Value>();
}

#[test]
fn a_redacted_field_is_an_error_to_a_plain_type() {
    assert_reads(SENTINEL, None::<u8>);
    assert_reads(SENTINEL, None::<String>);
    assert_reads(SENTINEL, None::<Map<String>>);
}

#[test]
fn null_is_a_value_or_none_to_an_option() {
    assert_reads("null", None::<u8>);
    assert_reads("null", None::<Redactable<u8>>);
    assert_reads("null", Some(None::<u8>));
    assert_reads("null", Some(None::<Redactable<u8>>));
    assert_reads("null", Some(Visible(None::<u8>)));
    assert_reads("null", Some(Visible(Value::Null)));
}

#[test]
fn an_absent_field_is_none_to_an_option() {
    assert_eq!(decoded::<One<Option<u8>>>("").x, None);
    assert_eq!(decoded::<Flat<One<Option<Redactable<u8>>>>>("").inner.x, None);
    assert_eq!(decode_error::<One<u8>>("").code(), "missing_field");
    assert_eq!(decode_error::<One<Redactable<u8>>>("").code(), "missing_field");
    assert_eq!(decode_error::<One<Redactable<Option<u8>>>>("").code(), "missing_field");
}

#[test]
fn a_nested_redactable_reads_the_sentinel() {
    type List = Vec<Option<Redactable<u8>>>;
    let x = r#"[1,null,"<<REDACTED>>","\u003c<REDACTED>>"]"#;
    let list = || vec![Some(Visible(1)), None, Some(Redacted), Some(Redacted)];
    assert_reads::<List>(x, Some(list()));
    assert_reads::<Redactable<List>>(x, Some(Visible(list())));
    let payload = with_fields(&format!(r#""x":{x},"y":{{"a":"<<REDACTED>>","b":"B"}}"#));
    assert_eq!(payload.value("x").unwrap().decode::<List>().unwrap(), list());
    let members: Map<Redactable<&str>> = payload.value("y").unwrap().decode().unwrap();
    assert_eq!(members.into_values().collect::<Vec<_>>(), [Redacted, Visible("B")]);
    assert_eq!(payload.value("y").unwrap().decode::<Map<String>>().unwrap()["a"], REDACTED);
}

/// serde's buffers contain 64 bits at most.
#[test]
fn a_redactable_reads_128_bits_and_raw_json() {
    let max = u128::MAX;
    let payload = with_fields(&format!(r#""x":{max},"y":[{max}],"z":{{"b" : 1e400}}"#));
    assert_eq!(payload.decode::<One<Redactable<u128>>>().unwrap().x, Visible(max));
    let value = |name| payload.value(name).unwrap();
    assert_eq!(value("y").decode::<[Redactable<u128>; 1]>().unwrap(), [Visible(max)]);
    let json: Redactable<&RawValue> = value("z").decode().unwrap();
    assert_eq!(json.visible().map(|json| json.get()), Some(r#"{"b" : 1e400}"#));
}

#[test]
fn text_and_raw_json_are_borrowed_where_possible() {
    #[derive(Deserialize, Debug)]
    struct Texts<'a> {
        plain: Redactable<&'a str>,
        #[serde(borrow)]
        list: [Redactable<&'a str>; 2],
        #[serde(borrow)]
        raw: Map<&'a RawValue>,
    }

    let fields = r#""plain":"pl\u0061in","list":["a","<<REDACTED>>"],"raw":{"a":[ 1 ]},"escaped":["\u0041"]"#;
    let payload = with_fields(fields);
    let texts: Texts<'_> = payload.decode().unwrap();
    assert_eq!((texts.plain, texts.list), (Visible("plain"), [Visible("a"), Redacted]));
    assert_eq!(texts.raw["a"].get(), "[ 1 ]");
    // Escaped text is not a slice of the body.
    assert!(payload.value("escaped").unwrap().decode::<[&str; 1]>().is_err());
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Changed {
    Email(String),
    Phone(Redactable<String>),
    Country(Option<String>),
    Point(u8, u8),
    Address { zip: String },
    Nothing,
}

/// Decodes all fields, of which `user_id` is none. An error is its code and path.
fn changed(members: &str) -> Result<Changed, (&'static str, String)> {
    let payload = payload(format!(r#"{{"data":{{{members}}},"meta":{{"operation":"delete"}}}}"#));
    payload.decode().map_err(|error| (error.code(), error.path().unwrap_or("none").to_owned()))
}

#[test]
fn a_single_field_decodes_into_an_enum() {
    assert_eq!(changed(r#""email":"x""#), Ok(Changed::Email("x".to_owned())));
    assert_eq!(changed(r#""phone":"x""#), Ok(Changed::Phone(Visible("x".to_owned()))));
    assert_eq!(changed(r#""phone":"<<REDACTED>>""#), Ok(Changed::Phone(Redacted)));
    assert_eq!(changed(r#""country":"<<REDACTED>>""#), Ok(Changed::Country(None)));
    assert_eq!(changed(r#""point":[1,2]"#), Ok(Changed::Point(1, 2)));
    assert_eq!(changed(r#""address":{"zip":"1"}"#), Ok(Changed::Address { zip: "1".to_owned() }));
    assert_eq!(changed(r#""nothing":null"#), Ok(Changed::Nothing));
}

#[test]
fn the_error_of_an_enum_is_at_its_field() {
    for (members, code, path) in [
        (r#""email":"<<REDACTED>>""#, "redacted", "/email"),
        (r#""nothing":"<<REDACTED>>""#, "redacted", "/nothing"),
        (r#""email":7"#, "wrong_type", "/email"),
        (r#""point":[1,"x"]"#, "wrong_type", "/point/1"),
        (r#""address":{}"#, "missing_field", "/address/zip"),
        (r#""other":7"#, "wrong_type", "/other"),
        (r#""email":"x","phone":"x""#, "invalid", "none"),
        ("", "invalid", "none"),
    ] {
        assert_eq!(changed(members), Err((code, path.to_owned())), "{members}");
    }
}

#[test]
fn all_fields_decode_into_raw_json() {
    let raw: Box<RawValue> = decoded(r#""x":"<<REDACTED>>","y":[ 1e400 ]"#);
    assert_eq!(raw.get(), r#"{"user_id":"u","x":"<<REDACTED>>","y":[ 1e400 ]}"#);
}
