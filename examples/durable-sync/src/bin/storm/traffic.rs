//! The vendor: sends deliveries, and sends again what is not answered 2xx.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rownd_webhooks::testing::{self, ProfileBuilder};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::oracle::{Effect, Profile};

/// Of each hundred bodies, how many are broken.
const BROKEN: f64 = 0.01;
/// How long an answer may take: longer than a receiver waits for its log, so that a try is over before the next.
const PATIENCE: Duration = Duration::from_secs(20);

/// What all connections share.
pub(crate) struct Progress {
    acknowledged: AtomicU64,
    finished: AtomicBool,
    limit: watch::Sender<u64>,
}

impl Default for Progress {
    fn default() -> Self {
        Self { acknowledged: 0.into(), finished: false.into(), limit: watch::Sender::new(0) }
    }
}

impl Progress {
    pub(crate) fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::Relaxed)
    }

    /// Lets deliveries go on until so many were acknowledged.
    pub(crate) fn allow(&self, limit: u64) {
        self.limit.send_replace(limit);
    }

    pub(crate) fn finish(&self) {
        self.finished.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.finished.load(Ordering::Relaxed)
    }

    async fn allowed(&self) {
        // The sender is a field of the same struct, so it is there.
        _ = self.limit.subscribe().wait_for(|limit| self.acknowledged() < *limit).await;
    }
}

/// What to send, and where to.
pub(crate) struct Traffic {
    pub(crate) hooks: Vec<String>,
    pub(crate) deliveries: u64,
    pub(crate) users: u64,
    pub(crate) connections: u64,
    pub(crate) seed: u64,
    pub(crate) stop: Instant,
}

/// What was sent, and what must follow from it.
#[derive(Default)]
pub(crate) struct Outcome {
    /// How many deliveries there were to send.
    pub(crate) deliveries: u64,
    /// How many requests, those sent again included.
    pub(crate) sent: u64,
    pub(crate) acknowledged: u64,
    pub(crate) profiles: BTreeMap<String, Profile>,
    /// Users with a delivery that was sent, but not acknowledged when the time was over.
    pub(crate) uncertain: BTreeSet<String>,
    /// Broken bodies that were acknowledged.
    pub(crate) broken: BTreeSet<Vec<u8>>,
    /// Broken bodies that were sent, but not acknowledged when the time was over.
    pub(crate) maybe_broken: BTreeSet<Vec<u8>>,
    /// From the first try until the acknowledgement.
    pub(crate) latencies: Vec<Duration>,
    pub(crate) duration: Duration,
}

impl Outcome {
    fn add(&mut self, other: Self) {
        self.sent += other.sent;
        self.acknowledged += other.acknowledged;
        self.profiles.extend(other.profiles);
        self.uncertain.extend(other.uncertain);
        self.broken.extend(other.broken);
        self.maybe_broken.extend(other.maybe_broken);
        self.latencies.extend(other.latencies);
    }
}

impl Traffic {
    /// Sends everything over all connections at once.
    pub(crate) async fn send(&self, progress: &Arc<Progress>) -> Result<Outcome> {
        let begin = Instant::now();
        let share =
            |of: u64, connection: u64| of / self.connections + u64::from(connection < of % self.connections);
        let mut connections = JoinSet::new();
        for number in 0..self.connections {
            let users = (0..share(self.users, number)).map(|user| format!("user-{number}-{user}"));
            let connection = Connection {
                number,
                http: reqwest::Client::builder()
                    .no_proxy()
                    .pool_max_idle_per_host(1)
                    .timeout(PATIENCE)
                    .build()?,
                hooks: self.hooks.clone(),
                rng: StdRng::seed_from_u64(self.seed ^ (number << 48)),
                fresh: users.rev().collect(),
                known: Vec::new(),
                stop: self.stop,
                progress: Arc::clone(progress),
                outcome: Outcome::default(),
            };
            connections.spawn(connection.run(share(self.deliveries, number)));
        }
        let mut outcome = Outcome { deliveries: self.deliveries, ..Outcome::default() };
        while let Some(connection) = connections.join_next().await {
            outcome.add(connection?);
        }
        outcome.duration = begin.elapsed();
        if outcome.acknowledged == 0 {
            bail!("nothing was acknowledged");
        }
        Ok(outcome)
    }
}

/// One connection: its own users, one delivery after another.
struct Connection {
    number: u64,
    http: reqwest::Client,
    hooks: Vec<String>,
    rng: StdRng,
    fresh: Vec<String>,
    known: Vec<String>,
    stop: Instant,
    progress: Arc<Progress>,
    outcome: Outcome,
}

impl Connection {
    async fn run(mut self, deliveries: u64) -> Outcome {
        for number in 0..deliveries {
            tokio::select! {
                () = self.progress.allowed() => {}
                () = tokio::time::sleep_until(self.stop.into()) => break,
            }
            let going_on = if self.rng.random_bool(BROKEN) {
                let body = broken(&mut self.rng, &format!("{}-{number}", self.number));
                let acknowledged = self.deliver(number, body.clone()).await;
                let bodies =
                    if acknowledged { &mut self.outcome.broken } else { &mut self.outcome.maybe_broken };
                bodies.insert(body);
                acknowledged
            } else {
                let user = self.user(deliveries - number);
                let profile = self.outcome.profiles.entry(user.clone()).or_default();
                let (body, effect) = delivery(&mut self.rng, &user, profile);
                let acknowledged = self.deliver(number, body.into()).await;
                if acknowledged {
                    self.outcome.profiles.entry(user).or_default().apply(effect);
                } else {
                    self.outcome.uncertain.insert(user);
                }
                acknowledged
            };
            if !going_on {
                break;
            }
        }
        // A user may have been picked, but nothing acknowledged.
        self.outcome.profiles.retain(|_, profile| !profile.is_new());
        self.outcome
    }

    /// A user, such that each gets a turn.
    fn user(&mut self, left: u64) -> String {
        let fresh = self.fresh.len() as u64;
        let introduce = self.known.is_empty() || self.rng.random_range(0..left) < fresh.saturating_mul(2);
        let user = if introduce { self.fresh.pop() } else { None };
        match user {
            Some(user) => {
                self.known.push(user.clone());
                user
            }
            None => self.known.choose(&mut self.rng).cloned().unwrap_or_default(),
        }
    }

    /// Sends until it is acknowledged, or the time is over.
    async fn deliver(&mut self, number: u64, body: Vec<u8>) -> bool {
        let begin = Instant::now();
        let receivers = self.hooks.len() as u64;
        let mut pause = Duration::from_millis(50);
        for attempt in 0.. {
            let receiver = usize::try_from((self.number + number + attempt) % receivers).unwrap_or(0);
            let request = self
                .http
                .post(&self.hooks[receiver])
                .header("content-type", "application/json")
                .body(body.clone());
            self.outcome.sent += 1;
            // Only the status counts, but a connection is used again only when the answer was read.
            let success = match request.send().await {
                Ok(answer) => answer.status().is_success() && answer.bytes().await.is_ok(),
                Err(_) => false,
            };
            if success {
                self.outcome.acknowledged += 1;
                self.outcome.latencies.push(begin.elapsed());
                self.progress.acknowledged.fetch_add(1, Ordering::Relaxed);
                return true;
            }
            if Instant::now() + pause > self.stop {
                break;
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(1));
        }
        false
    }
}

/// The next delivery about a user, and what it does.
fn delivery(rng: &mut StdRng, user: &str, profile: &Profile) -> (String, Effect) {
    // Percentages of data_insert, data_update, visibility_update; the rest is delete.
    let [insert, update, visibility] = if profile.is_new() {
        [94, 4, 1]
    } else if profile.is_deleted() {
        [30, 35, 20]
    } else {
        [8, 52, 28]
    };
    match rng.random_range(0..100) {
        roll if roll < insert => upsert(rng, user, testing::data_insert(), true, 3..=6, 0..=1),
        roll if roll < insert + update => upsert(rng, user, testing::data_update(), false, 1..=4, 0..=1),
        roll if roll < insert + update + visibility => {
            upsert(rng, user, testing::visibility_update(), false, 0..=3, 0..=2)
        }
        _ => (testing::delete().user_id(user).lookup("email", email(user)).body(), Effect::Delete),
    }
}

fn upsert(
    rng: &mut StdRng,
    user: &str,
    builder: ProfileBuilder,
    revives: bool,
    shown: std::ops::RangeInclusive<usize>,
    hidden: std::ops::RangeInclusive<usize>,
) -> (String, Effect) {
    const NAMES: [&str; 9] =
        ["first_name", "last_name", "country", "age", "newsletter", "nickname", "address", "tags", "note"];
    let (shown, hidden) = (rng.random_range(shown), rng.random_range(hidden));
    let mut names = NAMES.choose_multiple(rng, shown + hidden).map(|&name| name.to_owned());
    let mut builder = builder.user_id(user).lookup("email", email(user));
    let mut set = BTreeMap::from([("user_id".to_owned(), Value::from(user))]);
    for name in names.by_ref().take(shown).collect::<Vec<_>>() {
        let value = value(rng, &name);
        builder = builder.field(&name, value.clone());
        set.insert(name, value);
    }
    let erase: Vec<String> = names.collect();
    for name in &erase {
        builder = builder.redact(name);
    }
    (builder.body(), Effect::Upsert { revives, set, erase })
}

fn email(user: &str) -> String {
    format!("{user}@example.com")
}

fn value(rng: &mut StdRng, name: &str) -> Value {
    let number: u32 = rng.random();
    match name {
        "age" => (number % 100).into(),
        "newsletter" => rng.random_bool(0.5).into(),
        "nickname" if rng.random_bool(0.25) => Value::Null,
        "address" => {
            json!({"street": format!("Löwenstraße {number}"), "zip": [number, null], "": {"x": 0.5}})
        }
        "tags" => json!([number, "a\"b\\c\n", {}, []]),
        _ => format!("{name} {number} \u{1f339}").into(),
    }
}

/// A body that nobody can apply, unlike any other.
fn broken(rng: &mut StdRng, mark: &str) -> Vec<u8> {
    let mark = format!("broken-{mark}-{:016x}", rng.random::<u64>());
    let builder = testing::data_update().user_id(&mark).field("note", mark.as_str());
    match rng.random_range(0..6) {
        0 => mark.into_bytes(),
        // Cut off.
        1 => {
            let mut body = builder.body().into_bytes();
            body.pop();
            body
        }
        // Not UTF-8.
        2 => [b"{\"data\":\"\xff\xfe\0".as_slice(), mark.as_bytes(), b"\"}"].concat(),
        3 => builder.tamper(|body| body["meta"] = "gone".into()).into_bytes(),
        4 => builder.tamper(|body| body["data"] = json!([mark])).into_bytes(),
        // About nobody.
        _ => builder
            .tamper(|body| {
                body["data"]["user_id"] = Value::Null;
                body["meta"]["lookup_values"] = json!([]);
            })
            .into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rownd_webhooks::sync::SyncPlan;

    #[test]
    fn a_delivery_does_what_the_model_is_told() {
        let mut rng = StdRng::seed_from_u64(7);
        let mut profile = Profile::default();
        for _ in 0..2_000 {
            let (body, effect) = delivery(&mut rng, "user", &profile);
            let payload = rownd_webhooks::from_str(&body).unwrap();
            assert!(payload.issues().is_empty());
            match (payload.sync_plan().unwrap(), &effect) {
                (
                    SyncPlan::Upsert { subject, set, erase },
                    Effect::Upsert { set: expected, erase: names, .. },
                ) => {
                    assert_eq!(subject.key(), "user");
                    let set: BTreeMap<_, _> = set
                        .iter()
                        .map(|(name, value)| (name.to_owned(), serde_json::to_value(value).unwrap()))
                        .collect();
                    assert_eq!(set, *expected);
                    assert_eq!(
                        erase.iter().collect::<BTreeSet<_>>(),
                        names.iter().map(String::as_str).collect()
                    );
                }
                (SyncPlan::Delete { .. }, Effect::Delete) => {}
                _ => panic!("something else"),
            }
            profile.apply(effect);
        }
    }

    #[test]
    fn a_broken_body_cannot_be_applied() {
        let mut rng = StdRng::seed_from_u64(7);
        let mut bodies = BTreeSet::new();
        for number in 0..500 {
            let body = broken(&mut rng, &number.to_string());
            let applies = rownd_webhooks::from_slice(&body).is_ok_and(|payload| payload.sync_plan().is_ok());
            assert!(!applies);
            assert!(bodies.insert(body));
        }
    }
}
