//! HTTP in, log out: a delivery is answered 2xx once the log has it on disk.

use std::sync::Arc;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use prometheus_client::registry::Registry;
use rownd_webhooks::sync::SyncPlan;
use rownd_webhooks::{ParseErrorKind, Parser};

use crate::log::Log;
use crate::metrics::{self, Metrics};

/// The most bytes that a body may have.
pub const MOST_BYTES: usize = 2 << 20;

/// The longest key that a database's index takes.
const LONGEST_KEY: usize = 512;

/// What takes deliveries in.
#[derive(Clone)]
pub struct Receiver {
    parser: Parser,
    log: Log,
    metrics: Metrics,
}

/// What became of a delivery.
#[derive(Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is in the log.
    Logged,
    /// It cannot be read, and was put aside whole.
    PutAside,
    /// It is too large to be kept.
    TooLarge,
    /// The log is away: it has to be sent again.
    Away,
}

impl Receiver {
    /// Takes deliveries into a log.
    #[must_use]
    pub fn new(log: Log, metrics: Metrics) -> Self {
        Self { parser: Parser::new().max_bytes(MOST_BYTES), log, metrics }
    }

    /// Takes one delivery in.
    pub async fn take(&self, body: Vec<u8>) -> Taken {
        self.metrics.received.inc();
        let lane = if body.len() > self.log.most_bytes() { Err("too_large") } else { self.lane(&body) };
        let (logged, taken) = match lane {
            Ok(lane) => (self.log.append(lane, body).await, Taken::Logged),
            Err("too_large") => {
                tracing::warn!(bytes = body.len(), "a body is too large");
                self.metrics.refused.inc();
                return Taken::TooLarge;
            }
            Err(code) => (self.log.append_dead(code, body).await, Taken::PutAside),
        };
        if let Err(error) = logged {
            tracing::warn!(%error, "the log is away");
            self.metrics.refused.inc();
            return Taken::Away;
        }
        match taken {
            Taken::Logged => self.metrics.acknowledged.inc(),
            _ => self.metrics.dead_lettered.inc(),
        };
        taken
    }

    /// Which lane a body takes, or the code of why it takes none.
    fn lane(&self, body: &[u8]) -> Result<u32, &'static str> {
        let payload = self.parser.parse(body).map_err(|error| {
            tracing::info!(code = error.code(), "a body cannot be read");
            match error.kind() {
                ParseErrorKind::TooLarge { .. } => "too_large",
                _ => error.code(),
            }
        })?;
        let key = match payload.sync_plan().map_err(|_| "no_subject")? {
            SyncPlan::Upsert { subject, .. } | SyncPlan::Delete { subject } => subject.key().into_owned(),
            // It has no effect, so any lane will do.
            SyncPlan::Ignore => return Ok(0),
        };
        if key.len() > LONGEST_KEY || key.contains('\0') {
            return Err("no_usable_key");
        }
        Ok(Log::lane(&key))
    }

    /// The service: `/hook` by any method, `/healthz`, `/metrics`.
    pub fn router(self) -> Router {
        let health = health(self.log.clone(), &self.metrics);
        Router::new().route("/hook", any(hook)).with_state(Arc::new(self)).merge(health)
    }
}

async fn hook(State(receiver): State<Arc<Receiver>>, request: Request) -> StatusCode {
    let Ok(body) = to_bytes(request.into_body(), MOST_BYTES).await else {
        receiver.metrics.received.inc();
        receiver.metrics.refused.inc();
        return StatusCode::PAYLOAD_TOO_LARGE;
    };
    match receiver.take(body.into()).await {
        // Sending it again would not make it readable, and it is kept.
        Taken::Logged | Taken::PutAside => StatusCode::NO_CONTENT,
        Taken::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Taken::Away => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// What watches the program: `/healthz` and `/metrics`.
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
