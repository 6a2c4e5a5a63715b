//! The protocol between `decode` and [`Redactable`](crate::Redactable).
//!
//! Inside `decode`, a `Redactable` requests a newtype with the name [`DOOR`]. This crate's deserializers answer `Some` for a visible
//! value and the sentinel for a redacted one. serde's buffers drop the name. So a redacted field becomes a mark in them, and a
//! trace shows who read it.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};

use serde::de::Unexpected;

/// The name of the newtype for which this crate's deserializers visit `Some` or the sentinel. Others visit a newtype.
pub(crate) const DOOR: &str = "rownd_webhooks::Redactable";

/// How the marks were read in one attempt, by the index of the field.
#[derive(Default)]
pub(crate) struct Trace {
    /// The start of each mark. It is random, so that no other bytes can be taken for a mark.
    key: Option<[u8; 16]>,
    /// Given to a type that accepts any value, such as serde's buffers.
    pub(crate) given: BTreeSet<usize>,
    /// Read by a `Redactable`.
    pub(crate) understood: BTreeSet<usize>,
    /// Refused by a plain type, in this order.
    pub(crate) refused: Vec<usize>,
    /// A redacted field was shown as missing.
    pub(crate) has_missing: bool,
}

impl Trace {
    /// Returns the fields that were given or refused, and that no `Redactable` has read.
    pub(crate) fn unread(&self) -> impl Iterator<Item = usize> {
        let fields = self.given.iter().chain(&self.refused).copied();
        fields.filter(|index| !self.understood.contains(index))
    }

    /// Returns the field that the bytes mark, if they are a mark.
    fn index(&self, bytes: &[u8]) -> Option<usize> {
        let index = bytes.strip_prefix(&[NOT_UTF8])?.strip_prefix(&self.key?)?;
        index.try_into().ok().map(usize::from_ne_bytes)
    }
}

/// The first byte of a mark, so that text refuses it.
const NOT_UTF8: u8 = 0xFF;

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
    let understand = |trace: &mut Trace| trace.index(bytes).map(|index| trace.understood.insert(index));
    with_trace(understand).flatten().is_some()
}

/// Records that a plain type rejected a mark. Returns `true` if it did.
pub(crate) fn refuse(unexpected: &Unexpected<'_>) -> bool {
    let Unexpected::Bytes(bytes) = unexpected else { return false };
    let refuse = |trace: &mut Trace| trace.index(bytes).map(|index| trace.refused.push(index));
    with_trace(refuse).flatten().is_some()
}

/// Returns the mark of a field, which a type that accepts any value receives.
pub(crate) fn give(index: usize) -> Vec<u8> {
    let mark = |trace: &mut Trace| {
        trace.given.insert(index);
        let key = trace.key.get_or_insert_with(|| {
            let random = RandomState::new();
            let halves = [random.hash_one(0), random.hash_one(1)].map(u64::to_ne_bytes);
            std::array::from_fn(|byte| halves.as_flattened().get(byte).copied().unwrap_or_default())
        });
        [&[NOT_UTF8], key.as_slice(), &index.to_ne_bytes()].concat()
    };
    with_trace(mark).unwrap_or_default()
}
