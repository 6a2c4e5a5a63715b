//! Counts the instructions of this crate and of what a service would write without it. `README.md` explains the table.

mod bodies;
mod decoding;
mod derived;
mod mirror;
mod parsing;
mod services;

use std::env;
use std::hint::black_box;
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How long a measurement is repeated, and at least twice: the seeds of hash maps vary.
const TIME: Duration = Duration::from_millis(500);

/// Whether the warm-up is over: a first run also sets up the allocator.
static IS_WARM: AtomicBool = AtomicBool::new(false);

/// A cost of this crate, as a ratio to that of the baseline.
struct Measurement {
    name: &'static str,
    /// Prepares what this crate needs and calls `counted`.
    ours: fn(),
    /// Prepares what the baseline needs and calls `counted`.
    baseline: fn(),
    /// Highest allowed ratio.
    limit: f64,
}

/// Does the work that is measured, unless this is a warm-up.
fn counted<T>(work: impl FnOnce() -> T) {
    if IS_WARM.load(Ordering::Relaxed) {
        collected(work);
    } else {
        drop(black_box(work()));
    }
}

/// Callgrind counts the instructions of this function only.
#[inline(never)]
fn collected<T>(work: impl FnOnce() -> T) {
    drop(black_box(work()));
}

fn measurements() -> Vec<&'static Measurement> {
    [parsing::ALL, decoding::ALL, services::ALL, mirror::ALL].into_iter().flatten().collect()
}

fn main() -> ExitCode {
    let mut words: Vec<String> = env::args().skip(1).collect();
    if let [option, name, side] = words.as_slice()
        && option == "--run"
    {
        return run(name, side == "ours");
    }
    let checks = words.iter().any(|word| word == "--check");
    words.retain(|word| word != "--check");
    let mut chosen = measurements();
    chosen.retain(|measurement| words.iter().all(|word| measurement.name.contains(word)));

    println!("| | instructions | ratio | limit |\n|---|---:|---:|---:|");
    let mut above = 0;
    for Measurement { name, limit, .. } in chosen {
        let (ours, baseline) = thread::scope(|scope| {
            let baseline = scope.spawn(|| instructions(name, "baseline"));
            (instructions(name, "ours"), baseline.join().expect("a count"))
        });
        let ratio = (ours / baseline * 100.0).round() / 100.0;
        let mark = if ratio > *limit { "**" } else { "" };
        above += usize::from(ratio > *limit);
        println!("| {name} | {ours:.0} | {mark}{ratio:.2}{mark} | {limit} |");
    }
    above += mirror::print_bytes(&words);
    if checks && above > 0 {
        eprintln!("\n{above} values are above their limits");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Runs one side of a measurement and prints how often it was counted.
fn run(name: &str, is_ours: bool) -> ExitCode {
    let all = measurements();
    let measurement = all.iter().find(|measurement| measurement.name == name).expect("a measurement");
    let work = if is_ours { measurement.ours } else { measurement.baseline };
    work();
    IS_WARM.store(true, Ordering::Relaxed);
    let (start, mut runs) = (Instant::now(), 0);
    while runs < 2 || start.elapsed() < TIME {
        work();
        runs += 1;
    }
    println!("{runs}");
    ExitCode::SUCCESS
}

/// Runs one side of a measurement under valgrind and returns the instructions of one run.
fn instructions(name: &str, side: &str) -> f64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=*collected*"])
        .arg(env::current_exe().expect("the path of this program"))
        .args(["--run", name, side])
        .output()
        .expect("valgrind is installed");
    let (report, runs) = (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
    assert!(output.status.success(), "{report}");
    let (_, collected) = report.split_once("Collected : ").expect("a count");
    let number = |text: &str| text.trim().parse::<f64>().expect("a number");
    number(collected.lines().next().unwrap_or_default()) / number(&runs)
}
