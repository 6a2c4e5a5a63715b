//! Counts instructions and allocations with valgrind, and prints the tables of `README.md`. Unlike times, these counts
//! do not depend on how busy the machine is.
//!
//!     cargo run --release -p benches --bin instructions [-- [--check] [WORD]...]

use std::collections::HashMap;
use std::env;
use std::process::{Command, ExitCode};

use benches::bodies::{self, Body};
use benches::tables::{self, Meter};
use benches::tasks::{self, Task};

/// The argument before the names of a task and a body that valgrind watches.
const RUN: &str = "--run";

fn main() -> ExitCode {
    let mut words: Vec<String> = env::args().skip(1).collect();
    if let [run, task, body, times] = words.as_slice()
        && run == RUN
    {
        watched(task, body, times.parse().expect("a number"));
        return ExitCode::SUCCESS;
    }
    let checks = words.iter().any(|word| word == "--check");
    words.retain(|word| word != "--check");
    let above = tables::print(tables::INSTRUCTIONS, &words, &mut Valgrind::default());
    if checks && above > 0 {
        eprintln!("\n{above} values are above their limits");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Runs a task once, since some libraries initialize themselves, and then some times in `counted`.
fn watched(task: &str, body: &str, times: u32) {
    let task = tasks::all().find(|known| known.name == task).expect("a task");
    let body = bodies::all().find(|known| known.name == body).expect("a body");
    let json = (body.json)();
    (task.run)(&body, &json);
    counted(task, body, &json, times);
}

/// The function whose instructions callgrind collects.
#[inline(never)]
fn counted(task: Task, body: Body, json: &str, times: u32) {
    for _ in 0..times {
        (task.run)(&body, json);
    }
}

/// Runs this program under valgrind, and remembers the counts.
#[derive(Default)]
struct Valgrind {
    costs: HashMap<(&'static str, &'static str), f64>,
}

impl Meter for Valgrind {
    fn cost(&mut self, task: &Task, body: &Body) -> Option<f64> {
        let count = || {
            let times = (200_000 / body.bytes()).clamp(1, 100);
            let count = valgrind(
                &["--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=*counted*"],
                "Collected : ",
                (task, body, times),
            );
            count / f64::from(times)
        };
        Some(*self.costs.entry((task.name, body.name)).or_insert_with(count))
    }

    fn allocations(&mut self, task: &Task, body: &Body) -> Option<f64> {
        let count = |times| valgrind(&["--tool=memcheck"], "total heap usage: ", (task, body, times));
        Some((count(11) - count(1)) / 10.0)
    }
}

/// Runs a task under a tool of valgrind, and returns the number that follows a label in its report.
fn valgrind(tool: &[&str], label: &str, (task, body, times): (&Task, &Body, u32)) -> f64 {
    let output = Command::new("valgrind")
        .args(tool)
        .arg(env::current_exe().expect("the path of this program"))
        .args([RUN, task.name, body.name, &times.to_string()])
        .output()
        .expect("valgrind is installed");
    let report = String::from_utf8_lossy(&output.stderr);
    let count = report.split_once(label).filter(|_| output.status.success());
    let (_, count) = count.unwrap_or_else(|| panic!("valgrind failed:\n{report}"));
    let digits =
        count.chars().take_while(|next| next.is_ascii_digit() || *next == ',').filter(|next| *next != ',');
    digits.collect::<String>().parse().expect("a number")
}
