//! axum's own `Json<Payload>`.

use axum::Json;
use axum::body::Body;
use axum::extract::FromRequest;
use axum::http::{Request, header};
use receiver_store::cases::check_extractor;
use rownd_webhooks::Payload;

async fn extract(body: &str) -> Result<Payload<'static>, String> {
    let request =
        Request::post("/").header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_owned()));
    match Json::<Payload<'static>>::from_request(request.unwrap(), &()).await {
        Ok(Json(payload)) => Ok(payload),
        Err(rejection) => Err(format!("{rejection} {rejection:?} {}", rejection.body_text())),
    }
}

#[tokio::test]
async fn it_reads_the_samples_and_its_rejections_contain_no_values() {
    check_extractor(extract).await;
}
