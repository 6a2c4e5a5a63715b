//! Parsing and `decode`, against `serde_json` straight into the same struct.

use std::collections::HashMap;

use rownd_webhooks::Redactable;
use serde::de::DeserializeOwned;

use crate::bodies::{mixed, mixed_sorted, nested, redacted, small};
use crate::derived::{Derived, Flattened, plain, redactable};
use crate::{Measurement, counted};

#[rustfmt::skip]
pub(crate) const ALL: &[Measurement] = &[
    Measurement { name: "decode small", ours: || decode::<plain::Small>(&small()), baseline: || read::<plain::Small>(&small()), limit: 0.88 },
    Measurement { name: "decode mixed, sorted", ours: || decode::<plain::Mixed>(&mixed_sorted()), baseline: || read::<plain::Mixed>(&mixed_sorted()), limit: 1.0 },
    Measurement { name: "decode mixed", ours: || decode::<plain::Mixed>(&mixed()), baseline: || read::<plain::Mixed>(&mixed()), limit: 1.15 },
    Measurement { name: "decode nested", ours: || decode::<plain::Nested>(&nested()), baseline: || read::<plain::Nested>(&nested()), limit: 1.07 },
    Measurement { name: "decode small with Redactable", ours: || decode::<redactable::Small>(&small()), baseline: || read::<plain::Small>(&small()), limit: 0.88 },
    Measurement { name: "decode mixed with Redactable", ours: || decode::<redactable::Mixed>(&mixed()), baseline: || read::<plain::Mixed>(&mixed()), limit: 1.15 },
    Measurement { name: "decode mixed with Redactable behind flatten", ours: || decode::<Flattened<redactable::Mixed>>(&mixed()), baseline: || read::<Flattened<plain::Mixed>>(&mixed()), limit: 1.35 },
    Measurement { name: "decode small with Redactable behind flatten", ours: || decode::<Flattened<redactable::Small>>(&small()), baseline: || read::<Flattened<plain::Small>>(&small()), limit: 1.2 },
    Measurement { name: "decode a map, all redacted", ours: || decode::<HashMap<String, Redactable<String>>>(&redacted()), baseline: || read::<HashMap<String, String>>(&redacted()), limit: 1.2 },
];

fn decode<P: DeserializeOwned>(json: &str) {
    counted(|| rownd_webhooks::from_str(json).expect("a valid body").decode::<P>().expect("a profile"));
}

fn read<P: DeserializeOwned>(json: &str) {
    counted(|| serde_json::from_slice::<Derived<P>>(json.as_bytes()).expect("a valid body"));
}
