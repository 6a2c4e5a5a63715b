//! The rules of a receiver's copy as cases, which every example runs in its tests.

use rownd_webhooks::sync::Profile;
use rownd_webhooks::{REDACTED, testing};
use serde::Deserialize;
use serde_json::{Value, json};

/// Bodies that are no delivery. `@` is a value, which no response may contain.
pub const INVALID: [&str; 16] = [
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
    r#"{"data":{"a":"@\ud800"},"meta":{"operation":"delete"}}"#,
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

/// Deliveries to an empty store, and the profiles that it holds after them.
#[derive(Clone, Debug, Deserialize)]
pub struct Case {
    /// The behavior that the case shows.
    pub name: String,
    /// Bodies, each with its outcome: a variant of `Applied`, or `Invalid` if it identifies no user.
    pub deliveries: Vec<(String, Value)>,
    /// The profiles as `{"user_id": …, "fields": {…}}`, with the visible fields.
    profiles: Vec<Value>,
}

/// Returns the cases. `Mirror` is tested with the same file.
///
/// # Panics
///
/// Panics if the file does not have the expected form.
#[must_use]
pub fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> =
        serde_json::from_str(include_str!("../../../tests/data/receiver_copy.json")).unwrap();
    for profile in cases.iter_mut().flat_map(|case| &mut case.profiles) {
        let fields = profile["fields"].as_object_mut().unwrap();
        fields.retain(|_, value| value != REDACTED);
    }
    cases
}

impl Case {
    /// Sends each delivery, expecting a status of success or, for an invalid one, 400.
    ///
    /// # Panics
    ///
    /// Panics if the status differs.
    pub fn deliver(&self, mut send: impl FnMut(&str) -> u16) {
        for (position, (applied, body)) in self.deliveries.iter().enumerate() {
            let status = send(&body.to_string());
            let is_expected = if applied == "Invalid" { status == 400 } else { (200..300).contains(&status) };
            assert!(is_expected, "{}: delivery {position} had status {status}", self.name);
        }
    }

    /// Compares the profiles, in any order.
    ///
    /// # Panics
    ///
    /// Panics if the profiles differ.
    pub fn check(&self, mut profiles: Vec<Value>) {
        let mut expected = self.profiles.clone();
        // The order of an object's members depends on a feature of serde_json, but it is one order in one build.
        expected.sort_by_key(Value::to_string);
        profiles.sort_by_key(Value::to_string);
        assert_eq!(profiles, expected, "{}", self.name);
    }
}

/// Returns a profile as [`Case::check`] compares it.
#[must_use]
pub fn to_json(profile: &Profile) -> Value {
    let visible = profile.fields().iter().filter_map(|(name, field)| Some((name, field.visible()?)));
    let fields = visible.map(|(name, value)| (name.to_owned(), value.to_json()));
    let user_id = profile.user_id().map(|id| id.as_str().to_owned());
    json!({"user_id": user_id, "fields": Value::Object(fields.collect())})
}
