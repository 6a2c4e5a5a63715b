//! `Value`, `Number` and `RawJson`: the value of a field, by its type.

use rownd_webhooks::{Payload, Value};
use serde_json::json;

use crate::support::{Body, payload};

/// A payload whose field `f` is this JSON.
#[track_caller]
fn with(json: &str) -> Payload<'static> {
    payload(Body::field(json))
}

#[track_caller]
fn f<'p>(payload: &'p Payload<'_>) -> &'p Value<'p> {
    payload.value("f").unwrap()
}

#[test]
fn an_accessor_returns_values_of_its_type_only() {
    for (name, json) in [
        ("string", r#""x""#),
        ("number", "-7"),
        ("boolean", "false"),
        ("array", r#"[1,"2"]"#),
        ("object", r#"{"a":null}"#),
        ("null", "null"),
    ] {
        let payload = with(json);
        let value = f(&payload);
        assert_eq!(value.type_name(), name);
        assert_eq!(value.as_str(), (name == "string").then_some("x"));
        assert_eq!(value.as_bool(), (name == "boolean").then_some(false));
        assert_eq!(value.as_i64(), (name == "number").then_some(-7));
        assert_eq!(value.as_f64(), (name == "number").then_some(-7.0));
        assert_eq!((value.as_u64(), value.as_date(), value.as_datetime()), (None, None, None));
        assert_eq!(value.to_json(), serde_json::from_str::<serde_json::Value>(json).unwrap());
        assert_eq!(serde_json::to_string(value).unwrap(), json);
        assert_eq!(value.clone().into_owned(), *value);
    }
}

#[test]
fn a_number_is_an_integer_only_if_it_is_written_as_one() {
    for (text, signed, unsigned, float) in [
        ("-1", Some(-1), None, Some(-1.0)),
        ("9223372036854775807", Some(i64::MAX), Some(i64::MAX as u64), Some(9_223_372_036_854_775_807.0)),
        ("9223372036854775808", None, Some(1 << 63), Some(9_223_372_036_854_775_808.0)),
        ("18446744073709551616", None, None, Some(18_446_744_073_709_551_616.0)),
        ("1.0", None, None, Some(1.0)),
        ("1e400", None, None, None),
    ] {
        let payload = with(text);
        let Value::Number(number) = f(&payload) else { panic!("{text} is not a number") };
        assert_eq!(number.as_str(), text);
        assert_eq!((number.as_i64(), number.as_u64(), number.as_f64()), (signed, unsigned, float), "{text}");
    }
}

#[test]
fn a_value_is_built_from_a_plain_one_and_compares_with_it() {
    fn value<'a>(plain: impl Into<Value<'a>>) -> Value<'a> {
        plain.into()
    }
    assert!(value("x") == *"x" && value("x") == "x" && value(String::from("x")) == "x");
    assert!(value(-7_i64) == -7_i64 && value(7_u64) == 7_i64 && value(true) == true && value(true) != false);
    assert!(value("7") != 7_i64 && value(7_i64) != "7" && value(1_i64) != true);
    assert!(Value::Null != "" && Value::Null != false && Value::Null != 0_i64);
    assert_eq!((value(u64::MAX).as_u64(), value(i64::MIN).as_i64()), (Some(u64::MAX), Some(i64::MIN)));
    for (built, json) in [(value("é"), r#""\u00e9""#), (value(7_u64), "7"), (value(false), "false")] {
        assert_eq!(f(&with(json)), &built, "{json}");
    }
}

#[test]
fn a_finite_float_is_a_number() {
    for (float, text) in [(1.5, "1.5"), (-0.0, "-0.0"), (2.0, "2.0")] {
        assert_eq!(serde_json::to_string(&Value::try_from(float).unwrap()).unwrap(), text);
    }
    for float in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(Value::try_from(float).unwrap_err().code(), "wrong_type");
    }
}

#[test]
fn a_tree_of_json_that_a_body_can_contain_is_a_value() {
    for tree in [json!(null), json!(false), json!("<<REDACTED>>"), json!(-1.5), json!([1, {"b": []}])] {
        let value = Value::try_from(tree.clone()).unwrap();
        assert_eq!(value.to_json(), tree);
        assert_eq!(serde_json::to_value(&value).unwrap(), tree);
    }
    let nested = |depth: usize| (0..depth).fold(json!(1), |inner, _| json!([inner]));
    assert_eq!(f(&with(&nested(125).to_string())), &Value::try_from(nested(125)).unwrap());
    assert_eq!(Value::try_from(nested(126)).unwrap_err().code(), "too_deep");
    assert!(Value::try_from(json!([{"a": {"$serde_json::private::Number": "1"}}])).is_err());
}

#[test]
fn values_are_equal_by_meaning() {
    for (one, two, equal) in [
        (r#"{"a":[1,2],"b":"\u0041"}"#, r#"{ "\u0062" : "A", "a" : [1, 2] }"#, true),
        (r#""\u0041""#, r#""A""#, true),
        ("[1,2]", "[2,1]", false),
        ("1", r#""1""#, false),
        ("[]", "{}", false),
        // Numbers are equal by their texts.
        ("[1]", "[1.0]", false),
        ("1", "1.0", false),
        (r#"{"a":1}"#, r#"{"a":1,"b":null}"#, false),
    ] {
        let (before, after) = (with(one), with(two));
        assert_eq!((f(&before) == f(&after), f(&after) == f(&before)), (equal, equal), "{one} and {two}");
    }
}
