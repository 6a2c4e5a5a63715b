//! Listens on port 8080 of this machine.

use std::env;
use std::error::Error;
use std::sync::Arc;

use actix_receiver::{Store, hooks};
use actix_web::{App, HttpServer};

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let secret = env::var("WEBHOOK_SECRET").unwrap_or_default();
    if secret.is_empty() {
        return Err("WEBHOOK_SECRET has to hold the secret of the webhook's path".into());
    }
    let hooks = hooks(secret, Arc::new(Store::new()));
    // No `Logger`: it would write the path, and with it the secret.
    let server = HttpServer::new(move || App::new().configure(hooks.clone())).bind("127.0.0.1:8080")?;
    for address in server.addrs() {
        println!("listening on http://{address}/hooks/…");
    }
    server.run().await?;
    Ok(())
}
