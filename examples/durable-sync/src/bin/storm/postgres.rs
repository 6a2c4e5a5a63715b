//! A temporary PostgreSQL server.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use nix::sys::signal::Signal;
use nix::unistd::{Uid, User};
use tokio::time::{Instant, sleep};
use tokio_postgres::{Client, NoTls};

use crate::children::{self, Member, Owner, Plan};

pub(crate) struct Postgres {
    port: u16,
    server: Member,
}

impl Postgres {
    /// Creates a database cluster, starts its server, and waits until it responds.
    pub(crate) async fn start(port: u16, scratch: &Path, logs: &Path) -> Result<Self> {
        let places = debian();
        let (initdb, postgres) = (children::find("initdb", &places)?, children::find("postgres", &places)?);
        let owner = owner()?;
        let data = scratch.join("postgres");
        fs::create_dir(&data)?;
        if let Some(owner) = owner {
            chown(&data, Some(owner.user), Some(owner.group))?;
        }

        let at_data = [OsString::from("-D"), data.into()];
        let args = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"];
        let args = at_data.iter().cloned().chain(args.map(OsString::from));
        let initdb = Plan { owner, ..Plan::new("initdb", &initdb, args, scratch, logs) };
        let mut making = initdb.start()?;
        let status = loop {
            match making.ended() {
                Some(status) => break status,
                None => sleep(Duration::from_millis(50)).await,
            }
        };
        ensure!(status.success(), "initdb failed: {status}");

        let settings = [
            format!("port={port}"),
            "listen_addresses=127.0.0.1".to_owned(),
            "unix_socket_directories=".to_owned(),
            "shared_buffers=32MB".to_owned(),
            "max_connections=60".to_owned(),
        ];
        let settings = settings.into_iter().flat_map(|setting| ["-c".into(), setting.into()]);
        let args = at_data.into_iter().chain(settings);
        // "Immediate shutdown".
        let server =
            Plan { owner, stop: Signal::SIGQUIT, ..Plan::new("postgres", &postgres, args, scratch, logs) };
        let mut postgres = Self { port, server: Member::start(server)? };
        postgres.ready().await?;
        Ok(postgres)
    }

    async fn ready(&mut self) -> Result<()> {
        let patience = Instant::now() + Duration::from_secs(30);
        while let Err(error) = connect(&self.url()).await {
            self.server.check()?;
            if Instant::now() > patience {
                return Err(error);
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    pub(crate) fn into_server(self) -> Member {
        self.server
    }
}

pub(crate) async fn connect(url: &str) -> Result<Client> {
    let (client, connection) =
        tokio_postgres::connect(url, NoTls).await.context("PostgreSQL does not respond")?;
    tokio::spawn(connection);
    Ok(client)
}

/// The folders of Debian's programs, the newest version first.
fn debian() -> Vec<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort();
    versions.into_iter().rev().map(|(_, path)| path).collect()
}

/// PostgreSQL refuses to run as root.
fn owner() -> Result<Option<Owner>> {
    if !Uid::effective().is_root() {
        return Ok(None);
    }
    for name in ["postgres", "nobody"] {
        if let Some(user) = User::from_name(name)? {
            return Ok(Some(Owner { user: user.uid.as_raw(), group: user.gid.as_raw() }));
        }
    }
    Err(anyhow!("PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody`"))
}
