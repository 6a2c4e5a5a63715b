//! Law: each line of an archive parses as it does alone, as a body or as a `Received`, and an archive of `Received` is read back
//! unchanged.
#![no_main]

use std::io::BufReader;

use libfuzzer_sys::fuzz_target;
use rownd_webhooks::replay::NdjsonReader;
use rownd_webhooks::{Parser, Payload, Received};

const MAX_BYTES: usize = 200;

type Parsed = Result<Payload<'static>, (u64, &'static str)>;

/// Parses each line of the archive on its own, as a body and as a `Received`.
fn expected(archive: &[u8], parser: &Parser) -> Vec<[Parsed; 2]> {
    let archive = archive.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(archive);
    // A carriage return belongs to the end of the line only in front of a line feed.
    let lines = archive.split_inclusive(|byte| *byte == b'\n').map(|line| match line.strip_suffix(b"\n") {
        Some(line) => line.strip_suffix(b"\r").unwrap_or(line),
        None => line,
    });
    let is_blank = |line: &[u8]| line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
    lines
        .zip(1..)
        .filter(|(line, _)| line.len() > MAX_BYTES || !is_blank(line))
        .map(|(line, number)| {
            let received = parser.parse_received(line).map(|received| received.payload);
            [parser.parse(line), received]
                .map(|parsed| parsed.map(Payload::into_owned).map_err(|error| (number, error.code())))
        })
        .collect()
}

fuzz_target!(|archive: &[u8]| {
    let parser = Parser::new().max_bytes(MAX_BYTES);
    // The small buffer splits lines.
    let reader = || NdjsonReader::with_parser(BufReader::with_capacity(7, archive), parser.clone());
    let expected = expected(archive, &parser);
    let owned: Vec<Parsed> =
        reader().owned().map(|next| next.map_err(|error| (error.line_number(), error.code()))).collect();
    assert_eq!(owned.len(), expected.len());
    for (owned, [body, received]) in owned.iter().zip(&expected) {
        assert!(owned == body || body.is_err() && owned == received, "{owned:?}, not {body:?} or {received:?}");
    }

    let mut lines = 0;
    let mut received = reader();
    while let Some(next) = received.next_received() {
        let next = next.map(|received| received.payload.into_owned());
        let next = next.map_err(|error| (error.line_number(), error.code()));
        assert_eq!(next, expected[lines][1]);
        lines += 1;
    }
    assert_eq!(lines, expected.len());

    let received: Vec<_> = expected.into_iter().filter_map(|[body, _]| body.ok()).map(Received::now).collect();
    let archive: String =
        received.iter().map(|received| serde_json::to_string(received).unwrap() + "\n").collect();
    // The limit applies to the body alone.
    let mut reader = NdjsonReader::with_parser(archive.as_bytes(), parser);
    for received in received {
        assert_eq!(reader.next_received(), Some(Ok(received)));
    }
    assert_eq!(reader.next_received(), None);
});
