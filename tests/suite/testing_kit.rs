//! The test kit: builders that send what a test states, and the documented bodies.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use proptest::prelude::*;
use rownd_webhooks::testing::{self, PayloadBuilder};
use rownd_webhooks::{Event, LookupValue, Parser, REDACTED, Redactable, UserId};
use serde_json::{Value, json};

use crate::support::strategies::{self, config};
use crate::support::{issue_codes, parse_error, payload};

#[test]
fn a_builder_on_its_own_makes_a_whole_payload() {
    let delete = testing::delete();
    let rows = [
        ("data_insert", testing::data_insert()),
        ("data_update", testing::data_update()),
        ("visibility_update", testing::visibility_update()),
        ("delete", delete.clone()),
    ];
    for (operation, builder) in rows {
        let built = builder.build();
        assert_eq!((&payload(builder.body()), built.operation().as_str()), (&built, operation));
        assert_eq!((issue_codes(&built), built.validate()), (vec![], Ok(())), "{operation}");
        assert!(built.user_id().is_some() && built.lookup_values().len() == 1, "{operation}");
        assert_eq!(built.into_event().unwrap(), builder.event());
    }
    assert!(!delete.body().contains("redacted"), "the documented delete has no list");
}

#[test]
fn what_a_test_states_is_what_is_sent() {
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
    let delete = testing::delete().user_id("user_2").lookup("phone_number", "+1");
    let lookup = json!({"field": "phone_number", "value": "+1"});
    let expected =
        json!({"data": {"user_id": "user_2"}, "meta": {"operation": "delete", "lookup_values": [lookup]}});
    assert_eq!(serde_json::from_str::<Value>(&delete.body()).unwrap(), expected);
}

/// An odd thing that a test states is sent, and is an issue at most.
#[test]
fn odd_statements_are_sent_too() {
    let update = testing::data_update;
    let rows: [(PayloadBuilder, &[&str]); 12] = [
        (update().field("email", "new@example.com").lookup("email", "old@example.com"), &["lookup_mismatch"]),
        (update().lookup("email", "old@example.com").field("email", ""), &["lookup_mismatch"]),
        (update().redact("email").lookup("email", "a@example.com"), &["lookup_exposes_redacted"]),
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
}

#[test]
fn redacting_a_field_hides_its_value_in_either_order() {
    for builder in [
        testing::data_update().field("x", "s3cret").redact("x").redact("x"),
        testing::data_update().redact("x").field("x", "s3cret"),
    ] {
        let built = builder.build();
        assert_eq!(built.field("x"), Some(&Redactable::Redacted));
        assert!(built.redacted_names().eq(["x"]) && !builder.body().contains("s3cret"));
        assert_eq!(issue_codes(&built), [""; 0]);
    }
}

/// The lookup value that a test did not ask for does not reveal what it hides.
#[test]
fn a_hidden_address_is_not_revealed_by_the_default_lookup_value() {
    for builder in [
        testing::data_update().redact("email"),
        testing::visibility_update().field("email", "a@example.com").redact("email"),
    ] {
        let built = builder.build();
        assert_eq!(issue_codes(&built), [""; 0], "{}", builder.body());
        let [lookup] = built.lookup_values() else { panic!("{built:?}") };
        assert_eq!((lookup.field(), lookup.identifier()), ("user_id", built.user_id().map(UserId::as_str)));
    }
}

#[test]
fn what_no_body_can_hold_panics_at_the_callers_line() {
    let reserved = "$serde_json::private::Number";
    let deep = || (0..500).fold(json!(1), |inner, _| json!([inner]));
    let unnamed = |builder: PayloadBuilder| builder.user_id("").lookup("email", "");
    let calls: [(&dyn Fn(), &str); 7] = [
        (&|| drop(testing::data_update().field(reserved, 1)), "serde_json reserves the name of this field"),
        (&|| drop(testing::data_insert().redact(reserved)), "serde_json reserves the name of this field"),
        (
            &|| drop(testing::delete().field("x", json!([{reserved: 1}]))),
            "no body can hold the value of this field",
        ),
        (&|| drop(testing::delete().field("x", deep())), "no body can hold the value of this field"),
        (&|| drop(unnamed(testing::data_update()).event()), "a payload that identifies a user: "),
        (&|| drop(unnamed(testing::delete()).event()), "a payload that identifies a user: "),
        (
            &|| drop(testing::delete().redact("user_id").lookup("email", REDACTED).event()),
            "a payload that identifies a user: ",
        ),
    ];
    for (call, expected) in calls {
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
fn more_than_a_parser_accepts_can_be_built() {
    let builder =
        (0..10_050).fold(testing::data_update(), |builder, index| builder.field(format!("f{index}"), index));
    assert_eq!(builder.build().fields().len(), 10_051);
    assert_eq!(rownd_webhooks::from_str(&builder.body()).unwrap_err().code(), "too_many_entries");
    let builder = testing::data_update().field("x", "x".repeat(3 << 20));
    assert_eq!(builder.build().value("x").unwrap().as_str().map(str::len), Some(3 << 20));
}

#[test]
fn tampering_makes_what_the_vendor_should_not_send() {
    let builder = testing::data_update().field("x", "v");
    assert_eq!(builder.tamper(|_| {}), builder.body());
    let code = |change: fn(&mut Value)| parse_error(builder.tamper(change)).code();
    assert_eq!(code(|body| body["meta"] = "gone".into()), "wrong_type");
    assert_eq!(code(|body| *body = json!([])), "not_an_object");
    assert_eq!(code(|body| drop(body.as_object_mut().unwrap().remove("meta"))), "missing_member");
    let withheld = payload(builder.tamper(|body| body["redacted"] = json!(["x"])));
    assert_eq!(issue_codes(&withheld), ["withheld_value_present"]);
    let unknown = payload(testing::delete().tamper(|body| body["meta"]["operation"] = "user_merge".into()));
    assert!(matches!(unknown.into_event(), Ok(Event::Unknown(_))));
}

proptest! {
    #![proptest_config(config())]

    /// The builder's own JSON is what is sent, and what the parser makes of it is what is built.
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
