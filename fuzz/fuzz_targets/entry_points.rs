//! Law: every entry point accepts and rejects the same bodies, and returns equal payloads.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rownd_webhooks::Payload;
use serde_json::Value;
use serde_json::value::RawValue;

#[derive(serde::Deserialize)]
struct Envelope {
    payload: Payload<'static>,
}

fuzz_target!(|body: &[u8]| {
    let expected = rownd_webhooks::from_slice(body);
    assert_eq!(rownd_webhooks::from_reader(body), expected);

    let assert_agrees = |payload: Result<Payload<'static>, serde_json::Error>| match (&expected, payload) {
        (Ok(expected), Ok(payload)) => assert_eq!(payload, *expected),
        (Err(_), Err(_)) => {}
        (expected, payload) => panic!("{expected:?} {payload:?}"),
    };
    assert_agrees(serde_json::from_slice(body));
    assert_agrees(serde_json::from_reader(body));
    if let Ok(body) = str::from_utf8(body) {
        assert_eq!(body.parse(), expected);
        assert_eq!(rownd_webhooks::from_str(body), expected);
        assert_agrees(serde_json::from_str(body));
    }
    // Other text could close the envelope.
    if serde_json::from_slice::<&RawValue>(body).is_ok() {
        let envelope = [br#"{"payload":"#, body, b"}"].concat();
        assert_agrees(serde_json::from_slice(&envelope).map(|Envelope { payload }| payload));
    }

    // A tree lacks repeated members and the text of numbers, so its own text is the reference.
    if let Ok(tree) = serde_json::from_slice::<Value>(body) {
        let expected = rownd_webhooks::from_str(&tree.to_string()).map(Payload::into_owned);
        assert_eq!(serde_json::from_value(tree.clone()).ok(), expected.clone().ok());
        assert_eq!(
            Payload::try_from(tree).map_err(|error| error.code()),
            expected.map_err(|error| error.code())
        );
    }
});
