//! The receiver over real HTTP.

#[path = "../../receiver-store/tests/http/mod.rs"]
mod behavior;

use std::net::TcpListener;
use std::sync::Arc;

use actix_receiver::hooks;
use actix_web::{App, HttpServer};
use receiver_store::Receiver;

const PROGRAM: &str = env!("CARGO_BIN_EXE_actix-receiver");

#[actix_web::main]
async fn serve(listener: TcpListener, receiver: Arc<Receiver>) {
    let hooks = hooks(receiver);
    let server = HttpServer::new(move || App::new().configure(hooks.clone()));
    server.workers(1).disable_signals().listen(listener).unwrap().run().await.unwrap();
}
