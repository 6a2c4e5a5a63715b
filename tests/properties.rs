//! Laws that hold for every body, shown on bodies that proptest makes and breaks.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use rownd_webhooks::sync::SyncPlan;
use rownd_webhooks::{ParseError, Payload, REDACTED, Redactable};
use serde_json::{Map, Value, json};

/// What stands for personal data: wherever a value may be, some of it is this.
const CANARY: &str = "canary-7f3a9c";

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec!["user_id", "email", "phone_number", "country", "first_name", "a", "b"]).prop_map(str::to_owned),
        1 => prop::sample::select(vec!["", "\u{202e}x", "a/b~c", "\"\\\n", "імя", "😀", "$x"]).prop_map(str::to_owned),
        1 => "[a-z_]{1,12}",
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(CANARY.to_owned()),
        2 => Just(REDACTED.to_owned()),
        1 => Just(String::new()),
        2 => "[a-c@.]{1,6}",
        1 => any::<String>(),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => text().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        // Exact in binary: how serde_json reads the others depends on its features.
        1 => any::<i32>().prop_map(|number| Value::from(f64::from(number) / 8.0)),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(name(), inner, 0..4).prop_map(|members| Value::from(Map::from_iter(members))),
        ]
    })
}

fn lookup() -> impl Strategy<Value = Value> {
    let text = prop_oneof![4 => text().prop_map(Value::from), 1 => (0..9).prop_map(Value::from)];
    (name(), text, option::weighted(0.1, value())).prop_map(|(field, value, extra)| {
        let mut lookup = json!({"field": field, "value": value});
        if let Some(extra) = extra {
            lookup["extra"] = extra;
        }
        lookup
    })
}

/// A member that may be absent, or null.
fn member(present: impl Strategy<Value = Value>) -> impl Strategy<Value = Option<Value>> {
    prop_oneof![
        8 => present.prop_map(Some),
        1 => Just(None),
        1 => Just(Some(Value::Null)),
    ]
}

fn operation() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(vec!["data_insert", "data_update", "visibility_update", "delete"]).prop_map(str::to_owned),
        1 => Just("user_merge".to_owned()),
        1 => Just("DELETE\u{202e}".to_owned()),
    ]
}

/// A body that can be read, as a tree.
fn body() -> impl Strategy<Value = Value> {
    let data =
        member(btree_map(name(), value(), 0..8).prop_map(|fields| Value::from(Map::from_iter(fields))));
    let redacted = member(vec(name(), 0..5).prop_map(Value::from));
    let lookups = member(vec(lookup(), 0..4).prop_map(Value::from));
    let extra = || option::weighted(0.2, value());
    (data, redacted, operation(), lookups, extra(), extra()).prop_map(
        |(data, redacted, operation, lookups, extra, meta_extra)| {
            let mut body = json!({"meta": {"operation": operation}});
            let places = [("data", data), ("redacted", redacted), ("version", extra)];
            for (name, member) in places {
                if let Some(member) = member {
                    body[name] = member;
                }
            }
            for (name, member) in [("lookup_values", lookups), ("source", meta_extra)] {
                if let Some(member) = member {
                    body["meta"][name] = member;
                }
            }
            body
        },
    )
}

fn read(body: &str) -> Payload<'_> {
    rownd_webhooks::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

/// The same JSON with its members in another order, more white space, and every letter of names escaped.
fn disguised(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let text = |name: &str| {
                let units = name.encode_utf16().map(|unit| format!("\\u{unit:04X}"));
                format!("\"{}\"", units.collect::<String>())
            };
            let members =
                members.iter().rev().map(|(name, value)| format!("{} :\t{}", text(name), disguised(value)));
            format!("{{ {}\r\n}}", members.collect::<Vec<_>>().join(" ,\n"))
        }
        Value::Array(elements) => {
            format!("[ {} ]", elements.iter().map(disguised).collect::<Vec<_>>().join(" , "))
        }
        leaf => leaf.to_string(),
    }
}

/// Which fields are redacted, by the rules as a reader of the vendor's page would write them down.
fn model_fields(body: &Value) -> BTreeMap<String, Redactable<Value>> {
    let listed = strings(&body["redacted"]);
    let fields = body["data"].as_object().into_iter().flatten();
    fields
        .map(|(name, value)| {
            let is_redacted = listed.contains(name) || value == REDACTED;
            (
                name.clone(),
                if is_redacted { Redactable::Redacted } else { Redactable::Visible(value.clone()) },
            )
        })
        .collect()
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn token(name: &str) -> String {
    let escaped = name.replace('~', "~0").replace('/', "~1");
    escaped
        .chars()
        .map(|character| match character {
            '"' | '\\' | '\'' => character.to_string(),
            other => other.escape_debug().to_string(),
        })
        .collect()
}

/// Every issue, found by a look at the tree for each.
fn model_issues(body: &Value) -> Vec<(String, String)> {
    let mut issues: Vec<(String, String)> = Vec::new();
    let mut tell = |code: &str, path: String| issues.push((code.to_owned(), path));
    let operation = body["meta"]["operation"].as_str().unwrap();
    let (is_delete, fields) = (operation == "delete", model_fields(body));
    let listed = strings(&body["redacted"]);
    let empty = Vec::new();
    let lookups = body["meta"]["lookup_values"].as_array().unwrap_or(&empty);

    if !body["data"].is_object() {
        tell("missing_data", "/data".to_owned());
    }
    if lookups.is_empty() {
        tell("no_lookup_values", "/meta/lookup_values".to_owned());
    }
    if !body["redacted"].is_array() && !is_delete {
        tell("missing_redacted", "/redacted".to_owned());
    }
    if !["data_insert", "data_update", "visibility_update", "delete"].contains(&operation) {
        tell("unknown_operation", "/meta/operation".to_owned());
    }
    let is_user_id =
        |field: &Redactable<Value>| matches!(field, Redactable::Visible(Value::String(id)) if !id.is_empty());
    if !fields.get("user_id").is_some_and(is_user_id) {
        tell("missing_user_id", "/data/user_id".to_owned());
    }
    for (name, field) in &fields {
        let came = &body["data"][name];
        let path = format!("/data/{}", token(name));
        if listed.contains(name) && came != REDACTED {
            tell("withheld_value_present", path.clone());
        }
        if field.is_redacted() && !listed.contains(name) && !is_delete {
            tell("unlisted_sentinel", path.clone());
        }
        if name.is_empty() {
            tell("empty_field_name", path);
        }
    }
    for (index, name) in listed.iter().enumerate() {
        let path = format!("/redacted/{index}");
        if listed[..index].contains(name) {
            tell("duplicate_redacted_name", path);
        } else if !fields.contains_key(name) {
            tell("redacted_field_absent", path);
        }
    }
    for (index, lookup) in lookups.iter().enumerate() {
        let path = format!("/meta/lookup_values/{index}/value");
        let (name, value) = (lookup["field"].as_str().unwrap(), &lookup["value"]);
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if value.is_number() {
            tell("lookup_value_not_text", path.clone());
        }
        if value == REDACTED {
            tell("redacted_lookup_value", path);
            continue;
        }
        match fields.get(name) {
            Some(Redactable::Visible(field)) => {
                let field = field.as_str().map_or_else(
                    || field.as_number().map(ToString::to_string),
                    |field| Some(field.to_owned()),
                );
                if field.is_none_or(|field| field != text) {
                    tell("lookup_mismatch", path);
                }
            }
            Some(Redactable::Redacted) => tell("lookup_exposes_redacted", path),
            None if listed.iter().any(|listed| listed == name) => tell("lookup_exposes_redacted", path),
            None => {}
        }
    }
    if is_delete && fields.keys().any(|name| name != "user_id") {
        tell("delete_carries_fields", "/data".to_owned());
    }
    issues.sort();
    issues
}

/// A body as a reader of the rules would compare it: hidden values hidden, listed names in order.
fn normal(body: &Value) -> Value {
    let mut normal = body.clone();
    for (name, field) in model_fields(body) {
        if field.is_redacted() {
            normal["data"][&name] = REDACTED.into();
        }
    }
    if body["redacted"].is_array() {
        let mut listed = strings(&body["redacted"]);
        listed.sort_unstable();
        normal["redacted"] = listed.into();
    }
    normal
}

/// What a small change makes of a body: often one that means the same.
fn changed(body: &Value, change: usize, with: &Value) -> Value {
    let mut changed = body.clone();
    let first_field = body["data"].as_object().and_then(|fields| fields.keys().next().cloned());
    match (change % 9, first_field) {
        (0, Some(name)) => changed["data"][name] = with.clone(),
        (1, Some(name)) => changed["data"][name] = REDACTED.into(),
        (2, Some(name)) if body["redacted"].is_array() => {
            changed["redacted"] = [strings(&body["redacted"]), vec![name]].concat().into();
        }
        (3, _) if body["redacted"].is_array() => {
            changed["redacted"] = strings(&body["redacted"]).into_iter().rev().collect::<Vec<_>>().into();
        }
        (4, _) if body["redacted"].is_array() => changed["redacted"] = Value::Null,
        (5, _) => changed["version"] = with.clone(),
        (6, _) => changed["meta"]["source"] = with.clone(),
        (7, _) => changed["meta"]["operation"] = "delete".into(),
        (8, _) => {
            if let Some(lookups) = changed["meta"]["lookup_values"].as_array_mut() {
                lookups.reverse();
            }
        }
        _ => {}
    }
    changed
}

/// Ways to break a whole body, and what has to be said of it.
fn broken(body: &Value, way: usize) -> (&'static str, String) {
    let text = body.to_string();
    let begun = |members: &str| format!("{{{members},{}", &text[1..]);
    let with = |place: &str, value: Value| {
        let mut body = body.clone();
        *body.pointer_mut(place).unwrap() = value;
        body.to_string()
    };
    let deep = format!("\"deep\":{}{}", "[".repeat(127), "]".repeat(127));
    match way % 20 {
        0 => ("duplicate_member", begun(r#""x y":1,"x\u0020y":1"#)),
        1 => ("duplicate_member", begun(r#""m\u0065ta":{"operation":"delete"}"#)),
        2 => ("reserved_name", begun(r#""\u0024serde_json::private::RawValue":"1""#)),
        3 => ("reserved_name", begun(r#""x":[{"$serde_json::private::Number":"1"}]"#)),
        4 => ("wrong_type", begun(r#""redacted":7"#)),
        5 => ("wrong_type", begun(r#""data":[]"#)),
        6 => ("too_deep", begun(&deep)),
        7 => ("syntax", begun(r#""half":"\ud800""#)),
        8 => ("syntax", begun(r#""half":{"a":["\udc00"]}"#)),
        9 => ("syntax", begun("?")),
        10 => ("syntax", text[..text.len() - 1].to_owned()),
        11 => ("trailing_data", format!("{text}{text}")),
        12 => ("trailing_data", format!("{text} 0")),
        13 => ("not_an_object", format!("[{text}]")),
        14 => ("not_an_object", serde_json::to_string(&text).unwrap()),
        15 => ("byte_order_mark", format!("\u{feff}{text}")),
        16 => ("wrong_type", with("/meta", Value::Null)),
        17 => ("wrong_type", with("/meta/operation", json!({"delete": null}))),
        18 => ("missing_member", with("/meta", json!({"lookup_values": []}))),
        _ => ("missing_member", json!({"data": body["data"], "metá": body["meta"]}).to_string()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_back_is_an_equal_payload(tree in body()) {
        let text = tree.to_string();
        let payload = read(&text);
        let written = serde_json::to_string(&payload).unwrap();
        prop_assert_eq!(&read(&written), &payload);
        prop_assert_eq!(&payload.clone().into_owned(), &payload);
        // But for withheld values it is the body that came.
        let mut expected = tree.clone();
        for (name, field) in model_fields(&tree) {
            if field.is_redacted() {
                expected["data"][&name] = REDACTED.into();
            }
        }
        prop_assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), expected);
    }

    #[test]
    fn fields_are_visible_or_redacted_by_the_rules(tree in body()) {
        let text = tree.to_string();
        let payload = read(&text);
        let model = model_fields(&tree);
        let fields: BTreeMap<String, Redactable<Value>> = payload.decode().unwrap();
        prop_assert_eq!(&fields, &model);
        prop_assert!(payload.redacted().eq(strings(&tree["redacted"])));
        if let Ok(SyncPlan::Upsert { set, erase, .. }) = payload.sync_plan() {
            let mut set = set.iter();
            prop_assert!(set.all(|(name, _)| model[name].is_visible()));
            for (name, field) in &model {
                prop_assert_eq!(erase.iter().any(|erased| erased == name), field.is_redacted());
            }
            prop_assert!(payload.redacted().all(|name| erase.iter().any(|erased| erased == name)));
        }
    }

    #[test]
    fn every_issue_is_found(tree in body()) {
        let text = tree.to_string();
        let payload = read(&text);
        let mut issues: Vec<(String, String)> =
            payload.issues().iter().map(|issue| (issue.code().to_owned(), issue.path().to_owned())).collect();
        issues.sort();
        prop_assert_eq!(issues, model_issues(&tree));
    }

    #[test]
    fn order_space_and_escapes_do_not_matter(tree in body()) {
        let (text, disguised) = (tree.to_string(), disguised(&tree));
        let (plain, hidden) = (read(&text), read(&disguised));
        prop_assert_eq!(&plain, &hidden);
        prop_assert_eq!(plain.canonical_json(), hidden.canonical_json());
        prop_assert_eq!(plain.issues(), hidden.issues());
    }

    #[test]
    fn canonical_texts_are_equal_just_when_payloads_are(one in body(), two in body()) {
        let (one, two) = (one.to_string(), two.to_string());
        let (one, two) = (read(&one), read(&two));
        prop_assert_eq!(one == two, one.canonical_json() == two.canonical_json());
        let canonical = one.canonical_json();
        prop_assert_eq!(&read(&canonical), &one);
        prop_assert_eq!(read(&canonical).canonical_json(), canonical.as_str());
    }

    #[test]
    fn no_message_tells_a_value(tree in body(), cut in any::<prop::sample::Index>()) {
        // As a name the canary may be shown; here it is never one.
        let text = tree.to_string();
        let payload = read(&text);
        let mut told = vec![format!("{payload} {payload:?} {payload:#?}")];
        told.extend(payload.issues().iter().map(|issue| format!("{issue} {issue:?}")));
        told.extend(payload.validate().map_err(|error| format!("{error} {error:?}")).err());
        told.push(format!("{:?} {:?}", payload.sync_plan(), payload.fields()));
        told.extend(payload.decode::<BTreeMap<String, u8>>().map_err(|error| format!("{error} {error:?}")).err());
        told.push(format!("{:?}", payload.clone().into_event()));
        let mut at = cut.index(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let broken = format!("{}5{}", &text[..at], &text[at..]);
        told.extend(rownd_webhooks::from_str(&broken).map_err(|error| format!("{error} {error:?}")).err());
        told.extend(serde_json::from_str::<Payload<'_>>(&broken).map_err(|error| format!("{error} {error:?}")).err());
        let user_id = payload.user_id().map(|id| id.as_str().to_owned());
        prop_assume!(user_id.as_deref() != Some(CANARY));
        for told in told {
            prop_assert!(!told.contains(CANARY), "{}", told);
        }
    }

    #[test]
    fn broken_bodies_are_refused_or_read_alike(tree in body(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = tree.to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let straight = rownd_webhooks::from_slice(&bytes);
        let by_serde = serde_json::from_slice::<Payload<'_>>(&bytes);
        prop_assert_eq!(straight.as_ref().ok(), by_serde.as_ref().ok());
        let read = rownd_webhooks::from_reader(bytes.as_slice());
        prop_assert_eq!(straight.as_ref().map_err(ParseError::code), read.as_ref().map_err(ParseError::code));
    }

    #[test]
    fn near_bodies_are_equal_just_when_they_mean_the_same(tree in body(), change in any::<usize>(), with in value()) {
        let other = changed(&tree, change, &with);
        let (text, other_text) = (tree.to_string(), other.to_string());
        let (one, two) = (read(&text), read(&other_text));
        prop_assert_eq!(one == two, normal(&tree) == normal(&other));
        prop_assert_eq!(one == two, one.canonical_json() == two.canonical_json());
        prop_assert_eq!(one == two.clone().into_owned(), one == two);
    }

    #[test]
    fn what_is_broken_is_told_by_its_code_everywhere(tree in body(), way in any::<usize>()) {
        let (code, text) = broken(&tree, way);
        let told = |error: ParseError| error.code();
        prop_assert_eq!(rownd_webhooks::from_str(&text).map_err(told).err(), Some(code), "{}", &text);
        prop_assert_eq!(rownd_webhooks::from_reader(text.as_bytes()).map_err(told).err(), Some(code));
        prop_assert_eq!(text.parse::<Payload<'static>>().map_err(told).err(), Some(code));
        prop_assert_eq!(Payload::try_from(text.as_bytes()).map_err(told).err(), Some(code));
        prop_assert!(serde_json::from_str::<Payload<'_>>(&text).is_err());
        prop_assert!(serde_json::from_reader::<_, Payload<'_>>(text.as_bytes()).is_err());
        let member = format!("{{\"k\":{text}}}");
        prop_assert!(serde_json::from_str::<BTreeMap<String, Payload<'_>>>(&member).is_err());
    }

    #[test]
    fn every_way_in_makes_the_same_payload(tree in body()) {
        let text = tree.to_string();
        let payload = read(&text);
        let [by_text, by_reader] = [serde_json::from_str(&text), serde_json::from_reader(text.as_bytes())];
        let own: [Payload<'_>; 1] = serde_json::from_str(&format!("[{text}]")).unwrap();
        let by_tree: Payload<'_> = serde_json::from_value(tree.clone()).unwrap();
        let read = [
            by_text.unwrap(),
            by_reader.unwrap(),
            own[0].clone(),
            by_tree,
            Payload::try_from(tree).unwrap(),
            text.parse().unwrap(),
            Payload::try_from(text.as_bytes()).unwrap(),
            rownd_webhooks::from_reader(text.as_bytes()).unwrap(),
        ];
        for other in read {
            prop_assert_eq!(&other, &payload);
            prop_assert_eq!(other.issues(), payload.issues());
        }
    }

    #[test]
    fn any_bytes_get_an_answer(bytes in vec(any::<u8>(), 0..200)) {
        let is_read = rownd_webhooks::from_slice(&bytes).is_ok();
        let opens = bytes.first() == b"{".first();
        prop_assert!(opens || !is_read);
    }
}
