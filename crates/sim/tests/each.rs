//! Trials handed over one by one are those that the reference interpreter tells, in order, and add up to the result.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::ops::ControlFlow;

use cordiale_core::Scenario;
use cordiale_core::scenario::NoFiles;
use cordiale_sim::record::Track;
use cordiale_sim::simulation::each::{Kept, KeptAnswer};
use cordiale_sim::{Simulation, Trial};

const VARIED: &str = r#"
[scenario]
start = 2024-01-01
horizon = 6
[parameters.p]
value = "beta(2, 3)"
[variables.x]
initial = "uniform(0, 1)"
[variables.y]
initial = "p"
[variables.z]
initial = 1
[rules.up]
chance = "p"
effects = ["x += 0.2 * z"]
[outcomes.high]
when = "x >= 1.2"
by = 2024-05-01
[outcomes.size]
value = "x + y"
by = 2024-03-01
[outcomes.grade]
levels = [{ name = "top", when = "x >= 1" }, { name = "low" }]
[outcomes.if_high]
value = "x"
given = "high"
"#;

fn kept(simulation: &Simulation) -> Vec<Kept> {
    let mut kept = Vec::new();
    let result = simulation.run_each(|trial| {
        kept.push(trial.clone());
        ControlFlow::Continue(())
    });
    assert_eq!(result, simulation.run());
    kept
}

#[test]
fn a_trial_is_what_the_reference_tells() {
    let scenario = Scenario::from_toml(VARIED, "varied.toml", &NoFiles).unwrap();
    let simulation = Simulation::new(&scenario).unwrap().trials(300).first_trial(17).seed(5);
    assert_eq!(simulation.inputs(), ["p", "x", "y"]);
    let all = kept(&simulation.clone().threads(1));
    assert_eq!(all, kept(&simulation.threads(4)));
    assert_eq!(all.len(), 300);
    let mut met = 0;
    for (place, row) in all.iter().enumerate() {
        assert_eq!(row.trial, 17 + place as u64);
        let mut trial = Trial::new(&scenario, 5, row.trial).unwrap();
        let began = ["p", "x", "y"].map(|name| trial.value(name).unwrap());
        assert_eq!(row.inputs, began);
        while trial.step().unwrap().is_some() {}
        let Some(Track::Event { reached, .. }) = trial.outcome("high") else { panic!("an event") };
        let by_deadline = reached.is_some_and(|step| step <= 4);
        assert_eq!(row.answers[0], KeptAnswer::Event { reached: Some(by_deadline), first_step: *reached });
        let Some(Track::Value(size)) = trial.outcome("size") else { panic!("a value") };
        assert_eq!(row.answers[1], KeptAnswer::Value(Some(size[2])));
        let Some(Track::Levels(grade)) = trial.outcome("grade") else { panic!("levels") };
        assert_eq!(row.answers[2], KeptAnswer::Level(Some(usize::from(grade[6]))));
        let Some(Track::Value(given)) = trial.outcome("if_high") else { panic!("a value") };
        assert_eq!(row.answers[3], KeptAnswer::Value(by_deadline.then_some(given[6])));
        met += u64::from(by_deadline);
    }
    assert!((1..300).contains(&met), "{met}");
}

/// Also where nothing reads a parameter or a start, whatever it is drawn from.
#[test]
fn trials_of_the_shipped_scenarios_begin_with_what_the_reference_draws() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut count = 0;
    for file in files.filter(|file| file.extension().is_some_and(|extension| extension == "toml")) {
        let scenario = Scenario::from_toml(&std::fs::read_to_string(&file).unwrap(), "s.toml", &NoFiles);
        let simulation = Simulation::new(&scenario.unwrap()).unwrap().trials(70).first_trial(1000).seed(3);
        let names: Vec<String> = simulation.inputs().into_iter().map(str::to_owned).collect();
        for row in kept(&simulation) {
            let trial = Trial::new(simulation.scenario(), 3, row.trial).unwrap();
            let began: Vec<f64> = names.iter().map(|name| trial.value(name).unwrap()).collect();
            assert_eq!(row.inputs, began, "{}, trial {}", file.display(), row.trial);
            count += began.len();
        }
    }
    assert!(count > 10_000, "{count}");
}

#[test]
fn a_stop_gives_the_trials_of_the_partial_result() {
    let scenario = Scenario::from_toml(VARIED, "varied.toml", &NoFiles).unwrap();
    for threads in [1, 3] {
        let simulation = Simulation::new(&scenario).unwrap().trials(10_000).threads(threads);
        let mut count = 0;
        let result = simulation.run_each(|_| {
            count += 1;
            if count >= 200 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let result = result.unwrap();
        assert!(result.run.partial);
        assert_eq!(result.run.trials, count);
        assert!(count < 1_000, "{count}");
    }
}

#[test]
fn a_trial_that_fails_is_told_and_nothing_waits_for_it() {
    let text = VARIED.replace("value = \"x + y\"", "value = \"sqrt(x - 0.01)\"");
    let scenario = Scenario::from_toml(&text, "failing.toml", &NoFiles).unwrap();
    for threads in [1, 4] {
        let simulation = Simulation::new(&scenario).unwrap().trials(5_000).threads(threads);
        let error = simulation.run_each(|_| ControlFlow::Continue(())).unwrap_err();
        assert_eq!(error, simulation.run().unwrap_err());
    }
}
