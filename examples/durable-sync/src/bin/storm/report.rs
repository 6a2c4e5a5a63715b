//! The report at the end of a storm.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::settle::Verdict;
use crate::traffic::Outcome;

/// The maximum number of differences in the report.
const EXAMPLES: usize = 20;

pub(crate) struct Report {
    pub(crate) outcome: Outcome,
    pub(crate) verdict: Verdict,
    pub(crate) kills: BTreeMap<&'static str, u32>,
}

impl Report {
    /// Returns `true` if all deliveries were acknowledged and nothing is lost or wrong.
    pub(crate) fn is_good(&self) -> bool {
        let difference = &self.verdict.difference;
        let is_same = difference.lost.is_empty() && difference.wrong.is_empty();
        is_same && self.outcome.acknowledged == self.outcome.deliveries
    }

    /// Returns a percentile of the latencies.
    fn percentile(&self, percent: usize) -> Duration {
        let mut latencies = self.outcome.latencies.clone();
        latencies.sort_unstable();
        latencies.get((latencies.len() * percent / 100).min(latencies.len() - 1)).copied().unwrap_or_default()
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { outcome, verdict, kills } = self;
        let (lost, wrong) = (&verdict.difference.lost, &verdict.difference.wrong);
        for (kind, examples) in [("lost", lost), ("wrong", wrong)] {
            for example in examples.iter().take(EXAMPLES) {
                writeln!(f, "{kind}: {example}")?;
            }
        }
        if outcome.acknowledged < outcome.deliveries {
            writeln!(f, "not all sent: {} of {} deliveries", outcome.acknowledged, outcome.deliveries)?;
        }
        let count = u32::try_from(outcome.acknowledged).map_or(f64::INFINITY, f64::from);
        let per_second = count / outcome.duration.as_secs_f64();
        let milliseconds = |percent| format!("{:.1} ms", self.percentile(percent).as_secs_f64() * 1e3);
        let mut rows = vec![
            ("sent, again included".to_owned(), outcome.sent.to_string()),
            ("acknowledged".to_owned(), outcome.acknowledged.to_string()),
            ("entries of the log".to_owned(), verdict.logged.to_string()),
        ];
        rows.extend(verdict.applied.iter().map(|(label, count)| (format!("  {label}"), count.to_string())));
        rows.extend([
            ("profiles".to_owned(), verdict.profiles.to_string()),
            ("lost".to_owned(), lost.len().to_string()),
            ("wrongly present".to_owned(), wrong.len().to_string()),
        ]);
        rows.extend(kills.iter().map(|(kind, count)| (format!("kills of {kind}"), count.to_string())));
        rows.extend([
            ("throughput".to_owned(), format!("{per_second:.0} /s")),
            ("latency, p50".to_owned(), milliseconds(50)),
            ("latency, p99".to_owned(), milliseconds(99)),
            ("settled after".to_owned(), format!("{:.1} s", verdict.duration.as_secs_f64())),
        ]);
        for (name, value) in rows {
            writeln!(f, "{name:<22}{value:>12}")?;
        }
        let dead = verdict.applied.get("dead_letter").copied().unwrap_or_default();
        write!(
            f,
            "sent={} acknowledged={} applied={} dead={dead} lost={} wrong={}",
            outcome.sent,
            outcome.acknowledged,
            verdict.logged - dead,
            lost.len(),
            wrong.len(),
        )
    }
}

/// Prints the last lines of each process's log to standard error.
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
