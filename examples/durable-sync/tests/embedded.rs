//! The whole service in one process, with SQLite: HTTP on loopback, and the content of the tables afterwards.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::Duration;

use durable_sync::check::{Difference, Reference, Tables};
use durable_sync::delivery::MAX_BYTES;
use durable_sync::log::{Entry, Log};
use durable_sync::metrics::Metrics;
use durable_sync::projector;
use durable_sync::receiver::Receiver;
use durable_sync::replay::{self, Replayed};
use durable_sync::store::Store;
use reqwest::{Client, Method, Response};
use rownd_webhooks::testing::{self, PayloadBuilder};
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

const PATIENCE: Duration = Duration::from_secs(20);
const SECRET: &str = "correct-horse";
const USER: &str = "u-1";

/// The service in a temporary folder. Dropping it stops the service.
struct Service {
    folder: TempDir,
    url: String,
    http: Client,
    receiver: Receiver,
    _tasks: JoinSet<()>,
}

impl Service {
    async fn start() -> Self {
        Self::start_on(|_| {}).await
    }

    /// Starts the service with a changed connection to the log.
    async fn start_on(prepare: impl FnOnce(&Connection)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let connection = Connection::open(folder.path().join("log.db")).unwrap();
        prepare(&connection);
        let (log, store) = (Log::sqlite_on(connection).unwrap(), Store::sqlite(folder.path()).unwrap());
        let metrics = Metrics::default();
        let receiver = Receiver::new(log.clone(), metrics.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut tasks = JoinSet::new();
        let router = receiver.clone().router(SECRET.to_owned());
        tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
        tasks.spawn(projector::run(log, store, metrics));
        Self { folder, url, http: client(), receiver, _tasks: tasks }
    }

    async fn send(&self, body: impl Into<reqwest::Body>) -> (u16, Value) {
        let response = send(&self.http, &self.url, body).await;
        let status = response.status().as_u16();
        (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default())
    }

    async fn get(&self, path: &str) -> (u16, String) {
        let response = self.http.get(format!("{}{path}", self.url)).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// Sends deliveries, and waits until the store has them.
    async fn deliver(&self, bodies: &[String]) {
        for body in bodies {
            assert_eq!(self.send(body.clone()).await, (204, Value::Null));
        }
        applied(self.folder.path()).await;
    }

    /// The fields of each profile.
    fn profiles(&self) -> Vec<Value> {
        let store = Connection::open(self.folder.path().join("store.db")).unwrap();
        let mut select = store.prepare("select fields from profiles order by number").unwrap();
        let rows = select.query_map((), |row| row.get::<_, String>(0)).unwrap();
        rows.map(|row| serde_json::from_str(&row.unwrap()).unwrap()).collect()
    }

    /// The code and body of each dead letter.
    async fn dead_letters(&self) -> Vec<(String, Vec<u8>)> {
        applied(self.folder.path()).await;
        let store = Connection::open(self.folder.path().join("store.db")).unwrap();
        let mut select = store.prepare("select code, body from dead_letters order by seq").unwrap();
        let rows = select.query_map((), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }
}

/// Waits until the whole log is applied, and compares the store with the mirror.
async fn applied(folder: &Path) {
    let log = Connection::open(folder.join("log.db")).unwrap();
    let mut select = log.prepare("select seq, body from deliveries order by seq").unwrap();
    let entries = select.query_map((), |row| Ok(Entry { seq: row.get(0)?, body: row.get(1)? })).unwrap();
    let mut reference = Reference::default();
    for entry in entries {
        reference.add(&entry.unwrap());
    }
    let deadline = Instant::now() + PATIENCE;
    let tables = loop {
        let tables = Tables::sqlite(folder).unwrap();
        if tables.position == reference.position {
            break tables;
        }
        assert!(Instant::now() < deadline, "{} of {} are applied", tables.position, reference.position);
        sleep(Duration::from_millis(5)).await;
    };
    assert_eq!(reference.compare(&tables).unwrap(), Difference::default());
}

fn client() -> Client {
    Client::builder().no_proxy().timeout(PATIENCE).build().unwrap()
}

async fn send(http: &Client, url: &str, body: impl Into<reqwest::Body>) -> Response {
    http.post(format!("{url}/hooks/{SECRET}")).body(body).send().await.unwrap()
}

fn upsert(builder: PayloadBuilder, fields: &[(&str, Value)]) -> String {
    let builder = builder.user_id(USER).lookup("email", "ada@example.com");
    fields.iter().fold(builder, |builder, (name, value)| builder.field(*name, value.clone())).body()
}

fn insert(fields: &[(&str, Value)]) -> String {
    upsert(testing::data_insert(), fields)
}

fn update(fields: &[(&str, Value)]) -> String {
    upsert(testing::data_update(), fields)
}

fn hide(field: &str) -> String {
    testing::visibility_update().user_id(USER).lookup("email", "ada@example.com").redact(field).body()
}

fn delete() -> String {
    testing::delete().user_id(USER).lookup("email", "ada@example.com").body()
}

#[tokio::test]
async fn a_delivery_by_any_method_is_stored_if_its_path_has_the_secret() {
    let service = Service::start().await;
    for (number, method) in
        [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::GET].into_iter().enumerate()
    {
        let body = update(&[("visits", number.into())]);
        let request = |path: &str| {
            service.http.request(method.clone(), format!("{}{path}", service.url)).body(body.clone())
        };
        for path in ["/hook", "/hooks/", "/hooks/correct-hors", "/hooks/Correct-horse", "/hooks/%ff"] {
            assert_eq!(request(path).send().await.unwrap().status(), 404, "{method} {path}");
        }
        assert_eq!(request("/hooks/correct-horse").send().await.unwrap().status(), 204);
        applied(service.folder.path()).await;
        assert_eq!(service.profiles(), [json!({"user_id": USER, "visits": number})]);
    }
}

#[tokio::test]
async fn fields_are_merged_or_erased_and_keep_their_json() {
    let service = Service::start().await;
    let exact = r#"{"data":{"user_id":"u-1","n":123456789012345678901234567890.10,"o":{"b":1,"a":"\u0000"},"country":"Wales"},
        "redacted":[],"meta":{"operation":"data_insert","lookup_values":[{"field":"email","value":"ada@example.com"}]}}"#;
    service
        .deliver(&[
            exact.to_owned(),
            update(&[("name", json!("Ada")), ("age", Value::Null)]),
            hide("country"),
        ])
        .await;
    let store = Connection::open(service.folder.path().join("store.db")).unwrap();
    let fields: String = store.query_row("select fields from profiles", (), |row| row.get(0)).unwrap();
    let expected = r#"{"age":null,"country":"<<REDACTED>>","n":123456789012345678901234567890.10,"name":"Ada","o":{"b":1,"a":"\u0000"},"user_id":"u-1"}"#;
    assert_eq!(fields, expected);
    // No field has the address, so the store does not contain it.
    for file in ["store.db", "store.db-wal"] {
        let bytes = fs::read(service.folder.path().join(file)).unwrap();
        assert!(!bytes.windows(4).any(|window| window.eq_ignore_ascii_case(b"ada@")), "{file}");
    }
}

#[tokio::test]
async fn a_dead_letter_is_refused_and_kept_once() {
    let service = Service::start().await;
    let nobody = r#"{"data":{"a":1},"redacted":[],"meta":{"operation":"data_update","lookup_values":[]}}"#;
    let id = testing::data_update().user_id("x".repeat(513)).body();
    let bodies: [(&str, Value, &[u8]); 6] = [
        ("empty", Value::Null, b""),
        ("not_utf8", Value::Null, b"{\"data\":\"\xff\0\"}"),
        ("syntax", Value::Null, b"{\"data\":"),
        ("missing_member", json!("/meta"), b"{\"data\":{}}"),
        ("no_lookup_values", json!("/meta/lookup_values"), nobody.as_bytes()),
        ("unusable_user_id", json!("/data/user_id"), id.as_bytes()),
    ];
    for (code, path, body) in bodies.iter().chain(&bodies[..2]) {
        assert_eq!(service.send(body.to_vec()).await, (400, json!({"code": code, "path": path})));
    }
    service.deliver(&[insert(&[("a", json!(1))])]).await;
    let kept = service.dead_letters().await;
    let kept: Vec<(&str, &[u8])> = kept.iter().map(|(code, body)| (code.as_str(), body.as_slice())).collect();
    assert_eq!(kept, bodies.map(|(code, _, body)| (code, body)));
    assert_eq!(service.profiles().len(), 1);
}

#[tokio::test]
async fn a_body_may_be_large_but_not_too_large_and_a_profile_may_be_larger() {
    let service = Service::start().await;
    let frame = insert(&[("note", json!(""))]).len();
    let of = |bytes: usize| insert(&[("note", "x".repeat(bytes - frame).into())]);
    let more = update(&[("more", "x".repeat(MAX_BYTES - 1_000).into())]);
    service.deliver(&[of(MAX_BYTES), more, update(&[("last", json!(1))])]).await;
    assert_eq!(service.send(of(MAX_BYTES + 1)).await, (413, json!({"code": "too_large", "path": null})));
    assert_eq!(service.dead_letters().await, []);
}

#[tokio::test]
async fn a_body_that_does_not_arrive_in_time_is_refused() {
    let service = Service::start().await;
    let mut stream = TcpStream::connect(service.url.strip_prefix("http://").unwrap()).await.unwrap();
    let head = format!("POST /hooks/{SECRET} HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{{");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut response = [0; 12];
    stream.read_exact(&mut response).await.unwrap();
    assert_eq!(&response, b"HTTP/1.1 408");
}

#[tokio::test]
async fn while_the_log_is_locked_nothing_is_acknowledged() {
    let service = Service::start().await;
    assert_eq!(service.get("/healthz").await.0, 200);
    let other = Connection::open(service.folder.path().join("log.db")).unwrap();
    other.execute_batch("begin immediate").unwrap();
    for body in [insert(&[]), "broken".to_owned()] {
        let response = send(&service.http, &service.url, body).await;
        assert_eq!(
            (response.status().as_u16(), &response.headers()["retry-after"]),
            (503, &"30".parse().unwrap())
        );
    }
    assert_eq!(service.get("/healthz").await.0, 503);
    other.execute_batch("rollback").unwrap();
    assert_eq!(service.get("/healthz").await.0, 200);
    service.deliver(&[insert(&[("a", json!(1))])]).await;
    assert_eq!(service.profiles(), [json!({"user_id": USER, "a": 1})]);
    assert_eq!(service.dead_letters().await, []);
}

#[tokio::test]
async fn while_the_disk_is_full_nothing_is_acknowledged() {
    // The log may have 30 pages of 4 KiB.
    let service = Service::start_on(|log| log.pragma_update(None, "max_page_count", 30).unwrap()).await;
    let large = |number: u32| insert(&[("number", number.into()), ("note", "x".repeat(20_000).into())]);
    let mut acknowledged = 0;
    while service.send(large(acknowledged)).await.0 == 204 {
        acknowledged += 1;
    }
    let response = send(&service.http, &service.url, large(acknowledged)).await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["retry-after"]),
        (503, &"30".parse().unwrap())
    );
    applied(service.folder.path()).await;
    assert_eq!(service.profiles()[0]["number"], acknowledged - 1);

    // There is room again.
    let log = Connection::open(service.folder.path().join("log.db")).unwrap();
    log.execute("delete from deliveries where seq < ?", [acknowledged]).unwrap();
    assert_eq!(service.send(large(acknowledged)).await.0, 204);
}

#[tokio::test]
async fn deliveries_that_arrive_while_the_store_is_locked_are_applied_later() {
    let service = Service::start().await;
    let other = Connection::open(service.folder.path().join("store.db")).unwrap();
    other.execute_batch("begin immediate").unwrap();
    assert_eq!(service.send(insert(&[("a", json!(1))])).await.0, 204);
    assert_eq!(service.profiles(), Vec::<Value>::new());
    other.execute_batch("rollback").unwrap();
    service.deliver(&[update(&[("b", json!(2))])]).await;
    assert_eq!(service.profiles(), [json!({"user_id": USER, "a": 1, "b": 2})]);
}

#[tokio::test]
async fn archives_of_bodies_and_of_received_payloads_are_replayed() {
    let service = Service::start().await;
    let archive = service.folder.path().join("archive.ndjson");
    let received = |body: &str| format!(r#"{{"received_at":"2026-11-27T04:05:06Z","payload":{body}}}"#);
    let lines = [
        insert(&[("a", json!(1))]),
        "not json".into(),
        String::new(),
        received(&update(&[("b", json!(2))])),
        received("{}"),
        "x".repeat(MAX_BYTES + 9),
        received(&insert(&[("note", "x".repeat(MAX_BYTES).into())])),
    ];
    fs::write(&archive, lines.join("\r\n")).unwrap();
    let replayed = replay::run(&archive, &service.receiver).await.unwrap();
    assert_eq!(replayed, Replayed { logged: 2, dead_letters: 2, too_large: 2 });
    let kept = service.dead_letters().await;
    assert_eq!(kept, [("syntax".into(), b"not json".to_vec()), ("missing_member".into(), b"{}".to_vec())]);
    assert_eq!(service.profiles(), [json!({"user_id": USER, "a": 1, "b": 2})]);
}

#[tokio::test]
async fn each_request_and_each_entry_is_counted_once() {
    let service = Service::start().await;
    // Two users, and an update whose lookup values lead to both.
    let [one, other] = [("a", "email"), ("b", "nick")]
        .map(|(id, field)| testing::data_insert().user_id(id).lookup(field, "x").body());
    let both = testing::data_update().without_user_id().lookup("email", "x").lookup("nick", "x").body();
    service.deliver(&[one, other, both, insert(&[]), delete()]).await;
    assert_eq!(service.send("broken").await.0, 400);
    assert_eq!(service.send("x".repeat(MAX_BYTES + 1)).await.0, 413);
    applied(service.folder.path()).await;
    let deadline = Instant::now() + PATIENCE;
    let expected = [
        "applied_total{outcome=\"ambiguous\"} 1",
        "applied_total{outcome=\"created\"} 3",
        "applied_total{outcome=\"dead_letter\"} 1",
        "applied_total{outcome=\"deleted\"} 1",
        "received_total{outcome=\"dead_letter\"} 1",
        "received_total{outcome=\"logged\"} 5",
        "received_total{outcome=\"too_large\"} 1",
    ];
    loop {
        let (status, text) = service.get("/metrics").await;
        let mut counts: Vec<&str> =
            text.lines().filter_map(|line| line.strip_prefix("durable_sync_")).collect();
        counts.sort_unstable();
        // The last entry is counted just after it is in the store.
        if (status, counts.as_slice()) == (200, expected.as_slice()) {
            break;
        }
        assert!(Instant::now() < deadline, "{text}");
        sleep(Duration::from_millis(5)).await;
    }
}

/// The program itself, in a process of its own.
struct Program {
    process: Child,
    url: String,
    /// Keeps the pipe open for the program's output.
    _output: BufReader<ChildStdout>,
}

impl Program {
    fn start(folder: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_durable-sync"))
            .env("WEBHOOK_SECRET", SECRET)
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
async fn nothing_is_lost_when_the_program_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let http = client();
    for round in 0..4 {
        let program = Program::start(folder.path());
        for number in 0..37 {
            let user = format!("user-{}", number % 5);
            let body =
                testing::data_update().user_id(user).field(format!("field_{round}_{number}"), number).body();
            assert_eq!(send(&http, &program.url, body).await.status(), 204);
            let broken = format!("broken {round} {number}");
            assert_eq!(send(&http, &program.url, broken).await.status(), 400);
        }
    }
    let _program = Program::start(folder.path());
    applied(folder.path()).await;
    let tables = Tables::sqlite(folder.path()).unwrap();
    assert_eq!((tables.position, tables.profiles(), tables.dead_letters.len()), (4 * 37 * 2, 5, 4 * 37));
}

#[test]
fn the_program_replays_an_archive_and_explains_itself() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("archive.ndjson");
    fs::write(&archive, format!("{}\nbroken\n{}\n", insert(&[]), delete())).unwrap();
    let run = |args: &[&str]| -> Output {
        let mut program = Command::new(env!("CARGO_BIN_EXE_durable-sync"));
        program.env_remove("WEBHOOK_SECRET").args(args).arg("--data").arg(folder.path().join("data"));
        program.output().unwrap()
    };
    let replayed = run(&["--replay", archive.to_str().unwrap()]);
    assert_eq!(String::from_utf8(replayed.stdout).unwrap(), "logged 2, dead letters 1, too large 0\n");
    let log = String::from_utf8(replayed.stderr).unwrap();
    assert!(!log.contains("broken") && !log.contains("example.com"), "{log}");
    assert!(String::from_utf8(run(&["--help"]).stdout).unwrap().contains("--replay FILE"));
    let taken = net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (args, message) in [
        (vec!["--role", "dancer"], "--role is all, receiver or projector".to_owned()),
        (vec!["--replay", "/nowhere"], "the archive cannot be opened".to_owned()),
        (vec![], "WEBHOOK_SECRET".to_owned()),
        (vec!["--role", "projector", "--listen", &address], format!("cannot listen on {address}")),
    ] {
        let output = run(&args);
        let log = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && log.contains(&message), "{log}");
    }
}
