//! Laws that hold for every body, checked on bodies that proptest generates and breaks.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use rownd_webhooks::sync::SyncPlan;
use rownd_webhooks::{Payload, REDACTED, Redactable};
use serde_json::{Value, json};

use crate::support::strategies::{CANARY, body, config, value};
use crate::support::{listed, model_fields, parse_everywhere, written_back};

fn payload(body: impl ToString) -> Payload<'static> {
    let body = body.to_string();
    body.parse().unwrap_or_else(|error| panic!("{error}: {body}"))
}

/// The same JSON with its members in another order, more white space, and every letter of names escaped.
fn disguised(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let escaped =
                |name: &str| name.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect::<String>();
            let members = members.iter().rev();
            let members: Vec<String> = members
                .map(|(name, value)| format!("\"{}\" :\t{}", escaped(name), disguised(value)))
                .collect();
            format!("{{ {}\r\n}}", members.join(" ,\n"))
        }
        Value::Array(elements) => {
            format!("[ {} ]", elements.iter().map(disguised).collect::<Vec<_>>().join(" , "))
        }
        leaf => leaf.to_string(),
    }
}

/// The body as equality sees it: redacted names are in no order.
fn normal(body: &Value) -> Value {
    let mut normal = written_back(body);
    if let Some(names) = normal.get_mut("redacted").and_then(Value::as_array_mut) {
        names.sort_unstable_by_key(Value::to_string);
    }
    normal
}

/// The end of a path, as it is shown.
fn token(name: &str) -> String {
    let escaped = name.replace('~', "~0").replace('/', "~1");
    let character = |character: char| match character {
        '"' | '\\' | '\'' => character.to_string(),
        other => other.escape_debug().to_string(),
    };
    escaped.chars().map(character).collect()
}

/// Every issue, each found by its own look at the tree.
fn model_issues(body: &Value) -> Vec<(String, String)> {
    let mut issues: Vec<(String, String)> = Vec::new();
    let mut report = |code: &str, path: String| issues.push((code.to_owned(), path));
    let operation = body["meta"]["operation"].as_str().unwrap();
    let (is_delete, fields, listed) = (operation == "delete", model_fields(body), listed(body));
    let (data, lookup_values) = (&body["data"], &body["meta"]["lookup_values"]);

    if !data.is_object() {
        report("missing_data", "/data".to_owned());
    }
    if !body["redacted"].is_array() && !is_delete {
        report("missing_redacted", "/redacted".to_owned());
    }
    if !["data_insert", "data_update", "visibility_update", "delete"].contains(&operation) {
        report("unknown_operation", "/meta/operation".to_owned());
    }
    let is_user_id =
        |field: &Redactable<Value>| matches!(field, Redactable::Visible(Value::String(id)) if !id.is_empty());
    if !fields.get("user_id").is_some_and(is_user_id) {
        report("missing_user_id", "/data/user_id".to_owned());
    }
    for (name, value) in data.as_object().into_iter().flatten() {
        let path = format!("/data/{}", token(name));
        let is_listed = listed.contains(&name.as_str());
        if is_listed && value != REDACTED {
            report("withheld_value_present", path.clone());
        }
        if !is_listed && value == REDACTED && !is_delete {
            report("unlisted_sentinel", path.clone());
        }
        if name.is_empty() {
            report("empty_field_name", path);
        }
    }
    for (index, name) in listed.iter().enumerate() {
        let path = format!("/redacted/{index}");
        if listed[..index].contains(name) {
            report("duplicate_redacted_name", path);
        } else if data.get(name).is_none() {
            report("redacted_field_absent", path);
        }
    }
    let elements = lookup_values.as_array().map_or(&[][..], Vec::as_slice);
    if lookup_values.is_null() || lookup_values == &json!([]) {
        report("no_lookup_values", "/meta/lookup_values".to_owned());
    } else if !lookup_values.is_array() {
        report("unusable_lookup_value", "/meta/lookup_values".to_owned());
    }
    for (index, element) in elements.iter().enumerate() {
        let path = format!("/meta/lookup_values/{index}");
        let value = &element["value"];
        let (Some(name), true) = (element["field"].as_str(), value.is_string() || value.is_number()) else {
            report("unusable_lookup_value", path);
            continue;
        };
        let path = path + "/value";
        let text = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        if value.is_number() {
            report("lookup_value_not_text", path.clone());
        }
        match fields.get(name) {
            _ if value == REDACTED => report("redacted_lookup_value", path),
            Some(Redactable::Redacted) => report("lookup_exposes_redacted", path),
            Some(Redactable::Visible(field)) if text(field) != text(value) => report("lookup_mismatch", path),
            _ => {}
        }
    }
    if is_delete && data.as_object().is_some_and(|data| data.keys().any(|name| name != "user_id")) {
        report("delete_carries_fields", "/data".to_owned());
    }
    issues.sort();
    issues
}

/// A small change of a body, often one that does not change its meaning.
fn changed(body: &Value, change: usize, with: &Value) -> Value {
    let mut changed = body.clone();
    let first_field = body["data"].as_object().and_then(|fields| fields.keys().next().cloned());
    match (change % 9, first_field) {
        (0, Some(name)) => changed["data"][name] = with.clone(),
        (1, Some(name)) => changed["data"][name] = REDACTED.into(),
        (2, Some(name)) if body["redacted"].is_array() => {
            changed["redacted"] = [listed(body), vec![&name]].concat().into();
        }
        (3, _) => changed["redacted"].as_array_mut().into_iter().for_each(|names| names.reverse()),
        (4, _) if body["redacted"].is_array() => changed["redacted"] = Value::Null,
        (5, _) => changed["version"] = with.clone(),
        (6, _) => changed["meta"]["source"] = with.clone(),
        (7, _) => changed["meta"]["operation"] = "delete".into(),
        (8, _) => changed["meta"]["lookup_values"]
            .as_array_mut()
            .into_iter()
            .for_each(|elements| elements.reverse()),
        _ => {}
    }
    // Indexing may have added a null.
    for (name, parent) in [("redacted", ""), ("lookup_values", "/meta")] {
        if body.pointer(parent).unwrap().get(name).is_none() {
            changed.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name);
        }
    }
    changed
}

/// A body that is broken in one way, and the code of its error.
fn broken(body: &Value, way: usize) -> (&'static str, String) {
    let text = body.to_string();
    let with_member = |member: &str| format!("{{{member},{}", &text[1..]);
    let with = |path: &str, value: Value| {
        let mut body = body.clone();
        *body.pointer_mut(path).unwrap() = value;
        body.to_string()
    };
    match way % 19 {
        0 => ("duplicate_member", with_member(r#""x y":1,"x\u0020y":1"#)),
        1 => ("duplicate_member", with_member(r#""m\u0065ta":{"operation":"delete"}"#)),
        2 => ("reserved_name", with_member(r#""\u0024serde_json::private::RawValue":"1""#)),
        3 => ("reserved_name", with_member(r#""x":[{"$serde_json::private::Number":"1"}]"#)),
        4 => ("wrong_type", with_member(r#""redacted":7"#)),
        5 => ("wrong_type", with_member(r#""data":[]"#)),
        6 => ("too_deep", with_member(&format!("\"deep\":{}{}", "[".repeat(127), "]".repeat(127)))),
        7 => ("syntax", with_member(r#""half":"\ud800""#)),
        8 => ("syntax", with_member(r#""half":{"a":["\udc00"]}"#)),
        9 => ("syntax", with_member("?")),
        10 => ("syntax", text[..text.len() - 1].to_owned()),
        11 => ("trailing_data", format!("{text}{text}")),
        12 => ("trailing_data", format!("{text} 0")),
        13 => ("not_an_object", format!("[{text}]")),
        14 => ("not_an_object", serde_json::to_string(&text).unwrap()),
        15 => ("byte_order_mark", format!("\u{feff}{text}")),
        16 => ("wrong_type", with("/meta", Value::Null)),
        17 => ("wrong_type", with("/meta/operation", json!({"delete": null}))),
        _ => ("missing_member", with("/meta", json!({"lookup_values": []}))),
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_payload_is_written_back_and_parses_to_an_equal_one(body in body()) {
        let payload = payload(&body);
        let text = serde_json::to_string(&payload).unwrap();
        prop_assert_eq!(text.parse::<Payload<'_>>().unwrap(), payload.clone());
        prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), written_back(&body));
        prop_assert_eq!(serde_json::to_value(&payload).unwrap(), written_back(&body));
        prop_assert_eq!(payload.clone().into_owned(), payload);
    }

    #[test]
    fn fields_are_visible_or_redacted_by_the_rules(body in body()) {
        let (payload, model) = (payload(&body), model_fields(&body));
        prop_assert_eq!(&payload.decode::<BTreeMap<String, Redactable<Value>>>().unwrap(), &model);
        prop_assert!(payload.redacted_names().eq(listed(&body)));
        prop_assert!(payload.fields().names().eq(model.keys()));
        if let Ok(SyncPlan::Upsert { set, erase, .. }) = payload.sync_plan() {
            let (redacted, visible): (Vec<_>, Vec<_>) = model.iter().partition(|(_, field)| field.is_redacted());
            prop_assert!(erase.iter().eq(redacted.into_iter().map(|(name, _)| name)));
            prop_assert!(set.iter().map(|(name, _)| name).eq(visible.into_iter().map(|(name, _)| name)));
        }
    }

    #[test]
    fn every_issue_is_found(body in body()) {
        let issues = payload(&body).issues();
        let mut found: Vec<_> = issues.iter().map(|issue| (issue.code().to_owned(), issue.path().to_owned())).collect();
        found.sort();
        prop_assert_eq!(found, model_issues(&body));
    }

    #[test]
    fn order_white_space_and_escapes_make_no_difference(body in body()) {
        let (plain, disguised) = (payload(&body), payload(disguised(&body)));
        prop_assert_eq!(&plain, &disguised);
        prop_assert_eq!(plain.canonical_json(), disguised.canonical_json());
        prop_assert_eq!(plain.issues(), disguised.issues());
    }

    #[test]
    fn canonical_texts_are_equal_exactly_when_payloads_are(one in body(), two in body(), change in any::<usize>(), with in value()) {
        let near = changed(&one, change, &with);
        let payloads = [&one, &two, &near].map(payload);
        for (other, tree) in [(&payloads[1], &two), (&payloads[2], &near)] {
            prop_assert_eq!(&payloads[0] == other, normal(&one) == normal(tree));
            prop_assert_eq!(&payloads[0] == other, payloads[0].canonical_json() == other.canonical_json());
        }
        let canonical = payloads[0].canonical_json();
        prop_assert_eq!(&canonical.parse::<Payload<'_>>().unwrap(), &payloads[0]);
        prop_assert_eq!(canonical.parse::<Payload<'_>>().unwrap().canonical_json(), canonical);
    }

    #[test]
    fn no_message_contains_a_value(body in body(), cut in any::<prop::sample::Index>()) {
        let (payload, text) = (payload(&body), body.to_string());
        prop_assume!(payload.user_id().is_none_or(|id| !id.as_str().contains(CANARY)));
        let mut output = vec![format!("{payload} {payload:?} {payload:#?} {:?} {:?}", payload.issues(), payload.validate())];
        output.push(format!("{:?} {:?} {:?}", payload.sync_plan(), payload.fields(), payload.clone().into_event()));
        output.push(format!("{:?}", payload.decode::<BTreeMap<String, u8>>()));
        let at = text.floor_char_boundary(cut.index(text.len()));
        let broken = format!("{}5{}", &text[..at], &text[at..]);
        output.push(format!("{:?}", rownd_webhooks::from_str(&broken).map(|payload| format!("{payload:?}"))));
        output.push(format!("{:?}", serde_json::from_str::<Payload<'_>>(&broken)));
        for text in output {
            prop_assert!(!text.contains(CANARY), "{}", text);
        }
    }

    #[test]
    fn a_broken_body_is_refused_everywhere_by_its_code(body in body(), way in any::<usize>()) {
        let (code, text) = broken(&body, way);
        let parsed = parse_everywhere(&text);
        prop_assert_eq!(parsed.map_err(|error| error.code()).err(), Some(code), "{}", text);
    }

    #[test]
    fn a_replaced_byte_parses_the_same_by_every_entry_point(body in body(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = body.to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = parse_everywhere(bytes);
    }

    #[test]
    fn any_bytes_parse_without_panic(bytes in vec(any::<u8>(), 0..200)) {
        let parsed = parse_everywhere(&bytes);
        let begins_an_object = bytes.trim_ascii_start().starts_with(b"\x7B");
        prop_assert!(parsed.is_err() || begins_an_object);
    }
}
