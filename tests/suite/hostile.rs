//! Hostile bodies: `data/hostile.txt` is a table of them.

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
        assert_eq!((found, &*at), (code, path.trim_matches('-')), "line {line}: {row}");
    }
}
