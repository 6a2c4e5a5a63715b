//! The JSON grammar: what is accepted and rejected, compared with serde_json.

use std::fmt::Write as _;

use proptest::collection::vec;
use proptest::prelude::*;
use rownd_webhooks::Payload;
use rownd_webhooks::testing::samples;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::support::{Body, issue_codes, parse_everywhere, payload, strategies};

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

fn is_json(text: &str) -> bool {
    serde_json::from_str::<&RawValue>(text).is_ok()
}

/// Puts a value in each place and compares the verdict with `is_valid` and with serde_json's; by every entry point in the first place.
#[track_caller]
fn assert_value(value: &str, is_valid: bool) {
    for (index, (before, after)) in PLACES.into_iter().enumerate() {
        let body = format!("{before}{value}{after}");
        assert_eq!(is_json(&body), is_valid, "{body}");
        let parsed = if index == 0 {
            parse_everywhere(&body)
        } else {
            rownd_webhooks::from_str(&body).map(Payload::into_owned)
        };
        match parsed {
            Ok(_) => assert!(is_valid, "{body}"),
            Err(error) => {
                assert!(!is_valid && matches!(error.code(), "syntax" | "trailing_data"), "{error}: {body}");
            }
        }
    }
}

/// Asserts the same verdict on each of these values, which a space separates.
#[track_caller]
fn assert_values(values: &str, is_valid: bool) {
    assert_each(values.split_whitespace(), is_valid);
}

#[track_caller]
fn assert_each<'v>(values: impl IntoIterator<Item = &'v str>, is_valid: bool) {
    for value in values {
        assert_value(value, is_valid);
    }
}

#[test]
fn numbers() {
    assert_values(
        "0 -0 7 -7 10 1234567890 0.0 -0.0 1.50 0e0 0E-0 -0e+00 1E5 1e+5 1e-5 1.0e10 1e400 -1e-400",
        true,
    );
    assert_values("1e99999999999999999999999 123456789012345678901234567890.1e-1", true);
    assert_values(
        "01 -01 00 - +1 1. .1 -.1 1e 1e+ 1e- 1e.5 1.e5 0x10 1_000 1.0.0 1e5e5 NaN Infinity -Infinity 1f",
        false,
    );
    assert_values("１ ١٢٣ −1", false);
    assert_each(["- 1", "1 .0", "1 1"], false);
}

#[test]
fn strings() {
    assert_values(
        r#""" "\"\\\/\b\f\n\r\t" "\u0000\u001F\u00e9\uABCD\uabcd" "\ud83d\ude00" "\uD83D\uDE00\uFFFF\uFFFE""#,
        true,
    );
    assert_values(r#""\\ud800" "\\\\" "1234567" "12345678" "123456789\"" "1234567é\n12345678""#, true);
    assert_each(["\" \"", "\"\u{7f}\u{85}\u{2028}\u{feff}\""], true);
    assert_values(
        r#"" """ "\" "\a" "\'" "\U0041" "\x41" "\0" "\u12" "\u12G4" "\u+123" "\u{41}" "\ud83d\u" "\ud83d\u12""#,
        false,
    );
    assert_values("'a' `a` “a” a", false);
    assert_value(r#""\u 123""#, false);
}

#[test]
fn words_and_structure() {
    assert_values(
        r#"null true false [] {} [[],{}] {"a":{},"":[]} {"n":{"a":1,"a":2}} [null,true,false,0,"",[],{}]"#,
        true,
    );
    assert_each(["[ ]", "{ }", "\t\r\n null \t\r\n"], true);
    assert_values("nul nulll Null nil True tru truefalse fals undefined /**/1 1// #1", false);
    assert_values(
        "[ ] { } [} {] [1,] [,1] [,] [1,,2] [1;2] [1:2] {a:1} {1:1} {null:1} {[]:1} [1} [1]]",
        false,
    );
    assert_values(r#"{"a"} {"a":} {"a":1,} {,"a":1} {"a":1:2} {"a"::1} {"a",1} {"a":[}"#, false);
    assert_each(["[1 2]", r#"{"a" 1}"#, r#"{"a":1 "b":2}"#], false);
}

#[test]
fn depth_of_126_to_128() {
    let shapes = [
        ("[", "]"),
        (r#"{"a":"#, "}"),
        (r#"[0,"[{\"\\","#, ",true]"),
        (r#"{"}]":"[{\"\\","[":"#, r#","]":"]"}"#),
        ("[\n", "\t ]"),
    ];
    // The containers that are open where the value begins.
    for ((before, after), open) in PLACES.into_iter().zip([2, 3, 4, 1, 2, 2, 3, 4]) {
        for (opening, closing) in shapes {
            for depth in 126..=128 {
                let levels = depth - open;
                let body = format!("{before}{}0{}{after}", opening.repeat(levels), closing.repeat(levels));
                let parsed = parse_everywhere(&body).map(|_| ()).map_err(|error| error.code());
                assert_eq!(parsed, if depth <= 127 { Ok(()) } else { Err("too_deep") }, "{depth}: {body}");
                // The tree's reader has the same limit.
                assert_eq!(serde_json::from_str::<Value>(&body).is_ok(), depth <= 127, "{depth}: {body}");
            }
        }
    }
    // Siblings are wide, not deep.
    for element in ["[]", "{}", r#"{"a":[]}"#, r#""[{""#] {
        assert_value(&format!("[{}0]", format!("{element},").repeat(500)), true);
    }
}

#[test]
fn control_characters() {
    for control in '\0'..=' ' {
        let escaped = format!("\\u{:04x}", u32::from(control));
        for text in ["\"¤\"", "\"1234567¤\"", "\"\\n¤\"", "{\"¤\":1}", "[\"a\",\"¤\"]"] {
            assert_value(&text.replace('¤', &control.to_string()), control == ' ');
            assert_value(&text.replace('¤', &escaped), true);
        }
        let body = Body { operation: &format!("delete{control}"), ..Body::default() }.to_string();
        assert_eq!(parse_everywhere(body).is_ok(), control == ' ', "{control:?}");
        let body = Body { redacted: &format!("[\"{control}\"]"), ..Body::default() }.to_string();
        assert_eq!(parse_everywhere(body).is_ok(), control == ' ', "{control:?}");
    }
}

#[test]
fn white_space() {
    let spaced = |space: &str| {
        let mut spaced = String::new();
        for character in Body::with_data(r#"{"user_id":"u","a":[1,{"b":2}]}"#).to_string().chars() {
            let _ = match character {
                '{' | '}' | '[' | ']' | ':' | ',' => write!(spaced, "{space}{character}{space}"),
                other => write!(spaced, "{other}"),
            };
        }
        spaced
    };
    for space in [" ", "\t", "\n", "\r", "\r\n", " \t\r\n"] {
        assert_eq!(issue_codes(&payload(spaced(space))), [""; 0], "{space:?}");
    }
    for space in [
        "\u{b}", "\u{c}", "\0", "\u{85}", "\u{a0}", "\u{2028}", "\u{3000}", "\u{feff}", "\u{200b}", "\u{1c}",
        "\u{7f}",
    ] {
        assert!(parse_everywhere(spaced(space)).is_err(), "{space:?}");
        assert_ne!(parse_everywhere(space).unwrap_err().code(), "empty", "{space:?}");
        assert_value(&format!("1{space}"), false);
    }
}

#[test]
fn every_prefix_of_a_body_is_rejected() {
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
        for end in 0..whole.len() {
            let error = parse_everywhere(&whole.as_bytes()[..end]).unwrap_err();
            let expected = match end {
                0 => "empty",
                _ if whole.is_char_boundary(end) => "syntax",
                _ => "not_utf8",
            };
            assert_eq!(error.code(), expected, "{end} bytes of {whole}");
            if expected == "syntax" && !error.to_string().contains("surrogate") {
                // The end is what is wrong: line and column are those of the byte that should follow.
                let line_start = whole[..end].rfind('\n').map_or(0, |newline| newline + 1);
                assert_eq!(
                    error.line(),
                    Some(whole[..end].matches('\n').count() + 1),
                    "{end} bytes of {whole}"
                );
                assert_eq!(error.column(), Some(end - line_start + 1), "{end} bytes of {whole}");
            }
            // The rest is not a body either.
            assert!(end == 0 || parse_everywhere(&whole.as_bytes()[end..]).is_err(), "from {end} of {whole}");
        }
        payload(whole);
    }
}

#[test]
fn a_changed_body_parses_the_same_by_every_entry_point() {
    let body = Body {
        data: r#"{"":null,"\u0061":"<\u003cREDACTED>>","b":["x"]}"#,
        redacted: r#"["b","c","b"]"#,
        lookup_values: r#"[{"value":7,"field":"","x":[{}]}]"#,
        meta: r#""y":null"#,
        ..Body::default()
    };
    let body = body.to_string().into_bytes();
    for at in 0..body.len() {
        for byte in *b"\"\\}[,0" {
            let mut body = body.clone();
            body[at] = byte;
            if parse_everywhere(&body).is_ok() {
                assert!(is_json(str::from_utf8(&body).unwrap()), "{}", body.escape_ascii());
            }
        }
    }
}

/// Symbols that make up JSON.
const ALPHABET: [&str; 22] = [
    "[", "]", "{", "}", ",", ":", "\"", "\\", "u", "1", "0", "-", ".", "e", "+", "t", "true", "null", " ",
    "\n", "\u{1}", "é",
];

/// Compares the verdicts on every text of up to `symbols` symbols that starts with `text`, as the value of a field, and returns
/// how many are accepted.
///
/// serde_json reads from left to right: after an error that is not about the text's end, it refuses every longer text as well. With
/// `skips_refused`, so does this crate, if what follows makes no difference to its error.
fn compare_all(text: &mut String, symbols: usize, is_refused: bool, skips_refused: bool) -> usize {
    const BEFORE: &str = PLACES[0].0;
    const AFTER: &str = PLACES[0].1;
    let error = |text: &str| serde_json::from_str::<&RawValue>(text).err();
    let is_open =
        |error: serde_json::Error| error.is_eof() || error.to_string().starts_with("invalid number");
    let is_refused = is_refused || !error(text).is_some_and(is_open);
    let end = text.len();
    text.push_str(AFTER);
    let is_valid = !is_refused && error(text).is_none();
    let parsed = rownd_webhooks::from_str(text);
    assert_eq!(parsed.is_ok(), is_valid, "{text}");
    if let Ok(payload) = &parsed {
        let value = &text[BEFORE.len()..end];
        if let Ok(tree) = serde_json::from_str::<Value>(value) {
            assert_eq!(payload.decode::<Value>().unwrap(), Value::from_iter([("f", tree)]), "{value}");
            let code = rownd_webhooks::from_str(value).unwrap_err().code();
            assert!(matches!(code, "not_an_object" | "missing_member"), "{code}: {value}");
        }
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
    assert_eq!(compare_all(&mut PLACES[0].0.to_owned(), 5, false, false), 9_911);
    compare_all(&mut PLACES[0].0.to_owned(), 6, false, false);
}

/// JSON text in all its notations.
fn json() -> impl Strategy<Value = String> {
    let space = || prop::sample::select(vec!["", "", "", " ", "\n", "\t\r\n"]);
    let number = "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,20})?([eE][-+]?[0-9]{1,2})?";
    let character = prop_oneof![
        4 => "[ -!#-\\[\\]-~]".boxed(),
        1 => any::<char>().prop_filter("a quote, a backslash or a control character", |character| {
            !matches!(character, '"' | '\\' | ..' ')
        }).prop_map(String::from).boxed(),
        1 => prop::sample::select(vec![r"\n", r#"\""#, r"\\", r"\/", r"\b", r"\ud83d\ude00"]).prop_map(str::to_owned).boxed(),
        1 => (0..0xD800u32).prop_map(|code| format!("\\u{code:04x}")).boxed(),
    ];
    let string = vec(character, 0..12).prop_map(|characters| format!("\"{}\"", characters.concat())).boxed();
    let leaf = prop_oneof![
        3 => string.clone(),
        2 => number,
        1 => prop::sample::select(vec!["null", "true", "false", "[]", "{}"]).prop_map(str::to_owned),
    ];
    let value = leaf.prop_recursive(4, 24, 4, move |inner| {
        let member = (string.clone(), space(), inner.clone());
        let member = member.prop_map(|(name, space, value)| format!("{name}{space}:{space}{value}"));
        prop_oneof![
            vec(inner, 0..4).prop_map(|elements| format!("[{}]", elements.join(","))),
            (vec(member, 0..4), space()).prop_map(|(members, space)| {
                format!("{{{}}}", members.join(&format!("{space},{space}")))
            }),
        ]
    });
    (space(), value, space()).prop_map(|(before, value, after)| format!("{before}{value}{after}"))
}

/// A change of a text: at an index, some characters are replaced by a symbol of the grammar.
fn mutation() -> impl Strategy<Value = (prop::sample::Index, usize, &'static str)> {
    let odd = ["\\u", "\\ud800", "\\", "\u{0}", "01", "1e999", "false", "/", "'", "\u{2028}"];
    let symbols: Vec<&str> = ALPHABET.into_iter().chain(odd).chain([""]).collect();
    (any::<prop::sample::Index>(), 0..3usize, prop::sample::select(symbols))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..strategies::config() })]

    #[test]
    fn mutated_json_has_serde_jsons_verdict_and_content(json in json(), mutations in vec(mutation(), 0..3)) {
        let mut json: Vec<char> = json.chars().collect();
        for (index, removed, symbol) in mutations {
            let start = index.index(json.len() + 1);
            let end = json.len().min(start + removed);
            json.splice(start..end, symbol.chars());
        }
        let json: String = json.into_iter().collect();
        for (before, after) in PLACES {
            let body = format!("{before}{json}{after}");
            let parsed = rownd_webhooks::from_str(&body);
            match serde_json::from_str::<Value>(&body) {
                Ok(tree) => match &parsed {
                    Ok(payload) => {
                        let written = serde_json::to_value(payload).unwrap();
                        prop_assert_eq!(written, tree, "{}", body);
                    }
                    // A symbol may repeat a member of the body.
                    Err(error) => prop_assert_eq!(error.code(), "duplicate_member", "{}: {}", error, body),
                },
                // A tree cannot hold such a number, and its reader stops there.
                Err(error) if error.to_string().starts_with("number out of range") => {
                    prop_assert!(parsed.is_err() || is_json(&body), "{}", body);
                }
                Err(error) => prop_assert!(parsed.is_err(), "{}: {}", error, body),
            }
        }
    }
}
