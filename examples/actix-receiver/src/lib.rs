//! A receiver of Rownd's webhooks in actix-web.

use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::rt::time::timeout;
use actix_web::{HttpRequest, HttpResponse, web};
use receiver_store::{BODY_TIMEOUT, MAX_BYTES, METRICS_CONTENT_TYPE, Receiver, Refusal};

/// Returns what [`App::configure`](actix_web::App::configure) takes: deliveries at `/hooks/{secret}`, by any method, since the operator
/// chooses it, and counters at `/metrics`.
///
/// A body that has not arrived after [`BODY_TIMEOUT`] is refused with 408. actix-web limits the time for the head of a request.
pub fn hooks(receiver: Arc<Receiver>) -> impl Fn(&mut web::ServiceConfig) + Clone {
    let receiver = web::Data::from(receiver);
    move |config| {
        config.app_data(receiver.clone());
        config.service(web::resource("/hooks/{secret}").to(receive));
        config.service(web::resource("/metrics").get(metrics));
    }
}

// `web::Payload` and not `web::Bytes`, which would read or refuse the body before the secret is checked.
async fn receive(receiver: web::Data<Receiver>, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    if !receiver.has_secret(request.match_info().query("secret")) {
        return HttpResponse::NotFound().finish();
    }
    let result = match timeout(BODY_TIMEOUT, payload.to_bytes_limited(MAX_BYTES)).await {
        // SQLite blocks, so it gets a thread that serves no other requests. A panic there stores nothing.
        Ok(Ok(Ok(body))) => {
            web::block(move || receiver.receive(&body)).await.unwrap_or(Err(Refusal::UNAVAILABLE))
        }
        Ok(Ok(Err(_))) => Err(receiver.refuse(Refusal::INCOMPLETE)),
        Ok(Err(_)) => Err(receiver.refuse(Refusal::TOO_LARGE)),
        Err(_) => Err(receiver.refuse(Refusal::TIMEOUT)),
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
    HttpResponse::Ok().content_type(METRICS_CONTENT_TYPE).body(receiver.metrics())
}
