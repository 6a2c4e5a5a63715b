//! What came of it.

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::chaos::Counts;
use crate::oracle::Difference;
use crate::traffic::Outcome;

pub(crate) struct Report {
    pub(crate) outcome: Outcome,
    pub(crate) difference: Difference,
    pub(crate) settling: Duration,
    pub(crate) kills: Counts,
}

impl Report {
    /// Whether everything was sent, and nothing is lost or wrong.
    pub(crate) fn is_good(&self) -> bool {
        self.difference.is_none() && self.outcome.acknowledged == self.outcome.deliveries
    }

    /// The latency that so many of a hundred deliveries did not exceed.
    fn percentile(&self, percent: usize) -> Duration {
        let mut latencies = self.outcome.latencies.clone();
        latencies.sort_unstable();
        latencies.get((latencies.len() * percent / 100).min(latencies.len() - 1)).copied().unwrap_or_default()
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { outcome, difference, kills, .. } = self;
        for example in &difference.examples {
            writeln!(f, "{example}")?;
        }
        if outcome.acknowledged < outcome.deliveries {
            writeln!(f, "not all sent: {} of {} deliveries", outcome.acknowledged, outcome.deliveries)?;
        }
        let count = u32::try_from(outcome.acknowledged).map_or(f64::INFINITY, f64::from);
        let per_second = count / outcome.duration.as_secs_f64();
        let milliseconds = |percent| format!("{:.1} ms", self.percentile(percent).as_secs_f64() * 1e3);
        let rows = [
            ("sent, again included", outcome.sent.to_string()),
            ("acknowledged", outcome.acknowledged.to_string()),
            ("applied", difference.applied.to_string()),
            ("dead-lettered", difference.dead.to_string()),
            ("lost", difference.lost.to_string()),
            ("wrongly present", difference.wrong.to_string()),
            ("kills of projectors", kills.projectors.to_string()),
            ("kills of receivers", kills.receivers.to_string()),
            ("kills of brokers", kills.brokers.to_string()),
            ("throughput", format!("{per_second:.0} /s")),
            ("latency, p50", milliseconds(50)),
            ("latency, p99", milliseconds(99)),
            ("settled after", format!("{:.1} s", self.settling.as_secs_f64())),
        ];
        for (name, value) in rows {
            writeln!(f, "{name:<22}{value:>12}")?;
        }
        write!(
            f,
            "sent={} acknowledged={} applied={} dead={} lost={} wrong={}",
            outcome.sent,
            outcome.acknowledged,
            difference.applied,
            difference.dead,
            difference.lost,
            difference.wrong
        )
    }
}

/// The last lines of what each process wrote, on standard error.
pub(crate) fn print_ends_of(logs: &Path) {
    const LINES: usize = 8;
    let mut paths: Vec<_> =
        fs::read_dir(logs).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let text = fs::read(&path).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        eprintln!("== {}", path.file_name().unwrap_or_default().to_string_lossy());
        for line in &lines[lines.len().saturating_sub(LINES)..] {
            eprintln!("{line}");
        }
    }
}
