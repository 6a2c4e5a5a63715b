//! actix-web's own `Json<Payload>`: it reads the samples, and its rejections contain no values.

use actix_web::body::to_bytes;
use actix_web::test::TestRequest;
use actix_web::{FromRequest, web};
use receiver_store::cases::INVALID;
use rownd_webhooks::Payload;
use rownd_webhooks::testing::samples;

async fn extract(body: &str) -> Result<Payload<'static>, String> {
    let request = TestRequest::post().insert_header(("content-type", "application/json"));
    let (request, mut body) = request.set_payload(body.to_owned()).to_http_parts();
    match web::Json::<Payload<'static>>::from_request(&request, &mut body).await {
        Ok(payload) => Ok(payload.into_inner()),
        Err(rejection) => {
            let answer = rejection.error_response();
            assert_eq!(answer.status(), 400);
            let answer = to_bytes(answer.into_body()).await.unwrap();
            let answer = std::str::from_utf8(&answer).unwrap();
            assert!(!answer.is_empty());
            Err(format!("{rejection} {rejection:?} {rejection:#?} {answer}"))
        }
    }
}

#[actix_web::test]
async fn it_reads_the_samples() {
    for body in samples::ALL {
        assert_eq!(extract(body).await.unwrap(), rownd_webhooks::from_str(body).unwrap());
    }
}

#[actix_web::test]
async fn its_rejections_contain_no_values() {
    const CANARY: &str = "canary7f3a";
    for body in INVALID {
        let rejection = extract(&body.replace('@', CANARY)).await.unwrap_err();
        assert!(!rejection.contains(CANARY), "{rejection}");
    }
}
