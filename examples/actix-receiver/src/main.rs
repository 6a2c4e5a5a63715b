//! Listens on `ADDRESS`, by default port 8080 of this machine.

use std::env;
use std::error::Error;
use std::sync::Arc;

use actix_receiver::hooks;
use actix_web::{App, HttpServer};
use receiver_store::Store;

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let secret = env::var("WEBHOOK_SECRET").unwrap_or_default();
    if secret.is_empty() {
        return Err("WEBHOOK_SECRET has to hold the secret of the webhook's path".into());
    }
    receiver_store::log_to_stdout();
    let address = env::var("ADDRESS").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let hooks = hooks(secret, Arc::new(Store::new()));
    // Without actix-web's `Logger`, which would write the path, and with it the secret.
    let server = HttpServer::new(move || App::new().configure(hooks.clone()))
        .bind(&address)
        .map_err(|error| format!("cannot listen on {address}: {error}"))?;
    for address in server.addrs() {
        println!("listening on http://{address}/hooks/…");
    }
    server.run().await?;
    Ok(())
}
