//! Processes that do not outlive the storm.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{self, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use rand::RngExt;

/// The secret of the webhook's path.
pub(crate) const SECRET: &str = "storm";

/// The user and group that a process runs as.
#[derive(Clone, Copy)]
pub(crate) struct Owner {
    pub(crate) user: u32,
    pub(crate) group: u32,
}

/// The command of a process, which can be started repeatedly.
pub(crate) struct Plan {
    pub(crate) name: String,
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<OsString>,
    pub(crate) directory: PathBuf,
    pub(crate) log: PathBuf,
    pub(crate) owner: Option<Owner>,
    /// The signal that ends it.
    pub(crate) stop: Signal,
}

impl Plan {
    pub(crate) fn new(
        name: impl Into<String>,
        program: &Path,
        args: impl IntoIterator<Item = impl Into<OsString>>,
        scratch: &Path,
        logs: &Path,
    ) -> Self {
        let name = name.into();
        Self {
            program: program.to_owned(),
            args: args.into_iter().map(Into::into).collect(),
            directory: scratch.to_owned(),
            log: logs.join(format!("{name}.log")),
            owner: None,
            stop: Signal::SIGKILL,
            name,
        }
    }

    pub(crate) fn start(&self) -> Result<Child> {
        let mut command = match find("setpriv", &[]) {
            // The process ends even if the storm itself is killed.
            Ok(setpriv) => {
                let mut command = Command::new(setpriv);
                command.arg("--pdeathsig").arg(self.stop.as_str().trim_start_matches("SIG"));
                command.arg("--").arg(&self.program);
                command
            }
            Err(_) => Command::new(&self.program),
        };
        let log = File::options().create(true).append(true).open(&self.log)?;
        command.args(&self.args).current_dir(&self.directory).process_group(0);
        command.env("WEBHOOK_SECRET", SECRET);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        if let Some(owner) = self.owner {
            command.uid(owner.user).gid(owner.group);
        }
        let process = command.spawn().with_context(|| format!("cannot start {}", self.program.display()))?;
        Ok(Child { process, stop: self.stop })
    }
}

/// A running process, the first of a group of its own. Dropping it ends the group.
pub(crate) struct Child {
    process: process::Child,
    stop: Signal,
}

impl Child {
    /// The exit status, if the process has ended.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.process.try_wait().ok().flatten()
    }

    fn pid(&self) -> Option<Pid> {
        self.process.id().try_into().ok().map(Pid::from_raw)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let Some(pid) = self.pid().filter(|_| self.ended().is_none()) else { return };
        if self.stop != Signal::SIGKILL {
            let patience = Instant::now() + Duration::from_secs(5);
            // It ends its own children before itself.
            _ = kill(pid, self.stop);
            while Instant::now() < patience {
                if self.ended().is_some() {
                    return;
                }
                thread::sleep(Duration::from_millis(20));
            }
        }
        _ = killpg(pid, Signal::SIGKILL);
        _ = self.process.wait();
    }
}

/// A process that is killed and started again.
pub(crate) struct Member {
    plan: Plan,
    child: Option<Child>,
    since: Instant,
}

impl Member {
    pub(crate) fn start(plan: Plan) -> Result<Self> {
        let child = Some(plan.start()?);
        Ok(Self { plan, child, since: Instant::now() })
    }

    pub(crate) fn name(&self) -> &str {
        &self.plan.name
    }

    /// Kills the process with SIGKILL or its stop signal.
    pub(crate) fn kill(&mut self) {
        self.child = None;
        self.since = Instant::now();
    }

    pub(crate) fn restart(&mut self) -> Result<()> {
        self.child = Some(self.plan.start()?);
        self.since = Instant::now();
        Ok(())
    }

    pub(crate) fn is_up(&self) -> bool {
        self.child.is_some()
    }

    /// The time at which it was started or killed.
    pub(crate) fn since(&self) -> Instant {
        self.since
    }

    /// Returns an error if the process ended by itself.
    pub(crate) fn check(&mut self) -> Result<()> {
        match self.child.as_mut().and_then(Child::ended) {
            Some(status) => Err(anyhow!("{} ended by itself: {status}", self.plan.name)),
            None => Ok(()),
        }
    }
}

/// The path of a program, in `PATH` or in one of some other directories.
pub(crate) fn find(name: &str, also: &[PathBuf]) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/local/sbin", "/usr/sbin", "/usr/local/bin", "/usr/bin"].map(PathBuf::from);
    also.iter()
        .cloned()
        .chain(std::env::split_paths(&path))
        .chain(usual)
        .map(|directory| directory.join(name))
        .find(|path| fs::metadata(path).is_ok_and(|metadata| metadata.is_file()))
        .ok_or_else(|| anyhow!("there is no `{name}` here; examples/durable-sync/install-debian installs it"))
}

/// Unused, distinct ports of the loopback interface.
#[derive(Default)]
pub(crate) struct Ports(BTreeSet<u16>);

impl Ports {
    pub(crate) fn take<const N: usize>(&mut self) -> Result<[u16; N]> {
        let mut ports = [0; N];
        for port in &mut ports {
            // These are below the ports of outgoing connections, so that none of them takes the port of a dead process.
            *port = (0..1_000)
                .map(|_| rand::rng().random_range(10_000..32_000))
                .find(|&port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() && self.0.insert(port))
                .context("no free port")?;
        }
        Ok(ports)
    }
}
