//! `Operation`: four known words, and any other word unchanged.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use rownd_webhooks::{Operation, REDACTED};

use crate::support::Body;

const KNOWN: [(Operation<'static>, &str); 4] = [
    (Operation::DataInsert, "data_insert"),
    (Operation::DataUpdate, "data_update"),
    (Operation::VisibilityUpdate, "visibility_update"),
    (Operation::Delete, "delete"),
];

const UNKNOWN: [&str; 6] = ["DELETE", "delete ", "data_merge", "dеlete", REDACTED, "\u{202e}eteled"];

#[test]
fn every_word_is_read_from_text_and_json_and_kept() {
    let mut operations = HashSet::new();
    let unknown = UNKNOWN.map(|word| (Operation::from(word), word, "unknown"));
    for (operation, word, label) in KNOWN.map(|(known, word)| (known, word, word)).into_iter().chain(unknown)
    {
        assert_eq!((operation.as_str(), operation.label()), (word, label));
        let hasher = BuildHasherDefault::<DefaultHasher>::new();
        assert_eq!(hasher.hash_one(&operation), hasher.hash_one(word));
        assert!(operation == *word && operation == word && operation != "");
        assert_eq!(matches!(operation, Operation::Unknown(_)), label == "unknown", "{word:?}");
        let json = serde_json::to_string(&operation).unwrap();
        assert_eq!(json, serde_json::to_string(word).unwrap());
        for read in [
            Operation::from(word),
            word.parse().unwrap(),
            serde_json::from_str(&json).unwrap(),
            serde_json::from_value(word.into()).unwrap(),
            operation.clone().into_owned(),
        ] {
            assert_eq!(read, operation);
            operations.insert(read);
        }
    }
    assert_eq!(operations.len(), KNOWN.len() + UNKNOWN.len());
    assert!(serde_json::from_str::<Operation<'_>>("7").is_err());
}

#[test]
fn the_operation_of_a_payload_compares_as_an_operation_and_as_text() {
    for (operation, word) in KNOWN {
        let body = Body { operation: word, ..Body::default() }.to_string();
        let payload = rownd_webhooks::from_str(&body).unwrap();
        assert!(payload.operation() == operation && *payload.operation() == operation);
        assert!(payload.operation() == word && payload.operation() != "user_merge");
        let other = Operation::from("user_merge");
        assert!(payload.operation() != other);
        assert_eq!(payload.operation().to_string(), word);
    }
}
