//! Who is killed, and when.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Error, Result};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

use crate::broker::Cluster;
use crate::children::Member;
use crate::service::Service;
use crate::traffic::Progress;

#[derive(Clone, Copy, PartialEq)]
enum Victim {
    Receiver(usize),
    Projector(usize),
    /// The node that led the log when it was first killed.
    Broker,
}

/// Each projector twice, each receiver once, one broker twice; at even distances.
const ORDER: [Victim; 8] = [
    Victim::Projector(0),
    Victim::Receiver(0),
    Victim::Broker,
    Victim::Projector(1),
    Victim::Projector(0),
    Victim::Receiver(1),
    Victim::Broker,
    Victim::Projector(1),
];

/// For how long a victim stays dead.
const DEAD: Duration = Duration::from_secs(1);
/// For how long it is left alone after that.
const ALIVE: Duration = Duration::from_secs(2);

/// How many of each kind were killed.
#[derive(Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) receivers: u32,
    pub(crate) projectors: u32,
    pub(crate) brokers: u32,
}

/// The kills of one storm.
pub(crate) struct Kills {
    deliveries: u64,
    progress: Arc<Progress>,
    counts: RefCell<Counts>,
    over: Notify,
}

impl Kills {
    pub(crate) fn new(deliveries: u64, progress: Arc<Progress>) -> Self {
        let kills = Self { deliveries, progress, counts: RefCell::default(), over: Notify::new() };
        kills.allow(0);
        kills
    }

    /// Waits until every victim was killed and is up again.
    pub(crate) async fn done(&self) {
        // Whoever is still to be killed need not wait for deliveries any more.
        self.progress.finish();
        self.over.notified().await;
    }

    pub(crate) fn counts(&self) -> Counts {
        *self.counts.borrow()
    }

    /// After how many deliveries a kill is due.
    fn due(&self, kill: usize) -> u64 {
        self.deliveries * (kill as u64 + 1) / (ORDER.len() as u64 + 1)
    }

    /// Deliveries go on during a kill, but do not run far ahead of one that is due.
    fn allow(&self, kill: usize) {
        let limit = if kill < ORDER.len() { self.due(kill) + self.deliveries / 20 + 1 } else { u64::MAX };
        self.progress.allow(limit);
    }

    fn count(&self, victim: Victim) {
        let mut counts = self.counts.borrow_mut();
        match victim {
            Victim::Receiver(_) => counts.receivers += 1,
            Victim::Projector(_) => counts.projectors += 1,
            Victim::Broker => counts.brokers += 1,
        }
    }
}

/// Everything that can be killed.
pub(crate) struct Fleet<'a> {
    pub(crate) brokers: &'a mut Cluster,
    pub(crate) service: &'a mut Service,
}

impl Fleet<'_> {
    fn members(&mut self) -> impl Iterator<Item = &mut Member> {
        self.brokers.nodes.iter_mut().chain(&mut self.service.receivers).chain(&mut self.service.projectors)
    }

    fn member(&mut self, victim: Victim, broker: usize) -> &mut Member {
        match victim {
            Victim::Receiver(number) => &mut self.service.receivers[number],
            Victim::Projector(number) => &mut self.service.projectors[number],
            Victim::Broker => &mut self.brokers.nodes[broker],
        }
    }
}

/// Kills when a kill is due, starts the dead again, and returns only when something ends that was not killed.
pub(crate) async fn reign(kills: &Kills, mut fleet: Fleet<'_>) -> Error {
    match rule(kills, &mut fleet).await {
        Ok(never) => match never {},
        Err(error) => error,
    }
}

async fn rule(kills: &Kills, fleet: &mut Fleet<'_>) -> Result<std::convert::Infallible> {
    let monitor = fleet.brokers.monitor();
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
        if let Some(&victim) = ORDER.get(next) {
            if kills.progress.acknowledged() < kills.due(next) && !kills.progress.is_finished() {
                continue;
            }
            let node = match (victim, broker) {
                (Victim::Broker, None) => monitor.stream_leader().await.unwrap_or(0),
                (Victim::Broker, Some(node)) if !monitor.is_healthy(node).await => continue,
                (_, node) => node.unwrap_or(0),
            };
            let member = fleet.member(victim, node);
            if !member.is_up() || now - member.since() < ALIVE {
                continue;
            }
            member.kill();
            eprintln!("storm: killed {} after {} deliveries", member.name(), kills.progress.acknowledged());
            if victim == Victim::Broker {
                broker = Some(node);
            }
            kills.count(victim);
            next += 1;
            kills.allow(next);
        } else if !over && fleet.members().all(|member| member.is_up()) {
            over = true;
            kills.over.notify_one();
        }
    }
}
