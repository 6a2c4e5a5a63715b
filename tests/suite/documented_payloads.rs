//! The four bodies of the vendor's payload reference: parsed, valid, and written back unchanged.

use rownd_webhooks::Operation;
use rownd_webhooks::testing::samples;
use serde_json::Value;

use crate::support::payload;

const USER_ID: &str = "0e223bd4-1324-49ff-b948-122eeaaa42d1";

#[test]
fn the_documented_bodies_have_no_issues_and_are_written_back_unchanged() {
    let rows = [
        (Operation::DataInsert, samples::DATA_INSERT, "4 fields, 0 redacted"),
        (Operation::DataUpdate, samples::DATA_UPDATE, "5 fields, 0 redacted"),
        (Operation::VisibilityUpdate, samples::VISIBILITY_UPDATE, "5 fields, 1 redacted"),
        (Operation::Delete, samples::DELETE, "1 field, 0 redacted"),
    ];
    assert_eq!(samples::ALL, rows.each_ref().map(|(_, body, _)| *body));
    for (operation, body, counts) in rows {
        let payload = payload(body);
        assert_eq!(payload.operation(), operation);
        assert_eq!((payload.issues(), payload.validate()), (vec![], Ok(())), "{operation}");
        assert_eq!(payload.to_string(), format!("{operation} of user {USER_ID}: {counts}, 1 lookup value"));
        let tree: Value = serde_json::from_str(body).unwrap();
        assert_eq!(serde_json::to_value(&payload).unwrap(), tree, "{operation}");
        let event = payload.into_event().unwrap();
        assert_eq!((event.operation(), event.user_id().unwrap().as_str()), (&operation, USER_ID));
    }
}
