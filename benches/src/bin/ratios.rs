//! Prints what `cargo bench -p benches` has measured as the table of the README.
//!
//!     cargo bench -p benches && cargo run -p benches --bin ratios

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use benches::{Body, Task, print_table};
use serde::Deserialize;

fn main() -> ExitCode {
    match print_table("nanoseconds", fastest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ratios: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The nanoseconds of one run of a task, of criterion's fastest sample: the others tell how busy the machine was.
fn fastest(task: &Task, body: &Body) -> Result<f64, String> {
    let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let name = task.name.replace("::", "__");
    let path = Path::new(&target).join("criterion").join(body.name).join(name).join("new/sample.json");
    let json = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let samples: Samples =
        serde_json::from_slice(&json).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(samples
        .times
        .iter()
        .zip(&samples.iters)
        .map(|(time, count)| time / count)
        .fold(f64::INFINITY, f64::min))
}

/// What criterion keeps of a measurement: how often each sample ran the task, and for how long.
#[derive(Deserialize)]
struct Samples {
    iters: Vec<f64>,
    times: Vec<f64>,
}
