//! Limits, exactly at their edge; extremes on a small stack; and costs that grow no faster than bodies, in exact counts.

#![allow(clippy::format_collect, reason = "bodies are made of many small texts, and speed is no matter here")]

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::thread;

use allocation_counter::measure;
use rownd_webhooks::replay::NdjsonReader;
use rownd_webhooks::schema::ProfileSchema;
use rownd_webhooks::sync::Changes;
use rownd_webhooks::testing;
use rownd_webhooks::{Parser, Payload, Redactable};
use serde::Deserialize;
use serde_json::Value;

const META: &str =
    r#""meta":{"operation":"data_update","lookup_values":[{"field":"email","value":"a@example.com"}]}"#;

fn unlimited() -> Parser {
    Parser::new().max_bytes(usize::MAX).max_fields(usize::MAX)
}

fn list(count: usize, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(",")
}

fn with_fields(count: usize) -> String {
    format!(r#"{{"data":{{{}}},{META}}}"#, list(count, |index| format!(r#""f{index}":{index}"#)))
}

// ---- Bytes ----

#[test]
fn bytes_are_limited_to_the_byte() {
    let body = with_fields(3);
    for (limit, is_read) in
        [(body.len() - 1, false), (body.len(), true), (body.len() + 1, true), (0, false), (1, false)]
    {
        let parser = Parser::new().max_bytes(limit);
        assert_eq!(parser.parse(body.as_bytes()).is_ok(), is_read, "{limit}");
        assert_eq!(parser.parse_reader(body.as_bytes()).is_ok(), is_read, "{limit}");
    }
    assert_eq!(Parser::default(), Parser::new());
    assert_ne!(Parser::default(), Parser::new().max_bytes(body.len()));
    // White space is part of the body, and so is each byte of a character.
    let parser = Parser::new().max_bytes(body.len());
    assert_eq!(parser.parse(format!("{body} ").as_bytes()).unwrap_err().code(), "too_large");
    let umlaut = with_fields(3).replace("f0", "ü0");
    assert_eq!(parser.parse(umlaut.as_bytes()).unwrap_err().code(), "too_large");
}

#[test]
fn by_default_two_mebibytes_are_read_and_not_one_byte_more() {
    let padded = |bytes: usize| {
        let body = with_fields(1);
        format!("{body}{}", " ".repeat(bytes - body.len()))
    };
    for (bytes, is_read) in [(2 << 20, true), ((2 << 20) + 1, false)] {
        let body = padded(bytes);
        assert_eq!(body.len(), bytes);
        assert_eq!(rownd_webhooks::from_str(&body).is_ok(), is_read);
        assert_eq!(rownd_webhooks::from_slice(body.as_bytes()).is_ok(), is_read);
        assert_eq!(rownd_webhooks::from_reader(body.as_bytes()).is_ok(), is_read);
        assert_eq!(body.parse::<Payload<'static>>().is_ok(), is_read);
    }
    let error = rownd_webhooks::from_str(&padded((2 << 20) + 1)).unwrap_err();
    assert_eq!(error.to_string(), "the body has more than 2097152 bytes");
    assert_eq!(error.http_status(), 413);
}

#[test]
fn what_is_too_large_is_not_looked_at() {
    // Whatever else is wrong with it, and however it is read.
    for byte in [b' ', b'[', b'{', b'"', 0xFF, 0] {
        let body = vec![byte; 101];
        let parser = Parser::new().max_bytes(100);
        assert_eq!(parser.parse(&body).unwrap_err().code(), "too_large");
        assert_ne!(parser.parse(&body[..100]).unwrap_err().code(), "too_large");
    }
}

/// Never ends, and counts what is taken.
struct Endless(u64);

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        buffer.fill(b'[');
        self.0 += buffer.len() as u64;
        Ok(buffer.len())
    }
}

#[test]
fn of_an_endless_reader_no_more_than_the_limit_is_read() {
    for limit in [0, 1, 100, 100_000] {
        let mut reader = Endless(0);
        let error = Parser::new().max_bytes(limit).parse_reader(&mut reader).unwrap_err();
        assert_eq!(error.code(), "too_large");
        assert!(reader.0 <= limit as u64 + 1, "{} bytes for a limit of {limit}", reader.0);
    }
    let mut reader = Endless(0);
    assert_eq!(rownd_webhooks::from_reader(&mut reader).unwrap_err().code(), "too_large");
    assert!(reader.0 <= (2 << 20) + 1, "{}", reader.0);
}

// ---- Fields ----

#[test]
fn fields_are_limited_to_the_field() {
    for (count, is_read) in [(0, true), (9_999, true), (10_000, true), (10_001, false)] {
        let read = rownd_webhooks::from_str(&with_fields(count)).map(|payload| payload.fields().len());
        assert_eq!(
            read.map_err(|error| error.code()),
            if is_read { Ok(count) } else { Err("too_many_fields") }
        );
    }
    for limit in [0, 1, 2, 63, 64, 65, 1_000] {
        let parser = Parser::new().max_fields(limit);
        assert_eq!(parser.parse(with_fields(limit).as_bytes()).unwrap().fields().len(), limit);
        let error = parser.parse(with_fields(limit + 1).as_bytes()).unwrap_err();
        assert_eq!((error.code(), error.path()), ("too_many_fields", Some("/data")));
    }
}

#[test]
fn only_fields_count_as_fields() {
    let nested = format!("{{{}}}", list(100, |index| format!(r#""n{index}":0"#)));
    let body = format!(
        r#"{{"data":{{"a":{nested},"b":"<<REDACTED>>"}},"redacted":[{}],"x":{nested},{},"meta":{{"operation":"delete","lookup_values":[{}],{}}}}}"#,
        list(100, |index| format!(r#""r{index}""#)),
        list(100, |index| format!(r#""e{index}":0"#)),
        list(100, |index| format!(r#"{{"field":"l{index}","value":"v"}}"#)),
        list(100, |index| format!(r#""m{index}":0"#)),
    );
    let payload = Parser::new().max_fields(2).parse(body.as_bytes()).unwrap();
    assert_eq!((payload.fields().len(), payload.redacted().len(), payload.extra().len()), (2, 100, 101));
    assert_eq!((payload.lookup_values().len(), payload.meta_extra().len()), (100, 100));
    assert_eq!(Parser::new().max_fields(1).parse(body.as_bytes()).unwrap_err().code(), "too_many_fields");
}

// ---- Depth ----

/// What opens a container at a level, and what closes it.
type Shape = dyn Fn(usize) -> (&'static str, &'static str);

/// A value that opens `depth` containers, with text beside them that must not be taken for brackets.
fn nested(depth: usize, open: &Shape) -> String {
    let (mut before, mut after) = (String::new(), Vec::new());
    for level in 0..depth {
        let (opening, closing) = open(level);
        before.push_str(opening);
        after.push(closing);
    }
    after.reverse();
    format!("{before}0{}", after.concat())
}

#[test]
fn depth_is_what_a_plain_reader_reads_at_every_place() {
    let places = [
        ("/data/a", r#"{"data":{"a":@},M}"#),
        ("/data/a", r#"{"data":{"\u0061":@},M}"#),
        ("/x", r#"{"data":{},M,"x":@}"#),
        ("/meta/x", r#"{"meta":{"operation":"delete","x":@}}"#),
        (
            "/meta/lookup_values/0/x",
            r#"{"meta":{"operation":"delete","lookup_values":[{"field":"a","value":"b","x":@}]}}"#,
        ),
    ];
    let shapes: [(&str, &Shape); 7] = [
        ("arrays", &|_| ("[", "]")),
        ("objects", &|_| (r#"{"a":"#, "}")),
        ("both", &|level| if level % 2 == 0 { ("[", "]") } else { (r#"{"":"#, "}") }),
        ("with brothers", &|_| (r#"[[],{},{"a":[]},"#, "]")),
        ("with brothers behind", &|_| ("[", ",[],{}]")),
        ("with brackets in text", &|_| (r#"{"}]":"[{\"\\","[":"#, r#","]":"]"}"#)),
        ("with escapes and dollars", &|_| ("[\"\\n$\", ", "\n]")),
    ];
    for (path, frame) in places {
        for (shape, open) in shapes {
            let (mut deepest, mut refused) = (0, 0);
            for depth in (0..8).chain(115..135).chain([200, 1_000]) {
                let body = frame.replace('@', &nested(depth, open)).replace('M', META);
                let plain = serde_json::from_str::<Value>(&body);
                match rownd_webhooks::from_str(&body) {
                    Ok(payload) => {
                        assert!(plain.is_ok(), "{depth} {shape} at {path}");
                        let written = serde_json::to_string(&payload).unwrap();
                        assert_eq!(rownd_webhooks::from_str(&written).unwrap(), payload);
                        deepest = deepest.max(depth);
                    }
                    Err(error) => {
                        assert!(plain.is_err(), "{depth} {shape} at {path}: {error}");
                        assert_eq!((error.code(), error.path()), ("too_deep", Some(path)), "{depth} {shape}");
                        refused += 1;
                    }
                }
                assert_eq!(
                    serde_json::from_str::<Payload<'_>>(&body).is_ok(),
                    plain.is_ok(),
                    "{depth} {shape}"
                );
            }
            assert!(deepest > 115 && refused > 5, "{shape} at {path}: {deepest}, {refused}");
        }
    }
}

#[test]
fn what_is_wide_is_not_deep() {
    for element in ["[]", "{}", r#"{"a":[]}"#, "\"[{\"", r#""\"[""#] {
        let body = format!(r#"{{"data":{{"a":[{}]}},{META}}}"#, list(2_000, |_| element.to_owned()));
        assert!(rownd_webhooks::from_str(&body).is_ok(), "{element}");
    }
}

#[test]
fn depth_of_what_is_not_valid_is_a_matter_of_syntax_or_of_depth() {
    for bracket in ["[", "{\"a\":", "[{\"a\":", "]", "}"] {
        for count in [1, 127, 128, 100_000] {
            let brackets = bracket.repeat(count);
            for body in
                [brackets.clone(), format!("{{\"data\":{brackets}"), format!("{{\"data\":{{\"a\":{brackets}")]
            {
                let error = rownd_webhooks::from_str(&body).unwrap_err();
                assert!(
                    matches!(error.code(), "syntax" | "too_deep" | "not_an_object" | "wrong_type"),
                    "{error}"
                );
                assert!(serde_json::from_str::<Payload<'_>>(&body).is_err());
            }
        }
    }
}

// ---- Extremes ----

/// Bodies of that size at most, as deep or with as many parts as it has room for.
fn extremes(size: usize) -> Vec<(&'static str, String)> {
    let deep = |open: &str, close: &str| format!("{}0{}", open.repeat(125), close.repeat(125));
    let fill = |text: &str| text.repeat((size - 1_000) / text.len());
    let data = |value: &str| format!(r#"{{"data":{{"user_id":"u","a":{value}}},"redacted":[],{META}}}"#);
    let meta = |members: &str| format!(r#"{{"data":{{}},"meta":{{"operation":"delete"{members}}}}}"#);
    vec![
        ("deep arrays", data(&deep("[", "]"))),
        ("deep objects", data(&deep("{\"a\":", "}"))),
        ("deep, with escapes", data(&format!("{}0{}", r#"{"\n":["$","#.repeat(62), "]}".repeat(62)))),
        ("many fields", with_fields((size / 20).min(10_000))),
        ("a long string", data(&format!("\"{}\"", fill("y")))),
        ("a string of escapes", data(&format!("\"{}\"", fill("\\u0000")))),
        ("a nested string of escapes", data(&format!("[\"{}\"]", fill("\\ud83d\\ude00")))),
        ("a long number", data(&fill("9"))),
        ("a long name", format!(r#"{{"data":{{"{}":1}},{META}}}"#, fill("n"))),
        ("a long escaped name", format!(r#"{{"data":{{"{}":1}},{META}}}"#, fill("\\u202e"))),
        ("many elements", data(&format!("[0{}]", fill(",0")))),
        ("many empty objects", data(&format!("[0{}]", fill(",{}")))),
        ("many nested members of one name", data(&format!("{{\"\":0{}}}", fill(",\"\":0")))),
        ("many redacted names", format!(r#"{{"redacted":[""{}],{META}}}"#, fill(",\"\""))),
        (
            "many lookup values",
            meta(&format!(
                r#","lookup_values":[{}]"#,
                list(size / 40, |_| r#"{"field":"","value":""}"#.to_owned())
            )),
        ),
        (
            "many unknown members",
            format!("{{{},{META}}}", list(size / 14, |index| format!("\"{index:x}\":0"))),
        ),
        (
            "many unknown members of meta",
            meta(&format!(",{}", list(size / 14, |index| format!("\"{index:x}\":0")))),
        ),
        (
            "many unknown members of lookup values",
            meta(&format!(
                r#","lookup_values":[{}]"#,
                list(size / 6_000, |_| format!(
                    r#"{{"field":"","value":"",{}}}"#,
                    list(400, |index| format!("\"{index:x}\":[]"))
                ))
            )),
        ),
        ("a long operation", format!(r#"{{"meta":{{"operation":"{}"}}}}"#, fill("\\n"))),
        ("white space", format!("{}{{{META}}}", fill("\n"))),
    ]
}

/// Everything that can be asked of a payload.
fn ask(payload: &Payload<'_>) {
    let owned = payload.clone().into_owned();
    assert!(&owned == payload);
    assert!(payload.to_string().chars().count() < 512);
    assert!(!format!("{payload:?}").is_empty());
    assert!(!format!("{payload:#?}").is_empty());
    assert!(
        payload.validate().map_or_else(|error| error.to_string(), |()| String::new()).chars().count() < 512
    );
    let told: usize = payload.issues().iter().map(|issue| issue.to_string().len()).sum();
    assert!(told < 100 << 20);
    let canonical = payload.canonical_json();
    assert!(rownd_webhooks::from_str(&canonical).unwrap_or_else(|error| panic!("{error}")) == *payload);
    let written = serde_json::to_string(payload).unwrap();
    assert!(
        serde_json::from_str::<Payload<'_>>(&written).unwrap_or_else(|error| panic!("{error}")) == *payload
    );
    assert!(Changes::between(payload.fields(), owned.fields()).is_empty());
    assert!(format!("{:?}", payload.sync_plan()).len() > 1);
    assert!(payload.sync_plan() == payload.sync_plan());
    let _: BTreeMap<String, Option<Redactable<Value>>> = payload.decode().unwrap_or_default();
    let _ = payload.decode::<Vec<u8>>().map_err(|error| error.to_string());
    for (_, field) in payload.fields() {
        if let Redactable::Visible(value) = field {
            let _ = (
                value.as_f64(),
                value.as_i64(),
                value.as_date(),
                value.as_datetime(),
                value.decode::<Value>(),
            );
        }
    }
    let _ = (payload.email(), payload.phone_number(), payload.user_id());
    assert!(ProfileSchema::from_slice(b"{}").unwrap().check(payload).len() <= payload.fields().len());
    let event = owned.into_event();
    assert!(format!("{event:?}").len() > 1);
    drop(event.clone());
}

/// Two megabytes are what a thread gets; a debug build needs the most of it.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap();
    thread.join().unwrap();
}

#[test]
fn extremes_are_read_copied_compared_and_dropped_on_a_small_stack() {
    on_a_small_stack(|| {
        for (name, body) in extremes(2 << 20) {
            assert!(
                body.len() <= 2 << 20 && (body.len() > 100_000 || name.contains("deep")),
                "{name}: {}",
                body.len()
            );
            let payload = rownd_webhooks::from_str(&body);
            let payload = payload.unwrap_or_else(|error| panic!("{name}: {error}"));
            let owned = payload.clone().into_owned();
            assert!(owned == payload, "{name}");
            drop(owned);
            assert!(payload.to_string().chars().count() < 512, "{name}");
        }
    });
}

#[test]
fn extremes_are_asked_everything_on_a_small_stack() {
    on_a_small_stack(|| {
        for (name, body) in extremes(1 << 17) {
            let payload = rownd_webhooks::from_str(&body);
            let payload = payload.unwrap_or_else(|error| panic!("{name}: {error}"));
            ask(&payload);
            let by_serde: Payload<'static> = serde_json::from_str(body.trim()).unwrap();
            assert!(by_serde == payload, "{name}");
        }
    });
}

/// Types that contain themselves behind `Redactable`, as deep as text may be.
#[derive(Debug, PartialEq, Deserialize)]
struct Tree(Vec<Redactable<Tree>>);

#[derive(Debug, PartialEq, Deserialize)]
struct Chain {
    a: Option<Box<Redactable<Chain>>>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Flat {
    #[serde(flatten)]
    rest: BTreeMap<String, Redactable<Flat>>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Any {
    Number(u64),
    List(Vec<Redactable<Any>>),
    Members(BTreeMap<String, Redactable<Any>>),
}

#[test]
fn types_that_contain_themselves_end_with_the_text() {
    on_a_small_stack(|| {
        for depth in [1, 50, 126, 127, 128, 129, 300, 5_000, 100_000] {
            let arrays = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            let objects = format!("{}null{}", "{\"a\":".repeat(depth), "}".repeat(depth));
            let empty = format!("{}{{}}{}", "{\"a\":".repeat(depth - 1), "}".repeat(depth - 1));
            assert_eq!(serde_json::from_str::<Tree>(&arrays).is_ok(), depth <= 128, "{depth}");
            assert_eq!(serde_json::from_str::<Chain>(&objects).is_ok(), depth <= 128, "{depth}");
            assert_eq!(serde_json::from_str::<Redactable<Tree>>(&arrays).is_ok(), depth <= 127, "{depth}");
            assert_eq!(serde_json::from_str::<Redactable<Value>>(&arrays).is_ok(), depth <= 127, "{depth}");
            for text in [&arrays, &objects, &empty] {
                let read = serde_json::from_str::<Redactable<Any>>(text);
                assert!(read.is_err() || depth <= 127, "{depth}");
            }
            if depth <= 50 {
                assert!(serde_json::from_str::<Flat>(&empty).is_ok(), "{depth}");
            }
            if depth > 129 {
                assert!(serde_json::from_str::<Flat>(&empty).is_err(), "{depth}");
            }
        }
    });
}

#[test]
fn a_profile_is_decoded_into_such_types_on_a_small_stack() {
    on_a_small_stack(|| {
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let body = format!(r#"{{"data":{{"a":{}}},{META}}}"#, deep(125));
        let payload = rownd_webhooks::from_str(&body).unwrap();
        let decoded: BTreeMap<String, Redactable<Tree>> = payload.decode().unwrap();
        assert!(decoded["a"].is_visible());
        let decoded: BTreeMap<String, Redactable<Any>> = payload.decode().unwrap();
        assert!(decoded["a"].is_visible());
        let objects = format!("{}{{}}{}", "{\"a\":".repeat(124), "}".repeat(124));
        let body = format!(r#"{{"data":{{"a":{objects}}},{META}}}"#);
        let payload = rownd_webhooks::from_str(&body).unwrap();
        let decoded: BTreeMap<String, Redactable<Any>> = payload.decode().unwrap();
        assert!(format!("{decoded:?}").len() > 1);
        let _ = payload.decode::<Flat>();
    });
}

/// The strings behind serde_json's own names are read as JSON by a tree, each with a depth limit of its own.
#[test]
fn settings_do_not_get_deeper_by_reserved_names() {
    let mut smuggled = "[]".to_owned();
    for _ in 0..14 {
        let (open, close) = ("[".repeat(120), "]".repeat(120));
        smuggled = format!(r#"{open}{{"$serde_json::private::RawValue":{}}}{close}"#, Value::from(smuggled));
    }
    on_a_small_stack(move || {
        let mapping = format!(r#"[{{"rownd_field":"a","connection_field":"b","transformer":{smuggled}}}]"#);
        let error = rownd_webhooks::mapping::FieldMapping::from_slice(mapping.as_bytes()).unwrap_err();
        assert_eq!(error.code(), "reserved_name");
        let schema = format!(r#"{{"schema":{{"a":{{"type":"string","x":{smuggled}}}}}}}"#);
        assert_eq!(ProfileSchema::from_slice(schema.as_bytes()).unwrap_err().code(), "reserved_name");
    });
}

#[test]
fn settings_are_no_deeper_than_bodies() {
    on_a_small_stack(|| {
        for depth in [120, 200, 100_000] {
            let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            let mapping = format!(r#"[{{"rownd_field":"a","connection_field":"b","transformer":{deep}}}]"#);
            let mapping = rownd_webhooks::mapping::FieldMapping::from_slice(mapping.as_bytes());
            assert_eq!(mapping.is_ok(), depth == 120, "{depth}");
            let schema = format!(r#"{{"schema":{{"a":{{"x":{deep}}}}}}}"#);
            assert_eq!(ProfileSchema::from_slice(schema.as_bytes()).is_ok(), depth == 120, "{depth}");
        }
    });
}

#[test]
fn builders_take_extremes_too() {
    on_a_small_stack(|| {
        let deep = |depth: usize| (0..depth).fold(Value::Null, |inner, _| Value::from(vec![inner]));
        for depth in [1, 125, 126, 127, 128, 300, 10_000] {
            let payload = testing::data_update().field("deep", deep(depth)).build();
            assert_eq!(payload.field("deep").is_some(), depth <= 125, "{depth}");
            assert!(payload.issues().is_empty());
        }
        let member = |inner, _| Value::from_iter([("a", inner)]);
        // Arrays may be deeper before dropping them takes more stack than there is, so deep that printing them would.
        for tree in [deep(10_000), (0..2_000).fold(Value::Null, member)] {
            let body = Value::from_iter([("data", Value::from_iter([("a", tree)]))]);
            assert_eq!(Payload::try_from(body).unwrap_err().code(), "too_deep");
        }
        let long = "x".repeat(3 << 20);
        let builder = testing::data_insert()
            .user_id(&*long)
            .field(&*long, &*long)
            .redact(&*long)
            .lookup(&*long, &*long);
        assert_eq!(builder.build().user_id().unwrap().as_str().len(), 3 << 20);
    });
}

// ---- Growth ----

/// Something that is done with a body and its payload.
type Work<'w> = (&'static str, &'w dyn Fn(&str, &Payload<'_>));

/// The bytes and the number of allocations that some work takes.
fn cost(work: impl FnOnce()) -> [u64; 2] {
    let info = measure(work);
    [info.bytes_total, info.count_total]
}

/// For a body of twice the size, no work may take much more than twice the memory, nor twice the allocations: what is quadratic
/// takes four times as much.
#[test]
fn nothing_that_is_kept_or_copied_is_quadratic() {
    let number = |index: usize| (index * 7_919) % 100_003;
    let shapes: [(&str, &dyn Fn(usize) -> String); 11] = [
        ("fields", &|n| {
            format!(
                r#"{{"data":{{{}}},"redacted":[],{META}}}"#,
                list(n, |i| format!(r#""f{}":"v{i}""#, number(i)))
            )
        }),
        ("fields with one beginning", &|n| {
            let name = "the_same_beginning_".repeat(4);
            format!(r#"{{"data":{{{}}},{META}}}"#, list(n, |i| format!(r#""{name}{}":[{i}]"#, number(i))))
        }),
        ("escaped names", &|n| {
            format!(r#"{{"data":{{{}}},{META}}}"#, list(n, |i| format!(r#""\u0066{}":null"#, number(i))))
        }),
        ("withheld", &|n| {
            let names = list(n, |i| format!(r#""f{}""#, number(i)));
            let fields = list(n, |i| format!(r#""f{}":"secret""#, number(i)));
            format!(r#"{{"data":{{{fields}}},"redacted":[{names}],{META}}}"#)
        }),
        ("unlisted", &|n| {
            format!(
                r#"{{"data":{{{}}},"redacted":[],{META}}}"#,
                list(n, |i| format!(r#""f{}":"<<REDACTED>>""#, number(i)))
            )
        }),
        ("listed, absent, twice", &|n| {
            format!(
                r#"{{"data":{{}},"redacted":[{}],{META}}}"#,
                list(n, |i| format!(r#""f{}""#, number(i / 2)))
            )
        }),
        ("lookup values", &|n| {
            let lookups = list(n, |i| format!(r#"{{"field":"f{}","value":{i},"x":[]}}"#, number(i)));
            let fields = list(n, |i| format!(r#""f{}":"other""#, number(i)));
            format!(r#"{{"data":{{{fields}}},"meta":{{"operation":"delete","lookup_values":[{lookups}]}}}}"#)
        }),
        ("unknown members", &|n| {
            let members = list(n, |i| format!(r#""x{}":{{"b":1,"a":[]}}"#, number(i)));
            format!(r#"{{{members},"meta":{{"operation":"delete",{members}}}}}"#)
        }),
        ("nested members", &|n| {
            format!(r#"{{"data":{{"a":{{{}}}}},{META}}}"#, list(n, |i| format!(r#""n{}":[{{}}]"#, number(i))))
        }),
        ("a nested chain beside a long text", &|n| {
            let (open, close) = ("{\"a\":[".repeat(40), "]}".repeat(40));
            format!(r#"{{"data":{{"a":{open}"{}"{close}}},{META}}}"#, "y".repeat(40 * n))
        }),
        ("deletes with fields", &|n| {
            let fields = list(n, |i| format!(r#""f{}":"<<REDACTED>>""#, number(i)));
            format!(r#"{{"data":{{{fields}}},"meta":{{"operation":"delete"}}}}"#)
        }),
    ];
    let works: [Work<'_>; 16] = [
        ("parse", &|body, _| drop(unlimited().parse(body.as_bytes()).unwrap())),
        ("parse_reader", &|body, _| drop(unlimited().parse_reader(body.as_bytes()).unwrap())),
        ("Deserialize", &|body, _| drop(serde_json::from_str::<Payload<'_>>(body))),
        ("strict", &|body, _| drop(unlimited().strict(true).parse(body.as_bytes()))),
        ("clone", &|_, payload| drop(payload.clone())),
        ("into_owned", &|_, payload| drop(payload.clone().into_owned())),
        ("issues", &|_, payload| drop(payload.issues())),
        ("equality", &|_, payload| assert!(payload == &payload.clone())),
        ("canonical_json", &|_, payload| drop(payload.canonical_json())),
        ("serialize", &|_, payload| drop(serde_json::to_string(payload).unwrap())),
        ("debug", &|_, payload| drop(format!("{payload:?}"))),
        ("into_event", &|_, payload| drop(payload.clone().into_event())),
        ("sync_plan", &|_, payload| drop(format!("{:?}", payload.sync_plan()))),
        ("changes", &|_, payload| assert!(Changes::between(payload.fields(), payload.fields()).is_empty())),
        ("decode", &|_, payload| drop(payload.decode::<BTreeMap<String, Redactable<Value>>>())),
        ("decode of options", &|_, payload| drop(payload.decode::<BTreeMap<String, Option<Value>>>())),
    ];
    for (shape, make) in shapes {
        let (small, large) = (make(1_500), make(3_000));
        let (small_payload, large_payload) =
            (unlimited().parse(small.as_bytes()).unwrap(), unlimited().parse(large.as_bytes()).unwrap());
        for (name, work) in works {
            let before = cost(|| work(&small, &small_payload));
            let after = cost(|| work(&large, &large_payload));
            for (before, after) in before.into_iter().zip(after) {
                assert!(
                    after <= before * 5 / 2 + 50_000,
                    "{name} of {shape}: {before} becomes {after} with twice the body"
                );
            }
        }
    }
}

/// Counts how often a field is handed over.
#[derive(Default)]
struct Handed(u64);

impl<'de> Deserialize<'de> for Handed {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Count;

        impl<'de> serde::de::Visitor<'de> for Count {
            type Value = Handed;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("fields")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Handed, A::Error> {
                let mut handed = Handed::default();
                while map.next_entry::<String, Option<String>>()?.is_some() {
                    handed.0 += 1;
                }
                Ok(handed)
            }
        }

        deserializer.deserialize_map(Count)
    }
}

#[test]
fn decoding_hands_each_field_over_once() {
    for count in [1, 100, 5_000] {
        let hidden = list(count, |index| format!(r#""f{index}":"<<REDACTED>>""#));
        let body = format!(r#"{{"data":{{{hidden}}},{META}}}"#);
        let payload = rownd_webhooks::from_str(&body).unwrap();
        assert_eq!(payload.decode::<Handed>().unwrap().0, count as u64);
    }
}

#[derive(Deserialize)]
struct Profile {
    #[serde(flatten)]
    rest: BTreeMap<String, Option<String>>,
}

/// Behind `flatten` serde names no field, so that each hidden one takes a new start: there have to be few of them.
#[test]
fn decoding_behind_a_buffer_ends_soon() {
    for count in [100, 500, 2_000, 10_000] {
        let hidden = list(count, |index| format!(r#""f{index}":"<<REDACTED>>""#));
        let body = format!(r#"{{"data":{{{hidden}}},{META}}}"#);
        let payload = rownd_webhooks::from_str(&body).unwrap();
        let mut fields = Err("not run".to_owned());
        let allocations = measure(|| {
            let decoded = payload.decode::<Profile>();
            fields = decoded.map(|profile| profile.rest.len()).map_err(|error| error.to_string());
        });
        assert!(allocations.count_total < 2_000_000, "{count}: {} allocations", allocations.count_total);
        assert!(count > 500 || fields == Ok(count), "{count}: {fields:?}");
    }
}

#[test]
fn an_archive_takes_no_more_memory_than_its_longest_line() {
    let line = |index: usize| format!("{}\n", with_fields(20 + index % 3));
    let archive = |lines: usize| (0..lines).map(line).collect::<String>();
    let most = |archive: &str| {
        let mut read = 0_u64;
        let info = measure(|| {
            let mut reader = NdjsonReader::new(archive.as_bytes());
            while let Some(next) = reader.next_payload() {
                read += u64::from(next.is_ok());
            }
        });
        (read, info.bytes_max)
    };
    let ((few, small), (many, large)) = (most(&archive(30)), most(&archive(300)));
    assert_eq!((few, many), (30, 300));
    assert_eq!(small, large);
}

/// A line that is too long is told to be, whatever it holds: white space is no way around the limit, at no length of it.
#[test]
fn a_line_of_white_space_is_limited_like_any_other() {
    for end in ["\n", "\r\n", ""] {
        for (length, codes) in [
            (0, &[][..]),
            (99, &[]),
            (100, &[]),
            (101, &["too_large"]),
            (102, &["too_large"]),
            (103, &["too_large"]),
            (500, &["too_large"]),
        ] {
            let archive = format!("{}{end}", " ".repeat(length));
            let mut reader = NdjsonReader::with_parser(archive.as_bytes(), Parser::new().max_bytes(100));
            let mut told = Vec::new();
            while let Some(next) = reader.next_payload() {
                told.push(next.map_or_else(|error| error.code(), |_| "read"));
            }
            assert_eq!(told, codes, "{length} blanks and {end:?}");
        }
    }
}
