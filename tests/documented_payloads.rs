//! The four bodies of the vendor's payload reference: read, valid, typed, and written back as they came.

use rownd_webhooks::testing::samples;
use rownd_webhooks::{Event, Operation, Payload};
use serde_json::Value;

const DOCUMENTED: [(&str, &str); 4] = [
    ("data_insert", samples::DATA_INSERT),
    ("data_update", samples::DATA_UPDATE),
    ("visibility_update", samples::VISIBILITY_UPDATE),
    ("delete", samples::DELETE),
];

fn payload(body: &str) -> Payload<'_> {
    rownd_webhooks::from_str(body).unwrap()
}

#[test]
fn they_are_valid_without_an_issue() {
    for (name, body) in DOCUMENTED {
        let payload = payload(body);
        assert_eq!(payload.issues(), [], "{name}");
        assert_eq!(payload.validate(), Ok(()), "{name}");
    }
}

#[test]
fn each_word_is_an_operation_of_its_own() {
    let known =
        [Operation::DataInsert, Operation::DataUpdate, Operation::VisibilityUpdate, Operation::Delete];
    for ((name, body), operation) in DOCUMENTED.into_iter().zip(known) {
        assert_eq!(payload(body).operation(), &operation);
        assert_eq!(operation.as_str(), name);
        assert_eq!(operation.to_string(), name);
    }
}

#[test]
fn each_turns_into_its_event() {
    let kind = |event: &Event<'_>| match event {
        Event::DataInsert(_) => "data_insert",
        Event::DataUpdate(_) => "data_update",
        Event::VisibilityUpdate(_) => "visibility_update",
        Event::Delete(_) => "delete",
        Event::Unknown(_) => "unknown",
    };
    for (name, body) in DOCUMENTED {
        let event = payload(body).into_event().unwrap();
        assert_eq!(kind(&event), name);
        assert_eq!(event.subject().unwrap().key(), "0e223bd4-1324-49ff-b948-122eeaaa42d1");
    }
}

#[test]
fn they_are_written_back_as_they_came() {
    for (name, body) in DOCUMENTED {
        let came: Value = serde_json::from_str(body).unwrap();
        let payload = payload(body);
        assert_eq!(serde_json::to_value(&payload).unwrap(), came, "{name}");
        let written = serde_json::to_string(&payload).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), came, "{name}");
        assert_eq!(written.parse::<Payload<'_>>().unwrap(), payload, "{name}");
    }
}

#[test]
fn what_they_say_is_there_to_read() {
    let hidden = payload(samples::VISIBILITY_UPDATE);
    assert_eq!(hidden.email(), Some("jrose@acme.com"));
    assert_eq!(hidden.phone_number(), None);
    assert!(hidden.redacted().eq(["country"]));
    assert!(hidden.field("country").unwrap().is_redacted());
    assert_eq!(hidden.field("first_name").unwrap().visible().unwrap().as_str(), Some("Juliet"));

    let shown = payload(samples::DATA_UPDATE);
    assert_eq!(shown.field("country").unwrap().visible().unwrap().as_str(), Some("United States"));
    assert_eq!(shown.redacted().count(), 0);
    assert_eq!(payload(samples::DELETE).fields().len(), 1);
}

#[test]
fn the_display_is_one_line_with_counts() {
    let lines = DOCUMENTED.map(|(_, body)| payload(body).to_string());
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
