//! Scalar Rust.

use std::fmt::Write as _;

use cordiale_models::{Model, STEPS};

use super::{Notation, list};

/// The model as a good user writes it by hand: numbers in an array, one branch a rule, a small and fast generator, normals
/// by the ziggurat method, and the tally of what is asked.
pub(crate) fn rust(model: &Model) -> String {
    let notation = Notation { value: &|i| format!("x[{i}]"), exp: &|sum| format!("({sum}).exp()") };
    let mut rules = String::new();
    for rule in &model.rules {
        let guard: Vec<String> = rule.guard.iter().map(|c| notation.comparison(c)).collect();
        let chance = notation.chance(&rule.chance);
        let _ = writeln!(rules, "        if {} && rng.random::<f64>() < {chance} {{", guard.join(" && "));
        for effect in &rule.effects {
            let _ = writeln!(rules, "            delta[{}] {};", effect.target, notation.change(effect));
        }
        rules += "            *fires += 1;\n        }\n";
    }
    TEMPLATE
        .replace("{STEPS}", &STEPS.to_string())
        .replace("{VALUES}", &model.variables.len().to_string())
        .replace("{NOISY}", &model.noisy().to_string())
        .replace("{LOW}", &list(model, false, |v| v.start.0))
        .replace("{HIGH}", &list(model, false, |v| v.start.1))
        .replace("{TOWARD}", &list(model, false, |v| v.toward))
        .replace("{KEEPS}", &list(model, false, cordiale_models::Variable::keeps))
        .replace("{SD}", &list(model, true, cordiale_models::Variable::deviation))
        .replace("{RULES}", &rules)
        .replace("{EVENT}", &format!("{} > {:?}", notation.sum(&model.event.sum_of), model.event.threshold))
        .replace("{LEVEL}", &format!("({}) / {:?}", notation.sum(&model.mean_of), model.mean_of.len() as f64))
}

const TEMPLATE: &str = r#"use cpu_time::ProcessTime;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;

const STEPS: usize = {STEPS};
const VALUES: usize = {VALUES};
/// These values come first.
const NOISY: usize = {NOISY};
const LOW: [f64; VALUES] = {LOW};
const HIGH: [f64; VALUES] = {HIGH};
const TOWARD: [f64; VALUES] = {TOWARD};
const KEEPS: [f64; VALUES] = {KEEPS};
const SD: [f64; NOISY] = {SD};

struct Trial {
    x: [f64; VALUES],
    delta: [f64; VALUES],
    fires: u64,
}

impl Trial {
    fn start(&mut self, rng: &mut SmallRng) {
        for i in 0..VALUES {
            self.x[i] = (LOW[i] + (HIGH[i] - LOW[i]) * rng.random::<f64>()).clamp(0.0, 1.0);
        }
    }

    fn rules(&mut self, rng: &mut SmallRng) {
        let Self { x, delta, fires } = self;
{RULES}    }

    fn drift(&mut self, rng: &mut SmallRng) {
        let Self { x, delta, .. } = self;
        for i in 0..NOISY {
            let noise: f64 = SD[i] * rng.sample::<f64, _>(StandardNormal);
            x[i] = (TOWARD[i] + (x[i] - TOWARD[i]) * KEEPS[i] + noise + delta[i]).clamp(0.0, 1.0);
        }
        for i in NOISY..VALUES {
            x[i] = (TOWARD[i] + (x[i] - TOWARD[i]) * KEEPS[i] + delta[i]).clamp(0.0, 1.0);
        }
        *delta = [0.0; VALUES];
    }

    fn event(&self) -> bool {
        let x = &self.x;
        {EVENT}
    }

    fn level(&self) -> f64 {
        let x = &self.x;
        {LEVEL}
    }
}

/// What is known of the value and the event, by step.
struct Tally {
    sum: [f64; STEPS + 1],
    squares: [f64; STEPS + 1],
    holding: [u64; STEPS + 1],
    first: [u64; STEPS + 1],
}

impl Tally {
    fn observe(&mut self, step: usize, trial: &Trial, reached: &mut bool) {
        let level = trial.level();
        self.sum[step] += level;
        self.squares[step] += level * level;
        if trial.event() {
            self.holding[step] += 1;
            if !*reached {
                *reached = true;
                self.first[step] += 1;
            }
        }
    }
}

fn main() {
    let arguments: Vec<u64> = std::env::args().skip(1).map(|a| a.parse().unwrap()).collect();
    let (trials, seed) = (arguments[0], arguments[1]);
    let begin = ProcessTime::now();
    let mut rng = SmallRng::seed_from_u64(seed);
    let mut tally = Tally {
        sum: [0.0; STEPS + 1],
        squares: [0.0; STEPS + 1],
        holding: [0; STEPS + 1],
        first: [0; STEPS + 1],
    };
    let mut trial = Trial { x: [0.0; VALUES], delta: [0.0; VALUES], fires: 0 };
    let mut fires_squares = 0.0;
    for _ in 0..trials {
        trial.start(&mut rng);
        let before = trial.fires;
        let mut reached = false;
        tally.observe(0, &trial, &mut reached);
        for step in 1..=STEPS {
            trial.rules(&mut rng);
            trial.drift(&mut rng);
            tally.observe(step, &trial, &mut reached);
        }
        let here = (trial.fires - before) as f64;
        fires_squares += here * here;
    }
    let seconds = begin.elapsed().as_secs_f64();
    let reached: u64 = tally.first.iter().sum();
    let holding = std::hint::black_box(tally.holding)[STEPS];
    println!(
        "{{\"seconds\": {seconds}, \"trials\": {trials}, \"reached\": {reached}, \"holding\": {holding}, \
         \"level\": {}, \"level_squares\": {}, \"fires\": {}, \"fires_squares\": {fires_squares}}}",
        tally.sum[STEPS], tally.squares[STEPS], trial.fires
    );
}
"#;
