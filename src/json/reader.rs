//! A reader that walks a JSON text once and checks it on the way.

use std::borrow::Cow;

use super::error::{Error, ErrorKind};
use super::private::is_reserved;
use super::string::{plain_length, unescape_content};
use super::{MAX_DEPTH, position};

/// A value: scalars are read, arrays and objects are checked and stay text.
#[derive(Debug)]
pub(crate) enum Token<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    String(Cow<'a, str>),
    Array(&'a str),
    Object(&'a str),
}

/// A cursor in a JSON text.
///
/// Every method starts at the first byte of what it reads, after white space, and stops behind the last.
#[derive(Clone)]
pub(crate) struct Reader<'a> {
    text: &'a str,
    offset: usize,
    /// The place of the last name that was read.
    name_offset: usize,
    /// The number of arrays and objects that are open.
    depth: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, offset: 0, name_offset: 0, depth: 0 }
    }

    /// The place in the text that the reader has reached.
    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    /// The place of the last name that was read by `next_name`.
    pub(crate) fn name_offset(&self) -> usize {
        self.name_offset
    }

    /// A reader of the same text that starts elsewhere.
    pub(crate) fn at(&self, offset: usize) -> Self {
        Self { offset, ..Self::new(self.text) }
    }

    /// The text from `start` up to where the reader is.
    pub(crate) fn text_since(&self, start: usize) -> &'a str {
        self.text.get(start..self.offset).unwrap_or_default()
    }

    /// The line and column of an offset.
    #[cold]
    pub(crate) fn position(&self, offset: usize) -> (usize, usize) {
        position::position(self.text.as_bytes(), offset)
    }

    /// Skips white space and returns the byte that follows it.
    #[inline]
    pub(crate) fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.offset) {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(*byte);
            }
            self.offset += 1;
        }
        None
    }

    /// Enters an object, of which the opening brace is next.
    #[inline]
    pub(crate) fn begin_object(&mut self) -> Result<(), Error> {
        self.open()
    }

    /// Reads the next member's name and the colon behind it, or leaves the object.
    ///
    /// `is_first` is `true` before the first call for an object, and `false` after it.
    #[inline]
    pub(crate) fn next_name(&mut self, is_first: &mut bool) -> Result<Option<Cow<'a, str>>, Error> {
        match self.peek() {
            Some(b'}') => {
                self.close();
                return Ok(None);
            }
            Some(b',') if !*is_first => {
                self.offset += 1;
                self.peek();
            }
            _ if *is_first => {}
            _ => return Err(self.unexpected(ErrorKind::ExpectedCommaOrBrace)),
        }
        *is_first = false;
        if self.byte() != Some(b'"') {
            return Err(self.unexpected(ErrorKind::ExpectedName));
        }
        self.name_offset = self.offset;
        let name = self.string()?;
        self.colon()?;
        Ok(Some(name))
    }

    /// Enters an array, of which the opening bracket is next.
    #[inline]
    pub(crate) fn begin_array(&mut self) -> Result<(), Error> {
        self.open()
    }

    /// Moves to the next element and returns its first byte, or leaves the array.
    ///
    /// `is_first` is `true` before the first call for an array, and `false` after it.
    #[inline]
    pub(crate) fn next_element(&mut self, is_first: &mut bool) -> Result<Option<u8>, Error> {
        let next = match self.peek() {
            Some(b']') => {
                self.close();
                return Ok(None);
            }
            Some(b',') if !*is_first => {
                self.offset += 1;
                self.peek()
            }
            next if *is_first => next,
            _ => return Err(self.unexpected(ErrorKind::ExpectedCommaOrBracket)),
        };
        *is_first = false;
        next.map(Some).ok_or_else(|| self.unexpected(ErrorKind::ExpectedValue))
    }

    /// Reads a value of any type.
    #[inline]
    pub(crate) fn value(&mut self) -> Result<Token<'a>, Error> {
        let next = self.peek();
        let start = self.offset;
        match next {
            Some(b'"') => return self.string().map(Token::String),
            Some(b'{' | b'[') => {}
            _ => return self.scalar(next),
        }
        self.skip_nested()?;
        let text = self.text_since(start);
        Ok(if next == Some(b'{') { Token::Object(text) } else { Token::Array(text) })
    }

    /// Reads a value of any type and returns its text.
    pub(crate) fn raw_value(&mut self) -> Result<&'a str, Error> {
        self.peek();
        let start = self.offset;
        self.skip_nested()?;
        Ok(self.text_since(start))
    }

    /// Checks that nothing but white space follows.
    pub(crate) fn end(&mut self) -> Result<(), Error> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.error(ErrorKind::TrailingData)),
        }
    }

    /// Reads a string, of which the opening quote is next. It is a slice of the text unless it has an escape.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<Cow<'a, str>, Error> {
        let (content, has_escape) = self.skip_string()?;
        Ok(if has_escape { Cow::Owned(unescape_content(content)) } else { Cow::Borrowed(content) })
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    #[cold]
    fn error(&self, kind: ErrorKind) -> Error {
        Error { kind, offset: self.offset }
    }

    /// The error that something else is next, or nothing at all.
    #[cold]
    fn unexpected(&self, kind: ErrorKind) -> Error {
        self.error(if self.byte().is_none() { ErrorKind::UnexpectedEnd } else { kind })
    }

    #[inline]
    fn open(&mut self) -> Result<(), Error> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(ErrorKind::TooDeep));
        }
        self.depth += 1;
        self.offset += 1;
        Ok(())
    }

    #[inline]
    fn close(&mut self) {
        self.depth -= 1;
        self.offset += 1;
    }

    #[inline]
    fn colon(&mut self) -> Result<(), Error> {
        if self.peek() != Some(b':') {
            return Err(self.unexpected(ErrorKind::ExpectedColon));
        }
        self.offset += 1;
        Ok(())
    }

    fn scalar(&mut self, first: Option<u8>) -> Result<Token<'a>, Error> {
        let start = self.offset;
        match first {
            Some(b'-' | b'0'..=b'9') => {
                self.skip_number()?;
                Ok(Token::Number(self.text_since(start)))
            }
            Some(b't') => self.skip_word("true").map(|()| Token::Bool(true)),
            Some(b'f') => self.skip_word("false").map(|()| Token::Bool(false)),
            Some(b'n') => self.skip_word("null").map(|()| Token::Null),
            _ => Err(self.unexpected(ErrorKind::ExpectedValue)),
        }
    }

    fn skip_word(&mut self, word: &str) -> Result<(), Error> {
        for expected in word.bytes() {
            if self.byte() != Some(expected) {
                return Err(self.unexpected(ErrorKind::ExpectedValue));
            }
            self.offset += 1;
        }
        Ok(())
    }

    fn skip_number(&mut self) -> Result<(), Error> {
        if self.byte() == Some(b'-') {
            self.offset += 1;
        }
        if self.byte() == Some(b'0') {
            self.offset += 1;
            if self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
                return Err(self.error(ErrorKind::InvalidNumber));
            }
        } else {
            self.skip_digits()?;
        }
        if self.byte() == Some(b'.') {
            self.offset += 1;
            self.skip_digits()?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.offset += 1;
            if let Some(b'+' | b'-') = self.byte() {
                self.offset += 1;
            }
            self.skip_digits()?;
        }
        Ok(())
    }

    /// Skips digits, of which there has to be one.
    fn skip_digits(&mut self) -> Result<(), Error> {
        let start = self.offset;
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.offset += 1;
        }
        if self.offset == start { Err(self.unexpected(ErrorKind::InvalidNumber)) } else { Ok(()) }
    }

    /// Skips a string and returns what is between its quotes, and whether that has an escape.
    #[inline]
    fn skip_string(&mut self) -> Result<(&'a str, bool), Error> {
        self.offset += 1;
        let start = self.offset;
        self.offset += plain_length(self.text.as_bytes().get(start..).unwrap_or_default());
        let has_escape = self.byte() != Some(b'"');
        if has_escape {
            self.skip_escapes()?;
        }
        let content = self.text_since(start);
        self.offset += 1;
        Ok((content, has_escape))
    }

    /// Goes on in a string up to its closing quote.
    #[inline(never)]
    fn skip_escapes(&mut self) -> Result<(), Error> {
        loop {
            match self.byte() {
                Some(b'"') => return Ok(()),
                Some(b'\\') => self.skip_escape()?,
                _ => return Err(self.unexpected(ErrorKind::ControlCharacter)),
            }
            self.offset += plain_length(self.text.as_bytes().get(self.offset..).unwrap_or_default());
        }
    }

    fn skip_escape(&mut self) -> Result<(), Error> {
        let start = self.offset;
        self.offset += 1;
        match self.byte() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.offset += 1;
                return Ok(());
            }
            Some(b'u') => {}
            _ => return Err(self.unexpected(ErrorKind::InvalidEscape)),
        }
        let is_paired = match self.hex()? {
            0xDC00..=0xDFFF => false,
            0xD800..=0xDBFF
                if self.text.as_bytes().get(self.offset..).is_some_and(|rest| rest.starts_with(b"\\u")) =>
            {
                self.offset += 1;
                matches!(self.hex()?, 0xDC00..=0xDFFF)
            }
            0xD800..=0xDBFF => false,
            _ => true,
        };
        if is_paired { Ok(()) } else { Err(Error { kind: ErrorKind::LoneSurrogate, offset: start }) }
    }

    /// Reads the `u` of an escape and its four digits.
    fn hex(&mut self) -> Result<u32, Error> {
        let mut code = 0;
        for _ in 0..4 {
            self.offset += 1;
            let digit = self.byte().and_then(|byte| char::from(byte).to_digit(16));
            code = code << 4 | digit.ok_or_else(|| self.unexpected(ErrorKind::InvalidEscape))?;
        }
        self.offset += 1;
        Ok(code)
    }

    /// Skips a value with everything inside it.
    fn skip_nested(&mut self) -> Result<(), Error> {
        let outer = self.depth;
        // One bit for each container that was opened here, 1 for an object; the innermost one is the lowest.
        let mut objects = 0u128;
        loop {
            match self.peek() {
                Some(b'{') => {
                    self.open()?;
                    objects = objects << 1 | 1;
                    if self.peek() != Some(b'}') {
                        self.skip_name()?;
                        continue;
                    }
                }
                Some(b'[') => {
                    self.open()?;
                    objects <<= 1;
                    if self.peek() != Some(b']') {
                        continue;
                    }
                }
                Some(b'"') => drop(self.skip_string()?),
                next => drop(self.scalar(next)?),
            }
            // A value ended, and with it perhaps the containers around it.
            loop {
                if self.depth == outer {
                    return Ok(());
                }
                let is_object = objects & 1 == 1;
                match self.peek() {
                    Some(b',') => {
                        self.offset += 1;
                        if is_object {
                            self.peek();
                            self.skip_name()?;
                        }
                        break;
                    }
                    Some(b'}') if is_object => self.close(),
                    Some(b']') if !is_object => self.close(),
                    _ if is_object => return Err(self.unexpected(ErrorKind::ExpectedCommaOrBrace)),
                    _ => return Err(self.unexpected(ErrorKind::ExpectedCommaOrBracket)),
                }
                objects >>= 1;
            }
        }
    }

    /// Skips the name of a nested member and the colon behind it.
    fn skip_name(&mut self) -> Result<(), Error> {
        if self.byte() != Some(b'"') {
            return Err(self.unexpected(ErrorKind::ExpectedName));
        }
        let start = self.offset;
        let (name, has_escape) = self.skip_string()?;
        if is_reserved(name) || has_escape && is_reserved(&unescape_content(name)) {
            return Err(Error { kind: ErrorKind::ReservedName, offset: start });
        }
        self.colon()
    }
}

/// Checks a whole JSON text.
pub(crate) fn check(text: &str) -> Result<(), Error> {
    let mut reader = Reader::new(text);
    reader.raw_value()?;
    reader.end()
}

/// The JSON type of a value, by the first byte of its text.
pub(crate) fn type_name(text: &str) -> &'static str {
    match text.as_bytes().first() {
        Some(b'"') => "string",
        Some(b'{') => "object",
        Some(b'[') => "array",
        Some(b't' | b'f') => "boolean",
        Some(b'n') => "null",
        _ => "number",
    }
}
