//! actix-web's own `Json<Payload>`.

use actix_web::body::to_bytes;
use actix_web::test::TestRequest;
use actix_web::{FromRequest, web};
use receiver_store::cases::check_extractor;
use rownd_webhooks::Payload;

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
async fn it_reads_the_samples_and_its_rejections_contain_no_values() {
    check_extractor(extract).await;
}
