# What .ci/run runs.
ci:
    bash .ci/run

test:
    cargo test

lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings

doc:
    cargo doc -p rownd-webhooks --no-deps --open

bench:
    cargo bench -p benches

# The table of the README's section on cost.
instructions:
    cargo run --release -p benches --bin instructions

fuzz target seconds="600":
    cargo +nightly fuzz run {{target}} -- -max_total_time={{seconds}}

mutants:
    cargo mutants -p rownd-webhooks

deny:
    cargo deny check
