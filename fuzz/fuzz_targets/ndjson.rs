//! Law: each line is what it is on its own, however the reader cuts the archive up.
#![no_main]

use std::io::BufReader;

use libfuzzer_sys::fuzz_target;
use rownd_webhooks::Parser;
use rownd_webhooks::replay::NdjsonReader;

const MOST: usize = 200;

fuzz_target!(|archive: &[u8]| {
    let parser = Parser::new().max_bytes(MOST);
    let alone = |line: &[u8]| parser.parse(line).map(|payload| payload.into_owned());
    // A carriage return belongs to the line's end in front of a line feed only.
    let lines = archive.split_inclusive(|byte| *byte == b'\n').map(|line| match line.strip_suffix(b"\n") {
        Some(line) => line.strip_suffix(b"\r").unwrap_or(line),
        None => line,
    });
    let is_blank = |line: &[u8]| line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
    let mut expected = lines.zip(1..).filter(|(line, _)| line.len() > MOST || !is_blank(line));

    let mut reader = NdjsonReader::with_parser(BufReader::with_capacity(7, archive), parser.clone());
    while let Some(next) = reader.next_payload() {
        let (line, number) = expected.next().expect("no more lines than there are");
        match next {
            Ok(payload) => assert_eq!(Ok(payload.into_owned()), alone(line)),
            Err(error) => {
                assert_eq!(error.line_number(), number);
                assert_eq!(Err(error.code()), alone(line).map_err(|error| error.code()));
            }
        }
    }
    assert_eq!(expected.next(), None);
});
