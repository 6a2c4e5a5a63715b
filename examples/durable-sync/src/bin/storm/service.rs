//! The service under test: two receivers and two projectors.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use tokio::time::{Instant, sleep};

use crate::children::{Member, Plan};

const EACH: usize = 2;

pub(crate) struct Service {
    pub(crate) receivers: Vec<Member>,
    pub(crate) projectors: Vec<Member>,
    ports: [u16; 2 * EACH],
}

/// The program, which cargo puts next to this one.
pub(crate) fn program() -> Result<PathBuf> {
    let storm = std::env::current_exe()?;
    let program = storm.with_file_name("durable-sync");
    ensure!(
        program.is_file(),
        "there is no {}; make it with `cargo build{} -p durable-sync`",
        program.display(),
        if cfg!(debug_assertions) { "" } else { " --release" },
    );
    Ok(program)
}

impl Service {
    /// Starts all four, and waits until each is healthy.
    pub(crate) async fn start(
        program: &Path,
        ports: [u16; 2 * EACH],
        nats: &str,
        store: &str,
        scratch: &Path,
        logs: &Path,
    ) -> Result<Self> {
        let member = |role: &str, number: usize, port: u16| {
            let listen = format!("127.0.0.1:{port}");
            let args = ["--listen", &listen, "--role", role, "--nats", nats, "--store", store];
            Member::start(Plan::new(format!("{role}-{number}"), program, args, scratch, logs))
        };
        let mut service = Self { receivers: Vec::new(), projectors: Vec::new(), ports };
        for number in 0..EACH {
            service.receivers.push(member("receiver", number + 1, ports[number])?);
            service.projectors.push(member("projector", number + 1, ports[EACH + number])?);
        }
        service.ready().await?;
        Ok(service)
    }

    async fn ready(&mut self) -> Result<()> {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(2)).build()?;
        let patience = Instant::now() + Duration::from_secs(30);
        for port in self.ports {
            let url = format!("http://127.0.0.1:{port}/healthz");
            loop {
                for member in self.receivers.iter_mut().chain(&mut self.projectors) {
                    member.check()?;
                }
                if http.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) {
                    break;
                }
                if Instant::now() > patience {
                    bail!("the service is not healthy at {url}");
                }
                sleep(Duration::from_millis(50)).await;
            }
        }
        Ok(())
    }

    /// Where deliveries go.
    pub(crate) fn hooks(&self) -> Vec<String> {
        self.ports[..EACH].iter().map(|port| format!("http://127.0.0.1:{port}/hook")).collect()
    }
}
