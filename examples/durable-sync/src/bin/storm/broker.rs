//! Three nats-servers as one cluster with JetStream.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::children::{self, Member, Plan};

const NODES: usize = 3;

pub(crate) struct Cluster {
    nodes: Vec<Member>,
    ports: [u16; NODES],
    monitor: Monitor,
}

impl Cluster {
    /// Starts the nodes, and waits until they have elected a leader.
    pub(crate) async fn start(ports: [u16; 3 * NODES], scratch: &Path, logs: &Path) -> Result<Self> {
        let program = children::find("nats-server", &[])?;
        let [clients, monitors, routes]: [[u16; NODES]; 3] =
            [0, 1, 2].map(|kind| [0, 1, 2].map(|node| ports[kind * NODES + node]));
        let mut nodes = Vec::new();
        for node in 0..NODES {
            let name = name(node);
            let peers: Vec<String> =
                routes.iter().map(|port| format!("\"nats://127.0.0.1:{port}\"")).collect();
            let config = format!(
                "server_name: {name}\nlisten: \"127.0.0.1:{}\"\nhttp: \"127.0.0.1:{}\"\n\
                 jetstream {{ store_dir: \"{}\" }}\n\
                 cluster {{ name: storm, listen: \"127.0.0.1:{}\", routes: [{}] }}\n",
                clients[node],
                monitors[node],
                scratch.join(&name).display(),
                routes[node],
                peers.join(", "),
            );
            let path = scratch.join(format!("{name}.conf"));
            fs::write(&path, config)?;
            nodes.push(Member::start(Plan::new(name, &program, ["-c".into(), path], scratch, logs))?);
        }
        let monitor = Monitor { ports: monitors, http: http()? };
        let mut cluster = Self { nodes, ports: clients, monitor };
        cluster.ready().await?;
        Ok(cluster)
    }

    async fn ready(&mut self) -> Result<()> {
        let patience = Instant::now() + Duration::from_secs(30);
        loop {
            for node in &mut self.nodes {
                node.check()?;
            }
            let mut healthy = 0;
            for node in 0..NODES {
                healthy += usize::from(self.monitor.is_healthy(node).await);
            }
            if healthy == NODES && self.monitor.has_leader().await {
                return Ok(());
            }
            if Instant::now() > patience {
                bail!("the brokers found no leader: {healthy} of {NODES} are healthy");
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// The URLs for clients.
    pub(crate) fn urls(&self) -> String {
        self.ports.map(|port| format!("nats://127.0.0.1:{port}")).join(",")
    }

    pub(crate) fn into_parts(self) -> (Vec<Member>, Monitor) {
        (self.nodes, self.monitor)
    }
}

/// The status that the brokers report.
pub(crate) struct Monitor {
    ports: [u16; NODES],
    http: reqwest::Client,
}

impl Monitor {
    /// Returns `true` if a node is up and has caught up.
    pub(crate) async fn is_healthy(&self, node: usize) -> bool {
        self.get(node, "healthz").await.is_ok_and(|health| health["status"] == "ok")
    }

    async fn has_leader(&self) -> bool {
        let Ok(jetstream) = self.get(0, "jsz").await else { return false };
        jetstream["meta_cluster"]["leader"].as_str().is_some_and(|leader| !leader.is_empty())
    }

    /// Returns the leader of the first stream.
    pub(crate) async fn stream_leader(&self) -> Option<usize> {
        for node in 0..NODES {
            let Ok(jetstream) = self.get(node, "jsz?accounts=true&streams=true").await else { continue };
            for stream in streams(&jetstream) {
                let leader = &stream["cluster"]["leader"];
                if let Some(leader) = (0..NODES).find(|&node| *leader == name(node)) {
                    return Some(leader);
                }
            }
        }
        None
    }

    async fn get(&self, node: usize, path: &str) -> Result<Value> {
        let url = format!("http://127.0.0.1:{}/{path}", self.ports[node]);
        let body = self.http.get(url).send().await?.bytes().await?;
        serde_json::from_slice(&body).context("no JSON")
    }
}

fn name(node: usize) -> String {
    format!("broker-{}", node + 1)
}

fn http() -> Result<reqwest::Client> {
    Ok(reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(2)).build()?)
}

fn streams(jetstream: &Value) -> impl Iterator<Item = &Value> {
    list(&jetstream["account_details"]).iter().flat_map(|account| list(&account["stream_detail"]))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
