//! `Redactable`: the methods of `Option`.

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
fn a_default_or_an_error_takes_the_place_of_a_redacted_value() {
    assert_eq!((NAME.unwrap_or("hidden"), HIDDEN.unwrap_or("hidden")), ("Juliet", "hidden"));
    assert_eq!((NAME.unwrap_or_else(|| "hidden"), HIDDEN.unwrap_or_else(|| "hidden")), ("Juliet", "hidden"));
    assert_eq!((NAME.unwrap_or_default(), HIDDEN.unwrap_or_default()), ("Juliet", ""));
    assert_eq!((NAME.ok_or(7), HIDDEN.ok_or(7)), (Ok("Juliet"), Err(7)));
}
