//! The HTTP receiver. It acknowledges a delivery once the log has it on disk.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Json, Router};
use prometheus_client::registry::Registry;
use receiver_store::{BODY_TIMEOUT, Refusal};
use subtle::ConstantTimeEq;
use tokio::time::timeout;

use crate::delivery::{self, MAX_BYTES};
use crate::log::Log;
use crate::metrics::{self, Metrics};

/// Appends deliveries to a log.
#[derive(Clone)]
pub struct Receiver {
    log: Log,
    metrics: Metrics,
}

impl Receiver {
    /// Creates a receiver that appends to this log.
    #[must_use]
    pub fn new(log: Log, metrics: Metrics) -> Self {
        Self { log, metrics }
    }

    /// Appends a delivery to the log. Once this returns, it is on disk, even if it is refused as a bad request.
    ///
    /// # Errors
    ///
    /// Returns a [`Refusal`] if the body cannot be applied or is too large to be kept, or if the log is
    /// unavailable or its disk is full.
    pub async fn take(&self, body: Vec<u8>) -> Result<(), Refusal> {
        let taken = self.append(body).await;
        self.count(&taken);
        taken
    }

    async fn append(&self, body: Vec<u8>) -> Result<(), Refusal> {
        let refusal = delivery::read(&body).err();
        if body.len() > self.log.max_bytes() || refusal.as_ref().is_some_and(|it| it.status == 413) {
            return Err(Refusal::TOO_LARGE);
        }
        self.log.append(body).await.map_err(|error| {
            tracing::warn!(%error, "the log is unavailable");
            Refusal::UNAVAILABLE
        })?;
        refusal.map_or(Ok(()), Err)
    }

    fn count(&self, taken: &Result<(), Refusal>) {
        let outcome = match taken {
            Ok(()) => "logged",
            Err(refusal) => {
                tracing::info!(status = refusal.status, code = refusal.code, "a delivery is refused");
                match refusal.code {
                    "too_large" => "too_large",
                    "io" | "timeout" => "incomplete",
                    "unavailable" => "unavailable",
                    _ => "dead_letter",
                }
            }
        };
        self.metrics.received(outcome);
    }

    /// Returns the routes: `/hooks/{secret}` by any method, `/healthz` and `/metrics`.
    pub fn router(self, secret: String) -> Router {
        let health = health(self.log.clone(), &self.metrics);
        let hooks = Hooks { receiver: self, secret };
        let hooks = Router::new().route("/hooks/{secret}", any(hook)).with_state(Arc::new(hooks));
        hooks.layer(DefaultBodyLimit::max(MAX_BYTES)).merge(health)
    }
}

struct Hooks {
    receiver: Receiver,
    secret: String,
}

async fn hook(
    State(hooks): State<Arc<Hooks>>,
    secret: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    // Deliveries have no signature: the secret in the path authenticates the sender.
    if !secret.is_ok_and(|Path(secret)| secret.as_bytes().ct_eq(hooks.secret.as_bytes()).into()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    // `Bytes` as an argument would be read before the secret is checked.
    let refusal = match timeout(BODY_TIMEOUT, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => return respond(hooks.receiver.take(body.into()).await),
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Refusal::TOO_LARGE,
        Ok(Err(_)) => Refusal::INCOMPLETE,
        Err(_) => Refusal::TIMEOUT,
    };
    let taken = Err(refusal);
    hooks.receiver.count(&taken);
    respond(taken)
}

fn respond(taken: Result<(), Refusal>) -> Response {
    let Err(refusal) = taken else { return StatusCode::NO_CONTENT.into_response() };
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
    match refusal.retry_after() {
        Some(seconds) => (status, [(header::RETRY_AFTER, seconds)], Json(refusal)).into_response(),
        None => (status, Json(refusal)).into_response(),
    }
}

/// Returns the routes `/healthz` and `/metrics`.
pub fn health(log: Log, metrics: &Metrics) -> Router {
    Router::new()
        .route("/healthz", get(healthz).with_state(log))
        .route("/metrics", get(counters).with_state(metrics.registry()))
}

async fn healthz(State(log): State<Log>) -> StatusCode {
    match log.check().await {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

async fn counters(State(registry): State<Arc<Registry>>) -> Response {
    let text = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, text)], metrics::text(&registry)).into_response()
}
