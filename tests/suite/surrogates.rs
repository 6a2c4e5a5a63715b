//! Lone surrogates: what JavaScript sends for text that was cut in the middle of an emoji.

use rownd_webhooks::mapping::FieldMapping;
use rownd_webhooks::{Fields, Issue, ParseError, Parser, Payload, RawJson, Value};
use serde::Deserialize;

use crate::support::{Body, issue_codes, parse_everywhere, payload, summarize, update_body};

/// What stands for `¦` in a row, and what it is read as.
const LONE: [(&str, &str, &str); 6] = [
    (r"\ud83d", "\u{fffd}", r"\ufffd"),
    (r"\uDE00", "\u{fffd}", r"\ufffd"),
    (r"\ud83d\ud83d", "\u{fffd}\u{fffd}", r"\ufffd\ufffd"),
    (r"\ud83d\ud83d\ude00", "\u{fffd}😀", r"\ufffd\ud83d\ude00"),
    (r"\ude00\ud83d", "\u{fffd}\u{fffd}", r"\ufffd\ufffd"),
    (r#"\ud83d\u0041\\ud83d\""#, "\u{fffd}A\\ud83d\"", r#"\ufffd\u0041\\ud83d\""#),
];

/// Parses by every entry point, also inside an envelope.
#[track_caller]
fn parse(body: &str) -> Result<Payload<'static>, ParseError> {
    let parsed = parse_everywhere(body);
    let received = format!(r#"{{"received_at":"2025-01-27T16:44:05Z","payload":{body}}}"#);
    let received =
        Parser::new().parse_received(received.as_bytes()).map(|received| received.payload.into_owned());
    let summary = |parsed: &Result<Payload<'static>, ParseError>| {
        parsed.as_ref().map(Payload::issues).map_err(ParseError::code)
    };
    assert_eq!(
        (received.as_ref().ok(), summary(&received)),
        (parsed.as_ref().ok(), summary(&parsed)),
        "{body}"
    );
    parsed
}

fn body(member: &str) -> String {
    Body { members: member, ..Body::default() }.to_string()
}

fn meta(meta: &str) -> String {
    Body { meta, ..Body::default() }.to_string()
}

fn lookup_values(lookup_values: &str) -> String {
    Body { lookup_values, ..Body::default() }.to_string()
}

#[test]
fn in_the_value_of_a_field_or_of_an_unknown_member_it_is_replaced() {
    for (path, row) in [
        ("/data/f", update_body(r#""f":"Bo¦""#, "")),
        ("/data/f", update_body(r#""f":"¦😀""#, "")),
        ("/data/f", update_body(r#""f":["é",{"a":"Bo¦","b":["¦"]}]"#, "")),
        ("/data/f", update_body(r#""f":{"user_id":"¦"}"#, "")),
        ("/data/ f~1", update_body(r#""\u0020f/":"¦""#, "")),
        ("/data/USER_ID", update_body(r#""USER_ID":"¦""#, "")),
        ("/x", body(r#""x":"¦""#)),
        ("/x", body(r#""x":[[],{"y":["¦","¦"]}]"#)),
        ("/user_id", body(r#""user_id":"¦""#)),
    ] {
        for (lone, _, _) in LONE {
            let payload = parse(&row.replace('¦', lone)).unwrap();
            let issues: Vec<_> =
                payload.issues().iter().map(|issue| (issue.code(), issue.path().to_owned())).collect();
            assert_eq!(issues, [("lone_surrogate", path.to_owned())], "{row} {lone}");
            // What is kept is valid JSON, for everybody.
            let written = serde_json::to_string(&payload).unwrap();
            assert!(serde_json::from_str::<serde_json::Value>(&written).is_ok(), "{written}");
            assert!(issue_codes(&written.parse().unwrap()).is_empty());
            assert_eq!(written.parse(), Ok(payload));
        }
    }
}

#[test]
fn in_names_and_in_what_identifies_a_user_it_is_a_syntax_error() {
    for (path, row) in [
        ("/data", update_body(r#""¦":1"#, "")),
        ("/data/f", update_body(r#""f":{"b":[{"¦":"x"}]}"#, "")),
        ("/data/f", update_body(r#""f":{"a":"\ud83d","¦":"x"}"#, "")),
        ("", body(r#""¦":1"#)),
        ("/x", body(r#""x":{"¦":1}"#)),
        ("/redacted/1", update_body("", r#""","¦""#)),
        ("/meta", meta(r#""¦":1"#)),
        ("/meta/x", meta(r#""x":{"y":"¦"}"#)),
        ("/meta/operation", Body { operation: "¦", ..Body::default() }.to_string()),
        ("/meta/lookup_values", lookup_values(r#""¦""#)),
        ("/meta/lookup_values/0", lookup_values(r#"[{"¦":1}]"#)),
        ("/meta/lookup_values/0/field", lookup_values(r#"[{"field":"¦","value":"b"}]"#)),
        ("/meta/lookup_values/0/value", lookup_values(r#"[{"field":"a","value":"¦"}]"#)),
        ("/meta/lookup_values/0/x", lookup_values(r#"[{"field":"a","value":"b","x":["¦"]}]"#)),
        ("/meta/lookup_values/1", lookup_values(r#"[0,"¦"]"#)),
        ("/data/user_id", Body::with_data(r#"{"a":"\ud83d","user_id":"¦"}"#).to_string()),
        ("/data/user_id", Body::with_data(r#"{"\u0075ser_id":["¦\ud83d"]}"#).to_string()),
        (
            "/data/user_id",
            Body { redacted: r#"["user_id"]"#, ..Body::with_data(r#"{"user_id":"¦"}"#) }.to_string(),
        ),
        ("/data", Body { data: r#""¦""#, ..Body::default() }.to_string()),
    ] {
        for (lone, _, _) in LONE {
            let before = row.split('¦').next().unwrap();
            let error = parse(&row.replace('¦', lone)).unwrap_err();
            let place = (error.code(), error.path(), error.line(), error.column());
            assert_eq!(place, ("syntax", Some(path), Some(1), Some(before.len() + 1)), "{row} {lone}");
            let reason = "the body is not JSON: lone surrogate in a string";
            assert!(error.to_string().starts_with(reason), "{error}");
        }
    }
}

#[test]
fn replaced_text_is_read_in_the_same_way_everywhere() {
    #[derive(Deserialize)]
    struct Nested {
        n: (String, String),
    }
    for (lone, text, escaped) in LONE {
        let fields = r#""f":"Bo¦","n":["é¦", "\n\ud83d\ude00¦"]"#.replace('¦', lone);
        let payload = payload(update_body(&fields, ""));
        assert_eq!(payload.value("f").and_then(Value::as_str), Some(&*format!("Bo{text}")));
        let Some(Value::Array(nested)) = payload.value("n") else { panic!("an array") };
        let nested: &RawJson<'_> = nested;
        assert_eq!(nested.as_str(), r#"["é¦", "\n\ud83d\ude00¦"]"#.replace('¦', escaped));
        let [one, two] = ["é¦", "\n😀¦"].map(|expected| expected.replace('¦', text));
        assert_eq!(nested.to_json(), serde_json::json!([one, two]));
        assert_eq!(payload.decode::<Nested>().unwrap().n, (one, two));
        // As a stored profile it has no issues.
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
    let issues = payload(body).issues();
    let places: Vec<&str> =
        issues.iter().filter(|issue| issue.code() == "lone_surrogate").map(Issue::path).collect();
    // The value of `c` was withheld, so nothing of it is left.
    assert_eq!(places, ["/data/b", "/data/a", "/data/d", "/y", "/data2"]);
    assert_eq!(summarize(&issues)[0].0, "withheld_value_present");
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
