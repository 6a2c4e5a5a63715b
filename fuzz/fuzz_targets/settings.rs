//! Law: reading and using an operator's settings never panics, and a mapping keeps fields apart.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rownd_webhooks::mapping::FieldMapping;
use rownd_webhooks::schema::ProfileSchema;
use rownd_webhooks::testing::samples;
use rownd_webhooks::{ParseError, Parser};

fn check_error(error: &ParseError) {
    assert!(error.to_string().chars().count() < 512, "{error}");
}

fuzz_target!(|settings: &[u8]| {
    match ProfileSchema::from_slice(settings) {
        Ok(schema) => {
            for (name, field) in schema.iter() {
                assert_eq!(schema.field(name), Some(field));
            }
            for sample in samples::ALL {
                for issue in schema.check(&rownd_webhooks::from_str(sample).unwrap()) {
                    assert!(issue.to_string().chars().count() < 512, "{issue}");
                }
            }
        }
        Err(error) => check_error(&error),
    }
    match FieldMapping::from_slice(settings) {
        Ok(mapping) => {
            let pairs = mapping.iter().map(|rename| (rename.rownd_field(), rename.connection_field()));
            assert!(FieldMapping::from_pairs(pairs).is_ok());
            let parser = Parser::new().field_mapping(mapping);
            match parser.parse(samples::VISIBILITY_UPDATE.as_bytes()) {
                Ok(payload) => {
                    assert_eq!(payload.fields().len(), 5);
                    assert_eq!(payload.redacted_names().len(), 1);
                }
                Err(error) => assert_eq!(error.code(), "duplicate_member"),
            }
        }
        Err(error) => check_error(&error),
    }
});
