//! Listens on `ADDRESS`, by default port 8080 of this machine.

use std::error::Error;
use std::sync::Arc;

use actix_receiver::hooks;
use actix_web::{App, HttpServer};
use receiver_store::Receiver;

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let hooks = hooks(Arc::new(Receiver::from_env()?));
    receiver_store::log_to_stdout();
    let address = receiver_store::address();
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
