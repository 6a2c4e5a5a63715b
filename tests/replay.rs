//! Replaying archives: a bad line never ends the run, a broken reader does and says so.

mod support;

use std::io::{self, BufRead, BufReader, Read};

use rownd_webhooks::Parser;
use rownd_webhooks::replay::{LineError, NdjsonReader};
use rownd_webhooks::testing::samples;

const BODY: &str = r#"{"meta":{"operation":"delete"}}"#;

/// The numbers of the lines, with the code of what is wrong with them.
type Run = Vec<(u64, Option<&'static str>)>;

fn run<R: BufRead>(mut reader: NdjsonReader<R>) -> Run {
    let mut run = Run::new();
    loop {
        let code = match reader.next_payload() {
            None => {
                let count = reader.line_number();
                assert!(reader.next_payload().is_none());
                assert_eq!(reader.line_number(), count, "the end is no line");
                return run;
            }
            Some(Ok(_)) => None,
            Some(Err(error)) => Some((error.line_number(), error.code())),
        };
        if let Some((line_number, _)) = code {
            assert_eq!(line_number, reader.line_number());
        }
        run.push((reader.line_number(), code.map(|(_, code)| code)));
        assert!(run.len() < 1000, "the run does not end");
    }
}

fn replay(archive: impl AsRef<[u8]>) -> Run {
    let archive = archive.as_ref();
    let at_once = run(NdjsonReader::new(archive));
    for capacity in [1, 2, 3, 31] {
        let piecemeal = run(NdjsonReader::new(BufReader::with_capacity(capacity, archive)));
        assert_eq!(piecemeal, at_once, "by {capacity} bytes");
    }
    at_once
}

#[test]
fn every_body_is_read_in_order() {
    let archive = format!("{BODY}\n{}\n{BODY}", r#"{"meta":{"operation":"data_update"}}"#);
    let mut reader = NdjsonReader::new(archive.as_bytes());
    let mut operations = Vec::new();
    while let Some(payload) = reader.next_payload() {
        operations.push(payload.unwrap().operation().as_str().to_owned());
    }
    assert_eq!(operations, ["delete", "data_update", "delete"]);
    assert!(reader.next_payload().is_none(), "the end is the end");
}

#[test]
fn line_ends_and_blank_lines() {
    let rows: [(String, &[u64]); 12] = [
        (String::new(), &[]),
        ("\n".into(), &[]),
        ("\n\r\n \t\r\n\n".into(), &[]),
        (BODY.into(), &[1]),
        (format!("{BODY}\n"), &[1]),
        (format!("{BODY}\r\n{BODY}\r\n"), &[1, 2]),
        (format!("{BODY}\r\n{BODY}"), &[1, 2]),
        (format!("{BODY}\r"), &[1]),
        (format!("\n\n{BODY}\n\r\n  \n{BODY}\n\n"), &[3, 6]),
        (format!(" {BODY} \n\t{BODY}\t\r\n"), &[1, 2]),
        (format!("{BODY}\n "), &[1]),
        (format!("{BODY}\r\r\n{BODY}"), &[1, 2]),
    ];
    for (archive, numbers) in rows {
        let expected: Run = numbers.iter().map(|number| (*number, None)).collect();
        assert_eq!(replay(&archive), expected, "{archive:?}");
    }
}

#[test]
fn a_bad_line_never_ends_the_run() {
    let bad: [(&[u8], &str); 10] = [
        // White space to others, but not to JSON.
        (b"\x0C", "syntax"),
        (b"not json", "syntax"),
        (b"{\"meta\":", "syntax"),
        (b"{\"meta\":\xFF}", "not_utf8"),
        (b"\xFF\xFE", "not_utf8"),
        (b"\0", "syntax"),
        (b"[]", "not_an_object"),
        (b"{} {}", "trailing_data"),
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
fn two_bodies_on_one_line_are_one_bad_line() {
    assert_eq!(replay(format!("{BODY}{BODY}\n{BODY}")), [(1, Some("trailing_data")), (2, None)]);
    assert_eq!(replay(format!("{BODY}\r{BODY}\n{BODY}")), [(1, Some("trailing_data")), (2, None)]);
}

#[test]
fn a_body_over_several_lines_is_bad_lines() {
    let lines = samples::DELETE.lines().count();
    let run = replay(samples::DELETE.trim_end());
    assert_eq!(run.len(), lines);
    assert!(run.iter().all(|(_, code)| code.is_some()));
}

#[test]
fn the_limit_is_that_of_the_parser() {
    let parser = || Parser::new().max_bytes(BODY.len());
    let limited = |archive: &str| {
        let at_once = run(NdjsonReader::with_parser(archive.as_bytes(), parser()));
        for capacity in [1, 2, 7] {
            let reader = BufReader::with_capacity(capacity, archive.as_bytes());
            assert_eq!(
                run(NdjsonReader::with_parser(reader, parser())),
                at_once,
                "{archive:?} by {capacity} bytes"
            );
        }
        at_once
    };
    for end in ["\n", "\r\n", ""] {
        assert_eq!(limited(&format!("{BODY}{end}")), [(1, None)], "{end:?}");
    }
    for spaces in 1..6 {
        for end in ["\n", "\r\n"] {
            let archive = format!("{BODY}{}{end}{BODY}{end}", " ".repeat(spaces));
            assert_eq!(limited(&archive), [(1, Some("too_large")), (2, None)], "{archive:?}");
        }
        let last = format!("{BODY}\n{BODY}{}", " ".repeat(spaces));
        assert_eq!(limited(&last), [(1, None), (2, Some("too_large"))], "{last:?}");
    }
    let endless = format!("{BODY}\n{}\n{BODY}\n", "x".repeat(100_000));
    assert_eq!(limited(&endless), [(1, None), (2, Some("too_large")), (3, None)]);
}

/// White space alone is a blank line; white space before a body that is too far to the right is not.
#[test]
fn a_line_that_is_too_long_is_not_lost_behind_white_space() {
    let parser = || Parser::new().max_bytes(BODY.len());
    let archive = format!("{}{BODY}\n{BODY}\n", " ".repeat(100));
    assert_eq!(
        run(NdjsonReader::with_parser(archive.as_bytes(), parser())),
        [(1, Some("too_large")), (2, None)]
    );
}

#[test]
fn strict_parsers_replay_too() {
    let reader = NdjsonReader::with_parser(BODY.as_bytes(), Parser::new().strict(true));
    assert_eq!(run(reader), [(1, Some("invalid"))]);
}

/// Gives some bytes, and then fails.
struct Broken<'b>(&'b [u8], io::ErrorKind);

impl Read for Broken<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() { Err(io::Error::new(self.1, "jrose@acme.com")) } else { self.0.read(buffer) }
    }
}

#[test]
fn a_broken_reader_ends_the_run_and_says_so() {
    let rows: [(String, Run); 4] = [
        (String::new(), vec![(1, Some("io"))]),
        (format!("{BODY}\nnot json\n"), vec![(1, None), (2, Some("syntax")), (3, Some("io"))]),
        (format!("{BODY}\n{BODY}"), vec![(1, None), (2, Some("io"))]),
        (format!("{BODY}\n\n\n{{\"meta\""), vec![(1, None), (4, Some("io"))]),
    ];
    for (archive, expected) in rows {
        for kind in [io::ErrorKind::ConnectionReset, io::ErrorKind::WouldBlock, io::ErrorKind::Other] {
            let reader = || NdjsonReader::new(BufReader::new(Broken(archive.as_bytes(), kind)));
            assert_eq!(run(reader()), expected, "{archive:?}");
            let mut reader = reader();
            let mut last: Option<LineError> = None;
            while let Some(next) = reader.next_payload() {
                last = next.err();
            }
            let text = format!("{} {last:?}", last.as_ref().unwrap());
            assert!(text.contains(&kind.to_string()) && !text.contains("jrose"), "{text}");
            assert!(reader.next_payload().is_none(), "it ends for good");
        }
    }
}

#[test]
fn a_failure_inside_a_line_that_is_too_long_is_told() {
    let archive = "x".repeat(10_000);
    let reader = BufReader::new(Broken(archive.as_bytes(), io::ErrorKind::ConnectionReset));
    assert_eq!(run(NdjsonReader::with_parser(reader, Parser::new().max_bytes(10))), [(1, Some("io"))]);
}

/// What is interrupted is tried again, as `BufRead` does everywhere.
#[test]
fn an_interruption_is_no_failure() {
    struct Interrupted<'b>(&'b [u8], bool);
    impl Read for Interrupted<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 { Err(io::ErrorKind::Interrupted.into()) } else { self.0.read(&mut buffer[..1]) }
        }
    }
    let archive = format!("{BODY}\n{}\n{BODY}\n", "x".repeat(100));
    let reader = BufReader::new(Interrupted(archive.as_bytes(), false));
    let run = run(NdjsonReader::with_parser(reader, Parser::new().max_bytes(BODY.len())));
    assert_eq!(run, [(1, None), (2, Some("too_large")), (3, None)]);
}

#[test]
fn one_buffer_is_used_again() {
    let long = format!(r#"{{"meta":{{"operation":"{}"}}}}"#, "x".repeat(500));
    let archive = [long.as_str(), BODY, "not json", &long, BODY].join("\n");
    let mut reader = NdjsonReader::new(archive.as_bytes());
    let mut places = Vec::new();
    while reader.next_payload().is_some() {
        places.push(reader.line().as_ptr());
    }
    assert_eq!(places.len(), 5);
    assert!(places.windows(2).all(|pair| pair[0] == pair[1]), "{places:?}");
}

#[test]
fn of_an_endless_line_only_the_beginning_is_kept() {
    let archive = "x".repeat(1 << 20);
    let mut reader = NdjsonReader::with_parser(archive.as_bytes(), Parser::new().max_bytes(100));
    assert_eq!(reader.next_payload().unwrap().unwrap_err().code(), "too_large");
    assert!((101..=102).contains(&reader.line().len()), "{}", reader.line().len());
}

#[test]
fn the_line_is_there_to_be_put_aside() {
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
fn payloads_outlive_the_buffer_when_owned() {
    let archive = format!("{}\n{BODY}\n", r#"{"data":{"x":"first"},"meta":{"operation":"data_update"}}"#);
    let mut reader = NdjsonReader::new(archive.as_bytes());
    let first = reader.next_payload().unwrap().unwrap().into_owned();
    assert!(reader.next_payload().unwrap().is_ok());
    assert_eq!(first.field("x").unwrap().visible().unwrap().as_str(), Some("first"));
}

#[test]
fn an_error_tells_the_line_and_no_value() {
    let archive = format!(
        "{BODY}\n{}\n",
        r#"{"meta":{"operation":"delete","lookup_values":[{"field":"email","value":["7f3a"]}]}}"#
    );
    let mut reader = NdjsonReader::new(archive.as_bytes());
    assert!(reader.next_payload().unwrap().is_ok());
    let error = reader.next_payload().unwrap().unwrap_err();
    assert_eq!((error.line_number(), error.code()), (2, "wrong_type"));
    assert_eq!(error.parse_error().path(), Some("/meta/lookup_values/0/value"));
    let text = error.to_string();
    assert!(text.starts_with("line 2 of the archive: expected a string, found an array"), "{text}");
    assert_eq!(format!("{error:?}"), format!("LineError(\"{text}\")"));
    assert!(std::error::Error::source(&error).is_none());
    assert!(!format!("{reader:?}").contains("7f3a"));
}

#[test]
fn an_error_is_one_word_wide() {
    assert_eq!(size_of::<LineError>(), size_of::<usize>());
}
