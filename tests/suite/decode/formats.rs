//! One form in every format: what is written is read back equal, or rejected.

use std::collections::BTreeMap;
use std::fmt::Debug;

use bson::{
    Document, deserialize_from_document, deserialize_from_slice, serialize_to_document, serialize_to_vec,
};
use chrono::{DateTime, Utc};
use rownd_webhooks::{Fields, Payload, REDACTED, Received, Redactable, testing::samples};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_dynamo::AttributeValue;
use serde_json::{Value, json};
use serde_with::{json::JsonString, serde_as};
use uuid::Uuid;

use super::{Adjacent, Flat, Map, Newtype, One, Plan, Tagged, Untagged};
use crate::support::{Body, payload};
use Redactable::{Redacted, Visible};

trait Format {
    const NAME: &str;
    type Written: PartialEq + Debug;

    fn write<T: Serialize>(value: &T) -> Result<Self::Written, String>;
    fn read<T: DeserializeOwned>(written: &Self::Written) -> Result<T, String>;
}

macro_rules! formats {
    ($($name:ident($written:ty): |$value:ident| $write:expr, |$read_from:ident| $read:expr;)*) => {
        $(struct $name;

        impl Format for $name {
            const NAME: &str = stringify!($name);
            type Written = $written;

            fn write<T: Serialize>($value: &T) -> Result<$written, String> {
                $write.map_err(|error| error.to_string())
            }

            fn read<T: DeserializeOwned>($read_from: &$written) -> Result<T, String> {
                $read.map_err(|error| error.to_string())
            }
        })*
    };
}

formats! {
    Text(String): |value| serde_json::to_string(value), |text| serde_json::from_str(text);
    // Its members are sorted, as in a jsonb column: a tag may come after the content.
    Tree(Value): |value| serde_json::to_value(value), |tree| serde_json::from_value(tree.clone());
    Yaml(String): |value| serde_yaml_ng::to_string(value), |text| serde_yaml_ng::from_str(text);
    Toml(String): |value| toml::to_string(value), |text| toml::from_str(text);
    Ron(String): |value| ron::to_string(value), |text| ron::from_str(text);
    MessagePack(Vec<u8>): |value| rmp_serde::to_vec_named(value), |bytes| rmp_serde::from_slice(bytes);
    MessagePackCompact(Vec<u8>): |value| rmp_serde::to_vec(value), |bytes| rmp_serde::from_slice(bytes);
    Cbor(Vec<u8>): |value| cbor(value), |bytes| ciborium::from_reader(&**bytes);
    Bson(Vec<u8>): |value| serialize_to_vec(value), |bytes| deserialize_from_slice(bytes);
    BsonDocument(Document): |value| serialize_to_document(value), |doc| deserialize_from_document(doc.clone());
    DynamoDb(AttributeValue): |value| serde_dynamo::to_attribute_value(value),
        |item| serde_dynamo::from_attribute_value(item.clone());
}

fn cbor<T: Serialize>(value: &T) -> Result<Vec<u8>, ciborium::ser::Error<std::io::Error>> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).map(|()| bytes)
}

/// Calls a function for each format that describes itself; `but_ron` leaves out the one that reads `Redactable` only.
macro_rules! in_every_format {
    ($function:ident($($argument:expr),*)) => {
        in_every_format!(but_ron $function($($argument),*));
        in_every_format!(@ $function($($argument),*); Ron);
    };
    (but_ron $function:ident($($argument:expr),*)) => {
        in_every_format!(@ $function($($argument),*); Text Tree Yaml Toml MessagePack MessagePackCompact Cbor Bson
            BsonDocument DynamoDb);
    };
    (@ $function:ident $arguments:tt; $($format:ident)*) => {
        $(in_every_format!(@ $function $format $arguments);)*
    };
    (@ $function:ident $format:ident ($($argument:expr),*)) => {
        $function::<$format>($($argument),*)
    };
}

trait Data: Serialize + DeserializeOwned + Clone + PartialEq + Debug {}
impl<T: Serialize + DeserializeOwned + Clone + PartialEq + Debug> Data for T {}

/// Writes a value. The output contains no private name, neither as text nor as bytes.
fn write<F: Format>(value: &impl Serialize) -> Option<F::Written> {
    let written = F::write(value).ok()?;
    let (shown, name) = (format!("{written:?}"), "$serde_json::private");
    let bytes = format!("{:?}", name.as_bytes());
    assert!(!shown.contains(name) && !shown.contains(bytes.trim_matches(['[', ']'])), "{}: {shown}", F::NAME);
    Some(written)
}

/// Asserts that a redactable is written as its value is, and read back equal, or rejected. Returns `true` if it is rejected, but
/// its value is not.
#[track_caller]
fn rejects<F: Format, T: Data, R: Data>(plain: &T, redactable: &R) -> bool {
    let written = write::<F>(redactable);
    assert_eq!(written, write::<F>(plain), "{}: {plain:?}", F::NAME);
    let Some(written) = written else { return false };
    let read = F::read::<R>(&written);
    if F::read::<T>(&written).as_ref() != Ok(plain) {
        return false;
    }
    assert!(read.is_err() || read.as_ref() == Ok(redactable), "{}: {written:?} is read as {read:?}", F::NAME);
    read.is_err()
}

fn check_in<F: Format>(value: &impl Data, rejecting: &str) {
    let is_rejected = rejects::<F, _, _>(&One { x: value.clone() }, &One { x: Visible(value.clone()) });
    let is_listed = rejecting.split(' ').any(|name| name == F::NAME);
    assert_eq!(is_rejected, is_listed, "{}: {value:?}", F::NAME);
}

/// Asserts that a redactable is the same as `plain` in each of serde's buffers.
fn check_buffered_in<F: Format>(plain: &impl Data, redactable: &impl Data) {
    let (plain, x) = (|| plain.clone(), || redactable.clone());
    let rejections = [
        rejects::<F, _, _>(&Flat { inner: One { x: plain() } }, &Flat { inner: One { x: x() } }),
        rejects::<F, _, _>(&Tagged::Carries(One { x: plain() }), &Tagged::Carries(One { x: x() })),
        rejects::<F, _, _>(&Untagged::Only(One { x: plain() }), &Untagged::Only(One { x: x() })),
        rejects::<F, _, _>(&Adjacent::Carries(plain()), &Adjacent::Carries(x())),
    ];
    assert_eq!(rejections, [false; 4], "{}: {:?}", F::NAME, plain());
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Address {
    street: String,
    city: Option<Redactable<String>>,
    zip: Redactable<u8>,
}

fn address() -> Address {
    Address { street: "a".to_owned(), city: Some(Visible("b".to_owned())), zip: Redacted }
}

/// Each value, and the formats that reject it as a `Redactable` since it has no JSON form there.
#[test]
fn a_visible_value_is_written_as_itself_and_read_back_equal_or_rejected() {
    fn check<T: Data>(value: T, rejecting: &str) {
        in_every_format!(check_in(&value, rejecting));
    }
    check("Oslo".to_owned(), "");
    check(true, "");
    check(u64::MAX, "");
    check([0.1, 1.5, -3.0, 1e16], "");
    check(Some("a".to_owned()), "");
    check(None::<String>, "Toml");
    check(vec!["a".to_owned(), String::new()], "");
    check(Map::from([("a".to_owned(), 7_u8), (String::new(), 8)]), "");
    check(address(), "");
    check(DateTime::<Utc>::from_timestamp_millis(1_737_996_245_191).unwrap(), "");
    check(json!({"a": ["x", true, {"<<VISIBLE>>": "y"}], "<<REDACTED>>": "<<REDACTED>>"}), "");
    check(Newtype("a".to_owned()), "Ron");
    check(Plan::Gold, "Ron");
    check(Plan::Points(7), "Yaml Ron");
    check(Plan::Card { level: 1 }, "Yaml Ron MessagePackCompact");
    check(BTreeMap::from([(7_u8, "a".to_owned())]), "MessagePack MessagePackCompact Cbor Ron");
    check(Uuid::from_u128(7), "MessagePack MessagePackCompact Cbor Bson");
    check([f64::INFINITY], "Yaml Toml MessagePack MessagePackCompact Cbor Bson BsonDocument DynamoDb Ron");
}

#[test]
fn a_visible_value_survives_in_every_buffer() {
    in_every_format!(check_buffered_in(&"Oslo".to_owned(), &Visible("Oslo".to_owned())));
    in_every_format!(check_buffered_in(&0.5, &Visible(0.5)));
    in_every_format!(check_buffered_in(&address(), &Visible(address())));
    in_every_format!(check_buffered_in(
        &json!({"<<VISIBLE>>": ["x"]}),
        &Visible(json!({"<<VISIBLE>>": ["x"]}))
    ));
}

#[test]
fn a_redacted_value_is_the_sentinel_in_every_format() {
    let plain = &REDACTED.to_owned();
    in_every_format!(check_buffered_in(plain, &Redacted::<u8>));
    in_every_format!(check_buffered_in(plain, &Redacted::<Option<Address>>));
    in_every_format!(travels(&One { x: Redacted::<u8> }));
    in_every_format!(travels(&One { x: vec![Some(Redacted::<Option<Address>>)] }));
}

/// Asserts that a payload, or what contains one, is read back equal. TOML has no null.
fn travels<F: Format>(value: &impl Data) {
    let Some(written) = write::<F>(value) else { return assert_eq!(F::NAME, "Toml") };
    assert_eq!(F::read(&written).as_ref(), Ok(value), "{}: {written:?}", F::NAME);
}

fn travels_everywhere(payload: &Payload<'static>) {
    let (operation, fields) = (payload.operation(), payload.fields());
    in_every_format!(but_ron travels(payload));
    in_every_format!(but_ron travels(&Received::now(payload.clone())));
    in_every_format!(but_ron travels(&One { x: vec![(payload.clone(), operation.clone(), fields.clone())] }));
    in_every_format!(but_ron travels(&Flat { inner: payload.clone() }));
    in_every_format!(but_ron travels(&Tagged::Carries(payload.clone())));
    in_every_format!(but_ron travels(&Untagged::Only(payload.clone())));
    in_every_format!(but_ron travels(&Adjacent::Carries(payload.clone())));
    in_every_format!(but_ron travels(&Flat { inner: fields.clone() }));
    in_every_format!(but_ron travels(&Tagged::Carries(One { x: fields.clone() })));
}

#[test]
fn a_payload_is_the_same_object_in_every_format_but_ron() {
    travels_everywhere(&payload(samples::VISIBILITY_UPDATE));
    travels_everywhere(&payload(Body {
        operation: "user_merge",
        data: r#"{"":[1,-2.5,{"a":"<<REDACTED>>","é":[]}],"b":"x","t":true,"n":null}"#,
        redacted: r#"["b","absent","b"]"#,
        lookup_values: r#"[{"field":"n","value":5,"x":{}},7]"#,
        meta: r#""source":"import""#,
        members: r#""version":[1]"#,
    }));
    let ron = ron::to_string(&payload(samples::DELETE)).unwrap();
    assert!(ron::from_str::<Payload<'_>>(&ron).is_err());
}

/// Asserts that these bytes are rejected as a redactable, as fields and as a payload, directly and out of a buffer.
#[track_caller]
fn assert_rejected(value: &[u8]) {
    let field = &[b"\x81\xa1x", value].concat();
    assert!(rmp_serde::from_slice::<One<Redactable<Value>>>(field).is_err());
    assert!(rmp_serde::from_slice::<Flat<One<Redactable<Value>>>>(field).is_err());
    assert!(rmp_serde::from_slice::<Fields<'_>>(field).is_err());
    let body = &[b"\x82\xa4meta\x81\xa9operation\xa6delete\xa4data", &**field].concat();
    assert!(rmp_serde::from_slice::<Payload<'_>>(body).is_err());
    assert!(rmp_serde::from_slice::<Flat<Payload<'_>>>(body).is_err());
}

#[test]
fn what_json_does_not_have_is_rejected() {
    assert_rejected(b"\x82\xa1a\x01\xa1a\x02"); // two members with the same name
    assert_rejected(b"\x81\x07\xa1a"); // a name that is a number
    assert_rejected(b"\x81\xc0\xa1a"); // a name that is null
    assert_rejected(b"\xca\x7f\x80\x00\x00"); // infinity
    assert_rejected(b"\xc4\x01a"); // bytes
    assert_rejected(&[b"\xc4\x15\xff<<REDACTED>>".as_slice(), &0_usize.to_ne_bytes()].concat()); // the bytes of `decode`'s stand-in
    assert_rejected(&[[0x91].repeat(128), vec![1]].concat()); // too deep
    assert_rejected(&[0x81].repeat(500)); // a map in the name of a map
    for name in ["$serde_json::private::RawValue", "$serde_json::private::Number", "$serde_json::private::x"]
    {
        assert_rejected(&rmp_serde::to_vec(&json!({name: "x"})).unwrap());
        assert_rejected(&rmp_serde::to_vec(&json!({name: "{}"})).unwrap());
        assert_rejected(&rmp_serde::to_vec(&json!({"a": "x", name: "7.5"})).unwrap());
        // A deserializer that answers each request with a map.
        let body = json!({name: samples::DELETE});
        assert!(Payload::deserialize(body.as_object().unwrap()).is_err());
        assert!(Fields::deserialize(body.as_object().unwrap()).is_err());
        assert!(serde_json::from_value::<Fields<'_>>(body).is_err());
    }
    let body = r#"{"data":{"a":{"b":1,"b":2}},"meta":{"operation":"delete"}}"#;
    let repeated = rownd_webhooks::from_str(body).unwrap();
    assert_eq!(serde_json::to_string(&repeated).unwrap(), body);
    assert!(serde_json::to_value(&repeated).is_err() && serde_yaml_ng::to_string(&repeated).is_err());
}

#[test]
fn an_error_is_at_the_redactable_or_payload() {
    fn path<T: DeserializeOwned + Debug>(text: &str) -> String {
        let json = &mut serde_json::Deserializer::from_str(text);
        serde_path_to_error::deserialize::<_, T>(json).unwrap_err().path().to_string()
    }
    assert_eq!(path::<One<Redactable<Address>>>(r#"{"x":{"street":7}}"#), "x");
    assert_eq!(path::<One<Vec<Payload<'_>>>>(r#"{"x":[{"meta":7}]}"#), "x[0]");
    assert_eq!(path::<One<Fields<'_>>>(r#"{"x":7}"#), "x");
}

#[test]
fn errors_contain_no_values() {
    for json in [r#""canary""#, "5550199", "-5550199.5", r#"["canary"]"#, r#"{"canary":5550199}"#] {
        let error = serde_json::from_str::<Redactable<bool>>(json).unwrap_err().to_string();
        assert!(!error.contains("canary") && !error.contains("5550199"), "{error}");
        for error in [
            serde_yaml_ng::from_str::<Payload<'_>>(json).unwrap_err(),
            serde_yaml_ng::from_str::<Redactable<bool>>(json).unwrap_err(),
        ] {
            let error = error.to_string();
            assert!(!error.contains("canary") && !error.contains("5550199"), "{error}");
        }
    }
}

/// Formats that do not describe themselves cannot say whether a value is the sentinel, but they contain text.
#[test]
fn postcard_reads_the_json_text_of_a_payload_and_of_a_redactable() {
    #[serde_as]
    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct Message(
        #[serde_as(as = "JsonString")] Payload<'static>,
        #[serde_as(as = "JsonString")] Redactable<u8>,
    );

    assert!(postcard::from_bytes::<Redactable<u8>>(&postcard::to_stdvec(&Visible(7_u8)).unwrap()).is_err());
    let body = Body::with_data(r#"{"a":[1.10,1e400,{"b":1,"b":2}],"c":-0}"#);
    for redactable in [Visible(7), Redacted] {
        let message = Message(payload(body), redactable);
        let bytes = postcard::to_stdvec(&message).unwrap();
        assert_eq!(postcard::from_bytes::<Message>(&bytes).unwrap(), message);
    }
}
