//! The receiver over real HTTP: what it answers, what it keeps, and what it logs.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::{Arc, Mutex};

use actix_receiver::{MOST_BYTES, Store, hooks};
use actix_web::{App, HttpServer};
use rownd_webhooks::testing::{self, samples};

const SECRET: &str = "d41d8cd98f00";
const USER: &str = "0e223bd4-1324-49ff-b948-122eeaaa42d1";
const EMAIL: &str = "jrose@acme.com";
const SAMPLES: [&str; 4] =
    [samples::DATA_INSERT, samples::DATA_UPDATE, samples::VISIBILITY_UPDATE, samples::DELETE];

struct Service {
    address: String,
    store: Arc<Store>,
}

struct Answer {
    status: u16,
    retry_after: Option<String>,
    headers: Vec<String>,
    body: String,
}

impl From<ureq::Response> for Answer {
    fn from(response: ureq::Response) -> Self {
        let mut headers = response.headers_names();
        headers.sort();
        let answer = Self {
            status: response.status(),
            retry_after: response.header("retry-after").map(str::to_owned),
            headers,
            body: response.into_string().unwrap(),
        };
        assert!(!answer.body.contains(EMAIL), "{}", answer.body);
        answer
    }
}

fn answer(result: Result<ureq::Response, ureq::Error>) -> Answer {
    match result {
        Ok(response) | Err(ureq::Error::Status(_, response)) => response.into(),
        Err(error) => panic!("{error}"),
    }
}

impl Service {
    fn start() -> Self {
        let store = Arc::new(Store::new());
        let hooks = hooks(SECRET.to_owned(), store.clone());
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        std::thread::spawn(move || {
            let server = HttpServer::new(move || App::new().configure(hooks.clone()));
            let server = server.workers(1).disable_signals().listen(listener).unwrap();
            actix_web::rt::System::new().block_on(server.run()).unwrap();
        });
        Self { address, store }
    }

    fn request(&self, method: &str, path: &str) -> ureq::Request {
        ureq::request(method, &format!("http://{}{path}", self.address))
    }

    fn call(&self, method: &str, path: &str, body: &[u8]) -> Answer {
        answer(self.request(method, path).send_bytes(body))
    }

    fn post(&self, body: impl AsRef<[u8]>) -> Answer {
        self.call("POST", &format!("/hooks/{SECRET}"), body.as_ref())
    }
}

/// A good body of so many bytes.
fn filled(bytes: usize) -> String {
    let empty = testing::data_update().field("text", "").body().len();
    testing::data_update().field("text", "x".repeat(bytes - empty)).body()
}

#[test]
fn every_sample_is_taken_by_every_method() {
    let service = Service::start();
    for method in ["POST", "PUT", "PATCH", "GET", "DELETE", "OPTIONS", "ROWND"] {
        for body in SAMPLES {
            let answer = service.call(method, &format!("/hooks/{SECRET}"), body.as_bytes());
            assert_eq!((answer.status, answer.body.as_str()), (204, ""), "{method}");
        }
        assert!(service.store.profile(USER).is_none(), "{method}");
    }
}

#[test]
fn a_get_without_a_body_is_told_so() {
    let service = Service::start();
    let answer = answer(service.request("GET", &format!("/hooks/{SECRET}")).call());
    assert_eq!((answer.status, answer.body.as_str()), (400, r#"{"code":"empty","path":null}"#));
}

#[test]
fn the_copy_is_kept_in_step() {
    let service = Service::start();
    assert_eq!(service.post(samples::DATA_UPDATE).status, 204);
    assert_eq!(service.store.profile(USER).unwrap()["country"], "\"United States\"");
    assert_eq!(service.post(samples::VISIBILITY_UPDATE).status, 204);
    let profile = service.store.profile(USER).unwrap();
    assert!(!profile.contains_key("country"));
    assert_eq!(profile["first_name"], "\"Juliet\"");
    assert_eq!(service.post(samples::DELETE).status, 204);
    assert!(service.store.profile(USER).is_none());
}

#[test]
fn an_operation_that_is_not_known_is_a_success() {
    let service = Service::start();
    let body = testing::data_update().user_id(USER).tamper(|body| {
        body["meta"]["operation"] = "user_merge".into();
    });
    assert_eq!(service.post(&body).status, 204);
    assert!(service.store.profile(USER).is_none());
}

#[test]
fn without_the_secret_there_is_nothing() {
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
                let answer = service.call(method, path, body.as_bytes());
                assert_eq!(
                    (answer.status, &answer.body, &answer.headers),
                    (404, &nowhere.body, &nowhere.headers),
                    "{method} {path}"
                );
            }
        }
    }
    assert!(service.store.profile(USER).is_none());
}

#[test]
fn without_the_secret_no_body_is_waited_for() {
    let service = Service::start();
    for path in ["/hooks/wrong", "/nowhere"] {
        let mut stream = TcpStream::connect(&service.address).unwrap();
        let length = MOST_BYTES + 1;
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
fn malformed_bodies_are_told_by_code_and_path() {
    let service = Service::start();
    for (body, told) in [
        ("", r#"{"code":"empty","path":null}"#),
        (" \n", r#"{"code":"empty","path":null}"#),
        ("jrose@acme.com", r#"{"code":"syntax","path":null}"#),
        (r#"{"meta":"jrose@acme.com"}"#, r#"{"code":"wrong_type","path":"/meta"}"#),
        (r#"{"data":{"a":"jrose@acme.com","a":1}}"#, r#"{"code":"duplicate_member","path":"/data/a"}"#),
        (
            r#"{"data":{"a":"jrose@acme.com"},"meta":{"operation":"delete"}}"#,
            r#"{"code":"invalid","path":null}"#,
        ),
    ] {
        let answer = service.post(body);
        assert_eq!((answer.status, answer.body.as_str()), (400, told), "{body}");
    }
    let answer = service.post(b"{\"data\":\"\xff\"}");
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("not_utf8"), "{}", answer.body);
}

#[test]
fn no_part_of_a_sample_comes_back() {
    let service = Service::start();
    for body in SAMPLES {
        for end in 0..body.trim_end().len() {
            // `Answer` looks for the address.
            assert_eq!(service.post(&body[..end]).status, 400, "{end}");
        }
    }
}

#[test]
fn a_body_that_is_too_large_is_refused() {
    let service = Service::start();
    assert_eq!(service.post(filled(MOST_BYTES)).status, 204);
    let too_large = (413, r#"{"code":"too_large","path":null}"#);
    let body = filled(MOST_BYTES + 1);
    let counted = service.post(&body);
    assert_eq!((counted.status, counted.body.as_str()), too_large);
    // A body of no told length, of which no byte more is sent than has to be read.
    let mut stream = TcpStream::connect(&service.address).unwrap();
    write!(stream, "POST /hooks/{SECRET} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
    write!(stream, "{:x}\r\n{body}", body.len()).unwrap();
    assert_eq!(status_line(stream), "HTTP/1.1 413");
}

#[test]
fn while_the_store_is_away_the_sender_is_asked_to_try_again() {
    let service = Service::start();
    service.store.set_away(true);
    for body in SAMPLES {
        let answer = service.post(body);
        assert_eq!((answer.status, answer.retry_after.as_deref()), (503, Some("30")));
    }
    service.store.set_away(false);
    assert_eq!(service.post(samples::DATA_INSERT).status, 204);
    assert!(service.store.profile(USER).is_some());
}

#[test]
fn it_does_not_start_without_a_secret() {
    let mut absent = Command::new(env!("CARGO_BIN_EXE_actix-receiver"));
    absent.env_remove("WEBHOOK_SECRET");
    let mut empty = Command::new(env!("CARGO_BIN_EXE_actix-receiver"));
    empty.env("WEBHOOK_SECRET", "");
    for mut command in [absent, empty] {
        let output = command.output().unwrap();
        assert!(!output.status.success());
        assert!(String::from_utf8_lossy(&output.stderr).contains("WEBHOOK_SECRET"));
    }
}

/// What everything in this process but the client logs.
struct Log(Mutex<Vec<u8>>);

static LOG: Log = Log(Mutex::new(Vec::new()));

impl log::Log for Log {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        !metadata.target().starts_with("ureq")
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            writeln!(self.0.lock().unwrap(), "{}: {}", record.target(), record.args()).unwrap();
        }
    }

    fn flush(&self) {}
}

#[test]
fn nothing_of_a_body_is_logged() {
    log::set_logger(&LOG).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let service = Service::start();
    for body in SAMPLES {
        assert_eq!(service.post(body).status, 204);
        assert_eq!(service.post(&body[..body.len() / 2]).status, 400);
    }
    assert_eq!(service.post(filled(MOST_BYTES + 1)).status, 413);
    let logged = String::from_utf8(LOG.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("actix"), "the logger was heard");
    for value in [EMAIL, "Juliet", "United States", "xxxx"] {
        assert!(!logged.contains(value), "{value}");
    }
}
