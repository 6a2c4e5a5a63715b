//! Bodies that a stranger may send: what becomes of each, by every way in that differs.
//!
//! `data/hostile.txt` is a table of single bodies; `data/framing/` holds what comes in another frame than a JSON text, in files
//! that end with the code of the error; here is what has to be tried at many places.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use rownd_webhooks::testing::samples;
use rownd_webhooks::{Issue, Operation, Payload, REDACTED, Redactable};
use serde_json::Value;

/// The body that hostile parts are put into: no issue by itself.
fn plain(place: &str, part: &str) -> String {
    let at = |wanted: &str| if place == wanted { part } else { "" };
    let or = |wanted: &str, plain: &'static str| if place == wanted { part } else { plain }.to_owned();
    let more = |members: &str| if members.is_empty() { String::new() } else { format!(",{members}") };
    let data = match place {
        "field" => format!(r#""f":{part}"#),
        _ => at("data").to_owned(),
    };
    format!(
        r#"{{"data":{{"user_id":"u"{}}},"redacted":[{}],"meta":{{"operation":{},"lookup_values":[{{"field":"email","value":{}{}}}]{}}}{}}}"#,
        more(&data),
        at("redacted"),
        or("operation", "\"data_update\""),
        or("value", "\"a@example.com\""),
        more(at("lookup")),
        more(at("meta")),
        more(at("extra")),
    )
}

/// What the parser says: the issues of what is read, or an error's code and path.
type Told = Result<Vec<&'static str>, (&'static str, String)>;

/// Reads a body by the ways in that differ, and holds them against one another and against a plain reader.
#[track_caller]
fn told(body: &[u8]) -> Told {
    let straight = rownd_webhooks::from_slice(body);
    let read = rownd_webhooks::from_reader(body);
    assert_eq!(straight, read, "{}", body.escape_ascii());
    let by_serde = serde_json::from_slice::<Payload<'_>>(body);
    assert_eq!(straight.as_ref().ok(), by_serde.as_ref().ok(), "{}", body.escape_ascii());
    let read_by_serde = serde_json::from_reader::<_, Payload<'_>>(body);
    assert_eq!(straight.as_ref().ok(), read_by_serde.as_ref().ok(), "{}", body.escape_ascii());
    match straight {
        Ok(payload) => {
            no_surprise(body, &payload);
            Ok(payload.issues().iter().map(Issue::code).collect())
        }
        Err(error) => Err((error.code(), error.path().unwrap_or_default().to_owned())),
    }
}

/// What is let through never breaks a plain reader, is written back as it was understood, and holds what that reader sees.
#[track_caller]
fn no_surprise(body: &[u8], payload: &Payload<'_>) {
    let text = std::str::from_utf8(body).unwrap();
    let written = serde_json::to_string(payload).unwrap();
    assert_eq!(&rownd_webhooks::from_str(&written).unwrap(), payload, "{text}");
    assert_eq!(&rownd_webhooks::from_str(&payload.canonical_json()).unwrap(), payload, "{text}");
    assert_eq!(&payload.clone().into_owned(), payload, "{text}");
    let pretty = serde_json::to_string_pretty(payload).unwrap();
    assert_eq!(&rownd_webhooks::from_str(&pretty).unwrap(), payload, "{text}");
    let tree: Value = match serde_json::from_str(text) {
        Ok(tree) => tree,
        Err(error) if error.to_string().starts_with("number out of range") => return,
        Err(error) => panic!("{error}: {text}"),
    };
    let fields: BTreeMap<String, Redactable<Value>> = payload.decode().unwrap();
    let empty = serde_json::Map::new();
    let members = tree["data"].as_object().unwrap_or(&empty);
    assert!(fields.keys().eq(BTreeMap::from_iter(members).keys().copied()), "{text}");
    for (name, field) in fields {
        let is_hidden = members[&name] == REDACTED || payload.redacted().any(|redacted| redacted == name);
        let expected =
            if is_hidden { Redactable::Redacted } else { Redactable::Visible(members[&name].clone()) };
        assert!(field == expected, "{name:?} in {text}");
    }
    assert_eq!(tree["meta"]["operation"], payload.operation().as_str(), "{text}");
}

#[test]
fn a_table_of_hostile_bodies() {
    let table = include_str!("data/hostile.txt");
    let rows = table.lines().zip(1..).filter(|(row, _)| !row.is_empty() && !row.starts_with('#'));
    let mut count = 0;
    for (row, number) in rows {
        let mut rest = row;
        let mut column = || {
            let (column, behind) = rest.split_once(' ').unwrap_or_else(|| panic!("line {number}"));
            rest = behind.trim_start_matches(' ');
            column
        };
        let (outcome, path, place) = (column(), column(), column());
        let body = if place == "body" { rest.to_owned() } else { plain(place, rest) };
        let told = told(body.as_bytes());
        let is_right = match &told {
            Ok(issues) => outcome == "ok" && issues.join(",") == path.trim_matches('-'),
            Err((code, at)) => *code == outcome && (path == "*" || at == path.trim_matches('-')),
        };
        assert!(is_right, "line {number}: {row}\n{told:?}");
        count += 1;
    }
    assert!(count > 180, "{count} rows");
    assert_eq!(told(plain("", "").as_bytes()), Ok(vec![]));
}

#[test]
fn what_is_no_json_text_is_refused_by_its_kind() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/framing");
    let mut count = 0;
    for file in fs::read_dir(directory).unwrap() {
        let path = file.unwrap().path();
        let code = path.extension().unwrap().to_str().unwrap().to_owned();
        let told = told(&fs::read(&path).unwrap());
        assert_eq!(told.map_err(|(code, _)| code.to_owned()), Err(code), "{}", path.display());
        count += 1;
    }
    assert_eq!(count, 27);
}

#[test]
fn a_body_that_breaks_off_is_refused_wherever_it_does() {
    let odd = plain(
        "data",
        r#""é\u00e9":"\ud83d\ude00","n":-12.5e+10,"a":[{"b":[true,false,null]},"\\\""],"":{},"$":"$x""#,
    );
    for body in
        [samples::DATA_INSERT, samples::DATA_UPDATE, samples::VISIBILITY_UPDATE, samples::DELETE, &odd]
    {
        let whole = body.trim_end();
        for end in 0..whole.len() {
            let (code, _) = told(&whole.as_bytes()[..end]).unwrap_err();
            let expected = match end {
                0 => "empty",
                _ if whole.is_char_boundary(end) => "syntax",
                _ => "not_utf8",
            };
            assert_eq!(code, expected, "{end} bytes of {whole}");
        }
        // The second half alone is nothing either.
        for start in 1..whole.len() {
            assert!(told(&whole.as_bytes()[start..]).is_err(), "from byte {start} of {whole}");
        }
        assert!(told(whole.as_bytes()).is_ok());
    }
}

#[test]
fn white_space_is_jsons_and_no_other() {
    let spaced = |space: &str| {
        let body = plain("data", r#""a":[1,{"b":2}]"#);
        let mut spaced = String::new();
        for character in body.chars() {
            let _ = match character {
                '{' | '}' | '[' | ']' | ':' | ',' => write!(spaced, "{space}{character}{space}"),
                other => write!(spaced, "{other}"),
            };
        }
        spaced
    };
    for space in [" ", "\t", "\n", "\r", "\r\n", " \t\r\n"] {
        assert_eq!(told(spaced(space).as_bytes()), Ok(vec![]), "{space:?}");
    }
    for space in
        ["\u{b}", "\u{c}", "\0", "\u{85}", "\u{a0}", "\u{2028}", "\u{3000}", "\u{feff}", "\u{200b}", "\u{1c}"]
    {
        assert!(told(spaced(space).as_bytes()).is_err(), "{space:?}");
        assert!(told(space.as_bytes()).is_err_and(|(code, _)| code != "empty"), "{space:?}");
    }
}

#[test]
fn control_characters_are_not_text() {
    for control in '\0'..' ' {
        for (place, part) in [
            ("field", format!("\"{control}\"")),
            ("field", format!("[\"{control}\"]")),
            ("field", format!("{{\"{control}\":1}}")),
            ("data", format!("\"{control}\":1")),
            ("extra", format!("\"x\":\"{control}\"")),
            ("meta", format!("\"{control}\":\"\"")),
            ("lookup", format!("\"x\":[\"{control}\"]")),
            ("redacted", format!("\"{control}\"")),
            ("operation", format!("\"delete{control}\"")),
            ("value", format!("\"{control}\"")),
        ] {
            let (code, _) = told(plain(place, &part).as_bytes()).unwrap_err();
            assert_eq!(code, "syntax", "{place} {part:?}");
            let code = u32::from(control);
            let escaped = part.replace(control, &format!("\\u{code:04x}"));
            assert!(told(plain(place, &escaped).as_bytes()).is_ok(), "{place} {escaped}");
        }
    }
}

#[test]
fn what_is_not_utf8_is_refused_wherever_it_stands() {
    const BAD: [&[u8]; 12] = [
        b"\x80",                     // a continuation alone
        b"\xC3",                     // a beginning alone
        b"\xC0\x80",                 // NUL, overlong
        b"\xC0\xAF",                 // a slash, overlong
        b"\xC1\xBF",                 // DEL, overlong
        b"\xE0\x80\xAF",             // a slash, longer
        b"\xF0\x80\x80\xAF",         // and longer
        b"\xED\xA0\x80",             // half a surrogate pair
        b"\xED\xA0\xBD\xED\xB8\x80", // a pair, as CESU-8 has it
        b"\xF4\x90\x80\x80",         // behind the last character
        b"\xF8\x88\x80\x80\x80",
        b"\xFF",
    ];
    let places = [
        ("field", r#""¤""#),
        ("field", r#"["¤"]"#),
        ("field", r#"{"¤":1}"#),
        ("field", "¤"),
        ("data", r#""¤":1"#),
        ("extra", r#""x¤":"y""#),
        ("extra", r#""x":{"y":"¤"}"#),
        ("meta", r#""¤":1"#),
        ("lookup", r#""x":"¤""#),
        ("redacted", r#""¤""#),
        ("operation", r#""delete¤""#),
        ("value", r#""¤""#),
    ];
    for bad in BAD {
        for (place, part) in places {
            let body = plain(place, part);
            let (before, behind) = body.split_once('¤').unwrap();
            let body = [before.as_bytes(), bad, behind.as_bytes()].concat();
            let (code, _) = told(&body).unwrap_err();
            assert_eq!(code, "not_utf8", "{}", body.escape_ascii());
        }
    }
}

#[test]
fn numbers_survive_to_the_letter() {
    let digits = "1234567890".repeat(30);
    let numbers = [
        "0",
        "-0",
        "-0.0",
        "0e0",
        "0E-0",
        "-0e+00",
        "1E5",
        "1e5",
        "1e+5",
        "1.0",
        "1.00",
        "100",
        "1E400",
        "1e400",
        "-1e400",
        "1e-400",
        "1e99999999999999999999999",
        "1e-99999999999999999999999",
        "9007199254740993",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "18446744073709551615",
        "18446744073709551616",
        "340282366920938463463374607431768211456",
        "0.1",
        "0.30000000000000004",
        "0.1000000000000000055511151231257827021181583404541015625",
        "2.2250738585072011e-308",
        "5e-324",
        "4.9e-325",
        "123456789012345678901234567890.123456789012345678901234567890e-1",
        &digits,
        &format!("-{digits}"),
        &format!("0.{digits}"),
        &format!("{digits}.{digits}E+{}", &digits[..9]),
    ];
    for number in numbers {
        let body = format!(
            r#"{{"data":{{"a":[{number},{{"b":{number}}}],"n":{number}}},"redacted":[],"meta":{{"operation":"data_update","lookup_values":[{{"field":"n","value":{number},"x":{number}}}],"y":{number}}},"z":[{number}]}}"#
        );
        assert_eq!(told(body.as_bytes()), Ok(vec!["lookup_value_not_text", "missing_user_id"]), "{number}");
        let owned: Payload<'static> = body.parse().unwrap();
        let by_serde: Payload<'static> = serde_json::from_str(&body).unwrap();
        for payload in [rownd_webhooks::from_str(&body).unwrap(), owned, by_serde] {
            assert_eq!(serde_json::to_string(&payload).unwrap(), body);
            let Some(Redactable::Visible(rownd_webhooks::Value::Number(told))) = payload.field("n") else {
                panic!("{number}")
            };
            assert_eq!(told.as_str(), number);
            assert_eq!(payload.lookup("n").unwrap().value(), Redactable::Visible(number));
            let nearest: f64 = number.parse().unwrap();
            assert_eq!(told.as_f64(), Some(nearest).filter(|nearest| nearest.is_finite()), "{number}");
            assert_eq!(told.as_i64(), number.parse().ok(), "{number}");
            assert_eq!(told.as_u64(), number.parse().ok(), "{number}");
            assert!(payload.canonical_json().contains(&format!(r#""z":[{number}]"#)), "{number}");
        }
    }
}

#[test]
fn numbers_are_equal_by_their_letters() {
    let body = |number: &str| plain("field", number);
    for (one, two) in [
        ("0", "-0"),
        ("1", "1.0"),
        ("1e5", "1E5"),
        ("100000", "1e5"),
        ("9007199254740993", "9007199254740992"),
    ] {
        for nest in ["@", "[@]", r#"{"a":[0,@]}"#] {
            let (one, two) = (body(&nest.replace('@', one)), body(&nest.replace('@', two)));
            let (one, two) =
                (rownd_webhooks::from_str(&one).unwrap(), rownd_webhooks::from_str(&two).unwrap());
            assert_ne!(one, two);
            assert_ne!(one.canonical_json(), two.canonical_json());
        }
    }
}

/// A name with the characters at `escaped` written as `\u`, in capitals where that makes a difference.
fn escaped_name(name: &str, is_escaped: impl Fn(usize) -> bool) -> String {
    let characters = name.chars().enumerate().map(|(index, character)| match u32::from(character) {
        code if is_escaped(index) && index % 2 == 0 => format!("\\u{code:04x}"),
        code if is_escaped(index) => format!("\\u{code:04X}"),
        _ => character.to_string(),
    });
    characters.collect()
}

/// A name as it is, with each of its characters escaped, and with all of them.
fn disguises(name: &str) -> Vec<String> {
    let mut disguises = vec![name.to_owned(), escaped_name(name, |_| true)];
    disguises.extend((0..name.chars().count()).map(|index| escaped_name(name, |at| at == index)));
    disguises
}

#[test]
fn reserved_names_are_refused_at_every_level_however_escaped() {
    let places: [(&str, &str, &str); 14] = [
        ("extra", "@", "/@"),
        ("extra", r#""x":{@}"#, "/x"),
        ("extra", r#""x":[[{"y":{@}}]]"#, "/x"),
        ("data", "@", "/data/@"),
        ("field", "{@}", "/data/f"),
        ("field", "[{@}]", "/data/f"),
        ("field", r#"{"a":"x","b":[0,[],{"c":{@}}]}"#, "/data/f"),
        ("field", r#"{"a":{"a":1},"b":{"\n":"$","d":1,@}}"#, "/data/f"),
        ("meta", "@", "/meta/@"),
        ("meta", r#""x":{@}"#, "/meta/x"),
        ("meta", r#""x":[{"y":{@}}]"#, "/meta/x"),
        ("lookup", "@", "/meta/lookup_values/0/@"),
        ("lookup", r#""x":{@}"#, "/meta/lookup_values/0/x"),
        ("lookup", r#""x":["$",{"y":{@}}]"#, "/meta/lookup_values/0/x"),
    ];
    for ending in ["", "Number", "RawValue", "Datetime", ":", "\u{202e}"] {
        let name = format!("$serde_json::private::{ending}");
        for disguise in disguises(&name) {
            for (place, part, path) in places {
                for value in ["\"1\"", "\"{\\\"a\\\":[]}\"", "1", "null", "{}"] {
                    let body = plain(place, &part.replace('@', &format!("\"{disguise}\":{value}")));
                    let (code, at) = told(body.as_bytes()).unwrap_err();
                    assert_eq!(code, "reserved_name", "{body}");
                    let shown = name.replace('\u{202e}', "\\u{202e}");
                    assert_eq!(at, path.replace('@', &shown), "{body}");
                }
            }
        }
    }
}

#[test]
fn repeated_members_are_refused_however_escaped() {
    let places: [(&str, &str, &str, &str); 7] = [
        ("extra", "data", "{}", "/data"),
        ("extra", "redacted", "[]", "/redacted"),
        ("extra", "meta", r#"{"operation":"delete"}"#, "/meta"),
        ("meta", "operation", "\"delete\"", "/meta/operation"),
        ("meta", "lookup_values", "[]", "/meta/lookup_values"),
        ("lookup", "field", "\"email\"", "/meta/lookup_values/0/field"),
        ("data", "user_id", "\"u\"", "/data/user_id"),
    ];
    for (place, name, value, path) in places {
        for disguise in disguises(name) {
            let body = plain(place, &format!("\"{disguise}\":{value}"));
            assert_eq!(told(body.as_bytes()), Err(("duplicate_member", path.to_owned())), "{body}");
        }
    }
    for (place, path) in
        [("extra", "/"), ("meta", "/meta/"), ("data", "/data/"), ("lookup", "/meta/lookup_values/0/")]
    {
        for (one, two) in [
            ("x", "\\u0078"),
            ("", ""),
            ("\\n", "\\u000a"),
            ("\\/", "/"),
            ("\\u00E9", "é"),
            ("\\uD83D\\uDE00", "😀"),
            ("\\u0000", "\\u0000"),
            ("\u{7f}", "\\u007F"),
        ] {
            for (one, two) in [(one, two), (two, one)] {
                let between = r#""b":1,"B":[{"x":1,"x":2}],"xx":2"#;
                let body = plain(place, &format!("\"{one}\":1,{between},\"{two}\":1"));
                let (code, at) = told(body.as_bytes()).unwrap_err();
                assert_eq!(code, "duplicate_member", "{body}");
                assert!(at.starts_with(path), "{body}: {at}");
            }
        }
    }
}

#[test]
fn repeated_members_inside_values_are_kept_in_their_order() {
    let nested = r#"{"a":1,"b":{"c":1,"c":2},"a":"x"}"#;
    let body = plain("field", nested);
    let payload = rownd_webhooks::from_str(&body).unwrap();
    let Some(Redactable::Visible(rownd_webhooks::Value::Object(json))) = payload.field("f") else { panic!() };
    assert_eq!(json.get(), nested);
    assert!(serde_json::to_string(&payload).unwrap().contains(nested));
    // Which of them counts is for who reads them: texts that differ there are not the same.
    let other = plain("field", r#"{"a":"x","b":{"c":1,"c":2},"a":1}"#);
    let other = rownd_webhooks::from_str(&other).unwrap();
    assert_ne!(payload, other);
    assert_ne!(payload.canonical_json(), other.canonical_json());
}

/// Names of many lengths that agree in all their beginnings, and NULs, which sorting by numbers could take for nothing.
#[test]
fn many_names_that_are_hard_to_tell_apart_stay_apart() {
    let mut names: Vec<String> = Vec::new();
    for prefix in ["", "a", "abcdefgh", "abcdefghi"] {
        for length in 0..60 {
            names.push(format!("{prefix}{}", "\0".repeat(length)));
            names.push(format!("{prefix}{}\u{1}", "\0".repeat(length)));
            names.push(format!("{prefix}{}z", "\0".repeat(length)));
        }
    }
    names.sort_unstable();
    names.dedup();
    for step in [1, 7, 13, 101, names.len() - 1] {
        let quoted = |index: usize| serde_json::to_string(&names[index * step % names.len()]).unwrap();
        if names.len().is_multiple_of(step) && step != 1 {
            continue;
        }
        let members: Vec<String> =
            (0..names.len()).map(|index| format!("{}:{index}", quoted(index))).collect();
        let body = plain("data", &members.join(","));
        let payload = rownd_webhooks::from_str(&body).unwrap();
        assert_eq!(payload.fields().len(), names.len() + 1);
        assert!(payload.fields().iter().map(|(name, _)| name).is_sorted());
        for index in 0..names.len() {
            let value = payload.field(&names[index * step % names.len()]).unwrap().visible().unwrap();
            assert_eq!(value.as_u64(), Some(index as u64));
        }
        for repeated in [0, names.len() / 3, names.len() - 1] {
            let body = plain("data", &format!("{},{}:0", members.join(","), quoted(repeated)));
            assert_eq!(told(body.as_bytes()).unwrap_err().0, "duplicate_member");
        }
    }
}

#[test]
fn unknown_operations_never_act() {
    for word in [
        "delete\0",
        "DELETE",
        " delete",
        "delete ",
        "dеlete",
        "Delete",
        "",
        "delete\u{200b}",
        "\u{feff}delete",
    ] {
        let body = plain("operation", &serde_json::to_string(word).unwrap());
        let payload = rownd_webhooks::from_str(&body).unwrap();
        assert_eq!(payload.operation(), &Operation::Unknown(word.into()));
        assert_eq!(payload.sync_plan().unwrap(), rownd_webhooks::sync::SyncPlan::Ignore);
        assert!(matches!(payload.into_event().unwrap(), rownd_webhooks::Event::Unknown(_)), "{word:?}");
    }
}

#[test]
fn a_name_is_not_its_cyrillic_twin() {
    let body = plain(
        "data",
        r#""еmail":"attacker@example.com","emаil":"b@example.com","email\u0000":"c@example.com","Email":"d@example.com""#,
    );
    let payload = rownd_webhooks::from_str(&body).unwrap();
    assert_eq!(payload.email(), Some("a@example.com"), "the lookup value's");
    assert!(payload.field("email").is_none());
    assert_eq!(payload.fields().len(), 5);
    // Nor does hiding the twin hide the field.
    let body = plain("redacted", r#""usеr_id""#);
    assert_eq!(rownd_webhooks::from_str(&body).unwrap().user_id().unwrap().as_str(), "u");
}

/// Characters that move a terminal, end a line of a log, or turn the text around.
const MOVING: [char; 22] = [
    '\0',
    '\u{7}',
    '\u{8}',
    '\n',
    '\r',
    '\u{1b}',
    '\u{7f}',
    '\u{85}',
    '\u{9b}',
    '\u{ad}',
    '\u{61c}',
    '\u{200b}',
    '\u{200e}',
    '\u{200f}',
    '\u{2028}',
    '\u{2029}',
    '\u{202a}',
    '\u{202e}',
    '\u{2066}',
    '\u{2069}',
    '\u{feff}',
    '\u{e0001}',
];

fn assert_safe(message: &str) {
    assert!(!message.contains(MOVING), "{message:?}");
    assert!(!message.contains(|character: char| character.is_control()), "{message:?}");
    assert!(message.chars().count() < 512, "{message}");
}

#[test]
fn nothing_that_is_told_moves_a_terminal() {
    for moving in MOVING {
        let evil = format!("x{moving}[31m ERROR forged line{moving}");
        let json = serde_json::to_string(&evil).unwrap();
        let bodies = [
            plain("data", &format!("{json}:1,\"\":2")),
            plain("field", &format!("{{{json}:{json}}}")),
            plain("redacted", &format!("{json},{json}")),
            plain("operation", &json),
            plain("value", &json),
            plain("lookup", &format!("{json}:{json}")),
            plain("meta", &format!("{json}:{json}")),
            plain("extra", &format!("{json}:{json}")),
            plain("", "").replace("\"u\"", &json),
            plain("", "").replace("\"email\"", &json),
        ];
        for body in bodies {
            let payload = rownd_webhooks::from_str(&body).unwrap();
            assert_safe(&payload.to_string());
            assert_safe(&format!("{payload:?}"));
            assert_safe(&payload.operation().to_string());
            assert_safe(&format!("{:?} {:?}", payload.operation(), payload.user_id()));
            assert_safe(&format!("{}", payload.user_id().unwrap()));
            for issue in payload.issues() {
                assert_safe(&issue.to_string());
                assert_safe(&format!("{issue:?}"));
                assert_safe(issue.path());
            }
            let strict = rownd_webhooks::Parser::new().strict(true).parse(body.as_bytes());
            if let Err(error) = strict {
                assert_safe(&error.to_string());
            }
            assert_safe(&format!("{:?}", payload.clone().into_event().unwrap()));
            // It is what is shown that is changed, not what is read.
            let written = serde_json::to_string(&payload).unwrap();
            assert_eq!(rownd_webhooks::from_str(&written).unwrap(), payload);
        }
        for (place, part) in [
            ("data", format!("{json}:1,{json}:2")),
            ("extra", format!("{json}:1,{json}:2")),
            ("meta", format!("{json}:1,{json}:2")),
            ("lookup", format!("{json}:1,{json}:2")),
            ("data", format!("{json}:{{\"$serde_json::private::\":1}}")),
            ("extra", format!("{json}:{{\"a\":[\"\\ud800\"]}}")),
            (
                "data",
                format!("\"$serde_json::private::{moving}\":1").replace(moving, json_escape(moving).as_str()),
            ),
            ("data", format!("{json}:")),
            ("operation", format!("{json}{json}")),
        ] {
            let body = plain(place, &part);
            let error = rownd_webhooks::from_str(&body).expect_err(&body);
            assert_safe(&error.to_string());
            assert_safe(&format!("{error:?}"));
            assert_safe(error.path().unwrap_or_default());
            assert_safe(&serde_json::from_str::<Payload<'_>>(&body).unwrap_err().to_string());
        }
    }
}

/// A character as an escape of JSON.
/// Room is made for the unknown members of a lookup value before the rest of the body is known to be JSON.
#[test]
fn garbage_behind_an_unknown_member_is_a_matter_of_syntax() {
    for garbage in
        ["%", "%%", "\u{e9}", "'", "\\", "\u{0}", "\"", "{\"", "[[[", "}}}", "]", "", "\"a\":", "1e", ","]
    {
        for member in ["\"x\":1,", "\"x\":{},\"y\":[],"] {
            let body = format!(r#"{{"meta":{{"operation":"delete","lookup_values":[{{{member}{garbage}"#);
            let error = rownd_webhooks::from_str(&body).unwrap_err();
            assert_eq!(error.code(), "syntax", "{body}");
        }
    }
}

fn json_escape(character: char) -> String {
    let mut escaped = String::new();
    for unit in character.encode_utf16(&mut [0; 2]) {
        let _ = write!(escaped, "\\u{unit:04x}");
    }
    escaped
}

#[test]
fn names_are_cut_at_64_characters_and_never_inside_an_escape() {
    for (unit, shown) in [
        ("a", "a"),
        ("\"", "\""),
        ("\\", "\\"),
        ("é", "é"),
        ("😀", "😀"),
        ("\n", "\\n"),
        ("\u{202e}", "\\u{202e}"),
        ("\u{e0001}", "\\u{e0001}"),
    ] {
        for count in 0..140 {
            let word = unit.repeat(count);
            let body = plain("operation", &serde_json::to_string(&word).unwrap());
            let payload = rownd_webhooks::from_str(&body).unwrap();
            let told = payload.operation().to_string();
            assert!(told.chars().count() <= 64, "{told}");
            let is_whole = shown.chars().count() * count <= 64;
            let kept = told.strip_suffix('…').unwrap_or(&told);
            assert_eq!(is_whole, kept == told, "{count}: {told}");
            assert_eq!(kept, shown.repeat(kept.len() / shown.len()), "{count}");
            assert!(
                is_whole || told.chars().count() > 64 - shown.chars().count(),
                "no more is cut than has to be: {told}"
            );
        }
    }
}

#[test]
fn a_long_name_is_cut_where_it_is_told_and_nowhere_else() {
    let long: String = "long\u{202e}😀".chars().cycle().take(100_000).collect();
    let json = serde_json::to_string(&long).unwrap();
    let body = format!(
        r#"{{"data":{{{json}:"<<REDACTED>>","user_id":{json}}},"redacted":["a",{json},{json}],"meta":{{"operation":{json},"lookup_values":[{{"field":{json},"value":{json}}}],{json}:1}},{json}:2}}"#
    );
    let payload = rownd_webhooks::from_str(&body).unwrap();
    assert_eq!(payload.operation().as_str(), long);
    assert_eq!(payload.user_id().unwrap().as_str(), long);
    assert!(payload.field(&long).unwrap().is_redacted());
    assert_eq!(payload.lookup(&long).unwrap().value(), Redactable::Visible(&*long));
    assert!(serde_json::to_string(&payload).unwrap() == body);
    assert_safe(&payload.to_string());
    assert_safe(&format!("{}", payload.user_id().unwrap()));
    let shown = payload.operation().to_string();
    assert!(shown.chars().count() <= 64, "{shown}");
    for issue in payload.issues() {
        assert_safe(&issue.to_string());
    }
    assert_safe(
        &rownd_webhooks::Parser::new()
            .strict(true)
            .parse(body.as_bytes())
            .map_or_else(|error| error.to_string(), |_| String::new()),
    );
    let twice = plain("data", &format!("{json}:1,{json}:1"));
    assert_safe(&rownd_webhooks::from_str(&twice).unwrap_err().to_string());
}

/// `Redactable` in a struct of a caller's own: what this crate's parser refuses to let through it does not take either.
mod redactable_of_ones_own {
    use super::{BTreeMap, Redactable, Value};
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    struct Own {
        a: Redactable<Value>,
    }

    #[derive(Debug, Deserialize)]
    struct Flat {
        #[serde(flatten)]
        rest: BTreeMap<String, Redactable<Value>>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(tag = "t")]
    enum Tagged {
        #[serde(rename = "x")]
        One { a: Redactable<Value> },
    }

    #[derive(Debug, Deserialize)]
    #[serde(untagged)]
    enum Untagged {
        One { a: Redactable<Value> },
    }

    /// The field by each kind of struct, from text and from a reader.
    fn read(value: &str) -> Vec<(&'static str, Option<Redactable<Value>>)> {
        let body = format!(r#"{{"t":"x","a":{value}}}"#);
        vec![
            ("a struct", serde_json::from_str(&body).ok().map(|own: Own| own.a)),
            ("from a reader", serde_json::from_reader(body.as_bytes()).ok().map(|own: Own| own.a)),
            ("flatten", serde_json::from_str(&body).ok().and_then(|mut flat: Flat| flat.rest.remove("a"))),
            (
                "flatten, from a reader",
                serde_json::from_reader(body.as_bytes())
                    .ok()
                    .and_then(|mut flat: Flat| flat.rest.remove("a")),
            ),
            ("tagged", serde_json::from_str(&body).ok().map(|Tagged::One { a }| a)),
            ("untagged", serde_json::from_str(&body).ok().map(|Untagged::One { a }| a)),
        ]
    }

    #[test]
    fn refuses_reserved_names_behind_buffers_too() {
        for name in ["$serde_json::private::RawValue", "\\u0024serde_json::private::RawValue"] {
            for text in ["1", "[]", "{\\\"a\\\":[1]}", "\\\"<<REDACTED>>\\\"", "not json"] {
                for nest in ["¤", "[¤]", "[[],¤]", r#"{"b":¤}"#, r#"{"b":[{"c":¤}]}"#] {
                    let value = nest.replace('¤', &format!(r#"{{"{name}":"{text}"}}"#));
                    for (how, read) in read(&value) {
                        assert!(read.is_none(), "{how}: {value}: {:?}", read.unwrap().visible());
                    }
                }
            }
        }
    }

    #[test]
    fn does_not_get_deeper_by_them() {
        let mut smuggled = "[]".to_owned();
        for _ in 0..13 {
            let (open, close) = ("[".repeat(110), "]".repeat(110));
            smuggled =
                format!(r#"{open}{{"$serde_json::private::RawValue":{}}}{close}"#, Value::from(smuggled));
        }
        let read = std::thread::Builder::new().stack_size(2 << 20).spawn(move || read(&smuggled));
        for (how, read) in read.unwrap().join().unwrap() {
            assert!(read.is_none(), "{how}");
        }
    }

    #[test]
    fn reads_everything_else_alike() {
        for value in [
            "null",
            "true",
            "7",
            "-7.5",
            "\"x\"",
            "\"\\ud83d\\ude00\"",
            "[]",
            "[1,[2.5,\"<<REDACTED>>\"]]",
            "{}",
            r#"{"b":{"$serde_json":1,"$":[-3]}}"#,
            r#"{"b":"$serde_json::private::RawValue"}"#,
            r#""\u003c<REDACTED>>""#,
        ] {
            let tree: Value = serde_json::from_str(value).unwrap();
            let expected =
                if tree == "<<REDACTED>>" { Redactable::Redacted } else { Redactable::Visible(tree) };
            for (how, read) in read(value) {
                assert!(read.as_ref() == Some(&expected), "{how}: {value}");
            }
        }
    }
}
