//! Reads a result into types of one's own, as another program would from the JSON.

#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use std::collections::BTreeMap;

use cordiale::{Scenario, Simulation};
use serde::Deserialize;

/// As much of a result as this program cares for.
#[derive(Debug, Deserialize)]
struct Answer {
    format: String,
    outcomes: BTreeMap<String, Outcome>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Outcome {
    Event { probability: Option<Probability>, reached_by_step: Vec<u64> },
    Value { by_step: Series },
    Levels { levels: Vec<String>, by_step: BTreeMap<String, Vec<u64>> },
}

#[derive(Debug, Deserialize)]
struct Probability {
    estimate: f64,
    low: f64,
    high: f64,
}

#[derive(Debug, Deserialize)]
struct Series {
    q05: Vec<f64>,
    q95: Vec<f64>,
}

/// Ends in assertions, so that it is a test too.
pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scenario = Scenario::from_path("scenarios/syria-strike.toml")?;
    let json = Simulation::new(&scenario)?.trials(1_000).run()?.to_json();

    let answer: Answer = serde_json::from_str(&json)?;
    assert_eq!(answer.format, "cordiale.result/1");
    let observations = scenario.model().calendar.steps() as usize + 1;
    for (name, outcome) in &answer.outcomes {
        match outcome {
            Outcome::Event { probability: Some(p), reached_by_step } => {
                println!("{name}: {:.3} [{:.3}, {:.3}]", p.estimate, p.low, p.high);
                assert!(p.low <= p.estimate && p.estimate <= p.high);
                assert!(reached_by_step.is_sorted());
            }
            Outcome::Event { probability: None, .. } => println!("{name}: no estimate"),
            Outcome::Value { by_step } => {
                assert_eq!(by_step.q05.len(), observations);
                assert!(by_step.q05.iter().zip(&by_step.q95).all(|(low, high)| low <= high));
            }
            Outcome::Levels { levels, by_step } => {
                let last = |level: &String| by_step.get(level).and_then(|counts| counts.last()).copied();
                let total: u64 = levels.iter().filter_map(last).sum();
                println!("{name}: {levels:?}");
                assert!(total <= 1_000);
            }
        }
    }
    Ok(())
}
