//! The JSON grammar: what is accepted and rejected, compared with serde_json.

use proptest::collection::vec;
use proptest::prelude::*;
use rownd_webhooks::testing::samples;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::support::strategies::{config, value};
use crate::support::{Body, issue_codes, parse_everywhere, payload};

/// The places of a value in a body: the text in front of it, and the text after it.
const PLACES: [(&str, &str); 8] = [
    (r#"{"data":{"f":"#, r#"},"meta":{"operation":"x"}}"#),
    (r#"{"data":{"f":["#, r#"]},"meta":{"operation":"x"}}"#),
    (r#"{"data":{"f":[0,{"a":"#, r#","b":1}]},"meta":{"operation":"x"}}"#),
    (r#"{"x":"#, r#","meta":{"operation":"x"}}"#),
    (r#"{"meta":{"x":"#, r#","operation":"x"}}"#),
    (r#"{"meta":{"operation":"x","lookup_values":"#, "}}"),
    (r#"{"meta":{"operation":"x","lookup_values":["#, "]}}"),
    (r#"{"meta":{"operation":"x","lookup_values":[{"value":"#, r#","field":"f"}]}}"#),
];

/// Values that are separated by a space.
const VALID: &str = concat!(
    "0 -0 7 10 1234567890 -1.50 0e0 0E-0 -0e+00 1E5 1.0e10 1e400 -1e-400 1e99999999999999999999999 ",
    r#""" "\"\\\/\b\f\n\r\t" "\u0000\u001F\u00e9\uABCD" "\ud83d\ude00\uFFFF" "\\ud800" "1234567é\n12345678" "12345678\"" "#,
    r#"null true false [] {} [[],{}] {"a":{},"":[]} {"n":{"a":1,"a":2}} [null,true,false,-1,"",[],{}] "#,
);

const INVALID: &str = concat!(
    "01 -01 - +1 1. .1 1e 1e+ 1.e5 0x10 1_000 1.0.0 1e5e5 NaN -Infinity 1f ١٢٣ −1 ",
    r#"" """ "\" "\a" "\'" "\U0041" "\x41" "\0" "\u12" "\u12G4" "\u+123" "\u{41}" "\ud83d\u" 'a' “a” a "#,
    "nul nulll Null True truefalse undefined /**/1 1// #1 ",
    r#"[ ] { } [} {] [1,] [,1] [1,,2] [1:2] {a:1} {1:1} [1} [1]] {"a"} {"a":} {"a":1,} {,"a":1} {"a"::1} {"a",1} "#,
    r#"{"a":1] [[1}] {"a":[} {"a":[}} "#,
);

fn is_json(text: &str) -> bool {
    serde_json::from_str::<&RawValue>(text).is_ok()
}

/// Asserts the verdict on a value in each place, and that serde_json agrees; by every entry point in the first place.
#[track_caller]
fn assert_value(value: &str, is_valid: bool) {
    for (index, (before, after)) in PLACES.into_iter().enumerate() {
        let body = format!("{before}{value}{after}");
        assert_eq!(is_json(&body), is_valid, "{body}");
        let parsed = if index == 0 { parse_everywhere(&body) } else { body.parse() };
        let code = parsed.map_err(|error| error.code()).err();
        let is_expected =
            if is_valid { code.is_none() } else { matches!(code, Some("syntax" | "trailing_data")) };
        assert!(is_expected, "{code:?}: {body}");
    }
}

#[test]
fn every_value_has_serde_jsons_verdict_in_every_place() {
    let with_space = ["[ ]", "{ }", "\t\r\n null \t\r\n", "\" \u{7f}\u{85}\u{2028}\u{feff}\""];
    for value in VALID.split_whitespace().chain(with_space) {
        assert_value(value, true);
    }
    let with_space = ["- 1", "1 .0", "1 1", r#""\u 123""#, "[1 2]", r#"{"a" 1}"#, r#"{"a":1 "b":2}"#];
    for value in INVALID.split_whitespace().chain(with_space) {
        assert_value(value, false);
    }
}

#[test]
fn the_127th_level_is_accepted_and_the_128th_is_not() {
    let shapes = [("[", "]"), (r#"{"a":"#, "}"), (r#"[0,"[{\"\\","#, ",true]"), (r#"{"[":"#, r#","]":"]"}"#)];
    // The containers that are open where the value begins.
    for ((before, after), open) in PLACES.into_iter().zip([2, 3, 4, 1, 2, 2, 3, 4]) {
        for (opening, closing) in shapes {
            for depth in 126..=128 {
                let levels = depth - open;
                let body = format!("{before}{}0{}{after}", opening.repeat(levels), closing.repeat(levels));
                let code = parse_everywhere(&body).err().map(|error| error.code());
                assert_eq!(code, (depth > 127).then_some("too_deep"), "{depth}: {body}");
                // The tree's reader has the same limit.
                assert_eq!(serde_json::from_str::<Value>(&body).is_ok(), depth <= 127, "{depth}: {body}");
            }
        }
    }
    // Siblings are wide, not deep.
    assert_value(&format!("[{}0]", r#"[],{"a":[{}]},"[{","#.repeat(500)), true);
}

#[test]
fn control_characters_are_accepted_only_if_they_are_escaped() {
    for control in '\0'..=' ' {
        let escaped = format!("\\u{:04x}", u32::from(control));
        for text in ["\"¤\"", "\"1234567¤\"", "\"\\n¤\"", "{\"¤\":1}"] {
            assert_value(&text.replace('¤', &control.to_string()), control == ' ');
            assert_value(&text.replace('¤', &escaped), true);
        }
        let (operation, redacted) = (&format!("delete{control}"), &format!("[\"{control}\"]"));
        for body in [Body { operation, ..Body::default() }, Body { redacted, ..Body::default() }] {
            assert_eq!(parse_everywhere(body.to_string()).is_ok(), control == ' ', "{body}");
        }
    }
}

#[test]
fn only_the_white_space_of_json_is_skipped() {
    // Its strings contain no punctuation.
    let body = Body::with_data(r#"{"user_id":"u","a":[1,{"b":2}]}"#).to_string();
    let spaced = |space: &str| {
        let pieces = body.split_inclusive(['{', '}', '[', ']', ':', ',']);
        pieces.flat_map(|piece| [space, piece]).chain([space]).collect::<String>()
    };
    for space in [" ", "\t", "\n", "\r", " \t\r\n"] {
        assert_eq!(issue_codes(&payload(spaced(space))), [""; 0], "{space:?}");
    }
    for space in "\u{b}\u{c}\0\u{1c}\u{7f}\u{85}\u{a0}\u{200b}\u{2028}\u{3000}\u{feff}".chars() {
        assert!(parse_everywhere(spaced(&space.to_string())).is_err(), "{space:?}");
        assert_ne!(parse_everywhere(space.to_string()).unwrap_err().code(), "empty", "{space:?}");
        assert_value(&format!("1{space}"), false);
    }
}

#[test]
fn every_prefix_of_a_body_is_rejected_where_it_ends() {
    let odd = Body {
        data: r#"{"é\u00e9":"\ud83d\ude00","n":-12.5e+10,"a":[{"b":[true,false,null]},"\\\""],"":{},"$":"$x"}"#,
        redacted: r#"["n","\u0061"]"#,
        lookup_values: r#"[{"value":-1.5,"field":"\n","x":[{}]},null,{"field":[1]}]"#,
        meta: r#""source":{"é":null}"#,
        members: r#""x":-0"#,
        ..Body::default()
    };
    for body in samples::ALL.into_iter().chain([&*odd.to_string()]) {
        let whole = body.trim_end();
        payload(whole);
        for end in 0..whole.len() {
            let error = parse_everywhere(&whole.as_bytes()[..end]).unwrap_err();
            let Some(prefix) = whole.get(..end) else {
                assert_eq!(error.code(), "not_utf8", "{end} bytes of {whole}");
                continue;
            };
            assert_eq!(error.code(), if end == 0 { "empty" } else { "syntax" }, "{prefix}");
            // A lone surrogate is reported where it begins.
            if end > 0 && !error.to_string().contains("surrogate") {
                let (line, column) =
                    (prefix.split('\n').count(), end - prefix.rfind('\n').map_or(0, |at| at + 1) + 1);
                assert_eq!((error.line(), error.column()), (Some(line), Some(column)), "{prefix}");
            }
        }
    }
}

/// Symbols that make up JSON.
const ALPHABET: [&str; 22] = [
    "[", "]", "{", "}", ",", ":", "\"", "\\", "u", "1", "0", "-", ".", "e", "+", "t", "true", "null", " ",
    "\n", "\u{1}", "é",
];

/// Compares verdict and content of every text of up to `symbols` symbols that starts with `text`, as the value of a field, and
/// returns how many are accepted.
///
/// serde_json reads from left to right: after an error that is not about the text's end, it refuses every longer text as well. With
/// `skips_refused`, so does this crate, if what follows makes no difference to its error.
fn compare_all(text: &mut String, symbols: usize, is_refused: bool, skips_refused: bool) -> usize {
    const BEFORE: &str = PLACES[0].0;
    let error = |text: &str| serde_json::from_str::<&RawValue>(text).err();
    let is_open =
        |error: serde_json::Error| error.is_eof() || error.to_string().starts_with("invalid number");
    let is_refused = is_refused || !error(text).is_some_and(is_open);
    let end = text.len();
    text.push_str(PLACES[0].1);
    let is_valid = !is_refused && is_json(text);
    let parsed = rownd_webhooks::from_str(text);
    assert_eq!(parsed.is_ok(), is_valid, "{text}");
    if let (Ok(payload), Ok(tree)) = (&parsed, serde_json::from_str::<Value>(&text[BEFORE.len()..end])) {
        assert_eq!(payload.decode::<Value>().unwrap(), Value::from_iter([("f", tree)]), "{text}");
    }
    let is_skipped =
        skips_refused && is_refused && parsed.err() == rownd_webhooks::from_str(&text[..end]).err();
    text.truncate(end);
    let mut accepted = usize::from(is_valid);
    if symbols > 0 && !is_skipped {
        for symbol in ALPHABET {
            text.push_str(symbol);
            accepted += compare_all(text, symbols - 1, is_refused, skips_refused);
            text.truncate(end);
        }
    }
    accepted
}

#[test]
fn every_text_of_up_to_five_symbols_has_serde_jsons_verdict() {
    assert_eq!(compare_all(&mut PLACES[0].0.to_owned(), 5, false, true), 9_911);
}

/// Skips no text: `cargo test --release --test suite -- --ignored six_symbols` takes about a minute.
#[test]
#[ignore = "it takes many minutes in a debug build"]
fn every_text_of_up_to_six_symbols_has_serde_jsons_verdict() {
    assert!(compare_all(&mut PLACES[0].0.to_owned(), 6, false, false) > 9_911);
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
        for (before, after) in PLACES {
            let body = format!("{before}{json}{after}");
            match (rownd_webhooks::from_str(&body), serde_json::from_str::<Value>(&body)) {
                (Ok(payload), Ok(tree)) => match serde_json::to_value(payload) {
                    Ok(written) => prop_assert_eq!(written, tree, "{}", body),
                    // A tree cannot contain both, and its reader keeps the last.
                    Err(error) => prop_assert!(error.to_string().contains("the same name"), "{}", body),
                },
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
