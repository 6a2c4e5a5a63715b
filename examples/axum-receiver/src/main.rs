//! Listens on `ADDRESS`, by default port 8080 of this machine.

use std::env;
use std::error::Error;
use std::sync::Arc;

use axum_receiver::app;
use receiver_store::Store;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let secret = env::var("WEBHOOK_SECRET").unwrap_or_default();
    if secret.is_empty() {
        return Err("WEBHOOK_SECRET has to hold the secret of the webhook's path".into());
    }
    receiver_store::log_to_stdout();
    let address = env::var("ADDRESS").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let listener =
        TcpListener::bind(&address).await.map_err(|error| format!("cannot listen on {address}: {error}"))?;
    println!("listening on http://{}/hooks/…", listener.local_addr()?);
    axum::serve(listener, app(secret, Arc::new(Store::new()))).await?;
    Ok(())
}
