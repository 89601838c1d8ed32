//! Whole runs of synthetic models on one thread: small and big, with and without noise, guards that hold seldom or often.
//!
//! The throughput is in (trial x step x rule). `cargo bench --bench families -- big-g20` runs some of them. How cordiale
//! stands beside other ways to run the same models is measured by `cargo run --release -p cordiale-peers`.

use cordiale::{Scenario, Simulation};
use cordiale_models::{Model, STEPS, Spec, families};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// Looks at a rule in one iteration, so that each takes some hundredths of a second.
const LOOKS: usize = 8_000_000;

fn run(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("families");
    group.sample_size(10);
    for spec in families() {
        let trials = (LOOKS / STEPS / spec.rules).next_multiple_of(64);
        group.throughput(Throughput::Elements((trials * STEPS * spec.rules) as u64));
        // Made inside, so that a family that is filtered out costs nothing.
        group.bench_function(spec.name(), |b| {
            let Some(simulation) = simulation(&spec) else { return };
            let simulation = simulation.trials(trials as u64).threads(1);
            b.iter(|| simulation.tally().is_ok());
        });
    }
    group.finish();
}

fn simulation(spec: &Spec) -> Option<Simulation> {
    let text = Model::generate(spec).ok()?.to_toml();
    let scenario = Scenario::from_toml(&text, &spec.name()).ok()?;
    Simulation::new(&scenario).ok()
}

criterion_group!(benches, run);
criterion_main!(benches);
