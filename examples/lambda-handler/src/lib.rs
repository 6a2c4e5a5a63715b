//! A receiver of Rownd's webhooks on AWS Lambda.

mod store;

use std::sync::Arc;

use lambda_http::http::{HeaderValue, Response, StatusCode, header};
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt};
use rownd_webhooks::Parser;
use serde_json::json;
use subtle::ConstantTimeEq;

pub use store::{Away, Store};

/// The most bytes that a body may have.
pub const MOST_BYTES: usize = 256 * 1024;

/// What answers requests.
pub struct Receiver {
    secret: String,
    parser: Parser,
    store: Arc<Store>,
}

impl Receiver {
    /// A receiver at `/hooks/{secret}`.
    #[must_use]
    pub fn new(secret: String, store: Arc<Store>) -> Self {
        Self { secret, parser: Parser::new().max_bytes(MOST_BYTES), store }
    }

    /// Answers a request of any method, since the operator chooses it.
    #[must_use]
    pub fn answer(&self, request: &Request) -> Response<Body> {
        // The vendor signs nothing: whoever knows the path is trusted, and nobody else learns that there is one.
        let secret = secret(request).unwrap_or_default();
        if !bool::from(secret.as_bytes().ct_eq(self.secret.as_bytes())) {
            return answer(StatusCode::NOT_FOUND);
        }
        // Lambda has read the body, and undone base64; the limit is the parser's.
        let payload = match self.parser.parse(request.body()) {
            Ok(payload) => payload,
            Err(error) => return refused(error.http_status(), error.code(), error.path()),
        };
        let Ok(plan) = payload.sync_plan() else {
            // Neither a user id nor a lookup value that can be used.
            return refused(400, "invalid", None);
        };
        if let Err(Away) = self.store.apply(&plan) {
            // The sender tries again.
            let mut response = answer(StatusCode::SERVICE_UNAVAILABLE);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
            return response;
        }
        answer(StatusCode::NO_CONTENT)
    }
}

/// The last part of `/hooks/{secret}`, behind the name of an HTTP API's stage or without one.
fn secret(request: &Request) -> Option<&str> {
    fn hook(path: &str) -> Option<&str> {
        path.strip_prefix("/hooks/").filter(|secret| !secret.contains('/'))
    }
    let path = request.raw_http_path();
    hook(path).or_else(|| match request.request_context_ref()? {
        RequestContext::ApiGatewayV2(context) => {
            hook(path.strip_prefix('/')?.strip_prefix(context.stage.as_deref()?)?)
        }
        _ => None,
    })
}

fn answer(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = status;
    response
}

/// Code and path, and nothing of the body.
fn refused(status: u16, code: &str, path: Option<&str>) -> Response<Body> {
    let mut response = answer(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    *response.body_mut() = json!({"code": code, "path": path}).to_string().into();
    response
}
