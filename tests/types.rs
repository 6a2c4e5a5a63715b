//! What the types promise: threads, lifetimes, sizes; and what they forbid.

use std::error::Error;
use std::fmt::Debug;

use rownd_webhooks::replay::{LineError, NdjsonReader};
use rownd_webhooks::schema::{DataCategory, FieldSchema, FieldType, Owner, ProfileSchema};
use rownd_webhooks::sync::{ChangeKind, Changes, FieldChange, SyncPlan};
use rownd_webhooks::testing::{DeleteBuilder, ProfileBuilder};
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
fn a_field_takes_three_words_for_its_value() {
    assert_eq!(size_of::<Redactable<Value<'_>>>(), 3 * size_of::<usize>());
}

#[test]
fn what_borrows_from_a_body_does_not_outlive_it() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
