//! What the types promise: threads, lifetimes, sizes; and what they forbid.

use std::error::Error;
use std::fmt::Debug;

use rownd_webhooks::replay::{LineError, NdjsonReader};
use rownd_webhooks::schema::{DataCategory, FieldSchema, FieldType, Owner, ProfileSchema};
use rownd_webhooks::sync::{ChangeKind, Changes, FieldChange, SyncPlan};
use rownd_webhooks::testing::{self, DeleteBuilder, ProfileBuilder, samples};
use rownd_webhooks::{
    DataInsert, DataUpdate, DecodeError, Delete, Event, Fields, Issue, LookupValue, Number, Operation,
    ParseError, ParseErrorKind, Parser, Payload, RawJson, Received, Redactable, Severity, Subject, UserId,
    ValidationError, Value, VisibilityUpdate, mapping,
};

fn ordinary<T: Send + Sync + Unpin + Clone + Debug + Eq + 'static>() {}
fn error<T: Error + Send + Sync + Clone + Eq + 'static>() {}
fn shared<T: Send + Sync>() {}

#[test]
fn every_type_is_ordinary() {
    ordinary::<Payload<'static>>();
    ordinary::<Operation<'static>>();
    ordinary::<Event<'static>>();
    ordinary::<DataInsert<'static>>();
    ordinary::<DataUpdate<'static>>();
    ordinary::<VisibilityUpdate<'static>>();
    ordinary::<Delete<'static>>();
    ordinary::<Subject<'static>>();
    ordinary::<Fields<'static>>();
    ordinary::<Value<'static>>();
    ordinary::<Number<'static>>();
    ordinary::<RawJson<'static>>();
    ordinary::<LookupValue<'static>>();
    ordinary::<UserId<'static>>();
    ordinary::<Redactable<String>>();
    ordinary::<Received<Payload<'static>>>();
    ordinary::<Parser>();
    ordinary::<ParseErrorKind>();
    ordinary::<Issue>();
    ordinary::<Severity>();
    ordinary::<mapping::FieldMapping>();
    ordinary::<mapping::Rename>();
    ordinary::<ProfileSchema>();
    ordinary::<FieldSchema>();
    ordinary::<FieldType>();
    ordinary::<DataCategory>();
    ordinary::<Owner>();
    ordinary::<SyncPlan<'static>>();
    ordinary::<Changes<'static>>();
    ordinary::<FieldChange<'static>>();
    ordinary::<ChangeKind>();
    ordinary::<ProfileBuilder>();
    ordinary::<DeleteBuilder>();
    shared::<NdjsonReader<&[u8]>>();
}

#[test]
fn errors_are_one_word_wide_and_have_no_source() {
    error::<ParseError>();
    error::<DecodeError>();
    error::<ValidationError>();
    error::<LineError>();
    assert_eq!(size_of::<Result<(), ParseError>>(), size_of::<usize>());
    assert_eq!(size_of::<Result<(), DecodeError>>(), size_of::<usize>());
    assert_eq!(size_of::<Result<(), ValidationError>>(), size_of::<usize>());
    assert_eq!(size_of::<Result<(), LineError>>(), size_of::<usize>());

    let error = rownd_webhooks::from_str("{").unwrap_err();
    assert!(error.source().is_none());
    assert_eq!(format!("{error:?}"), format!("ParseError(\"{error}\")"));
}

#[test]
fn what_identifies_is_written_as_it_came() {
    let body = r#"{"data":{"user_id":"u\u202e1"},"meta":{"operation":"data_\u0000"}}"#;
    let payload = rownd_webhooks::from_str(body).unwrap();
    assert_eq!(serde_json::to_value(payload.user_id()).unwrap(), "u\u{202e}1");
    assert_eq!(serde_json::to_value(payload.operation()).unwrap(), "data_\0");
    assert_eq!(serde_json::to_value(Operation::VisibilityUpdate).unwrap(), "visibility_update");
}

#[test]
fn every_debug_says_what_it_is() {
    let sample = samples::VISIBILITY_UPDATE;
    let payload = rownd_webhooks::from_str(sample).unwrap();
    let event = payload.clone().into_event().unwrap();
    let plan = payload.sync_plan().unwrap();
    let other = testing::data_update().field("email", 7).build();
    let changes = Changes::between(payload.fields(), other.fields());
    let mapping = mapping::FieldMapping::from_pairs([("email", "mail")]).unwrap();
    let schema = r#"{"schema":{"email":{"type":"string","data_category":"pii_basic","owned_by":"user"}}}"#;
    let schema = ProfileSchema::from_slice(schema.as_bytes()).unwrap();
    let mut archive = NdjsonReader::new(&b"{"[..]);
    let line_error = archive.next_payload().unwrap().unwrap_err();
    let odd = rownd_webhooks::from_str(r#"{"data":{"n":1,"l":[]},"meta":{"operation":"x"},"y":2}"#).unwrap();
    let shown = |debug: &dyn Debug| format!("{debug:?}");
    for (text, words) in [
        (shown(&payload), &["Payload", "VisibilityUpdate", "0e223bd4", "country", "LookupValue"][..]),
        (shown(payload.fields()), &["country", "Redacted", "string of"]),
        (shown(&payload.fields().iter()), &["country"]),
        (shown(&payload.lookup_values()[0]), &["LookupValue", "email", "string of 14 bytes"]),
        (shown(&payload.user_id()), &["UserId", "0e223bd4"]),
        (shown(&event), &["VisibilityUpdate", "Subject", "country"]),
        (shown(&event.subject()), &["Subject", "UserId"]),
        (shown(&plan), &["Upsert", "country"]),
        (shown(&changes), &["email", "Changed"]),
        (shown(&changes.iter().next()), &["FieldChange", "country", "Removed"]),
        (shown(&odd.operation()), &["Unknown", "x"]),
        (shown(&odd.field("n")), &["number"]),
        (shown(&odd.field("l")), &["array"]),
        (shown(&odd.extra().collect::<Vec<_>>()), &["y", "number of 1 bytes"]),
        (shown(&odd.issues()), &["Issue", "unknown_operation"]),
        (shown(&odd.validate()), &["ValidationError"]),
        (shown(&Severity::Warning), &["Warning"]),
        (shown(&mapping), &["FieldMapping", "email", "mail"]),
        (shown(&mapping.iter().next()), &["Rename", "email", "mail"]),
        (shown(&schema), &["ProfileSchema", "email", "String", "PiiBasic", "User"]),
        (shown(&Parser::new().field_mapping(mapping.clone())), &["Parser", "email"]),
        (shown(&archive), &["NdjsonReader", "1"]),
        (shown(&line_error), &["LineError", "line 1"]),
        (shown(&testing::data_insert().field("score", 7)), &["ProfileBuilder", "score"]),
        (shown(&testing::delete().user_id("u7")), &["DeleteBuilder", "u7"]),
        (shown(&Received::now(())), &["Received", "payload"]),
    ] {
        for word in words {
            assert!(text.contains(word), "{word} in {text}");
        }
    }
}

#[test]
fn a_field_takes_three_words_for_its_value() {
    assert_eq!(size_of::<Redactable<Value<'_>>>(), 3 * size_of::<usize>());
}

#[test]
fn what_borrows_from_a_body_does_not_outlive_it() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
