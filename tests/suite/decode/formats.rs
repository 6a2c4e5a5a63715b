//! A value that is written is read back equal, in every format.

use std::collections::BTreeMap;
use std::fmt::Debug;

use proptest::prelude::*;
use rownd_webhooks::{Fields, Payload, REDACTED, Received, Redactable};
use serde::de::DeserializeOwned;
use serde::de::value::MapDeserializer;
use serde::{Deserialize, Serialize};
use serde_dynamo::AttributeValue;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Adjacent, Flat, Map, One, Plan, Tagged, Untagged};
use crate::support::strategies::{body, config};
use crate::support::{Body, payload};
use Redactable::{Redacted, Visible};

/// Asserts that a value is read back from what a format has written of it.
#[track_caller]
fn assert_read<T: PartialEq + Debug, W: Debug, WE: Debug, RE: Debug>(
    value: &T,
    format: &str,
    written: Result<W, WE>,
    read: impl FnOnce(&W) -> Result<T, RE>,
) {
    let written = written.unwrap_or_else(|error| panic!("{format} does not write {value:?}: {error:?}"));
    // Bytes are shown as numbers.
    let (shown, name) = (format!("{written:?}"), "$serde_json::private");
    let bytes = format!("{:?}", name.as_bytes());
    assert!(!shown.contains(name) && !shown.contains(bytes.trim_matches(['[', ']'])), "{format}: {shown}");
    let read = read(&written);
    assert_eq!(read.as_ref().ok(), Some(value), "{format}: {shown}, {:?}", read.as_ref().err());
}

/// Writes and reads a value in every format that describes its values, so that serde can buffer them.
#[track_caller]
fn assert_round_trips<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    assert_read(value, "text", serde_json::to_string_pretty(value), |text| serde_json::from_str(text));
    assert_read(value, "reader", serde_json::to_vec(value), |bytes| serde_json::from_reader(&**bytes));
    let tree = || serde_json::to_value(value);
    assert_read(value, "tree", tree(), |tree| serde_json::from_value(tree.clone()));
    // A tree sorts members by their names, as jsonb does by its own order.
    assert_read(value, "jsonb", tree().map(|tree| tree.to_string()), |text| serde_json::from_str(text));
    assert_read(value, "YAML", serde_yaml_ng::to_string(value), |text| serde_yaml_ng::from_str(text));
    let item: Result<AttributeValue, _> = serde_dynamo::to_attribute_value(value);
    assert_read(value, "DynamoDB", item, |item| serde_dynamo::from_attribute_value(item.clone()));
    assert_read(value, "MessagePack", rmp_serde::to_vec_named(value), |bytes| rmp_serde::from_slice(bytes));
    let mut cbor = Vec::new();
    let written = ciborium::into_writer(value, &mut cbor).map(|()| cbor);
    assert_read(value, "CBOR", written, |bytes| ciborium::from_reader(&**bytes));
}

/// Writes and reads a value alone, in a struct, an option and a list, and in every format.
#[track_caller]
fn assert_is_portable<T: Serialize + DeserializeOwned + Clone + PartialEq + Debug>(value: &T) {
    let list = vec![Some(One { x: value.clone() }), None];
    assert_round_trips(value);
    assert_round_trips(&list);
    assert_read(value, "postcard", postcard::to_stdvec(value), |bytes| postcard::from_bytes(bytes));
    assert_read(&list, "postcard", postcard::to_stdvec(&list), |bytes| postcard::from_bytes(bytes));
}

/// Writes and reads a value out of each of serde's buffers.
#[track_caller]
fn assert_is_buffered<T: Serialize + DeserializeOwned + Clone + PartialEq + Debug>(value: &T) {
    let field = || One { x: value.clone() };
    assert_round_trips(&Flat { inner: field() });
    assert_round_trips(&Tagged::Carries(field()));
    assert_round_trips(&Untagged::Only(field()));
    assert_round_trips(&Adjacent::Carries(value.clone()));
}

/// The same value without whole floats, which DynamoDB writes as integers.
fn without_whole_floats(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => json!(number.as_f64().unwrap().trunc() + 0.5),
        Value::Array(elements) => elements.into_iter().map(without_whole_floats).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, member)| (name, without_whole_floats(member))).collect()
        }
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..config() })]

    #[test]
    fn a_redactable_is_read_back_equal(number: i64, quarters: i32, words: Vec<String>, level: u8, is_visible: bool) {
        fn check<T: Serialize + DeserializeOwned + Clone + PartialEq + Debug>(value: T, is_visible: bool) {
            let redactable = if is_visible { Visible(value) } else { Redacted };
            assert_is_portable(&redactable);
            assert_is_buffered(&redactable);
        }
        check(number, is_visible);
        check(number.unsigned_abs(), is_visible);
        // Other floats are only exact with serde_json's feature `float_roundtrip`.
        check(f64::from(quarters) / 4.0, is_visible);
        check(number % 2 == 0, is_visible);
        check(words.concat(), is_visible);
        check(words.iter().map(|word| (word.clone(), level)).collect::<Map<_>>(), is_visible);
        check((words, level), is_visible);
        check(Plan::Gold, is_visible);
        // serde's buffers do not hold the tags that YAML writes for variants with content, nor a `Uuid`, which is bytes in a binary
        // format.
        assert_is_portable(&[Visible(Plan::Card { level }), Redacted, Visible(Plan::Points(7))]);
        assert_is_portable(&[Visible(Uuid::from_u128(number.unsigned_abs().into())), Redacted]);
    }

    #[test]
    fn a_payload_and_its_parts_are_read_back_equal(body in body()) {
        let payload: Payload<'static> = without_whole_floats(body).to_string().parse().unwrap();
        let fields = payload.fields().clone();
        assert_is_portable(&(payload.clone(), payload.operation().clone(), fields.clone()));
        assert_is_portable(&Received::now(payload.clone()));
        assert_is_buffered(&(payload.clone(), payload.operation().clone(), fields.clone()));
        // In these a binary format writes the object itself, and not its text.
        assert_round_trips(&Flat { inner: payload.clone() });
        assert_round_trips(&Tagged::Carries(payload));
        assert_round_trips(&Flat { inner: fields.clone() });
        assert_round_trips(&Tagged::Carries(fields));
    }
}

/// Serializers around serde_json's do not know what its private names mean.
#[test]
fn no_private_name_is_written_behind_flatten_or_a_tag() {
    let value = &rownd_webhooks::Value::try_from(json!({"a": [1, "x", null, true, {"b": 2.5}]})).unwrap();
    let nested = r#""a":[1,"x",null,true,{"b":2.5}]"#;
    assert_eq!(serde_json::to_string(&Flat { inner: value }).unwrap(), format!("{{{nested}}}"));
    let tagged = serde_json::to_string(&Tagged::Carries(value)).unwrap();
    assert_eq!(tagged, format!(r#"{{"kind":"Carries",{nested}}}"#));
}

#[test]
fn binary_formats_hold_json_text_and_enums() {
    let fields: Fields<'static> = serde_json::from_str(r#"{"a":[1e400]}"#).unwrap();
    assert_eq!(rmp_serde::to_vec(&fields).unwrap(), rmp_serde::to_vec(r#"{"a":[1e400]}"#).unwrap());
    assert_eq!(rmp_serde::to_vec(&Redacted::<u8>).unwrap(), rmp_serde::to_vec(REDACTED).unwrap());
    assert_eq!(postcard::to_stdvec(&Visible(7_u8)).unwrap(), [0, 7]);
    assert_eq!(postcard::to_stdvec(&Redacted::<u8>).unwrap(), [1]);
    // An object of the user is no variant.
    assert_round_trips(&Flat { inner: One { x: Visible(json!({"Visible": true})) } });
}

#[test]
fn errors_of_other_formats_contain_no_values() {
    fn check(canary: impl Serialize) {
        let bytes = rmp_serde::to_vec(&canary).unwrap();
        let yaml = serde_yaml_ng::to_string(&canary).unwrap();
        let redactable = rmp_serde::from_slice::<Redactable<u8>>(&bytes).unwrap_err();
        assert_eq!(redactable.to_string(), "expected a redactable u8");
        for error in [
            rmp_serde::from_slice::<Payload<'_>>(&bytes).unwrap_err().to_string(),
            rmp_serde::from_slice::<Fields<'_>>(&bytes).unwrap_err().to_string(),
            serde_yaml_ng::from_str::<Payload<'_>>(&yaml).unwrap_err().to_string(),
            serde_yaml_ng::from_str::<Redactable<bool>>(&yaml).unwrap_err().to_string(),
        ] {
            assert!(!error.contains("canary") && !error.contains("5550199"), "{error}");
        }
    }
    check("canary");
    check(5_550_199);
    check([("canary", 5_550_199)]);
    check(BTreeMap::from([(5_550_199, "canary")]));
    for (yaml, message) in [(".inf", "a number is not finite"), ("? [1]\n: 2", "a name is not text")] {
        let error = serde_yaml_ng::from_str::<Redactable<Value>>(yaml).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn fields_that_are_decoded_from_fields_are_the_same() {
    #[derive(Deserialize)]
    struct Profile {
        country: Redactable<String>,
        #[serde(flatten)]
        rest: Fields<'static>,
    }
    let data = r#"{"user_id":"u","country":"<<REDACTED>>","a":"<<REDACTED>>","b":null,"c":{"d":[1]}}"#;
    let payload = payload(Body { data, redacted: r#"["country","a","plan"]"#, ..Body::default() });
    assert_eq!(payload.decode::<Fields<'static>>().unwrap(), *payload.fields());
    let Profile { country, rest } = payload.decode().unwrap();
    assert_eq!(country, Redacted);
    let rest: Vec<_> = rest.iter().map(|(name, field)| (name, field.is_redacted())).collect();
    assert_eq!(rest, [("a", true), ("b", false), ("c", false), ("plan", true), ("user_id", false)]);
}

#[test]
fn a_number_beyond_a_float_is_written_by_serde_json_only() {
    let payload = payload(Body::field("[1e400]"));
    let error = serde_yaml_ng::to_string(&payload).unwrap_err();
    assert_eq!(error.to_string(), "a number is out of range");
}

#[test]
fn bytes_are_read_as_an_array_of_numbers() {
    let bytes = || AttributeValue::B(vec![1, 2]);
    let read: Redactable<Value> =
        serde_dynamo::from_attribute_value(AttributeValue::L(vec![bytes()])).unwrap();
    assert_eq!(read, Visible(json!([[1, 2]])));
    let item = AttributeValue::M([("x".to_owned(), bytes())].into());
    let fields: Fields<'static> = serde_dynamo::from_attribute_value(item).unwrap();
    assert_eq!(fields.value("x").unwrap().to_json(), json!([1, 2]));
}

#[test]
fn a_map_in_memory_is_read_by_its_names() {
    let map = MapDeserializer::<_, serde::de::value::Error>::new([("a", "b")].into_iter());
    let read = Redactable::<Map<String>>::deserialize(map).unwrap();
    assert_eq!(read, Visible(Map::from([("a".to_owned(), "b".to_owned())])));
}
