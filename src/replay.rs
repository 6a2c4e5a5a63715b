//! Reading archives of bodies, one on each line.
//!
//! A service that keeps what it receives, one body per line (NDJSON), can read it again: to rebuild its copy, to try a new
//! version, or to learn what went wrong. [`NdjsonReader`] does so in constant memory. A bad line is an error with its number, and
//! does not end the archive.
//!
//! A body as received may contain line breaks, as the vendor's samples do, so append `serde_json::to_string(&payload)` to an
//! archive, or a [`Received`] payload, which has the time of arrival as well.
//!
//! A payload serializes with Rownd's field names. So read archived payloads without the field mapping under which they arrived.
//!
//! # Examples
//!
//! ```
//! use rownd_webhooks::replay::NdjsonReader;
//!
//! let archive = "{\"meta\":{\"operation\":\"delete\"}}\n\nnot json\n{\"meta\":{\"operation\":\"delete\"}}\n";
//! let (mut read, mut bad) = (0, Vec::new());
//! for next in NdjsonReader::new(archive.as_bytes()).owned() {
//!     match next {
//!         Ok(payload) => read += usize::from(payload.operation() == "delete"),
//!         Err(error) => bad.push((error.line_number(), error.code())),
//!     }
//! }
//! assert_eq!((read, bad), (2, vec![(3, "syntax")]));
//! ```

use std::fmt::{self, Debug, Display, Formatter};
use std::io::{self, BufRead, Read};

use crate::error::{ParseError, ParseErrorKind};
use crate::input::{self, BYTE_ORDER_MARK};
use crate::parse::Parser;
use crate::payload::Payload;
use crate::received::Received;

/// A reader of archives with one body, or one [`Received`] body, on each line. It uses one buffer for all lines.
///
/// Lines end with `\n` or `\r\n`. Lines of whitespace are skipped, and so is a byte order mark at the start of the archive. A
/// line that is longer than the parser's [`max_bytes`](Parser::max_bytes) is skipped to its end and is an error with the code
/// `too_large`. If the reader fails, the last item is an error with the code `io`.
pub struct NdjsonReader<R> {
    reader: R,
    parser: Parser,
    line: Vec<u8>,
    line_number: u64,
    has_failed: bool,
}

impl<R: BufRead> NdjsonReader<R> {
    /// Creates a reader with the default [`Parser`].
    pub fn new(reader: R) -> Self {
        Self::with_parser(reader, Parser::new())
    }

    /// Creates a reader with a configured [`Parser`].
    pub fn with_parser(reader: R, parser: Parser) -> Self {
        Self { reader, parser, line: Vec::new(), line_number: 0, has_failed: false }
    }

    /// Returns the number of the last line that was read, counted from 1, or 0 before the first.
    #[must_use]
    pub fn line_number(&self) -> u64 {
        self.line_number
    }

    /// Returns the line that was read last, without its end: empty at the end of the archive, and cut if the line is too long.
    #[must_use]
    pub fn line(&self) -> &[u8] {
        &self.line
    }

    /// Parses the next line, a body or a [`Received`] one; `None` at the end of the archive.
    ///
    /// A line with `received_at` and `payload` is `Received`, unless it also has `data`, `redacted` or `meta`. The payload
    /// borrows from the reader's buffer. Use [`owned`](Self::owned) or [`into_owned`](Payload::into_owned) for one that outlives
    /// the next call:
    ///
    /// ```compile_fail,E0499
    /// use rownd_webhooks::replay::NdjsonReader;
    ///
    /// let mut reader = NdjsonReader::new(&b""[..]);
    /// let first = reader.next_payload();
    /// let second = reader.next_payload();
    /// println!("{first:?} {second:?}");
    /// ```
    ///
    /// ```
    /// use rownd_webhooks::{Payload, replay::NdjsonReader};
    ///
    /// let mut reader = NdjsonReader::new(&b""[..]);
    /// let first = reader.next_payload().map(|payload| payload.map(Payload::into_owned));
    /// let second = reader.next_payload();
    /// println!("{first:?} {second:?}");
    /// ```
    pub fn next_payload(&mut self) -> Option<Result<Payload<'_>, LineError>> {
        self.next(Parser::parse_line)
    }

    /// Converts the reader into an iterator over owned payloads.
    ///
    /// The number and text of a good line are not available from it: use [`next_payload`](Self::next_payload) for these.
    pub fn owned(mut self) -> impl Iterator<Item = Result<Payload<'static>, LineError>> {
        std::iter::from_fn(move || Some(self.next_payload()?.map(Payload::into_owned)))
    }

    /// Parses the [`Received`] payload on the next line, as `Received` serializes it; `None` at the end of the archive.
    ///
    /// A line with a body is an error. In an archive of both, call [`next_payload`](Self::next_payload), and
    /// [`Parser::parse_received`] on [`line`](Self::line) for the time.
    ///
    /// ```
    /// use rownd_webhooks::{Payload, Received, replay::NdjsonReader, testing::samples};
    ///
    /// let received = Received::now(rownd_webhooks::from_str(samples::DELETE)?);
    /// let archive = serde_json::to_string(&received)?;
    /// let mut reader = NdjsonReader::new(archive.as_bytes());
    /// assert_eq!(reader.next_received().unwrap()?, received);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn next_received(&mut self) -> Option<Result<Received<Payload<'_>>, LineError>> {
        self.next(Parser::parse_received)
    }

    fn next<'s, T>(
        &'s mut self,
        parse: impl FnOnce(&'s Parser, &'s [u8]) -> Result<T, ParseError>,
    ) -> Option<Result<T, LineError>> {
        while !self.has_failed {
            match self.read_line() {
                Ok(false) => return None,
                // A line that is too long was not read to its end.
                Ok(true) if self.line.len() <= self.parser.max_bytes && input::is_blank(&self.line) => {}
                Ok(true) => {
                    let parsed = parse(&self.parser, &self.line);
                    return Some(parsed.map_err(|error| LineError::new(self.line_number, error)));
                }
                Err(error) => {
                    self.has_failed = true;
                    let error = ParseError::new(ParseErrorKind::Io { kind: error.kind() });
                    return Some(Err(LineError::new(self.line_number, error)));
                }
            }
        }
        None
    }

    /// Reads one line without its end, and not much more of it than the limit. Returns `false` at the end of the archive.
    fn read_line(&mut self) -> io::Result<bool> {
        self.line.clear();
        self.line_number += 1;
        // Enough to see that the line is too long, even with a byte order mark and `\r\n`.
        let max = self.parser.max_received_bytes().saturating_add(BYTE_ORDER_MARK.len() + 2) as u64;
        if self.reader.by_ref().take(max).read_until(b'\n', &mut self.line)? == 0 {
            self.line_number -= 1;
            return Ok(false);
        }
        if self.line.ends_with(b"\n") {
            self.line.pop();
            if self.line.ends_with(b"\r") {
                self.line.pop();
            }
        } else if self.line.len() as u64 == max {
            self.reader.skip_until(b'\n')?;
        }
        if self.line_number == 1 && self.line.starts_with(BYTE_ORDER_MARK) {
            self.line.drain(..BYTE_ORDER_MARK.len());
        }
        Ok(true)
    }
}

impl<R> Debug for NdjsonReader<R> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("NdjsonReader").field("line_number", &self.line_number).finish_non_exhaustive()
    }
}

/// The error of a line: its number and the parse error.
#[derive(Clone, PartialEq, Eq)]
pub struct LineError(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    line_number: u64,
    error: ParseError,
}

impl LineError {
    #[cold]
    fn new(line_number: u64, error: ParseError) -> Self {
        Self(Box::new(Inner { line_number, error }))
    }

    /// Returns the number of the line in the archive, counted from 1.
    #[must_use]
    pub fn line_number(&self) -> u64 {
        self.0.line_number
    }

    /// Returns the error. It counts its own lines and columns from the start of this line.
    #[must_use]
    pub fn parse_error(&self) -> &ParseError {
        &self.0.error
    }

    /// Returns the stable code of the parse error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.error.code()
    }
}

impl Display for LineError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "line {} of the archive: {}", self.0.line_number, self.0.error)
    }
}

impl Debug for LineError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "LineError(\"{self}\")")
    }
}

impl std::error::Error for LineError {}
