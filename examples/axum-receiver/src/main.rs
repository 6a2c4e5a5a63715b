//! Listens on `ADDRESS`, by default port 8080 of this machine.

use std::error::Error;
use std::sync::Arc;

use axum_receiver::app;
use receiver_store::Receiver;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let receiver = Receiver::from_env()?;
    receiver_store::log_to_stdout();
    let address = receiver_store::address();
    let listener =
        TcpListener::bind(&address).await.map_err(|error| format!("cannot listen on {address}: {error}"))?;
    println!("listening on http://{}/hooks/…", listener.local_addr()?);
    axum::serve(listener, app(Arc::new(receiver))).await?;
    Ok(())
}
