//! `Operation`: four known words, and any other word unchanged.

use std::collections::HashSet;

use rownd_webhooks::{Operation, REDACTED};

use crate::support::{Body, payload};

#[test]
fn every_word_is_read_from_text_and_json_and_kept() {
    for (word, label) in [
        ("data_insert", "data_insert"),
        ("data_update", "data_update"),
        ("visibility_update", "visibility_update"),
        ("delete", "delete"),
        ("DELETE", "unknown"),
        ("delete ", "unknown"),
        ("dеlete", "unknown"),
        (REDACTED, "unknown"),
        ("\u{202e}eteled", "unknown"),
    ] {
        let operation = Operation::from(word);
        assert_eq!((operation.as_str(), operation.label()), (word, label));
        assert_eq!(matches!(operation, Operation::Unknown(_)), label == "unknown", "{word:?}");
        assert_eq!(word.parse(), Ok(operation.clone()));
        let json = serde_json::to_string(&operation).unwrap();
        assert_eq!(json, serde_json::to_string(word).unwrap());
        assert_eq!(serde_json::from_str::<Operation<'_>>(&json).unwrap(), operation);
        assert_eq!(serde_json::from_value::<Operation<'_>>(word.into()).unwrap(), operation);
    }
    assert!(serde_json::from_str::<Operation<'_>>("7").is_err());
    assert_eq!(HashSet::from(["delete", "DELETE", "delete", "DELETE"].map(Operation::from)).len(), 2);
}

#[test]
fn the_operation_of_a_payload_compares_as_an_operation_and_as_text() {
    for operation in ["delete", "user_merge"] {
        let payload = payload(Body { operation, ..Body::default() });
        assert!(payload.operation() == operation && payload.operation() != "data_merge");
        let (same, other) = (Operation::from(operation), Operation::from("data_merge"));
        assert!(payload.operation() == same && payload.operation() != other);
        assert!(*payload.operation() == *operation && payload.operation() != Operation::DataInsert);
        assert_eq!(payload.operation().to_string(), operation);
    }
}
