//! `Fields`: a map sorted by name.

use rownd_webhooks::{Fields, Redactable, Value};
use serde_json::json;

use Redactable::{Redacted, Visible};

#[test]
fn fields_are_found_counted_and_sorted_from_both_ends() {
    let json = r#"{"string":"x","number":-7,"object":{"a":null},"null":null,"hidden":"<<REDACTED>>"}"#;
    let fields: Fields<'_> = serde_json::from_str(json).unwrap();
    let names = ["hidden", "null", "number", "object", "string"];
    assert_eq!((fields.len(), fields.is_empty(), Fields::default().is_empty()), (5, false, true));
    assert!(fields.names().eq(names) && fields.iter().map(|(name, _)| name).eq(names));
    assert!(fields.iter().rev().map(|(name, _)| name).eq(names.into_iter().rev()));
    assert!((&fields).into_iter().eq(fields.iter()));
    let mut iter = fields.iter();
    assert_eq!((iter.next().unwrap().0, iter.next_back().unwrap().0, iter.len()), ("hidden", "string", 3));
    assert_eq!((iter.nth(1).unwrap().0, iter.len(), iter.nth(1)), ("number", 1, None));

    assert_eq!((fields.get("null"), fields.value("null")), (Some(&Visible(Value::Null)), Some(&Value::Null)));
    assert_eq!((fields.get("hidden"), fields.value("hidden")), (Some(&Redacted), None));
    assert_eq!((fields.get("absent"), fields.value("absent")), (None, None));
    for (name, contained, redacted) in [("null", true, false), ("hidden", true, true), ("Null", false, false)]
    {
        assert_eq!((fields.contains_key(name), fields.is_redacted(name)), (contained, redacted), "{name}");
    }
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
    // No body can hold the reserved name.
    assert_eq!(fields.iter().collect::<Vec<_>>(), expected);
    let written = serde_json::to_string(&fields).unwrap();
    assert_eq!(serde_json::from_str::<Fields<'_>>(&written).unwrap(), fields);
}

#[test]
fn fields_are_written_and_read_as_an_object() {
    let tree = json!({"string": "x", "array": [1, "2"], "null": null, "hidden": "<<REDACTED>>"});
    let fields: Fields<'_> = serde_json::from_value(tree.clone()).unwrap();
    assert_eq!(serde_json::from_str::<Fields<'_>>(&tree.to_string()).unwrap(), fields);
    assert_eq!(serde_json::to_value(&fields).unwrap(), tree);
    assert_eq!(
        serde_json::to_string(&fields).unwrap(),
        r#"{"array":[1,"2"],"hidden":"<<REDACTED>>","null":null,"string":"x"}"#
    );
    assert_eq!(fields.clone().into_owned(), fields);
    assert_ne!(fields, Fields::default());
    for json in ["[]", "null", "7", r#"{"a":1,"a":2}"#, r#"{"$serde_json::private::Number":"1"}"#] {
        assert!(serde_json::from_str::<Fields<'_>>(json).is_err(), "{json}");
    }
}
