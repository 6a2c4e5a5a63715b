//! The receiver over real HTTP.

#[path = "../../receiver-store/tests/http/mod.rs"]
mod behavior;

use std::net::TcpListener;
use std::sync::Arc;

use axum_receiver::app;
use receiver_store::Receiver;

const PROGRAM: &str = env!("CARGO_BIN_EXE_axum-receiver");

#[tokio::main]
async fn serve(listener: TcpListener, receiver: Arc<Receiver>) {
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    axum::serve(listener, app(receiver)).await.unwrap();
}
