//! JSON strings: where the plain text in one ends, and how one is written.

/// Returns the number of bytes before the first one that ends a string, begins an escape or is a control character.
///
/// It looks at eight bytes at a time.
#[expect(clippy::inline_always, reason = "a call for each string costs a tenth of a parse")]
#[inline(always)]
pub(crate) fn plain_length(bytes: &[u8]) -> usize {
    let mut length = 0;
    let mut rest = bytes;
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        let special = special_bytes(u64::from_le_bytes(*word));
        if special != 0 {
            return length + special.trailing_zeros() as usize / 8;
        }
        length += 8;
        rest = after;
    }
    length + plain_length_of_few(rest)
}

/// Does the same for fewer than eight bytes.
#[cold]
#[inline(never)]
fn plain_length_of_few(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..0x20)).unwrap_or(bytes.len())
}

/// Sets the highest bit of the first byte in the word that is a quote, a backslash or a control character. Later bytes may be
/// marked by mistake, when a subtraction borrows from them.
#[inline]
fn special_bytes(word: u64) -> u64 {
    const HIGH_BITS: u64 = u64::from_ne_bytes([0x80; 8]);
    // A subtraction sets the highest bit of a byte that is smaller, and of one that had it set: the latter is part of a longer
    // character, and cleared at the end.
    let quote = (word ^ u64::from_ne_bytes([b'"'; 8])).wrapping_sub(u64::from_ne_bytes([1; 8]));
    let backslash = (word ^ u64::from_ne_bytes([b'\\'; 8])).wrapping_sub(u64::from_ne_bytes([1; 8]));
    let control = word.wrapping_sub(u64::from_ne_bytes([0x20; 8]));
    (quote | backslash | control) & !word & HIGH_BITS
}

/// Writes a string with its quotes and the escapes that it needs.
pub(crate) fn write_string(text: &str, out: &mut String) {
    // A string is always valid JSON.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}
