//! axum's own `Json<Payload>`: it reads the samples, and its rejections contain no values.

use axum::Json;
use axum::body::Body;
use axum::extract::FromRequest;
use axum::http::{Request, header};
use receiver_store::cases::INVALID;
use rownd_webhooks::Payload;
use rownd_webhooks::testing::samples;

async fn extract(body: &str) -> Result<Payload<'static>, String> {
    let request =
        Request::post("/").header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_owned()));
    match Json::<Payload<'static>>::from_request(request.unwrap(), &()).await {
        Ok(Json(payload)) => Ok(payload),
        Err(rejection) => Err(format!("{rejection} {rejection:?} {}", rejection.body_text())),
    }
}

#[tokio::test]
async fn it_reads_the_samples() {
    for body in samples::ALL {
        assert_eq!(extract(body).await.unwrap(), rownd_webhooks::from_str(body).unwrap());
    }
}

#[tokio::test]
async fn its_rejections_contain_no_values() {
    const CANARY: &str = "canary7f3a";
    for body in INVALID {
        let rejection = extract(&body.replace('@', CANARY)).await.unwrap_err();
        assert!(!rejection.contains(CANARY), "{rejection}");
    }
}
