//! A reader that walks JSON text once and checks it on the way.
//!
//! Most names and values have a few bytes, so calls are a large part of their cost. The seven functions with `inline(always)`, here
//! and in parse/body.rs, save 19 % of the instructions of a parse of small bodies, 13 % of mixed ones and of escapes, and 9 % of
//! nested values. Each saves at least four percent of one of these; with `inline` alone, the others are as fast.

#![expect(clippy::inline_always, reason = "measured, see above")]

use std::borrow::Cow;
use std::{iter, mem};

use super::reserved::is_reserved;

/// Maximum number of arrays and objects that are open at once: serde_json's own parser rejects the 128th.
pub(crate) const MAX_DEPTH: usize = 127;

/// An error of the reader, and the offset of the byte at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Error {
    pub(crate) kind: ErrorKind,
    pub(crate) offset: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    ExpectedValue,
    ExpectedName,
    ExpectedColon,
    ExpectedCommaOrBracket,
    ExpectedCommaOrBrace,
    InvalidNumber,
    InvalidEscape,
    ControlCharacter,
    UnexpectedEnd,
    LoneSurrogate,
    TrailingData,
    TooDeep,
    ReservedName,
}

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

/// A cursor in JSON text.
///
/// Methods skip whitespace in front of what they read, apart from `enter` and `string`, which start at the cursor. Each stops
/// after the last byte.
#[derive(Clone, Default)]
pub(crate) struct Reader<'a> {
    text: &'a str,
    offset: usize,
    /// The offset of the last name that was read.
    name_offset: usize,
    /// The number of arrays and objects that are open.
    depth: usize,
    /// Nothing has been read since the last one was opened.
    is_first: bool,
    max_depth: usize,
    /// A lone surrogate in a value is read as U+FFFD; otherwise, and in a name, it is an error.
    replaces_surrogates: bool,
    /// The offset of the first escape that was read as U+FFFD since `take_replaced`.
    replaced: Option<usize>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, max_depth: MAX_DEPTH, ..Self::default() }
    }

    /// Creates a reader of an envelope: an object with a body inside, which may contain lone surrogates.
    pub(crate) fn enclosed(text: &'a str) -> Self {
        Self { max_depth: MAX_DEPTH + 1, replaces_surrogates: true, ..Self::new(text) }
    }

    /// Sets whether lone surrogates in values are read as U+FFFD, rather than rejected.
    pub(crate) fn replace_surrogates(&mut self, replace: bool) {
        self.replaces_surrogates = replace;
    }

    /// Returns `true` if a lone surrogate was read as U+FFFD since `take_replaced`.
    #[inline]
    pub(crate) fn has_replaced(&self) -> bool {
        self.replaced.is_some()
    }

    /// Returns the offset of the first lone surrogate that was read as U+FFFD since the last call.
    #[cold]
    pub(crate) fn take_replaced(&mut self) -> Option<usize> {
        self.replaced.take()
    }

    /// Returns the last `length` bytes with `\ufffd` for each lone surrogate, which has the same length.
    #[cold]
    pub(crate) fn mended(&self, length: usize) -> String {
        let mut mended = String::with_capacity(length);
        let mut rest = self.at(self.offset - length);
        while rest.offset < self.offset {
            let start = rest.offset;
            match self.text_since(start).find('\\') {
                Some(0) => {
                    // The text was read before, so that its escapes are valid.
                    let _ = rest.escape();
                }
                plain => rest.offset += plain.unwrap_or(self.offset - start),
            }
            let is_lone = rest.take_replaced().is_some();
            mended.push_str(if is_lone { "\\ufffd" } else { rest.text_since(start) });
        }
        mended
    }

    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    /// Returns the offset of the name that `next_name` read last.
    pub(crate) fn name_offset(&self) -> usize {
        self.name_offset
    }

    #[inline]
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    /// Returns a reader of the same text that starts at another offset. It is meant for text that was read before.
    pub(crate) fn at(&self, offset: usize) -> Self {
        Self { offset, replaces_surrogates: true, ..Self::new(self.text) }
    }

    /// Returns the text from `start` to the current offset.
    pub(crate) fn text_since(&self, start: usize) -> &'a str {
        self.text.get(start..self.offset).unwrap_or_default()
    }

    #[cold]
    pub(crate) fn position(&self, offset: usize) -> (usize, usize) {
        position(self.text.as_bytes(), offset)
    }

    /// Skips whitespace and returns the byte that follows it.
    #[inline]
    pub(crate) fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.offset) {
            // The first comparison nearly always decides.
            if *byte > b' ' || !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(*byte);
            }
            self.offset += 1;
        }
        None
    }

    /// Enters the array or object at the cursor.
    #[inline]
    pub(crate) fn enter(&mut self) -> Result<(), Error> {
        if self.depth == self.max_depth {
            return Err(self.error(ErrorKind::TooDeep));
        }
        self.depth += 1;
        self.offset += 1;
        self.is_first = true;
        Ok(())
    }

    /// Reads the next member's name and the colon after it, or leaves the object.
    #[inline(always)]
    pub(crate) fn next_name(&mut self) -> Result<Option<Cow<'a, str>>, Error> {
        if !self.next_member()? {
            return Ok(None);
        }
        let name = self.name()?;
        self.colon()?;
        Ok(Some(name))
    }

    /// Moves to the next member's name, or leaves the object and returns `false`.
    #[inline]
    fn next_member(&mut self) -> Result<bool, Error> {
        if !self.next(b'}', ErrorKind::ExpectedCommaOrBrace)? {
            return Ok(false);
        }
        if self.byte() != Some(b'"') {
            return Err(self.unexpected(ErrorKind::ExpectedName));
        }
        self.name_offset = self.offset;
        Ok(true)
    }

    /// Moves to the next element, or leaves the array and returns `false`.
    #[inline]
    pub(crate) fn next_element(&mut self) -> Result<bool, Error> {
        self.next(b']', ErrorKind::ExpectedCommaOrBracket)
    }

    /// Moves to the next member or element, or leaves what `end` closes and returns `false`.
    #[inline]
    fn next(&mut self, end: u8, expected: ErrorKind) -> Result<bool, Error> {
        let next = self.peek();
        if next == Some(end) {
            self.close();
            return Ok(false);
        }
        if !mem::take(&mut self.is_first) {
            if next != Some(b',') {
                return Err(self.unexpected(expected));
            }
            self.offset += 1;
            self.peek();
        }
        Ok(true)
    }

    /// Leaves the array or object inside which the depth is `depth`, unless it has been left before.
    ///
    /// Returns `false` if something in it has not been read.
    #[inline]
    pub(crate) fn leave(&mut self, depth: usize) -> bool {
        if self.depth < depth {
            return true;
        }
        let is_at_end = self.depth == depth && matches!(self.peek(), Some(b']' | b'}'));
        if is_at_end {
            self.close();
        }
        is_at_end
    }

    /// Skips the string that follows if it is this text, however escaped.
    #[inline]
    pub(crate) fn skip_text(&mut self, text: &str) -> bool {
        let Some(b'"') = self.peek() else { return false };
        let start = self.offset;
        // The first byte rules out nearly every string.
        let second = self.text.as_bytes().get(start + 1).copied();
        let is_equal = (second == text.as_bytes().first().copied() || second == Some(b'\\'))
            && self.string().is_ok_and(|string| string == text);
        if !is_equal {
            self.offset = start;
        }
        is_equal
    }

    /// Returns the JSON type of the value that follows.
    #[cold]
    pub(crate) fn next_type(&mut self) -> &'static str {
        self.peek();
        type_name(self.text.get(self.offset..).unwrap_or_default())
    }

    /// Reads a value of any type.
    #[inline(always)]
    pub(crate) fn value(&mut self) -> Result<Token<'a>, Error> {
        let next = self.peek();
        let start = self.offset;
        match next {
            Some(b'"') => return self.string().map(Token::String),
            Some(b'{') => self.skip_object()?,
            Some(b'[') => self.skip_array()?,
            _ => self.skip_scalar(next)?,
        }
        Ok(match next {
            Some(b'{') => Token::Object(self.text_since(start)),
            Some(b'[') => Token::Array(self.text_since(start)),
            Some(b't') => Token::Bool(true),
            Some(b'f') => Token::Bool(false),
            Some(b'n') => Token::Null,
            _ => Token::Number(self.text_since(start)),
        })
    }

    /// Reads `true`, `false` or `null`, which is `None`.
    #[inline]
    pub(crate) fn word(&mut self) -> Result<Option<bool>, Error> {
        let first = self.byte();
        self.skip_scalar(first)?;
        Ok(if first == Some(b'n') { None } else { Some(first == Some(b't')) })
    }

    pub(crate) fn number(&mut self) -> Result<&'a str, Error> {
        let start = self.offset;
        self.skip_number()?;
        Ok(self.text_since(start))
    }

    /// Reads a value of any type and returns its text.
    pub(crate) fn raw_value(&mut self) -> Result<&'a str, Error> {
        self.peek();
        let start = self.offset;
        self.skip_value()?;
        Ok(self.text_since(start))
    }

    /// Checks that nothing but whitespace follows, unless an array or object is still open.
    pub(crate) fn end(&mut self) -> Result<(), Error> {
        match self.peek() {
            None => Ok(()),
            Some(_) if self.depth > 0 => Ok(()),
            Some(_) => Err(self.error(ErrorKind::TrailingData)),
        }
    }

    /// Reads the string at the cursor: a slice of the text unless it has an escape.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<Cow<'a, str>, Error> {
        let start = self.offset + 1;
        match self.plain_string() {
            Some(text) => Ok(Cow::Borrowed(text)),
            None => self.escaped_string(start).map(Cow::Owned),
        }
    }

    /// Reads a name. A lone surrogate is an error, since two names could become one.
    #[inline]
    fn name(&mut self) -> Result<Cow<'a, str>, Error> {
        let start = self.offset + 1;
        match self.plain_string() {
            Some(text) => Ok(Cow::Borrowed(text)),
            None => self.escaped_name(start).map(Cow::Owned),
        }
    }

    #[inline(never)]
    fn escaped_name(&mut self, start: usize) -> Result<String, Error> {
        let replaces_surrogates = mem::take(&mut self.replaces_surrogates);
        let name = self.escaped_string(start)?;
        self.replaces_surrogates = replaces_surrogates;
        Ok(name)
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    #[cold]
    fn error(&self, kind: ErrorKind) -> Error {
        Error { kind, offset: self.offset }
    }

    /// Returns the error for an unexpected byte, or for the end of the text.
    #[cold]
    fn unexpected(&self, kind: ErrorKind) -> Error {
        self.error(if self.byte().is_none() { ErrorKind::UnexpectedEnd } else { kind })
    }

    #[inline]
    fn close(&mut self) {
        self.depth -= 1;
        self.offset += 1;
        self.is_first = false;
    }

    #[inline]
    pub(crate) fn colon(&mut self) -> Result<(), Error> {
        if self.peek() != Some(b':') {
            return Err(self.unexpected(ErrorKind::ExpectedColon));
        }
        self.offset += 1;
        Ok(())
    }

    /// Skips a number, `true`, `false` or `null` whose first byte is `first`.
    #[inline(always)]
    fn skip_scalar(&mut self, first: Option<u8>) -> Result<(), Error> {
        match first {
            Some(b'-' | b'0'..=b'9') => self.skip_number(),
            Some(b't') => self.skip_word(b"true"),
            Some(b'f') => self.skip_word(b"false"),
            Some(b'n') => self.skip_word(b"null"),
            _ => Err(self.unexpected(ErrorKind::ExpectedValue)),
        }
    }

    #[inline]
    fn skip_word(&mut self, word: &[u8]) -> Result<(), Error> {
        if self.text.as_bytes().get(self.offset..).is_some_and(|rest| rest.starts_with(word)) {
            self.offset += word.len();
            return Ok(());
        }
        Err(self.misspelled(word))
    }

    #[cold]
    fn misspelled(&mut self, word: &[u8]) -> Error {
        let found = self.text.as_bytes().iter().skip(self.offset);
        self.offset += word.iter().zip(found).take_while(|(expected, found)| expected == found).count();
        self.unexpected(ErrorKind::ExpectedValue)
    }

    fn skip_number(&mut self) -> Result<(), Error> {
        match number_end(self.text.as_bytes(), self.offset) {
            Ok(end) => {
                self.offset = end;
                Ok(())
            }
            Err(malformed) => {
                self.offset = malformed;
                Err(self.unexpected(ErrorKind::InvalidNumber))
            }
        }
    }

    /// Reads a string that has no escape; otherwise stops at the first.
    #[inline]
    fn plain_string(&mut self) -> Option<&'a str> {
        let bytes = self.text.as_bytes();
        let start = self.offset + 1;
        let end = start + bytes.get(start..).map_or(0, plain_length);
        if bytes.get(end) == Some(&b'"') {
            self.offset = end + 1;
            return Some(self.text.get(start..end).unwrap_or_default());
        }
        self.offset = end;
        None
    }

    /// Reads the rest of a string, from its first escape.
    #[inline(never)]
    fn escaped_string(&mut self, mut start: usize) -> Result<String, Error> {
        // Enough for most strings, so that they are allocated once.
        let mut text = String::with_capacity(self.offset - start + 64);
        loop {
            text.push_str(self.text_since(start));
            let Some(character) = self.escape()? else { return Ok(text) };
            text.push(character);
            start = self.offset;
            self.skip_plain();
        }
    }

    #[inline(never)]
    fn skip_escapes(&mut self) -> Result<(), Error> {
        while self.escape()?.is_some() {
            self.skip_plain();
        }
        Ok(())
    }

    #[inline]
    fn skip_plain(&mut self) {
        self.offset += self.text.as_bytes().get(self.offset..).map_or(0, plain_length);
    }

    /// Reads an escape. Returns `None` after the closing quote.
    #[inline(always)]
    fn escape(&mut self) -> Result<Option<char>, Error> {
        let start = self.offset;
        match self.byte() {
            Some(b'\\') => self.offset += 1,
            Some(b'"') => {
                self.offset += 1;
                return Ok(None);
            }
            _ => return Err(self.unexpected(ErrorKind::ControlCharacter)),
        }
        let character = match self.byte() {
            Some(b'u') => return self.unicode_escape(start).map(Some),
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            _ => return Err(self.unexpected(ErrorKind::InvalidEscape)),
        };
        self.offset += 1;
        Ok(Some(character))
    }

    /// Reads the `u` of an escape and its digits; two escapes for a character above U+FFFF.
    #[inline(always)]
    fn unicode_escape(&mut self, start: usize) -> Result<char, Error> {
        let code = self.hex()?;
        match char::from_u32(code.into()) {
            Some(character) => Ok(character),
            None => self.low_surrogate(code, start),
        }
    }

    /// Reads the escape of the low surrogate that has to follow a high one.
    fn low_surrogate(&mut self, high: u16, start: usize) -> Result<char, Error> {
        let end = self.offset;
        if self.text.as_bytes().get(end..).is_some_and(|rest| rest.starts_with(b"\\u")) {
            self.offset += 1;
            let low = self.hex()?;
            if let Some(Ok(character)) = char::decode_utf16([high, low]).next() {
                return Ok(character);
            }
            self.offset = end;
        }
        self.lone_surrogate(start)
    }

    #[cold]
    fn lone_surrogate(&mut self, start: usize) -> Result<char, Error> {
        if !self.replaces_surrogates {
            return Err(Error { kind: ErrorKind::LoneSurrogate, offset: start });
        }
        self.replaced.get_or_insert(start);
        Ok(char::REPLACEMENT_CHARACTER)
    }

    /// Reads the four digits after the `u` of an escape.
    #[inline]
    fn hex(&mut self) -> Result<u16, Error> {
        let digits = self.text.as_bytes().get(self.offset + 1..).unwrap_or_default();
        let add =
            |code: u16, byte: &u8| Some(code << 4 | u16::try_from(char::from(*byte).to_digit(16)?).ok()?);
        if let Some(code) = digits.first_chunk::<4>().and_then(|digits| digits.iter().try_fold(0, add)) {
            self.offset += 5;
            return Ok(code);
        }
        self.offset += 1 + digits.iter().take(4).take_while(|byte| byte.is_ascii_hexdigit()).count();
        Err(self.unexpected(ErrorKind::InvalidEscape))
    }

    /// Skips a value with everything inside it. The depth is limited, and so is this recursion.
    #[inline(always)]
    fn skip_value(&mut self) -> Result<(), Error> {
        match self.peek() {
            Some(b'{') => self.skip_object(),
            Some(b'[') => self.skip_array(),
            Some(b'"') => {
                let is_plain = self.plain_string().is_some();
                if is_plain { Ok(()) } else { self.skip_escapes() }
            }
            next => self.skip_scalar(next),
        }
    }

    fn skip_object(&mut self) -> Result<(), Error> {
        self.enter()?;
        while self.next_member()? {
            let start = self.offset + 1;
            let is_reserved = if self.plain_string().is_some() {
                // The first byte rules out nearly every name, without taking it from the text.
                self.text.as_bytes().get(start) == Some(&b'$') && is_reserved(self.text_since(start))
            } else {
                is_reserved(&self.escaped_name(start)?)
            };
            if is_reserved {
                return Err(Error { kind: ErrorKind::ReservedName, offset: self.name_offset });
            }
            self.colon()?;
            self.skip_value()?;
        }
        Ok(())
    }

    fn skip_array(&mut self) -> Result<(), Error> {
        self.enter()?;
        while self.next_element()? {
            self.skip_value()?;
        }
        Ok(())
    }
}

/// Returns where the number at an offset ends, or where it is malformed.
fn number_end(bytes: &[u8], start: usize) -> Result<usize, usize> {
    let integer = start + usize::from(bytes.get(start) == Some(&b'-'));
    let mut end = digits_end(bytes, integer)?;
    if end > integer + 1 && bytes.get(integer) == Some(&b'0') {
        return Err(integer + 1);
    }
    if bytes.get(end) == Some(&b'.') {
        end = digits_end(bytes, end + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(end) {
        let has_sign = matches!(bytes.get(end + 1), Some(b'+' | b'-'));
        end = digits_end(bytes, end + 1 + usize::from(has_sign))?;
    }
    Ok(end)
}

/// Returns where the digits at an offset end; there has to be one.
fn digits_end(bytes: &[u8], start: usize) -> Result<usize, usize> {
    let mut end = start;
    while bytes.get(end).is_some_and(u8::is_ascii_digit) {
        end += 1;
    }
    if end > start { Ok(end) } else { Err(end) }
}

/// Returns the number of bytes before the first one that ends a string, begins an escape or is a control character.
///
/// It looks at eight bytes at a time.
#[inline]
pub(crate) fn plain_length(bytes: &[u8]) -> usize {
    let Some((word, rest)) = bytes.split_first_chunk() else { return long_plain_length(bytes) };
    let special = special_bytes(u64::from_le_bytes(*word));
    if special != 0 { special.trailing_zeros() as usize / 8 } else { 8 + long_plain_length(rest) }
}

/// Does the same for strings of eight bytes or more. Inlined, it would load its constants again for each word.
#[inline(never)]
fn long_plain_length(bytes: &[u8]) -> usize {
    let mut length = 0;
    for word in bytes.chunks_exact(8) {
        let special = special_bytes(word.try_into().map_or(0, u64::from_le_bytes));
        if special != 0 {
            return length + special.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    let rest = bytes.iter().skip(length);
    length + rest.take_while(|byte| !matches!(byte, b'"' | b'\\' | ..0x20)).count()
}

/// Sets the highest bit of the first byte in the word that is a quote, a backslash or a control character. Later bytes may be
/// marked by mistake, when a subtraction borrows from them.
#[inline]
fn special_bytes(word: u64) -> u64 {
    const fn each(byte: u8) -> u64 {
        u64::from_ne_bytes([byte; 8])
    }
    // A subtraction sets the highest bit of a byte that is smaller, and of one that had it set: the latter is part of a longer
    // character, and cleared at the end. `^ 2` swaps the quote with the space, next to the control characters.
    let quote_or_control = (word ^ each(2)).wrapping_sub(each(b' ' + 1));
    let backslash = (word ^ each(b'\\')).wrapping_sub(each(1));
    (quote_or_control | backslash) & !word & each(0x80)
}

/// Returns the line and column of an offset, both from 1; the column counts bytes.
pub(crate) fn position(text: &[u8], offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let mut lines = before.split(|byte| *byte == b'\n');
    let column = 1 + lines.next_back().map_or(0, <[u8]>::len);
    (1 + lines.count(), column)
}

/// Iterates over the elements of a valid array.
pub(crate) fn elements(array: &str) -> impl Iterator<Item = &str> {
    let mut reader = Reader::new(array);
    // In valid text nothing fails.
    let _ = reader.enter();
    iter::from_fn(move || {
        reader.next_element().ok().filter(|has_next| *has_next)?;
        reader.raw_value().ok()
    })
}

/// Iterates over the members of a valid object.
pub(crate) fn members(object: &str) -> impl Iterator<Item = (Cow<'_, str>, &str)> {
    let mut reader = Reader::new(object);
    let _ = reader.enter();
    iter::from_fn(move || {
        let name = reader.next_name().ok()??;
        Some((name, reader.raw_value().ok()?))
    })
}

/// Checks a whole JSON text.
pub(crate) fn check(text: &str) -> Result<(), Error> {
    let mut reader = Reader::new(text);
    reader.skip_value()?;
    reader.end()
}

/// Returns a valid JSON string without its quotes and escapes.
pub(crate) fn unescape(string: &str) -> Cow<'_, str> {
    Reader::new(string).string().unwrap_or_default()
}

/// Returns the JSON type of a value, by the first byte of its text.
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

/// Returns the name of a JSON type with its article.
pub(crate) fn with_article(type_name: &str) -> &'static str {
    match type_name {
        "null" => "null",
        "boolean" => "a boolean",
        "number" => "a number",
        "string" => "a string",
        "array" => "an array",
        "object" => "an object",
        _ => "another type",
    }
}
