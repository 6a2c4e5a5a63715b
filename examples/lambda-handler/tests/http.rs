//! The receiver behind each of the services that speak HTTP for Lambda: its responses and its store.
//!
//! The files in `data` are events as the services send them. Cases vary their method, path and body.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lambda_handler::answer;
use lambda_http::http::{HeaderMap, StatusCode};
use lambda_http::{Body, Request, request};
use receiver_store::{MAX_BYTES, Profile, Receiver, Store, cases};
use rownd_webhooks::testing::{self, samples};
use serde_json::Value;

const SECRET: &str = "d41d8cd98f00";
const HOOK: &str = "/hooks/d41d8cd98f00";
const USER: &str = "0e223bd4-1324-49ff-b948-122eeaaa42d1";
const EMAIL: &str = "jrose@acme.com";

const HTTP_API: &str = include_str!("data/http_api_v2.json");
const HTTP_API_BASE64: &str = include_str!("data/http_api_v2_base64.json");
const REST_API: &str = include_str!("data/rest_api_v1.json");
const ALB: &str = include_str!("data/alb.json");
const EVENTS: [&str; 4] = [HTTP_API, HTTP_API_BASE64, REST_API, ALB];

/// An event with another method, path and body.
fn request(event: &str, method: &str, path: &str, body: &[u8]) -> Request {
    let mut event: Value = serde_json::from_str(event).unwrap();
    if event["version"] == "2.0" {
        event["rawPath"] = path.into();
        event["requestContext"]["http"]["path"] = path.into();
        event["requestContext"]["http"]["method"] = method.into();
    } else {
        event["path"] = path.into();
        event["httpMethod"] = method.into();
    }
    event["body"] = if event["isBase64Encoded"] == true {
        STANDARD.encode(body).into()
    } else {
        std::str::from_utf8(body).unwrap().into()
    };
    request::from_str(&event.to_string()).unwrap()
}

struct Service(Receiver);

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Service {
    fn new() -> Self {
        Self(Receiver::new(SECRET, Store::open(None).unwrap()))
    }

    fn profiles(&self) -> Vec<Profile> {
        self.0.store().profiles().unwrap()
    }

    fn answer(&self, request: &Request) -> Answer {
        let (parts, body) = answer(&self.0, request).into_parts();
        let body = match body {
            Body::Empty => String::new(),
            Body::Text(text) => text,
            other => panic!("{other:?}"),
        };
        assert!(!body.contains(EMAIL), "{body}");
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    fn post(&self, event: &str, body: impl AsRef<[u8]>) -> Answer {
        self.answer(&request(event, "POST", HOOK, body.as_ref()))
    }
}

#[test]
fn unmodified_events_are_read() {
    let service = Service::new();
    let deliver = |event: &str| {
        let request = request::from_reader(event.as_bytes()).unwrap();
        assert_eq!(service.answer(&request).status, StatusCode::NO_CONTENT);
        service.profiles().pop().map(|profile| profile.fields)
    };
    assert!(deliver(HTTP_API).unwrap().value("email").unwrap() == EMAIL);
    assert!(deliver(HTTP_API_BASE64).unwrap().value("country").unwrap() == "United States");
    let fields = deliver(REST_API).unwrap();
    assert!(fields.is_redacted("country") && fields.value("first_name").unwrap() == "Juliet");
    assert_eq!(deliver(ALB), None);
}

#[test]
fn every_method_is_accepted() {
    let service = Service::new();
    for event in EVENTS {
        for method in ["POST", "PUT", "PATCH", "GET", "DELETE", "OPTIONS"] {
            for body in samples::ALL {
                let answer = service.answer(&request(event, method, HOOK, body.as_bytes()));
                assert_eq!((answer.status, answer.body.as_str()), (204, ""), "{method}");
            }
            assert_eq!(service.profiles(), [], "{method}");
        }
    }
}

#[test]
fn a_get_without_a_body_is_refused_as_empty() {
    let service = Service::new();
    for event in EVENTS {
        let mut event: Value = serde_json::from_str(event).unwrap();
        event["body"] = Value::Null;
        event["isBase64Encoded"] = false.into();
        let answer = service.answer(&request::from_str(&event.to_string()).unwrap());
        assert_eq!((answer.status, answer.body.as_str()), (400, r#"{"code":"empty","path":null}"#));
    }
}

#[test]
fn an_unknown_operation_is_a_success() {
    let service = Service::new();
    let body = testing::operation("user_merge").user_id(USER).body();
    for event in EVENTS {
        assert_eq!(service.post(event, &body).status, 204);
    }
    assert_eq!(service.profiles(), []);
}

#[test]
fn a_wrong_secret_gets_the_response_of_an_unknown_path() {
    let service = Service::new();
    let wrong = [
        "/hooks/wrong",
        "/hooks/d41d8cd98f0",
        "/hooks/d41d8cd98f001",
        "/hooks/D41D8CD98F00",
        "/hooks/d41d8cd98f00/",
        "/other/hooks/d41d8cd98f00",
        "/hooks/",
        "/hooks",
        "/",
    ];
    for event in EVENTS {
        for body in [samples::DATA_INSERT, "not JSON", "", &cases::filled(MAX_BYTES + 1)] {
            let nowhere = service.answer(&request(event, "POST", "/nowhere", body.as_bytes()));
            assert_eq!((nowhere.status, nowhere.body.as_str()), (404, ""));
            for path in wrong {
                let answer = service.answer(&request(event, "POST", path, body.as_bytes()));
                assert_eq!(
                    (answer.status, &answer.body, &answer.headers),
                    (404, &nowhere.body, &nowhere.headers),
                    "{path}"
                );
            }
        }
    }
    assert_eq!(service.profiles(), []);
}

#[test]
fn the_stage_of_an_http_api_may_come_first() {
    let service = Service::new();
    let body = samples::DATA_INSERT.as_bytes();
    for stage in ["prod", "hooks"] {
        let event = HTTP_API.replace(r#""stage": "$default""#, &format!(r#""stage": "{stage}""#));
        let answer = |path: &str| service.answer(&request(&event, "POST", path, body)).status;
        assert_eq!(answer(&format!("/{stage}{HOOK}")), 204, "{stage}");
        // With a custom domain.
        assert_eq!(answer(HOOK), 204, "{stage}");
        assert_eq!(answer(&format!("/{stage}/hooks/wrong")), 404, "{stage}");
        assert_eq!(answer(&format!("/{stage}x{HOOK}")), 404, "{stage}");
        assert_eq!(answer(&format!("/other{HOOK}")), 404, "{stage}");
    }
}

#[test]
fn refusals_have_a_code_and_a_path() {
    let service = Service::new();
    for (body, expected) in cases::REFUSALS {
        for event in EVENTS {
            let answer = service.post(event, body);
            assert_eq!((answer.status, answer.body.as_str()), (400, expected), "{body}");
            assert_eq!(answer.headers["content-type"], "application/json");
        }
    }
    let answer = service.post(HTTP_API_BASE64, b"{\"data\":\"\xff\"}");
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("not_utf8"), "{}", answer.body);
}

#[test]
fn responses_to_truncated_bodies_contain_no_values() {
    let service = Service::new();
    for body in samples::ALL {
        for end in 0..body.trim_end().len() {
            // `Service::answer` looks for the address.
            assert_eq!(service.post(HTTP_API, &body[..end]).status, 400, "{end}");
        }
    }
}

#[test]
fn a_body_that_is_too_large_is_refused() {
    let service = Service::new();
    for event in EVENTS {
        // The limit is the body's, not that of its base64.
        assert_eq!(service.post(event, cases::filled(MAX_BYTES)).status, 204);
        let answer = service.post(event, cases::filled(MAX_BYTES + 1));
        assert_eq!((answer.status, answer.body.as_str()), (413, r#"{"code":"too_large","path":null}"#));
    }
}

#[test]
fn a_store_that_is_gone_asks_the_sender_to_retry() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("store.db");
    let service = Service(Receiver::new(SECRET, Store::open(Some(&database)).unwrap()));
    std::fs::rename(&database, folder.path().join("elsewhere.db")).unwrap();
    for event in EVENTS {
        let answer = service.post(event, samples::DATA_INSERT);
        assert_eq!((answer.status, &answer.headers["retry-after"]), (503, &"30".parse().unwrap()));
    }
}
