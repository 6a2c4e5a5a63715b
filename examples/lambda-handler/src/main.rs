//! Fetches requests from the Lambda runtime and responds to them.

use std::convert::Infallible;
use std::env;
use std::sync::Arc;

use lambda_handler::Receiver;
use lambda_http::{Error, Request, service_fn};
use receiver_store::Store;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let secret = env::var("WEBHOOK_SECRET").unwrap_or_default();
    if secret.is_empty() {
        return Err("WEBHOOK_SECRET has to hold the secret of the webhook's path".into());
    }
    receiver_store::log_to_stdout();
    let receiver = &Receiver::new(secret, Arc::new(Store::new()));
    lambda_http::run(service_fn(async move |request: Request| Ok::<_, Infallible>(receiver.answer(&request))))
        .await
}
