//! What came is written back: unknown members and operations, absent and null members, numbers to the letter.

use rownd_webhooks::{Event, Operation, Payload};
use serde_json::Value;

const UNKNOWN_EVERYWHERE: &str = r#"{"trace":{"id":[1,2]},"data":{"user_id":"u"},"redacted":[],"version":2,
    "meta":{"operation":"user_merge","source":"import","lookup_values":[
        {"field":"email","value":"a@example.com","verified":true},{"value":5,"rank":null,"field":"crm"}]}}"#;

fn payload(body: &str) -> Payload<'_> {
    rownd_webhooks::from_str(body).unwrap()
}

fn tree(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

#[test]
fn unknown_members_are_kept_at_all_three_levels() {
    let payload = payload(UNKNOWN_EVERYWHERE);
    assert!(
        payload
            .extra()
            .map(|(name, json)| (name, json.get()))
            .eq([("trace", r#"{"id":[1,2]}"#), ("version", "2")])
    );
    assert!(payload.meta_extra().map(|(name, json)| (name, json.get())).eq([("source", r#""import""#)]));
    let extra = |index: usize| -> Vec<(&str, &str)> {
        payload.lookup_values()[index].extra().map(|(name, json)| (name, json.get())).collect()
    };
    assert_eq!(extra(0), [("verified", "true")]);
    assert_eq!(extra(1), [("rank", "null")]);

    let written = serde_json::to_string(&payload).unwrap();
    assert_eq!(tree(&written), tree(UNKNOWN_EVERYWHERE));
    assert_eq!(written.parse::<Payload<'_>>().unwrap(), payload);
}

#[test]
fn unknown_operations_are_kept() {
    let payload = payload(UNKNOWN_EVERYWHERE);
    assert_eq!(payload.operation(), &Operation::Unknown("user_merge".into()));
    let Event::Unknown(kept) = payload.clone().into_event().unwrap() else { panic!("it is not known") };
    assert_eq!(kept, payload);
}

#[test]
fn absent_and_null_members_stay_so() {
    for body in [
        r#"{"meta":{"operation":"data_update"}}"#,
        r#"{"data":null,"redacted":null,"meta":{"operation":"data_update","lookup_values":null}}"#,
        r#"{"data":{},"redacted":[],"meta":{"operation":"data_update","lookup_values":[]}}"#,
        r#"{"data":{},"meta":{"operation":"delete","lookup_values":null}}"#,
    ] {
        let payload = payload(body);
        assert_eq!(tree(&serde_json::to_string(&payload).unwrap()), tree(body));
        assert_eq!(payload.into_owned(), rownd_webhooks::from_str(body).unwrap());
    }
}

#[test]
fn numbers_survive_to_the_letter() {
    let long = "123456789".repeat(34);
    for number in ["0", "-0", "1.0", "1E5", "1e400", "-1.50e-7", "18446744073709551616", long.as_str()] {
        let body = format!(
            r#"{{"n":{number},"data":{{"n":{number},"nested":[{{"n":{number}}}]}},"meta":{{"operation":"data_update","n":{number},"lookup_values":[{{"field":"n","value":{number}}}]}}}}"#
        );
        let payload = payload(&body);
        let written = serde_json::to_string(&payload).unwrap();
        for place in [
            format!(r#""data":{{"n":{number},"nested":[{{"n":{number}}}]}}"#),
            format!(r#""value":{number}}}"#),
            format!(r#"],"n":{number}}}"#),
            format!(r#"}},"n":{number}}}"#),
        ] {
            assert!(written.contains(&place), "{place} is not in {written}");
        }
        assert_eq!(payload.clone().into_owned(), payload);
    }
}

#[test]
fn order_of_members_and_white_space_are_free() {
    let one = r#"{"data":{"a":"x","b":{"c":[1,2],"d":null}},"redacted":["p","q"],"meta":{"operation":"data_update","lookup_values":[{"field":"email","value":"a@example.com"}]}}"#;
    let two = "\r\n{ \"meta\" :\t{ \"lookup_values\" : [ { \"value\" : \"a@example.com\" , \"field\" : \"email\" } ] ,
        \"operation\" : \"data_update\" } , \"redacted\" : [ \"q\" , \"p\" ] , \"data\" : { \"b\" : { \"d\" : null ,
        \"c\" : [ 1 , 2 ] } , \"\\u0061\" : \"\\u0078\" } } \n";
    assert_eq!(payload(one), payload(two));
    assert_eq!(payload(one).canonical_json(), payload(two).canonical_json());
    assert_eq!(payload(one).into_owned(), payload(two));
}

#[test]
fn payloads_that_differ_are_not_equal() {
    let base = r#"{"data":{"a":1},"redacted":["p"],"meta":{"operation":"data_update","lookup_values":[{"field":"f","value":"1"}]},"x":1}"#;
    for (from, to) in [
        ("\"a\":1", "\"a\":1.0"),
        ("\"a\":1", "\"b\":1"),
        ("[\"p\"]", "[\"p\",\"p\"]"),
        ("[\"p\"]", "null"),
        ("data_update", "data_insert"),
        ("\"value\":\"1\"", "\"value\":1"),
        ("\"value\":\"1\"", "\"value\":\"1\",\"y\":0"),
        ("\"x\":1", "\"x\":2"),
        ("]}", "],\"z\":0}"),
    ] {
        let other = base.replacen(from, to, 1);
        assert_ne!(payload(base), payload(&other), "{other}");
        assert_ne!(payload(base).canonical_json(), payload(&other).canonical_json(), "{other}");
    }
}
