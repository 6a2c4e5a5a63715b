//! Dates and times in strings.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::value::Value;

impl Value<'_> {
    /// Returns the calendar date of a string such as `2025-01-27`: four digits, two, two, and a day that exists.
    ///
    /// Rownd sends a birthday as midnight in UTC, such as `1990-05-17T00:00:00.000Z`. That is a time, which
    /// [`as_datetime`](Self::as_datetime) reads and this does not: use `value.as_datetime()` and then `date_naive()`.
    ///
    /// ```
    /// use rownd_webhooks::Value;
    ///
    /// assert_eq!(Value::from("1990-05-17").as_date().unwrap().to_string(), "1990-05-17");
    /// let birthday = Value::from("1990-05-17T00:00:00.000Z");
    /// assert_eq!(birthday.as_date(), None);
    /// assert_eq!(birthday.as_datetime().unwrap().date_naive().to_string(), "1990-05-17");
    /// ```
    #[must_use]
    pub fn as_date(&self) -> Option<NaiveDate> {
        self.as_str().and_then(date)
    }

    /// Returns the instant of a string such as `2025-01-27T16:44:05.191Z`: RFC 3339 with `Z` or an offset.
    ///
    /// Years have four digits, and minutes have sixty seconds: there is no leap second. A time that its offset moves out of
    /// the years 0 to 9999 is `None`. Digits of a second beyond the ninth are dropped.
    #[must_use]
    pub fn as_datetime(&self) -> Option<DateTime<Utc>> {
        self.as_str().and_then(datetime)
    }
}

/// Reads `YYYY-MM-DD` and nothing else.
fn date(text: &str) -> Option<NaiveDate> {
    has_shape(text.as_bytes(), b"0000-00-00").then(|| text.parse().ok())?
}

/// Reads RFC 3339 without chrono's leniency: long years, leap seconds, a space for the `T`, a Unicode minus.
fn datetime(text: &str) -> Option<DateTime<Utc>> {
    let (date_and_time, rest) = text.as_bytes().split_at_checked(19)?;
    let rest = match rest.split_first() {
        Some((b'.', fraction)) => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            fraction.get(digits..)?
        }
        _ => rest,
    };
    let has_offset = match rest {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', offset @ ..] => has_shape(offset, b"00:00"),
        _ => false,
    };
    let is_leap_second = date_and_time.ends_with(b":60");
    if !has_shape(date_and_time, b"0000-00-00T00:00:00") || !has_offset || is_leap_second {
        return None;
    }
    let datetime = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    (0..=9999).contains(&datetime.year()).then_some(datetime)
}

/// Returns `true` if the text has a digit for each zero of the shape, and the shape's letters and signs elsewhere.
fn has_shape(text: &[u8], shape: &[u8]) -> bool {
    text.len() == shape.len()
        && text.iter().zip(shape).all(|(byte, shape)| match shape {
            b'0' => byte.is_ascii_digit(),
            other => byte.eq_ignore_ascii_case(other),
        })
}
