//! A struct reads the same from each of serde's buffers as it reads directly, whatever the types and the states of its fields.

use std::any::type_name;
use std::collections::BTreeMap;
use std::fmt::Debug;

use rownd_webhooks::{Payload, Redactable};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Flat, SENTINEL};
use crate::support::update_body;

/// Two fields of any type, and one whose state is the first to get lost.
#[derive(Deserialize, Debug, PartialEq)]
struct Known<A, B> {
    a: A,
    b: B,
    c: Option<Redactable<u8>>,
}

#[derive(Deserialize)]
struct FlatBesideRest<T, R> {
    #[serde(flatten)]
    known: T,
    #[serde(flatten)]
    rest: BTreeMap<String, R>,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(untagged)]
enum Either<A, B> {
    A(A),
    B(B),
}

/// Bodies in which each field is in each state: visible, redacted, null and absent. No struct knows the field `other`.
fn bodies() -> Vec<String> {
    let mut bodies = vec![String::new()];
    for name in ["a", "b", "c", "other"] {
        let states = ["7", SENTINEL, "null"].map(|json| format!(r#""{name}":{json}"#));
        let with = |body: &String| {
            let present =
                states.clone().map(|member| [body, &*member].join(if body.is_empty() { "" } else { "," }));
            present.into_iter().chain([body.clone()]).collect::<Vec<_>>()
        };
        bodies = bodies.iter().flat_map(with).collect();
    }
    bodies.iter().map(|members| update_body(members, "")).collect()
}

fn decode<T: DeserializeOwned>(payload: &Payload<'_>) -> Option<T> {
    payload.decode().ok()
}

fn beside_rest<T: DeserializeOwned, R: DeserializeOwned>(payload: &Payload<'_>) -> Option<T> {
    let FlatBesideRest { known, rest } = decode::<FlatBesideRest<T, R>>(payload)?;
    assert!(rest.contains_key("user_id") && rest.contains_key("other") == payload.field("other").is_some());
    Some(known)
}

/// Compares a struct that is read directly with the same struct behind each buffer. Returns the number of payloads that it fits.
fn compare<T: DeserializeOwned + Debug + PartialEq>(payloads: &[Payload<'_>]) -> usize {
    let mut fits = 0;
    for payload in payloads {
        let what = || format!("{} of {}", type_name::<T>(), payload.canonical_json());
        let direct = || decode::<T>(payload);
        fits += usize::from(direct().is_some());

        assert_eq!(decode::<Flat<T>>(payload).map(|flat| flat.inner), direct(), "{}", what());
        assert_eq!(beside_rest::<T, Value>(payload), direct(), "beside values, {}", what());
        assert_eq!(beside_rest::<T, Option<Value>>(payload), direct(), "beside options, {}", what());
        assert_eq!(beside_rest::<T, Redactable<Value>>(payload), direct(), "beside redactables, {}", what());
        assert_eq!(decode::<Flat<Option<T>>>(payload).map(|flat| flat.inner), Some(direct()), "{}", what());

        let profile: Value = decode::<Flat<Value>>(payload).unwrap().inner;
        let expected = || Some(direct().map_or(Either::B(profile.clone()), Either::A));
        assert_eq!(decode::<Either<T, Value>>(payload), expected(), "before a value, {}", what());
        let flat = decode::<Flat<Either<T, Value>>>(payload).map(|flat| matches!(flat.inner, Either::A(_)));
        assert_eq!(flat, Some(direct().is_some()), "before a value, flat, {}", what());
        match decode::<Either<BTreeMap<String, String>, T>>(payload) {
            Some(Either::A(texts)) => assert_eq!(texts.len(), payload.fields().len(), "{}", what()),
            Some(Either::B(known)) => assert_eq!(Some(known), direct(), "behind texts, {}", what()),
            None => assert_eq!(direct(), None, "behind texts, {}", what()),
        }
    }
    fits
}

/// Each type is once the first of two fields and once the second.
#[test]
fn a_struct_reads_the_same_behind_every_buffer() {
    let bodies = bodies();
    let payloads: Vec<_> = bodies.iter().map(|body| rownd_webhooks::from_str(body).unwrap()).collect();
    let fits = [
        compare::<Known<u8, Redactable<u8>>>(&payloads),
        compare::<Known<Redactable<u8>, Option<u8>>>(&payloads),
        compare::<Known<Option<u8>, Option<Redactable<u8>>>>(&payloads),
        compare::<Known<Option<Redactable<u8>>, Redactable<Option<u8>>>>(&payloads),
        compare::<Known<Redactable<Option<u8>>, u8>>(&payloads),
    ];
    // Of the four states, a `u8` fits one, a `Redactable` two, a `Redactable<Option>` three and the others all; times 16 for the rest.
    assert_eq!(fits, [2, 8, 16, 12, 3].map(|count| count * 16));
}
