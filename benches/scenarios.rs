//! From a file to a result: load and check, lower, a step of one trial, and whole runs of the shipped scenarios.
//!
//! `cargo bench` runs all; `cargo bench -- run/quasi-alliance` one. Times are for comparison within one run of it alone.

use std::hint::black_box;
use std::path::{Path, PathBuf};

use cordiale::{Scenario, Simulation, Trial};
use criterion::{Criterion, criterion_group, criterion_main};

const TRIALS: u64 = 10_000;

/// The shipped scenarios: name and path.
fn shipped() -> Vec<(String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut found: Vec<(String, PathBuf)> = files
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .filter_map(|path| Some((path.file_stem()?.to_str()?.to_owned(), path)))
        .collect();
    found.sort();
    found
}

fn stages(criterion: &mut Criterion) {
    for (name, path) in shipped() {
        criterion.bench_function(&format!("load/{name}"), |b| {
            b.iter(|| Scenario::from_path(black_box(&path)).map(|s| s.digest().len()));
        });
        let Ok(scenario) = Scenario::from_path(&path) else { continue };
        criterion.bench_function(&format!("lower/{name}"), |b| {
            b.iter(|| Simulation::new(black_box(&scenario)).is_ok());
        });
        criterion.bench_function(&format!("step/{name}"), |b| {
            let Ok(fresh) = Trial::new(&scenario, 1, 0) else { return };
            b.iter_batched_ref(
                || fresh.clone(),
                |trial| trial.step().is_ok(),
                criterion::BatchSize::SmallInput,
            );
        });
    }
}

fn runs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("run");
    group.sample_size(10);
    for (name, path) in shipped() {
        let Ok(scenario) = Scenario::from_path(&path) else { continue };
        let steps = u64::from(scenario.model().calendar.steps());
        let rules = scenario.model().instances.len() as u64;
        group.throughput(criterion::Throughput::Elements(TRIALS * steps * rules));
        group.bench_function(&name, |b| {
            b.iter(|| Simulation::new(&scenario).and_then(|s| s.trials(TRIALS).run()).map(|r| r.run.trials));
        });
    }
    group.finish();
}

criterion_group!(benches, stages, runs);
criterion_main!(benches);
