//! Law: a serialized payload parses to an equal one, and equal payloads have one canonical text.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let Ok(payload) = rownd_webhooks::from_slice(body) else { return };
    let written = serde_json::to_string(&payload).unwrap();
    let again = rownd_webhooks::from_str(&written).unwrap();
    assert_eq!(payload, again);
    assert_eq!(written, serde_json::to_string(&again).unwrap());

    let canonical = payload.canonical_json();
    assert_eq!(canonical, again.canonical_json());
    let from_canonical = rownd_webhooks::from_str(&canonical).unwrap();
    assert_eq!(payload, from_canonical);
    assert_eq!(canonical, from_canonical.canonical_json());

    let owned = payload.clone().into_owned();
    assert_eq!(owned, payload);
    assert_eq!(written, serde_json::to_string(&owned).unwrap());
});
