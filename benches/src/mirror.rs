//! `Mirror`, compared with the store that a service would write by hand.

use std::collections::HashMap;
use std::fs;
use std::hint::black_box;

use rownd_webhooks::sync::Mirror;
use rownd_webhooks::testing::{self, PayloadBuilder};
use rownd_webhooks::{Operation, Payload};
use serde_json::Value;

/// The title of the table.
pub const TITLE: &str = "Mirror, instructions per delivery";
/// The numbers of profiles, which are the columns of the table.
const SIZES: [&str; 2] = ["1000", "100000"];
/// The number of deliveries that are counted.
const DELIVERIES: u32 = 1_000;

/// Ways to keep a copy of the profiles.
const MIRROR: &str = "this crate";
const BY_HAND: &str = "maps by hand";

/// Prints the table, and returns how many values are above their limits.
///
/// `count` runs this program under valgrind with the arguments for [`watched`] and returns a number of instructions; `bytes` runs it
/// alone and returns what it prints.
pub fn print(count: &dyn Fn(&[&str]) -> f64, bytes: &dyn Fn(&[&str]) -> f64) -> usize {
    let instructions = |store| SIZES.map(|size| count(&[store, size, "1"]) / f64::from(DELIVERIES));
    // Many small stores, since one takes less than the pages that the process has already.
    let memory = |store| [bytes(&[store, SIZES[0], "100"]), bytes(&[store, SIZES[1], "1"])];
    let (mirror, by_hand) = (instructions(MIRROR), instructions(BY_HAND));
    let ratios = [mirror[0] / by_hand[0], mirror[1] / by_hand[1]];

    println!("\n| {TITLE} | {} |\n|---|---:|---:|", SIZES.join(" | "));
    let mut above = 0;
    for (name, values, decimals, limit) in [
        (MIRROR.to_owned(), mirror, 0, f64::INFINITY),
        (BY_HAND.to_owned(), by_hand, 0, f64::INFINITY),
        (format!("ratio to {BY_HAND}"), ratios, 2, 2.5),
        (format!("bytes per profile, {MIRROR}"), memory(MIRROR), 0, 900.0),
        (format!("bytes per profile, {BY_HAND}"), memory(BY_HAND), 0, f64::INFINITY),
    ] {
        let cells = values.map(|value| {
            let is_above = value > limit;
            above += usize::from(is_above);
            if is_above { format!("**{value:.decimals$}**") } else { format!("{value:.decimals$}") }
        });
        println!("| {name} | {} |", cells.join(" | "));
    }
    above
}

/// Fills a number of stores, prints the bytes per profile that they take, and runs `counted` with one of them.
pub fn watched(store: &str, size: &str, stores: &str) {
    let [size, stores] = [size, stores].map(|number| number.parse().expect("a number"));
    if store == MIRROR { run::<Mirror>(size, stores) } else { run::<ByHand>(size, stores) }
}

fn run<S: Store + Default>(size: u32, stores: u32) {
    let mut stores: Vec<S> = (0..stores).map(|_| S::default()).collect();
    let before = resident_bytes();
    for store in &mut stores {
        for number in 0..size {
            store.apply(&rownd_webhooks::from_str(&insert(number)).expect("a valid body"));
        }
    }
    println!("{}", (resident_bytes() - before) / f64::from(size) / stores.len() as f64);
    let bodies: Vec<String> = (0..DELIVERIES).map(|index| delivery(index, size)).collect();
    let deliveries: Vec<Payload<'_>> =
        bodies.iter().map(|body| rownd_webhooks::from_str(body).expect("a valid body")).collect();
    let store = stores.last_mut().expect("at least one store");
    counted(store, &deliveries);
    black_box(stores);
}

/// The function whose instructions callgrind collects.
#[inline(never)]
fn counted(store: &mut impl Store, deliveries: &[Payload<'_>]) {
    for payload in deliveries {
        store.apply(black_box(payload));
    }
}

/// Returns the body of a delivery: seven of ten are updates, one a repeat, one an insert, one a delete.
fn delivery(index: u32, size: u32) -> String {
    // In no order, and no user twice.
    let number = index * 7 % 1_000 * (size / 1_000);
    let update = || user(testing::data_update(), number);
    let delivery = match index % 10 {
        0 => user(testing::data_insert(), size + index),
        1 if index % 20 == 1 => user(testing::delete(), number),
        1 => testing::delete().user_id("").lookup("email", email(number)),
        2 | 3 => user(testing::visibility_update(), number).redact("country"),
        4 => update().field("email", format!("new-{number}@example.com")),
        5 => update(),
        _ => update().field("first_name", "Juliette"),
    };
    delivery.body()
}

fn id(number: u32) -> String {
    format!("{number:08x}-1324-49ff-b948-122eeaaa42d1")
}

fn email(number: u32) -> String {
    format!("user{number}@example.com")
}

fn last_name(number: u32) -> String {
    format!("Rose {}", number % 1_000)
}

fn country(number: u32) -> &'static str {
    ["United States", "Norway", "Kenya", "India", "Brazil"][number as usize % 5]
}

/// Returns an insert. Valgrind would take long for the builder.
fn insert(number: u32) -> String {
    let (id, email, last_name, country) = (id(number), email(number), last_name(number), country(number));
    format!(
        r#"{{"data":{{"user_id":"{id}","email":"{email}","first_name":"Juliet","last_name":"{last_name}","country":"{country}"}},"redacted":[],"meta":{{"operation":"data_insert","lookup_values":[{{"field":"email","value":"{email}"}}]}}}}"#
    )
}

/// Sets the fields of the documented bodies.
fn user(builder: PayloadBuilder, number: u32) -> PayloadBuilder {
    builder
        .user_id(id(number))
        .field("email", email(number))
        .field("first_name", "Juliet")
        .field("last_name", last_name(number))
        .field("country", country(number))
        .lookup("email", email(number))
}

fn resident_bytes() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let (_, kilobytes) = status.split_once("VmRSS:").expect("the resident memory");
    let kilobytes = kilobytes.split_whitespace().next().expect("a number");
    kilobytes.parse::<f64>().expect("a number") * 1024.0
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
