//! Redaction: fields listed in `redacted` are hidden, whatever `data` contains.

use crate::payload::Payload;
use crate::redactable::Redactable;

/// Redacts the listed fields, whatever `data` has for them, and adds those that it lacks.
pub(super) fn redact_listed(payload: &mut Payload<'_>) {
    let names = std::mem::take(&mut payload.redacted_names);
    for name in &names {
        match payload.fields.0.get_mut(name) {
            Some(Redactable::Redacted) => {}
            Some(field) => {
                *field = Redactable::Redacted;
                payload.rare_mut().withheld.push(name.clone());
            }
            None => payload.rare_mut().absent.push(name.clone()),
        }
    }
    payload.redacted_names = names;
    if payload.rare().absent.is_empty() && payload.rare().withheld.is_empty() {
        return;
    }
    let rare = payload.rare_mut();
    rare.withheld.sort_unstable();
    rare.absent.sort_unstable();
    rare.absent.dedup();
    let absent: Vec<_> = rare.absent.iter().map(|name| (name.clone(), Redactable::Redacted)).collect();
    payload.fields.extend(absent);
}
