//! Lone surrogates: what JavaScript sends for text that was cut in the middle of an emoji.

use rownd_webhooks::mapping::FieldMapping;
use rownd_webhooks::{Fields, Parser, Severity, Value};

use crate::support::{Body, issue_codes, parse_error, payload, update_body};

/// What stands for `¦` in a row, the text that it is read as, and the JSON that is kept of it.
const LONE: [(&str, &str, &str); 5] = [
    (r"\ud83d", "\u{fffd}", r"\ufffd"),
    (r"\ud83d\ud83d", "\u{fffd}\u{fffd}", r"\ufffd\ufffd"),
    (r"\ud83d\ud83d\ude00", "\u{fffd}😀", r"\ufffd\ud83d\ude00"),
    (r"\ude00\ud83d", "\u{fffd}\u{fffd}", r"\ufffd\ufffd"),
    (r#"\ud83d\u0041\\ud83d\""#, "\u{fffd}A\\ud83d\"", r#"\ufffd\u0041\\ud83d\""#),
];

#[test]
fn in_the_value_of_a_field_or_of_an_unknown_member_it_is_replaced() {
    for (path, row) in [
        ("/data/f", update_body(r#""f":"Bo¦""#, "")),
        ("/data/f", update_body(r#""f":["é",{"a":"Bo¦","b":["¦"]}]"#, "")),
        ("/data/ f~1", update_body(r#""\u0020f/":"¦""#, "")),
        ("/data/USER_ID", update_body(r#""USER_ID":"¦""#, "")),
        ("/x", Body { members: r#""x":[[],{"y":["¦","¦"]}]"#, ..Body::default() }.to_string()),
    ] {
        for (lone, _, _) in LONE {
            let payload = payload(row.replace('¦', lone));
            let issues = payload.issues();
            assert_eq!(
                (issues.len(), issues[0].code(), issues[0].path()),
                (1, "lone_surrogate", path),
                "{row}"
            );
            // What is kept is JSON for every reader.
            let written = serde_json::to_string(&payload).unwrap();
            assert!(serde_json::from_str::<serde_json::Value>(&written).is_ok(), "{written}");
            assert_eq!(written.parse(), Ok(payload));
        }
    }
}

#[test]
fn in_names_and_in_what_identifies_a_user_it_is_a_syntax_error() {
    for (path, row) in [
        ("", r#"{"¦":1}"#),
        ("/data", r#"{"data":{"¦":1}}"#),
        ("/data/f", r#"{"data":{"f":{"b":[{"¦":"x"}]}}}"#),
        ("/redacted/1", r#"{"redacted":["","¦"]}"#),
        ("/meta/x", r#"{"meta":{"x":{"y":"¦"}}}"#),
        ("/meta/operation", r#"{"meta":{"operation":"¦"}}"#),
        ("/meta/lookup_values", r#"{"meta":{"lookup_values":"¦"}}"#),
        ("/meta/lookup_values/0/field", r#"{"meta":{"lookup_values":[{"field":"¦"}]}}"#),
        ("/meta/lookup_values/0/value", r#"{"meta":{"lookup_values":[{"value":"¦"}]}}"#),
        ("/meta/lookup_values/0/x", r#"{"meta":{"lookup_values":[{"x":["¦"]}]}}"#),
        ("/data/user_id", r#"{"data":{"a":"\ud83d","user_id":"¦"}}"#),
        ("/data/user_id", r#"{"data":{"\u0075ser_id":["¦\ud83d"]}}"#),
        ("/data/user_id", r#"{"redacted":["user_id"],"data":{"user_id":"¦"}}"#),
    ] {
        for (lone, _, _) in LONE {
            let error = parse_error(row.replace('¦', lone));
            assert_eq!((error.code(), error.path()), ("syntax", Some(path)), "{row} {lone}");
            assert_eq!(error.column(), row.find('¦').map(|at| at + 1), "{row} {lone}");
        }
    }
}

#[test]
fn replaced_text_is_read_in_the_same_way_everywhere() {
    for (lone, text, json) in LONE {
        let fields = r#""f":"Bo¦","n":["é¦", "\n\ud83d\ude00¦"]"#.replace('¦', lone);
        let payload = payload(update_body(&fields, ""));
        assert_eq!(payload.value("f").and_then(Value::as_str), Some(&*format!("Bo{text}")));
        let Some(Value::Array(nested)) = payload.value("n") else { panic!("an array") };
        assert_eq!(nested.as_str(), r#"["é¦", "\n\ud83d\ude00¦"]"#.replace('¦', json));
        let expected = [format!("é{text}"), format!("\n😀{text}")];
        assert_eq!(nested.to_json(), serde_json::json!(expected));
        assert_eq!(nested.decode::<[String; 2]>().unwrap(), expected);
        let stored: Fields<'_> = serde_json::from_str(&format!("{{\"user_id\":\"u\",{fields}}}")).unwrap();
        assert_eq!(&stored, payload.fields());
    }
}

#[test]
fn each_field_has_one_issue() {
    let data = r#""b":"\ud83d\ud83d","a":["\ud83d","\ude00"],"c":"\ud83d","d":"\ud83d","ok":"\ud83d\ude00""#;
    let members = r#""y":"\ud83d","data2":{"z":"\ud83d"}"#;
    let data = format!(r#"{{"user_id":"u",{data}}}"#);
    let body = Body { data: &data, redacted: r#"["c"]"#, members, ..Body::default() };
    // The value of `c` was withheld, so nothing of it is left.
    let payload = payload(body);
    let issues = payload.issues().into_iter().filter(|issue| issue.code() == "lone_surrogate");
    let paths: Vec<String> = issues.map(|issue| issue.path().to_owned()).collect();
    assert_eq!(paths, ["/data/b", "/data/a", "/data/d", "/y", "/data2"]);
    let issue = payload.issues().pop().unwrap();
    assert_eq!(issue.severity(), Severity::Warning);
    assert_eq!(issue.to_string(), "a lone surrogate in a value was replaced by U+FFFD at /data2");
}

#[test]
fn what_was_replaced_is_no_part_of_equality() {
    let replaced = payload(update_body(r#""f":"\ud83d","n":["\ude00"]"#, ""));
    let sent = payload(update_body(r#""f":"\ufffd","n":["�"]"#, ""));
    assert_eq!(replaced, sent);
    assert_eq!(replaced.canonical_json(), sent.canonical_json());
    assert_eq!((issue_codes(&replaced).len(), issue_codes(&sent).len()), (2, 0));
    assert_eq!(issue_codes(&replaced.clone().into_owned()), issue_codes(&replaced));
}

#[test]
fn a_mapping_decides_which_field_is_the_user_id() {
    let mapping = FieldMapping::from_pairs([("user_id", "id"), ("nickname", "user_id")]).unwrap();
    let parser = Parser::new().field_mapping(mapping);
    let error = parser.parse(Body::with_data(r#"{"id":"\ud83d"}"#).to_string().as_bytes()).unwrap_err();
    assert_eq!((error.code(), error.path()), ("syntax", Some("/data/id")));
    let body = Body::with_data(r#"{"id":"u","user_id":"\ud83d"}"#).to_string();
    let payload = parser.parse(body.as_bytes()).unwrap();
    assert_eq!(payload.issues()[0].path(), "/data/nickname");
}
