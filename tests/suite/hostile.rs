//! Hostile bodies.
//!
//! `data/hostile.txt` is a table of them; `data/framing/` has bodies that are not JSON text at all, in files whose names end with
//! the code of the error.

use std::fs;
use std::path::Path;

use rownd_webhooks::sync::{Decision, Mirror, Reason};

use crate::support::{Body, issue_codes, parse_everywhere};

/// A body without issues, with one part replaced.
fn body(place: &str, part: &str) -> String {
    let default = Body::default();
    match place {
        "body" => part.to_owned(),
        "members" => Body { members: part, ..default }.to_string(),
        "meta" => Body { meta: part, ..default }.to_string(),
        "data" => Body::with_data(&format!(r#"{{"user_id":"u",{part}}}"#)).to_string(),
        "field" => Body::field(part),
        "redacted" => Body { redacted: &format!("[{part}]"), ..default }.to_string(),
        "operation" => default.to_string().replace("\"data_update\"", part),
        "value" => default.to_string().replace("\"a@example.com\"", part),
        "lookup" => default.to_string().replace(r#"com"}"#, &format!(r#"com",{part}}}"#)),
        other => panic!("unknown place {other}"),
    }
}

#[test]
fn every_hostile_body_has_the_outcome_of_its_row() {
    let rows = include_str!("../data/hostile.txt").lines().zip(1..);
    for (row, line) in rows.filter(|(row, _)| !row.is_empty() && !row.starts_with('#')) {
        let (code, rest) = row.split_once(' ').unwrap();
        let (path, rest) = rest.trim_start().split_once(' ').unwrap();
        let (place, part) = rest.trim_start().split_once(' ').unwrap();
        let (found, at) = match parse_everywhere(body(place, part.trim_start())) {
            Ok(payload) => {
                let (written, issues) = (serde_json::to_string(&payload).unwrap(), issue_codes(&payload));
                assert_eq!(rownd_webhooks::from_str(&written).unwrap(), payload, "line {line}");
                let is_ignored =
                    Mirror::new().decide(&payload) == Ok(Decision::Nothing(Reason::UnknownOperation));
                assert_eq!(is_ignored, issues.contains(&"unknown_operation"), "line {line}");
                ("ok", issues.join(","))
            }
            Err(error) => (error.code(), error.path().unwrap_or_default().to_owned()),
        };
        let is_expected = found == code && (path == "*" || at == path.trim_matches('-'));
        assert!(is_expected, "line {line}: {row}\n{found} {at}");
    }
}

#[test]
fn a_body_that_is_not_json_text_is_rejected_by_its_kind() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/framing");
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let code = path.extension().unwrap().to_str().unwrap();
        let error = parse_everywhere(fs::read(&path).unwrap()).unwrap_err();
        assert_eq!(error.code(), code, "{}", path.display());
    }
}
