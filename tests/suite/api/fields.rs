//! `Fields`: a map sorted by name.

use rownd_webhooks::{Fields, Redactable, Value};

use Redactable::{Redacted, Visible};

#[test]
fn fields_are_sorted_by_name_from_both_ends() {
    let json = r#"{"string":"x","number":-7,"object":{"a":null},"null":null,"hidden":"<<REDACTED>>"}"#;
    let fields: Fields<'_> = serde_json::from_str(json).unwrap();
    assert_eq!((fields.len(), fields.is_empty(), Fields::default().is_empty()), (5, false, true));
    assert!(fields.names().eq(["hidden", "null", "number", "object", "string"]));
    let names = fields.iter().rev().map(|(name, _)| name);
    assert!(names.eq(["string", "object", "number", "null", "hidden"]));
    let mut iter = (&fields).into_iter();
    assert_eq!((iter.next().unwrap().0, iter.next_back().unwrap().0, iter.len()), ("hidden", "string", 3));
    assert_eq!((iter.nth(1).unwrap().0, iter.len(), iter.nth(1)), ("number", 1, None));
}

#[test]
fn collected_fields_are_sorted_and_the_last_of_a_name_wins() {
    let pairs = [
        ("b", Visible(Value::from(1_i64))),
        ("", Visible(Value::from("empty"))),
        ("a", Visible(Value::from(true))),
        ("b", Redacted),
        ("a", Visible(Value::from("last"))),
        ("sentinel", Visible(Value::from("<<REDACTED>>"))),
        ("$serde_json::private::RawValue", Visible(Value::from("[1]"))),
    ];
    let fields: Fields<'_> = pairs.into_iter().collect();
    let [empty, last] = ["empty", "last"].map(|text| Visible(Value::from(text)));
    let expected = [("", &empty), ("a", &last), ("b", &Redacted), ("sentinel", &Redacted)];
    // No body can contain the reserved name.
    assert_eq!(fields.iter().collect::<Vec<_>>(), expected);
}

#[test]
fn fields_change_as_a_map_does() {
    let visible = |text: &'static str| Visible(Value::from(text));
    let mut fields: Fields<'_> = [("b", visible("1")), ("d", Redacted)].into_iter().collect();
    assert_eq!(fields.insert("a", visible("2")), None);
    assert_eq!(fields.insert("b", visible("<<REDACTED>>")), Some(visible("1")));
    assert_eq!(fields.insert("$serde_json::private::Number", visible("3")), None);
    fields.extend([("c", visible("4")), ("d", visible("5"))]);
    assert_eq!((fields.remove("a"), fields.remove("a")), (Some(visible("2")), None));
    let expected = [("b", Redacted), ("c", visible("4")), ("d", visible("5"))];
    assert!(fields.into_iter().eq(expected.map(|(name, field)| (name.into(), field))));
}
