//! The log in a NATS cluster: one replicated stream, whose sequence numbers the deliveries.

use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, ensure};
use async_nats::connection::State;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, PullConsumer, pull};
use async_nats::jetstream::stream::{Config, StorageType, Stream};
use async_nats::jetstream::{self, Context};
use async_nats::{Client, ConnectOptions};
use futures_util::StreamExt;
use tokio::time::{Instant, sleep, timeout};

use super::Entry;

const BATCH: usize = 256;

/// Bytes of a message that are left free for what the protocol adds.
const OVERHEAD: usize = 1 << 10;

/// The time after which the log counts as unavailable.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Clone)]
pub struct Log {
    client: Client,
    context: Context,
    stream: String,
}

impl Log {
    pub(super) async fn connect(urls: &str, stream: &str) -> Result<Self> {
        let urls: Vec<String> = urls.split(',').map(str::to_owned).collect();
        let client = ConnectOptions::new()
            .retry_on_initial_connect()
            .reconnect_delay_callback(|_| Duration::from_millis(100))
            .connect(urls)
            .await?;
        let mut context = jetstream::new(client.clone());
        context.set_timeout(PATIENCE);
        let log = Self { client, context, stream: stream.to_owned() };
        let deadline = Instant::now() + Duration::from_secs(45);
        // A cluster that has just started has no leader yet.
        while let Err(error) = log.create().await {
            if Instant::now() > deadline {
                return Err(error);
            }
            sleep(Duration::from_millis(300)).await;
        }
        Ok(log)
    }

    async fn create(&self) -> Result<()> {
        let config = |num_replicas| Config {
            name: self.stream.clone(),
            subjects: vec![self.stream.clone()],
            storage: StorageType::File,
            num_replicas,
            ..Config::default()
        };
        if let Err(error) = self.context.get_or_create_stream(config(3)).await {
            // One server alone has no replicas.
            ensure!(error.to_string().contains("non-clustered"), "the stream cannot be created: {error}");
            self.context.get_or_create_stream(config(1)).await?;
        }
        Ok(())
    }

    /// A larger message would cost the connection, and with it the messages of others.
    pub(super) fn max_bytes(&self) -> usize {
        self.client.server_info().max_payload.saturating_sub(OVERHEAD)
    }

    pub(super) async fn append(&self, body: Vec<u8>) -> Result<()> {
        // A message that waits for a connection could be written after its sender has tried again.
        ensure!(self.client.connection_state() == State::Connected, "the log is not connected");
        let publish = async {
            let acknowledgement = self.context.publish(self.stream.clone(), body.into()).await?;
            // Returns once a majority of the replicas has it on disk.
            acknowledgement.await
        };
        timeout(PATIENCE, publish).await.context("the log is slow")??;
        Ok(())
    }

    async fn stream(&self) -> Result<Stream> {
        Ok(timeout(PATIENCE, self.context.get_stream(&self.stream)).await.context("the log is slow")??)
    }

    pub(super) async fn check(&self) -> Result<()> {
        self.stream().await.map(|_| ())
    }

    /// The store knows where to continue, so each reader has a short-lived consumer of its own.
    pub(super) async fn reader(&self, after: i64) -> Result<Reader> {
        let stream = self.stream().await?;
        let config = pull::Config {
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: u64::try_from(after)? + 1 },
            ack_policy: AckPolicy::None,
            inactive_threshold: Duration::from_secs(30),
            ..pull::Config::default()
        };
        let create = stream.create_consumer(config);
        let consumer = timeout(PATIENCE, create).await.context("the log is slow")??;
        Ok(Reader { consumer, received: 0, last: after })
    }
}

pub struct Reader {
    consumer: PullConsumer,
    /// The number of messages that have arrived.
    received: u64,
    /// The number of the last entry. The log has no gaps, but a consumer may skip entries when its leader changes.
    last: i64,
}

impl Reader {
    pub(super) async fn next(&mut self) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        let fetch = self.consumer.fetch().max_messages(BATCH).expires(PATIENCE).messages();
        let mut messages = timeout(PATIENCE, fetch).await.context("the log is slow")??;
        while let Some(message) = timeout(2 * PATIENCE, messages.next()).await.context("the log is slow")? {
            let message = message.map_err(|error| anyhow!("{error}"))?;
            let info = message.info().map_err(|error| anyhow!("{error}"))?;
            let seq = i64::try_from(info.stream_sequence)?;
            ensure!(seq == self.last + 1, "an entry of the log was lost on the way");
            self.received += 1;
            self.last = seq;
            entries.push(Entry { seq, body: message.payload.to_vec() });
        }
        if entries.is_empty() {
            // Messages that were sent while the connection broke are not sent again.
            let info = timeout(PATIENCE, self.consumer.get_info()).await.context("the log is slow")??;
            let sent = info.delivered.consumer_sequence;
            ensure!(sent == self.received, "the end of the log was lost on the way");
        }
        Ok(entries)
    }
}
