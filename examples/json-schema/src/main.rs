//! Checks a webhook body against the published JSON schema.

use std::io;
use std::process::ExitCode;

use jsonschema::Validator;
use serde_json::Value;

fn main() -> ExitCode {
    let schema: Value =
        serde_json::from_str(rownd_webhooks::JSON_SCHEMA).expect("the published schema is JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("the published schema is a schema");
    // An error of serde_json may quote the body.
    let Ok(body) = serde_json::from_reader(io::stdin().lock()) else {
        eprintln!("standard input is not JSON");
        return ExitCode::from(2);
    };
    let violations = violations(&validator, &body);
    for violation in &violations {
        println!("{violation}");
    }
    if violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Returns the path of each violation, with a message that contains no values.
///
/// The schema has no rule about the names of fields, so the paths consist of names that it lists itself.
fn violations(validator: &Validator, body: &Value) -> Vec<String> {
    validator
        .iter_errors(body)
        .map(|error| format!("{}: {}", error.instance_path(), error.masked()))
        .collect()
}
