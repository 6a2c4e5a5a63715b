//! `NdjsonReader`: a bad line never ends the run; a failing reader does, and the last item is its error.

use std::io::{self, BufRead, BufReader};

use rownd_webhooks::replay::{LineError, NdjsonReader};
use rownd_webhooks::testing::samples;
use rownd_webhooks::{Parser, Payload, Received, Value};

use crate::support::{Body, Failing, Trickle};

const BODY: &str = r#"{"meta":{"operation":"delete"}}"#;
const BOM: &str = "\u{feff}";

/// The numbers of the lines, each with the code of its error.
type Run = Vec<(u64, Option<&'static str>)>;

/// Reads to the end, by `next_payload`.
#[track_caller]
fn run<R: BufRead>(mut reader: NdjsonReader<R>) -> Run {
    let mut run = Run::new();
    while let Some(next) = reader.next_payload() {
        let error = next.err().map(|error| (error.line_number(), error.code()));
        let line_number = reader.line_number();
        assert!(error.is_none_or(|(number, _)| number == line_number));
        run.push((line_number, error.map(|(_, code)| code)));
        assert!(run.len() < 1_000, "the run does not end");
    }
    let last = reader.line_number();
    assert!(reader.next_payload().is_none() && reader.line_number() == last, "the end stays the end");
    run
}

/// Replays an archive, at once and in pieces, lent and owned.
#[track_caller]
fn replay_with(parser: impl Fn() -> Parser, archive: impl AsRef<[u8]>) -> Run {
    let archive = archive.as_ref();
    let at_once = run(NdjsonReader::with_parser(archive, parser()));
    for capacity in [1, 2, 7, 31] {
        let reader = BufReader::with_capacity(capacity, Trickle::new(archive));
        assert_eq!(run(NdjsonReader::with_parser(reader, parser())), at_once, "by {capacity} bytes");
    }
    let codes: Vec<_> = at_once.iter().map(|(_, code)| *code).collect();
    let owned = NdjsonReader::with_parser(archive, parser()).owned();
    let owned: Vec<_> =
        owned.map(|next: Result<Payload<'static>, LineError>| next.err().map(|error| error.code())).collect();
    assert_eq!(owned, codes);
    at_once
}

#[track_caller]
fn replay(archive: impl AsRef<[u8]>) -> Run {
    replay_with(Parser::new, archive)
}

#[test]
fn every_body_is_read_in_order() {
    let archive =
        format!("{BODY}\n{}\n{BODY}", r#"{"data":{"x":"kept"},"meta":{"operation":"data_update"}}"#);
    let owned: Vec<Payload<'static>> =
        NdjsonReader::new(archive.as_bytes()).owned().collect::<Result<_, _>>().unwrap();
    let mut reader = NdjsonReader::new(archive.as_bytes());
    for (payload, operation) in owned.iter().zip(["delete", "data_update", "delete"]) {
        assert!(*payload.operation() == *operation);
        assert_eq!(reader.next_payload().unwrap().as_ref(), Ok(payload));
    }
    assert_eq!((owned.len(), owned[1].value("x").and_then(Value::as_str)), (3, Some("kept")));
}

#[test]
fn lines_end_with_a_newline_and_blank_ones_are_skipped() {
    let rows: [(&str, &[u64]); 11] = [
        ("", &[]),
        ("\n", &[]),
        ("\n\r\n \t\r\n\n", &[]),
        ("B", &[1]),
        ("B\n", &[1]),
        ("B\r\nB\r\n", &[1, 2]),
        ("B\r", &[1]),
        ("\n\nB\n\r\n  \nB\n\n", &[3, 6]),
        (" B \n\tB\t\r\n", &[1, 2]),
        ("B\n ", &[1]),
        ("B\r\r\nB", &[1, 2]),
    ];
    for (archive, numbers) in rows {
        let archive = archive.replace('B', BODY);
        let expected: Run = numbers.iter().map(|number| (*number, None)).collect();
        assert_eq!(replay(&archive), expected, "{archive:?}");
    }
}

#[test]
fn a_bad_line_never_ends_the_run() {
    let bad: [(&[u8], &str); 10] = [
        // White space elsewhere, but not in JSON.
        (b"\x0C", "syntax"),
        (b"not json", "syntax"),
        (b"{\"meta\":", "syntax"),
        (b"{\"meta\":\xFF}", "not_utf8"),
        (b"\xFF\xFE", "not_utf8"),
        (b"\0", "syntax"),
        (b"[]", "not_an_object"),
        (b"{\"meta\":{\"operation\":\"\"}} {}", "trailing_data"),
        (b"{}", "missing_member"),
        (b"\xEF\xBB\xBF{}", "byte_order_mark"),
    ];
    for (line, code) in bad {
        let archive = [BODY.as_bytes(), line, line, BODY.as_bytes(), line].join(&b'\n');
        let expected = [(1, None), (2, Some(code)), (3, Some(code)), (4, None), (5, Some(code))];
        assert_eq!(replay(&archive), expected, "{code}");
    }
}

#[test]
fn a_byte_order_mark_at_the_start_of_the_file_is_skipped() {
    assert_eq!(replay(format!("{BOM}{BODY}\n{BODY}")), [(1, None), (2, None)]);
    assert_eq!(replay(format!("{BOM}\r\n{BODY}")), [(2, None)]);
    assert_eq!(replay(BOM), []);
    assert_eq!(replay(format!("{BOM}{BOM}{BODY}\n{BODY}")), [(1, Some("byte_order_mark")), (2, None)]);
    assert_eq!(replay(format!("{BODY}\n{BOM}{BODY}")), [(1, None), (2, Some("byte_order_mark"))]);
    assert_eq!(replay(b"\xEF\xBB{}"), [(1, Some("not_utf8"))]);
    // It does not count towards the limit.
    let parser = || Parser::new().max_bytes(BODY.len());
    assert_eq!(replay_with(parser, format!("{BOM}{BODY}\n")), [(1, None)]);
}

#[test]
fn a_body_takes_one_line_and_a_line_one_body() {
    for separator in ["", "\r", " "] {
        let archive = format!("{BODY}{separator}{BODY}\n{BODY}");
        assert_eq!(replay(archive), [(1, Some("trailing_data")), (2, None)], "{separator:?}");
    }
    let run = replay(samples::DELETE.trim_end());
    assert_eq!(run.len(), samples::DELETE.trim_end().lines().count());
    assert!(run.iter().all(|(_, code)| code.is_some()), "{run:?}");
}

#[test]
fn the_parsers_settings_apply() {
    let parser = || Parser::new().max_bytes(BODY.len());
    for end in ["\n", "\r\n", ""] {
        assert_eq!(replay_with(parser, format!("{BODY}{end}")), [(1, None)], "{end:?}");
    }
    for spaces in (1..6).map(|count| " ".repeat(count)) {
        for end in ["\n", "\r\n"] {
            let archive = format!("{BODY}{spaces}{end}{BODY}{end}");
            assert_eq!(replay_with(parser, &archive), [(1, Some("too_large")), (2, None)], "{archive:?}");
        }
        let archive = format!("{BODY}\n{BODY}{spaces}");
        assert_eq!(replay_with(parser, &archive), [(1, None), (2, Some("too_large"))], "{archive:?}");
    }
    let archive = format!("{BODY}\n{}\n{BODY}\n", "x".repeat(100_000));
    assert_eq!(replay_with(parser, archive), [(1, None), (2, Some("too_large")), (3, None)]);
    assert_eq!(replay_with(|| Parser::new().strict(true), BODY), [(1, Some("invalid"))]);
    // White space alone is a blank line; a body far to the right of it is not lost.
    let archive = format!("{}{BODY}\n{BODY}\n", " ".repeat(100));
    assert_eq!(replay_with(parser, archive), [(1, Some("too_large")), (2, None)]);
}

#[test]
fn a_failing_reader_ends_the_run_with_an_io_error() {
    let rows: [(String, Run); 5] = [
        (String::new(), vec![(1, Some("io"))]),
        (format!("{BODY}\nnot json\n"), vec![(1, None), (2, Some("syntax")), (3, Some("io"))]),
        (format!("{BODY}\n{BODY}"), vec![(1, None), (2, Some("io"))]),
        (format!("{BODY}\n\n\n{{\"meta\""), vec![(1, None), (4, Some("io"))]),
        ("x".repeat(10_000), vec![(1, Some("io"))]),
    ];
    for (archive, expected) in rows {
        for kind in [io::ErrorKind::ConnectionReset, io::ErrorKind::WouldBlock, io::ErrorKind::Other] {
            let reader = || {
                NdjsonReader::with_parser(
                    BufReader::new(Failing(archive.as_bytes(), kind)),
                    Parser::new().max_bytes(1_000),
                )
            };
            assert_eq!(run(reader()), expected, "{archive:?}");
            let owned: Vec<_> = reader().owned().collect();
            assert_eq!(owned.len(), expected.len());
            let error = owned.last().unwrap().as_ref().unwrap_err();
            let text = format!("{error} {error:?}");
            assert!(text.contains(&kind.to_string()) && !text.contains("jrose"), "{text}");
        }
    }
}

#[test]
fn an_archive_of_received_payloads_is_read() {
    let received: Received<Payload<'static>> = Received::now(samples::VISIBILITY_UPDATE.parse().unwrap());
    let line = serde_json::to_string(&received).unwrap();
    let with = |payload: &str| format!(r#"{{"received_at":"2025-01-27T16:44:05Z","payload":{payload}}}"#);
    let bad = [
        (BODY.to_owned(), "missing_member"),
        ("x7f3a".to_owned(), "syntax"),
        (format!("{line}{line}"), "trailing_data"),
        (with(r#"{"data":["7f3a"],"meta":{"operation":"delete"}}"#), "wrong_type"),
        (with(r#"{"data":{}}"#), "missing_member"),
        (format!(r#"{{"payload":{BODY}}}"#), "missing_member"),
        (format!(r#"{{"received_at":"7f3a","payload":{BODY}}}"#), "wrong_type"),
        (r#"{"received_at":"2025-01-27T16:44:05Z"}"#.to_owned(), "missing_member"),
    ];
    for (bad, code) in bad {
        let archive = format!("{BOM}{line}\n\n{bad}\n{line}");
        let mut reader = NdjsonReader::new(archive.as_bytes());
        assert_eq!(reader.next_received().unwrap().as_ref(), Ok(&received));
        let error = reader.next_received().unwrap().unwrap_err();
        assert_eq!((error.line_number(), error.code()), (3, code), "{bad}: {error}");
        assert!(!format!("{error} {error:?}").contains("7f3a"), "{error}");
        assert_eq!(reader.next_received().unwrap().as_ref(), Ok(&received));
        assert!(reader.next_received().is_none());
    }
}

#[test]
fn a_received_payload_may_hold_all_that_a_body_may() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let deepest = Body::with_data(&format!(r#"{{"a":{}}}"#, nested(125))).to_string();
    for (parser, body) in
        [(Parser::new(), deepest.clone()), (Parser::new().max_bytes(deepest.len()), deepest.clone())]
    {
        let received = Received::now(parser.parse(body.as_bytes()).unwrap());
        let line = serde_json::to_string(&received).unwrap();
        let mut reader = NdjsonReader::with_parser(line.as_bytes(), parser);
        assert_eq!(reader.next_received().unwrap().unwrap(), received);
    }
    let line = r#"{"received_at":"2025-01-27T16:44:05Z","payload":{"meta":5}}"#;
    let error = NdjsonReader::new(line.as_bytes()).next_received().unwrap().unwrap_err();
    let error = error.parse_error();
    assert_eq!((error.path(), error.column()), (Some("/payload/meta"), Some(57)));
}

#[test]
fn one_buffer_of_limited_size_is_used_for_every_line() {
    let long = format!(r#"{{"meta":{{"operation":"{}"}}}}"#, "x".repeat(500));
    let archive = [&"x".repeat(1 << 20), BODY, "not json", &long, BODY].join("\n");
    let mut reader = NdjsonReader::with_parser(archive.as_bytes(), Parser::new().max_bytes(600));
    let mut lines = Vec::new();
    while reader.next_payload().is_some() {
        lines.push((reader.line().as_ptr(), reader.line().len().min(601)));
    }
    assert_eq!(lines, [601, BODY.len(), 8, long.len(), BODY.len()].map(|length| (lines[0].0, length)));
}

#[test]
fn the_line_is_available_after_an_error() {
    let archive = format!("{BODY}\r\n\u{ff} not json \nlast");
    let mut reader = NdjsonReader::new(archive.as_bytes());
    assert_eq!((reader.line_number(), reader.line()), (0, &b""[..]));
    let mut lines = Vec::new();
    while reader.next_payload().is_some() {
        lines.push(String::from_utf8(reader.line().to_vec()).unwrap());
    }
    assert_eq!(lines, [BODY, "\u{ff} not json ", "last"]);
}

#[test]
fn an_error_names_the_line_and_no_value() {
    let archive = format!("{BODY}\n{}\n", r#"{"data":["7f3a"],"meta":{"operation":"delete"}}"#);
    let mut reader = NdjsonReader::new(archive.as_bytes());
    assert!(reader.next_payload().unwrap().is_ok());
    let error = reader.next_payload().unwrap().unwrap_err();
    assert_eq!(
        (error.line_number(), error.code(), error.parse_error().path()),
        (2, "wrong_type", Some("/data"))
    );
    let text = "line 2 of the archive: expected an object, found an array at /data (line 1, column 9)";
    assert_eq!(
        (error.to_string(), format!("{error:?}")),
        (text.to_owned(), format!("LineError(\"{text}\")"))
    );
    assert!(std::error::Error::source(&error).is_none());
    assert_eq!(size_of::<LineError>(), size_of::<usize>());
    assert!(!format!("{reader:?}").contains("7f3a"));
}
