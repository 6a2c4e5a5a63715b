//! `Changes`: the differences between two profiles, or between a stored profile and an update.

use rownd_webhooks::sync::{ChangeKind, Changes, FieldChange};
use rownd_webhooks::{Fields, Redactable, Value};

use ChangeKind::{Added, Changed, Redacted, Removed, Revealed};

fn fields(json: &str) -> Fields<'_> {
    serde_json::from_str(json).unwrap()
}

fn kinds<'a>(changes: &Changes<'a>) -> Vec<(&'a str, ChangeKind)> {
    changes.iter().map(|change| (change.field(), change.kind())).collect()
}

#[test]
fn each_change_has_its_kind() {
    const HIDDEN: &str = r#"{"x":"<<REDACTED>>"}"#;
    // The kinds between two profiles and in an update, where an absent field is untouched.
    for (old, new, between, in_update) in [
        ("{}", "{}", None, None),
        ("{}", r#"{"x":1}"#, Some(Added), Some(Added)),
        ("{}", HIDDEN, Some(Redacted), Some(Redacted)),
        (r#"{"x":1}"#, "{}", Some(Removed), None),
        (r#"{"x":1}"#, r#"{"x":1}"#, None, None),
        (r#"{"x":1}"#, r#"{"x":2}"#, Some(Changed), Some(Changed)),
        (r#"{"x":1}"#, HIDDEN, Some(Redacted), Some(Redacted)),
        (HIDDEN, "{}", Some(Removed), None),
        (HIDDEN, r#"{"x":1}"#, Some(Revealed), Some(Revealed)),
        (HIDDEN, HIDDEN, None, None),
    ] {
        let (old, new) = (fields(old), fields(new));
        let kind = |changes: Changes<'_>| changes.get("x").map(FieldChange::kind);
        assert_eq!(kind(Changes::between(&old, &new)), between, "{old:?} to {new:?}");
        assert_eq!(kind(Changes::in_update(&old, &new)), in_update, "{old:?} to {new:?}");
    }
}

#[test]
fn a_change_has_the_values_before_and_after() {
    let (old, new) = (fields(r#"{"a":1,"b":"<<REDACTED>>"}"#), fields(r#"{"a":2,"b":3}"#));
    let changes = Changes::between(&old, &new);
    let values = changes.iter().map(|change| (change.before(), change.after()));
    assert!(values.eq([(old.value("a"), new.value("a")), (None, new.value("b"))]));
}

#[test]
fn labels_are_words_in_lower_case() {
    let labels = [Added, Changed, Removed, Redacted, Revealed].map(ChangeKind::label);
    assert_eq!(labels, ["added", "changed", "removed", "redacted", "revealed"]);
}

#[test]
fn changes_are_sorted_by_name() {
    let before = fields(r#"{"z":1,"m":1,"b":"<<REDACTED>>","same":[1]}"#);
    let after = fields(r#"{"same":[ 1 ],"a":1,"b":2,"m":2,"c":"<<REDACTED>>"}"#);
    let expected = [("a", Added), ("b", Revealed), ("c", Redacted), ("m", Changed), ("z", Removed)];
    assert_eq!(kinds(&Changes::between(&before, &after)), expected);
    assert_eq!(kinds(&Changes::in_update(&before, &after)), expected[..4]);
}

/// Comparing each name with each other would take minutes.
#[test]
fn large_profiles_are_compared() {
    let profile = |prefix: &str| -> Fields<'static> {
        let names = (0..90_000).map(|index| format!("{prefix}{index}"));
        names.map(|name| (name, Redactable::Visible(Value::from(1_i64)))).collect()
    };
    let (before, after) = (profile("a"), profile("b"));
    assert_eq!(Changes::between(&before, &after).len(), 180_000);
    assert_eq!(Changes::in_update(&before, &after).len(), 90_000);
}
