//! `Fields`: a map sorted by name.

use rownd_webhooks::{Fields, Redactable, Value};

use Redactable::{Redacted, Visible};

/// One field of each type; its name is the type's.
const ALL: &str = r#"{"string":"x","number":-7,"boolean":true,"array":[1,"2"],"object":{"a":null},"null":null,"hidden":"<<REDACTED>>"}"#;

#[test]
fn fields_are_found_counted_and_sorted_from_both_ends() {
    let fields: Fields<'_> = serde_json::from_str(ALL).unwrap();
    let names = ["array", "boolean", "hidden", "null", "number", "object", "string"];
    assert_eq!((fields.len(), fields.is_empty()), (7, false));
    assert!(fields.names().eq(names) && fields.iter().map(|(name, _)| name).eq(names));
    assert!(fields.iter().rev().map(|(name, _)| name).eq(names.into_iter().rev()));
    assert!((&fields).into_iter().eq(fields.iter()));
    let mut iter = fields.iter();
    assert_eq!((iter.next().unwrap().0, iter.next_back().unwrap().0, iter.len()), ("array", "string", 5));
    assert_eq!((iter.nth(2).unwrap().0, iter.len(), iter.nth(2)), ("null", 2, None));

    assert!(fields.contains_key("null") && !fields.contains_key("nul") && !fields.contains_key("NULL"));
    assert_eq!((fields.get("null"), fields.value("null")), (Some(&Visible(Value::Null)), Some(&Value::Null)));
    assert_eq!((fields.get("hidden"), fields.value("hidden")), (Some(&Redacted), None));
    assert_eq!((fields.get("absent"), fields.value("absent")), (None, None));
    let redacted = ["hidden", "null", "absent"].map(|name| fields.is_redacted(name));
    assert_eq!(redacted, [true, false, false]);
}

#[test]
fn collected_fields_are_sorted_and_the_last_of_a_name_wins() {
    let pairs = [
        ("b", Visible(Value::from(1_i64))),
        ("", Visible(Value::from("empty"))),
        ("a", Visible(Value::from(true))),
        ("b", Redacted),
        ("c", Redacted),
        ("a", Visible(Value::from("last"))),
    ];
    let fields: Fields<'_> = pairs.clone().into_iter().collect();
    assert!(fields.names().eq(["", "a", "b", "c"]));
    assert_eq!(fields.value("a"), Some(&Value::from("last")));
    assert!(fields.is_redacted("b") && fields.is_redacted("c"));
}

#[test]
fn collected_fields_can_always_be_written_and_read() {
    let name = "$serde_json::private::RawValue";
    let sentinel = Visible(Value::from("<<REDACTED>>"));
    let fields: Fields<'_> = [(name, Visible(Value::from("[1]"))), ("x", sentinel)].into_iter().collect();
    assert!(fields.is_redacted("x"));
    let written = serde_json::to_string(&fields).unwrap();
    assert!(!written.contains(name), "{written}");
    assert!(!serde_json::to_value(&fields).unwrap().to_string().contains(name));
    assert_eq!(serde_json::from_str::<Fields<'_>>(&written).unwrap(), fields);
}

#[test]
fn fields_are_written_as_they_are_read() {
    let fields: Fields<'_> = serde_json::from_str(ALL).unwrap();
    let tree: serde_json::Value = serde_json::from_str(ALL).unwrap();
    assert_eq!(serde_json::to_value(&fields).unwrap(), tree);
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&serde_json::to_string(&fields).unwrap()).unwrap(),
        tree
    );
    assert_eq!(serde_json::from_value::<Fields<'_>>(tree).unwrap(), fields);
    assert_eq!(fields.clone().into_owned(), fields);
    assert_eq!(serde_json::from_str::<Fields<'_>>("{}").unwrap(), Fields::default());
    assert!(Fields::default().is_empty());
    for json in ["[]", "null", "7", r#"{"a":1,"a":2}"#, r#"{"$serde_json::private::Number":"1"}"#] {
        assert!(serde_json::from_str::<Fields<'_>>(json).is_err(), "{json}");
    }
}

#[test]
fn fields_are_equal_in_any_order() {
    let fields = |json| serde_json::from_str::<Fields<'_>>(json).unwrap();
    assert_eq!(fields(r#"{"a":1,"b":{"c":[ ],"d":2}}"#), fields(r#"{"\u0062":{"d":2,"c":[]},"a":1}"#));
    assert_ne!(fields(r#"{"a":1}"#), fields(r#"{"a":1,"b":1}"#));
    assert_ne!(fields(r#"{"a":null}"#), fields("{}"));
}
