//! The whole service in one process, with SQLite: real HTTP on loopback, and what is in the store afterwards.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use durable_sync::log::Log;
use durable_sync::metrics::Metrics;
use durable_sync::projector;
use durable_sync::receiver::{MOST_BYTES, Receiver};
use durable_sync::replay::{self, Replayed};
use durable_sync::store::Store;
use reqwest::{Client, Method};
use rownd_webhooks::testing::{self, ProfileBuilder, samples};
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

const PATIENCE: Duration = Duration::from_secs(20);
const USER: &str = "rownd-test-user-1";

/// The service, in a folder of its own. It ends when this is dropped.
struct Service {
    folder: TempDir,
    url: String,
    http: Client,
    receiver: Receiver,
    store: Store,
    metrics: Metrics,
    _tasks: JoinSet<()>,
}

impl Service {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (log, store) = (Log::sqlite(folder.path()).unwrap(), Store::sqlite(folder.path()).unwrap());
        let metrics = Metrics::default();
        let receiver = Receiver::new(log.clone(), metrics.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut tasks = JoinSet::new();
        let router = receiver.clone().router();
        tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
        tasks.spawn(projector::run(log, store.clone(), metrics.clone()));
        Self { folder, url, http: client(), receiver, store, metrics, _tasks: tasks }
    }

    async fn send(&self, body: impl Into<reqwest::Body>) -> u16 {
        send(&self.http, &self.url, body).await
    }

    async fn get(&self, path: &str) -> (u16, String) {
        let answer = self.http.get(format!("{}{path}", self.url)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Sends deliveries, and waits until the store has them.
    async fn deliver(&self, bodies: &[String]) {
        let before = self.metrics.applied.get();
        for body in bodies {
            assert_eq!(self.send(body.clone()).await, 204);
        }
        self.applied(before + bodies.len() as u64).await;
    }

    async fn applied(&self, count: u64) {
        let deadline = Instant::now() + PATIENCE;
        while self.metrics.applied.get() < count {
            assert!(Instant::now() < deadline, "{} of {count} are applied", self.metrics.applied.get());
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// The fields in the store, and whether it is a tombstone.
    async fn profile(&self) -> (Value, bool) {
        profile(&self.store, USER).await.unwrap()
    }

    async fn dead_letters(&self, count: usize) -> Vec<(String, Vec<u8>)> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let letters = self.store.dead_letters().await.unwrap();
            if letters.len() >= count {
                return letters;
            }
            assert!(Instant::now() < deadline, "{} of {count} are dead letters", letters.len());
            sleep(Duration::from_millis(5)).await;
        }
    }
}

fn client() -> Client {
    Client::builder().no_proxy().timeout(PATIENCE).build().unwrap()
}

async fn send(http: &Client, url: &str, body: impl Into<reqwest::Body>) -> u16 {
    http.post(format!("{url}/hook")).body(body).send().await.unwrap().status().as_u16()
}

async fn profile(store: &Store, key: &str) -> Option<(Value, bool)> {
    let (fields, is_deleted) = store.profile(key).await.unwrap()?;
    Some((serde_json::from_str(&fields).unwrap(), is_deleted))
}

fn upsert(builder: ProfileBuilder, fields: &[(&str, Value)]) -> String {
    let builder = builder.user_id(USER).lookup("email", "jo@example.com");
    fields.iter().fold(builder, |builder, (name, value)| builder.field(*name, value.clone())).body()
}

fn insert(fields: &[(&str, Value)]) -> String {
    upsert(testing::data_insert(), fields)
}

fn update(fields: &[(&str, Value)]) -> String {
    upsert(testing::data_update(), fields)
}

fn withhold(field: &str) -> String {
    testing::visibility_update().user_id(USER).lookup("email", "jo@example.com").redact(field).body()
}

fn delete() -> String {
    testing::delete().user_id(USER).lookup("email", "jo@example.com").body()
}

#[tokio::test]
async fn a_delivery_is_in_the_store_whatever_its_method() {
    let service = Service::start().await;
    for (number, method) in
        [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::GET].into_iter().enumerate()
    {
        let request = service.http.request(method, format!("{}/hook", service.url));
        let answer = request.body(update(&[("visits", number.into())])).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 204);
        service.applied(number as u64 + 1).await;
        assert_eq!(service.profile().await, (json!({"user_id": USER, "visits": number}), false));
    }
}

#[tokio::test]
async fn the_documented_samples_are_applied() {
    let service = Service::start().await;
    for sample in [samples::DATA_INSERT, samples::DATA_UPDATE, samples::VISIBILITY_UPDATE, samples::DELETE] {
        service.deliver(&[sample.to_owned()]).await;
        let payload = rownd_webhooks::from_str(sample).unwrap();
        let key = payload.user_id().unwrap().as_str().to_owned();
        let (_, is_deleted) = profile(&service.store, &key).await.unwrap();
        assert_eq!(is_deleted, sample == samples::DELETE);
    }
}

#[tokio::test]
async fn fields_are_merged_and_stay_the_json_they_were() {
    let service = Service::start().await;
    let big = r#"{"data":{"user_id":"rownd-test-user-1","n":123456789012345678901234567890.10,"o":{"b":1,"a":"\u0000"}},
        "redacted":[],"meta":{"operation":"data_insert","lookup_values":[{"field":"email","value":"jo@example.com"}]}}"#;
    service.deliver(&[big.to_owned(), update(&[("first_name", json!("Jo")), ("age", Value::Null)])]).await;
    let (fields, _) = service.store.profile(USER).await.unwrap().unwrap();
    assert!(fields.contains(r#""n":123456789012345678901234567890.10"#), "{fields}");
    assert!(fields.contains(r#""o":{"b":1,"a":"\u0000"}"#), "{fields}");
    assert!(fields.contains(r#""first_name":"Jo""#) && fields.contains(r#""age":null"#), "{fields}");
}

#[tokio::test]
async fn what_its_user_withholds_is_erased() {
    let service = Service::start().await;
    let known = insert(&[("country", json!("Wales")), ("first_name", json!("Jo"))]);
    service.deliver(&[known, withhold("country")]).await;
    assert_eq!(service.profile().await, (json!({"user_id": USER, "first_name": "Jo"}), false));
    let file = service.store.profile(USER).await.unwrap().unwrap().0;
    assert!(!file.contains("Wales") && !file.contains("REDACTED"));
}

#[tokio::test]
async fn only_an_insert_brings_a_deleted_user_back() {
    let service = Service::start().await;
    service.deliver(&[insert(&[("first_name", json!("Jo"))]), delete()]).await;
    assert_eq!(service.profile().await, (json!({}), true));
    service.deliver(&[update(&[("first_name", json!("Jo"))]), withhold("country"), delete()]).await;
    assert_eq!(service.profile().await, (json!({}), true));
    service.deliver(&[insert(&[("first_name", json!("Jane"))]), update(&[("age", json!(7))])]).await;
    assert_eq!(service.profile().await, (json!({"user_id": USER, "first_name": "Jane", "age": 7}), false));
}

#[tokio::test]
async fn a_repeat_is_harmless() {
    let service = Service::start().await;
    let known = [insert(&[("a", json!(1)), ("b", json!([2]))]), update(&[("a", json!(3))]), withhold("b")];
    let bodies: Vec<String> = known.iter().flat_map(|body| [body.clone(), body.clone()]).collect();
    service.deliver(&bodies).await;
    assert_eq!(service.profile().await, (json!({"user_id": USER, "a": 3}), false));
    service.deliver(&[delete(), delete()]).await;
    assert_eq!(service.profile().await, (json!({}), true));
}

#[tokio::test]
async fn an_unknown_operation_is_taken_and_changes_nothing() {
    let service = Service::start().await;
    let known = insert(&[("a", json!(1))]);
    let unknown = known.replace("data_insert", "data_archived").replace("\"a\":1", "\"a\":2");
    assert!(unknown.contains("\"a\":2"));
    service.deliver(&[known, unknown]).await;
    assert_eq!(service.profile().await, (json!({"user_id": USER, "a": 1}), false));
}

#[tokio::test]
async fn what_cannot_be_read_is_put_aside_whole_and_blocks_nothing() {
    let service = Service::start().await;
    let nobody = r#"{"data":{"a":1},"redacted":[],"meta":{"operation":"data_update","lookup_values":[]}}"#;
    let bodies: [(&str, &[u8]); 5] = [
        ("empty", b""),
        ("not_utf8", b"{\"data\":\"\xff\0\"}"),
        ("syntax", b"{\"data\":"),
        ("missing_member", b"{\"data\":{}}"),
        ("no_subject", nobody.as_bytes()),
    ];
    for (_, body) in bodies {
        assert_eq!(service.send(body.to_vec()).await, 204);
    }
    service.deliver(&[insert(&[("a", json!(1))])]).await;
    let letters = service.dead_letters(bodies.len()).await;
    let kept: Vec<(&str, &[u8])> =
        letters.iter().map(|(code, body)| (code.as_str(), body.as_slice())).collect();
    assert_eq!(kept, bodies);
}

#[tokio::test]
async fn a_body_may_be_large_but_not_too_large() {
    let service = Service::start().await;
    let frame = insert(&[("note", json!(""))]).len();
    let of = |bytes: usize| insert(&[("note", "x".repeat(bytes - frame).into())]);
    service.deliver(&[of(MOST_BYTES)]).await;
    assert_eq!(service.send(of(MOST_BYTES + 1)).await, 413);
    assert_eq!(service.metrics.received.get(), 2);
    assert!(service.store.dead_letters().await.unwrap().is_empty());
}

#[tokio::test]
async fn while_the_log_is_away_the_sender_is_told_to_come_again() {
    let service = Service::start().await;
    assert_eq!(service.get("/healthz").await.0, 200);
    // Somebody else keeps the file.
    let other = Connection::open(service.folder.path().join("log.db")).unwrap();
    other.execute_batch("begin immediate").unwrap();
    let known = insert(&[("a", json!(1))]);
    assert_eq!(service.send(known.clone()).await, 503);
    assert_eq!(service.send("broken").await, 503);
    assert_eq!(service.get("/healthz").await.0, 503);
    other.execute_batch("rollback").unwrap();
    assert_eq!(service.get("/healthz").await.0, 200);
    assert!(profile(&service.store, USER).await.is_none());
    service.deliver(&[known]).await;
    assert_eq!(service.profile().await.0["a"], 1);
}

#[tokio::test]
async fn an_archive_goes_the_same_way() {
    let service = Service::start().await;
    let archive = service.folder.path().join("archive.ndjson");
    let lines =
        [insert(&[("a", json!(1))]), "not json".into(), String::new(), "x".repeat(MOST_BYTES + 9), delete()];
    fs::write(&archive, lines.join("\n")).unwrap();
    let told = replay::run(&archive, &service.receiver).await.unwrap();
    assert_eq!(told, Replayed { logged: 2, put_aside: 1, too_large: 1 });
    service.applied(2).await;
    assert_eq!(service.profile().await, (json!({}), true));
    assert_eq!(service.dead_letters(1).await, [("syntax".to_owned(), b"not json".to_vec())]);
}

#[tokio::test]
async fn counters_are_served() {
    let service = Service::start().await;
    service.deliver(&[insert(&[]), delete()]).await;
    assert_eq!(service.send("broken").await, 204);
    assert_eq!(service.send("x".repeat(MOST_BYTES + 1)).await, 413);
    let (status, text) = service.get("/metrics").await;
    assert_eq!(status, 200);
    for (name, count) in
        [("received", 4), ("acknowledged", 2), ("applied", 2), ("dead_lettered", 1), ("refused", 1)]
    {
        let line = format!("durable_sync_{name}_total {count}\n");
        assert!(text.contains(&line), "no {line} in {text}");
    }
}

/// The program itself, in a process of its own.
struct Program {
    process: Child,
    url: String,
    /// What it still has to say, so that it can say it.
    _output: BufReader<ChildStdout>,
}

impl Program {
    fn start(folder: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_durable-sync"))
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("listening on ").unwrap().to_owned();
        Self { process, url, _output: output }
    }
}

impl Drop for Program {
    /// SIGKILL.
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

#[tokio::test]
async fn being_killed_at_any_moment_loses_nothing() {
    const USERS: u64 = 20;
    let folder = tempfile::tempdir().unwrap();
    let http = client();
    let key = |number: u64| format!("user-{}", number % USERS);
    let mut number = 0;
    for _ in 0..4 {
        let program = Program::start(folder.path());
        for _ in 0..37 {
            let body = testing::data_update().user_id(key(number)).lookup("email", "jo@example.com");
            let body = body.field(format!("field_{number}"), number).field("last", number).body();
            assert_eq!(send(&http, &program.url, body).await, 204);
            assert_eq!(send(&http, &program.url, format!("broken {number}")).await, 204);
            number += 1;
        }
    }
    let program = Program::start(folder.path());
    let store = Store::sqlite(folder.path()).unwrap();
    let deadline = Instant::now() + PATIENCE;
    let wrong = loop {
        let mut wrong = Vec::new();
        for user in 0..USERS.min(number) {
            let mut expected = json!({"user_id": key(user)});
            for number in (user..number).step_by(20) {
                expected[format!("field_{number}")] = number.into();
                expected["last"] = number.into();
            }
            if profile(&store, &key(user)).await != Some((expected, false)) {
                wrong.push(user);
            }
        }
        let letters = store.dead_letters().await.unwrap();
        let expected = (0..number).map(|number| format!("broken {number}").into_bytes());
        if wrong.is_empty() && letters.into_iter().map(|(_, body)| body).eq(expected) {
            break wrong;
        }
        if Instant::now() > deadline {
            break wrong;
        }
        sleep(Duration::from_millis(20)).await;
    };
    drop(program);
    assert_eq!(wrong, Vec::<u64>::new());
    assert_eq!(store.dead_letters().await.unwrap().len() as u64, number);
}

#[test]
fn the_program_replays_an_archive_and_tells_how_to_call_it() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("archive.ndjson");
    fs::write(&archive, format!("{}\nbroken\n{}\n", insert(&[]), delete())).unwrap();
    let run = |args: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_durable-sync"))
            .args(args)
            .arg("--data")
            .arg(folder.path().join("data"))
            .output()
            .unwrap()
    };
    let told = run(&["--replay", archive.to_str().unwrap()]);
    assert!(told.status.success());
    assert_eq!(String::from_utf8(told.stdout).unwrap(), "logged 2, put aside 1, too large 0\n");
    let log = String::from_utf8(told.stderr).unwrap();
    assert!(!log.contains("broken") && !log.contains("example.com"), "{log}");
    assert!(String::from_utf8(run(&["--help"]).stdout).unwrap().contains("--replay FILE"));
    assert!(!run(&["--role", "dancer"]).status.success());
    assert!(!run(&["--replay", "/nowhere"]).status.success());
}
