//! The tables, and the limits that the design sets.

use crate::bodies::{self, Body};
use crate::tasks::{DECODE, DERIVED, DIRECT, INTO_OWNED, PARSE, PARSE_UNLIMITED, RIVALS, Task};

/// A way to measure.
pub trait Meter {
    /// What one run of a task costs; `None` if this was not measured.
    fn cost(&mut self, task: &Task, body: &Body) -> Option<f64>;

    /// How often one run of a task allocates; `None` if the meter cannot count that.
    fn allocations(&mut self, task: &Task, body: &Body) -> Option<f64>;
}

type Value = dyn Fn(&mut dyn Meter) -> Option<f64>;

struct Cell {
    column: &'static str,
    limit: Option<f64>,
    decimals: usize,
    value: Box<Value>,
}

struct Row {
    name: String,
    cells: Vec<Cell>,
}

/// Measures and prints the cells whose table, row and column together contain each of the words.
///
/// Returns the number of cells above their limits.
pub fn print(unit: &str, words: &[String], meter: &mut dyn Meter) -> usize {
    let mut above = 0;
    for (title, mut rows) in tables(unit) {
        for row in &mut rows {
            row.cells.retain(|cell| {
                let label = format!("{title}, {}, {}", row.name, cell.column);
                words.iter().all(|word| label.contains(word.as_str()))
            });
        }
        let mut columns: Vec<&str> = rows.iter().flat_map(|row| &row.cells).map(|cell| cell.column).collect();
        columns.dedup();
        columns.truncate(bodies::ALL.len());
        let mut is_first = true;
        for row in &rows {
            let values: Vec<_> = row.cells.iter().map(|cell| (cell.value)(meter)).collect();
            if values.iter().all(Option::is_none) {
                continue;
            }
            if is_first {
                println!("\n| {title} | {} |\n|---|{}", columns.join(" | "), "---:|".repeat(columns.len()));
                is_first = false;
            }
            print!("| {} |", row.name);
            for (cell, value) in row.cells.iter().zip(values) {
                above += print_cell(cell, value);
            }
            println!();
        }
    }
    above
}

/// Prints a cell, bold if it is above its limit, and returns 1 then.
fn print_cell(cell: &Cell, value: Option<f64>) -> usize {
    let Some(value) = value else {
        print!("  |");
        return 0;
    };
    let decimals = cell.decimals;
    let rounded = format!("{value:.decimals$}");
    match cell.limit {
        None => print!(" {rounded} |"),
        Some(limit) if value <= limit => print!(" {rounded} (≤ {limit}) |"),
        Some(limit) => {
            print!(" **{rounded}** (> {limit}) |");
            return 1;
        }
    }
    0
}

fn tables(unit: &str) -> [(String, Vec<Row>); 5] {
    let mut parse = vec![row("this crate", [None; 5], 0, |body, meter| meter.cost(&PARSE, body))];
    for rival in RIVALS {
        let limits = if rival.name == DERIVED.name {
            [Some(0.45), Some(0.27), Some(0.22), Some(0.6), Some(0.7)]
        } else {
            [None; 5]
        };
        parse.push(row(&format!("ratio to {}", rival.name), limits, 2, move |body, meter| {
            Some(meter.cost(&PARSE, body)? / meter.cost(&rival, body)?)
        }));
    }
    let into_owned = row(
        "ratio to serde_json, derived struct",
        [Some(0.35), Some(0.3), Some(0.05), None, None],
        2,
        |body, meter| {
            Some((meter.cost(&INTO_OWNED, body)? - meter.cost(&PARSE, body)?) / meter.cost(&DERIVED, body)?)
        },
    );
    let decode = row(
        "ratio to serde_json, same struct",
        [Some(1.1), Some(1.5), Some(1.5), None, None],
        2,
        |body, meter| Some(meter.cost(&DECODE, body)? / meter.cost(&DIRECT, body)?),
    );
    let allocations = vec![
        row("this crate", [Some(5.0), Some(8.0), Some(8.0), None, None], 0, |body, meter| {
            meter.allocations(&PARSE, body)
        }),
        row(DERIVED.name, [None; 5], 0, |body, meter| meter.allocations(&DERIVED, body)),
    ];
    [
        (format!("parse, {unit}"), parse),
        (format!("into_owned, {unit}"), vec![into_owned]),
        (format!("decode, {unit}"), vec![decode]),
        ("allocations".to_owned(), allocations),
        (format!("growth, {unit} per byte"), bodies::GROWTH.map(growth).into()),
    ]
}

/// A row with a cell for each body.
fn row(
    name: &str,
    limits: [Option<f64>; 5],
    decimals: usize,
    value: impl Fn(&Body, &mut dyn Meter) -> Option<f64> + Copy + 'static,
) -> Row {
    let cell = |(body, limit): (Body, Option<f64>)| Cell {
        column: body.name,
        limit,
        decimals,
        value: Box::new(move |meter| value(&body, meter)),
    };
    Row { name: name.to_owned(), cells: bodies::ALL.into_iter().zip(limits).map(cell).collect() }
}

fn growth([few, many]: [Body; 2]) -> Row {
    let value = move |meter: &mut dyn Meter| {
        let mut per_byte = |body: &Body| Some(meter.cost(&PARSE_UNLIMITED, body)? / f64::from(body.bytes()));
        Some(per_byte(&many)? / per_byte(&few)?)
    };
    let cell = Cell { column: "ratio", limit: Some(3.0), decimals: 2, value: Box::new(value) };
    Row { name: format!("{} to {}", many.name, few.name), cells: vec![cell] }
}
