//! The receiver over real HTTP.

#[path = "../../receiver-store/tests/http/mod.rs"]
mod behavior;

use std::net::TcpListener;
use std::sync::Arc;

use actix_receiver::hooks;
use actix_web::{App, HttpServer};
use receiver_store::Store;

const PROGRAM: &str = env!("CARGO_BIN_EXE_actix-receiver");

#[actix_web::main]
async fn serve(listener: TcpListener, secret: String, store: Arc<Store>) {
    let hooks = hooks(secret, store);
    let server = HttpServer::new(move || App::new().configure(hooks.clone()));
    server.workers(1).disable_signals().listen(listener).unwrap().run().await.unwrap();
}
