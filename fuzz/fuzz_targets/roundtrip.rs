//! Law: a serialized payload parses to an equal one, and equal payloads have one canonical text. What other formats contain is
//! the same payload.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rownd_webhooks::Payload;

fuzz_target!(|body: &[u8]| {
    let Ok(payload) = rownd_webhooks::from_slice(body) else { return };
    let written = serde_json::to_string(&payload).unwrap();
    let again = rownd_webhooks::from_str(&written).unwrap();
    assert_eq!(payload, again);
    assert_eq!(payload, serde_json::from_str(&written).unwrap());
    assert_eq!(written, serde_json::to_string(&again).unwrap());

    let canonical = payload.canonical_json();
    assert_eq!(canonical, again.canonical_json());
    let from_canonical = rownd_webhooks::from_str(&canonical).unwrap();
    assert_eq!(payload, from_canonical);
    assert_eq!(canonical, from_canonical.canonical_json());

    let owned = payload.clone().into_owned();
    assert_eq!(owned, payload);
    assert_eq!(written, serde_json::to_string(&owned).unwrap());

    // Two nested members with the same name are rejected, and so is a number beyond a float.
    if let Ok(tree) = serde_json::to_value(&payload) {
        let read: Payload<'_> = serde_json::from_value(tree.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), tree);
        let mut bytes = Vec::new();
        ciborium::into_writer(&payload, &mut bytes).unwrap();
        // The order of nested members may differ, which equality ignores.
        assert_eq!(ciborium::from_reader::<Payload<'_>, _>(bytes.as_slice()).unwrap(), read);
    }
});
