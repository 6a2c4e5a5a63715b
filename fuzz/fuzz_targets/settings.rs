//! Law: reading and using an operator's settings never panics, and a mapping never merges two fields.
#![no_main]

use std::fmt::Display;

use libfuzzer_sys::fuzz_target;
use rownd_webhooks::Parser;
use rownd_webhooks::mapping::FieldMapping;
use rownd_webhooks::schema::ProfileSchema;
use rownd_webhooks::testing::samples;

fn assert_short(message: &impl Display) {
    assert!(message.to_string().chars().count() < 512, "{message}");
}

fuzz_target!(|settings: &[u8]| {
    match ProfileSchema::from_slice(settings) {
        Ok(schema) => {
            assert!(schema.iter().all(|(name, field)| schema.field(name) == Some(field)));
            for sample in samples::ALL {
                schema.check(&rownd_webhooks::from_str(sample).unwrap()).iter().for_each(assert_short);
            }
        }
        Err(error) => assert_short(&error),
    }
    match FieldMapping::from_slice(settings) {
        Ok(mapping) => {
            let pairs = mapping.iter().map(|rename| (rename.rownd_field(), rename.connection_field()));
            assert!(FieldMapping::from_pairs(pairs).is_ok());
            let parser = Parser::new().field_mapping(mapping);
            match parser.parse(samples::VISIBILITY_UPDATE.as_bytes()) {
                Ok(payload) => {
                    assert_eq!((payload.fields().len(), payload.redacted_names().len()), (5, 1));
                }
                Err(error) => assert_eq!(error.code(), "duplicate_member"),
            }
        }
        Err(error) => assert_short(&error),
    }
});
