//! The test kit: builders of payloads and bodies.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use rownd_webhooks::testing::{self, PayloadBuilder};
use rownd_webhooks::{REDACTED, UserId};
use serde_json::{Value, json};

use crate::support::{issue_codes, parse_error, payload};

#[test]
fn a_new_builder_makes_a_valid_payload() {
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
        assert_eq!(built.into_event().unwrap(), builder.event());
    }
    // The documented delete has no list.
    assert!(!testing::delete().body().contains("redacted"));
}

#[test]
fn builder_input_is_sent_unchanged() {
    let builder = testing::data_update()
        .user_id("user_1")
        .field("first_name", "Juliet")
        .field("tags", json!(["a", {"b": null}, 1.5]))
        .field("first_name", "Julia")
        .field("country", "s3cret")
        .redact("country")
        .redact("country")
        .redact("city")
        .field("city", "s3cret")
        .lookup("email", "jrose@acme.com")
        .lookup("phone_number", "+15551234");
    let data = json!({
        "user_id": "user_1", "first_name": "Julia", "tags": ["a", {"b": null}, 1.5], "country": REDACTED, "city": REDACTED,
    });
    let lookup_values = json!([
        {"field": "email", "value": "jrose@acme.com"}, {"field": "phone_number", "value": "+15551234"},
    ]);
    let body: Value = serde_json::from_str(&builder.body()).unwrap();
    assert_eq!((&body["data"], &body["redacted"]), (&data, &json!(["city", "country"])));
    assert_eq!(body["meta"], json!({"operation": "data_update", "lookup_values": lookup_values}));
    assert_eq!(issue_codes(&builder.build()), [""; 0]);
}

#[test]
fn unusual_input_is_sent_and_causes_at_most_issues() {
    let update = testing::data_update;
    let rows: [(PayloadBuilder, &[&str]); 9] = [
        (update().field("email", "new@example.com").lookup("email", "old@example.com"), &["lookup_mismatch"]),
        (update().redact("email").lookup("email", "a@example.com"), &["lookup_exposes_redacted"]),
        // The default lookup value does not reveal a redacted address.
        (update().field("email", "a@example.com").redact("email"), &[]),
        (update().user_id(""), &["missing_user_id"]),
        (update().redact("user_id"), &["missing_user_id"]),
        (update().field("country", REDACTED), &["unlisted_sentinel"]),
        (update().lookup("email", REDACTED), &["redacted_lookup_value"]),
        (update().lookup("email", "").lookup("email", "").lookup("", ""), &[]),
        (update().field("", 1).field("meta", json!([REDACTED])).field("data", "\0"), &["empty_field_name"]),
    ];
    for (builder, codes) in rows {
        let built = builder.build();
        assert_eq!(payload(builder.body()), built);
        assert_eq!(issue_codes(&built), codes, "{}", builder.body());
    }
}

#[test]
fn the_default_lookup_value_is_the_user_id_where_there_is_no_address() {
    for builder in [
        testing::data_update().redact("email"),
        testing::data_update().field("email", ""),
        testing::data_update().field("email", 5),
    ] {
        let built = builder.build();
        let [lookup] = built.lookup_values() else { panic!("{built:?}") };
        assert_eq!((lookup.field(), lookup.identifier()), ("user_id", built.user_id().map(UserId::as_str)));
    }
    assert!(testing::data_update().without_user_id().redact("email").build().lookup_values().is_empty());
}

/// Calls a function that panics, and returns the location and message of the panic.
fn panic_output(call: &dyn Fn()) -> String {
    thread_local!(static OUTPUT: RefCell<String> = const { RefCell::new(String::new()) });
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            OUTPUT.set(info.to_string());
            previous(info);
        }));
    });
    panic::catch_unwind(AssertUnwindSafe(call)).expect_err("a panic");
    OUTPUT.take()
}

#[test]
fn input_that_no_body_can_contain_panics_at_the_callers_line() {
    let name = "$serde_json::private::Number";
    let deep = (0..500).fold(json!(1), |inner, _| json!([inner]));
    let update = testing::data_update;
    for (call, expected) in [
        (&(|| drop(update().field(name, 1))) as &dyn Fn(), "serde_json reserves the name of this field"),
        (&|| drop(update().redact(name)), "serde_json reserves the name of this field"),
        (&|| drop(update().field("x", json!([{name: 1}]))), "no body can contain the value of this field"),
        (&|| drop(update().field("x", deep.clone())), "no body can contain the value of this field"),
        (&|| drop(update().user_id("").lookup("email", "").event()), "a payload that identifies a user: "),
    ] {
        let output = panic_output(call);
        let (place, message) = output.split_once('\n').unwrap();
        assert!(place.contains(file!()) && message.starts_with(expected), "{output}");
    }
}

#[test]
fn a_body_can_lack_what_identifies_a_user() {
    let builder = testing::operation("user_merge").without_user_id().without_lookup_values();
    let body = r#"{"data":{},"redacted":[],"meta":{"operation":"user_merge","lookup_values":[]}}"#;
    assert_eq!(builder.build(), payload(body));
}

#[test]
fn a_body_can_be_tampered_with() {
    let builder = testing::data_update().field("x", "v");
    assert_eq!(builder.tamper(|_| {}), builder.body());
    assert_eq!(parse_error(builder.tamper(|body| *body = json!([]))).code(), "not_an_object");
    let withheld = payload(builder.tamper(|body| body["redacted"] = json!(["x"])));
    assert_eq!(issue_codes(&withheld), ["withheld_value_present"]);
}
