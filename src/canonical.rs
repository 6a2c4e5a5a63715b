//! One text for equal payloads: compact, members sorted by name at every level.

use std::borrow::Cow;
use std::iter::Peekable;

use crate::scan::{Token, Tokens, unescape};

/// The canonical text of a valid JSON text.
///
/// Numbers stay as they are; strings are escaped anew, as little as JSON allows. Members that share a name
/// stay in their order.
pub(crate) fn json(text: &str) -> String {
    let mut canonical = String::with_capacity(text.len());
    value(&mut Tokens::new(text).map(|(_, token)| token).peekable(), &mut canonical);
    canonical
}

/// Writes a string with quotes and the escapes it needs.
fn string(text: &str, out: &mut String) {
    // Writing a `&str` into memory does not fail.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}

/// The members of an object, sorted by name, however they arrive.
struct Object<'n> {
    start: usize,
    members: Vec<(Cow<'n, str>, usize)>,
}

impl<'n> Object<'n> {
    fn open(out: &mut String) -> Self {
        out.push('{');
        Self { start: out.len(), members: Vec::new() }
    }

    /// Begins a member: its value is what the caller writes next.
    fn member(&mut self, name: Cow<'n, str>, out: &mut String) {
        let start = out.len();
        string(&name, out);
        out.push(':');
        self.members.push((name, start));
    }

    fn close(self, out: &mut String) {
        let starts = self.members.iter().map(|(_, start)| *start);
        let ends: Vec<usize> = starts.skip(1).chain([out.len()]).collect();
        let mut members: Vec<_> =
            self.members.into_iter().zip(ends).map(|((name, start), end)| (name, start..end)).collect();
        members.sort_by(|(before, _), (after, _)| before.cmp(after));
        let texts: Vec<&str> = members.into_iter().filter_map(|(_, range)| out.get(range)).collect();
        let sorted = texts.join(",");
        out.truncate(self.start);
        out.push_str(&sorted);
        out.push('}');
    }
}

/// Writes one value; the depth of parsed JSON is limited, so this recursion is too.
fn value<'a>(tokens: &mut Peekable<impl Iterator<Item = Token<'a>>>, out: &mut String) {
    match tokens.next() {
        Some(Token::OpenObject) => {
            let mut object = Object::open(out);
            while let Some(Token::Name(name)) = tokens.next() {
                object.member(unescape(name).unwrap_or_default(), out);
                value(tokens, out);
            }
            object.close(out);
        }
        Some(Token::OpenArray) => {
            out.push('[');
            let mut is_first = true;
            while tokens.peek().is_some_and(|token| !matches!(token, Token::Close)) {
                if !is_first {
                    out.push(',');
                }
                is_first = false;
                value(tokens, out);
            }
            tokens.next();
            out.push(']');
        }
        Some(Token::String(text) | Token::Name(text)) => string(&unescape(text).unwrap_or_default(), out),
        Some(Token::Literal(text)) => out.push_str(text),
        Some(Token::Close) | None => {}
    }
}
