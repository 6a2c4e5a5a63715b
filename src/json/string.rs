//! JSON strings: where the plain text in one ends, and how one is written.

/// Returns the number of bytes before the first one that ends a string, begins an escape or is a control character.
///
/// It looks at eight bytes at a time.
#[expect(clippy::inline_always, reason = "measured, see json/reader.rs")]
#[inline(always)]
pub(crate) fn plain_length(bytes: &[u8]) -> usize {
    let special = bytes.first_chunk().map_or(0, |word| special_bytes(u64::from_le_bytes(*word)));
    if special != 0 { special.trailing_zeros() as usize / 8 } else { long_plain_length(bytes) }
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

/// Writes a string with its quotes and the escapes that it needs.
pub(crate) fn write_string(text: &str, out: &mut String) {
    // A string is always valid JSON.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}
