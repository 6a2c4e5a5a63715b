//! The time at which a payload arrived, since it has none of its own.

use std::fmt::{self, Formatter};
use std::marker::PhantomData;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Serialize};

use crate::document::{self, Node};
use crate::error::{ParseError, ParseErrorKind};
use crate::json::Reader;
use crate::parse::Parser;
use crate::parse::bytes;
use crate::payload::Payload;

/// A payload and the time at which it arrived. The vendor sends none.
///
/// Arrival is not order: two deliveries may overtake one another. It serializes as an object with `received_at` (RFC 3339) and
/// `payload`. Errors of reading one contain no values, unless those of `P` or of the format itself do.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Received<P> {
    /// The time of arrival.
    pub received_at: DateTime<Utc>,
    /// The payload.
    pub payload: P,
}

impl<P> Received<P> {
    /// Wraps a payload with the current system time.
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
    /// # Errors
    ///
    /// As for [`parse`](Self::parse), with paths that begin with `/payload` for the payload, apart from those of issues; and
    /// `MissingMember` and `WrongType` for `received_at` and `payload`.
    ///
    /// A serialized payload may be larger than its body was: it has the sentinel where the body had a shorter value. So let the
    /// limit be higher than that of the receiver.
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
        let limit = self.limits.max_bytes;
        let too_large = || ParseError::new(ParseErrorKind::TooLarge { limit });
        if json.len() >= self.limits.max_enclosed_bytes() {
            return Err(too_large());
        }
        let root = Node::read_all(Reader::enclosed(bytes::text(json, usize::MAX)?))?;
        let members = root.object()?;
        let member = |name| document::member(&members, name).ok_or_else(|| root.missing(name));
        let (time, payload) = (member("received_at")?, member("payload")?);
        if payload.text().len() > limit {
            return Err(too_large());
        }
        let received_at = time.string()?.parse().map_err(|_| time.wrong_type("a time of RFC 3339"))?;
        let payload = self.read(&mut payload.reader()).map_err(|error| error.within("/payload"))?;
        Ok(Received { received_at, payload })
    }
}

impl<'de, P: Deserialize<'de>> Deserialize<'de> for Received<P> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let visitor = ReceivedVisitor(PhantomData);
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(visitor)
        } else {
            // Not every binary format says what it holds.
            deserializer.deserialize_struct("Received", &["received_at", "payload"], visitor)
        }
    }
}

/// Refuses other types without the value, which serde's own messages would quote.
macro_rules! refuse {
    ($($method:ident($value:ty) $found:literal)*) => {
        $(fn $method<E: de::Error>(self, _: $value) -> Result<Self::Value, E> {
            Err(E::invalid_type(Unexpected::Other($found), &self))
        })*
    };
}

struct ReceivedVisitor<P>(PhantomData<P>);

impl<'de, P: Deserialize<'de>> Visitor<'de> for ReceivedVisitor<P> {
    type Value = Received<P>;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `received_at` and `payload`")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Received<P>, A::Error> {
        Members::deserialize(MapAccessDeserializer::new(map)).map(Received::from)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Received<P>, A::Error> {
        Members::deserialize(SeqAccessDeserializer::new(seq)).map(Received::from)
    }

    refuse! {
        visit_bool(bool) "a boolean" visit_i64(i64) "a number" visit_i128(i128) "a number" visit_u64(u64) "a number"
        visit_u128(u128) "a number" visit_f64(f64) "a number" visit_str(&str) "a string" visit_bytes(&[u8]) "bytes"
    }
}

#[derive(Deserialize)]
struct Members<P> {
    #[serde(deserialize_with = "time")]
    received_at: DateTime<Utc>,
    payload: P,
}

impl<P> From<Members<P>> for Received<P> {
    fn from(Members { received_at, payload }: Members<P>) -> Self {
        Self { received_at, payload }
    }
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    if deserializer.is_human_readable() {
        deserializer.deserialize_any(TimeVisitor)
    } else {
        deserializer.deserialize_str(TimeVisitor)
    }
}

struct TimeVisitor;

impl Visitor<'_> for TimeVisitor {
    type Value = DateTime<Utc>;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("a time, as a string of RFC 3339")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<DateTime<Utc>, E> {
        text.parse().map_err(|_| E::invalid_value(Unexpected::Other("a string"), &self))
    }

    refuse! {
        visit_bool(bool) "a boolean" visit_i64(i64) "a number" visit_i128(i128) "a number" visit_u64(u64) "a number"
        visit_u128(u128) "a number" visit_f64(f64) "a number" visit_bytes(&[u8]) "bytes"
    }
}
