//! A struct reads behind each of serde's buffers what it reads directly: every combination of types that a field may have, and of
//! states that it may be in.

use std::any::type_name;
use std::collections::BTreeMap;
use std::fmt::Debug;

use rownd_webhooks::{Payload, REDACTED, Redactable};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Flat;
use crate::support::{self, update_body};

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
enum KnownOr<T, O> {
    Known(T),
    Other(O),
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(untagged)]
enum OrKnown<O, T> {
    Other(O),
    Known(T),
}

/// The states of a field, `None` if it is absent.
fn states(number: u8) -> [Option<Value>; 4] {
    [Some(number.into()), Some(REDACTED.into()), Some(Value::Null), None]
}

/// Bodies in which each field is in each state, one among them that no struct knows.
fn bodies() -> Vec<String> {
    let mut members = vec![vec![]];
    for (name, number) in [("a", 1), ("b", 2), ("c", 3), ("other", 4)] {
        let with = |members: &Vec<String>| {
            states(number).map(|state| {
                let member = state.map(|value| format!(r#""{name}":{value}"#));
                members.iter().cloned().chain(member).collect()
            })
        };
        members = members.iter().flat_map(with).collect();
    }
    members.iter().map(|members| update_body(&members.join(","), "")).collect()
}

fn decode<T: DeserializeOwned>(payload: &Payload<'_>) -> Option<T> {
    payload.decode().ok()
}

fn beside_rest<T: DeserializeOwned, R: DeserializeOwned>(payload: &Payload<'_>) -> Option<T> {
    let FlatBesideRest { known, rest } = decode::<FlatBesideRest<T, R>>(payload)?;
    assert!(rest.contains_key("user_id") && rest.contains_key("other") == payload.field("other").is_some());
    Some(known)
}

/// Compares a struct that is read directly with all the ways around. Returns the number of bodies that it fits.
fn compare<T: DeserializeOwned + Debug + PartialEq>(bodies: &[String]) -> usize {
    let mut read = 0;
    for body in bodies {
        let payload = &support::payload(body);
        let what = format!("{} of {body}", type_name::<T>());
        let direct = || decode::<T>(payload);
        let or = |other| direct().map_or(KnownOr::Other(other), KnownOr::Known);
        read += usize::from(direct().is_some());

        assert_eq!(decode::<Flat<T>>(payload).map(|flat| flat.inner), direct(), "{what}");
        assert_eq!(beside_rest::<T, Value>(payload), direct(), "beside values, {what}");
        assert_eq!(beside_rest::<T, Option<Value>>(payload), direct(), "beside options, {what}");
        assert_eq!(beside_rest::<T, Redactable<Value>>(payload), direct(), "beside redactables, {what}");
        assert_eq!(decode::<Flat<Option<T>>>(payload).map(|flat| flat.inner), Some(direct()), "{what}");

        let profile: Value = decode::<Flat<Value>>(payload).unwrap().inner;
        let read_or = decode::<KnownOr<T, Value>>(payload);
        assert_eq!(read_or, Some(or(profile)), "before a value, {what}");
        let read_or =
            decode::<Flat<KnownOr<T, Value>>>(payload).map(|flat| matches!(flat.inner, KnownOr::Known(_)));
        assert_eq!(read_or, Some(direct().is_some()), "before a value, flat, {what}");
        let read_or = decode::<OrKnown<BTreeMap<String, String>, T>>(payload);
        assert_eq!(read_or.is_some(), direct().is_some() || is_all_text(payload), "behind texts, {what}");
        if let Some(OrKnown::Known(known)) = read_or {
            assert_eq!(Some(known), direct(), "behind texts, {what}");
        }
    }
    read
}

/// Returns `true` if there is only the user id.
fn is_all_text(payload: &Payload<'_>) -> bool {
    payload.fields().len() == 1
}

macro_rules! compare_each {
    ($bodies:ident: $($a:ty)*) => {
        0 $(+ compare_each!($bodies: $a, u8 Option<u8> Redactable<u8> Option<Redactable<u8>> Redactable<Option<u8>>))*
    };
    ($bodies:ident: $a:ty, $($b:ty)*) => { 0 $(+ compare::<Known<$a, $b>>($bodies))* };
}

#[test]
fn a_struct_is_read_alike_behind_every_buffer() {
    let bodies = &bodies();
    assert_eq!(bodies.len(), 256);
    let read =
        compare_each!(bodies: u8 Option<u8> Redactable<u8> Option<Redactable<u8>> Redactable<Option<u8>>);
    assert!(read > bodies.len() * 10, "{read} of {}", bodies.len() * 25);
}
