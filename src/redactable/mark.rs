//! The mark that replaces a redacted field while a type is decoded, and a trace of how it was read.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde::de::Unexpected;

/// The start of a mark, which is no UTF-8, so that text refuses it. The index of the field follows.
const MARK: &[u8] = b"\xFF<<REDACTED>>";

fn index(bytes: &[u8]) -> Option<usize> {
    bytes.strip_prefix(MARK)?.try_into().ok().map(usize::from_ne_bytes)
}

/// How the marks were read in one attempt, by the index of the field.
#[derive(Default)]
pub(crate) struct Trace {
    /// Given to a type that accepts any value, such as serde's buffers.
    pub(crate) given: BTreeSet<usize>,
    /// Read by a `Redactable`.
    pub(crate) understood: BTreeSet<usize>,
    /// Refused by a plain type, in this order.
    pub(crate) refused: Vec<usize>,
}

thread_local! {
    /// The trace of the current attempt. The types in between know nothing of it, and untagged enums drop the errors of their
    /// variants.
    static TRACE: RefCell<Option<Trace>> = const { RefCell::new(None) };
}

/// Replaces the current trace. There is none in a thread that is ending.
fn exchange(trace: Option<Trace>) -> Option<Trace> {
    TRACE.try_with(|current| current.replace(trace)).unwrap_or_default()
}

pub(crate) fn note(note: impl FnOnce(&mut Trace)) {
    let _ = TRACE.try_with(|trace| trace.borrow_mut().as_mut().map(note));
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

/// Returns `true` inside an attempt. There a missing value stands for a redacted field; JSON itself has no missing values.
pub(crate) fn is_watching() -> bool {
    TRACE.try_with(|trace| trace.borrow().is_some()).unwrap_or_default()
}

/// Returns `true` if the bytes are a mark, which a `Redactable` has read.
pub(crate) fn understand(bytes: &[u8]) -> bool {
    let index = index(bytes);
    note(|trace| trace.understood.extend(index));
    index.is_some()
}

/// Returns `true` if a plain type refuses a mark.
pub(crate) fn refuse(unexpected: &Unexpected<'_>) -> bool {
    let Unexpected::Bytes(bytes) = unexpected else { return false };
    let index = index(bytes);
    note(|trace| trace.refused.extend(index));
    index.is_some()
}

/// Returns the mark of a field.
pub(crate) fn mark(index: usize) -> Vec<u8> {
    [MARK, &index.to_ne_bytes()].concat()
}
