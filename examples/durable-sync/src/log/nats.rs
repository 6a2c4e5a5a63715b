//! The log in a cluster: NATS JetStream, replicated, one subject a lane.

use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, ensure};
use async_nats::connection::State;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, PullConsumer, pull};
use async_nats::jetstream::stream::{Config, StorageType, Stream};
use async_nats::jetstream::{self, Context, Message};
use async_nats::{Client, ConnectOptions, HeaderMap};
use futures_util::StreamExt;
use tokio::time::{Instant, sleep, timeout};

use super::Entry;

const STREAM: &str = "deliveries";
const BATCH: usize = 256;
const CODE: &str = "code";

/// Room for a message's headers.
const HEADERS: usize = 1 << 10;

/// How long the log may take before it counts as away.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Clone)]
pub struct Log {
    client: Client,
    context: Context,
}

impl Log {
    pub(super) async fn connect(urls: &str) -> Result<Self> {
        let urls: Vec<String> = urls.split(',').map(str::to_owned).collect();
        let client = ConnectOptions::new()
            .retry_on_initial_connect()
            .reconnect_delay_callback(|_| Duration::from_millis(100))
            .connect(urls)
            .await?;
        let mut context = jetstream::new(client.clone());
        context.set_timeout(PATIENCE);
        let log = Self { client, context };
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
            name: STREAM.to_owned(),
            subjects: vec![format!("{STREAM}.*")],
            storage: StorageType::File,
            num_replicas,
            ..Config::default()
        };
        if let Err(error) = self.context.get_or_create_stream(config(3)).await {
            // One server alone has no replicas.
            ensure!(error.to_string().contains("non-clustered"), "the stream cannot be made: {error}");
            self.context.get_or_create_stream(config(1)).await?;
        }
        Ok(())
    }

    /// A larger message would cost the connection, and with it those of others.
    pub(super) fn most_bytes(&self) -> usize {
        self.client.server_info().max_payload.saturating_sub(HEADERS)
    }

    pub(super) async fn put(&self, lane: u32, body: Vec<u8>, code: &str) -> Result<()> {
        // What waits for a connection could be written after its sender has tried again, and out of order.
        ensure!(self.client.connection_state() == State::Connected, "the log is not connected");
        let mut headers = HeaderMap::new();
        headers.insert(CODE, code);
        let subject = format!("{STREAM}.{lane}");
        let publish = async {
            let acknowledgement = self.context.publish_with_headers(subject, headers, body.into()).await?;
            // Returns once a majority of the replicas has it on disk.
            acknowledgement.await
        };
        timeout(PATIENCE, publish).await.context("the log is slow")??;
        Ok(())
    }

    async fn stream(&self) -> Result<Stream> {
        Ok(timeout(PATIENCE, self.context.get_stream(STREAM)).await.context("the log is slow")??)
    }

    pub(super) async fn check(&self) -> Result<()> {
        self.stream().await.map(|_| ())
    }

    /// Where to go on is what the store knows, not what the consumer does: whoever reads a lane makes its consumer anew.
    pub(super) async fn reader(&self, lane: u32, after: i64) -> Result<Reader> {
        let stream = self.stream().await?;
        let name = format!("projector-{lane}");
        // It need not be there.
        let _ = stream.delete_consumer(&name).await;
        let config = pull::Config {
            durable_name: Some(name),
            filter_subject: format!("{STREAM}.{lane}"),
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: u64::try_from(after)? + 1 },
            ack_policy: AckPolicy::All,
            ack_wait: Duration::from_secs(10),
            ..pull::Config::default()
        };
        let create = stream.create_consumer(config);
        let consumer = timeout(PATIENCE, create).await.context("the log is slow")??;
        Ok(Reader { consumer, delivered: 0, after, last: None })
    }
}

pub struct Reader {
    consumer: PullConsumer,
    /// How many deliveries the consumer has made: a gap is one that was lost on the way.
    delivered: u64,
    /// The last entry that was read.
    after: i64,
    last: Option<Message>,
}

impl Reader {
    pub(super) async fn next(&mut self) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        let fetch = self.consumer.fetch().max_messages(BATCH).expires(PATIENCE).messages();
        let mut messages = timeout(PATIENCE, fetch).await.context("the log is slow")??;
        while let Some(message) = timeout(2 * PATIENCE, messages.next()).await.context("the log is slow")? {
            let message = message.map_err(|error| anyhow!("{error}"))?;
            let info = message.info().map_err(|error| anyhow!("{error}"))?;
            let (seq, number) = (i64::try_from(info.stream_sequence)?, info.consumer_sequence);
            ensure!(number == self.delivered + 1, "a delivery of the log was lost on the way");
            self.delivered = number;
            // Delivered again, since an acknowledgement was lost or another broker leads now.
            if seq <= self.after {
                message.ack().await.map_err(|error| anyhow!("{error}"))?;
                continue;
            }
            self.after = seq;
            let code = message.headers.as_ref().and_then(|headers| headers.get(CODE));
            let code = code.map(ToString::to_string).unwrap_or_default();
            entries.push(Entry { seq, body: message.payload.to_vec(), code });
            self.last = Some(message);
        }
        Ok(entries)
    }

    pub(super) async fn done(&mut self) -> Result<()> {
        match self.last.take() {
            // All before it are acknowledged with it.
            Some(message) => message.ack().await.map_err(|error| anyhow!("{error}")),
            None => Ok(()),
        }
    }
}
