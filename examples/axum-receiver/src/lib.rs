//! A receiver of Rownd's webhooks in axum.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Json, Router};
use receiver_store::{MAX_BYTES, METRICS_CONTENT_TYPE, Refusal, Store};
use subtle::ConstantTimeEq;

struct Receiver {
    secret: String,
    store: Arc<Store>,
}

/// The service: deliveries at `/hooks/{secret}`, by any method, since the operator chooses it, and counters at `/metrics`.
pub fn app(secret: String, store: Arc<Store>) -> Router {
    Router::new()
        .route("/hooks/{secret}", any(receive))
        .route("/metrics", get(metrics))
        .layer(DefaultBodyLimit::max(MAX_BYTES))
        .with_state(Arc::new(Receiver { secret, store }))
}

async fn receive(
    State(receiver): State<Arc<Receiver>>,
    secret: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    // The vendor signs nothing. The secret in the path is what authenticates the sender, and without it there is no such path.
    if !secret.is_ok_and(|Path(secret)| secret.as_bytes().ct_eq(receiver.secret.as_bytes()).into()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    // `Bytes` as an argument would be read before the secret is checked.
    let result = match Bytes::from_request(request, &()).await {
        Ok(body) => receiver.store.receive(&body),
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Err(receiver.store.refuse(Refusal::TOO_LARGE))
        }
        Err(_) => Err(receiver.store.refuse(Refusal::INCOMPLETE)),
    };
    match result {
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        Err(refusal) => refuse(&refusal),
    }
}

fn refuse(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
    match refusal.retry_after() {
        Some(seconds) => (status, [(header::RETRY_AFTER, seconds)], Json(refusal)).into_response(),
        None => (status, Json(refusal)).into_response(),
    }
}

async fn metrics(State(receiver): State<Arc<Receiver>>) -> Response {
    ([(header::CONTENT_TYPE, METRICS_CONTENT_TYPE)], receiver.store.metrics()).into_response()
}
