//! Law: every entry point accepts and refuses the same bodies, and makes the same payloads of them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rownd_webhooks::Payload;
use rownd_webhooks::replay::NdjsonReader;
use serde_json::Value;
use serde_json::value::RawValue;

#[derive(serde::Deserialize)]
struct Envelope {
    payload: Payload<'static>,
}

fuzz_target!(|body: &[u8]| {
    let expected = rownd_webhooks::from_slice(body);
    assert_eq!(rownd_webhooks::from_reader(body), expected);

    let by_serde = |payload: Result<Payload<'static>, serde_json::Error>| match (&expected, payload) {
        (Ok(expected), Ok(payload)) => assert_eq!(payload, *expected),
        (Err(_), Err(_)) => {}
        (expected, payload) => panic!("{expected:?} {payload:?}"),
    };
    by_serde(serde_json::from_slice(body));
    by_serde(serde_json::from_reader(body));
    if let Ok(body) = str::from_utf8(body) {
        assert_eq!(body.parse(), expected);
        assert_eq!(rownd_webhooks::from_str(body), expected);
        by_serde(serde_json::from_str(body));
    }
    // Other text may end the envelope and begin another.
    if serde_json::from_slice::<&RawValue>(body).is_ok() {
        let envelope = [br#"{"payload":"#, body, b"}"].concat();
        by_serde(serde_json::from_slice(&envelope).map(|Envelope { payload }| payload));
    }

    // A tree has lost duplicates and the text of numbers, so it is compared with its own text.
    if let Ok(tree) = serde_json::from_slice::<Value>(body) {
        let expected = rownd_webhooks::from_str(&tree.to_string()).map(Payload::into_owned);
        assert_eq!(serde_json::from_value(tree.clone()).ok(), expected.clone().ok());
        assert_eq!(
            Payload::try_from(tree).map_err(|error| error.code()),
            expected.map_err(|error| error.code())
        );
    }

    // An archive has one body per line and skips a byte order mark at its start, hence a space in front and no newlines.
    let mut line = [b" ", body].concat();
    line.iter_mut().filter(|byte| **byte == b'\n').for_each(|byte| *byte = b' ');
    let expected = rownd_webhooks::from_slice(&line);
    let mut reader = NdjsonReader::new(line.as_slice());
    match reader.next_payload() {
        Some(Ok(payload)) => assert_eq!(Ok(payload), expected),
        Some(Err(error)) => assert_eq!(Err(error.parse_error()), expected.as_ref()),
        None => assert_eq!(expected.map_err(|error| error.code()), Err("empty")),
    }
    assert!(reader.next_payload().is_none());
});
