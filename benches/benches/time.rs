//! Times this crate and its rivals on the same bodies in the same run, and prints the tables of `README.md`. Only
//! the ratios mean something.
//!
//!     cargo bench -p benches [-- FILTER]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use benches::bodies::{self, Body};
use benches::tables::{self, Meter};
use benches::tasks::{self, PARSE_UNLIMITED, Task};
use criterion::{Criterion, Throughput};
use serde::Deserialize;

fn main() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("time");
    // The tables show this run alone.
    let _ = fs::remove_dir_all(&directory);
    let mut criterion = Criterion::default()
        .output_directory(&directory)
        // Many short samples: even on a busy machine some of them are not interrupted.
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    for body in bodies::ALL {
        let limited = tasks::all().filter(|task| task.name != PARSE_UNLIMITED.name);
        measure(&mut criterion, body, limited);
    }
    for body in bodies::GROWTH.into_iter().flatten() {
        measure(&mut criterion, body, [PARSE_UNLIMITED]);
    }
    criterion.final_summary();
    tables::print("nanoseconds", &[], &mut Samples { directory });
}

fn measure(criterion: &mut Criterion, body: Body, tasks: impl IntoIterator<Item = Task>) {
    let json = (body.json)();
    let mut group = criterion.benchmark_group(body.name);
    group.throughput(Throughput::Bytes(json.len() as u64));
    for task in tasks {
        group.bench_function(task.name, |bencher| bencher.iter(|| (task.run)(&body, &json)));
    }
    group.finish();
}

/// Reads what criterion has measured.
struct Samples {
    directory: PathBuf,
}

/// The content of criterion's `sample.json`.
#[derive(Deserialize)]
struct Sample {
    iters: Vec<f64>,
    times: Vec<f64>,
}

impl Meter for Samples {
    /// The nanoseconds of the fastest sample, since a busy machine makes the others slower.
    fn cost(&mut self, task: &Task, body: &Body) -> Option<f64> {
        let path = self.directory.join(body.name).join(task.name).join("new/sample.json");
        let sample: Sample = serde_json::from_slice(&fs::read(path).ok()?).expect("a sample of criterion");
        sample.times.iter().zip(&sample.iters).map(|(time, count)| time / count).reduce(f64::min)
    }

    fn allocations(&mut self, _task: &Task, _body: &Body) -> Option<f64> {
        None
    }
}
