//! A receiver of Rownd's webhooks on AWS Lambda.

use lambda_http::http::{HeaderValue, Response, StatusCode, header};
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt};
use receiver_store::{Receiver, Refusal};
use serde_json::json;

/// Answers a request of any method, since the operator chooses it.
#[must_use]
pub fn answer(receiver: &Receiver, request: &Request) -> Response<Body> {
    if !receiver.has_secret(secret(request).unwrap_or_default()) {
        return respond(StatusCode::NOT_FOUND);
    }
    // Lambda has already read the body and decoded base64; the receiver limits its size. Blocking is fine, because an
    // instance of a function gets one request at a time.
    match receiver.receive(request.body()) {
        Ok(_) => respond(StatusCode::NO_CONTENT),
        Err(refusal) => refuse(&refusal),
    }
}

/// The last part of `/hooks/{secret}`, with or without the name of an HTTP API's stage before it.
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

fn respond(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = status;
    response
}

fn refuse(refusal: &Refusal) -> Response<Body> {
    let mut response = respond(StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(seconds) = refusal.retry_after() {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static(seconds));
    }
    *response.body_mut() = json!(refusal).to_string().into();
    response
}
