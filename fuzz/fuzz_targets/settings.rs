//! Law: reading and using an operator's settings never panics, serde reads the same, and a mapping never merges two fields.
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

fn without_mark(settings: &[u8]) -> &[u8] {
    settings.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(settings)
}

fuzz_target!(|settings: &[u8]| {
    match ProfileSchema::from_slice(settings) {
        Ok(schema) => {
            assert!(schema.iter().all(|(name, field)| schema.field(name) == Some(field)));
            for sample in samples::ALL {
                let payload = rownd_webhooks::from_str(sample).unwrap();
                schema.check(&payload).iter().for_each(assert_short);
                schema.check_fields(payload.fields()).iter().for_each(assert_short);
            }
            assert_eq!(serde_json::from_slice::<ProfileSchema>(without_mark(settings)).unwrap(), schema);
        }
        Err(error) => assert_short(&error),
    }
    match FieldMapping::from_slice(settings) {
        Ok(mapping) => {
            assert_eq!(serde_json::from_slice::<FieldMapping>(without_mark(settings)).unwrap(), mapping);
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
