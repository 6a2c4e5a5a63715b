//! A chaos test of the whole service: three brokers, PostgreSQL, two receivers and two projectors on loopback, which
//! are killed while deliveries pour in. Afterwards the store is compared with a model of what was acknowledged.

#![allow(missing_docs, reason = "a program")]

mod broker;
mod chaos;
mod children;
mod oracle;
mod postgres;
mod report;
mod service;
mod traffic;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use lexopt::{Arg, ValueExt};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{sleep, timeout_at};

use crate::broker::Cluster;
use crate::chaos::{Fleet, Kills};
use crate::children::Ports;
use crate::oracle::Difference;
use crate::postgres::Postgres;
use crate::report::Report;
use crate::service::Service;
use crate::traffic::{Outcome, Progress, Traffic};

const HELP: &str = "\
Kills parts of the service while deliveries pour in, and looks whether anything was lost.

Usage: storm [options]

  --deliveries N    how many deliveries to send [100000]
  --users N         how many users they are about [20000]
  --connections N   how many connections send them [32]
  --seed N          what the deliveries are made from [random]
  --timeout SECONDS when to end at the latest [280]
  --logs DIR        keep what the processes write there

Needs the Debian packages nats-server and postgresql; examples/durable-sync/install-debian installs them.
";

/// How much of the time is kept for stopping everything.
const CLEANUP: Duration = Duration::from_secs(10);

struct Options {
    deliveries: u64,
    users: u64,
    connections: u64,
    seed: u64,
    timeout: Duration,
    logs: Option<PathBuf>,
}

impl Options {
    fn parse() -> Result<Option<Self>> {
        let mut options = Self {
            deliveries: 100_000,
            users: 20_000,
            connections: 32,
            seed: rand::random(),
            timeout: Duration::from_secs(280),
            logs: None,
        };
        let mut args = lexopt::Parser::from_env();
        while let Some(arg) = args.next()? {
            match arg {
                Arg::Long("deliveries") => options.deliveries = args.value()?.parse()?,
                Arg::Long("users") => options.users = args.value()?.parse()?,
                Arg::Long("connections") => options.connections = args.value()?.parse()?,
                Arg::Long("seed") => options.seed = args.value()?.parse()?,
                Arg::Long("timeout") => options.timeout = Duration::from_secs(args.value()?.parse()?),
                Arg::Long("logs") => options.logs = Some(args.value()?.into()),
                Arg::Long("help") | Arg::Short('h') => return Ok(None),
                other => return Err(other.unexpected().into()),
            }
        }
        ensure!(options.deliveries >= 100, "--deliveries: at least 100");
        ensure!(options.users > 0 && options.connections > 0, "--users and --connections: at least 1");
        ensure!(options.timeout >= Duration::from_secs(45), "--timeout: at least 45");
        options.connections = options.connections.min(options.users);
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

/// Runs the storm in a directory of its own, which is gone afterwards, as is every process.
fn run(options: &Options) -> Result<Report> {
    let begin = Instant::now();
    // Others may pass through it: PostgreSQL does not run as root.
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

async fn storm(
    options: &Options,
    scratch: &Path,
    logs: &Path,
    begin: Instant,
    deadline: Instant,
) -> Result<Report> {
    eprintln!("storm: seed {}", options.seed);
    let program = service::program()?;
    let mut ports = Ports::default();
    let (for_brokers, [for_postgres], for_service) = (ports.take()?, ports.take()?, ports.take()?);
    let brokers = Cluster::start(for_brokers, scratch, logs);
    let postgres = Postgres::start(for_postgres, scratch, logs);
    let (mut brokers, postgres) = tokio::try_join!(brokers, postgres)?;
    let (log, store) = (brokers.urls(), postgres.url());
    let mut service = Service::start(&program, for_service, &log, &store, scratch, logs).await?;
    eprintln!("storm: all is up after {:.1} s", begin.elapsed().as_secs_f64());

    let progress = Arc::new(Progress::default());
    let kills = Kills::new(options.deliveries, Arc::clone(&progress));
    let stop = begin + (deadline - begin).mul_f64(0.85);
    let traffic = Traffic {
        hooks: service.hooks(),
        deliveries: options.deliveries,
        users: options.users,
        connections: options.connections,
        seed: options.seed,
        stop,
    };
    let monitor = brokers.monitor();
    let work = async {
        let outcome = traffic.send(&progress).await?;
        let sending = outcome.duration;
        eprintln!("storm: sent everything after {:.1} s", sending.as_secs_f64());
        kills.done().await;
        let since = Instant::now();
        let difference = settle(&outcome, &postgres, &monitor, deadline).await?;
        anyhow::Ok((outcome, difference, since.elapsed()))
    };
    let (outcome, difference, settling) = tokio::select! {
        result = work => result?,
        error = chaos::reign(&kills, Fleet { brokers: &mut brokers, service: &mut service }) => return Err(error),
    };
    Ok(Report { outcome, difference, settling, kills: kills.counts() })
}

/// Waits until the store is as it should be and the log has nothing left to apply, or until the deadline.
async fn settle(
    outcome: &Outcome,
    postgres: &Postgres,
    monitor: &broker::Monitor,
    deadline: Instant,
) -> Result<Difference> {
    // Longer than any broker waits before it delivers again.
    const QUIET: Duration = Duration::from_secs(45);
    let store = postgres.connect().await?;
    let (mut same_since, mut drained_since): (Option<Instant>, Option<Instant>) = (None, None);
    let mut last: Option<Difference> = None;
    let mut told = String::new();
    loop {
        let pending = monitor.pending().await;
        let difference = oracle::compare(outcome, &postgres::Stored::read(&store).await?);
        let now = Instant::now();
        // A last look after it is drained: what was in flight has been written by then.
        drained_since = (pending == Some(0)).then(|| drained_since.unwrap_or(now));
        same_since = (last.as_ref() == Some(&difference)).then(|| same_since.unwrap_or(now));
        let drained = drained_since.is_some_and(|since| now - since >= Duration::from_secs(2));
        let quiet = same_since.is_some_and(|since| now - since >= QUIET);
        let settled = if difference.is_none() { drained || quiet } else { drained && quiet };
        if settled || now + Duration::from_secs(2) > deadline {
            if pending != Some(0) {
                eprintln!("storm: the log still had {pending:?} to apply");
            }
            return Ok(difference);
        }
        let pending = pending.map_or("unknown".to_owned(), |pending| pending.to_string());
        let news = format!("storm: lost {}, wrong {}, pending {pending}", difference.lost, difference.wrong);
        if news != told {
            eprintln!("{news}");
            told = news;
        }
        last = Some(difference);
        sleep(Duration::from_secs(1)).await;
    }
}
