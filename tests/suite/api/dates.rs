//! Dates: a calendar date, midnight in UTC, or RFC 3339 with `Z` or an offset; years have four digits.

use chrono::NaiveDate;
use rownd_webhooks::{Date, Redactable, Value, testing};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Returns what `as_date` and `as_datetime` read, as text.
fn read(text: &str) -> (Option<String>, Option<String>) {
    let value = Value::from(text);
    let datetime = value.as_datetime().map(|time| time.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string());
    (value.as_date().map(|date| date.to_string()), datetime)
}

#[test]
fn a_calendar_date_is_a_date_only() {
    for text in "2025-01-27 2024-02-29 2000-02-29 0000-02-29 9999-12-31".split(' ') {
        assert_eq!(read(text), (Some(text.to_owned()), None), "{text}");
    }
}

#[test]
fn midnight_in_utc_is_a_date_and_a_time() {
    for text in [
        "1990-05-17T00:00:00.000Z",
        "1990-05-17t00:00:00z",
        "1990-05-17T00:00:00+00:00",
        "1990-05-17T00:00:00.0-00:00",
    ] {
        let expected = (Some("1990-05-17".to_owned()), Some("1990-05-17T00:00:00Z".to_owned()));
        assert_eq!(read(text), expected, "{text}");
    }
    for text in ["1990-05-17T00:00:00+02:00", "1990-05-17T02:00:00+02:00", "1990-05-17T00:00:00.001Z"] {
        assert_eq!(read(text).0, None, "{text}");
    }
}

#[test]
fn as_date_rejects_other_rfc_3339_times() {
    for (text, expected) in [
        ("2025-01-27T16:44:05.191Z", "2025-01-27T16:44:05.191Z"),
        ("2025-01-27t16:44:05z", "2025-01-27T16:44:05Z"),
        ("2025-01-27T16:44:05-00:00", "2025-01-27T16:44:05Z"),
        ("2025-01-27T16:44:05+05:30", "2025-01-27T11:14:05Z"),
        ("2025-12-31T23:59:59-00:01", "2026-01-01T00:00:59Z"),
        ("2025-01-27T16:44:05.1Z", "2025-01-27T16:44:05.100Z"),
        ("2025-01-27T23:59:59.9999999999999999999Z", "2025-01-27T23:59:59.999999999Z"),
        ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500Z"),
        ("0000-01-01T00:00:01Z", "0000-01-01T00:00:01Z"),
        ("9999-12-31T23:59:59+00:01", "9999-12-31T23:58:59Z"),
    ] {
        assert_eq!(read(text), (None, Some(expected.to_owned())), "{text}");
    }
}

#[test]
fn other_strings_are_neither() {
    let dates = "0 today 2025 2025-01 2025-1-27 25-01-27 20250127 2025/01/27 27-01-2025 2025-W05-1 2025-027 1737996245
        2025-01-27Z 2025-01-27T aaaa-bb-cc 2025-+1-27 2025-02-29 1900-02-29 2025-04-31 2025-00-10 2025-13-01 2025-01-00
        12025-01-27 +2025-01-27 -2025-01-27 -001-01-01 ２０２５-01-27 2025−01−27 é025-01-27 2025-01-2é";
    let times = "2025-01-27T16:44:05 2025-01-27_16:44:05Z 2025-01-27T16:44Z 20250127T164405Z 2025-01-27T16:44:05ZZ
        2025-01-27T16:44:05UTC 2025-01-27T16:44:05+01:00[Europe/Paris] 2025-01-27T24:00:00Z 2025-01-27T16:60:00Z
        2025-02-29T00:00:00Z +12026-01-27T16:44:05Z -2025-01-27T16:44:05Z 2025-01-27T16:44:05.Z 2025-01-27T16:44:05,191Z
        2025-01-27T16:44:05.19a1Z 2025-01-27T16:44:05+0530 2025-01-27T16:44:05+05 2025-01-27T16:44:05+24:00
        2025-01-27T16:44:05+05:60 2025-01-27T16:44:05−05:00 2025-01-27T16:44:0５Z 2025-01-27T16:44:05é";
    // chrono would read leap seconds. The offset of the last two moves them out of the years with four digits.
    let instants =
        "2025-12-31T23:59:60Z 2016-12-31T23:59:60.5Z 9999-12-31T23:59:59-00:01 0000-01-01T00:00:00+00:01";
    let spaced =
        "| 2025-01-27|2025-01-27\n|2025-01-27\0|2025-01- 7|2025-01-27 16:44:05Z|2025-01-27T16:44:05Z |
        |2025-01-27T16:44:05 +05:00|Mon, 27 Jan 2025 16:44:05 GMT";
    let words = [dates, times, instants].into_iter().flat_map(str::split_whitespace);
    for text in words.chain(spaced.split('|')) {
        assert_eq!(read(text), (None, None), "{text:?}");
    }
}

#[derive(Serialize, Deserialize, Debug, PartialEq)]
struct Profile {
    born: Date,
    wed: Option<Date>,
    hidden: Redactable<Date>,
    shown: Option<Redactable<Date>>,
}

#[test]
fn a_date_is_a_field_of_a_struct() {
    let update = testing::data_update().field("born", "1990-05-17T00:00:00.000Z").redact("hidden");
    let payload = update.field("wed", "2020-02-29").field("shown", "2020-02-29T00:00:00Z").build();
    let profile: Profile = payload.decode().unwrap();
    assert_eq!(NaiveDate::from(profile.born), NaiveDate::from_ymd_opt(1990, 5, 17).unwrap());
    assert_eq!((profile.hidden, profile.shown), (Redactable::Redacted, profile.wed.map(Redactable::Visible)));
    let written = serde_json::to_value(&profile).unwrap();
    assert_eq!(written["born"], "1990-05-17");
    assert_eq!((&written["hidden"], &written["shown"]), (&json!("<<REDACTED>>"), &json!("2020-02-29")));
    assert!(!format!("{profile:?}").contains("1990"));
}

#[test]
fn the_error_of_a_date_contains_no_value() {
    for (json, found) in [
        ("\"5550199\"", "invalid value: string"),
        ("5550199", "invalid type: number"),
        ("-5550199", "invalid type: number"),
        ("true", "invalid type: boolean"),
        ("[5550199]", "invalid type: sequence"),
        ("null", "invalid type: null"),
    ] {
        let error = serde_json::from_str::<Date>(json).unwrap_err().to_string();
        let expected = format!("{found}, expected a date such as 1990-05-17, or midnight in UTC");
        assert!(error.starts_with(&expected), "{error}");
    }
}
