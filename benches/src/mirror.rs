//! `Mirror`, against the maps that a service would write.

use std::collections::HashMap;
use std::fs;
use std::hint::black_box;

use rownd_webhooks::sync::Mirror;
use rownd_webhooks::{Operation, Payload};
use serde_json::Value;

use crate::{Measurement, counted};

#[rustfmt::skip]
pub(crate) const ALL: &[Measurement] = &[
    Measurement { name: "Mirror, 1 000 deliveries to 1 000 profiles", ours: || run::<Mirror>(1_000), baseline: || run::<ByHand>(1_000), limit: 2.5 },
    Measurement { name: "Mirror, 1 000 deliveries to 100 000 profiles", ours: || run::<Mirror>(100_000), baseline: || run::<ByHand>(100_000), limit: 2.5 },
];

/// Prints the resident memory per profile, and returns how many values are above their limits.
pub(crate) fn print_bytes(words: &[String]) -> usize {
    const NAME: &str = "Mirror, bytes per profile";
    const LIMIT: u64 = 900;
    if !words.iter().all(|word| NAME.contains(word.as_str())) {
        return 0;
    }
    let (ours, by_hand) = (bytes_per_profile::<Mirror>(), bytes_per_profile::<ByHand>());
    let mark = if ours > LIMIT { "**" } else { "" };
    println!("\n| | this crate | by hand | limit |\n|---|---:|---:|---:|");
    println!("| {NAME} | {mark}{ours}{mark} | {by_hand} | {LIMIT} |");
    usize::from(ours > LIMIT)
}

fn bytes_per_profile<S: Store + Default>() -> u64 {
    let before = resident_bytes();
    let store = filled::<S>(100_000);
    let bytes = (resident_bytes() - before) / 100_000;
    // Freed memory would be used again.
    std::mem::forget(store);
    bytes
}

fn resident_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let (_, kilobytes) = status.split_once("VmRSS:").expect("the resident memory");
    let kilobytes = kilobytes.split_whitespace().next().expect("a number");
    kilobytes.parse::<u64>().expect("a number") * 1024
}

fn run<S: Store + Default>(size: u32) {
    let mut store = filled::<S>(size);
    let bodies: Vec<String> = (0..1_000).map(|index| delivery(index, size)).collect();
    let parsed = bodies.iter().map(|body| rownd_webhooks::from_str(body).expect("a valid body"));
    let deliveries: Vec<Payload<'_>> = parsed.collect();
    counted(|| {
        for payload in &deliveries {
            store.apply(black_box(payload));
        }
    });
}

fn filled<S: Store + Default>(size: u32) -> S {
    let mut store = S::default();
    for number in 0..size {
        let body = body("data_insert", &profile(number, &email(number), "Juliet"), "", number);
        store.apply(&rownd_webhooks::from_str(&body).expect("a valid body"));
    }
    store
}

/// Returns the body of a delivery: seven of ten are updates, one a repeat, one an insert, one a delete.
fn delivery(index: u32, size: u32) -> String {
    // In no order, and no user twice.
    let number = index * 7 % 1_000 * (size / 1_000);
    let same = || profile(number, &email(number), "Juliet");
    match index % 10 {
        0 => body("data_insert", &profile(size + index, &email(size + index), "Juliet"), "", size + index),
        1 if index % 20 == 1 => body("delete", &same(), "", number),
        1 => body("delete", "", "", number),
        2 | 3 => body("visibility_update", &same(), r#""country""#, number),
        4 => {
            body("data_update", &profile(number, &format!("new-{number}@example.com"), "Juliet"), "", number)
        }
        5 => body("data_update", &same(), "", number),
        _ => body("data_update", &profile(number, &email(number), "Juliette"), "", number),
    }
}

fn body(operation: &str, data: &str, redacted: &str, number: u32) -> String {
    let email = email(number);
    format!(
        r#"{{"data":{{{data}}},"redacted":[{redacted}],"meta":{{"operation":"{operation}","lookup_values":[{{"field":"email","value":"{email}"}}]}}}}"#
    )
}

/// The fields of the documented bodies.
fn profile(number: u32, email: &str, first_name: &str) -> String {
    let country = ["United States", "Norway", "Kenya", "India", "Brazil"][number as usize % 5];
    format!(
        r#""user_id":"{number:08x}-1324-49ff-b948-122eeaaa42d1","email":"{email}","first_name":"{first_name}","last_name":"Rose {}","country":"{country}""#,
        number % 1_000
    )
}

fn email(number: u32) -> String {
    format!("user{number}@example.com")
}

trait Store {
    fn apply(&mut self, payload: &Payload<'_>);
}

impl Store for Mirror {
    fn apply(&mut self, payload: &Payload<'_>) {
        black_box(Self::apply(self, payload).expect("an identified user"));
    }
}

/// What a service would write: fields by user id, and user ids by e-mail address. It remembers no deleted user and no other lookup value.
#[derive(Default)]
struct ByHand {
    profiles: HashMap<String, HashMap<String, Value>>,
    ids: HashMap<String, String>,
}

impl Store for ByHand {
    fn apply(&mut self, payload: &Payload<'_>) {
        let by_email = || self.ids.get(&payload.lookup("email")?.identifier()?.to_ascii_lowercase()).cloned();
        let Some(id) = payload.user_id().map(String::from).or_else(by_email) else { return };
        let address = |value: &Value| value.as_str().map(str::to_ascii_lowercase);
        if *payload.operation() == Operation::Delete {
            let profile = self.profiles.remove(&id);
            if let Some(email) = profile.and_then(|profile| address(profile.get("email")?)) {
                self.ids.remove(&email);
            }
            return;
        }
        let profile = self.profiles.entry(id.clone()).or_default();
        let old = profile.get("email").and_then(address);
        for (name, value) in payload.fields().visible() {
            profile.insert(name.to_owned(), value.to_json());
        }
        for name in payload.fields().redacted() {
            profile.remove(name);
        }
        let new = profile.get("email").and_then(address);
        if old != new {
            old.map(|old| self.ids.remove(&old));
            new.map(|new| self.ids.insert(new, id));
        }
    }
}
