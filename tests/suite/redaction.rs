//! Redaction: each field has one state, and every type agrees on it.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rownd_webhooks::schema::ProfileSchema;
use rownd_webhooks::sync::{ChangeKind, Changes, FieldChange};
use rownd_webhooks::{Fields, Payload, Redactable, Value};
use serde_json::Value as Json;

use crate::support::strategies::{body, config};
use crate::support::{Body, listed, model_fields, payload, update_body};
use Redactable::{Redacted, Visible};

/// Members of `data`, names in `redacted`, and the state of the field `x`.
const ROWS: [(&str, &str, Option<Redactable<&str>>); 13] = [
    ("", "", None),
    (r#""x":"v""#, "", Some(Visible(r#""v""#))),
    // Listed, with the sentinel: as documented.
    (r#""x":"<<REDACTED>>""#, r#""x""#, Some(Redacted)),
    (r#""\u0078":"\u003c<REDACTED>>""#, r#""\u0078""#, Some(Redacted)),
    // Listed, with a value that is still there.
    (r#""x":"v""#, r#""x""#, Some(Redacted)),
    (r#""x":{"a":["v"]}"#, r#""y","x","x""#, Some(Redacted)),
    // Listed, and absent from `data`.
    ("", r#""x""#, Some(Redacted)),
    // Not listed: the sentinel alone redacts, if it is the whole value.
    (r#""x":"<<REDACTED>>""#, "", Some(Redacted)),
    (r#""x":"<<REDACTED>> ""#, "", Some(Visible(r#""<<REDACTED>> ""#))),
    (r#""x":["<<REDACTED>>"]"#, "", Some(Visible(r#"["<<REDACTED>>"]"#))),
    (r#""x":{"x":"<<REDACTED>>"}"#, "", Some(Visible(r#"{"x":"<<REDACTED>>"}"#))),
    // The list names fields exactly, and nothing inside them.
    (r#""x":{"y":1}"#, r#""y","x.y","/x/y""#, Some(Visible(r#"{"y":1}"#))),
    (r#""x":1"#, r#""X","x ","/x""#, Some(Visible("1"))),
];

#[test]
fn every_type_agrees_on_the_state_of_a_field() {
    let schema = ProfileSchema::from_slice(br#"{"x":{"type":"any","required":true}}"#).unwrap();
    let stored: Fields<'_> = serde_json::from_str(r#"{"x":"stored"}"#).unwrap();
    for (members, names, state) in ROWS {
        let body = update_body(members, names);
        let payload = payload(&body);
        let json = state.map(|field| field.map(|json| serde_json::from_str::<Json>(json).unwrap()));
        let field = json.clone().map(|field| field.map(|json| Value::try_from(json).unwrap()));
        let visible = field.as_ref().and_then(Redactable::visible);
        let (is_absent, is_redacted) = (state.is_none(), state == Some(Redacted));

        let fields = payload.fields();
        assert_eq!((payload.field("x"), payload.value("x")), (field.as_ref(), visible), "{body}");
        assert_eq!((fields.get("x"), fields.value("x")), (field.as_ref(), visible), "{body}");
        assert_eq!([payload.is_redacted("x"), fields.is_redacted("x")], [is_redacted; 2], "{body}");
        assert_eq!(fields.contains_key("x"), !is_absent, "{body}");
        let decoded: BTreeMap<String, Redactable<Json>> = payload.decode().unwrap();
        assert_eq!(decoded.get("x"), json.as_ref(), "{body}");

        let event = payload.clone().into_event().unwrap();
        assert_eq!(event.fields(), Some(fields), "{body}");
        let written = fields.visible().find(|(name, _)| *name == "x").map(|(_, value)| value);
        assert_eq!((written, fields.redacted().any(|name| name == "x")), (visible, is_redacted), "{body}");
        let kind = state.map(|_| if is_redacted { ChangeKind::Redacted } else { ChangeKind::Changed });
        let update = Changes::in_update(&stored, fields);
        assert_eq!(update.get("x").map(FieldChange::kind), kind, "{body}");
        let mut issues = schema.check(&payload).into_iter();
        assert_eq!(issues.any(|issue| issue.code() == "required_field_absent"), is_absent, "{body}");
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
    for withheld in [r#""x":"v""#, r#""\u0078":{"a":[1]}"#, r#""x":"<<REDACTED>>v""#] {
        let [withheld, sentinel] =
            [withheld, r#""x":"<<REDACTED>>""#].map(|members| payload(update_body(members, r#""x","gone""#)));
        let texts = |payload| (serde_json::to_string(payload).unwrap(), Payload::canonical_json(payload));
        assert_eq!((&withheld, texts(&withheld)), (&sentinel, texts(&sentinel)));
    }
}

#[test]
fn the_order_of_the_list_does_not_matter_and_its_names_do() {
    const SENTINEL: &str = r#""a":"<<REDACTED>>""#;
    let [one, two, fewer, absent] = [
        (SENTINEL, r#""a","b","gone""#),
        (SENTINEL, r#""gone","b","a""#),
        (SENTINEL, r#""a","b""#),
        ("", r#""a","b","gone""#),
    ]
    .map(|(members, names)| payload(update_body(members, names)));
    assert_eq!((&one, one.canonical_json()), (&two, two.canonical_json()));
    assert!(one != fewer && one != absent);
    assert!(one.canonical_json() != fewer.canonical_json());
}

#[test]
fn a_lookup_value_replaces_only_an_absent_field() {
    // Members of `data`, `redacted`, the lookup value, and the result; `@` is the name of the field.
    let rows = [
        (r#","@":"new""#, "[]", r#""old""#, Some("new")),
        (r#","@":null"#, "[]", r#""old""#, None),
        (r#","@":"""#, "[]", r#""old""#, None),
        (r#","@":7"#, "[]", r#""old""#, None),
        (r#","@":"<<REDACTED>>""#, "[]", r#""old""#, None),
        (r#","@":"new""#, r#"["@"]"#, r#""old""#, None),
        ("", r#"["@"]"#, r#""old""#, None),
        ("", "[]", r#""old""#, Some("old")),
        ("", "[]", "15551234", Some("15551234")),
        ("", "[]", r#""""#, None),
        ("", "[]", r#""<<REDACTED>>""#, None),
        ("", "[]", "null", None),
    ];
    for (members, redacted, lookup, expected) in rows {
        let (data, lookup_values) =
            (format!(r#"{{"user_id":"u"{members}}}"#), format!(r#"[{{"field":"@","value":{lookup}}}]"#));
        let body =
            Body { data: &data, redacted, lookup_values: &lookup_values, ..Body::default() }.to_string();
        assert_eq!(payload(body.replace('@', "email")).email(), expected, "{body}");
        assert_eq!(payload(body.replace('@', "phone_number")).phone_number(), expected, "{body}");
    }
}
