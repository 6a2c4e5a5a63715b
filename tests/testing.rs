//! The builders: what the vendor could send, whatever a test passes them, and one deliberate way out.

mod support;

use proptest::prelude::*;
use rownd_webhooks::testing::{self, samples};
use rownd_webhooks::{Event, Parser, Payload, REDACTED, Severity, UserId};
use serde_json::{Value, json};
use support::{payload, told};

/// The builder's payload; its body is one that the vendor could send, and the same.
#[track_caller]
fn honest(built: Payload<'static>, body: &str) -> Payload<'static> {
    let strict = Parser::new().max_bytes(usize::MAX).max_fields(usize::MAX).strict(true);
    match strict.parse(body.as_bytes()) {
        Ok(parsed) => assert_eq!(parsed, built, "{body}"),
        Err(error) => panic!("{error}: {body}"),
    }
    assert!(built.clone().into_event().is_ok_and(|event| !matches!(event, Event::Unknown(_))), "{body}");
    built
}

#[test]
fn samples_are_the_documented_bodies() {
    let rows = [
        (samples::DATA_INSERT, "data_insert", 4, 0),
        (samples::DATA_UPDATE, "data_update", 5, 0),
        (samples::VISIBILITY_UPDATE, "visibility_update", 5, 1),
        (samples::DELETE, "delete", 1, 0),
    ];
    for (sample, operation, fields, redacted) in rows {
        let payload = payload(sample);
        assert_eq!(
            (payload.operation().as_str(), payload.fields().len(), payload.redacted().len()),
            (operation, fields, redacted)
        );
        assert_eq!(told(&payload.issues()), []);
        assert_eq!(payload.email(), Some("jrose@acme.com"));
    }
}

#[test]
fn a_builder_alone_is_a_whole_payload() {
    let built = [
        ("data_insert", testing::data_insert().build(), testing::data_insert().body()),
        ("data_update", testing::data_update().build(), testing::data_update().body()),
        ("visibility_update", testing::visibility_update().build(), testing::visibility_update().body()),
        ("delete", testing::delete().build(), testing::delete().body()),
    ];
    for (operation, built, body) in built {
        let payload = honest(built, &body);
        assert_eq!(payload.operation().as_str(), operation);
        assert_eq!(told(&payload.issues()), [], "{body}");
        assert!(payload.user_id().is_some() && payload.lookup_values().len() == 1, "{body}");
    }
    assert!(!testing::delete().body().contains("redacted"), "the documented delete has no list");
}

#[test]
fn what_is_set_is_what_is_built() {
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
    let payload = honest(builder.build(), &builder.body());
    let value = |name: &str| serde_json::to_value(payload.field(name).unwrap()).unwrap();
    assert_eq!(payload.user_id().unwrap().as_str(), "user_1");
    assert_eq!((value("first_name"), value("score"), value("ratio")), (json!("Julia"), json!(7), json!(1.5)));
    assert_eq!(
        (value("is_new"), value("tags"), value("nothing")),
        (json!(true), json!(["a", {"b": null}]), Value::Null)
    );
    assert!(payload.field("country").unwrap().is_redacted() && payload.redacted().eq(["country"]));
    let lookups: Vec<_> = payload
        .lookup_values()
        .iter()
        .map(|lookup| (lookup.field(), lookup.value().into_visible()))
        .collect();
    assert_eq!(lookups, [("email", Some("jrose@acme.com")), ("phone_number", Some("+15551234"))]);
    assert_eq!(told(&payload.issues()), []);

    let delete = testing::delete().user_id("user_2").lookup("phone_number", "+1");
    let payload = honest(delete.build(), &delete.body());
    assert_eq!((payload.user_id().unwrap().as_str(), payload.phone_number()), ("user_2", Some("+1")));
}

#[test]
fn the_user_id_can_be_set_as_a_field() {
    let payload = testing::data_update().field("user_id", "user_3").build();
    assert_eq!(payload.user_id().unwrap().as_str(), "user_3");
}

#[test]
fn names_are_taken_as_they_are() {
    for name in ["Country", " x ", "a/b~c", "😀", "\0"] {
        let payload = testing::data_insert().redact(name).field(format!("{name}{name}"), 1).build();
        assert!(payload.field(name).unwrap().is_redacted() && payload.redacted().eq([name]), "{name}");
        assert!(payload.fields().contains(&name.repeat(2)), "{name}");
    }
}

#[test]
fn a_builder_can_be_used_again() {
    let base = testing::data_insert().user_id("u").field("a", 1);
    assert_eq!(base.build(), base.build());
    assert_eq!(base.clone().field("b", 2).build().fields().len(), base.build().fields().len() + 1);
}

#[test]
fn redacting_wins_in_either_order() {
    for builder in [
        testing::data_update().field("x", "s3cret").redact("x").redact("x"),
        testing::data_update().redact("x").field("x", "s3cret"),
    ] {
        let payload = honest(builder.build(), &builder.body());
        assert!(payload.field("x").unwrap().is_redacted() && payload.redacted().eq(["x"]));
        assert!(!builder.body().contains("s3cret"));
        assert_eq!(told(&payload.issues()), []);
    }
}

#[test]
fn who_hides_a_field_can_still_be_found_by_it() {
    let update = testing::data_update().lookup("email", "a@example.com");
    for builder in [update.clone().redact("email"), update.field("email", REDACTED)] {
        let payload = builder.build();
        assert!(payload.field("email").unwrap().is_redacted());
        let lookup = payload.lookup("email").unwrap();
        assert_eq!(lookup.value().visible().copied(), Some("a@example.com"));
    }
}

#[test]
fn a_hidden_address_is_not_told_by_a_lookup_value_that_nobody_asked_for() {
    for builder in
        [testing::data_update().redact("email"), testing::visibility_update().field("email", REDACTED)]
    {
        let payload = builder.redact("email").build();
        assert_eq!(told(&payload.issues()), []);
        let [lookup] = payload.lookup_values() else { panic!("{payload:?}") };
        assert_eq!(lookup.field(), "user_id");
        assert_eq!(lookup.value().visible().copied(), payload.user_id().as_ref().map(UserId::as_str));
    }
}

#[test]
fn debug_of_a_builder_tells_no_value() {
    let update = testing::data_update()
        .field("nick", "7f3a")
        .field("age", 5_550_199)
        .lookup("email", "7f3a@example.com");
    let delete = testing::delete().lookup("email", "7f3a@example.com");
    for text in [format!("{update:?}"), format!("{update:#?}"), format!("{delete:?}")] {
        assert!(!text.contains("7f3a") && !text.contains("5550199"), "{text}");
        assert!(text.contains("user_a3vc29gjsaf0h") && text.contains("string of 16 bytes"), "{text}");
    }
}

/// What a test could reasonably pass, and what an unreasonable one could.
#[test]
fn builders_stay_honest() {
    let deep = (0..500).fold(json!(1), |inner, _| json!([inner]));
    let long = "x".repeat(3 << 20);
    let update = testing::data_update;
    let builders = [
        update().user_id(""),
        update().user_id("\0\u{202e}😀\"\\"),
        update().user_id(REDACTED),
        update().field("user_id", REDACTED),
        update().field("user_id", 7),
        update().field("user_id", Value::Null),
        update().redact("user_id"),
        update().field("", "empty name"),
        update().redact(""),
        update().field("x", REDACTED),
        update().field("x", json!([REDACTED])),
        update().field("x", f64::NAN),
        update().field("x", deep),
        update().field("x", long),
        update().field("$serde_json::private::RawValue", "[1]"),
        update().field("x", json!({"$serde_json::private::Number": "1"})),
        update().redact("$serde_json::private::Number"),
        update().field("redacted", 1).field("meta", 2).field("data", 3),
        update().lookup("", ""),
        update().lookup("email", ""),
        update().lookup("email", REDACTED),
        update().lookup("x", "1").lookup("x", "2"),
        update().lookup("$serde_json::private::Number", "1"),
        update().redact("email"),
        update().redact("email").lookup("email", "jrose@acme.com"),
        // The lookup value is the field's own.
        update().field("email", "b@example.com"),
        update().field("email", "b@example.com").lookup("email", "a@example.com"),
        update().lookup("email", "a@example.com").field("email", "b@example.com"),
        update().field("email", "").lookup("email", "a@example.com"),
        update().field("email", ""),
        update().field("email", Value::Null),
        update().field("email", json!(["a@example.com"])),
        update().field("zip_code", 27601).lookup("zip_code", "27601"),
        update().field("zip_code", 27601).lookup("zip_code", "1"),
        update().lookup("user_id", "other"),
        update().user_id("u").lookup("user_id", "u"),
    ];
    let mut dishonest = Vec::new();
    for builder in builders {
        let (built, body) = (builder.build(), builder.body());
        let shown = || body.chars().take(300).collect::<String>();
        let parser = Parser::new().max_bytes(usize::MAX);
        match parser.parse(body.as_bytes()) {
            Err(error) => dishonest.push(format!("{error}: {}", shown())),
            Ok(parsed) if parsed != built => {
                dishonest.push(format!("build() differs from body(): {}", shown()));
            }
            Ok(parsed) => {
                if let Some(issue) = parsed.issues().iter().find(|issue| issue.severity() == Severity::Error)
                {
                    dishonest.push(format!("{issue}: {}", shown()));
                }
                if parsed.into_event().is_err() {
                    dishonest.push(format!("no subject: {}", shown()));
                }
            }
        }
    }
    assert!(dishonest.is_empty(), "{}", dishonest.join("\n"));
}

#[test]
fn hostile_deletes_stay_honest() {
    for builder in [
        testing::delete().user_id(""),
        testing::delete().user_id(REDACTED),
        testing::delete().lookup("", ""),
        testing::delete().lookup("email", REDACTED),
        testing::delete().lookup("user_id", "other"),
    ] {
        honest(builder.build(), &builder.body());
    }
}

#[test]
fn more_fields_than_a_parser_takes_can_be_built() {
    let builder =
        (0..10_050).fold(testing::data_update(), |builder, index| builder.field(format!("f{index}"), index));
    assert_eq!(builder.build().fields().len(), 10_051);
    assert_eq!(rownd_webhooks::from_str(&builder.body()).unwrap_err().code(), "too_many_fields");
}

#[test]
fn tampering_makes_what_the_vendor_should_not_send() {
    let builder = testing::data_update().field("x", "v");
    assert_eq!(builder.tamper(|_| {}), builder.body());
    let code = |change: fn(&mut Value)| support::parse_err(&builder.tamper(change)).code();
    assert_eq!(code(|body| body["meta"] = "gone".into()), "wrong_type");
    assert_eq!(code(|body| *body = json!([])), "not_an_object");
    assert_eq!(code(|body| drop(body.as_object_mut().unwrap().remove("meta"))), "missing_member");

    let withheld = builder.tamper(|body| body["redacted"] = json!(["x"]));
    assert!(support::issue_codes(&withheld).contains(&"withheld_value_present"));
    let unknown = testing::delete().tamper(|body| body["meta"]["operation"] = "user_merge".into());
    assert!(matches!(payload(&unknown).into_event(), Ok(Event::Unknown(_))));
    assert_eq!(builder.body(), builder.tamper(|_| {}), "the builder itself is left as it was");
}

#[derive(Clone, Debug)]
enum Step {
    UserId(String),
    Field(String, Value),
    Redact(String),
    Lookup(String, String),
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "user_id",
            "email",
            "phone_number",
            "country",
            "x",
            "",
            "$serde_json::private::Number"
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just(REDACTED.to_owned()),
        Just("a@example.com".to_owned()),
        any::<String>()
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map(name(), inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        text().prop_map(Step::UserId),
        (name(), value()).prop_map(|(name, value)| Step::Field(name, value)),
        name().prop_map(Step::Redact),
        (name(), text()).prop_map(|(name, text)| Step::Lookup(name, text)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is passed, in whatever order: no panic, and a body that a strict parser takes.
    #[test]
    fn no_way_of_building_is_dishonest(steps in prop::collection::vec(step(), 0..8)) {
        let builder = steps.into_iter().fold(testing::data_update(), |builder, step| match step {
            Step::UserId(id) => builder.user_id(id),
            Step::Field(name, value) => builder.field(name, value),
            Step::Redact(name) => builder.redact(name),
            Step::Lookup(name, text) => builder.lookup(name, text),
        });
        let (built, body) = (builder.build(), builder.body());
        let parsed = Parser::new().strict(true).parse(body.as_bytes());
        prop_assert_eq!(parsed.map_err(|error| format!("{error}: {body}")), Ok(built));
    }
}
