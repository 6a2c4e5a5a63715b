//! Redaction: each field has one state, and every type agrees on it.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rownd_webhooks::schema::ProfileSchema;
use rownd_webhooks::sync::{ChangeKind, Changes, FieldChange};
use rownd_webhooks::{Payload, Redactable};
use serde_json::Value as Json;

use crate::support::strategies::{body, config};
use crate::support::{Body, listed, model_fields, payload, update_body};

#[test]
fn the_list_and_the_sentinel_redact_a_field() {
    // Members of `data`, names in `redacted`, and the state of the field `x`.
    for (members, names, state) in [
        ("", "", "absent"),
        (r#""x":"v""#, "", "visible"),
        // The name is in the list, and the value is the sentinel, as the vendor documents it.
        (r#""x":"<<REDACTED>>""#, r#""x""#, "redacted"),
        (r#""\u0078":"\u003c<REDACTED>>""#, r#""\u0078""#, "redacted"),
        // The name is in the list, but `data` still has the value.
        (r#""x":"v""#, r#""x""#, "redacted"),
        (r#""x":{"a":["v"]}"#, r#""y","x","x""#, "redacted"),
        // The name is in the list, and `data` lacks the field.
        ("", r#""x""#, "redacted"),
        // The name is not in the list: the field is redacted only if the sentinel is its whole value.
        (r#""x":"<<REDACTED>>""#, "", "redacted"),
        (r#""x":"<<REDACTED>> ""#, "", "visible"),
        (r#""x":["<<REDACTED>>"]"#, "", "visible"),
        (r#""x":{"x":"<<REDACTED>>"}"#, "", "visible"),
        // A name in the list redacts only the field with exactly this name, and no member inside a field.
        (r#""x":{"y":1}"#, r#""y","x.y","/x/y""#, "visible"),
        (r#""x":1"#, r#""X","x ","/x""#, "visible"),
    ] {
        let payload = payload(update_body(members, names));
        let found = match payload.field("x") {
            None => "absent",
            Some(Redactable::Redacted) => "redacted",
            Some(Redactable::Visible(_)) => "visible",
        };
        assert_eq!(found, state, "{members} {names}");
    }
}

/// A field that is visible, one that is hidden, one whose value is withheld, and one that `data` lacks.
#[test]
fn every_type_agrees_on_the_state_of_a_field() {
    let members = r#""visible":"v","hidden":"<<REDACTED>>","withheld":"v""#;
    let payload = payload(update_body(members, r#""hidden","withheld","absent""#));
    let event = payload.clone().into_event().unwrap();
    assert_eq!(event.fields(), Some(payload.fields()));
    let schema = ProfileSchema::from_slice(br#"{"absent":{"type":"number","required":true}}"#).unwrap();
    assert!(schema.check(&payload).iter().all(|issue| issue.field() != Some("absent")));
    let stored = serde_json::from_str(r#"{"visible":1,"hidden":1,"withheld":1,"absent":1}"#).unwrap();
    let changes = Changes::in_update(&stored, payload.fields());
    for (name, is_redacted, kind) in [
        ("visible", false, ChangeKind::Changed),
        ("hidden", true, ChangeKind::Redacted),
        ("withheld", true, ChangeKind::Redacted),
        ("absent", true, ChangeKind::Redacted),
    ] {
        assert_eq!((payload.is_redacted(name), payload.value(name).is_none()), (is_redacted, is_redacted));
        assert_eq!(payload.fields().is_redacted(name), is_redacted, "{name}");
        assert_eq!(changes.get(name).map(FieldChange::kind), Some(kind), "{name}");
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn fields_are_visible_or_redacted_by_the_rules(body in body()) {
        let (payload, model): (Payload<'_>, _) = (body.to_string().parse().unwrap(), model_fields(&body));
        prop_assert_eq!(&payload.decode::<BTreeMap<String, Redactable<Json>>>().unwrap(), &model);
        prop_assert!(payload.redacted_names().eq(listed(&body)));
        prop_assert!(payload.fields().names().eq(model.keys()));
        let (redacted, visible): (Vec<&String>, Vec<_>) =
            model.keys().partition(|name| model[*name].is_redacted());
        prop_assert!(payload.fields().redacted().eq(redacted));
        prop_assert!(payload.fields().visible().map(|(name, _)| name).eq(visible));
    }
}

/// Otherwise an output or a comparison could confirm a guess.
#[test]
fn a_payload_with_a_withheld_value_equals_one_without_it() {
    let sentinel = payload(update_body(r#""x":"<<REDACTED>>""#, r#""x","gone""#));
    for withheld in [r#""x":"v""#, r#""\u0078":{"a":[1]}"#, r#""x":"<<REDACTED>>v""#] {
        let withheld = payload(update_body(withheld, r#""x","gone""#));
        assert_eq!(withheld, sentinel);
        assert_eq!(withheld.canonical_json(), sentinel.canonical_json());
        assert_eq!(serde_json::to_string(&withheld).unwrap(), serde_json::to_string(&sentinel).unwrap());
    }
}

#[test]
fn the_order_of_the_list_makes_no_difference() {
    let [one, two, fewer] =
        [r#""a","b""#, r#""b","a""#, r#""a""#].map(|names| payload(update_body("", names)));
    assert_eq!((&one, one.canonical_json()), (&two, two.canonical_json()));
    assert!(one != fewer && one.canonical_json() != fewer.canonical_json());
}

#[test]
fn a_lookup_value_replaces_only_an_absent_field() {
    // Members of `data`, `redacted`, the lookup value, and the result; `@` is the name of the field.
    for (members, redacted, lookup, expected) in [
        (r#""@":"new""#, "", r#""old""#, Some("new")),
        (r#""@":null"#, "", r#""old""#, None),
        (r#""@":"""#, "", r#""old""#, None),
        (r#""@":7"#, "", r#""old""#, None),
        (r#""@":"<<REDACTED>>""#, "", r#""old""#, None),
        (r#""@":"new""#, r#""@""#, r#""old""#, None),
        ("", r#""@""#, r#""old""#, None),
        ("", "", r#""old""#, Some("old")),
        ("", "", "15551234", Some("15551234")),
        ("", "", r#""""#, None),
        ("", "", r#""<<REDACTED>>""#, None),
        ("", "", "null", None),
    ] {
        let body = Body {
            data: &format!("{{{members}}}"),
            redacted: &format!("[{redacted}]"),
            lookup_values: &format!(r#"[{{"field":"@","value":{lookup}}}]"#),
            ..Body::default()
        };
        let body = body.to_string();
        assert_eq!(payload(body.replace('@', "email")).email(), expected, "{body}");
        assert_eq!(payload(body.replace('@', "phone_number")).phone_number(), expected, "{body}");
    }
}
