//! The test kit: builders of payloads and bodies.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use proptest::prelude::*;
use rownd_webhooks::testing::{self, PayloadBuilder};
use rownd_webhooks::{LookupValue, Parser, REDACTED, Redactable, UserId};
use serde_json::{Value, json};

use crate::support::strategies::{self, config};
use crate::support::{issue_codes, parse_error, payload};

#[test]
fn a_builder_without_statements_makes_a_valid_payload() {
    for (operation, builder) in [
        ("data_insert", testing::data_insert()),
        ("data_update", testing::data_update()),
        ("visibility_update", testing::visibility_update()),
        ("delete", testing::delete()),
    ] {
        let built = builder.build();
        assert_eq!((&payload(builder.body()), built.operation().as_str()), (&built, operation));
        assert_eq!(issue_codes(&built), [""; 0], "{operation}");
        assert!(built.user_id().is_some() && built.lookup_values().len() == 1, "{operation}");
        // The documented delete has no list.
        assert_eq!(builder.body().contains("redacted"), operation != "delete");
        assert_eq!(built.into_event().unwrap(), builder.event());
    }
}

#[test]
fn a_body_contains_what_a_test_states() {
    let builder = testing::data_update()
        .user_id("user_1")
        .field("first_name", "Juliet")
        .field("score", 7)
        .field("ratio", 1.5)
        .field("is_new", true)
        .field("tags", json!(["a", {"b": null}]))
        .field("nothing", Value::Null)
        .field("first_name", "Julia")
        .redact("country")
        .lookup("email", "jrose@acme.com")
        .lookup("phone_number", "+15551234");
    let expected = json!({
        "data": {
            "user_id": "user_1", "first_name": "Julia", "score": 7, "ratio": 1.5, "is_new": true,
            "tags": ["a", {"b": null}], "nothing": null, "country": REDACTED,
        },
        "redacted": ["country"],
        "meta": {"operation": "data_update", "lookup_values": [
            {"field": "email", "value": "jrose@acme.com"}, {"field": "phone_number", "value": "+15551234"},
        ]},
    });
    assert_eq!(serde_json::from_str::<Value>(&builder.body()).unwrap(), expected);
    assert_eq!(issue_codes(&builder.build()), [""; 0]);
}

#[test]
fn unusual_statements_are_sent_and_are_issues_at_most() {
    let update = testing::data_update;
    let rows: [(PayloadBuilder, &[&str]); 12] = [
        (update().field("email", "new@example.com").lookup("email", "old@example.com"), &["lookup_mismatch"]),
        (update().redact("email").lookup("email", "a@example.com"), &["lookup_exposes_redacted"]),
        // The default lookup value does not reveal a redacted address.
        (update().field("email", "a@example.com").redact("email"), &[]),
        (update().user_id(""), &["missing_user_id"]),
        (update().user_id(REDACTED), &["missing_user_id", "unlisted_sentinel"]),
        (update().field("user_id", 7), &["missing_user_id"]),
        (update().redact("user_id"), &["missing_user_id"]),
        (update().field("country", REDACTED), &["unlisted_sentinel"]),
        (update().lookup("email", REDACTED), &["redacted_lookup_value"]),
        (update().lookup("email", "").lookup("email", "").lookup("", ""), &[]),
        (update().field("", 1), &["empty_field_name"]),
        (
            update().field("redacted", 1).field("meta", json!([REDACTED])).field("data", "\0\u{202e}😀\"\\"),
            &[],
        ),
    ];
    for (builder, codes) in rows {
        let built = builder.build();
        assert_eq!(payload(builder.body()), built);
        assert_eq!(issue_codes(&built), codes, "{}", builder.body());
    }
    let built = update().lookup("x", "1").lookup("x", "2").build();
    assert!(built.lookup_values().iter().map(LookupValue::identifier).eq([Some("1"), Some("2")]));
    let built = testing::visibility_update().redact("email").build();
    let [lookup] = built.lookup_values() else { panic!("{built:?}") };
    assert_eq!((lookup.field(), lookup.identifier()), ("user_id", built.user_id().map(UserId::as_str)));
}

#[test]
fn a_field_is_redacted_before_or_after_its_value_is_set() {
    for builder in [
        testing::data_update().field("x", "s3cret").redact("x").redact("x"),
        testing::data_update().redact("x").field("x", "s3cret"),
    ] {
        let built = builder.build();
        assert!(built.redacted_names().eq(["x"]) && !builder.body().contains("s3cret"));
        assert_eq!((built.field("x"), issue_codes(&built)), (Some(&Redactable::Redacted), vec![]));
    }
}

#[test]
fn values_that_no_body_can_hold_panic_at_the_callers_line() {
    let name = "$serde_json::private::Number";
    let deep = (0..500).fold(json!(1), |inner, _| json!([inner]));
    let update = testing::data_update;
    for (call, expected) in [
        (&(|| drop(update().field(name, 1))) as &dyn Fn(), "serde_json reserves the name of this field"),
        (&|| drop(update().redact(name)), "serde_json reserves the name of this field"),
        (&|| drop(update().field("x", json!([{name: 1}]))), "no body can hold the value of this field"),
        (&|| drop(update().field("x", deep.clone())), "no body can hold the value of this field"),
        (&|| drop(update().user_id("").lookup("email", "").event()), "a payload that identifies a user: "),
    ] {
        let (file, message) = panic_of(call);
        assert!(file == file!() && message.starts_with(expected), "{file}: {message}");
    }
}

/// The file and message of the panic in a call.
#[track_caller]
fn panic_of(call: &dyn Fn()) -> (String, String) {
    thread_local!(static FILE: Cell<String> = Cell::default());
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            FILE.set(info.location().map(|location| location.file().to_owned()).unwrap_or_default());
            previous(info);
        }));
    });
    let panic = panic::catch_unwind(AssertUnwindSafe(call)).expect_err("a panic");
    let message = panic.downcast_ref::<String>().cloned();
    let message = message.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    (FILE.take(), message.unwrap())
}

#[test]
fn a_builder_has_no_limits() {
    let builder =
        (0..10_050).fold(testing::data_update(), |builder, index| builder.field(format!("f{index}"), index));
    assert_eq!(builder.build().fields().len(), 10_051);
    assert_eq!(rownd_webhooks::from_str(&builder.body()).unwrap_err().code(), "too_many_entries");
    let builder = testing::data_update().field("x", "x".repeat(3 << 20));
    assert_eq!(builder.build().value("x").unwrap().as_str().map(str::len), Some(3 << 20));
}

#[test]
fn a_body_can_be_tampered_with() {
    let builder = testing::data_update().field("x", "v");
    assert_eq!(builder.tamper(|_| {}), builder.body());
    assert_eq!(parse_error(builder.tamper(|body| *body = json!([]))).code(), "not_an_object");
    let withheld = payload(builder.tamper(|body| body["redacted"] = json!(["x"])));
    assert_eq!(issue_codes(&withheld), ["withheld_value_present"]);
}

proptest! {
    #![proptest_config(config())]

    /// The body of a builder parses to the payload that it builds.
    #[test]
    fn everything_that_a_body_can_hold_can_be_built(
        id in strategies::text(),
        fields in prop::collection::vec((strategies::name(), strategies::value()), 0..5),
        redacted in prop::collection::vec(strategies::name(), 0..3),
        lookups in prop::collection::vec((strategies::name(), strategies::text()), 0..3),
    ) {
        let mut builder = testing::data_update().user_id(id.clone());
        builder = fields.iter().fold(builder, |builder, (name, value)| builder.field(name, value.clone()));
        builder = redacted.iter().fold(builder, |builder, name| builder.redact(name));
        builder = lookups.iter().fold(builder, |builder, (field, value)| builder.lookup(field, value));
        let (built, body) = (builder.build(), builder.body());
        prop_assert_eq!(&Parser::new().parse(body.as_bytes()).unwrap(), &built);

        for name in &redacted {
            prop_assert!(built.is_redacted(name));
        }
        for (index, (name, value)) in fields.iter().enumerate() {
            let is_last = fields[index + 1..].iter().all(|(later, _)| later != name);
            if is_last && !redacted.contains(name) && value != REDACTED {
                prop_assert_eq!(built.value(name).map(rownd_webhooks::Value::to_json), Some(value.clone()));
            }
        }
        for ((field, text), lookup) in lookups.iter().zip(built.lookup_values()) {
            prop_assert_eq!((lookup.field(), lookup.value().into_visible().unwrap_or(REDACTED)), (&**field, &**text));
        }
    }
}
