//! A receiver of Rownd's webhooks in actix-web.

use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use receiver_store::{MAX_BYTES, METRICS_CONTENT_TYPE, Refusal, Store};
use subtle::ConstantTimeEq;

struct Receiver {
    secret: String,
    store: Arc<Store>,
}

/// Returns what [`App::configure`](actix_web::App::configure) takes: deliveries at `/hooks/{secret}`, by any method, since the operator
/// chooses it, and counters at `/metrics`.
pub fn hooks(secret: String, store: Arc<Store>) -> impl Fn(&mut web::ServiceConfig) + Clone {
    let receiver = web::Data::new(Receiver { secret, store });
    move |config| {
        config.app_data(receiver.clone());
        config.service(web::resource("/hooks/{secret}").to(receive));
        config.service(web::resource("/metrics").get(metrics));
    }
}

// `web::Payload` and not `web::Bytes`, which would read or refuse the body before the secret is checked.
async fn receive(receiver: web::Data<Receiver>, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    // The vendor signs nothing. The secret in the path is what authenticates the sender, and without it there is no such path.
    let secret = request.match_info().query("secret");
    if !bool::from(secret.as_bytes().ct_eq(receiver.secret.as_bytes())) {
        return HttpResponse::NotFound().finish();
    }
    let result = match payload.to_bytes_limited(MAX_BYTES).await {
        Ok(Ok(body)) => receiver.store.receive(&body),
        Ok(Err(_)) => Err(receiver.store.refuse(Refusal::INCOMPLETE)),
        Err(_) => Err(receiver.store.refuse(Refusal::TOO_LARGE)),
    };
    match result {
        Ok(_) => HttpResponse::NoContent().finish(),
        Err(refusal) => refuse(&refusal),
    }
}

fn refuse(refusal: &Refusal) -> HttpResponse {
    let mut response =
        HttpResponse::build(StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST));
    if let Some(seconds) = refusal.retry_after() {
        response.insert_header((header::RETRY_AFTER, seconds));
    }
    response.json(refusal)
}

async fn metrics(receiver: web::Data<Receiver>) -> HttpResponse {
    HttpResponse::Ok().content_type(METRICS_CONTENT_TYPE).body(receiver.store.metrics())
}
