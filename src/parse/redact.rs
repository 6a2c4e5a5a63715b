//! Redaction: fields listed in `redacted` are hidden, whatever `data` contains.

use crate::payload::Payload;
use crate::payload::members::Members;
use crate::redactable::Redactable;

/// Redacts the listed fields, whatever `data` has for them, and adds those that it lacks.
pub(super) fn redact_listed(payload: &mut Payload<'_>) {
    let (mut withheld, mut absent) = (Vec::new(), Vec::new());
    for name in &payload.redacted_names {
        match payload.fields.0.get_mut(name) {
            Some(Redactable::Redacted) => {}
            Some(field) => {
                *field = Redactable::Redacted;
                withheld.push(name.clone());
            }
            None => absent.push(name.clone()),
        }
    }
    if withheld.is_empty() && absent.is_empty() {
        return;
    }
    withheld.sort_unstable();
    absent.sort_unstable();
    absent.dedup();
    let added = absent.iter().map(|name| (name.clone(), Redactable::Redacted)).collect();
    payload.fields.0.merge(Members::with_last(added));
    let rare = payload.rare_mut();
    (rare.withheld, rare.absent) = (withheld, absent);
}
