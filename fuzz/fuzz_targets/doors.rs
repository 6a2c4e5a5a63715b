//! Law: `from_slice`, `from_reader` and `Deserialize`, also as a member of a struct, accept and refuse the same bodies, and make
//! the same of them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rownd_webhooks::Payload;

#[derive(serde::Deserialize)]
struct Envelope {
    payload: Payload<'static>,
}

fuzz_target!(|body: &[u8]| {
    let straight = rownd_webhooks::from_slice(body);
    let read = rownd_webhooks::from_reader(body);
    assert_eq!(straight, read);
    // Behind the body nothing may stand that would be a member of its own.
    let enclosed = [b"[{\"payload\":".as_slice(), body, b"}]"].concat();
    let of_struct = serde_json::from_slice(&enclosed).map(|[Envelope { payload }]: [Envelope; 1]| payload);
    let is_alone = !body.contains(&b',') || straight.is_ok();
    let by_serde = [
        Some(serde_json::from_slice::<Payload<'_>>(body)),
        Some(serde_json::from_reader(body)),
        Some(of_struct).filter(|_| is_alone),
    ];
    for by_serde in by_serde.into_iter().flatten() {
        match (&straight, &by_serde) {
            (Ok(straight), Ok(by_serde)) => assert_eq!(straight, by_serde),
            (Err(_), Err(_)) => {}
            (straight, by_serde) => panic!("{straight:?} {by_serde:?}"),
        }
    }
    // A plain reader gets whatever this crate lets through, but for numbers out of its range.
    if straight.is_ok() {
        if let Err(error) = serde_json::from_slice::<serde_json::Value>(body) {
            assert!(error.to_string().starts_with("number out of range"), "{error}");
        }
    }
});
