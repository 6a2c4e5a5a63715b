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
fn settings_are_parsed_as_strictly_as_bodies() {
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
fn a_syntax_error_mentions_the_settings_and_a_position() {
    let too_large = b" ".repeat((2 << 20) + 1);
    for (settings, message) in [
        (&b""[..], "the text of the settings is not JSON: unexpected end (line 1, column 1)"),
        (b"\xEF\xBB\xBF \n", "the text of the settings is not JSON: unexpected end (line 2, column 1)"),
        (b"{\n\"a\":?}", "the text of the settings is not JSON: expected a value (line 2, column 5)"),
        (b"{\"a\":\n\"\xFF\"}", "the text of the settings is not UTF-8 (line 2, column 2)"),
        (&too_large, "the text of the settings has more than 2097152 bytes"),
    ] {
        let errors = [ProfileSchema::from_slice(settings).err(), FieldMapping::from_slice(settings).err()];
        for error in errors.map(Option::unwrap) {
            assert_eq!(error.to_string(), message);
        }
    }
}

/// A service's own settings.
#[derive(Deserialize, Debug, PartialEq)]
struct Settings {
    port: u16,
    renames: FieldMapping,
    profile: ProfileSchema,
}

const JSON: &str = r#"{"port":1,"renames":{"data_type_map":[{"rownd_field":"email","connection_field":"mail"}]},
    "profile":{"schema":{"score":{"type":"number","validation_rules":[{"rule_name":"min_length","rule_value":1}]}}}}"#;

const YAML: &str = "
port: 1
renames: [{rownd_field: email, connection_field: mail}]
profile:
  score:
    type: number
    encryption: ~
    validation_rules:
      - {rule_name: min_length, rule_value: 1}
";

const TOML: &str = "
port = 1
[[renames]]
rownd_field = 'email'
connection_field = 'mail'
[profile.app.schema.score]
type = 'number'
validation_rules = [{rule_name = 'min_length', rule_value = 1}]
";

#[test]
fn settings_can_be_part_of_a_service_configuration() {
    for settings in [
        serde_json::from_str::<Settings>(JSON).unwrap(),
        serde_json::from_value(serde_json::from_str(JSON).unwrap()).unwrap(),
        serde_yaml_ng::from_str(YAML).unwrap(),
        toml::from_str(TOML).unwrap(),
    ] {
        assert_eq!((settings.port, settings.renames.rownd_field("mail")), (1, Some("email")));
        let score = settings.profile.field("score").unwrap();
        assert_eq!((score.field_type(), score.min_length()), (&FieldType::Number, Some(1)));
    }
}

#[test]
fn an_error_in_a_configuration_names_the_place_inside_the_settings() {
    let errors = [
        serde_json::from_str::<Settings>(&JSON.replace(r#""number""#, "7")).unwrap_err().to_string(),
        serde_yaml_ng::from_str::<Settings>(&YAML.replace("number", "7")).unwrap_err().to_string(),
        toml::from_str::<Settings>(&TOML.replace("'number'", "7")).unwrap_err().to_string(),
    ];
    for (error, path) in errors.iter().zip(["/schema/score/type", "/score/type", "/app/schema/score/type"]) {
        assert!(error.contains(&format!("expected a string, found a number at {path}")), "{error}");
    }
}
