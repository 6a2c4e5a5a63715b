//! A value that is written is read back equal, in every format.

use std::collections::BTreeMap;
use std::fmt::Debug;

use proptest::prelude::*;
use rownd_webhooks::testing::samples;
use rownd_webhooks::{Fields, Operation, Payload, REDACTED, Received, Redactable};
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{Flat, One};
use crate::support::Body;
use Redactable::{Redacted, Visible};

/// A format that writes and reads a value, or an error text.
struct Format<T> {
    name: &'static str,
    round_trip: fn(&T) -> Result<T, String>,
    /// serde can buffer values of the format, since they say what they are.
    describes_itself: bool,
}

fn text(error: impl ToString) -> String {
    error.to_string()
}

fn assert_no_private_name(written: &[u8]) {
    assert!(!String::from_utf8_lossy(written).contains("serde_json::private"));
}

fn formats<T: Serialize + DeserializeOwned>() -> [Format<T>; 9] {
    let format = |name, round_trip| Format { name, round_trip, describes_itself: true };
    [
        format("serde_json text", |value| {
            let written = serde_json::to_string_pretty(value).map_err(text)?;
            assert_no_private_name(written.as_bytes());
            serde_json::from_str(&written).map_err(text)
        }),
        format("serde_json reader", |value| {
            serde_json::from_reader(&*serde_json::to_vec(value).map_err(text)?).map_err(text)
        }),
        format("serde_json tree", |value| {
            serde_json::from_value(serde_json::to_value(value).map_err(text)?).map_err(text)
        }),
        // jsonb sorts members by the length of their names, and then by name.
        format("members in the order of jsonb", |value| {
            let written = jsonb(&serde_json::to_value(value).map_err(text)?);
            serde_json::from_str(&written).map_err(text)
        }),
        format("YAML", |value| {
            let written = serde_yaml_ng::to_string(value).map_err(text)?;
            assert_no_private_name(written.as_bytes());
            serde_yaml_ng::from_str(&written).map_err(text)
        }),
        format("DynamoDB", |value| {
            let written: serde_dynamo::AttributeValue =
                serde_dynamo::to_attribute_value(value).map_err(text)?;
            assert_no_private_name(format!("{written:?}").as_bytes());
            serde_dynamo::from_attribute_value(written).map_err(text)
        }),
        format("MessagePack", |value| {
            let written = rmp_serde::to_vec_named(value).map_err(text)?;
            assert_no_private_name(&written);
            rmp_serde::from_slice(&written).map_err(text)
        }),
        format("CBOR", |value| {
            let mut written = Vec::new();
            ciborium::into_writer(value, &mut written).map_err(text)?;
            assert_no_private_name(&written);
            ciborium::from_reader(&*written).map_err(text)
        }),
        Format {
            describes_itself: false,
            ..format("postcard", |value| {
                let written = postcard::to_stdvec(value).map_err(text)?;
                assert_no_private_name(&written);
                postcard::from_bytes(&written).map_err(text)
            })
        },
    ]
}

fn jsonb(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Array(elements) => {
            format!("[{}]", elements.iter().map(jsonb).collect::<Vec<_>>().join(","))
        }
        serde_json::Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| (name.len(), name.to_owned()));
            let members =
                members.into_iter().map(|(name, value)| format!("{}:{}", json!(name), jsonb(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        scalar => scalar.to_string(),
    }
}

#[track_caller]
fn assert_round_trips<T: Serialize + DeserializeOwned + PartialEq + Debug>(
    value: &T,
    describing_itself: bool,
) {
    for format in formats::<T>().iter().filter(|format| format.describes_itself || !describing_itself) {
        assert_eq!((format.round_trip)(value).as_ref(), Ok(value), "{}", format.name);
    }
}

#[derive(Serialize, Deserialize, Debug, PartialEq)]
struct Field<T> {
    f: T,
}

#[derive(Serialize, Deserialize, Debug, PartialEq)]
struct Flattened<T> {
    #[serde(flatten)]
    field: Field<T>,
    other: Option<u8>,
}

#[derive(Serialize, Deserialize, Debug, PartialEq)]
#[serde(tag = "type", content = "body")]
enum Adjacent<T> {
    Carries(T),
    Ping,
}

#[derive(Serialize, Deserialize, Debug, PartialEq)]
#[serde(tag = "type")]
enum Internal<T> {
    Carries { f: T },
    Ping,
}

#[derive(Serialize, Deserialize, Debug, PartialEq)]
#[serde(untagged)]
enum Untagged<T> {
    Carries { f: T },
    Ping { ping: bool },
}

/// The value alone, in a struct, an option and a list, and out of each of serde's buffers.
fn assert_travels<T: Serialize + DeserializeOwned + Clone + PartialEq + Debug>(value: &T) {
    assert_round_trips(value, false);
    assert_round_trips(&Field { f: value.clone() }, false);
    assert_round_trips(&vec![Some(value.clone()), None], false);
    assert_round_trips(&Flattened { field: Field { f: value.clone() }, other: Some(1) }, true);
    assert_round_trips(&Internal::Carries { f: value.clone() }, true);
    assert_round_trips(&Internal::<T>::Ping, true);
    assert_round_trips(&Untagged::Carries { f: value.clone() }, true);
    assert_round_trips(&Untagged::<T>::Ping { ping: true }, true);
    assert_round_trips(&Adjacent::<T>::Ping, true);
    assert_round_trips(&Adjacent::Carries(value.clone()), true);
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
enum Plan {
    Gold,
    Points(u8),
    Card { level: i16 },
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_redactable_travels(number: i64, quarters: i32, words: Vec<String>, level: i16, is_visible: bool) {
        fn check<T: Serialize + DeserializeOwned + Clone + PartialEq + Debug>(value: T, is_visible: bool) {
            assert_travels(&if is_visible { Visible(value) } else { Redacted });
        }
        check(number, is_visible);
        check(number.unsigned_abs(), is_visible);
        // Other floats are only exact with serde_json's feature `float_roundtrip`.
        check(f64::from(quarters) / 4.0, is_visible);
        check(number % 2 == 0, is_visible);
        check(words.concat(), is_visible);
        check(words.iter().map(|word| (word.clone(), level)).collect::<BTreeMap<_, _>>(), is_visible);
        check((words, level), is_visible);
        check(Plan::Gold, is_visible);
        // serde's buffers do not hold the tags that YAML writes for variants with content.
        assert_round_trips(&Field { f: Visible(Plan::Card { level }) }, false);
        assert_round_trips(&Visible([Plan::Points(7)]), false);
    }

    #[test]
    fn a_payload_and_its_parts_travel(payload in payloads()) {
        assert_travels(&payload);
        assert_travels(payload.operation());
        assert_travels(payload.fields());
        assert_travels(&Received::now(payload));
    }
}

/// Values with numbers as every format spells them.
fn values() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<u64>().prop_map(serde_json::Value::from),
        (-1000_i32..1000).prop_map(|number| (f64::from(number) + 0.5).into()),
        ".*".prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            prop::collection::btree_map("[a-z]{1,4}", inner, 0..4)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

fn payloads() -> impl Strategy<Value = Payload<'static>> {
    let fields = prop::collection::btree_map("[a-zé\"]{1,6}", values(), 0..5);
    let redacted = prop::collection::btree_set("[a-z]{1,3}", 0..3);
    let operation =
        prop_oneof![Just("data_insert"), Just("visibility_update"), Just("delete"), Just("merge")];
    (fields, redacted, operation, values()).prop_map(|(mut fields, redacted, operation, unknown)| {
        fields.extend(redacted.iter().skip(1).map(|name| (name.clone(), REDACTED.into())));
        let body = json!({
            "data": fields,
            "redacted": redacted,
            "meta": {
                "operation": operation,
                "lookup_values": [{"field": "email", "value": "a@example.com"}, {"field": "id", "value": 7}, unknown],
                "more": unknown,
            },
            "extra": unknown,
        });
        body.to_string().parse().unwrap_or_else(|error| panic!("{error}: {body}"))
    })
}

#[test]
fn the_documented_payloads_travel() {
    for body in [samples::DATA_INSERT, samples::DATA_UPDATE, samples::VISIBILITY_UPDATE, samples::DELETE] {
        assert_travels(&body.parse::<Payload<'static>>().unwrap());
    }
    assert_travels(&Operation::from("data_merge").into_owned());
    assert_travels(&Fields::default());
}

/// In a binary format a `Uuid` is bytes, which serde's buffers cannot hand to a type that expects text.
#[test]
fn a_redactable_uuid_travels() {
    for value in [Visible(Uuid::from_u128(7)), Redacted] {
        assert_round_trips(&value, false);
        assert_round_trips(&Field { f: Some(value) }, false);
    }
}

/// Serializers around serde_json's do not know what its private names mean.
#[test]
fn no_private_name_is_written_behind_flatten_or_a_tag() {
    #[derive(Serialize)]
    struct Flat<'p> {
        #[serde(flatten)]
        value: &'p rownd_webhooks::Value<'p>,
    }
    #[derive(Serialize)]
    #[serde(tag = "type")]
    enum Tagged<'p> {
        Value(&'p rownd_webhooks::Value<'p>),
    }
    let value = rownd_webhooks::Value::try_from(json!({"a": [1, "x", null, true, {"b": 2.5}]})).unwrap();
    let nested = r#""a":[1,"x",null,true,{"b":2.5}]"#;
    assert_eq!(serde_json::to_string(&Flat { value: &value }).unwrap(), format!("{{{nested}}}"));
    let tagged = serde_json::to_string(&Tagged::Value(&value)).unwrap();
    assert_eq!(tagged, format!(r#"{{"type":"Value",{nested}}}"#));
}

#[test]
fn binary_formats_hold_json_text_and_enums() {
    let fields: Fields<'static> = serde_json::from_str(r#"{"a":[1e400]}"#).unwrap();
    assert_eq!(rmp_serde::to_vec(&fields).unwrap(), rmp_serde::to_vec(r#"{"a":[1e400]}"#).unwrap());
    assert_eq!(rmp_serde::to_vec(&Redacted::<u8>).unwrap(), rmp_serde::to_vec(REDACTED).unwrap());
    assert_eq!(postcard::to_stdvec(&Visible(7_u8)).unwrap(), [0, 7]);
    assert_eq!(postcard::to_stdvec(&Redacted::<u8>).unwrap(), [1]);
    let alias = rmp_serde::to_vec("Redacted").unwrap();
    assert_eq!(rmp_serde::from_slice::<Redactable<u8>>(&alias).unwrap(), Redacted);
}

#[test]
fn a_json_string_that_holds_a_body_is_no_payload() {
    let string = serde_json::to_string(samples::DELETE).unwrap();
    assert!(serde_json::from_str::<Payload<'_>>(&string).is_err());
    assert!(serde_json::from_reader::<_, Payload<'_>>(string.as_bytes()).is_err());
    assert!(serde_json::from_value::<Payload<'_>>(samples::DELETE.into()).is_err());
    assert!(serde_json::from_str::<Fields<'_>>(r#""{}""#).is_err());
}

#[test]
fn errors_of_other_formats_contain_no_values() {
    let canaries = [
        rmp_serde::to_vec("canary").unwrap(),
        rmp_serde::to_vec(&5_550_199).unwrap(),
        rmp_serde::to_vec(&[("canary", 5_550_199)]).unwrap(),
        rmp_serde::to_vec(&BTreeMap::from([(5_550_199, "canary")])).unwrap(),
    ];
    for bytes in canaries {
        let redactable = rmp_serde::from_slice::<Redactable<u8>>(&bytes).unwrap_err();
        assert_eq!(redactable.to_string(), "expected a redactable u8");
        let errors = [
            rmp_serde::from_slice::<Payload<'_>>(&bytes).unwrap_err().to_string(),
            rmp_serde::from_slice::<Fields<'_>>(&bytes).unwrap_err().to_string(),
        ];
        let yaml = serde_yaml_ng::to_string(&rmp_serde::from_slice::<serde_yaml_ng::Value>(&bytes).unwrap())
            .unwrap();
        let errors = errors.into_iter().chain([
            serde_yaml_ng::from_str::<Payload<'_>>(&yaml).unwrap_err().to_string(),
            serde_yaml_ng::from_str::<Redactable<bool>>(&yaml).unwrap_err().to_string(),
        ]);
        for error in errors {
            assert!(!error.contains("canary") && !error.contains("5550199"), "{error}");
        }
    }
    let not_finite = serde_yaml_ng::from_str::<Redactable<serde_json::Value>>(".inf").unwrap_err();
    assert_eq!(not_finite.to_string(), "a number is not finite");
}

/// A visitor of the caller that hands on the map of serde_json's reader, in which a body may hold any name.
#[test]
fn text_behind_a_reserved_name_is_not_taken_for_json() {
    #[derive(Debug)]
    struct HandedOn<T>(T);

    impl<'de, T: Deserialize<'de>> Deserialize<'de> for HandedOn<T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct HandingOn<T>(std::marker::PhantomData<T>);

            impl<'de, T: Deserialize<'de>> Visitor<'de> for HandingOn<T> {
                type Value = HandedOn<T>;

                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("an object")
                }

                fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<HandedOn<T>, A::Error> {
                    T::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(HandedOn)
                }
            }

            deserializer.deserialize_map(HandingOn(std::marker::PhantomData))
        }
    }

    let body = serde_json::to_string(samples::DELETE).unwrap();
    for text in ["\"]$\"", "\"7\"", "\"{}\"", "null", &body] {
        for name in ["$serde_json::private::RawValue", "$serde_json\\u003a:private::RawValue"] {
            let body = format!(r#"{{"{name}":{text}}}"#);
            assert!(
                serde_json::from_str::<HandedOn<Redactable<serde_json::Value>>>(&body).is_err(),
                "{body}"
            );
            assert!(serde_json::from_reader::<_, HandedOn<Redactable<IgnoredAny>>>(body.as_bytes()).is_err());
            assert!(serde_json::from_str::<HandedOn<Payload<'_>>>(&body).is_err(), "{body}");
        }
    }
    let read: HandedOn<Redactable<Flat<One<u8>>>> = serde_json::from_str(r#"{"x":1}"#).unwrap();
    assert_eq!(read.0, Visible(Flat { inner: One { x: 1 } }));
    assert!(serde_json::from_str::<HandedOn<Payload<'_>>>(samples::DELETE).is_ok());
}

#[derive(Serialize, Deserialize, Debug, PartialEq)]
#[serde(tag = "type")]
enum Tagged<T> {
    Carries(T),
    Ping,
}

#[derive(Serialize, Deserialize, Debug, PartialEq)]
struct Beside<T> {
    number: u8,
    #[serde(flatten)]
    value: T,
}

/// A binary format writes the object itself here, in which nothing may be written as it is alone.
#[test]
fn a_payload_travels_inside_a_tag_and_flattened() {
    let body = Body {
        data: r#"{"user_id":"u","n":42,"o":{"a":[1,{"b":null}]},"country":"<<REDACTED>>"}"#,
        redacted: r#"["country","plan"]"#,
        lookup_values: r#"[{"field":"phone_number","value":47},{"field":"email","value":null}]"#,
        members: r#""more":[1]"#,
        ..Body::default()
    };
    let payload: Payload<'static> = body.to_string().parse().unwrap();
    let fields = payload.fields().clone();
    assert_round_trips(&Tagged::Carries(payload.clone()), true);
    assert_round_trips(&Beside { number: 1, value: payload }, true);
    assert_round_trips(&Tagged::Carries(fields.clone()), true);
    assert_round_trips(&Tagged::<Fields<'static>>::Ping, true);
    let same_fields = fields.iter().map(|(name, field)| (name.to_owned(), field.clone())).collect();
    assert_round_trips(&Beside::<Fields<'static>> { number: 1, value: same_fields }, true);
}

#[test]
fn a_redactable_of_any_object_travels_flattened() {
    let any = Field { f: Visible(serde_json::json!({"Visible": true})) };
    assert_round_trips(&Flattened { field: any, other: None }, true);
    let none: Field<Redactable<serde_json::Value>> = Field { f: Redacted };
    assert_round_trips(&Flattened { field: none, other: None }, true);
}

#[test]
fn a_name_that_occurs_twice_in_a_nested_object_is_read_out_of_a_buffer() {
    let body = Body::with_data(r#"{"user_id":"u","a":{"x":1,"x":2}}"#).to_string();
    let written = serde_json::to_string(&Tagged::Carries(body.parse::<Payload<'static>>().unwrap())).unwrap();
    let Tagged::Carries(payload) = serde_json::from_str::<Tagged<Payload<'static>>>(&written).unwrap() else {
        panic!("{written}")
    };
    assert_eq!(payload.user_id().unwrap(), "u");
}

#[test]
fn fields_that_are_decoded_from_fields_are_the_same() {
    #[derive(Deserialize)]
    struct Profile {
        user_id: String,
        country: Option<Redactable<String>>,
        #[serde(flatten)]
        rest: Fields<'static>,
    }
    let body = Body {
        data: r#"{"user_id":"u","country":"<<REDACTED>>","a":"<<REDACTED>>","b":null,"c":{"d":[1]}}"#,
        redacted: r#"["country","a","plan"]"#,
        ..Body::default()
    };
    let body = body.to_string();
    let payload = rownd_webhooks::from_str(&body).unwrap();
    assert_eq!(payload.decode::<Fields<'static>>().unwrap(), *payload.fields());
    let profile: Profile = payload.decode().unwrap();
    assert_eq!((&*profile.user_id, profile.country), ("u", Some(Redacted)));
    let rest: Vec<(&str, bool)> =
        profile.rest.iter().map(|(name, field)| (name, field.is_redacted())).collect();
    assert_eq!(rest, [("a", true), ("b", false), ("c", false), ("plan", true)]);
}

#[test]
fn a_written_body_has_no_newlines() {
    let nested = "{\n \"zip\": \"1 \\\" 2\\\\\",\r\n\t\"city\": [ 1,\n 2 ]\n}";
    let body = Body {
        data: &format!(r#"{{"user_id":"u","address":{nested}}}"#),
        lookup_values: "[ [\n] ]",
        members: "\"more\": [\n]",
        ..Body::default()
    };
    let payload: Payload<'static> = body.to_string().parse().unwrap();
    let written = serde_json::to_string(&payload).unwrap();
    assert!(
        !written.contains(['\n', '\r']) && written.contains(r#"{"zip":"1 \" 2\\","city":[1,2]}"#),
        "{written}"
    );
    assert_eq!(written.parse::<Payload<'static>>().unwrap(), payload);
}
