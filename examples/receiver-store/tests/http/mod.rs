//! The behavior of a receiver over real HTTP: its responses, its store and its log.
//!
//! The receivers for axum and actix-web include this module in a test. They provide `PROGRAM`, the path of the program, and `serve`,
//! which serves deliveries to a receiver.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::{fs, thread};

use receiver_store::{BODY_TIMEOUT, MAX_BYTES, METRICS_CONTENT_TYPE, Profile, Receiver, Store, cases};
use rownd_webhooks::testing::{self, samples};
use ureq::Agent;
use ureq::http::{HeaderMap, Request};

use crate::{PROGRAM, serve};

const SECRET: &str = "d41d8cd98f00";
const HOOK: &str = "/hooks/d41d8cd98f00";
const USER: &str = "0e223bd4-1324-49ff-b948-122eeaaa42d1";
const EMAIL: &str = "jrose@acme.com";

struct Service {
    agent: Agent,
    address: String,
    receiver: Arc<Receiver>,
}

struct Response {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Service {
    fn start() -> Self {
        Self::start_on(Store::open(None).unwrap())
    }

    fn start_on(store: Store) -> Self {
        let receiver = Arc::new(Receiver::new(SECRET, store));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let service = Self::at(listener.local_addr().unwrap().to_string(), receiver.clone());
        thread::spawn(move || serve(listener, receiver));
        service
    }

    fn at(address: String, receiver: Arc<Receiver>) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            // A server closes the connection if it has not read the whole body.
            .max_idle_connections(0);
        Self { agent: config.build().into(), address, receiver }
    }

    fn call(&self, method: &str, path: &str, body: &[u8]) -> Response {
        let uri = format!("http://{}{path}", self.address);
        let request = Request::builder().method(method).uri(uri).body(body).unwrap();
        let mut response = self.agent.run(request).unwrap();
        let mut headers = response.headers().clone();
        headers.remove("date");
        let body = response.body_mut().read_to_string().unwrap();
        assert!(!body.contains(EMAIL), "{body}");
        Response { status: response.status().as_u16(), headers, body }
    }

    fn profiles(&self) -> Vec<Profile> {
        self.receiver.store().profiles().unwrap()
    }

    fn post(&self, body: impl AsRef<[u8]>) -> Response {
        self.call("POST", HOOK, body.as_ref())
    }
}

#[test]
fn every_method_is_accepted() {
    let service = Service::start();
    for method in ["POST", "PUT", "PATCH", "GET", "DELETE", "OPTIONS", "ROWND"] {
        for body in samples::ALL {
            let response = service.call(method, HOOK, body.as_bytes());
            assert_eq!((response.status, response.body.as_str()), (204, ""), "{method}");
        }
        assert_eq!(service.profiles(), [], "{method}");
    }
}

#[test]
fn deliveries_are_in_the_store() {
    let service = Service::start();
    assert_eq!(service.post(samples::VISIBILITY_UPDATE).status, 204);
    let [profile] = &service.profiles()[..] else { panic!("one profile is expected") };
    assert_eq!(profile.user_id.as_deref(), Some(USER));
    assert!(profile.fields.is_redacted("country") && profile.fields.value("email").unwrap() == EMAIL);
}

#[test]
fn an_unknown_operation_is_a_success() {
    let service = Service::start();
    let body = testing::operation("user_merge").user_id(USER).body();
    assert_eq!(service.post(&body).status, 204);
    assert_eq!(service.profiles(), []);
}

#[test]
fn a_wrong_secret_gets_the_response_of_an_unknown_path() {
    let service = Service::start();
    let wrong = [
        "/hooks/wrong",
        "/hooks/d41d8cd98f0",
        "/hooks/d41d8cd98f001",
        "/hooks/D41D8CD98F00",
        "/hooks/d41d8cd98f00/",
        "/hooks/%ff",
        "/hooks/%2F",
        "/hooks/",
        "/hooks",
        "/",
    ];
    for method in ["POST", "GET", "DELETE"] {
        for body in [samples::DATA_INSERT, "not JSON", ""] {
            let nowhere = service.call(method, "/nowhere", body.as_bytes());
            assert_eq!(nowhere.status, 404);
            for path in wrong {
                let response = service.call(method, path, body.as_bytes());
                assert_eq!(
                    (response.status, &response.body, &response.headers),
                    (404, &nowhere.body, &nowhere.headers),
                    "{method} {path}"
                );
            }
        }
    }
    assert_eq!(service.profiles(), []);
}

#[test]
fn the_secret_is_checked_before_the_body_arrives() {
    let service = Service::start();
    for path in ["/hooks/wrong", "/nowhere"] {
        let mut stream = TcpStream::connect(&service.address).unwrap();
        let length = MAX_BYTES + 1;
        write!(stream, "POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n").unwrap();
        assert_eq!(status_line(stream), "HTTP/1.1 404");
    }
}

fn status_line(mut stream: TcpStream) -> String {
    let mut line = [0; 12];
    stream.read_exact(&mut line).unwrap();
    String::from_utf8(line.to_vec()).unwrap()
}

#[test]
fn refusals_have_a_code_and_a_path() {
    let service = Service::start();
    for (body, expected) in cases::REFUSALS {
        let response = service.post(body);
        assert_eq!((response.status, response.body.as_str()), (400, expected), "{body}");
    }
    let response = service.post(b"{\"data\":\"\xff\"}");
    assert_eq!((response.status, response.body.as_str()), (400, r#"{"code":"not_utf8","path":null}"#));
    let response = service.call("GET", HOOK, b"");
    assert_eq!((response.status, response.body.as_str()), (400, r#"{"code":"empty","path":null}"#));
}

#[test]
fn responses_to_truncated_bodies_contain_no_values() {
    let service = Service::start();
    for body in samples::ALL {
        for end in (0..body.trim_end().len()).step_by(5) {
            // `call` looks for the address.
            assert_eq!(service.post(&body[..end]).status, 400, "{end}");
        }
    }
}

#[test]
fn a_body_that_is_too_large_is_refused() {
    let service = Service::start();
    assert_eq!(service.post(cases::filled(MAX_BYTES)).status, 204);
    let too_large = (413, r#"{"code":"too_large","path":null}"#);
    let body = cases::filled(MAX_BYTES + 1);
    let response = service.post(&body);
    assert_eq!((response.status, response.body.as_str()), too_large);
    // A body of unknown length, of which only what has to be read is sent.
    let mut stream = TcpStream::connect(&service.address).unwrap();
    write!(stream, "POST {HOOK} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
    write!(stream, "{:x}\r\n{body}", body.len()).unwrap();
    assert_eq!(status_line(stream), "HTTP/1.1 413");
}

#[test]
fn it_does_not_start_without_a_secret() {
    let [mut absent, mut empty] = [Command::new(PROGRAM), Command::new(PROGRAM)];
    for program in [absent.env_remove("WEBHOOK_SECRET"), empty.env("WEBHOOK_SECRET", "")] {
        let output = program.output().unwrap();
        assert!(!output.status.success());
        assert!(String::from_utf8_lossy(&output.stderr).contains("WEBHOOK_SECRET"));
    }
}

#[test]
fn a_store_that_is_gone_asks_the_sender_to_retry() {
    let folder = tempfile::tempdir().unwrap();
    let (database, elsewhere) = (folder.path().join("store.db"), folder.path().join("elsewhere.db"));
    let service = Service::start_on(Store::open(Some(&database)).unwrap());
    fs::rename(&database, &elsewhere).unwrap();
    let response = service.post(samples::DATA_INSERT);
    assert_eq!((response.status, response.body.as_str()), (503, r#"{"code":"unavailable","path":null}"#));
    assert_eq!(response.headers["retry-after"], "30");
    fs::rename(&elsewhere, &database).unwrap();
    assert_eq!(service.profiles(), []);
    assert_eq!(service.post(samples::DATA_INSERT).status, 204);
    assert_eq!(service.profiles().len(), 1);
}

#[test]
fn a_body_that_does_not_arrive_in_time_is_refused() {
    let service = Service::start();
    let mut stream = TcpStream::connect(&service.address).unwrap();
    stream.set_read_timeout(Some(2 * BODY_TIMEOUT)).unwrap();
    write!(stream, "POST {HOOK} HTTP/1.1\r\nHost: a\r\nContent-Length: {MAX_BYTES}\r\n\r\n").unwrap();
    // It is no help to send a little now and then.
    let mut sender = stream.try_clone().unwrap();
    thread::spawn(move || {
        while sender.write_all(b" ").is_ok() {
            thread::sleep(BODY_TIMEOUT / 5);
        }
    });
    let mut response = Vec::new();
    let end = stream.read_to_end(&mut response).map_err(|error| error.kind());
    assert!(response.starts_with(b"HTTP/1.1 408"), "{}", response.escape_ascii());
    assert_ne!(end, Err(ErrorKind::WouldBlock), "the connection is still open");
}

#[test]
fn deliveries_are_counted() {
    let service = Service::start();
    service.post(samples::DATA_INSERT);
    service.post("not JSON");
    let response = service.call("GET", "/metrics", b"");
    assert_eq!(
        (response.status, response.headers["content-type"].to_str().unwrap()),
        (200, METRICS_CONTENT_TYPE)
    );
    for line in [
        r#"rownd_deliveries_total{operation="data_insert",outcome="created"} 1"#,
        r#"rownd_deliveries_total{operation="none",outcome="refused"} 1"#,
    ] {
        assert!(response.body.lines().any(|counter| counter == line), "{}", response.body);
    }
}

#[test]
fn the_error_names_an_address_that_cannot_be_bound() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut program = Command::new(PROGRAM);
    let output = program.env("WEBHOOK_SECRET", SECRET).env("ADDRESS", &address).output().unwrap();
    assert!(!output.status.success());
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains(&format!("cannot listen on {address}: ")), "{error}");
}

#[test]
fn each_delivery_is_logged_on_one_line_without_personal_data() {
    let mut program = Command::new(PROGRAM);
    program.env("WEBHOOK_SECRET", SECRET).env("ADDRESS", "127.0.0.1:0").env("RUST_LOG", "trace");
    let mut child = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let (address, _) = line.strip_prefix("listening on http://").unwrap().split_once("/hooks").unwrap();
    let service =
        Service::at(address.to_owned(), Arc::new(Receiver::new(SECRET, Store::open(None).unwrap())));
    service.post(samples::DATA_INSERT);
    service.post(&samples::DATA_INSERT[..100]);
    service.call("POST", "/hooks/wrong", samples::DATA_INSERT.as_bytes());
    child.kill().unwrap();

    let mut logged = String::new();
    stdout.read_to_string(&mut logged).unwrap();
    let lines: Vec<&str> = logged.lines().collect();
    assert!(
        matches!(lines[..], [created, refused] if created.contains(USER) && refused.contains("syntax")),
        "{logged}"
    );
    for secret in [SECRET, EMAIL, "Juliet"] {
        assert!(!logged.contains(secret), "{logged}");
    }
    assert_eq!(child.wait_with_output().unwrap().stderr, b"");
}
