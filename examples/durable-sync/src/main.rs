//! Starts the receiver, the projector, or both.

use std::env;

use anyhow::{Context, Result, ensure};
use durable_sync::log::Log;
use durable_sync::metrics::Metrics;
use durable_sync::options::{HELP, Options};
use durable_sync::receiver::{self, Receiver};
use durable_sync::store::Store;
use durable_sync::{projector, replay};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let Some(options) = Options::parse()? else {
        print!("{HELP}");
        return Ok(());
    };
    if options.nats.is_none() || (options.projects && options.store.is_none()) {
        std::fs::create_dir_all(&options.data).context("the data folder cannot be created")?;
    }
    let log = match &options.nats {
        Some(urls) => Log::nats(urls, &options.stream).await.context("the log")?,
        None => Log::sqlite(&options.data).context("the log")?,
    };
    let metrics = Metrics::default();
    let receiver = Receiver::new(log.clone(), metrics.clone());
    if let Some(archive) = &options.replay {
        let done = replay::run(archive, &receiver).await?;
        println!("logged {}, dead letters {}, too large {}", done.logged, done.dead_letters, done.too_large);
        return Ok(());
    }

    let secret = env::var("WEBHOOK_SECRET").unwrap_or_default();
    ensure!(
        !options.receives || !secret.is_empty(),
        "WEBHOOK_SECRET must hold the secret of the webhook's path"
    );
    let listener = TcpListener::bind(options.listen)
        .await
        .with_context(|| format!("cannot listen on {}", options.listen))?;
    println!("listening on http://{}", listener.local_addr()?);
    if options.projects {
        let store = match &options.store {
            Some(url) => Store::postgres(url),
            None => Store::sqlite(&options.data).context("the store")?,
        };
        tokio::spawn(projector::run(log.clone(), store, metrics.clone()));
    }
    let router = if options.receives { receiver.router(secret) } else { receiver::health(log, &metrics) };
    axum::serve(listener, router)
        .with_graceful_shutdown(async {
            // Without the signal there is nothing to wait for.
            let _ = tokio::signal::ctrl_c().await;
        })
        .await?;
    Ok(())
}
