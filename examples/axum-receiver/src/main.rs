//! Listens on port 8080 of this machine.

use std::env;
use std::error::Error;
use std::sync::Arc;

use axum_receiver::{Store, app};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let secret = env::var("WEBHOOK_SECRET").unwrap_or_default();
    if secret.is_empty() {
        return Err("WEBHOOK_SECRET has to hold the secret of the webhook's path".into());
    }
    let listener = TcpListener::bind("127.0.0.1:8080").await?;
    println!("listening on http://{}/hooks/…", listener.local_addr()?);
    axum::serve(listener, app(secret, Arc::new(Store::new()))).await?;
    Ok(())
}
