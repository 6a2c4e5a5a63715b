//! HTTP in, log out: a delivery is acknowledged once the log has it on disk.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Json, Router};
use prometheus_client::registry::Registry;
use serde_json::json;
use subtle::ConstantTimeEq;

use crate::delivery::{self, MAX_BYTES, Refusal};
use crate::log::Log;
use crate::metrics::{self, Metrics};

/// After how many seconds the sender should try again.
const RETRY_AFTER: &str = "5";

/// Takes deliveries into a log.
#[derive(Clone)]
pub struct Receiver {
    log: Log,
    metrics: Metrics,
}

/// What became of a delivery.
#[derive(Debug, PartialEq, Eq)]
pub enum Taken {
    /// The log has it.
    Logged,
    /// The log has it, and it will be a dead letter.
    DeadLetter(Refusal),
    /// It is too large to be kept.
    TooLarge,
    /// The log is unavailable or its disk is full. It has to be sent again.
    Unavailable,
}

impl Receiver {
    /// Takes deliveries into this log.
    #[must_use]
    pub fn new(log: Log, metrics: Metrics) -> Self {
        Self { log, metrics }
    }

    /// Takes one delivery.
    pub async fn take(&self, body: Vec<u8>) -> Taken {
        let taken = self.append(body).await;
        self.metrics.received(match &taken {
            Taken::Logged => "logged",
            Taken::DeadLetter(_) => "dead_letter",
            Taken::TooLarge => "too_large",
            Taken::Unavailable => "unavailable",
        });
        taken
    }

    async fn append(&self, body: Vec<u8>) -> Taken {
        let refusal = delivery::read(&body).err();
        if body.len() > self.log.max_bytes() || refusal.as_ref().is_some_and(|refusal| refusal.is_too_large) {
            tracing::warn!(bytes = body.len(), "a body is too large");
            return Taken::TooLarge;
        }
        if let Err(error) = self.log.append(body).await {
            tracing::warn!(%error, "the log is unavailable");
            return Taken::Unavailable;
        }
        match refusal {
            None => Taken::Logged,
            Some(refusal) => {
                tracing::info!(code = refusal.code, "a body is a dead letter");
                Taken::DeadLetter(refusal)
            }
        }
    }

    /// The service: `/hooks/{secret}` by any method, `/healthz` and `/metrics`.
    pub fn router(self, secret: String) -> Router {
        let health = health(self.log.clone(), &self.metrics);
        let hooks = Hooks { receiver: self, secret };
        Router::new().route("/hooks/{secret}", any(hook)).with_state(Arc::new(hooks)).merge(health)
    }
}

struct Hooks {
    receiver: Receiver,
    secret: String,
}

async fn hook(State(hooks): State<Arc<Hooks>>, Path(secret): Path<String>, request: Request) -> Response {
    // Deliveries have no signature: the sender is trusted because it knows the path.
    if !bool::from(secret.as_bytes().ct_eq(hooks.secret.as_bytes())) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let taken = if let Ok(body) = to_bytes(request.into_body(), MAX_BYTES).await {
        hooks.receiver.take(body.into()).await
    } else {
        hooks.receiver.metrics.received("too_large");
        Taken::TooLarge
    };
    let refused = |status, code, path| (status, Json(json!({"code": code, "path": path}))).into_response();
    match taken {
        Taken::Logged => StatusCode::NO_CONTENT.into_response(),
        Taken::DeadLetter(Refusal { code, path, .. }) => refused(StatusCode::BAD_REQUEST, code, path),
        Taken::TooLarge => refused(StatusCode::PAYLOAD_TOO_LARGE, "too_large", None),
        Taken::Unavailable => {
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, RETRY_AFTER)]).into_response()
        }
    }
}

/// `/healthz` and `/metrics`.
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
