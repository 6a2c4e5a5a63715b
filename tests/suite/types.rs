//! What the types promise: threads, traits, sizes and `Debug`.

use std::error::Error;
use std::fmt::Debug;
use std::hash::Hash;

use rownd_webhooks::mapping::{FieldMapping, Rename};
use rownd_webhooks::replay::{LineError, NdjsonReader};
use rownd_webhooks::schema::{FieldSchema, FieldType, ProfileSchema};
use rownd_webhooks::sync::{
    Applied, Change, ChangeKind, Changes, Decision, FieldChange, Found, Mirror, Profile, Reason,
};
use rownd_webhooks::testing::PayloadBuilder;
use rownd_webhooks::{
    DataInsert, DataUpdate, Date, DecodeError, Delete, Event, Fields, Issue, LookupValue, Number, Operation,
    ParseError, ParseErrorKind, Parser, Payload, RawJson, Received, Redactable, Severity, Subject, UserId,
    ValidationError, Value, VisibilityUpdate,
};

#[test]
fn every_type_has_the_common_traits() {
    fn assert<T: Send + Sync + Unpin + Clone + Debug + Eq + 'static>() {}
    fn assert_hash<T: Hash>() {}
    fn assert_shared<T: Send + Sync>() {}
    macro_rules! ordinary {
        ($($type:ty)*) => {$( assert::<$type>(); )*};
    }
    ordinary! {
        Payload<'static> Operation<'static> Event<'static> DataInsert<'static> DataUpdate<'static> VisibilityUpdate<'static>
        Delete<'static> Subject<'static> UserId<'static> Fields<'static> Value<'static> Number<'static> RawJson<'static>
        LookupValue<'static> Date Redactable<String> Received<Payload<'static>> Parser ParseErrorKind Issue Severity
        FieldMapping Rename ProfileSchema FieldSchema FieldType
        Changes<'static> FieldChange<'static> ChangeKind Found<u64> Decision<u64> Reason Mirror Change<'static> Profile Applied
        PayloadBuilder
    }
    assert_hash::<(Operation<'_>, Subject<'_>, UserId<'_>, Date)>();
    assert_shared::<NdjsonReader<&[u8]>>();
}

#[test]
fn errors_are_one_word_wide() {
    fn assert<E: Error + Send + Sync + Clone + Eq + 'static>() {
        assert_eq!(size_of::<Result<(), E>>(), size_of::<usize>());
    }
    assert::<ParseError>();
    assert::<DecodeError>();
    assert::<ValidationError>();
    assert::<LineError>();
}

/// Clippy calls a larger type too large for an enum or a result.
#[test]
fn payloads_and_events_are_small() {
    assert!(size_of::<Payload<'_>>() < 128 && size_of::<Event<'_>>() < 128);
}
