//! Walking JSON text that serde_json has already found valid: what a value that stays text still has to be
//! asked. On text that is not valid JSON the walk ends early; it never fails.

use std::borrow::Cow;

/// What serde_json's own parser lets be open at once: it refuses the 128th container.
pub(crate) const MAX_DEPTH: usize = 127;

/// How the names begin to which serde_json gives a meaning of its own.
const RESERVED: &str = "$serde_json::private::";

/// Whether a member may not be called so.
#[inline]
pub(crate) fn is_reserved(name: &str) -> bool {
    // Nearly every name is told by its first byte.
    name.as_bytes().first() == RESERVED.as_bytes().first() && name.starts_with(RESERVED)
}

/// A piece of JSON text: a bracket, a member's name, or a scalar.
#[derive(Clone, Copy)]
pub(crate) enum Token<'a> {
    OpenObject,
    OpenArray,
    Close,
    /// A member's name, with its quotes and escapes.
    Name(&'a str),
    /// A string, with its quotes and escapes.
    String(&'a str),
    /// A number, `true`, `false` or `null`.
    Literal(&'a str),
}

/// The tokens of a JSON text, in order, each with its offset.
pub(crate) struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, skipped: impl Fn(u8) -> bool) -> Option<u8> {
        let rest = self.rest();
        let length = rest.iter().position(|byte| !skipped(*byte))?;
        self.at += length;
        rest.get(length).copied()
    }

    /// The length of the string at the start of `rest`, quotes included.
    fn string_length(rest: &[u8]) -> Option<usize> {
        let mut length = 1;
        loop {
            let tail = rest.get(length..)?;
            let step = tail.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
            length += step + 1;
            if tail.get(step) == Some(&b'"') {
                return Some(length);
            }
            length += 1;
        }
    }

    fn string(&mut self) -> Option<Token<'a>> {
        let start = self.at;
        self.at += Self::string_length(self.rest())?;
        let string = self.text.get(start..self.at)?;
        let is_name = self.skip(|byte| byte.is_ascii_whitespace()) == Some(b':');
        Some(if is_name { Token::Name(string) } else { Token::String(string) })
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = (usize, Token<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let first = self.skip(|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b':'))?;
        let start = self.at;
        let token = match first {
            b'"' => return Some((start, self.string()?)),
            b'{' => Token::OpenObject,
            b'[' => Token::OpenArray,
            b'}' | b']' => Token::Close,
            _ => {
                let rest = self.rest();
                let length = rest.iter().take_while(|byte| is_literal(**byte)).count();
                self.at += length;
                return match length {
                    0 => None,
                    _ => Some((start, Token::Literal(self.text.get(start..self.at)?))),
                };
            }
        };
        self.at += 1;
        Some((start, token))
    }
}

fn is_literal(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')
}

/// The text that a JSON string stands for, `None` when an escape in it is half a surrogate pair.
pub(crate) fn unescape(string: &str) -> Option<Cow<'_, str>> {
    if string.contains('\\') {
        serde_json::from_str(string).ok().map(Cow::Owned)
    } else {
        string.get(1..string.len().checked_sub(1)?).map(Cow::Borrowed)
    }
}

/// Why nested JSON is refused, though its grammar is right.
pub(crate) enum Flaw {
    TooDeep,
    ReservedName,
    /// Half a surrogate pair: no Rust reader gets this string.
    Surrogate,
}

/// Looks through nested JSON for what would break a plain serde_json reader; `depth` containers are open
/// around it. Tells the first flaw and its offset.
pub(crate) fn check(text: &str, depth: usize) -> Result<(), (usize, Flaw)> {
    if is_plain(text, depth) {
        return Ok(());
    }
    let mut open = depth;
    for (offset, token) in Tokens::new(text) {
        match token {
            Token::OpenObject | Token::OpenArray => {
                open += 1;
                if open > MAX_DEPTH {
                    return Err((offset, Flaw::TooDeep));
                }
            }
            // Not every text comes from serde_json's reader: one that closes too much is refused when it is read.
            Token::Close => open = open.saturating_sub(1),
            Token::Name(name) => match unescape(name) {
                Some(name) if is_reserved(&name) => return Err((offset, Flaw::ReservedName)),
                Some(_) => {}
                None => return Err((offset, Flaw::Surrogate)),
            },
            // Only `\u` can be wrong in a string that serde_json has skipped.
            Token::String(string) if string.contains("\\u") && unescape(string).is_none() => {
                return Err((offset, Flaw::Surrogate));
            }
            Token::String(_) | Token::Literal(_) => {}
        }
    }
    Ok(())
}

/// Whether there is nothing to look for: no escape, no `$`, and too few brackets to be deep. One pass
/// without branches, which is what nearly all nested JSON needs.
fn is_plain(text: &str, depth: usize) -> bool {
    text.as_bytes()
        .chunks(CHUNK)
        .try_fold(depth, |open, chunk| {
            let mut odd = false;
            let mut opened = 0u8;
            for byte in chunk {
                odd |= matches!(byte, b'\\' | b'$');
                opened = opened.wrapping_add(u8::from(matches!(byte, b'{' | b'[')));
            }
            let open = open + usize::from(opened);
            (!odd && open <= MAX_DEPTH).then_some(open)
        })
        .is_some()
}

/// One step of the way to a place in a body.
#[derive(Clone, Copy)]
pub(crate) enum Step<'a> {
    Member(&'a str),
    Element(usize),
}

/// The offset of the value that `steps` lead to, in text that may break off behind it. With `repeated` it
/// is the offset of the last step's second name instead: the one that must not be there.
pub(crate) fn locate(text: &str, steps: &[Step<'_>], repeated: bool) -> Option<usize> {
    let mut tokens = Tokens::new(text).peekable();
    for (index, step) in steps.iter().enumerate() {
        let mut to_skip = usize::from(repeated && index + 1 == steps.len());
        match (tokens.next()?.1, *step) {
            (Token::OpenObject, Step::Member(wanted)) => loop {
                let (offset, Token::Name(name)) = tokens.next()? else { return None };
                if unescape(name).is_some_and(|name| name == wanted) {
                    if to_skip == 0 {
                        if repeated && index + 1 == steps.len() {
                            return Some(offset);
                        }
                        break;
                    }
                    to_skip -= 1;
                }
                skip_value(&mut tokens)?;
            },
            (Token::OpenArray, Step::Element(wanted)) => {
                for _ in 0..wanted {
                    skip_value(&mut tokens)?;
                }
            }
            _ => return None,
        }
    }
    tokens.peek().map(|(offset, _)| *offset)
}

/// How many members follow in the object that is open where the text begins, without those of these names.
pub(crate) fn members(text: &str, uncounted: &[&str]) -> usize {
    let is_counted =
        |name| uncounted.is_empty() || unescape(name).is_none_or(|name| !uncounted.contains(&&*name));
    direct(text).filter(|token| matches!(token, Token::Name(name) if is_counted(name))).count()
}

/// How many elements follow in the array that is open where the text begins.
pub(crate) fn elements(text: &str) -> usize {
    direct(text).count()
}

/// The tokens that follow in the container that is open where the text begins, without those inside of another one.
fn direct(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut open = 0usize;
    Tokens::new(text)
        .map_while(move |(_, token)| {
            let depth = open;
            match token {
                Token::OpenObject | Token::OpenArray => open += 1,
                Token::Close => open = open.checked_sub(1)?,
                Token::Name(_) | Token::String(_) | Token::Literal(_) => {}
            }
            Some((depth, token))
        })
        .filter_map(|(depth, token)| (depth == 0).then_some(token))
}

fn skip_value<'a>(tokens: &mut impl Iterator<Item = (usize, Token<'a>)>) -> Option<()> {
    let mut open = 0usize;
    loop {
        match tokens.next()?.1 {
            Token::OpenObject | Token::OpenArray => open += 1,
            Token::Close => open = open.checked_sub(1)?,
            Token::Name(_) => continue,
            Token::String(_) | Token::Literal(_) => {}
        }
        if open == 0 {
            return Some(());
        }
    }
}

/// The line and column, both from 1 and the column in bytes, of an offset: as serde_json counts them.
pub(crate) fn position(text: &[u8], offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    (1 + count(before, b'\n'), before.len() - line_start + 1)
}

/// As many bytes as a `u8` can count, in whole vectors: the compiler makes vector instructions of it.
const CHUNK: usize = 192;

/// How often a byte occurs.
pub(crate) fn count(bytes: &[u8], wanted: u8) -> usize {
    let counts =
        bytes.chunks(CHUNK).map(|chunk| chunk.iter().map(|byte| u8::from(*byte == wanted)).sum::<u8>());
    counts.map(usize::from).sum()
}

/// What kind of JSON value begins with this byte.
pub(crate) fn type_name(first: Option<u8>) -> &'static str {
    match first {
        Some(b'"') => "string",
        Some(b'{') => "object",
        Some(b'[') => "array",
        Some(b't' | b'f') => "boolean",
        Some(b'n') => "null",
        _ => "number",
    }
}
