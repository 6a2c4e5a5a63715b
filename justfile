# Runs every check that a commit has to pass.
ci:
    bash .ci/run

test:
    cargo test

# Runs the tests with each serde_json feature that another crate may enable.
features:
    for feature in arbitrary_precision preserve_order float_roundtrip unbounded_depth; do \
        cargo test --tests --features "serde_json/$feature" || exit 1; \
    done

lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings

doc:
    cargo doc -p rownd-webhooks --no-deps --open

# Counts instructions and prints the table of benches/README.md. With `--check`, exceeding a limit is an error.
bench *words:
    cargo run --release -p benches -- {{words}}

fuzz target seconds="600":
    mkdir -p fuzz/generated/{{target}}
    cargo +nightly fuzz run -s none {{target}} fuzz/generated/{{target}} fuzz/corpus/{{target}} -- -max_total_time={{seconds}}

mutants:
    cargo mutants -p rownd-webhooks

coverage:
    cargo llvm-cov --ignore-filename-regex '(tests|examples)/' --show-missing-lines

deny:
    cargo deny check

semver:
    cargo semver-checks -p rownd-webhooks
