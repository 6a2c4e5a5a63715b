//! The receiver over real HTTP: what it answers, and what it keeps.

use std::sync::Arc;

use axum_receiver::{MOST_BYTES, Store, app};
use rownd_webhooks::testing::{self, samples};
use ureq::Agent;
use ureq::http::Request;

const SECRET: &str = "d41d8cd98f00";
const USER: &str = "0e223bd4-1324-49ff-b948-122eeaaa42d1";

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

impl Service {
    fn start() -> Self {
        let store = Arc::new(Store::new());
        let router = app(SECRET.to_owned(), store.clone());
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        listener.set_nonblocking(true).unwrap();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                axum::serve(listener, router).await.unwrap();
            });
        });
        Self { address, store }
    }

    fn call(&self, method: &str, path: &str, body: &[u8]) -> Answer {
        let config = Agent::config_builder().http_status_as_error(false).allow_non_standard_methods(true);
        let request =
            Request::builder().method(method).uri(format!("{}{path}", self.address)).body(body).unwrap();
        let agent: Agent = config.build().into();
        let mut response = agent.run(request).unwrap();
        let header =
            |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        Answer {
            status: response.status().as_u16(),
            retry_after: header("retry-after"),
            headers: response.headers().keys().map(ToString::to_string).collect(),
            body: response.body_mut().read_to_string().unwrap(),
        }
    }

    fn post(&self, body: &str) -> Answer {
        self.call("POST", &format!("/hooks/{SECRET}"), body.as_bytes())
    }
}

#[test]
fn every_sample_is_taken_by_every_method() {
    let service = Service::start();
    let samples = [samples::DATA_INSERT, samples::DATA_UPDATE, samples::VISIBILITY_UPDATE, samples::DELETE];
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        for body in samples {
            assert_eq!(
                service.call(method, &format!("/hooks/{SECRET}"), body.as_bytes()).status,
                204,
                "{method}"
            );
        }
    }
    assert!(service.store.profile(USER).is_none());
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
}

#[test]
fn an_operation_that_is_not_known_is_a_success() {
    let service = Service::start();
    let body = testing::data_update().tamper(|body| body["meta"]["operation"] = "user_merge".into());
    assert_eq!(service.post(&body).status, 204);
}

#[test]
fn without_the_secret_there_is_nothing() {
    let service = Service::start();
    let body = samples::DATA_INSERT.as_bytes();
    let nowhere = service.call("POST", "/nowhere", body);
    for path in ["/hooks/wrong", "/hooks/d41d8cd98f0", "/hooks/d41d8cd98f001", "/hooks/", "/"] {
        let answer = service.call("POST", path, body);
        assert_eq!(
            (answer.status, &answer.body, &answer.headers),
            (404, &nowhere.body, &nowhere.headers),
            "{path}"
        );
    }
    assert!(service.store.profile(USER).is_none());
}

#[test]
fn malformed_bodies_are_told_by_code_and_path() {
    let service = Service::start();
    for (body, told) in [
        ("", r#"{"code":"empty","path":null}"#),
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
}

#[test]
fn a_body_that_is_too_large_is_not_read() {
    let service = Service::start();
    let filled = |bytes: usize| {
        let empty = testing::data_update().field("text", "").body().len();
        testing::data_update().field("text", "x".repeat(bytes - empty)).body()
    };
    assert_eq!(service.post(&filled(MOST_BYTES)).status, 204);
    let answer = service.post(&filled(MOST_BYTES + 1));
    assert_eq!((answer.status, answer.body.as_str()), (413, r#"{"code":"too_large","path":null}"#));
}

#[test]
fn while_the_store_is_away_the_sender_is_asked_to_try_again() {
    let service = Service::start();
    service.store.set_away(true);
    let answer = service.post(samples::DATA_INSERT);
    assert_eq!((answer.status, answer.retry_after.as_deref()), (503, Some("30")));
    service.store.set_away(false);
    assert_eq!(service.post(samples::DATA_INSERT).status, 204);
    assert!(service.store.profile(USER).is_some());
}
