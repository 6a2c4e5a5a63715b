//! The operator's settings, as the vendor's API returns them: the profile schema and the field names of a connection.

mod mapping;
mod schema;

use rownd_webhooks::ParseError;
use rownd_webhooks::mapping::FieldMapping;
use rownd_webhooks::schema::{FieldType, ProfileSchema};
use serde::Deserialize;

/// Reads settings with this JSON in a member without meaning, as a schema and as a mapping.
fn read(before: &str, json: &str, after: &[u8]) -> [Result<(), ParseError>; 2] {
    let mapping = r#"[{"rownd_field":"email","connection_field":"mail","transformer":"#;
    let [schema, mapping] = [
        format!(r#"{before}{{"schema":{{"email":{{"type":"string","x":{json}}}}}}}"#),
        format!(r#"{before}{{"data_type_map":{mapping}{json}}}]}}"#),
    ]
    .map(|file| [file.as_bytes(), after].concat());
    [ProfileSchema::from_slice(&schema).map(drop), FieldMapping::from_slice(&mapping).map(drop)]
}

#[test]
fn settings_are_json_as_strict_as_a_body() {
    let text = |megabytes: usize| format!("\"{}\"", "x".repeat(megabytes << 20));
    let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    for (before, json, after, expected) in [
        ("", r#"["\u00e9",-1.5e3,null,{}]"#, &b" \n"[..], Ok(())),
        ("", &*text(1), b"", Ok(())),
        ("", &text(3), b"", Err("too_large")),
        ("", &nested(120), b"", Ok(())),
        ("", &nested(130), b"", Err("too_deep")),
        ("", "x", b"", Err("syntax")),
        ("", r#""\ud83d""#, b"", Err("syntax")),
        ("", r#"{"$serde_json::private::Number":"1"}"#, b"", Err("reserved_name")),
        ("", "1", b" {}", Err("trailing_data")),
        ("", "1", b"\xFF", Err("not_utf8")),
        // A file may begin with a byte order mark, unlike a body.
        ("\u{feff}", "1", b"", Ok(())),
        ("\u{feff}\u{feff}", "1", b"", Err("syntax")),
    ] {
        for read in read(before, json, after) {
            assert_eq!(read.map_err(|error| error.code()), expected);
        }
    }
}

#[test]
fn an_error_of_the_text_speaks_of_settings_and_has_a_position() {
    for (settings, message) in [
        (&b""[..], "the text of the settings is not JSON: unexpected end (line 1, column 1)"),
        (b"\xEF\xBB\xBF \n", "the text of the settings is not JSON: unexpected end (line 2, column 1)"),
        (b"{\n\"a\":?}", "the text of the settings is not JSON: expected a value (line 2, column 5)"),
        (b"{\"a\":\n\"\xFF\"}", "the text of the settings is not UTF-8 (line 2, column 2)"),
        (&[b' '; (2 << 20) + 1], "the text of the settings has more than 2097152 bytes"),
    ] {
        let errors = [ProfileSchema::from_slice(settings).err(), FieldMapping::from_slice(settings).err()];
        for error in errors.map(Option::unwrap) {
            assert_eq!(error.to_string(), message);
        }
    }
}

#[test]
fn every_truncated_text_is_an_error() {
    let connection = r#"{"data_type_map":[{"rownd_field":"a","connection_field":"b"}]}"#;
    let app = r#"{"app":{"schema":{"a":{"type":"string","validation_rules":[{"rule_name":"max_length"}]}}}}"#;
    for end in 0..connection.len() {
        assert!(FieldMapping::from_slice(&connection.as_bytes()[..end]).is_err(), "{}", &connection[..end]);
    }
    for end in 0..app.len() {
        assert!(ProfileSchema::from_slice(&app.as_bytes()[..end]).is_err(), "{}", &app[..end]);
    }
}

/// A service's own settings.
#[derive(Deserialize, Debug, PartialEq)]
struct Settings {
    port: u16,
    renames: FieldMapping,
    profile: ProfileSchema,
}

#[track_caller]
fn assert_settings(settings: &Settings) {
    assert_eq!(settings.renames, FieldMapping::from_pairs([("email", "mail")]).unwrap());
    let score = settings.profile.field("score").unwrap();
    assert_eq!((score.field_type(), score.is_required()), (&FieldType::Number, true));
    assert_eq!((score.min_length(), score.max_length()), (Some(1), Some(3)));
}

#[test]
fn settings_stand_in_a_json_file() {
    let json = r#"{"port":1,"renames":{"data_type_map":[{"rownd_field":"email","connection_field":"mail"}]},
        "profile":{"schema":{"score":{"type":"number","required":true,"validation_rules":[
            {"rule_name":"min_length","rule_value":1},{"rule_name":"max_length","rule_value":"3"}]}}}}"#;
    assert_settings(&serde_json::from_str(json).unwrap());
    let tree = serde_json::from_str(json).unwrap();
    assert_settings(&serde_json::from_value(tree).unwrap());
}

#[test]
fn settings_stand_in_a_yaml_file() {
    let yaml = "
port: 1
renames:
  - rownd_field: email
    connection_field: mail
profile:
  score:
    type: number
    required: true
    encryption: ~
    validation_rules:
      - {rule_name: min_length, rule_value: 1}
      - {rule_name: max_length, rule_value: '3'}
";
    assert_settings(&serde_yaml_ng::from_str(yaml).unwrap());
    let error = serde_yaml_ng::from_str::<Settings>(&yaml.replace("number", "7")).unwrap_err().to_string();
    assert!(error.contains("expected a string, found a number at /score/type"), "{error}");
}

#[test]
fn settings_stand_in_a_toml_file() {
    let toml = "
port = 1

[[renames]]
rownd_field = 'email'
connection_field = 'mail'

[profile.app.schema.score]
type = 'number'
required = true
validation_rules = [{rule_name = 'min_length', rule_value = 1}, {rule_name = 'max_length', rule_value = '3'}]
";
    assert_settings(&toml::from_str(toml).unwrap());
    let error = toml::from_str::<Settings>(&toml.replace("'mail'", "7")).unwrap_err().to_string();
    assert!(error.contains("expected a string, found a number at /0/connection_field"), "{error}");
}
