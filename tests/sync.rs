//! Keeping a copy in step: what a plan does to it, and what differs between two profiles.

mod support;

use std::collections::BTreeMap;

use rownd_webhooks::sync::{ChangeKind, Changes, SyncPlan};
use rownd_webhooks::testing::samples;
use support::{every_payload, payload, update_body};

use ChangeKind::{Added, Changed, Redacted, Removed, Revealed};

/// A receiver's copy of one profile; `None` when the user is forgotten.
type Copy = Option<BTreeMap<String, String>>;

fn apply(plan: &SyncPlan<'_>, copy: &mut Copy) {
    match plan {
        SyncPlan::Upsert { set, erase, .. } => {
            let copy = copy.get_or_insert_default();
            copy.extend(
                set.iter().map(|(name, value)| (name.to_owned(), serde_json::to_string(value).unwrap())),
            );
            for name in erase.iter() {
                copy.remove(name);
            }
        }
        SyncPlan::Delete { .. } => *copy = None,
        SyncPlan::Ignore => {}
    }
}

fn copy(fields: &[(&str, &str)]) -> BTreeMap<String, String> {
    fields.iter().map(|(name, json)| ((*name).to_owned(), (*json).to_owned())).collect()
}

fn plan_of(body: &str) -> (Vec<(String, String)>, Vec<String>) {
    let payload = payload(body);
    let SyncPlan::Upsert { set, erase, .. } = payload.sync_plan().unwrap() else { panic!("{body}") };
    let set =
        set.iter().map(|(name, value)| (name.to_owned(), serde_json::to_string(value).unwrap())).collect();
    (set, erase.iter().map(str::to_owned).collect())
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, json)| ((*name).to_owned(), (*json).to_owned())).collect()
}

#[test]
fn a_plan_sets_what_is_visible_and_erases_what_is_withheld() {
    let body = update_body(
        r#""b":1.0,"a":null,"e":"","h":"<<REDACTED>>","w":"s3cret","o":{"k": 1}"#,
        r#""w","gone","gone""#,
    );
    let (set, erase) = plan_of(&body);
    assert_eq!(
        set,
        owned(&[("a", "null"), ("b", "1.0"), ("e", r#""""#), ("o", r#"{"k": 1}"#), ("user_id", r#""u""#)])
    );
    assert_eq!(erase, ["gone", "h", "w"]);
}

/// The vendor's page: insert and update tell a profile, a visibility update what is hidden of it, delete that it is gone.
#[test]
fn each_operation_has_its_plan() {
    let plan = |body: &'static str| payload(body);
    for sample in [samples::DATA_INSERT, samples::DATA_UPDATE, samples::VISIBILITY_UPDATE] {
        assert!(matches!(plan(sample).sync_plan(), Ok(SyncPlan::Upsert { .. })));
    }
    let delete = plan(samples::DELETE);
    let Ok(SyncPlan::Delete { subject }) = delete.sync_plan() else { panic!("{delete}") };
    assert_eq!(subject.key(), "0e223bd4-1324-49ff-b948-122eeaaa42d1");
    let unknown = [
        r#"{"meta":{"operation":"user_merge"}}"#,
        r#"{"data":{"user_id":"u","x":"<<REDACTED>>"},"redacted":["x"],"meta":{"operation":"Delete"}}"#,
    ];
    for body in unknown {
        for (door, payload) in every_payload(body) {
            assert_eq!(payload.sync_plan(), Ok(SyncPlan::Ignore), "{door}");
        }
    }
}

#[test]
fn twice_is_the_same_as_once() {
    let bodies = [
        samples::DATA_INSERT.to_owned(),
        samples::VISIBILITY_UPDATE.to_owned(),
        samples::DELETE.to_owned(),
        update_body(r#""x":"s3cret","y":null"#, r#""x","z""#),
        r#"{"meta":{"operation":"user_merge"}}"#.to_owned(),
    ];
    for start in [None, Some(copy(&[])), Some(copy(&[("x", "1"), ("country", "2"), ("z", "3")]))] {
        for body in &bodies {
            let payload = payload(body);
            let plan = payload.sync_plan().unwrap();
            let mut once = start.clone();
            apply(&plan, &mut once);
            let mut twice = once.clone();
            apply(&plan, &mut twice);
            assert_eq!(once, twice, "{body}");
        }
    }
}

#[test]
fn fields_that_the_body_does_not_mention_are_left_alone() {
    let mut kept = Some(copy(&[("mine", "1"), ("country", "2")]));
    apply(&payload(samples::VISIBILITY_UPDATE).sync_plan().unwrap(), &mut kept);
    let kept = kept.unwrap();
    assert_eq!(kept["mine"], "1");
    assert!(!kept.contains_key("country"), "the sentinel is not stored: {kept:?}");
    assert!(kept.values().all(|json| !json.contains("REDACTED")));
}

#[test]
fn no_field_is_both_set_and_erased() {
    let body = update_body(r#""a":"<<REDACTED>>","b":"v","c":"<<REDACTED>>""#, r#""b","c","d""#);
    let (set, erase) = plan_of(&body);
    assert!(set.iter().all(|(name, _)| !erase.contains(name)), "{set:?} {erase:?}");
}

#[test]
fn without_a_subject_there_is_no_plan() {
    for operation in ["data_insert", "data_update", "visibility_update", "delete"] {
        let body = format!(
            r#"{{"data":{{"x":1}},"redacted":[],"meta":{{"operation":"{operation}","lookup_values":[{{"field":"email","value":"<<REDACTED>>"}}]}}}}"#
        );
        let payload = payload(&body);
        let error = payload.sync_plan().unwrap_err();
        assert_eq!(error.issues(), payload.issues(), "{body}");
    }
}

#[test]
fn a_plan_shows_names_and_types() {
    let body = update_body(r#""a":"s3cret","b":[7]"#, r#""c\u202e""#);
    let payload = payload(&body);
    let SyncPlan::Upsert { set, erase, .. } = payload.sync_plan().unwrap() else { panic!("{payload}") };
    assert_eq!(format!("{erase:?}"), r#"["c\u{202e}"]"#);
    let set = format!("{set:?}");
    assert!(set.contains(r#""a": "#) && set.contains(r#""b": "#), "{set}");
    assert!(!set.contains("s3cret") && !set.contains('7'), "{set}");
}

#[test]
fn a_change_shows_names_kinds_and_types() {
    let (old, new) = (update_body(r#""a":"s3cret""#, ""), update_body(r#""a":7,"b\u0007":null"#, ""));
    let (old, new) = (payload(&old), payload(&new));
    let changes = Changes::between(old.fields(), new.fields());
    let shown: Vec<String> = changes.iter().map(|change| format!("{change:?}")).collect();
    let [first, second] = &shown[..] else { panic!("{shown:?}") };
    assert!(first.contains(r#"field: "a", kind: Changed"#), "{first}");
    assert!(first.contains("string of 6 bytes") && !first.contains("s3cret"), "{first}");
    assert!(second.contains(r#"field: "b\u{7}", kind: Added, before: None"#), "{second}");
}

#[test]
fn plans_are_equal_when_they_do_the_same() {
    let one = update_body(r#""a":{"k":[1,2]},"b":"<<REDACTED>>""#, r#""b""#);
    let two = update_body(r#""b":"s3cret","a":{ "k" : [1, 2] }"#, r#""b","b""#);
    let other = update_body(r#""a":{"k":[2,1]},"b":"<<REDACTED>>""#, r#""b""#);
    assert_eq!(payload(&one).sync_plan(), payload(&two).sync_plan());
    assert_ne!(payload(&one).sync_plan(), payload(&other).sync_plan());
}

/// Old and new fields, and what is told of them.
#[test]
fn each_change_has_its_kind() {
    const HIDDEN: &str = r#""<<REDACTED>>""#;
    let states = [None, Some("1"), Some("2"), Some(HIDDEN)];
    for old in states {
        for new in states {
            let field = |state: Option<&str>| state.map(|json| format!(r#""x":{json}"#)).unwrap_or_default();
            let (before, after) = (update_body(&field(old), ""), update_body(&field(new), ""));
            let (before, after) = (payload(&before), payload(&after));
            let changes = Changes::between(before.fields(), after.fields());
            let expected = match (old, new) {
                (old, new) if old == new => None,
                (_, None) => Some(Removed),
                (_, Some(HIDDEN)) => Some(Redacted),
                (None, Some(_)) => Some(Added),
                (Some(HIDDEN), Some(_)) => Some(Revealed),
                _ => Some(Changed),
            };
            let told: Vec<_> = changes.iter().map(|change| (change.field(), change.kind())).collect();
            assert_eq!(
                told,
                expected.map(|kind| ("x", kind)).into_iter().collect::<Vec<_>>(),
                "{old:?} to {new:?}"
            );
            assert_eq!((changes.len(), changes.is_empty()), (told.len(), told.is_empty()));
            assert_eq!((&changes).into_iter().len(), told.len());
            for change in &changes {
                let clear = |state: Option<&str>| {
                    state.filter(|json| *json != HIDDEN).and_then(|json| json.parse().ok())
                };
                assert_eq!(
                    change.before().and_then(rownd_webhooks::Value::as_i64),
                    clear(old),
                    "{old:?} to {new:?}"
                );
                assert_eq!(
                    change.after().and_then(rownd_webhooks::Value::as_i64),
                    clear(new),
                    "{old:?} to {new:?}"
                );
            }
        }
    }
}

#[test]
fn changes_compare_by_meaning() {
    let same = [
        (r#"{"k":[1,2]}"#, r#"{ "k" : [1, 2] }"#),
        (r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#),
        (r#"{"a":"\u0041"}"#, r#"{"\u0061":"A"}"#),
        (r#""\u0041""#, r#""A""#),
        ("[[],{}]", "[ [ ] , { } ]"),
    ];
    let different = [
        ("[1,2]", "[2,1]"),
        ("1", r#""1""#),
        ("null", "false"),
        ("null", "{}"),
        ("[]", "{}"),
        ("1", "1.0"),
        ("[1]", "[1.0]"),
        (r#"["a b"]"#, r#"["ab"]"#),
        (r#"{"a":1}"#, r#"{"a":1,"b":null}"#),
        ("90071992547409931", "90071992547409930"),
        (r#""é""#, r#""e\u0301""#),
    ];
    let rows = same.map(|row| (row, 0)).into_iter().chain(different.map(|row| (row, 1)));
    for ((old, new), count) in rows {
        for (old, new) in [(old, new), (new, old)] {
            let (before, after) =
                (update_body(&format!(r#""x":{old}"#), ""), update_body(&format!(r#""x":{new}"#), ""));
            let (before, after) = (payload(&before), payload(&after));
            assert_eq!(Changes::between(before.fields(), after.fields()).len(), count, "{old} to {new}");
            let values_differ = before.field("x") != after.field("x");
            assert_eq!(usize::from(values_differ), count, "as equality does: {old} to {new}");
        }
    }
}

#[test]
fn changes_come_sorted_by_name() {
    let before = update_body(r#""z":1,"m":1,"b":"<<REDACTED>>","same":[1]"#, "");
    let after = update_body(r#""same":[ 1 ],"a":1,"b":2,"m":2,"c":"s3cret""#, r#""c""#);
    let (before, after) = (payload(&before), payload(&after));
    let told = |changes: Changes<'_>| {
        changes.iter().map(|change| (change.field().to_owned(), change.kind())).collect::<Vec<_>>()
    };
    let expected = [("a", Added), ("b", Revealed), ("c", Redacted), ("m", Changed), ("z", Removed)];
    let named = |rows: [(&str, ChangeKind); 5]| rows.map(|(name, kind)| (name.to_owned(), kind));
    assert_eq!(told(Changes::between(before.fields(), after.fields())), named(expected));
    let back = [("a", Removed), ("b", Redacted), ("c", Removed), ("m", Changed), ("z", Added)];
    assert_eq!(told(Changes::between(after.fields(), before.fields())), named(back));
    assert!(Changes::between(after.fields(), after.fields()).is_empty());
}

#[test]
fn a_withheld_value_is_no_change_to_guess_by() {
    let hidden = update_body(r#""x":"<<REDACTED>>""#, r#""x""#);
    let withheld = update_body(r#""x":"s3cret""#, r#""x""#);
    assert!(Changes::between(payload(&hidden).fields(), payload(&withheld).fields()).is_empty());
}

#[test]
fn debug_of_changes_tells_no_value() {
    let (before, after) =
        (update_body(r#""x":"7f3a","y":"7f3a""#, ""), update_body(r#""x":["7f3a"],"\u202e":"7f3a""#, ""));
    let (before, after) = (payload(&before), payload(&after));
    let changes = Changes::between(before.fields(), after.fields());
    let text = format!("{changes:?} {changes:#?}");
    assert!(!text.contains("7f3a") && !text.contains('\u{202e}'), "{text}");
}

/// Quadratic work would take minutes.
#[test]
fn large_profiles_compare_in_linear_time() {
    let body = |step: usize| {
        let fields: Vec<String> = (0..9_000).map(|index| format!(r#""f{}":1"#, index * step)).collect();
        update_body(&fields.join(","), "")
    };
    let (before, after) = (body(2), body(3));
    let (before, after) = (payload(&before), payload(&after));
    let changes = Changes::between(before.fields(), after.fields());
    let common = (0..27_000).filter(|index| index % 6 == 0 && index / 2 < 9_000).count();
    assert_eq!(changes.len(), 2 * (9_000 - common));
}
