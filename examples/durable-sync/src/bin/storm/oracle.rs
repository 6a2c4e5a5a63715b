//! What the store should hold: the rules again, as simply as possible, and the comparison.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::postgres::{Row, Stored};
use crate::traffic::Outcome;

/// What a delivery does to a profile.
#[derive(Clone, Debug)]
pub(crate) enum Effect {
    /// Sets some fields and removes others.
    Upsert {
        /// Also after a delete: it is a new profile then.
        revives: bool,
        set: BTreeMap<String, Value>,
        erase: Vec<String>,
    },
    Delete,
}

/// A profile, and how many deliveries about it were acknowledged.
#[derive(Default)]
pub(crate) struct Profile {
    /// `None` is a tombstone, unless there was no delivery at all.
    pub(crate) fields: Option<BTreeMap<String, Value>>,
    pub(crate) deliveries: u64,
}

impl Profile {
    pub(crate) fn is_new(&self) -> bool {
        self.deliveries == 0
    }

    pub(crate) fn is_deleted(&self) -> bool {
        self.fields.is_none() && !self.is_new()
    }

    pub(crate) fn apply(&mut self, effect: Effect) {
        match effect {
            Effect::Upsert { revives, set, erase } => {
                if !self.is_deleted() || revives {
                    let fields = self.fields.get_or_insert_default();
                    fields.extend(set);
                    fields.retain(|name, _| !erase.contains(name));
                }
            }
            Effect::Delete => self.fields = None,
        }
        self.deliveries += 1;
    }
}

/// How the store differs from what it should be.
#[derive(Default, PartialEq)]
pub(crate) struct Difference {
    /// What was acknowledged, and is not there.
    pub(crate) lost: u64,
    /// What is there, and should not be.
    pub(crate) wrong: u64,
    /// Deliveries about the profiles that are as they should be.
    pub(crate) applied: u64,
    /// Broken bodies, each once, that were sent and are kept.
    pub(crate) dead: u64,
    /// The first few differences, in words.
    pub(crate) examples: Vec<String>,
}

impl Difference {
    pub(crate) fn is_none(&self) -> bool {
        self.lost == 0 && self.wrong == 0
    }

    fn lost(&mut self, what: impl Into<String>) {
        self.lost += 1;
        self.example("lost", &what.into());
    }

    fn wrong(&mut self, what: impl Into<String>) {
        self.wrong += 1;
        self.example("wrong", &what.into());
    }

    fn example(&mut self, kind: &str, what: &str) {
        if self.examples.len() < 20 {
            self.examples.push(format!("{kind}: {what}"));
        }
    }

    fn profile(&mut self, key: &str, profile: &Profile, row: Option<&Row>) {
        let before = self.lost + self.wrong;
        let found = row.filter(|row| !row.deleted);
        match (&profile.fields, row, found) {
            (_, None, _) => self.lost(format!("{key}, after {} deliveries", profile.deliveries)),
            (Some(_), Some(_), None) => self.lost(format!("{key}, which is deleted")),
            (Some(expected), _, Some(found)) => self.fields(key, expected, &found.fields),
            (None, _, Some(_)) => self.wrong(format!("{key}, which was deleted, is there")),
            (None, Some(row), None) => self.fields(key, &BTreeMap::new(), &row.fields),
        }
        if self.lost + self.wrong == before {
            self.applied += profile.deliveries;
        }
    }

    fn fields(&mut self, key: &str, expected: &BTreeMap<String, Value>, found: &BTreeMap<String, Value>) {
        for (name, value) in expected {
            match found.get(name) {
                None => self.lost(format!("{key}.{name}, should be {value}")),
                Some(other) if other != value => self.wrong(format!("{key}.{name} is {other}, not {value}")),
                Some(_) => {}
            }
        }
        for (name, value) in found.iter().filter(|(name, _)| !expected.contains_key(*name)) {
            self.wrong(format!("{key}.{name} is {value}, should not be there"));
        }
    }
}

/// Compares the store with what was acknowledged.
///
/// A delivery that was sent but never acknowledged may have been applied or not, so its user is left out.
pub(crate) fn compare(outcome: &Outcome, stored: &Stored) -> Difference {
    let mut difference = Difference::default();
    for (key, profile) in outcome.profiles.iter().filter(|(key, _)| !outcome.uncertain.contains(*key)) {
        difference.profile(key, profile, stored.profiles.get(key));
    }
    for key in stored.profiles.keys() {
        if !outcome.profiles.contains_key(key) && !outcome.uncertain.contains(key) {
            difference.wrong(format!("{key}, which was never sent"));
        }
    }
    // The same body may have been stored twice, if the answer to the first was lost; so they compare as sets.
    for body in outcome.broken.difference(&stored.dead_letters) {
        difference.lost(format!("a dead letter: {}", String::from_utf8_lossy(body)));
    }
    for body in stored.dead_letters.difference(&outcome.broken) {
        if outcome.maybe_broken.contains(body) {
            difference.dead += 1;
        } else {
            difference.wrong(format!("a dead letter: {}", String::from_utf8_lossy(body)));
        }
    }
    difference.dead += outcome.broken.intersection(&stored.dead_letters).count() as u64;
    difference
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upsert(revives: bool, set: &[(&str, i64)], erase: &[&str]) -> Effect {
        Effect::Upsert { revives, set: fields(set), erase: erase.iter().map(ToString::to_string).collect() }
    }

    fn fields(fields: &[(&str, i64)]) -> BTreeMap<String, Value> {
        fields.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect()
    }

    fn profile(effects: impl IntoIterator<Item = Effect>) -> Profile {
        let mut profile = Profile::default();
        effects.into_iter().for_each(|effect| profile.apply(effect));
        profile
    }

    #[test]
    fn an_upsert_merges_and_erases() {
        let both = profile([upsert(true, &[("a", 1), ("b", 1)], &[]), upsert(false, &[("b", 2)], &["a"])]);
        assert_eq!(both.fields, Some(fields(&[("b", 2)])));
    }

    #[test]
    fn only_an_insert_revives() {
        let begin = || [upsert(true, &[("a", 1)], &[]), Effect::Delete, upsert(false, &[("b", 2)], &[])];
        assert!(profile(begin()).is_deleted());
        let revived = profile(begin().into_iter().chain([upsert(true, &[("c", 3)], &[])]));
        assert_eq!(revived.fields, Some(fields(&[("c", 3)])));
    }

    /// What comes of a profile `u`, and what is stored of it.
    fn counts(profile: Profile, row: Option<Row>) -> (u64, u64, u64) {
        let outcome = Outcome { profiles: BTreeMap::from([("u".to_owned(), profile)]), ..Outcome::default() };
        let profiles = row.into_iter().map(|row| ("u".to_owned(), row)).collect();
        let difference = compare(&outcome, &Stored { profiles, dead_letters: [].into() });
        (difference.lost, difference.wrong, difference.applied)
    }

    #[test]
    fn each_difference_between_profiles_is_noticed() {
        let live = || profile([upsert(true, &[("a", 1)], &[])]);
        let gone = || profile([upsert(true, &[("a", 1)], &[]), Effect::Delete]);
        let row = |deleted, set: &[(&str, i64)]| Some(Row { fields: fields(set), deleted });
        for (expected, profile, row) in [
            ((0, 0, 1), live(), row(false, &[("a", 1)])),
            ((1, 0, 0), live(), None),
            ((1, 0, 0), live(), row(true, &[])),
            ((1, 0, 0), live(), row(false, &[])),
            ((0, 1, 0), live(), row(false, &[("a", 2)])),
            ((0, 1, 0), live(), row(false, &[("a", 1), ("b", 1)])),
            ((0, 0, 2), gone(), row(true, &[])),
            ((1, 0, 0), gone(), None),
            ((0, 1, 0), gone(), row(true, &[("a", 1)])),
            ((0, 1, 0), gone(), row(false, &[])),
        ] {
            assert_eq!(counts(profile, row), expected);
        }
    }

    #[test]
    fn dead_letters_compare_as_sets() {
        let bodies = |bodies: &[&str]| bodies.iter().map(|body| body.as_bytes().to_vec()).collect();
        let outcome =
            Outcome { broken: bodies(&["a", "b"]), maybe_broken: bodies(&["c", "d"]), ..Outcome::default() };
        let stored = Stored { profiles: BTreeMap::new(), dead_letters: bodies(&["b", "c", "e"]) };
        let difference = compare(&outcome, &stored);
        assert_eq!((difference.lost, difference.wrong, difference.dead), (1, 1, 2));
    }
}
