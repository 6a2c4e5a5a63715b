//! `JSON_SCHEMA` and the strict parser, compared by an independent validator. They agree on every body, apart from what the
//! schema's description says it cannot express.

use std::mem::discriminant;
use std::sync::LazyLock;

use jsonschema::Validator;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rownd_webhooks::testing::samples;
use rownd_webhooks::{JSON_SCHEMA, ParseErrorKind, Parser, Severity};
use serde_json::{Value, json};

#[path = "../../../tests/suite/support/strategies.rs"]
#[allow(dead_code, reason = "the suite of the library uses all of it")]
mod strategies;

use strategies::config;

/// A validator of the draft that the schema names, and one of the draft that most gateways have.
static VALIDATORS: LazyLock<[(&str, Validator); 2]> = LazyLock::new(|| {
    [
        ("2020-12", jsonschema::draft202012::new(&schema()).unwrap()),
        ("4", jsonschema::draft4::new(&schema()).unwrap()),
    ]
});

fn schema() -> Value {
    serde_json::from_str(JSON_SCHEMA).unwrap()
}

/// Returns `true` if the strict parser accepts a body, apart from what a schema cannot express.
fn is_accepted(body: &str) -> bool {
    let Err(error) = Parser::new().strict(true).parse(body.as_bytes()) else { return true };
    let ParseErrorKind::Invalid(invalid) = error.kind() else { return false };
    let mut errors = invalid.issues().iter().filter(|issue| issue.severity() == Severity::Error);
    errors.all(|issue| issue.code() == "withheld_value_present")
}

/// Returns `true` if a body is accepted, and asserts that the schema and the parser agree.
#[track_caller]
fn agree(body: &Value) -> bool {
    let is_accepted = is_accepted(&body.to_string());
    for (draft, validator) in &*VALIDATORS {
        let errors: Vec<String> = validator.iter_errors(body).map(|error| error.to_string()).collect();
        assert_eq!(errors.is_empty(), is_accepted, "draft {draft}: {body}: {errors:?}");
    }
    is_accepted
}

fn valid() -> Value {
    json!({
        "data": {"user_id": "u", "email": "a@example.com", "age": 7, "tags": ["a"], "free": {"x": null}, "country": "<<REDACTED>>"},
        "redacted": ["country"],
        "meta": {"operation": "data_update", "lookup_values": [{"field": "email", "value": "a@example.com"}]},
    })
}

/// Returns the valid body with another value at a path, or without the member.
fn replace(place: &str, value: Option<Value>) -> Value {
    let mut body = valid();
    let (parent, name) = place.rsplit_once('/').unwrap();
    match (body.pointer_mut(parent).unwrap(), value) {
        (Value::Array(parent), value) => *parent = Vec::from_iter(value),
        (parent, Some(value)) => parent[name] = value,
        (parent, None) => drop(parent.as_object_mut().unwrap().remove(name)),
    }
    body
}

#[test]
fn it_is_a_schema_of_draft_2020_12() {
    let schema = schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    jsonschema::meta::validate(&schema).unwrap();
}

/// A gateway that knows only draft 4 may also refuse keywords that it does not know.
#[test]
fn it_is_a_schema_of_draft_4_with_keywords_of_that_draft_only() {
    let mut schema = schema();
    schema["$schema"] = "http://json-schema.org/draft-04/schema#".into();
    jsonschema::meta::validate(&schema).unwrap();

    let known = [
        "$schema",
        "title",
        "description",
        "type",
        "required",
        "properties",
        "items",
        "minItems",
        "not",
        "enum",
        "anyOf",
    ];
    let mut schemas = vec![&schema];
    while let Some(schema) = schemas.pop() {
        for (keyword, value) in schema.as_object().unwrap() {
            assert!(known.contains(&&**keyword), "{keyword}");
            match &**keyword {
                "properties" => schemas.extend(value.as_object().unwrap().values()),
                "anyOf" => schemas.extend(value.as_array().unwrap()),
                "items" | "not" => schemas.push(value),
                _ => {}
            }
        }
    }
}

#[test]
fn its_description_lists_what_it_cannot_express() {
    let description = schema()["description"].as_str().unwrap().to_owned();
    for words in [
        "named twice",
        "`$serde_json::` and then `private::`",
        "open at once",
        "surrogate",
        "`redacted` is `<<REDACTED>>`",
        "limits",
    ] {
        assert!(description.contains(words), "{words}: {description}");
    }
}

#[test]
fn it_accepts_documented_and_merely_odd_bodies() {
    for sample in samples::ALL {
        assert!(agree(&serde_json::from_str(sample).unwrap()));
    }
    let odd = [
        ("/data", json!({})),
        ("/data/user_id", json!(7)),
        ("/data/", json!(1)),
        ("/data/x", json!("<<REDACTED>>")),
        ("/data/data", json!({"meta": {"operation": 7}})),
        ("/data/email", json!("new@example.com")),
        ("/redacted", json!([])),
        ("/redacted", json!(["country", "country", "gone", ""])),
        ("/meta/operation", json!("user_merge")),
        ("/meta/operation", json!("")),
        ("/meta/operation", json!("delete")),
        ("/meta/lookup_values/0", json!({"field": "", "value": ""})),
        ("/meta/lookup_values/0/value", json!("<<REDACTED>>")),
        ("/meta/lookup_values/0/verified", json!(true)),
        ("/meta/at", json!([1])),
        ("/v", json!({"x": null})),
    ];
    for (place, value) in odd {
        let body = replace(place, Some(value));
        assert!(agree(&body), "{place}: {body}");
    }
}

#[test]
fn only_a_delete_needs_no_list() {
    for operation in ["delete", "data_insert", "data_update", "visibility_update", "user_merge", "Delete"] {
        for redacted in [Some(json!(null)), None] {
            let mut body = replace("/redacted", redacted);
            body["meta"]["operation"] = operation.into();
            assert_eq!(agree(&body), operation == "delete", "{body}");
        }
    }
}

/// Every path that has a type, with a value of each other type, and without a value.
#[test]
fn it_rejects_a_body_of_another_shape() {
    let others = [json!(null), json!(true), json!(7), json!("7"), json!([7]), json!([]), json!({"7": 7})];
    for other in others.iter().filter(|other| !other.is_object()) {
        assert!(!agree(other), "{other}");
    }
    for place in ["/data", "/redacted", "/redacted/0", "/meta", "/meta/operation"] {
        let own = discriminant(valid().pointer(place).unwrap());
        for other in others.iter().filter(|other| discriminant(*other) != own) {
            assert!(!agree(&replace(place, Some(other.clone()))), "{place}: {other}");
        }
        let is_optional = place == "/redacted/0";
        assert_eq!(agree(&replace(place, None)), is_optional, "without {place}");
    }
}

/// The list of lookup values must not be empty, but it may contain anything.
#[test]
fn it_is_lenient_inside_lookup_values() {
    for lookup_values in [None, Some(json!(null)), Some(json!([]))] {
        assert!(!agree(&replace("/meta/lookup_values", lookup_values)));
    }
    for odd in [
        json!(null),
        json!(7),
        json!({}),
        json!([]),
        json!({"field": "email"}),
        json!({"field": 7, "value": true}),
    ] {
        assert!(agree(&replace("/meta/lookup_values/0", Some(odd.clone()))), "{odd}");
        if !odd.is_null() && odd != json!([]) {
            assert!(agree(&replace("/meta/lookup_values", Some(odd.clone()))), "{odd}");
        }
    }
}

#[test]
fn it_does_not_express_what_its_description_lists() {
    assert!(agree(&replace("/data/country", Some(json!("France")))), "withheld");
    for (from, to) in
        [(r#""data":"#, r#""data":{},"data":"#), (r#""age":7"#, r#""age":{"$serde_json::private::x":7}"#)]
    {
        let text = valid().to_string().replacen(from, to, 1);
        assert!(Parser::new().strict(true).parse(text.as_bytes()).is_err(), "{text}");
        assert!(VALIDATORS[0].1.is_valid(&serde_json::from_str(&text).unwrap()), "{text}");
    }
}

/// Bodies, some of them with an arbitrary value at one path.
fn body() -> impl Strategy<Value = Value> {
    let places = [
        "/data",
        "/redacted",
        "/redacted/0",
        "/meta",
        "/meta/operation",
        "/meta/lookup_values",
        "/meta/lookup_values/0",
        "/meta/lookup_values/0/value",
    ];
    (strategies::body(), prop::sample::select(places.to_vec()), prop::option::of(strategies::value()))
        .prop_map(|(mut body, place, value)| {
            if let (Some(old), Some(value)) = (body.pointer_mut(place), value) {
                *old = value;
            }
            body
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..config() })]

    #[test]
    fn schema_and_parser_agree_on_any_body(body in body()) {
        agree(&body);
    }
}

/// The property would prove nothing if all bodies were accepted, or all rejected.
#[test]
fn the_property_sees_bodies_of_both_kinds() {
    let mut runner = TestRunner::deterministic();
    let accepted = (0..100)
        .filter(|_| is_accepted(&body().new_tree(&mut runner).unwrap().current().to_string()))
        .count();
    assert!((10..90).contains(&accepted), "{accepted} of 100");
}
