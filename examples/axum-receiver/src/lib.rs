//! A receiver of Rownd's webhooks in axum.

mod store;

use std::sync::Arc;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use rownd_webhooks::Parser;
use serde_json::json;
use subtle::ConstantTimeEq;

pub use store::{Away, Store};

/// The most bytes that a body may have.
pub const MOST_BYTES: usize = 256 * 1024;

struct Receiver {
    secret: String,
    parser: Parser,
    store: Arc<Store>,
}

/// The service: `/hooks/{secret}`, by any method, since the operator chooses it.
pub fn app(secret: String, store: Arc<Store>) -> Router {
    let parser = Parser::new().max_bytes(MOST_BYTES);
    let receiver = Receiver { secret, parser, store };
    Router::new().route("/hooks/{secret}", any(receive)).with_state(Arc::new(receiver))
}

async fn receive(
    State(receiver): State<Arc<Receiver>>,
    Path(secret): Path<String>,
    request: Request,
) -> Response {
    // The vendor signs nothing: whoever knows the path is trusted, and nobody else learns that there is one.
    if !bool::from(secret.as_bytes().ct_eq(receiver.secret.as_bytes())) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let Ok(body) = to_bytes(request.into_body(), MOST_BYTES).await else {
        return refused(413, "too_large", None);
    };
    let payload = match receiver.parser.parse(&body) {
        Ok(payload) => payload,
        Err(error) => return refused(error.http_status(), error.code(), error.path()),
    };
    let Ok(plan) = payload.sync_plan() else {
        // Neither a user id nor a lookup value that can be used.
        return refused(400, "invalid", None);
    };
    match receiver.store.apply(&plan) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        // The sender tries again.
        Err(Away) => (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "30")]).into_response(),
    }
}

/// Code and path, and nothing of the body.
fn refused(status: u16, code: &str, path: Option<&str>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    (status, axum::Json(json!({"code": code, "path": path}))).into_response()
}
