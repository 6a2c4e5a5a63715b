//! Fields and values, as they are asked: by name, in order, by type.

use rownd_webhooks::{Fields, Payload, Redactable, Value};
use serde_json::json;

/// A payload whose `data` is this.
fn payload(data: &str) -> Payload<'static> {
    format!(r#"{{"data":{data},"redacted":[],"meta":{{"operation":"data_update"}}}}"#).parse().unwrap()
}

fn value<'p>(payload: &'p Payload<'_>, name: &str) -> &'p Value<'p> {
    payload.field(name).unwrap().visible().unwrap()
}

/// One of each type; its name is the type's.
const ALL: &str =
    r#"{"string":"x","number":-7,"boolean":true,"array":[1,"2"],"object":{"a":null},"null":null}"#;

#[test]
fn each_type_answers_to_its_own_accessor_only() {
    let payload = payload(ALL);
    for (name, field) in payload.fields() {
        let value = field.visible().unwrap();
        assert_eq!(value.type_name(), name);
        assert_eq!(value.is_null(), name == "null");
        assert_eq!(value.as_str(), (name == "string").then_some("x"));
        assert_eq!(value.as_bool(), (name == "boolean").then_some(true));
        assert_eq!(value.as_i64(), (name == "number").then_some(-7));
        assert_eq!(value.as_f64(), (name == "number").then_some(-7.0));
        assert_eq!(value.as_u64(), None);
        assert_eq!((value.as_date(), value.as_datetime()), (None, None));
        let json = match value {
            Value::Array(json) | Value::Object(json) => Some(json.get()),
            _ => None,
        };
        assert_eq!(json.is_some(), name == "array" || name == "object");
    }
}

#[test]
fn false_is_a_boolean_and_not_null() {
    let payload = payload(r#"{"a":false}"#);
    assert_eq!(value(&payload, "a").as_bool(), Some(false));
    assert!(!value(&payload, "a").is_null());
}

#[test]
fn a_number_is_an_integer_only_if_it_is_written_as_one() {
    type Row = (&'static str, Option<i64>, Option<u64>, Option<f64>);
    let rows: [Row; 9] = [
        ("0", Some(0), Some(0), Some(0.0)),
        ("-1", Some(-1), None, Some(-1.0)),
        ("9223372036854775807", Some(i64::MAX), Some(i64::MAX as u64), Some(9_223_372_036_854_775_807.0)),
        ("9223372036854775808", None, Some(1 << 63), Some(9_223_372_036_854_775_808.0)),
        ("-9223372036854775808", Some(i64::MIN), None, Some(-9_223_372_036_854_775_808.0)),
        ("18446744073709551615", None, Some(u64::MAX), Some(18_446_744_073_709_551_615.0)),
        ("18446744073709551616", None, None, Some(18_446_744_073_709_551_616.0)),
        ("1.5", None, None, Some(1.5)),
        ("1e400", None, None, None),
    ];
    for (text, signed, unsigned, float) in rows {
        let payload = payload(&format!(r#"{{"n":{text}}}"#));
        let Value::Number(number) = value(&payload, "n") else { panic!("{text} is no number") };
        assert_eq!(number.as_str(), text);
        assert_eq!((number.as_i64(), number.as_u64()), (signed, unsigned), "{text}");
        assert_eq!(number.as_f64(), float, "{text}");
    }
}

#[test]
fn nested_json_is_text_and_decodes() {
    let payload = payload(r#"{"a":[ 1, {"b":"c"} ]}"#);
    let value = value(&payload, "a");
    let Value::Array(array) = value else { panic!("not an array") };
    assert_eq!(array.get(), r#"[ 1, {"b":"c"} ]"#);
    assert_eq!(array.to_value().unwrap(), json!([1, {"b": "c"}]));
    assert_eq!(array.decode::<serde_json::Value>().unwrap(), value.decode::<serde_json::Value>().unwrap());
    assert_eq!(array.decode::<Vec<u8>>().unwrap_err().code(), "wrong_type");
}

/// Whatever a type finds wrong with a value, it is the value's type.
#[test]
fn a_value_that_does_not_fit_has_the_wrong_type() {
    #[derive(serde::Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Known {
        #[allow(dead_code, reason = "never there")]
        known: u8,
    }
    #[derive(serde::Deserialize, Debug)]
    enum Plan {
        Gold,
    }
    let payload = payload(r#"{"a":{"other":1},"b":{},"c":"silver","d":[[]],"e":7}"#);
    for name in ["a", "b", "c", "d", "e"] {
        let value = value(&payload, name);
        for error in [value.decode::<Known>().unwrap_err(), value.decode::<Plan>().unwrap_err()] {
            assert_eq!((error.code(), error.field()), ("wrong_type", None), "{name}: {error}");
        }
        if let Value::Array(json) | Value::Object(json) = value {
            assert_eq!(json.decode::<Known>().unwrap_err().code(), "wrong_type", "{name}");
        }
    }
    assert!(matches!(value(&payload, "c").decode::<Plan>(), Err(error) if error.detail().is_some()));
}

#[test]
fn fields_are_counted_found_and_sorted_from_both_ends() {
    let payload = payload(ALL);
    let fields = payload.fields();
    assert_eq!((fields.len(), fields.is_empty()), (6, false));
    assert!(fields.contains("null") && !fields.contains("nul") && !fields.contains("NULL"));
    assert_eq!(fields.get("null").and_then(Redactable::visible), Some(&Value::Null));
    assert_eq!(fields.get("absent"), None);

    let names: Vec<&str> = fields.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["array", "boolean", "null", "number", "object", "string"]);
    let mut backwards: Vec<&str> = fields.iter().rev().map(|(name, _)| name).collect();
    backwards.reverse();
    assert_eq!(backwards, names);

    let mut iter = fields.iter();
    assert_eq!(iter.next().map(|(name, _)| name), Some("array"));
    assert_eq!(iter.next_back().map(|(name, _)| name), Some("string"));
    assert_eq!(iter.len(), 4);
    assert_eq!(iter.nth(1).map(|(name, _)| name), Some("null"));
    assert_eq!((iter.len(), iter.nth(2)), (2, None));
}

#[test]
fn no_fields_are_empty() {
    let delete: Payload<'_> = r#"{"meta":{"operation":"delete"}}"#.parse().unwrap();
    let fields: &Fields<'_> = delete.fields();
    assert_eq!((fields.len(), fields.is_empty(), fields.iter().next()), (0, true, None));
}

#[test]
fn an_identifier_is_text() {
    let payload = payload(r#"{"user_id":"u1"}"#);
    let user_id = payload.user_id().unwrap();
    assert_eq!(AsRef::<str>::as_ref(&user_id), "u1");
    assert_eq!(user_id.clone().into_owned(), user_id);
}

#[test]
fn a_redactable_is_asked_as_an_option_is() {
    let visible = Redactable::from("Juliet".to_owned());
    let redacted = Redactable::<String>::Redacted;
    assert_eq!((visible.is_visible(), visible.is_redacted()), (true, false));
    assert_eq!((redacted.is_visible(), redacted.is_redacted()), (false, true));
    assert_eq!((visible.visible(), redacted.visible()), (Some(&"Juliet".to_owned()), None));
    assert_eq!(
        (visible.as_deref(), redacted.as_deref()),
        (Redactable::Visible("Juliet"), Redactable::Redacted)
    );
    assert_eq!(visible.as_ref().map(String::len), Redactable::Visible(6));
    assert_eq!(redacted.as_ref().map(String::len), Redactable::Redacted);
    assert_eq!((visible.into_visible(), redacted.into_visible()), (Some("Juliet".to_owned()), None));
}
