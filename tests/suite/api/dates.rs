//! Dates: a calendar date, or RFC 3339 with `Z` or an offset; years have four digits.

use rownd_webhooks::Value;

/// What `as_date` and `as_datetime` read, as text.
fn read(text: &str) -> (Option<String>, Option<String>) {
    let value = Value::from(text);
    let datetime = value.as_datetime().map(|time| time.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string());
    (value.as_date().map(|date| date.to_string()), datetime)
}

/// Asserts that each word is neither a date nor a time; words are separated by white space.
#[track_caller]
fn assert_neither(words: &str) {
    for text in words.split_whitespace() {
        assert_eq!(read(text), (None, None), "{text:?}");
    }
}

#[test]
fn a_calendar_date_is_a_date_and_not_a_time() {
    let dates = "2025-01-27 2024-02-29 2000-02-29 1999-12-31 1970-01-01 1900-02-28 1582-10-10 0001-01-01
        9999-12-31 0000-02-29";
    for text in dates.split_whitespace() {
        assert_eq!(read(text), (Some(text.to_owned()), None), "{text}");
    }
}

#[test]
fn rfc_3339_is_a_time_and_not_a_date() {
    let rows = [
        ("2025-01-27T16:44:05.191Z", "2025-01-27T16:44:05.191Z"),
        ("2025-01-27T00:00:00.000Z", "2025-01-27T00:00:00Z"),
        ("2025-01-27T16:44:05Z", "2025-01-27T16:44:05Z"),
        ("2025-01-27t16:44:05z", "2025-01-27T16:44:05Z"),
        ("2025-01-27T16:44:05+00:00", "2025-01-27T16:44:05Z"),
        ("2025-01-27T16:44:05-00:00", "2025-01-27T16:44:05Z"),
        ("2025-01-27T16:44:05+05:30", "2025-01-27T11:14:05Z"),
        ("2025-01-27T16:44:05-08:00", "2025-01-28T00:44:05Z"),
        ("2025-12-31T23:59:59-00:01", "2026-01-01T00:00:59Z"),
        ("2024-02-29T00:00:00.000+14:00", "2024-02-28T10:00:00Z"),
        ("2025-01-27T16:44:05+23:59", "2025-01-26T16:45:05Z"),
        ("2025-01-27T16:44:05-23:59", "2025-01-28T16:43:05Z"),
        ("2025-01-27T16:44:05.1Z", "2025-01-27T16:44:05.100Z"),
        ("2025-01-27T16:44:05.123456789Z", "2025-01-27T16:44:05.123456789Z"),
        ("2025-01-27T16:44:05.1234567891234567890Z", "2025-01-27T16:44:05.123456789Z"),
        ("2025-01-27T23:59:59.999999999999Z", "2025-01-27T23:59:59.999999999Z"),
        ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500Z"),
        ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ("9999-12-31T23:59:59+00:01", "9999-12-31T23:58:59Z"),
    ];
    for (text, expected) in rows {
        assert_eq!(read(text), (None, Some(expected.to_owned())), "{text}");
    }
}

#[test]
fn other_ways_to_write_a_date_are_neither() {
    assert_neither(
        "0 today 2025 2025-01 2025-1-27 2025-01-7 25-01-27 20250127 2025/01/27 27-01-2025 2025-W05-1 2025-027
        2025-01-27Z 2025-01-27T aaaa-bb-cc 2025-+1-27 Z T ....................",
    );
    assert_neither("2025-02-29 1900-02-29 2025-04-31 2025-00-10 2025-13-01 2025-01-00 2025-01-32");
    assert_neither("12025-01-27 +2025-01-27 +12026-01-27 -2025-01-27 -001-01-01 0025-1-270");
    assert_neither("２０２５-01-27 ٢٠٢٥-01-27 2025−01−27 2025–01–27 2025-0१-27 é025-01-27 2025-01-2é");
    for text in ["", " 2025-01-27", "2025-01-27 ", "2025-01-27\n", "2025-01-27\0", "2025-01- 7"] {
        assert_eq!(read(text), (None, None), "{text:?}");
    }
}

#[test]
fn other_ways_to_write_a_time_are_neither() {
    assert_neither(
        "2025-01-27T16:44:05 2025-01-27T16:44:05.191 2025-01-27_16:44:05Z 2025-01-27T16:44Z 2025-01-27T16Z
        2025-01-27T164405Z 20250127T164405Z 2025-01-27T16:44:05ZZ 2025-01-27T16:44:05UTC 1737996245 1737996245191
        2025-01-27T16:44:05[Europe/Paris] 2025-01-27T16:44:05+01:00[Europe/Paris]",
    );
    assert_neither(
        "2025-01-27T24:00:00Z 2025-01-27T25:00:00Z 2025-01-27T16:60:00Z 2025-01-27T16:44:61Z 2025-02-29T00:00:00Z
        2025-13-01T00:00:00Z 2025-00-01T00:00:00Z",
    );
    // Leap seconds, which chrono would read.
    assert_neither(
        "2025-12-31T23:59:60Z 2016-12-31T23:59:60Z 2016-12-31T23:59:60.5Z 2025-01-27T16:44:60+01:00",
    );
    assert_neither(
        "+12026-01-27T16:44:05Z 12026-01-27T16:44:05Z -2025-01-27T16:44:05Z +002025-01-27T16:44:05Z
        2025-01-27T16:44:05.Z 2025-01-27T16:44:05,191Z 2025-01-27T16:44:05.19a1Z 2025-01-27T16:44:05.1.9Z",
    );
    assert_neither(
        "2025-01-27T16:44:05+0530 2025-01-27T16:44:05+05 2025-01-27T16:44:05+5:30 2025-01-27T16:44:05+05:60
        2025-01-27T16:44:05+24:00 2025-01-27T16:44:05+99:99 2025-01-27T16:44:05−05:00",
    );
    assert_neither("２０２５-01-27T16:44:05Z 2025-01-27T16:44:0５Z 2025-01-27T16:44:05é 2025-01-27T16:44:0é");
    // The offset moves these out of the years with four digits.
    assert_neither("9999-12-31T23:59:59-00:01 0000-01-01T00:00:00+00:01");
    for text in [
        "2025-01-27 16:44:05Z",
        "2025-01-27T16:44:05 +05:00",
        "2025-01-27T16:44:05+05 :0",
        "2025-01-27T16:44:05 UTC",
        "2025-01-27T16:44:05Z ",
        " 2025-01-27T16:44:05Z",
        "2025-01-27T16:44:05Z\n",
        "2025-01-27T16:44:05Z\0",
        "Mon, 27 Jan 2025 16:44:05 GMT",
    ] {
        assert_eq!(read(text), (None, None), "{text:?}");
    }
}

#[test]
fn a_megabyte_of_digits_is_read_or_refused() {
    let digits = "0".repeat(1 << 20);
    for text in
        [digits.clone(), format!("2025-01-27T16:44:05+{digits}"), format!("2025-01-27T16:44:05.{digits}")]
    {
        assert_eq!(read(&text), (None, None));
    }
    let time = read(&format!("2025-01-27T16:44:05.{digits}9Z"));
    assert_eq!(time, (None, Some("2025-01-27T16:44:05Z".to_owned())));
}

#[test]
fn only_a_string_can_be_a_date() {
    for json in [
        "null",
        "true",
        "1737996245",
        "20250127",
        "2025.0127",
        r#"["2025-01-27"]"#,
        r#"{"date":"2025-01-27"}"#,
    ] {
        let value = Value::try_from(serde_json::from_str::<serde_json::Value>(json).unwrap()).unwrap();
        assert_eq!((value.as_date(), value.as_datetime()), (None, None), "{json}");
    }
}

/// A birthday arrives as midnight in UTC.
#[test]
fn escaped_text_is_read_like_any_other() {
    let body = r#"{"data":{"date":"2025\u002d01-27","birthday":"\u0031990-06-01T00:00:00.000\u005a"},"meta":{"operation":"data_insert"}}"#;
    let payload = rownd_webhooks::from_str(body).unwrap();
    let date = payload.value("date").and_then(Value::as_date).map(|date| date.to_string());
    let birthday = payload.value("birthday").and_then(Value::as_datetime).map(|time| time.to_rfc3339());
    assert_eq!(
        (date.as_deref(), birthday.as_deref()),
        (Some("2025-01-27"), Some("1990-06-01T00:00:00+00:00"))
    );
}
