//! Starts the parts that the options name.

use anyhow::{Context, Result};
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
    let (log, store) = open(&options).await?;
    let metrics = Metrics::default();
    let receiver = Receiver::new(log.clone(), metrics.clone());
    if let Some(archive) = &options.replay {
        let told = replay::run(archive, &receiver).await?;
        println!("logged {}, put aside {}, too large {}", told.logged, told.put_aside, told.too_large);
        return Ok(());
    }

    let listener = TcpListener::bind(options.listen).await.context("cannot listen")?;
    let address = listener.local_addr()?;
    println!("listening on http://{address}");
    if options.receives {
        println!("try: curl -i --data @examples/payloads/data_insert.json http://{address}/hook");
    }
    if options.projects {
        tokio::spawn(projector::run(log.clone(), store, metrics.clone()));
    }
    let router = if options.receives { receiver.router() } else { receiver::health(log, &metrics) };
    axum::serve(listener, router)
        .with_graceful_shutdown(async {
            // Whether it was heard or not, there is nothing else to wait for.
            let _ = tokio::signal::ctrl_c().await;
        })
        .await?;
    Ok(())
}

async fn open(options: &Options) -> Result<(Log, Store)> {
    if options.nats.is_none() || options.store.is_none() {
        std::fs::create_dir_all(&options.data).context("the data folder cannot be made")?;
    }
    let log = match &options.nats {
        Some(urls) => Log::nats(urls).await.context("the log")?,
        None => Log::sqlite(&options.data).context("the log")?,
    };
    let store = match &options.store {
        Some(url) => Store::postgres(url).await.context("the store")?,
        None => Store::sqlite(&options.data).context("the store")?,
    };
    Ok((log, store))
}
