//! Sends deliveries as the vendor does, and retries those that are not acknowledged.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rownd_webhooks::testing;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// The share of malformed bodies.
const BROKEN: f64 = 0.01;
/// The share of the others that have no user id.
const WITHOUT_ID: f64 = 1.0 / 3.0;
const NAMES: [&str; 10] = [
    "email",
    "first_name",
    "last_name",
    "country",
    "age",
    "newsletter",
    "nickname",
    "address",
    "tags",
    "note",
];
/// The timeout of a response. It is longer than a receiver waits for its log, so that attempts do not overlap.
const PATIENCE: Duration = Duration::from_secs(20);

/// The shared state of all connections.
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

    /// Allows deliveries until this number was acknowledged.
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
        // The sender is a field of the same struct, so the channel is open.
        _ = self.limit.subscribe().wait_for(|limit| self.acknowledged() < *limit).await;
    }
}

/// The deliveries to send, and their receivers.
pub(crate) struct Traffic {
    pub(crate) hooks: Vec<String>,
    pub(crate) deliveries: u64,
    pub(crate) users: u64,
    pub(crate) connections: u64,
    pub(crate) seed: u64,
    pub(crate) stop: Instant,
}

/// The result of sending.
#[derive(Default)]
pub(crate) struct Outcome {
    /// The number of deliveries.
    pub(crate) deliveries: u64,
    /// The number of requests, including retries.
    pub(crate) sent: u64,
    pub(crate) acknowledged: u64,
    /// Each body that was sent, and `true` if it was acknowledged. No two bodies are the same.
    pub(crate) bodies: HashMap<Vec<u8>, bool>,
    /// The times from the first attempt to the acknowledgement.
    pub(crate) latencies: Vec<Duration>,
    pub(crate) duration: Duration,
}

impl Outcome {
    fn add(&mut self, other: Self) {
        self.sent += other.sent;
        self.acknowledged += other.acknowledged;
        self.bodies.extend(other.bodies);
        self.latencies.extend(other.latencies);
    }
}

impl Traffic {
    /// Sends the deliveries over all connections in parallel.
    pub(crate) async fn send(&self, progress: &Arc<Progress>) -> Result<Outcome> {
        let begin = Instant::now();
        let directory = Arc::new(Directory::new(self.users));
        let mut connections = JoinSet::new();
        for number in 0..self.connections {
            let connection = Connection {
                number,
                http: reqwest::Client::builder()
                    .no_proxy()
                    .pool_max_idle_per_host(1)
                    .timeout(PATIENCE)
                    .build()?,
                hooks: self.hooks.clone(),
                rng: StdRng::seed_from_u64(self.seed ^ (number << 48)),
                directory: Arc::clone(&directory),
                stop: self.stop,
                progress: Arc::clone(progress),
                outcome: Outcome::default(),
            };
            let share = self.deliveries / self.connections;
            connections.spawn(connection.run(share + u64::from(number < self.deliveries % self.connections)));
        }
        let mut outcome = Outcome { deliveries: self.deliveries, ..Outcome::default() };
        while let Some(connection) = connections.join_next().await {
            outcome.add(connection??);
        }
        outcome.duration = begin.elapsed();
        if outcome.acknowledged == 0 {
            bail!("nothing was acknowledged");
        }
        Ok(outcome)
    }
}

/// One connection: one delivery after another.
struct Connection {
    number: u64,
    http: reqwest::Client,
    hooks: Vec<String>,
    rng: StdRng,
    directory: Arc<Directory>,
    stop: Instant,
    progress: Arc<Progress>,
    outcome: Outcome,
}

impl Connection {
    async fn run(mut self, deliveries: u64) -> Result<Outcome> {
        for number in 0..deliveries {
            tokio::select! {
                () = self.progress.allowed() => {}
                () = tokio::time::sleep_until(self.stop.into()) => break,
            }
            let mark = format!("{}-{number}", self.number);
            let (body, expected) = if self.rng.random_bool(BROKEN) {
                (broken(&mut self.rng, &mark), 400)
            } else {
                (delivery(&mut self.rng, &self.directory, &mark).into_bytes(), 204)
            };
            let is_acknowledged = self.deliver(number, &body, expected).await?;
            self.outcome.bodies.insert(body, is_acknowledged);
            if !is_acknowledged {
                break;
            }
        }
        Ok(self.outcome)
    }

    /// Sends a delivery until it is acknowledged, or until the deadline.
    async fn deliver(&mut self, number: u64, body: &[u8], expected: u16) -> Result<bool> {
        let begin = Instant::now();
        let receivers = self.hooks.len() as u64;
        let mut pause = Duration::from_millis(50);
        for attempt in 0.. {
            let receiver = usize::try_from((self.number + number + attempt) % receivers).unwrap_or(0);
            let request = self.http.post(&self.hooks[receiver]).body(body.to_vec());
            self.outcome.sent += 1;
            if let Ok(response) = request.send().await {
                let status = response.status();
                // A connection is used again only when the response was read.
                let is_read = response.bytes().await.is_ok();
                if status.as_u16() == expected && is_read {
                    self.outcome.acknowledged += 1;
                    self.outcome.latencies.push(begin.elapsed());
                    self.progress.acknowledged.fetch_add(1, Ordering::Relaxed);
                    return Ok(true);
                }
                if status.is_client_error() && status.as_u16() != expected {
                    bail!("{status} instead of {expected}: {}", body.escape_ascii());
                }
            }
            if Instant::now() + pause > self.stop {
                break;
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(1));
        }
        Ok(false)
    }
}

/// The current address of each user.
struct Directory(Mutex<Addresses>);

struct Addresses {
    /// By the user's number.
    of: Vec<u64>,
    next: u64,
}

impl Directory {
    fn new(users: u64) -> Self {
        Self(Mutex::new(Addresses { of: (0..users).collect(), next: users }))
    }

    /// Picks a user. Sometimes the user's address has just changed, and sometimes to one that was another user's.
    fn pick(&self, rng: &mut StdRng) -> (usize, u64) {
        let mut addresses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let user = rng.random_range(0..addresses.of.len());
        match rng.random_range(0..20) {
            0 => addresses.of[user] = addresses.fresh(),
            1 => {
                let other = rng.random_range(0..addresses.of.len());
                let fresh = addresses.fresh();
                addresses.of[user] = std::mem::replace(&mut addresses.of[other], fresh);
            }
            _ => {}
        }
        (user, addresses.of[user])
    }
}

impl Addresses {
    fn fresh(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }
}

/// Returns the next delivery. The mark makes it unique.
fn delivery(rng: &mut StdRng, directory: &Directory, mark: &str) -> String {
    let (user, address) = directory.pick(rng);
    let id = (!rng.random_bool(WITHOUT_ID)).then(|| format!("user-{user}"));
    let email = letter_case(rng, &format!("Mail{address}@Example.com"));
    // Usually the user's own, sometimes another user's: then the values match two profiles.
    let phone = match rng.random_range(0..20) {
        0 => Some(directory.pick(rng).0),
        1..4 => Some(user),
        _ => None,
    };
    let phone = phone.map(|user| format!("+1-555-{user}"));

    // Percentages of data_insert, data_update and visibility_update; the rest is delete.
    let [insert, update, visibility] = if id.is_some() { [25, 40, 25] } else { [5, 45, 30] };
    let (mut builder, shown, hidden) = match rng.random_range(0..100) {
        roll if roll < insert => (testing::data_insert(), 3..=6, 0..=1),
        roll if roll < insert + update => (testing::data_update(), 1..=4, 0..=1),
        roll if roll < insert + update + visibility => (testing::visibility_update(), 0..=3, 0..=2),
        _ => (testing::delete(), 0..=0, 0..=0),
    };
    let (shown, hidden) = (rng.random_range(shown), rng.random_range(hidden));
    for (position, name) in NAMES.sample(rng, shown + hidden).enumerate() {
        let is_shown = position < shown;
        builder =
            if is_shown { builder.field(*name, value(rng, name, &email)) } else { builder.redact(*name) };
    }
    builder = builder.lookup("email", email);
    if let Some(phone) = phone {
        builder = builder.lookup("phone_number", phone);
    }
    builder = match id {
        Some(id) => builder.user_id(id),
        None => builder.without_user_id(),
    };
    builder.tamper(|body| body["meta"]["delivery"] = mark.into())
}

/// The text with some letters in upper and some in lower case.
fn letter_case(rng: &mut StdRng, text: &str) -> String {
    match rng.random_range(0..4) {
        0 => text.to_owned(),
        1 => text.to_ascii_uppercase(),
        _ => text.to_ascii_lowercase(),
    }
}

fn value(rng: &mut StdRng, name: &str, email: &str) -> Value {
    let number: u32 = rng.random();
    match name {
        "email" => email.into(),
        "age" => (number % 100).into(),
        "newsletter" => rng.random_bool(0.5).into(),
        "nickname" if rng.random_bool(0.25) => Value::Null,
        "address" => {
            json!({"street": format!("Löwenstraße {number}"), "zip": [number, null], "": {"x": 0.5}})
        }
        "tags" => json!([number, "a\"b\\c\n", {}, []]),
        "country" => ["NO", "GB", "DE"].choose(rng).copied().into(),
        _ => format!("{name} {number} \u{1f339}").into(),
    }
}

/// Returns a unique body that has to be refused.
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
        // Identifies no user.
        _ => builder.without_user_id().without_lookup_values().body().into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use durable_sync::delivery::read;

    #[test]
    fn deliveries_can_be_read_and_a_third_has_no_user_id() {
        let (mut rng, directory) = (StdRng::seed_from_u64(7), Directory::new(50));
        let bodies: Vec<String> =
            (0..3_000).map(|mark| delivery(&mut rng, &directory, &mark.to_string())).collect();
        let payloads: Vec<_> = bodies.iter().map(|body| read(body.as_bytes()).unwrap()).collect();
        let without_id = payloads.iter().filter(|payload| payload.user_id().is_none()).count();
        assert!((900..1_100).contains(&without_id), "{without_id}");
    }

    #[test]
    fn a_broken_body_cannot_be_read() {
        let mut rng = StdRng::seed_from_u64(7);
        for number in 0..500 {
            assert!(read(&broken(&mut rng, &number.to_string())).is_err());
        }
    }
}
