//! `meta.lookup_values`: no value in it makes a delivery fail, and only well-formed elements are offered.

use rownd_webhooks::{LookupValue, Redactable};

use crate::support::{Body, issue_codes, payload};

/// A delete with these lookup values.
fn delete(lookup_values: &str) -> String {
    Body { lookup_values, ..Body::delete() }.to_string()
}

/// Asserts that the usable lookup values are offered, the others are reported, and all of them are written back.
#[track_caller]
fn assert_offers(lookup_values: &str, fields: &[&str], path: &str) {
    let body = delete(lookup_values);
    let payload = payload(&body);
    assert!(payload.lookup_values().iter().map(LookupValue::field).eq(fields.iter().copied()), "{body}");
    let issues = payload.issues();
    assert_eq!((issues.len(), issues[0].code(), issues[0].path()), (1, "unusable_lookup_value", path));
    assert_eq!(serde_json::to_string(&payload).unwrap(), body);
    assert_eq!(payload.clone().into_owned(), payload, "{body}");
}

#[test]
fn an_unusable_element_is_kept_reported_and_never_offered() {
    for unusable in [
        "null",
        "7",
        r#""email""#,
        r#"["email","b@example.com"]"#,
        "{}",
        r#"{"field":"email"}"#,
        r#"{"value":"b@example.com"}"#,
        r#"{"Field":"email","Value":"b@example.com"}"#,
        r#"{"field":7,"value":"b@example.com"}"#,
        r#"{"field":"email","value":null}"#,
        r#"{"field":"email","value":true}"#,
        r#"{"field":"email","value":{"a":[1e400,"\ud83d\ude00"]}}"#,
    ] {
        assert_offers(&format!("[{unusable}]"), &[], "/meta/lookup_values/0");
        let between = format!(r#"[{{"field":"a","value":"x"}},{unusable},{{"field":"b","value":"y"}}]"#);
        assert_offers(&between, &["a", "b"], "/meta/lookup_values/1");
    }
}

#[test]
fn lookup_values_that_are_no_array_are_kept_and_reported() {
    for unusable in ["7", r#""email""#, "{}", r#"{"field":"email","value":"a@example.com"}"#] {
        assert_offers(unusable, &[], "/meta/lookup_values");
    }
}

#[test]
fn a_lookup_value_identifies_if_it_is_visible_and_not_empty() {
    for (value, visible, identifier) in [
        (r#""a@example.com""#, Redactable::Visible("a@example.com"), Some("a@example.com")),
        ("5", Redactable::Visible("5"), Some("5")),
        (r#""""#, Redactable::Visible(""), None),
        (r#""\u003c<REDACTED>>""#, Redactable::Redacted, None),
    ] {
        let payload = payload(delete(&format!(r#"[{{"field":"f","value":{value}}}]"#)));
        let lookup = payload.lookup("f").unwrap();
        assert_eq!((lookup.value(), lookup.identifier()), (visible, identifier), "{value}");
    }
}

#[test]
fn the_first_lookup_value_of_a_field_is_returned() {
    let payload = payload(delete(
        r#"[{"field":"n","value":5},{"field":"email","value":"a"},{"field":"email","value":"b"}]"#,
    ));
    assert_eq!(payload.lookup("email"), Some(&payload.lookup_values()[1]));
    assert_eq!((payload.lookup("Email"), issue_codes(&payload)), (None, vec!["lookup_value_not_text"]));
}
