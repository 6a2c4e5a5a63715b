//! Escaping of untrusted names.

use std::fmt::{self, Debug, Display, Formatter};

/// Maximum number of characters of a name that are shown.
const MAX_SHOWN: usize = 64;

/// A name as messages show it: without control, bidi and separator characters, and cut at 64 characters.
pub(crate) struct Printable<'a>(pub(crate) &'a str);

impl Display for Printable<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(self.0))
    }
}

/// A name as `Debug` shows it: in quotes, otherwise the same.
pub(crate) struct DebugName<'a>(pub(crate) &'a str);

impl Debug for DebugName<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", Printable(self.0))
    }
}

/// Escapes non-printable characters and truncates.
pub(crate) fn printable(name: &str) -> String {
    let mut shown = String::new();
    let mut length = 0;
    // Where the text ends if it turns out to be too long, with room for the ellipsis.
    let mut cut = 0;
    for character in name.chars() {
        let escaped = match character {
            '"' | '\'' | '\\' => character.to_string(),
            _ => character.escape_debug().to_string(),
        };
        length += escaped.chars().count();
        shown.push_str(&escaped);
        if length > MAX_SHOWN {
            shown.truncate(cut);
            shown.push('…');
            break;
        }
        if length < MAX_SHOWN {
            cut = shown.len();
        }
    }
    shown
}
