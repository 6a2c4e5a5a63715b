//! JSON strings: where one ends, what one stands for, and how one is written.

use std::borrow::Cow;

/// The number of bytes before the first that ends a string or begins an escape or is a control character.
///
/// It looks at eight bytes at a time.
#[inline]
pub(crate) fn plain_length(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some((word, behind)) = rest.split_first_chunk::<8>() {
        let special = special_bytes(u64::from_le_bytes(*word));
        if special != 0 {
            return bytes.len() - rest.len() + special.trailing_zeros() as usize / 8;
        }
        rest = behind;
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | ..0x20);
    bytes.len() - rest.len() + rest.iter().position(is_special).unwrap_or(rest.len())
}

/// Sets the highest bit of the first byte in the word that is a quote, a backslash or a control character. Later bytes may be
/// marked by mistake, when a subtraction borrows from them.
#[inline]
fn special_bytes(word: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH_BITS: u64 = ONES << 7;
    let is_zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let quote = is_zero(word ^ (ONES * b'"' as u64));
    let backslash = is_zero(word ^ (ONES * b'\\' as u64));
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (quote | backslash | control) & HIGH_BITS
}

/// The text that a valid JSON string stands for.
pub(crate) fn unescape(string: &str) -> Cow<'_, str> {
    let content = string.get(1..string.len().saturating_sub(1)).unwrap_or_default();
    if content.contains('\\') { Cow::Owned(unescape_content(content)) } else { Cow::Borrowed(content) }
}

/// The text that the content of a valid JSON string stands for: what is between its quotes.
pub(crate) fn unescape_content(content: &str) -> String {
    let mut text = String::with_capacity(content.len());
    let mut rest = content;
    while let Some((plain, escape)) = rest.split_once('\\') {
        text.push_str(plain);
        let mut characters = escape.chars();
        text.push(match characters.next() {
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let (character, behind) = unicode_escape(characters.as_str());
                characters = behind.chars();
                character
            }
            other => other.unwrap_or_default(),
        });
        rest = characters.as_str();
    }
    text.push_str(rest);
    text
}

/// The character of a `\u` escape, a pair of them for what is above U+FFFF, and the text behind it.
fn unicode_escape(text: &str) -> (char, &str) {
    let (high, behind) = hex(text);
    if let Some(character) = char::from_u32(high) {
        return (character, behind);
    }
    let (low, behind) = hex(behind.get(2..).unwrap_or_default());
    let code = 0x1_0000 + ((high & 0x3FF) << 10 | low & 0x3FF);
    (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), behind)
}

fn hex(text: &str) -> (u32, &str) {
    let (digits, behind) = text.split_at_checked(4).unwrap_or((text, ""));
    (u32::from_str_radix(digits, 16).unwrap_or_default(), behind)
}

/// Writes a string with its quotes and the escapes that it needs.
pub(crate) fn write_string(text: &str, out: &mut String) {
    // A string is always valid JSON.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}
