//! What a draw costs, by distribution: a rule that fires in every step sets each of some variables anew.
//!
//! `number` draws nothing: what the others take beyond it is the draw, of which there are as many as the throughput says.

#![expect(clippy::expect_used, reason = "a benchmark that skipped what it is to measure would say nothing")]

use std::fmt::Write as _;

use cordiale::{Scenario, Simulation};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const VARIABLES: usize = 16;
const STEPS: usize = 100;
const TRIALS: u64 = 640;

const DISTRIBUTIONS: [(&str, &str); 16] = [
    ("number", "0.5"),
    ("uniform", "uniform(0, 1)"),
    ("bernoulli", "bernoulli(0.3)"),
    ("triangular", "triangular(0, 1, 3)"),
    ("normal", "normal(0, 1)"),
    ("lognormal", "lognormal(1, 0.5)"),
    ("interval", "1 to 4"),
    ("exponential", "exponential(2)"),
    ("discrete-of-3", "discrete(1: 0.2, 2: 0.5, 3: 0.3)"),
    ("beta", "beta(4, 6)"),
    ("beta-narrow", "beta(1200, 800)"),
    ("gamma", "gamma(3, 2)"),
    ("gamma-narrow", "gamma(100, 5)"),
    ("poisson-small", "poisson(0.5)"),
    ("poisson", "poisson(20)"),
    ("poisson-large", "poisson(400)"),
];

fn scenario(drawn: &str) -> Scenario {
    let mut text = format!(
        "[scenario]\ntitle = \"Draws\"\nstart = 2013-09-01\nstep = \"month\"\nhorizon = {STEPS}\n\
         [outcomes.high]\nwhen = \"x0 > 1\"\n"
    );
    let effects: Vec<String> = (0..VARIABLES).map(|i| format!("\"x{i} = {drawn}\"")).collect();
    let _ = writeln!(text, "[rules.draw]\nchance = 1\neffects = [{}]", effects.join(", "));
    for i in 0..VARIABLES {
        let _ = writeln!(text, "[variables.x{i}]\ninitial = 0");
    }
    Scenario::from_toml(&text, "draws.toml").expect("a scenario without mistakes")
}

fn draws(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("draws");
    group.throughput(Throughput::Elements(VARIABLES as u64 * STEPS as u64 * TRIALS)).sample_size(10);
    for (name, drawn) in DISTRIBUTIONS {
        let scenario = scenario(drawn);
        let simulation = Simulation::new(&scenario).expect("a scenario that runs");
        let simulation = simulation.trials(TRIALS).threads(1);
        group.bench_function(name, |b| b.iter(|| simulation.tally().expect("a run without errors")));
    }
    group.finish();
}

criterion_group!(benches, draws);
criterion_main!(benches);
