//! Counts instructions with valgrind, and prints the table of the README: what a count tells does not depend on how
//! busy the machine is.
//!
//!     cargo run --release -p benches --bin instructions

use std::env;
use std::process::{Command, ExitCode};

use benches::{Body, Task, print_table, tasks};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let result = match arguments.as_slice() {
        [task, body, times] => run(task, body, times),
        _ => print_table("instructions", count),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("instructions: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Does one task some times: what valgrind looks at.
fn run(task: &str, body: &str, times: &str) -> Result<(), String> {
    let task = tasks().find(|known| known.name == task).ok_or("no such task")?;
    let body = Body::all().into_iter().find(|known| known.name == body).ok_or("no such body")?;
    for _ in 0..times.parse::<usize>().map_err(|error| error.to_string())? {
        (task.run)(&body.text);
    }
    Ok(())
}

/// The instructions of one run of a task: the difference of many runs and few, so that starting up does not count.
fn count(task: &Task, body: &Body) -> Result<f64, String> {
    let (few, many) = if body.text.len() > 100_000 { (1, 4) } else { (10, 210) };
    let difference = valgrind(task, body, many)? - valgrind(task, body, few)?;
    Ok(difference / f64::from(many - few))
}

fn valgrind(task: &Task, body: &Body, times: u32) -> Result<f64, String> {
    let program = env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args([task.name, body.name, &times.to_string()])
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    let told = String::from_utf8_lossy(&output.stderr);
    let collected =
        told.lines().find_map(|line| line.split_once("Collected : ")).map(|(_, count)| count.trim());
    let count =
        collected.filter(|_| output.status.success()).ok_or_else(|| format!("valgrind failed:\n{told}"))?;
    count.parse().map_err(|_| format!("valgrind counted {count}"))
}
