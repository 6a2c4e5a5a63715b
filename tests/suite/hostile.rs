//! Bodies that a stranger may send.
//!
//! `data/hostile.txt` is a table of them; `data/framing/` has bodies that are not JSON text at all, in files whose names end with the
//! code of the error; this module tests what applies in many places.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rownd_webhooks::sync::SyncPlan;
use rownd_webhooks::{Event, Issue, Operation, Payload, Redactable};
use serde::Deserialize;
use serde_json::Value;

use crate::support::{Body, model_fields, parse_everywhere, payload};

/// A body without issues, with one part replaced.
fn body(place: &str, part: &str) -> String {
    let default = Body::default().to_string();
    let more = |members: &str| if members.is_empty() { String::new() } else { format!(",{members}") };
    match place {
        "body" => part.to_owned(),
        "members" => Body { members: part, ..Body::default() }.to_string(),
        "meta" => Body { meta: part, ..Body::default() }.to_string(),
        "data" => Body::with_data(&format!(r#"{{"user_id":"u"{}}}"#, more(part))).to_string(),
        "field" => Body::field(part),
        "redacted" => Body { redacted: &format!("[{part}]"), ..Body::default() }.to_string(),
        "operation" => default.replace("\"data_update\"", part),
        "value" => default.replace("\"a@example.com\"", part),
        "lookup" => default.replace("\"a@example.com\"", &format!("\"a@example.com\"{}", more(part))),
        other => panic!("unknown place {other}"),
    }
}

/// The codes of the issues, or the code and path of the error.
fn outcome(body: impl AsRef<[u8]>) -> Result<Vec<&'static str>, (&'static str, String)> {
    let body = body.as_ref();
    match parse_everywhere(body) {
        Ok(payload) => {
            assert_faithful(str::from_utf8(body).unwrap(), &payload);
            Ok(payload.issues().iter().map(Issue::code).collect())
        }
        Err(error) => Err((error.code(), error.path().unwrap_or_default().to_owned())),
    }
}

/// Asserts that a payload is written back as it was parsed, and holds what a reader of the tree sees.
#[track_caller]
fn assert_faithful(body: &str, payload: &Payload<'_>) {
    for written in [
        serde_json::to_string(payload).unwrap(),
        serde_json::to_string_pretty(payload).unwrap(),
        payload.canonical_json(),
    ] {
        assert_eq!(&rownd_webhooks::from_str(&written).unwrap(), payload, "{body}");
    }
    assert_eq!(&payload.clone().into_owned(), payload, "{body}");
    let tree: Value = match serde_json::from_str(body) {
        Ok(tree) => tree,
        Err(error) if error.to_string().starts_with("number out of range") => return,
        Err(error) => panic!("{error}: {body}"),
    };
    let fields: BTreeMap<String, Redactable<Value>> = payload.decode().unwrap();
    assert!(fields == model_fields(&tree), "{body}");
    assert_eq!(tree["meta"]["operation"], payload.operation().as_str(), "{body}");
}

#[test]
fn the_table_of_hostile_bodies() {
    let rows = include_str!("../data/hostile.txt").lines().zip(1..);
    let rows = rows.filter(|(row, _)| !row.is_empty() && !row.starts_with('#'));
    let mut count = 0;
    for (row, line) in rows {
        let mut rest = row;
        let mut column = || {
            let (column, after) = rest.split_once(' ').unwrap_or_else(|| panic!("line {line}"));
            rest = after.trim_start_matches(' ');
            column
        };
        let (expected, path, place) = (column(), column(), column());
        let outcome = outcome(body(place, rest));
        let is_expected = match &outcome {
            Ok(issues) => expected == "ok" && issues.join(",") == path.trim_matches('-'),
            Err((code, at)) => *code == expected && (path == "*" || at == path.trim_matches('-')),
        };
        assert!(is_expected, "line {line}: {row}\n{outcome:?}");
        count += 1;
    }
    assert!(count > 180, "{count} rows");
}

#[test]
fn a_body_that_is_not_json_text_is_refused_by_its_kind() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/framing");
    let mut count = 0;
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let code = path.extension().unwrap().to_str().unwrap();
        let error = parse_everywhere(fs::read(&path).unwrap()).unwrap_err();
        assert_eq!(error.code(), code, "{}", path.display());
        count += 1;
    }
    assert_eq!(count, 27);
}

/// The content of a name as it is, with each of its characters escaped, and with all of them.
fn disguises(name: &str) -> Vec<String> {
    let escaped = |is_escaped: &dyn Fn(usize) -> bool| -> String {
        let characters = name.chars().enumerate().map(|(index, character)| match u32::from(character) {
            code if is_escaped(index) && index % 2 == 0 => format!("\\u{code:04x}"),
            code if is_escaped(index) => format!("\\u{code:04X}"),
            _ => character.to_string(),
        });
        characters.collect()
    };
    let each = (0..name.chars().count()).map(|index| escaped(&|at| at == index));
    each.chain([name.to_owned(), escaped(&|_| true)]).collect()
}

#[test]
fn reserved_names_are_refused_at_every_level_however_escaped() {
    let places = [
        ("members", "@", "/@"),
        ("members", r#""x":{@}"#, "/x"),
        ("members", r#""x":[[{"y":{@}}]]"#, "/x"),
        ("data", "@", "/data/@"),
        ("field", "{@}", "/data/f"),
        ("field", "[{@}]", "/data/f"),
        ("field", r#"{"a":{"a":1},"b":{"\n":"$","d":1,@}}"#, "/data/f"),
        ("meta", "@", "/meta/@"),
        ("meta", r#""x":[{"y":{@}}]"#, "/meta/x"),
        ("lookup", "@", "/meta/lookup_values/0/@"),
        ("lookup", r#""x":["$",{"y":{@}}]"#, "/meta/lookup_values/0/x"),
        ("value", "{@}", "/meta/lookup_values/0/value"),
        ("value", "[{@}]", "/meta/lookup_values/0/value"),
    ];
    for ending in ["", "Number", "RawValue", ":", "\u{202e}"] {
        let name = format!("$serde_json::private::{ending}");
        for disguise in disguises(&name) {
            for (place, part, path) in places {
                let body = body(place, &part.replace('@', &format!("\"{disguise}\":\"1\"")));
                let path = path.replace('@', &name.replace('\u{202e}', "\\u{202e}"));
                let error = rownd_webhooks::from_str(&body).unwrap_err();
                assert_eq!((error.code(), error.path()), ("reserved_name", Some(&*path)), "{body}");
                assert!(serde_json::from_str::<Payload<'_>>(&body).is_err(), "{body}");
            }
        }
    }
    for lookup_values in [r#"{"a":{@}}"#, "{@}", "[[{@}]]", r#"[{"field":{@}}]"#] {
        for name in ["$serde_json::private::Number", r"\u0024serde_json::private::RawValue"] {
            let lookup_values = lookup_values.replace('@', &format!("\"{name}\":\"1\""));
            let outcome = outcome(Body { lookup_values: &lookup_values, ..Body::delete() }.to_string());
            assert_eq!(outcome.unwrap_err().0, "reserved_name", "{lookup_values}");
        }
    }
}

#[test]
fn repeated_members_are_refused_however_escaped() {
    for (place, name, value, path) in [
        ("members", "data", "{}", "/data"),
        ("members", "redacted", "[]", "/redacted"),
        ("members", "meta", r#"{"operation":"delete"}"#, "/meta"),
        ("meta", "operation", "\"delete\"", "/meta/operation"),
        ("meta", "lookup_values", "[]", "/meta/lookup_values"),
        ("lookup", "field", "\"email\"", "/meta/lookup_values/0/field"),
        ("lookup", "value", "{}", "/meta/lookup_values/0/value"),
        ("data", "user_id", "\"u\"", "/data/user_id"),
    ] {
        for disguise in disguises(name) {
            let outcome = outcome(body(place, &format!("\"{disguise}\":{value}")));
            assert_eq!(outcome, Err(("duplicate_member", path.to_owned())), "{disguise}");
        }
    }
    let names = [
        ("x", r"\u0078", "x"),
        ("", "", ""),
        (r"\n", r"\u000a", r"\n"),
        (r"\/", "/", "~1"),
        (r"\u00E9", "é", "é"),
        (r"\uD83D\uDE00", "😀", "😀"),
        (r"\u0000", r"\u0000", r"\0"),
        ("\u{7f}", r"\u007F", r"\u{7f}"),
    ];
    for (place, path) in
        [("members", "/"), ("meta", "/meta/"), ("data", "/data/"), ("lookup", "/meta/lookup_values/0/")]
    {
        for (one, two, shown) in names {
            for (one, two) in [(one, two), (two, one)] {
                let members = format!(r#""{one}":1,"b":1,"B":[{{"x":1,"x":2}}],"xx":2,"{two}":1"#);
                let outcome = outcome(body(place, &members));
                assert_eq!(outcome, Err(("duplicate_member", format!("{path}{shown}"))), "{members}");
            }
        }
    }
}

#[test]
fn unknown_operations_never_act() {
    let words =
        ["DELETE", " delete", "delete ", "dеlete", "", "delete\0", "delete\u{200b}", "\u{feff}delete"];
    for word in words {
        let payload = payload(body("operation", &serde_json::to_string(word).unwrap()));
        assert_eq!(payload.operation(), &Operation::from(word));
        assert!(matches!(payload.operation(), Operation::Unknown(_)), "{word:?}");
        assert_eq!(payload.sync_plan().unwrap(), SyncPlan::Ignore);
        assert!(matches!(payload.into_event().unwrap(), Event::Unknown(_)), "{word:?}");
    }
}

#[test]
fn a_name_is_not_its_cyrillic_twin() {
    let twins = r#""еmail":"attacker@example.com","emаil":"b@example.com","email\u0000":"c@example.com","Email":"d@example.com""#;
    let payload = payload(body("data", twins));
    assert_eq!(payload.email(), Some("a@example.com"), "from the lookup value");
    assert!(payload.field("email").is_none());
    assert_eq!(payload.fields().len(), 5);
    // Hiding the twin does not hide the field.
    let payload = self::payload(body("redacted", r#""usеr_id""#));
    assert_eq!(payload.user_id().unwrap().as_str(), "u");
}

#[derive(Debug, Deserialize)]
struct Own {
    a: Redactable<Value>,
}

#[derive(Debug, Deserialize)]
struct Flat {
    #[serde(flatten)]
    rest: BTreeMap<String, Redactable<Value>>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Untagged {
    One { a: Redactable<Value> },
}

/// A `Redactable` in a struct of the caller's, by each kind of struct.
fn redactables(json: &str) -> [Option<Redactable<Value>>; 4] {
    let object = format!(r#"{{"t":"x","a":{json}}}"#);
    [
        serde_json::from_str(&object).ok().map(|own: Own| own.a),
        serde_json::from_reader(object.as_bytes()).ok().map(|own: Own| own.a),
        serde_json::from_str(&object).ok().and_then(|mut flat: Flat| flat.rest.remove("a")),
        serde_json::from_str(&object).ok().map(|Untagged::One { a }| a),
    ]
}

/// Text behind serde_json's names would be read as JSON, with a depth limit of its own.
#[test]
fn a_redactable_outside_a_payload_refuses_reserved_names_too() {
    for name in ["$serde_json::private::RawValue", "\\u0024serde_json::private::RawValue"] {
        for text in ["1", "[]", "{\\\"a\\\":[1]}", "\\\"<<REDACTED>>\\\"", "not json"] {
            for nest in ["¤", "[[],¤]", r#"{"b":[{"c":¤}]}"#] {
                let json = nest.replace('¤', &format!(r#"{{"{name}":"{text}"}}"#));
                assert_eq!(redactables(&json), [const { None }; 4], "{json}");
            }
        }
    }
    let mut deep = "[]".to_owned();
    for _ in 0..13 {
        let (open, close) = ("[".repeat(110), "]".repeat(110));
        deep = format!(r#"{open}{{"$serde_json::private::RawValue":{}}}{close}"#, Value::from(deep));
    }
    let read = std::thread::Builder::new().stack_size(2 << 20).spawn(move || redactables(&deep));
    assert_eq!(read.unwrap().join().unwrap(), [const { None }; 4]);

    for json in
        ["null", "-7.5", r#""\ud83d\ude00""#, r#"[1,[2.5,"<<REDACTED>>"]]"#, r#"{"$serde_json":1,"$":[-3]}"#]
    {
        let expected = Some(Redactable::Visible(serde_json::from_str(json).unwrap()));
        assert!(redactables(json).iter().all(|read| read == &expected), "{json}");
    }
    assert_eq!(redactables(r#""\u003c<REDACTED>>""#), [const { Some(Redactable::Redacted) }; 4]);
}
