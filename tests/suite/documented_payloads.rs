//! The four bodies of the vendor's payload reference: parsed, valid, typed, and written back unchanged.

use rownd_webhooks::testing::samples;
use rownd_webhooks::{Event, Operation};
use serde_json::Value;

use crate::support::payload;

const DOCUMENTED: [(&str, &str, Operation<'_>); 4] = [
    ("data_insert", samples::DATA_INSERT, Operation::DataInsert),
    ("data_update", samples::DATA_UPDATE, Operation::DataUpdate),
    ("visibility_update", samples::VISIBILITY_UPDATE, Operation::VisibilityUpdate),
    ("delete", samples::DELETE, Operation::Delete),
];

#[test]
fn they_have_no_issues_and_are_written_back_unchanged() {
    assert_eq!(samples::ALL, DOCUMENTED.map(|(_, body, _)| body));
    for (name, body, operation) in DOCUMENTED {
        let payload = payload(body);
        assert_eq!(payload.issues(), [], "{name}");
        assert_eq!(payload.validate(), Ok(()), "{name}");
        assert_eq!(
            (payload.operation(), operation.as_str(), &*operation.to_string()),
            (&operation, name, name)
        );
        let written = serde_json::to_string(&payload).unwrap();
        let [written, tree] = [&*written, body].map(|json| serde_json::from_str::<Value>(json).unwrap());
        assert_eq!(written, tree, "{name}");
        assert_eq!(serde_json::to_value(&payload).unwrap(), tree, "{name}");
    }
}

#[test]
fn each_becomes_its_event() {
    for (name, body, _) in DOCUMENTED {
        let event = payload(body).into_event().unwrap();
        let kind = match &event {
            Event::DataInsert(_) => "data_insert",
            Event::DataUpdate(_) => "data_update",
            Event::VisibilityUpdate(_) => "visibility_update",
            Event::Delete(_) => "delete",
            Event::Unknown(_) => "unknown",
        };
        assert_eq!(kind, name);
        assert_eq!(event.subject().unwrap().partition_key(), "0e223bd4-1324-49ff-b948-122eeaaa42d1");
    }
}

#[test]
fn their_fields_are_there_to_read() {
    let hidden = payload(samples::VISIBILITY_UPDATE);
    assert_eq!((hidden.email(), hidden.phone_number()), (Some("jrose@acme.com"), None));
    assert!(hidden.redacted_names().eq(["country"]));
    assert!(hidden.field("country").unwrap().is_redacted());
    assert_eq!(hidden.field("first_name").unwrap().visible().unwrap().as_str(), Some("Juliet"));

    let shown = payload(samples::DATA_UPDATE);
    assert_eq!(shown.field("country").unwrap().visible().unwrap().as_str(), Some("United States"));
    assert_eq!(shown.redacted_names().count(), 0);
    assert_eq!(payload(samples::DELETE).fields().len(), 1);
}

#[test]
fn each_is_displayed_in_one_line_with_counts() {
    let lines = DOCUMENTED.map(|(_, body, _)| payload(body).to_string());
    let user = "user 0e223bd4-1324-49ff-b948-122eeaaa42d1";
    assert_eq!(
        lines,
        [
            format!("data_insert of {user}: 4 fields, 0 redacted, 1 lookup value"),
            format!("data_update of {user}: 5 fields, 0 redacted, 1 lookup value"),
            format!("visibility_update of {user}: 5 fields, 1 redacted, 1 lookup value"),
            format!("delete of {user}: 1 field, 0 redacted, 1 lookup value"),
        ]
    );
}
