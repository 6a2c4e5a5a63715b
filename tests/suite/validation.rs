//! Issues: each code with its path, severity and sentence, and the three ways to get them.

use proptest::prelude::*;
use rownd_webhooks::Severity::{self, Error, Warning};
use rownd_webhooks::{Issue, ParseError, ParseErrorKind, Parser, Payload, REDACTED, Redactable};
use serde_json::{Value, json};

use crate::support::strategies::{body, config};
use crate::support::{Body, issue_codes, list, listed, model_fields, payload};

const CODES: [(&str, Severity, &str); 16] = [
    ("missing_data", Error, "`data` is absent or null"),
    ("no_lookup_values", Error, "there are no lookup values"),
    ("missing_redacted", Error, "`redacted` is absent or null"),
    ("withheld_value_present", Error, "the value of a redacted field was dropped"),
    ("unknown_operation", Warning, "the operation is not known"),
    ("missing_user_id", Warning, "there is no user id"),
    ("unlisted_sentinel", Warning, "a field that is not listed as redacted has the sentinel as its value"),
    ("redacted_field_absent", Warning, "`data` lacks the field that is listed as redacted"),
    ("duplicate_redacted_name", Warning, "a field is listed as redacted more than once"),
    ("redacted_lookup_value", Warning, "a lookup value is redacted"),
    ("lookup_exposes_redacted", Warning, "a lookup value contains what its field redacts"),
    ("lookup_mismatch", Warning, "a lookup value differs from the field of its name"),
    ("lookup_value_not_text", Warning, "a lookup value is a number instead of a string"),
    ("unusable_lookup_value", Warning, "a lookup value is not usable"),
    ("delete_carries_fields", Warning, "a delete carries more than the user id"),
    ("empty_field_name", Warning, "the name of a field is empty"),
];

/// The code of each issue, its path, and its field, if it has one.
fn codes_and_places(payload: &Payload<'_>) -> Vec<String> {
    let field = |issue: &Issue| issue.field().map(|field| format!(" {field}")).unwrap_or_default();
    payload
        .issues()
        .iter()
        .map(|issue| format!("{} {}{}", issue.code(), issue.path(), field(issue)))
        .collect()
}

/// A name as the last token of a path.
fn token(name: &str) -> String {
    let character = |character: char| match character {
        '"' | '\\' | '\'' => character.to_string(),
        other => other.escape_debug().to_string(),
    };
    name.replace('~', "~0").replace('/', "~1").chars().map(character).collect()
}

/// The code and path of every issue of a body, sorted and found without this crate.
fn model_issues(body: &Value) -> Vec<String> {
    let operation = body["meta"]["operation"].as_str().unwrap();
    let lookup_values = &body["meta"]["lookup_values"];
    let data = body["data"].as_object();
    let (fields, listed) = (model_fields(body), listed(body));
    let has_data = |name: &str| data.is_some_and(|data| data.contains_key(name));
    let is_delete = operation == "delete";
    let is_known = ["data_insert", "data_update", "visibility_update", "delete"].contains(&operation);
    let id_of = |value: &Value| {
        value.is_number() || value.as_str().is_some_and(|id| !id.is_empty() && id != REDACTED)
    };
    let named = lookup_values
        .as_array()
        .into_iter()
        .flatten()
        .any(|lookup| lookup["field"] == "user_id" && id_of(&lookup["value"]));
    let shown =
        fields.get("user_id").and_then(Redactable::visible).is_some_and(|id| id.is_string() && id_of(id));
    let has_user_id = named || shown;
    let carries_fields = data.into_iter().flatten().any(|(name, _)| name != "user_id");
    let mut issues = Vec::new();
    let mut issue_if = |is_broken: bool, code: &str, place: &str| {
        issues.extend(is_broken.then(|| format!("{code} {place}")));
    };

    issue_if(data.is_none(), "missing_data", "/data");
    issue_if(!body["redacted"].is_array() && !is_delete, "missing_redacted", "/redacted");
    issue_if(!is_known, "unknown_operation", "/meta/operation");
    issue_if(!has_user_id, "missing_user_id", "/data/user_id user_id");
    issue_if(is_delete && carries_fields, "delete_carries_fields", "/data");
    issue_if(has_data(""), "empty_field_name", "/data/ ");
    for (name, value) in data.into_iter().flatten() {
        let path = format!("/data/{} {name}", token(name));
        let (is_listed, is_sentinel) = (listed.contains(&name.as_str()), value == REDACTED);
        issue_if(is_listed && !is_sentinel, "withheld_value_present", &path);
        issue_if(!is_listed && is_sentinel && !is_delete, "unlisted_sentinel", &path);
    }
    for (index, name) in listed.iter().enumerate() {
        let (path, is_repeated) = (format!("/redacted/{index} {name}"), listed[..index].contains(name));
        issue_if(is_repeated, "duplicate_redacted_name", &path);
        issue_if(!is_repeated && !has_data(name), "redacted_field_absent", &path);
    }
    let is_empty = lookup_values.is_null() || lookup_values == &json!([]);
    issue_if(is_empty, "no_lookup_values", "/meta/lookup_values");
    issue_if(!is_empty && !lookup_values.is_array(), "unusable_lookup_value", "/meta/lookup_values");
    for (index, element) in lookup_values.as_array().into_iter().flatten().enumerate() {
        let text = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let (path, sent) = (format!("/meta/lookup_values/{index}"), text(&element["value"]));
        let Some(name) = element["field"].as_str().filter(|_| sent.is_some()) else {
            issue_if(true, "unusable_lookup_value", &path);
            continue;
        };
        let (path, is_sentinel) = (path + "/value", element["value"] == REDACTED);
        issue_if(element["value"].is_number(), "lookup_value_not_text", &path);
        issue_if(is_sentinel, "redacted_lookup_value", &path);
        match fields.get(name).filter(|_| !is_sentinel) {
            Some(Redactable::Redacted) => issue_if(true, "lookup_exposes_redacted", &path),
            Some(Redactable::Visible(field)) => issue_if(text(field) != sent, "lookup_mismatch", &path),
            None => {}
        }
    }
    issues.sort();
    issues
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_issue_is_found_with_its_severity_and_sentence(body in body()) {
        let payload = payload(&body);
        let mut found = codes_and_places(&payload);
        found.sort();
        prop_assert_eq!(found, model_issues(&body));
        prop_assert_eq!(payload.user_id().is_none(), issue_codes(&payload).contains(&"missing_user_id"));
        for issue in payload.issues() {
            let (_, severity, sentence) = CODES.into_iter().find(|(code, ..)| *code == issue.code()).unwrap();
            prop_assert_eq!(issue.severity(), severity);
            prop_assert_eq!(issue.to_string(), format!("{sentence} at {}", issue.path()));
        }
        let place = |code: &&str| CODES.iter().position(|(other, ..)| other == code);
        prop_assert!(issue_codes(&payload).is_sorted_by_key(place), "in the order of the table");
    }

    #[test]
    fn validate_and_a_strict_parser_reject_issues_that_are_errors(body in body()) {
        let body = body.to_string();
        let (payload, strict) = (rownd_webhooks::from_str(&body).unwrap(), Parser::new().strict(true));
        let (issues, validated) = (payload.issues(), payload.validate());
        prop_assert_eq!(validated.is_err(), issues.iter().any(|issue| issue.severity() == Error));
        let parsed = strict.parse(body.as_bytes());
        prop_assert_eq!(&strict.parse_reader(body.as_bytes()), &parsed);
        prop_assert_eq!(parsed, validated.clone().map(|()| payload).map_err(ParseError::from));
        prop_assert!(validated.is_ok() || validated.unwrap_err().issues() == issues);
        prop_assert!(strict.strict(false).parse(body.as_bytes()).is_ok());
    }
}

#[test]
fn the_error_lists_two_issues_and_counts_the_rest() {
    let invalid =
        payload(Body { redacted: "", lookup_values: "[]", ..Body::default() }).validate().unwrap_err();
    let message = "the payload is not valid: there are no lookup values at /meta/lookup_values; \
                   `redacted` is absent or null at /redacted";
    assert_eq!((invalid.code(), &*invalid.to_string()), ("invalid", message));
    assert_eq!(format!("{invalid:?}"), format!("ValidationError({message:?})"));
    assert!(std::error::Error::source(&invalid).is_none());

    let invalid = payload(r#"{"meta":{"operation":"data_update"}}"#).validate().unwrap_err();
    assert!(invalid.to_string().ends_with("at /meta/lookup_values; and 2 more"), "{invalid}");
}

#[test]
fn the_error_says_first_that_the_payload_identifies_no_user() {
    let error =
        payload(Body { data: "{}", lookup_values: "[{}]", ..Body::default() }).into_event().unwrap_err();
    assert!(error.to_string().starts_with("the payload identifies no user: "), "{error}");
    let ParseErrorKind::Invalid(invalid) = error.kind() else { panic!("{error:?}") };
    let codes: Vec<&str> = invalid.issues().iter().map(Issue::code).collect();
    assert_eq!(codes, ["missing_user_id", "unusable_lookup_value"]);
}

#[test]
fn the_field_of_an_issue_is_its_whole_name() {
    let name = "/\n".repeat(100);
    let redacted = serde_json::to_string(&[&name]).unwrap();
    let issues = payload(Body { redacted: &redacted, ..Body::default() }).issues();
    assert_eq!((issues[0].field(), issues[0].path()), (Some(&*name), "/redacted/0"));
}

/// A rule that compared each name with each other would take minutes here.
#[test]
fn the_rules_take_linear_time() {
    let names = list(100_000, |index| format!(r#""absent{index}""#));
    let lookup_values = list(30_000, |index| format!(r#"{{"field":"absent{index}","value":"x"}}"#));
    let body = Body {
        redacted: &format!("[{names}]"),
        lookup_values: &format!("[{lookup_values}]"),
        ..Body::default()
    };
    let parser = Parser::new().max_bytes(usize::MAX).max_entries(usize::MAX);
    assert_eq!(parser.parse(body.to_string().as_bytes()).unwrap().issues().len(), 130_000);
}
