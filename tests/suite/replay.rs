//! `NdjsonReader`: a bad line never ends the archive; a failing reader does, and the last item is its error.

use std::io::{self, BufRead, BufReader};

use rownd_webhooks::replay::{LineError, NdjsonReader};
use rownd_webhooks::testing::samples;
use rownd_webhooks::{Parser, Payload, Received};

use crate::support::{Failing, Trickle, payload};

const BODY: &str = r#"{"meta":{"operation":"delete"}}"#;

/// Reads to the end: the number of each line that is not blank, with the code of its error.
#[track_caller]
fn run(mut reader: NdjsonReader<impl BufRead>) -> String {
    let mut lines = Vec::new();
    while let Some(next) = reader.next_payload() {
        let error = next.err();
        let line_number = reader.line_number();
        assert!(error.as_ref().is_none_or(|error| error.line_number() == line_number));
        lines.push(error.map_or(line_number.to_string(), |error| format!("{line_number} {}", error.code())));
        assert!(lines.len() < 1_000, "the run does not end");
    }
    let last = reader.line_number();
    assert!(reader.next_payload().is_none() && reader.line_number() == last, "the end stays the end");
    lines.join(", ")
}

/// Reads an archive at once and in pieces.
#[track_caller]
fn replay(parser: &Parser, archive: impl AsRef<[u8]>) -> String {
    let archive = archive.as_ref();
    let at_once = run(NdjsonReader::with_parser(archive, parser.clone()));
    for capacity in [1, 2, 7, 31] {
        let reader = BufReader::with_capacity(capacity, Trickle::new(archive));
        assert_eq!(run(NdjsonReader::with_parser(reader, parser.clone())), at_once, "by {capacity} bytes");
    }
    at_once
}

#[test]
fn each_line_that_is_not_blank_is_a_body_or_an_error() {
    let pretty = format!("{{\n\"meta\":\n{BODY}\n}}");
    for (archive, expected) in [
        ("", ""),
        ("\n\r\n \t\r\n\n", ""),
        ("B", "1"),
        ("B\r\nB\r\n", "1, 2"),
        ("B\r\r\nB", "1, 2"),
        (" B \n\tB\t\r\n", "1, 2"),
        // White space elsewhere, but not in JSON.
        ("B\n\x0C\nB", "1, 2 syntax, 3"),
        (
            "B\nnot json\n{\"meta\":\n[]\n{}\n\0\nB",
            "1, 2 syntax, 3 syntax, 4 not_an_object, 5 missing_member, 6 syntax, 7",
        ),
        // A body takes one line, and a line one body.
        ("BB\nB", "1 trailing_data, 2"),
        (&pretty, "1 syntax, 2 not_an_object, 3, 4 syntax"),
        // A byte order mark is skipped at the start of the file only.
        ("\u{feff}B\nB", "1, 2"),
        ("\u{feff}\u{feff}B\nB", "1 byte_order_mark, 2"),
        ("B\n\u{feff}B", "1, 2 byte_order_mark"),
    ] {
        let archive = archive.replace('B', BODY);
        assert_eq!(replay(&Parser::new(), &archive), expected, "{archive:?}");
    }
    assert_eq!(replay(&Parser::new(), b"\xEF\xBB{}\n{\xFF}\n"), "1 not_utf8, 2 not_utf8");
}

#[test]
fn the_parsers_settings_apply() {
    let (blanks, long) = (" ".repeat(200), "x".repeat(100_000));
    for (archive, expected) in [
        ("B\nB\r\nB", "1, 2, 3"),
        ("B \nB", "1 too_large, 2"),
        ("B\nB ", "1, 2 too_large"),
        ("B\nL\nB", "1, 2 too_large, 3"),
        // A byte order mark does not count towards the limit.
        ("\u{feff}B\nB", "1, 2"),
        // A line of whitespace alone would be blank, but the body far to the right of it is not lost.
        ("WB\nB", "1 too_large, 2"),
    ] {
        let archive = archive.replace('B', BODY).replace('L', &long).replace('W', &blanks);
        assert_eq!(replay(&Parser::new().max_bytes(BODY.len()), &archive), expected, "{archive:.100?}");
    }
    assert_eq!(replay(&Parser::new().strict(true), BODY), "1 invalid");
}

#[test]
fn a_failing_reader_ends_the_archive_with_an_io_error() {
    for (archive, expected) in [
        (String::new(), "1 io"),
        (format!("{BODY}\nnot json\n"), "1, 2 syntax, 3 io"),
        (format!("{BODY}\n{BODY}"), "1, 2 io"),
        ("x".repeat(10_000), "1 io"),
    ] {
        for kind in [io::ErrorKind::ConnectionReset, io::ErrorKind::WouldBlock, io::ErrorKind::Other] {
            let reader = || {
                let failing = BufReader::new(Failing(archive.as_bytes(), kind));
                NdjsonReader::with_parser(failing, Parser::new().max_bytes(1_000))
            };
            assert_eq!(run(reader()), expected, "{archive:?}");
            let error = reader().owned().last().unwrap().unwrap_err();
            let text = format!("{error} {error:?}");
            assert!(text.contains(&kind.to_string()) && !text.contains("jrose"), "{text}");
        }
    }
}

/// `ok`, or the code and path of the error.
fn outcome<T>(result: Result<T, LineError>) -> String {
    let shown = |error: LineError| format!("{} {}", error.code(), error.parse_error().path().unwrap_or("-"));
    result.map_or_else(shown, |_| "ok".to_owned())
}

#[test]
fn a_line_is_a_body_or_a_received_one() {
    // `T` is a time and `B` a body. With `meta`, a line is a body.
    for (line, as_payload, as_received) in [
        ("B", "ok", "missing_member /received_at"),
        (r#"{"received_at":T,"payload":B}"#, "ok", "ok"),
        (r#"{"x":[1],"payload":B,"y":{},"received_at":T}"#, "ok", "ok"),
        (r#"{"received_at":T,"payload":7,"meta":{"operation":"delete"}}"#, "ok", "not_an_object /payload"),
        (r#"{"received_at":T,"payload":B,"meta":7}"#, "wrong_type /meta", "ok"),
        (r#"{"received_at":T,"payload":{}}"#, "missing_member /payload/meta", "missing_member /payload/meta"),
        (r#"{"received_at":7,"payload":B}"#, "wrong_type /received_at", "wrong_type /received_at"),
        (r#"{"payload":B}"#, "missing_member /meta", "missing_member /received_at"),
        (
            r#"{"received_at":T,"payload":B}{"received_at":T,"payload":B}"#,
            "trailing_data -",
            "trailing_data -",
        ),
        (r#"{"received_at":"#, "syntax -", "syntax -"),
        ("7", "not_an_object ", "not_an_object "),
    ] {
        let line = line.replace('T', r#""2025-01-27T16:44:05Z""#).replace('B', BODY);
        let reader = || NdjsonReader::new(line.as_bytes());
        assert_eq!(outcome(reader().next_payload().unwrap()), as_payload, "{line}");
        assert_eq!(outcome(reader().owned().next().unwrap()), as_payload, "{line}");
        assert_eq!(outcome(reader().next_received().unwrap()), as_received, "{line}");
    }
}

#[test]
fn an_archive_of_received_payloads_is_read() {
    let received: Received<Payload<'static>> = Received::now(samples::VISIBILITY_UPDATE.parse().unwrap());
    let line = serde_json::to_string(&received).unwrap();
    let archive = format!("\u{feff}{line}\n\n{BODY}\n{line}");
    let mut reader = NdjsonReader::new(archive.as_bytes());
    assert_eq!(reader.next_received().unwrap().as_ref(), Ok(&received));
    assert_eq!(reader.next_received().unwrap().unwrap_err().line_number(), 3);
    assert_eq!(reader.next_received().unwrap().as_ref(), Ok(&received));
    assert!(reader.next_received().is_none());
    let owned: Vec<_> = NdjsonReader::new(archive.as_bytes()).owned().map(Result::unwrap).collect();
    assert_eq!(owned, [received.payload.clone(), payload(BODY), received.payload]);
}

#[test]
fn one_buffer_of_limited_size_serves_every_line() {
    let archive = format!("{}\n{BODY}\r\n\u{ff} not json \n{BODY}", "x".repeat(1 << 20));
    let mut reader = NdjsonReader::with_parser(archive.as_bytes(), Parser::new().max_bytes(600));
    assert_eq!((reader.line_number(), reader.line()), (0, &b""[..]));
    assert!(reader.next_payload().unwrap().is_err());
    let buffer = reader.line().as_ptr();
    assert!((601..1_000).contains(&reader.line().len()));
    for line in [BODY, "\u{ff} not json ", BODY] {
        assert!(reader.next_payload().is_some());
        assert_eq!((reader.line(), reader.line().as_ptr()), (line.as_bytes(), buffer));
    }
}

#[test]
fn an_error_names_the_line_and_no_value() {
    let archive = format!("{BODY}\n{}\n", r#"{"data":["7f3a"],"meta":{"operation":"delete"}}"#);
    let mut reader = NdjsonReader::new(archive.as_bytes());
    assert!(reader.next_payload().unwrap().is_ok());
    let error = reader.next_payload().unwrap().unwrap_err();
    let place = (error.line_number(), error.code(), error.parse_error().path());
    assert_eq!(place, (2, "wrong_type", Some("/data")));
    let text = "line 2 of the archive: expected an object, found an array at /data (line 1, column 9)";
    assert_eq!((&*error.to_string(), format!("{error:?}")), (text, format!("LineError(\"{text}\")")));
    assert!(std::error::Error::source(&error).is_none());
    assert!(!format!("{reader:?}").contains("7f3a"));
}
