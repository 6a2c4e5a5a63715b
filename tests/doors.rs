//! All ways in accept and refuse the same bodies, and make the same of them.

use std::collections::HashMap;
use std::io::{self, Read};

use rownd_webhooks::testing::samples;
use rownd_webhooks::{Payload, Received};
use serde::Deserialize;
use serde_json::Value;

/// What a way in makes of a body: the payload, or the error's text.
type Answer = Result<Payload<'static>, String>;
type Door = (&'static str, fn(&[u8]) -> Answer);
type TreeDoor = (&'static str, fn(Value) -> Answer);

fn told<T>(read: Result<T, impl std::error::Error>) -> Result<T, String> {
    read.map_err(|error| {
        assert!(error.source().is_none());
        error.to_string()
    })
}

fn text(body: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(body).map_err(|error| error.to_string())
}

#[derive(Deserialize)]
struct Envelope {
    payload: Payload<'static>,
}

#[derive(Deserialize)]
struct Newtype(Payload<'static>);

#[derive(Deserialize)]
struct Borrowing<'a> {
    #[serde(borrow)]
    payload: Payload<'a>,
}

#[derive(Deserialize)]
enum External {
    Delivery(Payload<'static>),
}

/// A reader that gives one byte at a time, and is interrupted in between.
struct Trickle<'a>(&'a [u8], bool);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        // What is large would take all day.
        let most = buffer.len().min(if self.0.len() > 1_000 { 1_000 } else { 1 });
        self.0.read(&mut buffer[..most])
    }
}

fn enclosed(before: &str, body: &[u8], after: &str) -> Vec<u8> {
    [before.as_bytes(), body, after.as_bytes()].concat()
}

/// The ways in that see the bytes, this crate's own first.
const DOORS: [Door; 20] = [
    ("from_slice", |body| told(rownd_webhooks::from_slice(body)).map(Payload::into_owned)),
    ("from_str", |body| told(rownd_webhooks::from_str(text(body)?)).map(Payload::into_owned)),
    ("from_reader", |body| told(rownd_webhooks::from_reader(body))),
    ("from_reader, byte by byte", |body| told(rownd_webhooks::from_reader(Trickle(body, false)))),
    ("FromStr", |body| told(text(body)?.parse())),
    ("TryFrom<&[u8]>", |body| told(Payload::try_from(body)).map(Payload::into_owned)),
    ("TryFrom<&str>", |body| told(Payload::try_from(text(body)?)).map(Payload::into_owned)),
    ("serde_json::from_str", |body| told(serde_json::from_str(text(body)?))),
    ("serde_json::from_slice", |body| told(serde_json::from_slice(body))),
    ("serde_json::from_reader", |body| told(serde_json::from_reader(body))),
    ("serde_json::from_reader, byte by byte", |body| told(serde_json::from_reader(Trickle(body, true)))),
    ("a stream", |body| {
        let mut stream = serde_json::Deserializer::from_slice(body).into_iter::<Payload<'static>>();
        let first = told(stream.next().ok_or_else(|| "nothing".to_owned())?)?;
        stream.next().map_or(Ok(first), |_| Err("a second one".to_owned()))
    }),
    ("a member of a struct", |body| {
        let body = enclosed(r#"{"payload":"#, body, "}");
        told(serde_json::from_slice(&body)).map(|envelope: Envelope| envelope.payload)
    }),
    ("a member of a struct that borrows", |body| {
        let body = enclosed(r#"{"payload":"#, body, "}");
        told(serde_json::from_slice(&body)).map(|borrowing: Borrowing<'_>| borrowing.payload.into_owned())
    }),
    ("an element, from a reader", |body| {
        let list: Vec<Payload<'static>> = told(serde_json::from_reader(enclosed("[", body, "]").as_slice()))?;
        let [payload] = <[_; 1]>::try_from(list).map_err(|list| format!("{} elements", list.len()))?;
        Ok(payload)
    }),
    ("a newtype", |body| told(serde_json::from_slice(body)).map(|Newtype(payload)| payload)),
    ("an option", |body| {
        let payload: Option<Payload<'static>> = told(serde_json::from_slice(body))?;
        payload.ok_or_else(|| "null".to_owned())
    }),
    ("an enum", |body| {
        let body = enclosed(r#"{"Delivery":"#, body, "}");
        told(serde_json::from_slice(&body)).map(|External::Delivery(payload)| payload)
    }),
    ("a value in a map", |body| {
        let body = enclosed(r#"{"k":"#, body, "}");
        let mut map: HashMap<String, Box<Payload<'static>>> = told(serde_json::from_slice(&body))?;
        map.remove("k").map(|payload| *payload).ok_or_else(|| "no k".to_owned())
    }),
    ("what was received", |body| {
        let body = enclosed(r#"{"received_at":"2025-01-27T16:44:05Z","payload":"#, body, "}");
        let received: Received<Payload<'static>> = told(serde_json::from_slice(&body))?;
        Ok(received.payload)
    }),
];

/// The ways in that see a tree, which forgets repeated members, escapes and space.
const TREE_DOORS: [TreeDoor; 6] = [
    ("TryFrom<Value>", |tree| told(Payload::try_from(tree))),
    ("from_value", |tree| told(serde_json::from_value(tree))),
    ("by reference", |tree| told(Payload::deserialize(&tree))),
    ("from_value of a struct", |tree| {
        let tree = Value::from_iter([("payload", tree)]);
        told(serde_json::from_value(tree)).map(|envelope: Envelope| envelope.payload)
    }),
    ("from_value of a list", |tree| {
        let mut list: Vec<Payload<'static>> = told(serde_json::from_value(vec![tree].into()))?;
        list.pop().ok_or_else(|| "nothing".to_owned())
    }),
    ("from_value of an option", |tree| {
        let payload: Option<Payload<'static>> = told(serde_json::from_value(tree))?;
        payload.ok_or_else(|| "null".to_owned())
    }),
];

/// Holds each way in against `from_slice`. `Some` is the payload that all of them made.
#[track_caller]
fn agreed(body: &[u8]) -> Option<Payload<'static>> {
    let [(_, first), others @ ..] = &DOORS;
    let expected = first(body);
    for (door, read) in others {
        match (&expected, read(body)) {
            (Ok(expected), Ok(payload)) => {
                assert_eq!(expected, &payload, "{door}: {}", body.escape_ascii());
                // Equality overlooks what issues are told from.
                assert_eq!(expected.issues(), payload.issues(), "{door}: {}", body.escape_ascii());
                assert_eq!(
                    serde_json::to_string(expected).unwrap(),
                    serde_json::to_string(&payload).unwrap()
                );
            }
            (Err(_), Err(message)) => assert!(!message.is_empty(), "{door}"),
            (expected, answer) => panic!("{door}: {answer:?}, not {expected:?}: {}", body.escape_ascii()),
        }
    }
    expected.ok()
}

/// The same for a tree.
#[track_caller]
fn agreed_on_tree(body: &str) -> Option<Payload<'static>> {
    let tree: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"));
    let [(_, first), others @ ..] = &TREE_DOORS;
    let expected = first(tree.clone());
    for (door, read) in others {
        match (&expected, read(tree.clone())) {
            (Ok(expected), Ok(payload)) => assert_eq!(expected, &payload, "{door}: {body}"),
            (Err(_), Err(_)) => {}
            (expected, answer) => panic!("{door}: {answer:?}, not {expected:?}: {body}"),
        }
    }
    expected.ok()
}

const ACCEPTED: [&str; 14] = [
    samples::DATA_INSERT,
    samples::DATA_UPDATE,
    samples::VISIBILITY_UPDATE,
    samples::DELETE,
    r#"{"meta":{"operation":"delete"}}"#,
    r#"{"data":null,"redacted":null,"meta":{"operation":"","lookup_values":null}}"#,
    r#"{"meta":{"lookup_values":[{"value":7,"field":"","x":[{}]}],"operation":"user_merge","y":null},"z":{"a":1}}"#,
    r#"{"data":{"":null,"\u0061":"<\u003cREDACTED>>","b":"x"},"redacted":["b","c","b"],"meta":{"operation":"delete"}}"#,
    r#"{"data":{"a":true,"b":-0.5,"c":[[],{}],"d":{"e":"\ud83d\ude00"}},"meta":{"operation":"data_update"}}"#,
    r#"{"data":{"$serde_json":1,"serde_json::private::":2,"$SERDE_JSON::private::":3},"meta":{"operation":"delete"}}"#,
    r#"{"payload":1,"k":2,"Delivery":3,"received_at":4,"meta":{"operation":"delete"}}"#,
    r#"{"data":{"a":{"operation":"delete"}},"meta":{"operation":"data_insert","operations":[]},"metas":1}"#,
    r#"{"data":{"а":"Cyrillic","a":"Latin","A":"capital","ａ":"wide"},"meta":{"operation":"data_insert"}}"#,
    r#"{"meta":{"operation":"delete\u0000"}}"#,
];

const REFUSED: [&str; 35] = [
    "",
    " ",
    "null",
    "true",
    "5",
    "\"text\"",
    "[]",
    "{}",
    r#"{"meta":null}"#,
    r#"{"meta":[]}"#,
    r#"{"meta":{}}"#,
    r#"{"meta":{"operation":null}}"#,
    r#"{"meta":{"operation":7}}"#,
    r#"{"meta":{"operation":{"delete":null}}}"#,
    r#"{"meta":{"operation":["delete"]}}"#,
    r#"[{},[],{"operation":"delete","lookup_values":[]}]"#,
    r#"{"meta":["delete",[]]}"#,
    r#"{"data":[],"meta":{"operation":"delete"}}"#,
    r#"{"data":"x","meta":{"operation":"delete"}}"#,
    r#"{"redacted":{},"meta":{"operation":"delete"}}"#,
    r#"{"redacted":[null],"meta":{"operation":"delete"}}"#,
    r#"{"redacted":["a",["b"]],"meta":{"operation":"delete"}}"#,
    r#"{"meta":{"operation":"delete","lookup_values":{}}}"#,
    r#"{"meta":{"operation":"delete","lookup_values":[["email","a"]]}}"#,
    r#"{"meta":{"operation":"delete","lookup_values":[{"field":"email"}]}}"#,
    r#"{"meta":{"operation":"delete","lookup_values":[{"value":"email"}]}}"#,
    r#"{"meta":{"operation":"delete","lookup_values":[{"field":null,"value":"a"}]}}"#,
    r#"{"meta":{"operation":"delete","lookup_values":[{"field":"a","value":null}]}}"#,
    r#"{"meta":{"operation":"delete","lookup_values":[{"field":"a","value":true}]}}"#,
    r#"{"meta":{"operation":"delete","lookup_values":[null]}}"#,
    r#"{"data":{"x":1,"y":[2,}],"meta":{"operation":"delete"}}"#,
    r#"{"meta":{"operation":"delete"}},"#,
    r#"{"meta":{"operation":"delete"}}{"meta":{"operation":"delete"}}"#,
    r#"{"meta":{"operation":"delete"}},{"meta":{"operation":"delete"}}"#,
    "\u{feff}{\"meta\":{\"operation\":\"delete\"}}",
];

/// What a tree forgets or cannot hold, so that only text is refused.
const REFUSED_AS_TEXT: [&str; 14] = [
    r#"{"meta":{"operation":"delete"},"meta":{"operation":"delete"}}"#,
    r#"{"meta":{"operation":"delete","operation":"delete"}}"#,
    r#"{"meta":{"operation":"delete","\u006fperation":"data_insert"}}"#,
    r#"{"data":{"a":1,"\u0061":1},"meta":{"operation":"delete"}}"#,
    r#"{"data":{},"dat\u0061":{},"meta":{"operation":"delete"}}"#,
    r#"{"data":null,"data":null,"meta":{"operation":"delete"}}"#,
    r#"{"x":1,"x":1,"meta":{"operation":"delete"}}"#,
    r#"{"meta":{"operation":"delete","x":1,"x":2}}"#,
    r#"{"meta":{"operation":"delete","lookup_values":[{"field":"a","field":"a","value":"b"}]}}"#,
    r#"{"meta":{"operation":"delete","lookup_values":[{"field":"a","value":"b","x":0,"x":0}]}}"#,
    r#"{"data":{"a":"\ud800"},"meta":{"operation":"delete"}}"#,
    r#"{"data":{"a":["\ud800"]},"meta":{"operation":"delete"}}"#,
    r#"{"data":{"$serde_json::private::Number":"1"},"meta":{"operation":"delete"}}"#,
    r#"{"data":{"a":{"\u0024serde_json::private::RawValue":"1"}},"meta":{"operation":"delete"}}"#,
];

#[test]
fn all_ways_in_accept_the_same_bodies() {
    for body in ACCEPTED {
        let payload = agreed(body.as_bytes()).unwrap_or_else(|| panic!("{body}"));
        // Binary fractions, so that a tree holds these bodies whatever serde_json's features.
        let of_tree = agreed_on_tree(body).unwrap_or_else(|| panic!("{body}"));
        assert_eq!(payload, of_tree, "{body}");
        for spaced in [format!(" \r\n\t{body}"), format!("{body}\n\n")] {
            assert_eq!(agreed(spaced.as_bytes()).as_ref(), Some(&payload), "{body}");
        }
    }
}

#[test]
fn all_ways_in_refuse_the_same_bodies() {
    for body in REFUSED {
        assert_eq!(agreed(body.as_bytes()), None, "{body}");
        if serde_json::from_str::<Value>(body).is_ok() {
            assert_eq!(agreed_on_tree(body), None, "{body}");
        }
    }
    for body in REFUSED_AS_TEXT {
        assert_eq!(agreed(body.as_bytes()), None, "{body}");
    }
    for bytes in [
        &b"\xFF"[..],
        b"{\"meta\":{\"operation\":\"delete\"}}\xFF",
        b"{\"data\":{\"a\":\"\xFF\"},\"meta\":{\"operation\":\"delete\"}}",
        b"{\"data\":{\"\xFF\":1},\"meta\":{\"operation\":\"delete\"}}",
        b"{\"data\":{\"a\":[\"\xC0\x80\"]},\"meta\":{\"operation\":\"delete\"}}",
        b"{\"x\":{\"\xED\xA0\x80\":1},\"meta\":{\"operation\":\"delete\"}}",
        b"{\"meta\":{\"operation\":\"delete\xC3\"}}",
        b"{\"redacted\":[\"\xF5\"],\"meta\":{\"operation\":\"delete\"}}",
    ] {
        assert_eq!(agreed(bytes), None, "{}", bytes.escape_ascii());
    }
}

#[test]
fn every_beginning_of_a_body_is_refused_everywhere() {
    for body in [samples::DELETE, ACCEPTED[6], ACCEPTED[7], ACCEPTED[8]] {
        let body = body.trim_end();
        for end in 0..body.len() {
            assert_eq!(agreed(&body.as_bytes()[..end]), None, "{end} bytes of {body}");
        }
    }
}

#[test]
fn every_body_with_one_byte_replaced_is_read_alike() {
    for body in [ACCEPTED[6], ACCEPTED[7]] {
        for at in 0..body.len() {
            for byte in *b"\"\\}[:,0\xFF" {
                let mut bytes = body.as_bytes().to_vec();
                bytes[at] = byte;
                agreed(&bytes);
            }
        }
    }
}

#[test]
fn limits_hold_at_every_door() {
    let data = |count: usize| {
        let fields: Vec<String> = (0..count).map(|index| format!(r#""f{index}":{index}"#)).collect();
        format!(r#"{{"data":{{{}}},"meta":{{"operation":"data_update"}}}}"#, fields.join(","))
    };
    for (count, is_read) in [(10_000, true), (10_001, false)] {
        assert_eq!(agreed(data(count).as_bytes()).is_some(), is_read, "{count}");
        assert_eq!(agreed_on_tree(&data(count)).is_some(), is_read, "{count}");
    }
    let sized = |bytes: usize| {
        let frame = r#"{"x":"","meta":{"operation":"delete"}}"#;
        frame.replacen(r#""""#, &format!("\"{}\"", "y".repeat(bytes - frame.len())), 1)
    };
    for (bytes, is_read) in [(2 << 20, true), ((2 << 20) + 1, false)] {
        assert_eq!(sized(bytes).len(), bytes);
        assert_eq!(agreed(sized(bytes).as_bytes()).is_some(), is_read, "{bytes}");
        assert_eq!(agreed_on_tree(&sized(bytes)).is_some(), is_read, "{bytes}");
    }
}

/// A tree can be deeper than any text that serde_json reads, if a program makes it.
#[test]
fn depth_holds_for_trees_that_programs_made() {
    let tree = |depth: usize| {
        let nested = (0..depth).fold(Value::Null, |inner, _| Value::from(vec![inner]));
        serde_json::json!({"data": {"a": nested}, "meta": {"operation": "delete"}})
    };
    for (depth, is_read) in [(1, true), (125, true), (126, false), (127, false), (300, false)] {
        for (door, read) in TREE_DOORS {
            assert_eq!(read(tree(depth)).is_ok(), is_read, "{door}, depth {depth}");
        }
    }
    assert_eq!(Payload::try_from(tree(126)).unwrap_err().code(), "too_deep");
}

#[test]
fn what_serde_json_says_is_what_the_parser_says() {
    let bodies =
        REFUSED.iter().chain(&REFUSED_AS_TEXT).filter(|body| body.starts_with(['{', '[', 'n', 't', '5']));
    let mut told = 0;
    for body in bodies {
        let error = rownd_webhooks::from_str(body).unwrap_err();
        if matches!(error.code(), "syntax" | "trailing_data") {
            continue;
        }
        for (door, read) in &DOORS[7..11] {
            let message = read(body.as_bytes()).unwrap_err();
            assert!(message.starts_with(&error.to_string()), "{door}: {message}, not {error}");
        }
        told += 1;
    }
    assert!(told > 30, "{told}");
}

// ---- Other formats ----

#[derive(Debug, Deserialize)]
struct Flattened {
    #[serde(flatten)]
    _payload: Payload<'static>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Payload(#[expect(dead_code, reason = "it is read, not used")] Payload<'static>),
}

#[derive(Debug, Deserialize)]
#[serde(tag = "operation")]
enum Tagged {
    #[serde(rename = "delete")]
    Delete(#[expect(dead_code, reason = "it is read, not used")] Payload<'static>),
}

#[derive(Debug, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Delete(#[expect(dead_code, reason = "it is read, not used")] Payload<'static>),
}

/// serde's buffers have lost what a payload is told by: repeated members, reserved names, the text of numbers.
#[test]
fn behind_a_buffer_there_is_a_clear_error() {
    const CLEAR: &str = "read by serde_json only, and not behind `flatten`, tagged or untagged enums";
    let body = r#"{"meta":{"operation":"delete"},"operation":"delete"}"#;
    let flattened = serde_json::from_str::<Flattened>(body).unwrap_err().to_string();
    assert!(flattened.contains(CLEAR), "{flattened}");
    let tagged = serde_json::from_str::<Tagged>(body).unwrap_err().to_string();
    assert!(tagged.contains(CLEAR), "{tagged}");
    let adjacent = format!(r#"{{"c":{body},"t":"Delete"}}"#);
    let adjacent = serde_json::from_str::<Adjacent>(&adjacent).unwrap_err().to_string();
    assert!(adjacent.contains(CLEAR), "{adjacent}");
    // serde drops what the variants of such an enum say.
    assert!(serde_json::from_str::<Untagged>(body).is_err());
}

/// A map of serde_json's own is a deserializer too, and no text. What it lends its meaning to must not become a body.
#[test]
fn a_map_does_not_smuggle_a_body_in() {
    let map = |json: &str| serde_json::from_str::<serde_json::Map<String, Value>>(json).unwrap();
    let body = r#"{"meta":{"operation":"delete"}}"#;
    for json in [
        format!(r#"{{"$serde_json::private::RawValue":{}}}"#, Value::from(body)),
        format!(r#"{{"$serde_json::private::RawValue":{},"x":1}}"#, Value::from(body)),
        r#"{"$serde_json::private::RawValue":5550199}"#.to_owned(),
        r#"{"$serde_json::private::RawValue":["canary"]}"#.to_owned(),
    ] {
        for answer in [Payload::deserialize(map(&json)), Payload::deserialize(&map(&json))] {
            let message = answer.expect_err(&json).to_string();
            assert!(!message.contains("5550199") && !message.contains("canary"), "{message}");
        }
    }
}
