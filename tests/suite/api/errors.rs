//! Errors: one word wide, with a code and a status, and convertible for `?`.

use rownd_webhooks::{DecodeError, Event, Issue, ParseError, ParseErrorKind, ValidationError};

use crate::pending::PayloadExt;
use crate::support::{Body, payload, summarize};

const NOBODY: Body<'_> =
    Body { operation: "data_update", data: "{}", redacted: "", lookup_values: "[]", meta: "", members: "" };

#[test]
fn every_error_is_one_word_wide() {
    let word = size_of::<usize>();
    assert_eq!([size_of::<ParseError>(), size_of::<ValidationError>(), size_of::<DecodeError>()], [word; 3]);
}

#[test]
fn a_validation_error_lists_every_issue() {
    let payload = payload(NOBODY);
    let error = payload.validate().unwrap_err();
    assert_eq!(summarize(error.issues()), summarize(&payload.issues()));
    let codes: Vec<&str> = error.issues().iter().map(Issue::code).collect();
    assert_eq!(codes, ["no_lookup_values", "missing_redacted", "missing_user_id"]);
    assert_eq!((error.code(), error.http_status()), ("invalid", 400));
    for other in
        [payload.subject().unwrap_err(), payload.sync_plan().unwrap_err(), payload.into_event().unwrap_err()]
    {
        assert_eq!(other, error);
    }
}

#[test]
fn one_error_type_serves_for_parsing_and_for_the_event() {
    fn event(body: &[u8]) -> Result<Event<'_>, ParseError> {
        Ok(rownd_webhooks::from_slice(body)?.into_event()?)
    }
    let body = NOBODY.to_string();
    let error = event(body.as_bytes()).unwrap_err();
    assert_eq!((error.code(), error.http_status(), error.path()), ("invalid", 400, None));
    let ParseErrorKind::Invalid(invalid) = error.kind() else { panic!("{error:?}") };
    assert_eq!(error.to_string(), invalid.to_string());
    assert_eq!(invalid.issues().len(), 3);
    assert_eq!(event(b"{").unwrap_err().code(), "syntax");
    let strict = rownd_webhooks::Parser::new().strict(true).parse(body.as_bytes()).unwrap_err();
    assert_eq!(strict, error);
}
