//! A chaos test of the whole service: three brokers, PostgreSQL, two receivers and two projectors on
//! loopback, or one process with SQLite, are killed while deliveries arrive. Afterwards the log is read
//! back, and the store is compared with a `sync::Mirror` that applied the same log.

#![allow(missing_docs, reason = "a program")]

mod broker;
mod chaos;
mod children;
mod postgres;
mod report;
mod service;
mod settle;
mod traffic;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use durable_sync::log::Log;
use durable_sync::options::STREAM;
use lexopt::{Arg, ValueExt};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout_at;

use crate::broker::Cluster;
use crate::chaos::{CLUSTER, EMBEDDED, Fleet, Kills, Victim};
use crate::children::Ports;
use crate::postgres::Postgres;
use crate::report::Report;
use crate::settle::{Store, settle};
use crate::traffic::{Progress, Traffic};

const HELP: &str = "\
Kills parts of the service while deliveries arrive, and checks whether anything was lost.

Usage: storm [options]

  --embedded        one process with SQLite, instead of a cluster
  --deliveries N    how many deliveries to send [100000, embedded 10000]
  --users N         how many users they are about [a fifth of the deliveries]
  --connections N   how many connections send them [32]
  --seed N          what the deliveries are made from [random]
  --timeout SECONDS when to end at the latest [280]
  --logs DIR        keep what the processes write there

The cluster needs the Debian packages nats-server and postgresql; examples/durable-sync/install-debian installs them.
";

/// The time that is reserved for stopping the processes.
const CLEANUP: Duration = Duration::from_secs(10);

struct Options {
    embedded: bool,
    deliveries: u64,
    users: u64,
    connections: u64,
    seed: u64,
    timeout: Duration,
    logs: Option<PathBuf>,
}

impl Options {
    fn parse() -> Result<Option<Self>> {
        let (mut deliveries, mut users) = (None, None);
        let mut options = Self {
            embedded: false,
            deliveries: 0,
            users: 0,
            connections: 32,
            seed: rand::random(),
            timeout: Duration::from_secs(280),
            logs: None,
        };
        let mut args = lexopt::Parser::from_env();
        while let Some(arg) = args.next()? {
            match arg {
                Arg::Long("embedded") => options.embedded = true,
                Arg::Long("deliveries") => deliveries = Some(args.value()?.parse()?),
                Arg::Long("users") => users = Some(args.value()?.parse()?),
                Arg::Long("connections") => options.connections = args.value()?.parse()?,
                Arg::Long("seed") => options.seed = args.value()?.parse()?,
                Arg::Long("timeout") => options.timeout = Duration::from_secs(args.value()?.parse()?),
                Arg::Long("logs") => options.logs = Some(args.value()?.into()),
                Arg::Long("help") | Arg::Short('h') => return Ok(None),
                other => return Err(other.unexpected().into()),
            }
        }
        options.deliveries = deliveries.unwrap_or(if options.embedded { 10_000 } else { 100_000 });
        options.users = users.unwrap_or(options.deliveries / 5);
        ensure!(options.deliveries >= 100, "--deliveries: at least 100");
        ensure!(options.users > 0 && options.connections > 0, "--users and --connections: at least 1");
        ensure!(options.timeout >= Duration::from_secs(45), "--timeout: at least 45");
        Ok(Some(options))
    }
}

fn main() -> ExitCode {
    let options = match Options::parse() {
        Ok(Some(options)) => options,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("storm: {error:#}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(report) => {
            println!("{report}");
            if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("storm: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the storm in a temporary directory. Removes the directory and ends every process afterwards.
fn run(options: &Options) -> Result<Report> {
    let begin = Instant::now();
    // Other users may enter it, since PostgreSQL does not run as root.
    let scratch = tempfile::Builder::new()
        .prefix("storm-")
        .permissions(fs::Permissions::from_mode(0o711))
        .tempdir()
        .context("no temporary directory")?;
    let logs = options.logs.clone().unwrap_or_else(|| scratch.path().join("logs"));
    fs::create_dir_all(&logs).with_context(|| format!("cannot make {}", logs.display()))?;

    // One thread, which lives as long as the program: the children die with the thread that started them.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        let deadline = begin + options.timeout.saturating_sub(CLEANUP);
        let storm = storm(options, scratch.path(), &logs, begin, deadline);
        let (mut interrupt, mut terminate, mut hangup) = (
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
        );
        tokio::select! {
            result = timeout_at((deadline + Duration::from_secs(2)).into(), storm) => {
                result.context("the time is over")?
            }
            _ = interrupt.recv() => bail!("interrupted"),
            _ = terminate.recv() => bail!("terminated"),
            _ = hangup.recv() => bail!("hung up"),
        }
    });
    let good = result.as_ref().is_ok_and(Report::is_good);
    if !good && options.logs.is_none() {
        report::print_ends_of(&logs);
    }
    result
}

/// The running processes, and the order in which they are killed.
struct Stage {
    hooks: Vec<String>,
    fleet: Fleet,
    victims: &'static [Victim],
    log: Log,
    store: Store,
}

async fn embedded(scratch: &Path, logs: &Path) -> Result<Stage> {
    let [port] = Ports::default().take()?;
    let data = scratch.join("data");
    let args = [OsStr::new("--data"), data.as_os_str()];
    let program = service::start("program".to_owned(), port, &args, scratch, logs).await?;
    Ok(Stage {
        hooks: vec![service::hook(port)],
        fleet: Fleet { receivers: vec![program], ..Fleet::default() },
        victims: EMBEDDED,
        log: Log::sqlite(&data)?,
        store: Store::Sqlite(data),
    })
}

async fn cluster(scratch: &Path, logs: &Path) -> Result<Stage> {
    let mut ports = Ports::default();
    let (for_brokers, [for_postgres], for_service) = (ports.take()?, ports.take()?, ports.take::<4>()?);
    let brokers = Cluster::start(for_brokers, scratch, logs);
    let (brokers, postgres) = tokio::try_join!(brokers, Postgres::start(for_postgres, scratch, logs))?;
    let (nats, store) = (brokers.urls(), postgres.url());
    let mut members = Vec::new();
    for (number, port) in for_service.into_iter().enumerate() {
        let role = if number < 2 { "receiver" } else { "projector" };
        let args = ["--role", role, "--nats", &nats, "--store", &store].map(OsStr::new);
        let name = format!("{role}-{}", number % 2 + 1);
        members.push(service::start(name, port, &args, scratch, logs).await?);
    }
    let projectors = members.split_off(2);
    let (brokers, monitor) = brokers.into_parts();
    let (postgres, monitor) = (Some(postgres.into_server()), Some(monitor));
    Ok(Stage {
        hooks: for_service[..2].iter().copied().map(service::hook).collect(),
        fleet: Fleet { receivers: members, projectors, brokers, postgres, monitor },
        victims: CLUSTER,
        log: Log::nats(&nats, STREAM).await?,
        store: Store::Postgres(store),
    })
}

/// Sends the deliveries while processes are killed, and compares afterwards.
async fn storm(
    options: &Options,
    scratch: &Path,
    logs: &Path,
    begin: Instant,
    deadline: Instant,
) -> Result<Report> {
    eprintln!("storm: seed {}", options.seed);
    let stage =
        if options.embedded { embedded(scratch, logs).await? } else { cluster(scratch, logs).await? };
    let Stage { hooks, mut fleet, victims, log, store } = stage;
    eprintln!("storm: started everything after {:.1} s", begin.elapsed().as_secs_f64());

    let progress = Arc::new(Progress::default());
    let kills = Kills::new(victims, options.deliveries, Arc::clone(&progress));
    let traffic = Traffic {
        hooks,
        deliveries: options.deliveries,
        users: options.users,
        connections: options.connections,
        seed: options.seed,
        stop: begin + (deadline - begin).mul_f64(0.85),
    };
    let work = async {
        let outcome = traffic.send(&progress).await?;
        eprintln!("storm: sent everything after {:.1} s", outcome.duration.as_secs_f64());
        kills.done().await;
        let verdict = settle(&log, &store, &outcome, deadline).await?;
        anyhow::Ok((outcome, verdict))
    };
    let (outcome, verdict) = tokio::select! {
        result = work => result?,
        error = chaos::reign(&kills, &mut fleet) => return Err(error),
    };
    Ok(Report { outcome, verdict, kills: kills.counts() })
}
