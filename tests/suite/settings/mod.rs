//! The operator's settings, as the vendor's API writes them: the profile schema, and the names of a connection.

mod mapping;
mod schema;

use rownd_webhooks::ParseError;
use rownd_webhooks::mapping::FieldMapping;
use rownd_webhooks::schema::ProfileSchema;

/// A settings file whose part `HERE` is replaced.
const SCHEMA: &str = r#"{"schema":{"email":{"type":"string","x":HERE}}}"#;
const MAPPING: &str =
    r#"{"data_type_map":[{"rownd_field":"email","connection_field":"mail","transformer":HERE}]}"#;

type Read = fn(&[u8]) -> Result<(), ParseError>;

/// Both readers of settings, each with a file for it.
const READERS: [(&str, Read); 2] = [
    (SCHEMA, |json| ProfileSchema::from_slice(json).map(drop)),
    (MAPPING, |json| FieldMapping::from_slice(json).map(drop)),
];

#[track_caller]
fn code(read: Read, json: impl AsRef<[u8]>) -> &'static str {
    let error = read(json.as_ref()).expect_err("settings that are refused");
    assert!(error.to_string().len() < 512 && !error.to_string().contains("s3cret"), "{error}");
    error.code()
}

#[test]
fn every_prefix_of_a_file_is_refused() {
    for (file, read) in READERS {
        let file = file.replace("HERE", r#"["\u00e9",-1.5e3,null,{}]"#);
        assert!(read(file.as_bytes()).is_ok());
        for length in 0..file.len() {
            let expected = if length == 0 { "empty" } else { "syntax" };
            assert_eq!(code(read, &file[..length]), expected, "{}", &file[..length]);
        }
    }
}

#[test]
fn bad_json_is_refused_as_in_a_body() {
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let rows = [
        ("s3cret", "syntax"),
        (r#""\ud83d""#, "syntax"),
        (r#"{"$serde_json::private::Number":"1"}"#, "reserved_name"),
        (&deep, "too_deep"),
    ];
    for (file, read) in READERS {
        for (json, expected) in rows {
            assert_eq!(code(read, file.replace("HERE", json)), expected, "{json}");
        }
        let file = file.replace("HERE", "1");
        for (bytes, expected) in [
            ([file.as_bytes(), b" {}"].concat(), "trailing_data"),
            ([file.as_bytes(), b"\xFF"].concat(), "not_utf8"),
            (b" \n".to_vec(), "empty"),
            (b"\xEF\xBB\xBF".to_vec(), "empty"),
        ] {
            assert_eq!(code(read, &bytes), expected, "{}", bytes.escape_ascii());
        }
    }
}

/// A file may begin with one, unlike a body.
#[test]
fn a_byte_order_mark_is_skipped() {
    for (file, read) in READERS {
        let file = file.replace("HERE", "1");
        assert_eq!(read(format!("\u{feff}{file}").as_bytes()), Ok(()));
        assert_eq!(code(read, format!("\u{feff}\u{feff}{file}")), "byte_order_mark");
    }
}

#[test]
fn an_error_has_its_line_and_column() {
    for (file, read) in READERS {
        for start in ["", "\n  ", "\t\r\n\n"] {
            let file = format!("{start}{}", file.replace("HERE", r#"{"$serde_json::private::Number":"1"}"#));
            let error = read(file.as_bytes()).unwrap_err();
            let before = &file[..file.find(r#""$serde"#).unwrap()];
            let column = before.len() - before.rfind('\n').map_or(0, |newline| newline + 1) + 1;
            let expected = (Some(before.matches('\n').count() + 1), Some(column));
            assert_eq!((error.line(), error.column()), expected, "{file:?}");
        }
    }
}

#[test]
fn huge_settings_are_read_or_refused() {
    for (file, read) in READERS {
        assert_eq!(read(file.replace("HERE", &format!("\"{}\"", "x".repeat(1 << 20))).as_bytes()), Ok(()));
        assert_eq!(code(read, file.replace("HERE", &format!("\"{}\"", "x".repeat(3 << 20)))), "too_large");
    }
}
