//! `UserId`: a copyable view with unambiguous, escaped output.

use proptest::prelude::*;
use rownd_webhooks::UserId;

use crate::support::Body;
use crate::support::strategies::config;

fn body(id: &str) -> String {
    let data = format!(r#"{{"user_id":{}}}"#, serde_json::to_string(id).unwrap());
    Body { data: &data, ..Body::delete() }.to_string()
}

fn shown(id: &str) -> String {
    rownd_webhooks::from_str(&body(id)).unwrap().user_id().unwrap().to_string()
}

#[test]
fn a_user_id_compares_and_converts_as_its_text() {
    let body = body("user_1");
    let payload = rownd_webhooks::from_str(&body).unwrap();
    let id = payload.user_id().unwrap();
    assert!(id == *"user_1" && id != *"user_" && id == "user_1" && id != "user_");
    assert_eq!((id.as_str(), &*String::from(id)), ("user_1", "user_1"));
    assert_eq!(serde_json::to_value(id).unwrap(), "user_1");
    // The text outlives the view.
    let text = payload.user_id().map(UserId::as_str);
    assert_eq!(text, Some("user_1"));
}

#[test]
fn an_id_is_printed_whole_and_escaped() {
    for id in ["jrose@acme.com", "日本語", r#"'o"'"#, &"é".repeat(256)] {
        assert_eq!(shown(id), id);
    }
    assert_eq!(shown(&"\u{202e}".repeat(256)), r"\u{202e}".repeat(256));
    for (id, expected) in [("\u{7}\u{2028}", r"\u{7}\u{2028}"), ("a\nb\0", r"a\nb\0"), (r"a\nb", r"a\\nb")] {
        assert_eq!(shown(id), expected);
    }
}

/// Pieces that look alike once they are escaped, around a middle of any length.
fn id() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a", "\\", "\\\\", "\\n", "\n", "u{7}", "\\u{7}", "\u{7}", "…", "\u{202e}", "\"",
    ]);
    let pieces = prop::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat());
    let length = prop_oneof![Just(0), 200_usize..600];
    (pieces.clone(), length, pieces).prop_map(|(start, length, end)| start + &"x".repeat(length) + &end)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn two_different_ids_never_print_alike(one in id(), two in id()) {
        // An id may be the output of another one.
        for two in [two, shown(&one), format!("{one}x"), one.replace("xx", "xy")] {
            prop_assert_eq!(shown(&one) == shown(&two), one == two, "{:?} and {:?}", one, two);
        }
    }
}
