//! `Changes`: what differs between two profiles, or between a stored profile and an update.

use rownd_webhooks::sync::{ChangeKind, Changes};
use rownd_webhooks::{Fields, Redactable, Value};

use ChangeKind::{Added, Changed, Redacted, Removed, Revealed};

fn fields(json: &str) -> Fields<'_> {
    serde_json::from_str(json).unwrap()
}

fn kinds<'a>(changes: &Changes<'a>) -> Vec<(&'a str, ChangeKind)> {
    changes.iter().map(|change| (change.field(), change.kind())).collect()
}

/// Every state of a field before and after. Absent from an update means untouched.
#[test]
fn each_change_has_its_kind() {
    const HIDDEN: &str = r#""<<REDACTED>>""#;
    let rows = [
        (None, None, None),
        (None, Some("1"), Some(Added)),
        (None, Some(HIDDEN), Some(Redacted)),
        (Some("1"), None, Some(Removed)),
        (Some("1"), Some("1"), None),
        (Some("1"), Some("2"), Some(Changed)),
        (Some("1"), Some(HIDDEN), Some(Redacted)),
        (Some(HIDDEN), None, Some(Removed)),
        (Some(HIDDEN), Some("1"), Some(Revealed)),
        (Some(HIDDEN), Some(HIDDEN), None),
    ];
    for (old, new, kind) in rows {
        let json = |state: Option<&str>| state.map_or("{}".to_owned(), |json| format!(r#"{{"x":{json}}}"#));
        let (before, after) = (json(old), json(new));
        let (before, after) = (fields(&before), fields(&after));
        let in_update = kind.filter(|kind| *kind != Removed);
        for (changes, kind) in
            [(Changes::between(&before, &after), kind), (Changes::in_update(&before, &after), in_update)]
        {
            let expected: Vec<_> = kind.map(|kind| ("x", kind)).into_iter().collect();
            assert_eq!(kinds(&changes), expected, "{old:?} to {new:?}");
            assert_eq!((changes.len(), changes.is_empty()), (expected.len(), expected.is_empty()));
            assert!((&changes).into_iter().eq(changes.iter()));
            assert_eq!(changes.get("x"), changes.iter().next());
            assert_eq!(changes.get("y"), None);
            if let Some(change) = changes.get("x") {
                let visible = |state: Option<&str>| state?.parse().ok();
                assert_eq!(change.before().and_then(Value::as_i64), visible(old), "{old:?} to {new:?}");
                assert_eq!(change.after().and_then(Value::as_i64), visible(new), "{old:?} to {new:?}");
            }
        }
    }
}

#[test]
fn changes_are_sorted_by_name() {
    let before = fields(r#"{"z":1,"m":1,"b":"<<REDACTED>>","same":[1]}"#);
    let after = fields(r#"{"same":[ 1 ],"a":1,"b":2,"m":2,"c":"<<REDACTED>>"}"#);
    let there = Changes::between(&before, &after);
    assert_eq!(
        kinds(&there),
        [("a", Added), ("b", Revealed), ("c", Redacted), ("m", Changed), ("z", Removed)]
    );
    assert!(there.iter().all(|change| there.get(change.field()) == Some(change)));
    let back = [("a", Removed), ("b", Redacted), ("c", Removed), ("m", Changed), ("z", Added)];
    assert_eq!(kinds(&Changes::between(&after, &before)), back);
    let update = [("a", Added), ("b", Revealed), ("c", Redacted), ("m", Changed)];
    assert_eq!(kinds(&Changes::in_update(&before, &after)), update);
    assert!(Changes::between(&after, &after).is_empty());
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

/// Quadratic work would take minutes.
#[test]
fn large_profiles_are_compared() {
    let profile = |step: usize| -> Fields<'static> {
        (0..9_000)
            .map(|index| (format!("f{}", index * step), Redactable::Visible(Value::from(1_i64))))
            .collect()
    };
    let (before, after) = (profile(2), profile(3));
    let common = (0..27_000).filter(|index| index % 6 == 0 && index / 2 < 9_000).count();
    assert_eq!(Changes::between(&before, &after).len(), 2 * (9_000 - common));
    assert_eq!(Changes::in_update(&before, &after).len(), 9_000 - common);
}
