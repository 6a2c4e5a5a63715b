//! Replaying archives: one body a line.
//!
//! A service that keeps what it receives, one body a line (NDJSON), can go through it again: to rebuild its copy, to try
//! a new version, to look for what went wrong. [`NdjsonReader`] does so in constant memory. A bad line is an error with
//! its number and never ends the run.
//!
//! ```
//! use rownd_webhooks::replay::NdjsonReader;
//!
//! let archive = "{\"meta\":{\"operation\":\"delete\"}}\n\nnot json\n{\"meta\":{\"operation\":\"delete\"}}\n";
//! let mut reader = NdjsonReader::new(archive.as_bytes());
//! let (mut read, mut bad) = (0, Vec::new());
//! while let Some(next) = reader.next_payload() {
//!     match next {
//!         Ok(payload) => read += usize::from(payload.operation().as_str() == "delete"),
//!         Err(error) => bad.push((error.line_number(), error.code())),
//!     }
//! }
//! assert_eq!((read, bad), (2, vec![(3, "syntax")]));
//! ```

use std::fmt::{self, Debug, Display, Formatter};
use std::io::{self, BufRead, Read};

use crate::error::{ParseError, ParseErrorKind};
use crate::limits;
use crate::parse::Parser;
use crate::payload::Payload;

/// Reads bodies from an archive, one a line, into a buffer that it uses again.
///
/// Lines end with `\n` or `\r\n`; lines of white space are skipped. A line longer than the parser's
/// [`max_bytes`](Parser::max_bytes) is skipped to its end, and is an error of code `too_large`. A failure of the reader
/// itself is an error of code `io`, and the last thing it tells.
pub struct NdjsonReader<R> {
    reader: R,
    parser: Parser,
    line: Vec<u8>,
    line_number: u64,
    has_failed: bool,
}

impl<R: BufRead> NdjsonReader<R> {
    /// Reads with the default [`Parser`].
    pub fn new(reader: R) -> Self {
        Self::with_parser(reader, Parser::new())
    }

    /// Reads with limits and settings of your own.
    pub fn with_parser(reader: R, parser: Parser) -> Self {
        Self { reader, parser, line: Vec::new(), line_number: 0, has_failed: false }
    }

    /// The number of the line read last, from 1; 0 before the first.
    #[must_use]
    pub fn line_number(&self) -> u64 {
        self.line_number
    }

    /// The line read last, as it came, without its end: what to put aside when it is bad. Of one that is too long it is
    /// the beginning.
    #[must_use]
    pub fn line(&self) -> &[u8] {
        &self.line
    }

    /// The next body, or why it is none; `None` at the end.
    ///
    /// The payload borrows from the reader's buffer: what shall outlive the next call is
    /// [`into_owned`](Payload::into_owned).
    pub fn next_payload(&mut self) -> Option<Result<Payload<'_>, LineError>> {
        loop {
            if self.has_failed {
                return None;
            }
            match self.read_line() {
                Ok(false) => return None,
                Ok(true) if self.is_blank() => {}
                Ok(true) => break,
                Err(error) => {
                    self.has_failed = true;
                    let error = ParseError::new(ParseErrorKind::Io { kind: error.kind() });
                    return Some(Err(LineError::new(self.line_number, error)));
                }
            }
        }
        let line_number = self.line_number;
        Some(self.parser.parse(&self.line).map_err(|error| LineError::new(line_number, error)))
    }

    /// Whether there is nothing on the line; of one that is too long, not all was read.
    fn is_blank(&self) -> bool {
        self.line.len() as u64 <= self.parser.most_bytes() && limits::is_blank(&self.line)
    }

    /// Reads one line without its end, and never much more of it than the limit. `false` at the end.
    fn read_line(&mut self) -> io::Result<bool> {
        self.line.clear();
        self.line_number += 1;
        // Room for the line's end.
        let most = self.parser.most_bytes().saturating_add(2);
        if self.reader.by_ref().take(most).read_until(b'\n', &mut self.line)? == 0 {
            self.line_number -= 1;
            return Ok(false);
        }
        if self.line.ends_with(b"\n") {
            self.line.pop();
            if self.line.ends_with(b"\r") {
                self.line.pop();
            }
        } else if self.line.len() as u64 == most {
            self.reader.skip_until(b'\n')?;
        }
        Ok(true)
    }
}

impl<R> Debug for NdjsonReader<R> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("NdjsonReader").field("line_number", &self.line_number).finish_non_exhaustive()
    }
}

/// Why a line is not a payload: the parse error, and the line's number.
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

    /// The line's number in the archive, from 1.
    #[must_use]
    pub fn line_number(&self) -> u64 {
        self.0.line_number
    }

    /// What is wrong with the line; its own line numbers count inside the line.
    #[must_use]
    pub fn parse_error(&self) -> &ParseError {
        &self.0.error
    }

    /// The stable code of the parse error.
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
