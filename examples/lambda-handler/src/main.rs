//! Fetches requests from the Lambda runtime and responds to them.

use std::convert::Infallible;

use lambda_handler::answer;
use lambda_http::{Error, Request, service_fn};
use receiver_store::Receiver;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let receiver = &Receiver::from_env()?;
    receiver_store::log_to_stdout();
    lambda_http::run(service_fn(async move |request: Request| {
        Ok::<_, Infallible>(answer(receiver, &request))
    }))
    .await
}
