//! `Operation`: four known words, and any other word unchanged.

use std::collections::HashSet;

use rownd_webhooks::{Operation, REDACTED};

use crate::support::Body;

const KNOWN: [(Operation<'static>, &str); 4] = [
    (Operation::DataInsert, "data_insert"),
    (Operation::DataUpdate, "data_update"),
    (Operation::VisibilityUpdate, "visibility_update"),
    (Operation::Delete, "delete"),
];

const UNKNOWN: [&str; 7] = ["", "DELETE", "delete ", "data_merge", "dеlete", REDACTED, "\u{202e}eteled"];

#[test]
fn a_known_word_compares_as_an_operation_and_as_text() {
    for (operation, word) in KNOWN {
        let body = Body { operation: word, ..Body::default() }.to_string();
        let payload = rownd_webhooks::from_str(&body).unwrap();
        assert!(payload.operation() == operation && *payload.operation() == operation);
        assert!(*payload.operation() == *word && *payload.operation() == word);
        assert_eq!((operation.as_str(), operation.label(), &*operation.to_string()), (word, word, word));
    }
}

#[test]
fn an_operation_is_read_from_text_and_json() {
    let mut operations = HashSet::new();
    for (operation, word) in KNOWN.into_iter().chain(UNKNOWN.map(|word| (Operation::from(word), word))) {
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
fn any_other_word_is_unknown_and_equals_no_known_operation() {
    for word in UNKNOWN {
        let operation = Operation::from(word);
        let Operation::Unknown(unknown) = &operation else { panic!("{word:?} is {operation:?}") };
        assert_eq!((unknown.as_str(), operation.as_str(), operation.label()), (word, word, "unknown"));
        assert!(operation == *word && unknown.to_string() == operation.to_string());
        assert!(KNOWN.iter().all(|(known, known_word)| operation != *known && operation != **known_word));
    }
}

#[test]
fn a_long_or_unprintable_word_is_printed_short_and_escaped() {
    for (word, shown) in [
        ("\u{202e}\n\u{1b}[31m".to_owned(), r"\u{202e}\n\u{1b}[31m".to_owned()),
        ("x".repeat(1_000), format!("{}…", "x".repeat(63))),
        ("\u{202e}".repeat(1_000), format!("{}…", r"\u{202e}".repeat(7))),
    ] {
        let operation = Operation::from(&*word);
        assert_eq!((operation.as_str(), &operation.to_string()), (&*word, &shown));
        assert_eq!(format!("{operation:?}"), format!("Unknown(\"{shown}\")"));
    }
}
