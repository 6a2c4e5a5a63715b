//! `Redactable`: the methods of `Option`, and a `Debug` without the value.

use rownd_webhooks::Redactable::{self, Redacted, Visible};

const NAME: Redactable<&str> = Visible("Juliet");
const HIDDEN: Redactable<&str> = Redacted;

#[test]
fn the_state_and_the_value_can_be_read() {
    assert_eq!((NAME.is_visible(), NAME.is_redacted()), (true, false));
    assert_eq!((HIDDEN.is_visible(), HIDDEN.is_redacted()), (false, true));
    assert_eq!((NAME.visible(), HIDDEN.visible()), (Some(&"Juliet"), None));
    assert_eq!((NAME.into_visible(), HIDDEN.into_visible()), (Some("Juliet"), None));
    assert_eq!((Option::from(NAME), Option::<&str>::from(HIDDEN)), (Some("Juliet"), None));
    assert_eq!(Redactable::from("Juliet"), NAME);
}

#[test]
fn a_value_can_be_borrowed_changed_and_mapped() {
    let mut name = NAME.map(str::to_owned);
    assert_eq!((name.as_ref(), name.as_deref()), (Visible(&"Juliet".to_owned()), NAME));
    if let Visible(name) = name.as_mut() {
        name.push_str(" Rose");
    }
    assert_eq!(name, Visible("Juliet Rose".to_owned()));
    assert_eq!(name.map(|name| name.len()), Visible(11));
    let mut hidden = HIDDEN.map(str::to_owned);
    assert_eq!(hidden.as_mut(), Redacted);
    assert_eq!(hidden.as_deref(), HIDDEN);
    assert_eq!(HIDDEN.map(str::len), Redacted);
}

#[test]
fn a_default_or_an_error_takes_the_place_of_a_redacted_value() {
    assert_eq!((NAME.unwrap_or("hidden"), HIDDEN.unwrap_or("hidden")), ("Juliet", "hidden"));
    assert_eq!((NAME.unwrap_or_default(), HIDDEN.unwrap_or_default()), ("Juliet", ""));
    assert_eq!((NAME.ok_or(7), HIDDEN.ok_or(7)), (Ok("Juliet"), Err(7)));
}

#[test]
fn a_reference_can_be_copied_or_cloned() {
    assert_eq!((Visible(&7).copied(), Redactable::<&i32>::Redacted.copied()), (Visible(7), Redacted));
    let name = "Juliet".to_owned();
    assert_eq!(
        (Visible(&name).cloned(), Redactable::<&String>::Redacted.cloned()),
        (Visible(name.clone()), Redacted)
    );
}

#[test]
fn debug_shows_the_state_and_not_the_value() {
    for text in [format!("{:?}", Visible(7_355_608)), format!("{:#?}", Visible(vec!["7355608"]))] {
        assert!(text.contains("Visible") && !text.contains("7355608"), "{text}");
    }
    assert_eq!(format!("{HIDDEN:?}"), "Redacted");
}
