//! Names made safe to print: anyone can send them.

use std::fmt::{self, Debug, Display, Formatter, Write};

/// The characters of a name that are shown, at most.
const SHOWN: usize = 64;

/// A name as messages show it: no control, bidi or separator character, and cut at 64 characters.
pub(crate) struct Printable<'a>(pub(crate) &'a str);

impl Display for Printable<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(self.0.chars()))
    }
}

/// A name as `Debug` shows it: between quotes, otherwise the same.
pub(crate) struct DebugName<'a>(pub(crate) &'a str);

impl Debug for DebugName<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", Printable(self.0))
    }
}

/// Escapes what does not print, and cuts.
pub(crate) fn printable(name: impl Iterator<Item = char>) -> String {
    let mut shown = String::new();
    let mut length = 0;
    // Where the text ends if it turns out to be too long: room for the ellipsis is kept.
    let mut cut = 0;
    for character in name {
        if matches!(character, '"' | '\'' | '\\') {
            shown.push(character);
            length += 1;
        } else {
            let escaped = character.escape_debug();
            length += escaped.len();
            // A `String` takes every write.
            let _ = write!(shown, "{escaped}");
        }
        if length > SHOWN {
            shown.truncate(cut);
            shown.push('…');
            break;
        }
        if length < SHOWN {
            cut = shown.len();
        }
    }
    shown
}
