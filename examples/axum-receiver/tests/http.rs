//! The receiver over real HTTP.

#[path = "../../receiver-store/tests/http/mod.rs"]
mod behavior;

use std::net::TcpListener;
use std::sync::Arc;

use axum_receiver::app;
use receiver_store::Store;

const PROGRAM: &str = env!("CARGO_BIN_EXE_axum-receiver");

#[tokio::main]
async fn serve(listener: TcpListener, secret: String, store: Arc<Store>) {
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    axum::serve(listener, app(secret, store)).await.unwrap();
}
