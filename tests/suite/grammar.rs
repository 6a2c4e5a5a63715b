//! The JSON grammar: what is accepted and rejected, compared with serde_json.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::support::strategies::{config, value};
use crate::support::{Body, issue_codes};

/// The places of a value in a body, each with the levels that the value may have.
const PLACES: [(&str, usize); 8] = [
    (r#"{"data":{"f":@},"meta":{"operation":"x"}}"#, 125),
    (r#"{"data":{"f":[@]},"meta":{"operation":"x"}}"#, 124),
    (r#"{"data":{"f":[0,{"a":@,"b":1}]},"meta":{"operation":"x"}}"#, 123),
    (r#"{"x":@,"meta":{"operation":"x"}}"#, 126),
    (r#"{"meta":{"x":@,"operation":"x"}}"#, 125),
    (r#"{"meta":{"operation":"x","lookup_values":@}}"#, 125),
    (r#"{"meta":{"operation":"x","lookup_values":[@]}}"#, 124),
    (r#"{"meta":{"operation":"x","lookup_values":[{"value":@,"field":"f"}]}}"#, 123),
];

/// Values that are separated by a space.
const VALID: &str = concat!(
    "0 -0 7 10 1234567890 -1.50 0e0 0E-0 -0e+00 1E5 1.0e10 1e400 -1e-400 1e99999999999999999999999 ",
    r#""" "\"\\\/\b\f\n\r\t" "\u0000\u001F\u00e9\uABCD" "\ud83d\ude00\uFFFF" "\\ud800" "1234567é\n12345678" "12345678\"" "#,
    r#"null true false [] {} [[],{}] {"a":{},"":[]} {"n":{"a":1,"a":2}} [null,true,false,-1,"",[],{}] "#,
);

fn is_json(text: &str) -> bool {
    serde_json::from_str::<&RawValue>(text).is_ok()
}

/// Bodies with the value in each place.
fn bodies(value: &str) -> [String; 8] {
    PLACES.map(|(place, _)| place.replace('@', value))
}

fn code(body: impl AsRef<[u8]>) -> &'static str {
    rownd_webhooks::from_slice(body.as_ref()).map_or_else(|error| error.code(), |_| "ok")
}

#[track_caller]
fn assert_valid(value: &str) {
    for body in bodies(value) {
        assert!(is_json(&body), "{body}");
        assert_eq!(code(&body), "ok", "{body}");
    }
}

#[track_caller]
fn assert_invalid(value: &str) {
    for body in bodies(value) {
        assert!(!is_json(&body), "{body}");
        assert!(matches!(code(&body), "syntax" | "trailing_data"), "{body}");
    }
}

#[test]
fn valid_json_is_accepted_in_every_place() {
    VALID.split_whitespace().for_each(assert_valid);
    for value in ["[ ]", "{ }", "\t\r\n null \t\r\n", "\" \u{7f}\u{85}\u{2028}\u{feff}\""] {
        assert_valid(value);
    }
}

#[test]
fn the_127th_level_is_accepted_and_the_128th_is_not() {
    for (place, levels) in PLACES {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}"), (r#"[0,"[{\"\\","#, ",true]")] {
            let body = |levels| {
                let value = format!("{}0{}", open.repeat(levels), close.repeat(levels));
                place.replace('@', &value)
            };
            assert_eq!(code(body(levels)), "ok", "{place} {open}");
            assert_eq!(code(body(levels + 1)), "too_deep", "{place} {open}");
            assert!(serde_json::from_str::<Value>(&body(levels)).is_ok(), "{place} {open}");
            assert!(serde_json::from_str::<Value>(&body(levels + 1)).is_err(), "{place} {open}");
        }
    }
    // Siblings are wide, not deep.
    assert_valid(&format!("[{}0]", r#"[],{"a":[{}]},"[{","#.repeat(500)));
}

#[test]
fn control_characters_are_accepted_only_if_they_are_escaped() {
    for control in '\0'..' ' {
        for text in ["\"@\"", "\"1234567@\"", "\"\\n@\"", "{\"@\":1}"] {
            assert_invalid(&text.replace('@', &control.to_string()));
            assert_valid(&text.replace('@', &format!("\\u{:04x}", u32::from(control))));
        }
        let (operation, redacted) = (&format!("delete{control}"), &format!("[\"{control}\"]"));
        assert_eq!(code(Body { operation, ..Body::default() }.to_string()), "syntax");
        assert_eq!(code(Body { redacted, ..Body::default() }.to_string()), "syntax");
    }
}

#[test]
fn only_the_white_space_of_json_is_skipped() {
    // `~` is replaced by the space.
    let body = concat!(
        r#"~{~"data"~:~{~"a"~:~[~1~,~{~"b"~:~2~}~]~}~,~"redacted"~:~[~"x"~,~"y"~]~,"#,
        r#"~"meta"~:~{~"operation"~:~"delete"~,~"lookup_values"~:~[~]~}~}~"#,
    );
    for space in [" ", "\t", "\n", "\r", " \t\r\n"] {
        assert_eq!(code(body.replace('~', space)), "ok", "{space:?}");
    }
    for space in "\u{b}\u{c}\0\u{1c}\u{7f}\u{85}\u{a0}\u{200b}\u{2028}\u{3000}\u{feff}".chars() {
        assert_ne!(code(body.replace('~', &space.to_string())), "ok", "{space:?}");
        assert_ne!(code(space.to_string()), "empty", "{space:?}");
        assert_invalid(&format!("1{space}"));
    }
}

/// Symbols that make up JSON.
const ALPHABET: [&str; 22] = [
    "[", "]", "{", "}", ",", ":", "\"", "\\", "u", "1", "0", "-", ".", "e", "+", "t", "true", "null", " ",
    "\n", "\u{1}", "é",
];

/// Asserts that this crate and serde_json agree on a text as the value of a field: whether it is valid, and what it contains.
/// Then does the same for the text with up to `symbols` more symbols.
///
/// A text with a syntax error is not extended: parsers stop there, so nothing that follows could make it valid.
fn compare(text: &str, symbols: usize) {
    let body = format!(r#"{{"data":{{"f":{text}}},"meta":{{"operation":"x"}}}}"#);
    let parsed = rownd_webhooks::from_str(&body);
    assert_eq!(parsed.is_ok(), is_json(&body), "{text}");
    if let (Ok(payload), Ok(tree)) = (parsed, serde_json::from_str::<Value>(text)) {
        assert_eq!(payload.value("f").map(rownd_webhooks::Value::to_json), Some(tree), "{text}");
    }
    let begun = format!(r#"{{"data":{{"f":{text}"#);
    let is_open =
        |error: serde_json::Error| error.is_eof() || error.to_string().starts_with("invalid number");
    if symbols > 0 && serde_json::from_str::<&RawValue>(&begun).err().is_some_and(is_open) {
        for symbol in ALPHABET {
            compare(&format!("{text}{symbol}"), symbols - 1);
        }
    }
}

#[test]
fn every_text_of_up_to_five_symbols_has_serde_jsons_verdict() {
    compare("", 5);
}

/// A change of a text: at an index, some characters are replaced by a symbol of the grammar.
fn mutation() -> impl Strategy<Value = (prop::sample::Index, usize, &'static str)> {
    let others =
        ["\t\r\n", "\\n", "\\u00E9", "\\ud83d\\ude00", "\\ud800", "\u{0}", "1e999", "false", "/", "'", ""];
    let symbols: Vec<&str> = ALPHABET.into_iter().chain(others).collect();
    (any::<prop::sample::Index>(), 0..3usize, prop::sample::select(symbols))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..config() })]

    #[test]
    fn mutated_json_has_serde_jsons_verdict_and_content(
        json in prop_oneof![
            value().prop_map(|tree| tree.to_string()),
            value().prop_map(|tree| format!("{tree:#}")),
            prop::sample::select(VALID.split_whitespace().collect::<Vec<_>>()).prop_map(str::to_owned),
        ],
        mutations in vec(mutation(), 0..3),
    ) {
        let mut json: Vec<char> = json.chars().collect();
        for (index, removed, symbol) in mutations {
            let start = index.index(json.len() + 1);
            let end = json.len().min(start + removed);
            json.splice(start..end, symbol.chars());
        }
        let json: String = json.into_iter().collect();
        for body in bodies(&json) {
            match (rownd_webhooks::from_str(&body), serde_json::from_str::<Value>(&body)) {
                (Ok(payload), Ok(tree)) => {
                    let written = serde_json::to_string(&payload).unwrap();
                    prop_assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), tree, "{}", body);
                }
                // A tree cannot contain such a number, or a lone surrogate, and its reader stops there.
                (Ok(payload), Err(error)) => {
                    let is_out_of_range = error.to_string().starts_with("number out of range");
                    prop_assert!(is_out_of_range || issue_codes(&payload).contains(&"lone_surrogate"), "{}", body);
                    prop_assert!(is_json(&body), "{}", body);
                }
                // A symbol may repeat a member of the body.
                (Err(error), Ok(_)) => prop_assert_eq!(error.code(), "duplicate_member", "{}", body),
                (Err(_), Err(_)) => {}
            }
        }
    }
}
