//! Text that is safe to print on a terminal: control, bidi and separator characters are escaped.

use std::io;

use serde::Serialize;

fn is_printable(character: char) -> bool {
    matches!(character, '"' | '\'' | '\\') || character.escape_debug().len() == 1
}

/// Escapes text as Rust does.
pub(crate) fn printable(text: &str) -> String {
    let escape = |character: char| match character {
        character if is_printable(character) => character.to_string(),
        character => character.escape_debug().to_string(),
    };
    text.chars().map(escape).collect()
}

/// Serializes to JSON on one line, with JSON's escapes.
pub(crate) fn json(value: &impl Serialize) -> io::Result<String> {
    let escape = |character: char| match character {
        // White space of nested JSON, which is written as received.
        '\n' | '\r' | '\t' => " ".to_owned(),
        character if is_printable(character) => character.to_string(),
        // All other characters are inside strings.
        character => {
            let escapes: Vec<String> =
                character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect();
            escapes.concat()
        }
    };
    Ok(serde_json::to_string(value)?.chars().map(escape).collect())
}
