//! Lines and columns.

/// Returns the line and column of an offset, both from 1; the column counts bytes.
pub(crate) fn position(text: &[u8], offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let mut lines = before.split(|byte| *byte == b'\n');
    let column = 1 + lines.next_back().map_or(0, <[u8]>::len);
    (1 + lines.count(), column)
}
