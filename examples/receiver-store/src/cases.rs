//! Bodies for the tests of all example receivers.

use rownd_webhooks::Payload;
use rownd_webhooks::testing::{self, samples};

/// Bodies that are no delivery. `@` is a value, which no response may contain.
const INVALID: [&str; 16] = [
    "@",
    r#""@""#,
    r#"["@"]"#,
    r#"{"data":"@","meta":{"operation":"delete"}}"#,
    r#"{"data":{"a":"@","a":"@"},"meta":{"operation":"delete"}}"#,
    r#"{"data":{"a":"@","$serde_json::private::RawValue":"@"},"meta":{"operation":"delete"}}"#,
    r#"{"redacted":"@","meta":{"operation":"delete"}}"#,
    r#"{"redacted":[{"a":"@"}],"meta":{"operation":"delete"}}"#,
    r#"{"meta":"@"}"#,
    r#"{"meta":{"operation":["@"]}}"#,
    r#"{"meta":{"operation":"delete","lookup_values":[{"field":"@","value":"@","value":"@"}]}}"#,
    r#"{"data":{"a":"@"}}"#,
    r#"{"data":{"\ud800":"@"},"meta":{"operation":"delete"}}"#,
    r#"{"data":{"a":"@"},"meta":{"operation":"delete"}} @"#,
    r#"{"data":{"a":"@" @"#,
    r#"{"data":"@"#,
];

/// Bodies that are refused with 400, each with the body of the response.
pub const REFUSALS: [(&str, &str); 6] = [
    ("", r#"{"code":"empty","path":null}"#),
    (" \n", r#"{"code":"empty","path":null}"#),
    ("jrose@acme.com", r#"{"code":"syntax","path":null}"#),
    (r#"{"meta":"jrose@acme.com"}"#, r#"{"code":"wrong_type","path":"/meta"}"#),
    (r#"{"data":{"a":"jrose@acme.com","a":1}}"#, r#"{"code":"duplicate_member","path":"/data/a"}"#),
    (
        r#"{"data":{"a":"jrose@acme.com"},"meta":{"operation":"delete"}}"#,
        r#"{"code":"no_lookup_values","path":"/meta/lookup_values"}"#,
    ),
];

/// Checks the `Json<Payload>` of a web framework: it reads the samples, and its rejections contain no values.
///
/// `extract` returns a payload, or everything that a rejection shows.
///
/// # Panics
///
/// Panics if it does not.
pub async fn check_extractor(extract: impl AsyncFn(&str) -> Result<Payload<'static>, String>) {
    for body in samples::ALL {
        assert_eq!(extract(body).await, Ok(body.parse().unwrap()));
    }
    for body in INVALID {
        let rejection = extract(&body.replace('@', "canary7f3a")).await.unwrap_err();
        assert!(!rejection.contains("canary7f3a"), "{rejection}");
    }
}

/// Returns a valid body of this size.
///
/// # Panics
///
/// Panics if the size is smaller than that of the smallest body.
#[must_use]
pub fn filled(bytes: usize) -> String {
    let empty = testing::data_update().field("text", "").body().len();
    testing::data_update().field("text", "x".repeat(bytes - empty)).body()
}
