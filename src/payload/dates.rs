//! Dates and times in strings.

use std::fmt::{self, Debug, Formatter};

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, Utc};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::value::Value;

impl Value<'_> {
    /// Returns the calendar date of a string, in one of the two forms that [`Date`] reads.
    ///
    /// ```
    /// use rownd_webhooks::Value;
    ///
    /// for birthday in ["1990-05-17", "1990-05-17T00:00:00.000Z"] {
    ///     assert_eq!(Value::from(birthday).as_date().unwrap().to_string(), "1990-05-17");
    /// }
    /// assert_eq!(Value::from("2025-01-27T16:44:05.191Z").as_date(), None);
    /// ```
    #[must_use]
    pub fn as_date(&self) -> Option<NaiveDate> {
        self.as_str().and_then(date)
    }

    /// Returns the instant of a string such as `2025-01-27T16:44:05.191Z`: RFC 3339 with `Z` or an offset.
    ///
    /// Years have four digits, and minutes have sixty seconds: there is no leap second. A UTC time outside the years 0 to 9999 is
    /// `None`. Fractional digits after the ninth are dropped.
    #[must_use]
    pub fn as_datetime(&self) -> Option<DateTime<Utc>> {
        let datetime = self.as_str().and_then(datetime)?.to_utc();
        (0..=9999).contains(&datetime.year()).then_some(datetime)
    }
}

/// A calendar date, such as a birthday, in a struct.
///
/// `Deserialize` reads `1990-05-17`, and midnight in UTC as Rownd sends a birthday: `1990-05-17T00:00:00.000Z`, also with the
/// offset `+00:00`. Other times are errors, since their date depends on the time zone. Years have four digits.
///
/// `Serialize` writes `1990-05-17`. `Debug` does not show the date, and there is no `Display`: convert it into chrono's
/// [`NaiveDate`] to print it or to calculate.
///
/// # Examples
///
/// ```
/// use chrono::NaiveDate;
/// use rownd_webhooks::{Date, Redactable, testing};
///
/// #[derive(serde::Deserialize)]
/// struct Profile {
///     born: Redactable<Date>,
/// }
///
/// let payload = testing::data_update().field("born", "1990-05-17T00:00:00.000Z").build();
/// let profile: Profile = payload.decode()?;
/// let born: Option<NaiveDate> = profile.born.into_visible().map(NaiveDate::from);
/// assert_eq!(born, NaiveDate::from_ymd_opt(1990, 5, 17));
/// # Ok::<(), rownd_webhooks::DecodeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Date(NaiveDate);

impl From<Date> for NaiveDate {
    fn from(date: Date) -> Self {
        date.0
    }
}

impl Debug for Date {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Date")
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Asked for a string, serde_json would reject other types itself, and quote them.
        deserializer.deserialize_any(DateVisitor)
    }
}

struct DateVisitor;

/// Rejects other types without the value, which serde's own messages would quote.
macro_rules! reject {
    ($($method:ident($value:ty) $found:literal)*) => {
        $(fn $method<E: Error>(self, _: $value) -> Result<Date, E> {
            Err(E::invalid_type(Unexpected::Other($found), &self))
        })*
    };
}

impl Visitor<'_> for DateVisitor {
    type Value = Date;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("a date such as 1990-05-17, or midnight in UTC")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Date, E> {
        date(text).map(Date).ok_or_else(|| E::invalid_value(Unexpected::Other("string"), &self))
    }

    reject! {
        visit_bool(bool) "boolean" visit_i64(i64) "number" visit_u64(u64) "number" visit_i128(i128) "number"
        visit_u128(u128) "number" visit_f64(f64) "number"
    }
}

/// Reads `YYYY-MM-DD`, alone or as midnight in UTC.
fn date(text: &str) -> Option<NaiveDate> {
    if has_shape(text.as_bytes(), b"0000-00-00") {
        return text.parse().ok();
    }
    let midnight = datetime(text)?;
    let is_utc = midnight.offset().local_minus_utc() == 0;
    (is_utc && midnight.time() == NaiveTime::MIN).then(|| midnight.date_naive())
}

/// Reads RFC 3339 without chrono's leniency: long years, leap seconds, a space for the `T`, a Unicode minus.
fn datetime(text: &str) -> Option<DateTime<FixedOffset>> {
    let date_and_time = text.as_bytes().get(..19)?;
    let is_leap_second = date_and_time.ends_with(b":60");
    if !has_shape(date_and_time, b"0000-00-00T00:00:00") || is_leap_second || !text.is_ascii() {
        return None;
    }
    DateTime::parse_from_rfc3339(text).ok()
}

/// Returns `true` if the text has a digit for each zero of the shape, and the shape's letters and signs elsewhere.
fn has_shape(text: &[u8], shape: &[u8]) -> bool {
    text.len() == shape.len()
        && text.iter().zip(shape).all(|(byte, shape)| match shape {
            b'0' => byte.is_ascii_digit(),
            other => byte.eq_ignore_ascii_case(other),
        })
}
