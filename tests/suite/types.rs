//! What the types promise: threads, traits, sizes and `Debug`.

use std::error::Error;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::mpsc::{SendError, Sender, channel};

use rownd_webhooks::mapping::{FieldMapping, Rename};
use rownd_webhooks::replay::{LineError, NdjsonReader};
use rownd_webhooks::schema::{FieldSchema, FieldType, ProfileSchema};
use rownd_webhooks::sync::{
    Applied, Change, ChangeKind, Changes, Decision, FieldChange, Found, Mirror, Profile, Reason,
};
use rownd_webhooks::testing::{self, PayloadBuilder, samples};
use rownd_webhooks::{
    DataInsert, DataUpdate, Date, DecodeError, Delete, Event, Fields, Issue, LookupValue, Number, Operation,
    ParseError, ParseErrorKind, Parser, Payload, RawJson, Received, Redactable, Severity, Subject, UserId,
    ValidationError, Value, VisibilityUpdate,
};

use crate::support::payload;

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

/// Clippy calls a larger type too large for an enum or a result. It accepts these.
#[test]
fn payloads_and_events_are_small() {
    #[allow(dead_code)]
    enum Job {
        Rownd(Event<'static>),
        Tick(u64),
    }
    fn send(event: Event<'static>, jobs: &Sender<Event<'static>>) -> Result<(), SendError<Event<'static>>> {
        jobs.send(event)
    }
    let (sender, receiver) = channel();
    send(testing::delete().event(), &sender).unwrap();
    assert_eq!(receiver.recv().unwrap(), testing::delete().event());
    assert!(size_of::<Payload<'_>>() < 128 && size_of::<Event<'_>>() < 128);
}

#[test]
fn one_error_type_serves_from_bytes_to_event() {
    fn event(body: &str) -> Result<Event<'_>, ParseError> {
        rownd_webhooks::from_str(body)?.into_event()
    }
    let nobody = event(r#"{"data":{},"meta":{"operation":"delete","lookup_values":[]}}"#).unwrap_err();
    assert_eq!((nobody.code(), nobody.http_status()), ("invalid", 400));
    assert_eq!(event("{").unwrap_err().code(), "syntax");
}

#[test]
fn every_debug_output_names_its_type() {
    let payload = payload(samples::VISIBILITY_UPDATE);
    let event = payload.clone().into_event().unwrap();
    let other = testing::data_update().field("email", 7).build();
    let changes = Changes::between(payload.fields(), other.fields());
    let mapping = FieldMapping::from_pairs([("email", "mail")]).unwrap();
    let schema = br#"{"schema":{"email":{"type":"string","data_category":"pii_basic","owned_by":"user"}}}"#;
    let mut archive = NdjsonReader::new(&b"{"[..]);
    let line_error = archive.next_payload().unwrap().unwrap_err();
    let odd = rownd_webhooks::from_str(r#"{"trace":7,"meta":{"operation":"x"}}"#).unwrap();
    let shown = |value: &dyn Debug| format!("{value:?}");
    for (text, words) in [
        (shown(&payload), "Payload VisibilityUpdate 0e223bd4 country Redacted Visible LookupValue"),
        (shown(&payload.lookup_values()[0]), "LookupValue email bytes"),
        (shown(&payload.user_id()), "UserId 0e223bd4"),
        (shown(&event), "VisibilityUpdate Subject 0e223bd4 country"),
        (shown(&Mirror::new().apply(&payload)), "Change Created Profile 0e223bd4 country Redacted"),
        (shown(&changes), "email Changed country Removed"),
        (shown(&odd), "Unknown x trace number"),
        (shown(&odd.issues()), "Issue unknown_operation"),
        (shown(&odd.validate()), "ValidationError"),
        (shown(&ProfileSchema::from_slice(schema)), "ProfileSchema email String"),
        (shown(&Parser::new().field_mapping(mapping.clone())), "Parser FieldMapping email mail"),
        (shown(&archive), "NdjsonReader 1"),
        (shown(&line_error), "LineError line 1"),
        (shown(&testing::data_insert().field("score", 7)), "PayloadBuilder score"),
        (shown(&Received::now(())), "Received payload"),
    ] {
        for word in words.split(' ') {
            assert!(text.contains(word), "{word} in {text}");
        }
    }
}
