//! Times this crate and its rivals on the same bodies in the same run: only their ratios mean something.
//!
//!     cargo bench -p benches && cargo run -p benches --bin ratios

#![expect(missing_docs, reason = "the macro makes a public function")]

use std::fmt::Write;
use std::io::{BufReader, Cursor};

use benches::{Body, tasks};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rownd_webhooks::Parser;
use rownd_webhooks::replay::NdjsonReader;

fn bodies(criterion: &mut Criterion) {
    for body in Body::all() {
        let mut group = criterion.benchmark_group(body.name);
        group.throughput(Throughput::Bytes(body.text.len() as u64));
        for task in tasks() {
            group.bench_function(task.name, |bencher| bencher.iter(|| (task.run)(&body.text)));
        }
        group.finish();
    }
}

/// Reading an archive, beside reading the same bodies where they are.
fn archive(criterion: &mut Criterion) {
    const LINES: u64 = 10_000;
    let [small, medium, _] = Body::all();
    for body in [small, medium] {
        let mut lines = String::new();
        for _ in 0..LINES {
            writeln!(lines, "{}", body.text).expect("a string takes every write");
        }
        let mut group = criterion.benchmark_group(format!("archive of {}", body.name));
        group.throughput(Throughput::Elements(LINES)).sample_size(20);
        group.bench_function("NdjsonReader", |bencher| {
            bencher.iter(|| {
                let mut reader = NdjsonReader::new(BufReader::new(Cursor::new(&lines)));
                while let Some(payload) = reader.next_payload() {
                    payload.expect("a body");
                }
            });
        });
        group.bench_function("from_slice", |bencher| {
            bencher.iter(|| {
                for line in lines.lines() {
                    rownd_webhooks::from_str(line).expect("a body");
                }
            });
        });
        group.finish();
    }
}

/// Bytes a second must not fall as bodies grow.
fn growth(criterion: &mut Criterion) {
    let list = |count: u32, item: &dyn Fn(u32) -> String| (0..count).map(item).collect::<Vec<_>>().join(",");
    let lookup = r#"{"field":"email","value":"a@example.com"}"#;
    let body = |data: &str, redacted: &str, lookups: &str| {
        format!(
            r#"{{"data":{{{data}}},"redacted":[{redacted}],"meta":{{"operation":"data_update","lookup_values":[{lookups}]}}}}"#
        )
    };
    let parser = Parser::new().max_bytes(usize::MAX).max_fields(usize::MAX);
    // Numbers that are not in order: sorting is part of the work.
    let scattered = |index: u32| index.wrapping_mul(2_654_435_761);
    for count in [1_000, 200_000] {
        let kinds = [
            ("fields", body(&list(count, &|index| format!(r#""{:010}":1"#, scattered(index))), "", lookup)),
            (
                "redacted names",
                body("", &list(count, &|index| format!(r#""{:010}""#, scattered(index))), lookup),
            ),
            ("lookup values", body("", "", &list(count, &|_| lookup.to_owned()))),
            (
                "nested elements",
                body(&format!(r#""a":[{}]"#, list(count, &|_| r#"{"":0}"#.to_owned())), "", lookup),
            ),
        ];
        for (kind, body) in kinds {
            let mut group = criterion.benchmark_group(format!("growth of {kind}"));
            group.throughput(Throughput::Bytes(body.len() as u64)).sample_size(10);
            group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
                bencher.iter(|| {
                    let payload = parser.parse(body.as_bytes()).expect("a body");
                    payload.issues().len()
                });
            });
            group.finish();
        }
    }
}

criterion_group!(benches, bodies, archive, growth);
criterion_main!(benches);
