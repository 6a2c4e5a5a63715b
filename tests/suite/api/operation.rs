//! `Operation`: four words, and the rest kept as it was sent.

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
    for (operation, word) in KNOWN.into_iter().chain(UNKNOWN.map(|word| (Operation::from(word), word))) {
        assert_eq!(Operation::from(word), operation);
        assert_eq!(word.parse::<Operation<'_>>().unwrap(), operation);
        let json = serde_json::to_string(&operation).unwrap();
        assert_eq!(json, serde_json::to_string(word).unwrap());
        assert_eq!(serde_json::from_str::<Operation<'_>>(&json).unwrap(), operation);
        assert_eq!(serde_json::from_value::<Operation<'_>>(word.into()).unwrap(), operation);
        assert_eq!(operation.clone().into_owned(), operation);
    }
    assert!(serde_json::from_str::<Operation<'_>>("7").is_err());
}

#[test]
fn any_other_word_is_unknown_and_equals_no_known_operation() {
    for word in UNKNOWN {
        let operation = Operation::from(word);
        let Operation::Unknown(unknown) = &operation else { panic!("{word:?} is {operation:?}") };
        assert_eq!((unknown.as_str(), operation.as_str(), operation.label()), (word, word, "unknown"));
        assert!(operation == *word && unknown.to_string() == operation.to_string());
        for (known, known_word) in KNOWN {
            assert!(operation != known && operation != *known_word, "{word:?}");
        }
    }
}

#[test]
fn an_unknown_word_that_is_known_after_all_is_the_known_operation() {
    for body in [
        Body { operation: r"d\u0065lete", ..Body::default() },
        Body { operation: "delete", ..Body::default() },
    ] {
        let body = body.to_string();
        assert_eq!(*rownd_webhooks::from_str(&body).unwrap().operation(), Operation::Delete, "{body}");
    }
}

#[test]
fn equal_operations_hash_alike() {
    let operations = KNOWN.into_iter().flat_map(|(operation, word)| [operation, Operation::from(word)]);
    let unknown =
        UNKNOWN.iter().flat_map(|word| [Operation::from(*word), Operation::from(*word).into_owned()]);
    assert_eq!(operations.chain(unknown).collect::<HashSet<_>>().len(), KNOWN.len() + UNKNOWN.len());
}

#[test]
fn a_hostile_word_is_kept_whole_and_printed_short_and_escaped() {
    for (word, shown) in [
        ("\u{202e}\n\u{1b}[31m".to_owned(), r"\u{202e}\n\u{1b}[31m".to_owned()),
        ("x".repeat(2_000_000), format!("{}…", "x".repeat(63))),
        ("\u{202e}".repeat(1_000), format!("{}…", r"\u{202e}".repeat(7))),
    ] {
        let body = format!(r#"{{"meta":{{"operation":{}}}}}"#, serde_json::to_string(&word).unwrap());
        let payload = rownd_webhooks::Parser::new().max_bytes(8 << 20).parse(body.as_bytes()).unwrap();
        assert!(*payload.operation() == *word);
        assert_eq!(payload.operation().to_string(), shown);
        assert_eq!(format!("{:?}", payload.operation()), format!("Unknown(\"{shown}\")"));
        assert_eq!(payload.operation().label(), "unknown");
    }
}
