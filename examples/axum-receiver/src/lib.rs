//! A receiver of Rownd's webhooks in axum.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Json, Router};
use receiver_store::{BODY_TIMEOUT, MAX_BYTES, METRICS_CONTENT_TYPE, Receiver, Refusal};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// Returns the routes: deliveries at `/hooks/{secret}`, by any method, since the operator chooses it, and counters at `/metrics`.
///
/// A body that has not arrived after [`BODY_TIMEOUT`] is refused with 408. `axum::serve` waits for the head of a request
/// without a limit, so put a proxy with one before it.
pub fn app(receiver: Arc<Receiver>) -> Router {
    Router::new()
        .route("/hooks/{secret}", any(receive))
        .route("/metrics", get(metrics))
        .layer(DefaultBodyLimit::max(MAX_BYTES))
        .with_state(receiver)
}

async fn receive(
    State(receiver): State<Arc<Receiver>>,
    secret: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    if !secret.is_ok_and(|Path(secret)| receiver.has_secret(&secret)) {
        return StatusCode::NOT_FOUND.into_response();
    }
    // `Bytes` as an argument would be read before the secret is checked.
    let result = match timeout(BODY_TIMEOUT, Bytes::from_request(request, &())).await {
        // SQLite blocks, so it gets a thread that serves no other requests. A panic there stores nothing.
        Ok(Ok(body)) => {
            spawn_blocking(move || receiver.receive(&body)).await.unwrap_or(Err(Refusal::UNAVAILABLE))
        }
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Err(receiver.refuse(Refusal::TOO_LARGE))
        }
        Ok(Err(_)) => Err(receiver.refuse(Refusal::INCOMPLETE)),
        Err(_) => Err(receiver.refuse(Refusal::TIMEOUT)),
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
    ([(header::CONTENT_TYPE, METRICS_CONTENT_TYPE)], receiver.metrics()).into_response()
}

/// Builds the page of the library's cookbook about handlers.
#[cfg(doctest)]
#[doc = include_str!("../../../src/cookbook/handler.md")]
struct CookbookHandler;
