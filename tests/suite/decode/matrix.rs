//! The table of `Payload::decode`, in each shape that a caller may write around a field.

use std::fmt::Debug;

use chrono::NaiveDate;
use rownd_webhooks::{Payload, REDACTED, Redactable};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Address, Adjacent, Flat, Map, Newtype, One, Plan, SENTINEL, Tagged, Untagged, decode, decoded, redacted,
    with_fields,
};
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

#[test]
fn a_visible_field_is_its_value() {
    #[track_caller]
    fn check<T: DeserializeOwned + Clone + Debug + PartialEq>(x: &str, value: T) {
        assert_reads(x, Some(value.clone()));
        assert_reads(x, Some(Some(value.clone())));
        assert_reads(x, Some(Visible(value.clone())));
        assert_reads(x, Some(Some(Visible(value.clone()))));
        assert_reads(x, Some(Visible(Some(value))));
    }
    check("7", 7_u8);
    check("-7", -7_i64);
    check("true", true);
    check(r#""a \u0041é😀\n""#, "a Aé😀\n".to_owned());
    check(r#""<<REDACTED>> ""#, "<<REDACTED>> ".to_owned());
    check(r#""2025-01-27""#, NaiveDate::from_ymd_opt(2025, 1, 27).unwrap());
    check(r#""00000000-0000-0000-0000-000000000007""#, Uuid::from_u128(7));
    check(r#""g\u006fld""#, Plan::Gold);
    check(r#"{"range":[1,2]}"#, Plan::Range(1, 2));
    check(r#"[1,"a"]"#, (1_u8, "a".to_owned()));
    check(r#"{"a":1,"b":2}"#, Map::from([("a".to_owned(), 1), ("b".to_owned(), 2)]));
    check(r#"{"zip":"1"}"#, Address { zip: "1".to_owned(), lines: Vec::new() });
    check(r#"[1,{"a":"x"}]"#, json!([1, {"a": "x"}]));
}

#[test]
fn a_redacted_field_is_redacted_none_or_an_error() {
    #[track_caller]
    fn check<T: DeserializeOwned + Clone + Debug + PartialEq>() {
        for sentinel in [SENTINEL, r#""\u003c<REDACTE\u0044>>""#] {
            assert_reads(sentinel, Some(Redacted::<T>));
            assert_reads(sentinel, Some(Some(Redacted::<T>)));
            assert_reads(sentinel, Some(None::<T>));
            assert_reads(sentinel, None::<T>);
        }
    }
    check::<u8>();
    check::<String>();
    check::<Plan>();
    check::<Vec<u8>>();
    check::<Map<String>>();
    check::<Address>();
    assert_reads(SENTINEL, Some(Redacted::<Value>));
    assert_reads(SENTINEL, Some(Some(Redacted::<Value>)));
    assert_reads(SENTINEL, Some(None::<Value>));
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
    let code = |error: rownd_webhooks::DecodeError| error.code();
    assert_eq!(decode::<One<u8>>("").map_err(code), Err("missing_field"));
    assert_eq!(decode::<One<Redactable<u8>>>("").map_err(code), Err("missing_field"));
    assert_eq!(decode::<One<Redactable<Option<u8>>>>("").map_err(code), Err("missing_field"));
    assert_eq!(decode::<One<Option<u8>>>("").map_err(code), Ok(One { x: None }));
    assert_eq!(
        decode::<Flat<One<Option<Redactable<u8>>>>>("").map_err(code),
        Ok(Flat { inner: One { x: None } })
    );
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

/// serde's buffers hold 64 bits at most.
#[test]
fn a_redactable_reads_its_value_as_the_value_alone_is_read() {
    let (max, min) = (u128::MAX, i128::MIN);
    let payload = with_fields(&format!(
        r#""x":{max},"y":{min},"z":[{max}],"text":"pl\u0061in","json":{{"b" : 1e400}}"#
    ));
    assert_eq!(payload.decode::<One<u128>>().unwrap().x, max);
    assert_eq!(payload.decode::<One<Redactable<u128>>>().unwrap().x, Visible(max));
    let value = |name| payload.value(name).unwrap();
    assert_eq!(value("y").decode::<Redactable<i128>>().unwrap(), Visible(min));
    assert_eq!(value("z").decode::<[Redactable<u128>; 1]>().unwrap(), [Visible(max)]);
    assert_eq!(value("text").decode::<Redactable<&str>>().unwrap(), Visible("plain"));
    let json: Redactable<&RawValue> = value("json").decode().unwrap();
    assert_eq!(json.visible().map(|json| json.get()), Some(r#"{"b" : 1e400}"#));
}

#[test]
fn text_and_raw_json_are_borrowed_where_possible() {
    #[derive(Deserialize, Debug)]
    struct Texts<'a> {
        plain: &'a str,
        #[serde(borrow)]
        list: [Redactable<&'a str>; 2],
        #[serde(borrow)]
        raw: Map<Redactable<&'a RawValue>>,
    }

    let payload = with_fields(
        r#""plain":"pl\u0061in","list":["a","<<REDACTED>>"],"raw":{"a":[ 1 ],"b":"\u0041"},"text":"\n""#,
    );
    let texts: Texts<'_> = payload.decode().unwrap();
    assert_eq!((texts.plain, texts.list), ("plain", [Visible("a"), Redacted]));
    let raw: Vec<_> = texts.raw.values().filter_map(Redactable::visible).map(|json| json.get()).collect();
    assert_eq!(raw, ["[ 1 ]", r#""\u0041""#]);
    // Escaped text is not a slice of the body.
    assert!(payload.value("raw").unwrap().decode::<Map<Value>>().is_ok());
    assert!(with_fields(r#""x":["\u0041"]"#).decode::<One<[&str; 1]>>().is_err());
    // The text of a field is kept without quotes and escapes.
    assert_eq!(payload.value("text").unwrap().decode::<Box<RawValue>>().unwrap().get(), r#""\n""#);
    assert!(payload.value("text").unwrap().decode::<&RawValue>().is_err());
}

/// A payload with one field.
fn with_field(json: &str) -> Payload<'static> {
    format!(r#"{{"data":{{{json}}},"meta":{{"operation":"delete"}}}}"#).parse().unwrap()
}

#[test]
fn a_whole_set_of_fields_is_an_enum_if_it_is_one_field() {
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

    let changed = |json: &str| {
        with_field(json).decode::<Changed>().map_err(|error| (error.code(), error.path().map(str::to_owned)))
    };
    assert_eq!(changed(r#""email":"x""#), Ok(Changed::Email("x".to_owned())));
    assert_eq!(changed(r#""phone":"x""#), Ok(Changed::Phone(Visible("x".to_owned()))));
    assert_eq!(changed(&redacted(["phone"])), Ok(Changed::Phone(Redacted)));
    assert_eq!(changed(&redacted(["country"])), Ok(Changed::Country(None)));
    assert_eq!(changed(r#""point":[1,2]"#), Ok(Changed::Point(1, 2)));
    assert_eq!(changed(r#""address":{"zip":"1"}"#), Ok(Changed::Address { zip: "1".to_owned() }));
    assert_eq!(changed(r#""nothing":null"#), Ok(Changed::Nothing));
    for name in ["email", "point", "address", "nothing"] {
        assert_eq!(changed(&redacted([name])), Err(("redacted", Some(format!("/{name}")))));
    }
    assert_eq!(changed(r#""email":7"#), Err(("wrong_type", Some("/email".to_owned()))));
    assert_eq!(changed(r#""point":[1,"x"]"#), Err(("wrong_type", Some("/point/1".to_owned()))));
    assert_eq!(changed(r#""address":{}"#), Err(("missing_field", Some("/address/zip".to_owned()))));
    assert_eq!(changed(r#""other":7"#), Err(("wrong_type", Some("/other".to_owned()))));
    assert_eq!(changed(r#""email":"x","phone":"x""#), Err(("invalid", None)));
    assert_eq!(changed(""), Err(("invalid", None)));
}

#[test]
fn a_whole_set_of_fields_is_written_out_as_raw_json() {
    let payload = with_fields(r#""x":"<<REDACTED>>","y":[ 1e400 ]"#);
    let raw: Box<RawValue> = payload.decode().unwrap();
    assert_eq!(raw.get(), r#"{"user_id":"u","x":"<<REDACTED>>","y":[ 1e400 ]}"#);
    assert!(payload.decode::<&RawValue>().is_err());
    let visible: Redactable<Box<RawValue>> = payload.decode().unwrap();
    assert!(visible.is_visible());
    assert_eq!(decoded::<Map<Redactable<Value>>>("").len(), 1);
}

/// The text that serde_json would give to the visitor of this key is not valid.
#[test]
fn a_key_of_another_type_does_not_panic() {
    #[derive(Deserialize, Debug)]
    struct S {
        #[serde(rename = "a")]
        _a: Option<Map2<bool>>,
    }
    type Map2<K> = std::collections::BTreeMap<K, u8>;

    let body = r#"{"data":{"a":{"ä":1}},"meta":{"operation":"delete"}}"#;
    let error = rownd_webhooks::from_str(body).unwrap().decode::<S>().unwrap_err();
    assert_eq!((error.code(), error.path()), ("wrong_type", Some("/a/ä")));
}

/// With serde_json's feature `arbitrary_precision` a number keeps its text, and without it is as exact as serde_json makes it.
#[test]
fn a_number_is_what_serde_json_makes_of_it() {
    for text in [
        "7",
        "-0",
        "0.1",
        "1.10",
        "123456789012345678901234567890",
        "1e400",
        "0.1000000000000000055511151231257827",
    ] {
        let payload = with_fields(&format!(r#""x":{text},"y":{{"a":[{text}]}}"#));
        let expected = serde_json::from_str::<serde_json::Number>(text).ok();
        assert_eq!(payload.value("x").unwrap().decode().ok(), expected, "{text}");
        assert_eq!(payload.decode().ok(), expected.clone().map(|x| One { x }), "{text}");
        assert_eq!(payload.decode().ok(), expected.clone().map(|x| One { x: Visible(x) }), "{text}");
        let tree = expected.map(|number| json!({"a": [number]}));
        assert_eq!(payload.value("y").unwrap().decode().ok(), tree, "{text}");
    }
}
