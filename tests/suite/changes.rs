//! `Changes`: the differences between two profiles, or between a stored profile and an update.

use rownd_webhooks::sync::{ChangeKind, Changes};
use rownd_webhooks::{Fields, Redactable, Value};

use ChangeKind::{Added, Changed, Redacted, Removed, Revealed};

fn fields(json: &str) -> Fields<'_> {
    serde_json::from_str(json).unwrap()
}

fn kinds<'a>(changes: &Changes<'a>) -> Vec<(&'a str, ChangeKind)> {
    changes.iter().map(|change| (change.field(), change.kind())).collect()
}

/// Every state of a field before and after. In an update, an absent field is untouched.
#[test]
fn each_change_has_its_kind() {
    const HIDDEN: &str = r#"{"x":"<<REDACTED>>"}"#;
    for (old, new, kind) in [
        ("{}", "{}", None),
        ("{}", r#"{"x":1}"#, Some(Added)),
        ("{}", HIDDEN, Some(Redacted)),
        (r#"{"x":1}"#, "{}", Some(Removed)),
        (r#"{"x":1}"#, r#"{"x":1}"#, None),
        (r#"{"x":1}"#, r#"{"x":2}"#, Some(Changed)),
        (r#"{"x":1}"#, HIDDEN, Some(Redacted)),
        (HIDDEN, "{}", Some(Removed)),
        (HIDDEN, r#"{"x":1}"#, Some(Revealed)),
        (HIDDEN, HIDDEN, None),
    ] {
        let (old, new) = (fields(old), fields(new));
        let in_update = kind.filter(|kind| *kind != Removed);
        for (changes, kind) in
            [(Changes::between(&old, &new), kind), (Changes::in_update(&old, &new), in_update)]
        {
            assert!(kinds(&changes).into_iter().eq(kind.map(|kind| ("x", kind))), "{old:?} to {new:?}");
            assert_eq!((changes.len(), changes.is_empty()), (changes.iter().count(), kind.is_none()));
            assert!((&changes).into_iter().eq(changes.iter()));
            assert_eq!((changes.get("x"), changes.get("y")), (changes.iter().next(), None));
            if let Some(change) = changes.get("x") {
                assert_eq!((change.before(), change.after()), (old.value("x"), new.value("x")));
            }
        }
    }
}

#[test]
fn labels_are_words_in_lower_case() {
    for kind in [Added, Changed, Removed, Redacted, Revealed] {
        assert_eq!(kind.label(), format!("{kind:?}").to_lowercase());
    }
}

#[test]
fn changes_are_sorted_by_name() {
    let before = fields(r#"{"z":1,"m":1,"b":"<<REDACTED>>","same":[1]}"#);
    let after = fields(r#"{"same":[ 1 ],"a":1,"b":2,"m":2,"c":"<<REDACTED>>"}"#);
    let there = Changes::between(&before, &after);
    let expected = [("a", Added), ("b", Revealed), ("c", Redacted), ("m", Changed), ("z", Removed)];
    assert_eq!(kinds(&there), expected);
    assert!(there.iter().all(|change| there.get(change.field()) == Some(change)));
    assert_eq!(kinds(&Changes::in_update(&before, &after)), expected[..4]);
}

#[test]
fn a_change_prints_its_name_kind_and_types() {
    let (before, after) = (fields(r#"{"a":"x"}"#), fields(r#"{"a":7,"b\u0007":["x"]}"#));
    let changes = Changes::between(&before, &after);
    let expected = [
        r#"FieldChange { field: "a", kind: Changed, before: Some(string of 1 bytes), after: Some(number of 1 bytes) }"#,
        r#"FieldChange { field: "b\u{7}", kind: Added, before: None, after: Some(array of 5 bytes) }"#,
    ];
    assert!(changes.iter().map(|change| format!("{change:?}")).eq(expected));
}

/// Comparing each name with each other would take minutes.
#[test]
fn large_profiles_are_compared() {
    let profile = |step: usize| -> Fields<'static> {
        let names = (0..90_000).map(|index| format!("f{}", index * step));
        names.map(|name| (name, Redactable::Visible(Value::from(1_i64)))).collect()
    };
    // Every second name of one is every third of the other, up to the end of the shorter range.
    let (before, after, common) = (profile(2), profile(3), 30_000);
    assert_eq!(Changes::between(&before, &after).len(), 2 * (90_000 - common));
    assert_eq!(Changes::in_update(&before, &after).len(), 90_000 - common);
}
