//! Law: whatever an operator's settings, reading and using them panics on nothing, and a mapping keeps fields apart.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rownd_webhooks::Parser;
use rownd_webhooks::mapping::FieldMapping;
use rownd_webhooks::schema::ProfileSchema;
use rownd_webhooks::testing::samples;

fuzz_target!(|settings: &[u8]| {
    match ProfileSchema::from_slice(settings) {
        Ok(schema) => {
            for sample in [samples::DATA_INSERT, samples::VISIBILITY_UPDATE, samples::DELETE] {
                for issue in schema.check(&rownd_webhooks::from_str(sample).unwrap()) {
                    assert!(issue.to_string().len() < 512);
                }
            }
        }
        Err(error) => assert!(error.to_string().len() < 512),
    }
    match FieldMapping::from_slice(settings) {
        Ok(mapping) => {
            let pairs = mapping.iter().map(|rename| (rename.rownd_field(), rename.connection_field()));
            assert!(FieldMapping::from_pairs(pairs).is_ok());
            let parser = Parser::new().field_mapping(mapping);
            if let Ok(payload) = parser.parse(samples::VISIBILITY_UPDATE.as_bytes()) {
                assert_eq!(payload.fields().len(), 5);
                assert_eq!(payload.redacted().count(), 1);
            }
        }
        Err(error) => assert!(error.to_string().len() < 512),
    }
});
