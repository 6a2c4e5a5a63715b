//! A receiver of Rownd's webhooks in actix-web.

mod store;

use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
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

/// What [`App::configure`](actix_web::App::configure) takes: `/hooks/{secret}`, by any method, since the
/// operator chooses it.
pub fn hooks(secret: String, store: Arc<Store>) -> impl Fn(&mut web::ServiceConfig) + Clone {
    let parser = Parser::new().max_bytes(MOST_BYTES);
    let receiver = web::Data::new(Receiver { secret, parser, store });
    move |config| {
        config.service(web::resource("/hooks/{secret}").app_data(receiver.clone()).to(receive));
    }
}

// `web::Payload`, not `web::Bytes`, which would be read, and refused, before the secret is looked at.
async fn receive(receiver: web::Data<Receiver>, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    // The vendor signs nothing: whoever knows the path is trusted, and nobody else learns that there is one.
    let secret = request.match_info().query("secret");
    if !bool::from(secret.as_bytes().ct_eq(receiver.secret.as_bytes())) {
        return HttpResponse::NotFound().finish();
    }
    let body = match payload.to_bytes_limited(MOST_BYTES).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return refused(400, "io", None),
        Err(_) => return refused(413, "too_large", None),
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
        Ok(()) => HttpResponse::NoContent().finish(),
        // The sender tries again.
        Err(Away) => HttpResponse::ServiceUnavailable().insert_header((header::RETRY_AFTER, "30")).finish(),
    }
}

/// Code and path, and nothing of the body.
fn refused(status: u16, code: &str, path: Option<&str>) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    HttpResponse::build(status).json(json!({"code": code, "path": path}))
}
