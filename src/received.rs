//! Payloads with their time of arrival, since a body has no time.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::error::{ParseError, ParseErrorKind};
use crate::input;
use crate::json::{self, Reader};
use crate::parse::{Parser, body};
use crate::payload::Payload;

/// A payload with its time of arrival, since the vendor sends no time.
///
/// Deliveries may arrive out of order. `Received` serializes as an object with `received_at` (RFC 3339) and
/// `payload`. Errors from reading one may quote what encloses the payload, and contain the errors of `P`.
///
/// # Examples
///
/// ```
/// use rownd_webhooks::{Payload, Received, testing::samples};
///
/// let payload: Payload<'static> = samples::DELETE.parse()?;
/// let received = Received::now(payload);
/// let stored = serde_json::to_string(&received)?;
/// assert_eq!(serde_json::from_str::<Received<Payload<'static>>>(&stored)?, received);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(expecting = "an object with `received_at` and `payload`")]
pub struct Received<P> {
    /// The time of arrival.
    pub received_at: DateTime<Utc>,
    /// The payload.
    pub payload: P,
}

impl<P> Received<P> {
    /// Wraps a payload with the time of the system's clock.
    ///
    /// Panics if the platform has no clock, such as `wasm32-unknown-unknown`; use [`at`](Self::at) there.
    #[must_use]
    pub fn now(payload: P) -> Self {
        Self::at(SystemTime::now().into(), payload)
    }

    /// Wraps a payload with a known time.
    #[must_use]
    pub const fn at(received_at: DateTime<Utc>, payload: P) -> Self {
        Self { received_at, payload }
    }

    /// Applies a function to the payload and keeps the time.
    pub fn map<Q>(self, function: impl FnOnce(P) -> Q) -> Received<Q> {
        Received { received_at: self.received_at, payload: function(self.payload) }
    }
}

impl Parser {
    /// Parses a [`Received`] payload, as `Received` serializes it, with the limits and settings of this parser.
    ///
    /// Members beside `received_at` and `payload` are skipped. The limit of bytes is for the payload; 128 bytes more may enclose
    /// it. A serialized payload may be larger than its body was, since the sentinel may replace a shorter value, so the limit
    /// should be higher than the receiver's.
    ///
    /// # Errors
    ///
    /// Returns an error as [`parse`](Self::parse) does, with paths that begin with `/payload` for the payload, except in issues.
    /// Also returns an error if `received_at` or `payload` is absent or has another type (`MissingMember`, `WrongType`).
    ///
    /// # Examples
    ///
    /// ```
    /// use rownd_webhooks::{Parser, Received, testing::samples};
    ///
    /// let received = Received::now(rownd_webhooks::from_str(samples::DELETE)?);
    /// let message = serde_json::to_vec(&received)?;
    /// assert_eq!(Parser::new().parse_received(&message)?, received);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse_received<'a>(&self, json: &'a [u8]) -> Result<Received<Payload<'a>>, ParseError> {
        if json.len() > self.max_received_bytes() {
            return Err(ParseError::new(ParseErrorKind::TooLarge { limit: self.max_bytes }));
        }
        self.received(input::text(json, usize::MAX)?)
    }

    /// Parses a line of an archive: a body, or a [`Received`] one.
    pub(crate) fn parse_line<'a>(&self, line: &'a [u8]) -> Result<Payload<'a>, ParseError> {
        match input::text(line, self.max_received_bytes()) {
            Ok(text) if is_received(text) == Ok(true) => Ok(self.received(text)?.payload),
            Ok(text) if text.len() <= self.max_bytes => self.read(&mut Reader::new(text)),
            _ => self.parse(line),
        }
    }

    fn received<'a>(&self, text: &'a str) -> Result<Received<Payload<'a>>, ParseError> {
        let limit = self.max_bytes;
        let (received_at, payload) = body::read_received(text, |json| {
            json.peek();
            let start = json.offset();
            let payload = self.read(json)?;
            if json.text_since(start).trim_ascii_end().len() > limit {
                return Err(ParseError::new(ParseErrorKind::TooLarge { limit }));
            }
            Ok(payload)
        })?;
        Ok(Received { received_at, payload })
    }
}

/// Returns `true` if a line has `received_at` and `payload`, and none of the members of a body.
fn is_received(line: &str) -> Result<bool, json::Error> {
    let mut json = Reader::enclosed(line);
    // Nearly every body begins this way; skipping the reader saves 3 % on a small one.
    if line.starts_with(r#"{"data":"#) || json.peek() != Some(b'{') {
        return Ok(false);
    }
    json.enter()?;
    let (mut has_time, mut has_payload) = (false, false);
    while let Some(name) = json.next_name()? {
        match &*name {
            "data" | "redacted" | "meta" => return Ok(false),
            "received_at" => has_time = true,
            "payload" => has_payload = true,
            _ => {}
        }
        json.raw_value()?;
    }
    Ok(has_time && has_payload)
}
