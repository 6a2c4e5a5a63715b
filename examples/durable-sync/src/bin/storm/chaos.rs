//! The schedule of process kills.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Error, Result};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

use crate::broker::Monitor;
use crate::children::Member;
use crate::traffic::Progress;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Victim {
    Receiver(usize),
    Projector(usize),
    /// The leader of the log at the time of the first kill.
    Broker,
    Postgres,
}

impl Victim {
    fn kind(self) -> &'static str {
        match self {
            Self::Receiver(_) => "receivers",
            Self::Projector(_) => "projectors",
            Self::Broker => "brokers",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// Each projector twice, each receiver once, one broker twice, PostgreSQL once.
pub(crate) const CLUSTER: &[Victim] = &[
    Victim::Projector(0),
    Victim::Receiver(0),
    Victim::Broker,
    Victim::Projector(1),
    Victim::Postgres,
    Victim::Projector(0),
    Victim::Receiver(1),
    Victim::Broker,
    Victim::Projector(1),
];

/// The one process that receives and projects.
pub(crate) const EMBEDDED: &[Victim] = &[Victim::Receiver(0); 5];

/// The time that a killed process stays down.
const DEAD: Duration = Duration::from_secs(1);
/// The time that it runs before it may be killed again.
const ALIVE: Duration = Duration::from_secs(2);

/// The kills of one storm, evenly spread over the deliveries.
pub(crate) struct Kills {
    order: &'static [Victim],
    deliveries: u64,
    progress: Arc<Progress>,
    counts: RefCell<BTreeMap<&'static str, u32>>,
    over: Notify,
}

impl Kills {
    pub(crate) fn new(order: &'static [Victim], deliveries: u64, progress: Arc<Progress>) -> Self {
        let kills = Self { order, deliveries, progress, counts: RefCell::default(), over: Notify::new() };
        kills.allow(0);
        kills
    }

    /// Waits until every victim was killed and is up again.
    pub(crate) async fn done(&self) {
        // The remaining kills no longer wait for deliveries.
        self.progress.finish();
        self.over.notified().await;
    }

    /// Returns the number of kills of each kind of process.
    pub(crate) fn counts(&self) -> BTreeMap<&'static str, u32> {
        self.counts.borrow().clone()
    }

    /// Returns how many deliveries have to be acknowledged before this kill happens.
    fn due(&self, kill: usize) -> u64 {
        self.deliveries * (kill as u64 + 1) / (self.order.len() as u64 + 1)
    }

    /// Allows deliveries up to shortly after this kill, so that they do not run far ahead of it.
    fn allow(&self, kill: usize) {
        let is_due = kill < self.order.len();
        self.progress.allow(if is_due { self.due(kill) + self.deliveries / 20 + 1 } else { u64::MAX });
    }
}

/// The processes that can be killed.
#[derive(Default)]
pub(crate) struct Fleet {
    pub(crate) receivers: Vec<Member>,
    pub(crate) projectors: Vec<Member>,
    pub(crate) brokers: Vec<Member>,
    pub(crate) postgres: Option<Member>,
    pub(crate) monitor: Option<Monitor>,
}

impl Fleet {
    fn members(&mut self) -> impl Iterator<Item = &mut Member> {
        let service = self.receivers.iter_mut().chain(&mut self.projectors);
        service.chain(&mut self.brokers).chain(&mut self.postgres)
    }

    fn member(&mut self, victim: Victim, broker: usize) -> Option<&mut Member> {
        match victim {
            Victim::Receiver(number) => self.receivers.get_mut(number),
            Victim::Projector(number) => self.projectors.get_mut(number),
            Victim::Broker => self.brokers.get_mut(broker),
            Victim::Postgres => self.postgres.as_mut(),
        }
    }

    /// The broker to kill; `None` while the previously killed one has not caught up.
    async fn broker(&self, killed: Option<usize>) -> Option<usize> {
        match (&self.monitor, killed) {
            (Some(monitor), None) => Some(monitor.stream_leader().await.unwrap_or(0)),
            (Some(monitor), Some(node)) => monitor.is_healthy(node).await.then_some(node),
            (None, _) => None,
        }
    }
}

/// Kills processes on schedule and restarts them. Returns only if a process ends without being killed.
pub(crate) async fn reign(kills: &Kills, fleet: &mut Fleet) -> Error {
    match rule(kills, fleet).await {
        Ok(never) => match never {},
        Err(error) => error,
    }
}

async fn rule(kills: &Kills, fleet: &mut Fleet) -> Result<Infallible> {
    let (mut next, mut broker, mut over) = (0, None, false);
    loop {
        sleep(Duration::from_millis(10)).await;
        let now = Instant::now().into_std();
        for member in fleet.members() {
            member.check()?;
            if !member.is_up() && now - member.since() >= DEAD {
                member.restart()?;
            }
        }
        if let Some(&victim) = kills.order.get(next) {
            if kills.progress.acknowledged() < kills.due(next) && !kills.progress.is_finished() {
                continue;
            }
            if victim == Victim::Broker {
                let Some(node) = fleet.broker(broker).await else { continue };
                broker = Some(node);
            }
            let Some(member) = fleet.member(victim, broker.unwrap_or(0)) else { continue };
            if !member.is_up() || now - member.since() < ALIVE {
                continue;
            }
            member.kill();
            eprintln!("storm: killed {} after {} deliveries", member.name(), kills.progress.acknowledged());
            *kills.counts.borrow_mut().entry(victim.kind()).or_default() += 1;
            next += 1;
            kills.allow(next);
        } else if !over && fleet.members().all(|member| member.is_up()) {
            over = true;
            kills.over.notify_one();
        }
    }
}
