//! The protocol between `decode` and [`Redactable`](crate::Redactable).
//!
//! Inside `decode`, a `Redactable` requests a newtype with the name [`DOOR`]. This crate's deserializers answer `Some` for a visible
//! value and the sentinel for a redacted one. serde's buffers drop the name. So a redacted field becomes a mark in them, and a
//! trace shows who read it.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use serde::de::Unexpected;

/// The name of the newtype for which this crate's deserializers visit `Some` or the sentinel. Others visit a newtype.
pub(crate) const DOOR: &str = "rownd_webhooks::Redactable";

/// How the marks were read in one attempt, by the index of the field.
#[derive(Default)]
pub(crate) struct Trace {
    /// Given to a type, such as one of serde's buffers. Each field is given once.
    pub(crate) given: Vec<usize>,
    /// Read by a `Redactable`.
    pub(crate) understood: BTreeSet<usize>,
    /// Rejected by a plain type, in this order.
    pub(crate) rejected: Vec<usize>,
    /// A redacted field was shown as missing.
    pub(crate) has_missing: bool,
}

impl Trace {
    /// Returns the fields that were given, and that no `Redactable` has read.
    pub(crate) fn unread(&self) -> impl Iterator<Item = usize> {
        self.given.iter().copied().filter(|index| !self.understood.contains(index))
    }
}

/// The first byte of a mark, so that text rejects it.
const NOT_UTF8: u8 = 0xFF;

/// What follows in each mark. It is random, so that no other bytes can be taken for a mark.
static KEY: LazyLock<[u8; 8]> = LazyLock::new(|| RandomState::new().hash_one(0).to_ne_bytes());

/// Returns the field that the bytes mark, if they are a mark.
fn index(bytes: &[u8]) -> Option<usize> {
    let index = bytes.strip_prefix(&[NOT_UTF8])?.strip_prefix(&*KEY)?;
    index.try_into().ok().map(usize::from_ne_bytes)
}

thread_local! {
    /// The trace of the current attempt. A thread-local, since the types in between cannot pass it on, and untagged enums drop
    /// the errors of their variants.
    static TRACE: RefCell<Option<Trace>> = const { RefCell::new(None) };
}

/// Replaces the current trace. There is none in a thread that is ending.
fn exchange(trace: Option<Trace>) -> Option<Trace> {
    TRACE.try_with(|current| current.replace(trace)).unwrap_or_default()
}

pub(crate) fn with_trace<T>(access: impl FnOnce(&mut Trace) -> T) -> Option<T> {
    TRACE.try_with(|trace| trace.borrow_mut().as_mut().map(access)).unwrap_or_default()
}

/// Makes an attempt and traces its marks. A type may make another one inside.
pub(crate) fn watch<T>(attempt: impl FnOnce() -> T) -> (T, Trace) {
    /// Restores the outer trace, also if the caller's type panics.
    struct Outer(Option<Trace>);

    impl Drop for Outer {
        fn drop(&mut self) {
            exchange(self.0.take());
        }
    }

    let _outer = Outer(exchange(Some(Trace::default())));
    let result = attempt();
    (result, exchange(None).unwrap_or_default())
}

/// Returns `true` inside an attempt.
pub(crate) fn is_watching() -> bool {
    with_trace(|_| ()).is_some()
}

/// Returns `true` if an attempt has shown a redacted field as missing. JSON has no missing values, but other formats do.
pub(crate) fn has_missing() -> bool {
    with_trace(|trace| trace.has_missing).unwrap_or_default()
}

/// Records that a `Redactable` read the mark. Returns `true` if the bytes are one.
pub(crate) fn understand(bytes: &[u8]) -> bool {
    index(bytes).and_then(|index| with_trace(|trace| trace.understood.insert(index))).is_some()
}

/// Records that a plain type rejected a mark. Returns `true` if it did.
pub(crate) fn reject(unexpected: &Unexpected<'_>) -> bool {
    let Unexpected::Bytes(bytes) = unexpected else { return false };
    index(bytes).and_then(|index| with_trace(|trace| trace.rejected.push(index))).is_some()
}

/// Returns the mark of a field, for a type that requests neither a `Redactable` nor an `Option`.
pub(crate) fn give(index: usize) -> Vec<u8> {
    with_trace(|trace| trace.given.push(index));
    [[NOT_UTF8].as_slice(), &*KEY, &index.to_ne_bytes()].concat()
}
