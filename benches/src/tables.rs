//! The tables, and the limits that the crate keeps.

use crate::bodies::{self, Body};
use crate::tasks::{DECODE, DERIVED, DIRECT, INTO_OWNED, PARSE, PARSE_UNLIMITED, RIVALS, Task};

/// The unit that the limits are for.
pub const INSTRUCTIONS: &str = "instructions";

/// A way to measure.
pub trait Meter {
    /// Returns what one run of a task costs, or `None` if this was not measured.
    fn cost(&mut self, task: &Task, body: &Body) -> Option<f64>;

    /// Returns how often one run of a task allocates, or `None` if the meter cannot count that.
    fn allocations(&mut self, task: &Task, body: &Body) -> Option<f64>;
}

struct Table {
    title: String,
    columns: [&'static str; 5],
    rows: Vec<Row>,
}

struct Row {
    name: String,
    /// The limits of the first columns.
    limits: &'static [f64],
    decimals: usize,
    value: Box<Value>,
}

/// Measures the cell in a column.
type Value = dyn Fn(usize, &mut dyn Meter) -> Option<f64>;

/// Measures and prints the cells whose title, row and column together contain each of the words.
///
/// Returns how many of them are above their limits, which are for instructions, since times vary.
pub fn print(unit: &str, words: &[String], meter: &mut dyn Meter) -> usize {
    let mut above = 0;
    for Table { title, columns, rows } in tables(unit) {
        let mut header =
            Some(format!("\n| {title} | {} |\n|---|---:|---:|---:|---:|---:|", columns.join(" | ")));
        for row in rows {
            let mut measure = |(index, column)| {
                let label = format!("{title}, {}, {column}", row.name);
                let is_wanted = words.iter().all(|word| label.contains(word.as_str()));
                if is_wanted { (row.value)(index, meter) } else { None }
            };
            let values: Vec<_> = columns.iter().enumerate().map(&mut measure).collect();
            if values.iter().all(Option::is_none) {
                continue;
            }
            if let Some(header) = header.take() {
                println!("{header}");
            }
            let mut cells = vec![row.name.clone()];
            for (index, value) in values.into_iter().enumerate() {
                let rounded = value.map_or(String::new(), |value| format!("{value:.*}", row.decimals));
                let limit = row.limits.get(index).filter(|_| unit == INSTRUCTIONS);
                if value.zip(limit).is_some_and(|(value, limit)| value > *limit) {
                    above += 1;
                    cells.push(format!("**{rounded}**"));
                } else {
                    cells.push(rounded);
                }
            }
            println!("| {} |", cells.join(" | "));
        }
    }
    above
}

fn tables(unit: &str) -> [Table; 5] {
    let mut parse = vec![row("this crate", &[], 0, |body, meter| meter.cost(&PARSE, body))];
    for rival in RIVALS {
        let limits: &[f64] = if rival.name == DERIVED.name { &[0.45, 0.27, 0.22, 0.6, 0.7] } else { &[] };
        parse.push(row(&format!("ratio to {}", rival.name), limits, 2, move |body, meter| {
            Some(meter.cost(&PARSE, body)? / meter.cost(&rival, body)?)
        }));
    }
    let into_owned = row("ratio to serde_json, derived struct", &[0.35, 0.3, 0.05], 2, |body, meter| {
        Some((meter.cost(&INTO_OWNED, body)? - meter.cost(&PARSE, body)?) / meter.cost(&DERIVED, body)?)
    });
    let decode = row("ratio to serde_json, same struct", &[1.1, 1.5, 1.5], 2, |body, meter| {
        Some(meter.cost(&DECODE, body)? / meter.cost(&DIRECT, body)?)
    });
    let allocations = vec![
        row("this crate", &[5.0, 8.0, 8.0], 0, |body, meter| meter.allocations(&PARSE, body)),
        row(DERIVED.name, &[], 0, |body, meter| meter.allocations(&DERIVED, body)),
    ];
    let table = |title, rows| Table { title, columns: bodies::ALL.map(|body| body.name), rows };
    [
        table(format!("parse, {unit}"), parse),
        table(format!("into_owned, {unit}"), vec![into_owned]),
        table(format!("decode, {unit}"), vec![decode]),
        table("allocations".to_owned(), allocations),
        growth(unit),
    ]
}

/// A row with a cell for each of the usual bodies.
fn row(
    name: &str,
    limits: &'static [f64],
    decimals: usize,
    value: impl Fn(&Body, &mut dyn Meter) -> Option<f64> + 'static,
) -> Row {
    let value = Box::new(move |index: usize, meter: &mut dyn Meter| value(&bodies::ALL[index], meter));
    Row { name: name.to_owned(), limits, decimals, value }
}

fn growth(unit: &str) -> Table {
    let value = |index: usize, meter: &mut dyn Meter| {
        let mut per_byte = |body: &Body| Some(meter.cost(&PARSE_UNLIMITED, body)? / f64::from(body.bytes()));
        let [few, many] = &bodies::GROWTH[index];
        Some(per_byte(many)? / per_byte(few)?)
    };
    let name = "ratio of 200000 to 1000".to_owned();
    Table {
        title: format!("growth, {unit} per byte"),
        columns: bodies::GROWTH.map(|[few, _]| few.name.trim_start_matches("1000 ")),
        rows: vec![Row { name, limits: &[3.0; 5], decimals: 2, value: Box::new(value) }],
    }
}
