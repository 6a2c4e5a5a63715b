//! The service under test.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use tokio::time::{Instant, sleep};

use crate::children::{Member, Plan, SECRET};

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

/// Starts a process of the service, and waits until it is healthy.
pub(crate) async fn start(
    name: String,
    port: u16,
    options: &[&OsStr],
    scratch: &Path,
    logs: &Path,
) -> Result<Member> {
    let listen = format!("127.0.0.1:{port}");
    let args = ["--listen", &listen].map(OsStr::new).into_iter().chain(options.iter().copied());
    let mut member = Member::start(Plan::new(name, &program()?, args, scratch, logs))?;
    let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(2)).build()?;
    let url = format!("http://{listen}/healthz");
    let patience = Instant::now() + Duration::from_secs(30);
    while !http.get(&url).send().await.is_ok_and(|response| response.status().is_success()) {
        member.check()?;
        if Instant::now() > patience {
            bail!("the service is not healthy at {url}");
        }
        sleep(Duration::from_millis(50)).await;
    }
    Ok(member)
}

/// The URL for deliveries.
pub(crate) fn hook(port: u16) -> String {
    format!("http://127.0.0.1:{port}/hooks/{SECRET}")
}
