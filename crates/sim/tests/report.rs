//! What a report gathers, held against the runs that it is gathered from.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use cordiale_core::Scenario;
use cordiale_core::scenario::NoFiles;
use cordiale_sim::chronicle::EndState;
use cordiale_sim::result::OutcomeResult;
use cordiale_sim::stats::wilson;
use cordiale_sim::{Reporting, RunError, Simulation};

const SMALL: &str = r#"
[scenario]
title = "Do two neighbours come to trust each other?"
start = 2024-01-01
step = "month"
horizon = 36
trials = 700
seed = 5

[actors]
NOR = { name = "North", kind = "state" }
SOU = { name = "South", kind = "state" }
WES = { name = "West", kind = "bloc" }

[sources.paper]
title = "A paper"

[channels.trust]
decay = { half_life = "3 years", toward = 0.2 }

[channels.trade]
directed = true

[ties]
"trust[NOR,SOU]" = { weight = "beta(4, 6)", evidence = { source = "paper", paragraph = 3, basis = "article", note = "said so" } }
"trade[SOU,NOR]" = { weight = 0.5 }

[rules.talks]
about = "They talk"
hazard = 3
effects = ["trust[NOR,SOU] += 0.1 * (1 - trust[NOR,SOU])", "trust[SOU,WES] += 0.01"]

[outcomes.trusting]
about = "They trust"
when = "trust[NOR,SOU] >= 0.7"
by = 2026-01-01

[outcomes.height]
value = "trust[NOR,SOU]"

[outcomes.mood]
levels = [ { name = "warm", when = "trust[NOR,SOU] >= 0.5" }, { name = "cold" } ]

[outcomes.west]
value = "trust[SOU,WES]"

[variants.silent]
disable = ["talks"]
"#;

fn load(text: &str) -> Scenario {
    match Scenario::from_toml(text, "small.toml", &NoFiles) {
        Ok(scenario) => scenario,
        Err(report) => panic!("{report}"),
    }
}

fn reporting(scenario: &Scenario) -> Reporting {
    Reporting::new(scenario).variant("silent", &scenario.with_variant("silent").unwrap()).network_trials(700)
}

#[test]
fn it_is_the_same_on_any_number_of_threads() {
    let scenario = load(SMALL);
    let one = reporting(&scenario).threads(1).run().unwrap().to_json();
    let three = reporting(&scenario).threads(3).run().unwrap().to_json();
    assert_eq!(one, three);
}

#[test]
fn answers_are_those_of_the_run() {
    let scenario = load(SMALL);
    let report = reporting(&scenario).run().unwrap();
    let run = Simulation::new(&scenario).unwrap().run().unwrap();
    assert_eq!(report.lead, "trusting");
    assert_eq!(report.axis.steps, (0..=36).collect::<Vec<u32>>());
    for (name, figure) in report.outcomes.iter() {
        assert_eq!(Some(&figure.answer), run.outcomes.get(name), "{name}");
    }
    let trusting = report.outcomes.get("trusting").unwrap();
    let event = run.event("trusting").unwrap();
    assert_eq!(trusting.deadline, "2026-01-01");
    let band = trusting.share.as_ref().unwrap();
    for (step, count) in event.reached_by_step.iter().enumerate() {
        let share = wilson(*count, 700).unwrap();
        assert_eq!(
            (band.estimate[step], band.low[step], band.high[step]),
            (Some(share.estimate), Some(share.low), Some(share.high))
        );
    }
    let comparison = report.comparison.unwrap();
    let silent = comparison.variant("silent").unwrap();
    assert!(silent.event("trusting").unwrap().by_step.is_some(), "by step for the outcome that leads");
    assert!(silent.value("height").unwrap().by_step.is_none(), "and for no other");
}

/// A tie's median is what an outcome that asks for the tie gives.
#[test]
fn ties_go_as_a_run_that_asks_for_them_says() {
    let scenario = load(SMALL);
    let network = reporting(&scenario).run().unwrap().network.unwrap();
    let run = Simulation::new(&scenario).unwrap().run().unwrap();
    for (tie, outcome) in [("trust[NOR,SOU]", "height"), ("trust[SOU,WES]", "west")] {
        let found = network.ties.iter().find(|t| t.name == tie).unwrap();
        let series = &run.value(outcome).unwrap().by_step;
        assert_eq!((&found.median, &found.q05, &found.q95), (&series.q50, &series.q05, &series.q95), "{tie}");
    }
    let names: Vec<&str> = network.ties.iter().map(|tie| tie.name.as_str()).collect();
    assert_eq!(names, ["trade[SOU,NOR]", "trust[NOR,SOU]", "trust[SOU,WES]"], "declared, or moved by a rule");
    let fixed = &network.ties[0];
    assert_eq!((fixed.median.as_slice(), fixed.q05.len()), ([Some(0.5)].as_slice(), 0));
    let evidence = &network.ties[1].evidence[0];
    assert_eq!((evidence.source.as_deref(), evidence.paragraph), (Some("A paper"), Some(3)));
    assert_eq!(network.ties[2].start, None, "made by a rule, not by the file");
}

#[test]
fn the_trials_told_are_of_their_kind() {
    let scenario = load(SMALL);
    let told = reporting(&scenario).run().unwrap().chronicles.unwrap();
    assert_eq!(told.trials.len(), 2);
    assert_eq!((told.trials[0].kind.as_str(), told.trials[1].kind.as_str()), ("reached", "not reached"));
    let ends: Vec<&EndState> = told.trials.iter().map(|trial| &trial.chronicle.outcomes[0].result).collect();
    assert!(matches!(ends[0], EndState::Reached { step, .. } if *step <= 24), "{ends:?}");
    assert!(matches!(ends[1], EndState::NotReached), "{ends:?}");

    let told = reporting(&scenario).lead("height").run().unwrap().chronicles.unwrap();
    let run = Simulation::new(&scenario).unwrap().run().unwrap();
    let Some(OutcomeResult::Value(height)) = run.outcomes.get("height") else { panic!("no height") };
    let end = height.at_end.as_ref().unwrap();
    let of = |place: usize| match told.trials[place].chronicle.outcomes[1].result {
        EndState::Value(value) => value,
        ref other => panic!("{other:?}"),
    };
    assert_eq!((told.trials[0].kind.as_str(), told.trials[1].kind.as_str()), ("high", "low"));
    assert!(of(0) >= end.q75 && of(1) <= end.q25);

    let told = reporting(&scenario).lead("mood").run().unwrap().chronicles.unwrap();
    for trial in &told.trials {
        assert_eq!(trial.chronicle.outcomes[2].result, EndState::Level(trial.kind.clone()));
    }
}

#[test]
fn one_kind_alone_is_told_alone() {
    let scenario =
        load(&SMALL.replace("when = \"trust[NOR,SOU] >= 0.7\"\nby", "when = \"trust[NOR,SOU] >= 0\"\nby"));
    let report = reporting(&scenario).run().unwrap();
    assert!(report.explain.is_none(), "nothing sets them apart");
    assert!(report.warnings.iter().any(|w| w.contains("nothing sets them apart")), "{:?}", report.warnings);
    let told = report.chronicles.unwrap();
    assert_eq!(told.trials.len(), 1);
    assert_eq!(told.trials[0].kind, "reached");
}

/// Ten years by day: no figure holds thousands of steps, and deadlines are not lost.
#[test]
fn many_steps_are_thinned() {
    let daily = SMALL.replace(
        "step = \"month\"\nhorizon = 36\ntrials = 700",
        "step = \"day\"\nhorizon = 3650\ntrials = 64",
    );
    let scenario = load(&daily);
    let report = reporting(&scenario).network_trials(64).run().unwrap();
    let axis = &report.axis;
    assert!(axis.steps.len() <= 243, "{}", axis.steps.len());
    assert_eq!((axis.steps.first(), axis.steps.last()), (Some(&0), Some(&3650)));
    assert!(axis.dates.iter().any(|date| date == "2026-01-01"), "the deadline is among them");
    for (name, figure) in report.outcomes.iter() {
        let length = match &figure.answer {
            OutcomeResult::Event(event) => event.reached_by_step.len(),
            OutcomeResult::Value(value) => value.by_step.q50.len(),
            OutcomeResult::Levels(levels) => {
                levels.by_step.iter().map(|(_, counts)| counts.len()).max().unwrap_or(0)
            }
        };
        assert_eq!(length, axis.steps.len(), "{name}");
    }
    assert!(report.to_json().len() < 400_000);
}

#[test]
fn parts_can_be_left_out() {
    let scenario = load(SMALL);
    let report = Reporting::new(&scenario)
        .network_trials(0)
        .explain_trials(0)
        .swing_trials(0)
        .widths(false)
        .chronicles(false)
        .run()
        .unwrap();
    assert!(report.comparison.is_none() && report.network.is_none() && report.chronicles.is_none());
    assert!(report.explain.is_none() && report.sensitivity.is_none() && report.widths.is_none());
}

#[test]
fn what_cannot_be_reported_says_what_to_do() {
    let none = load(SMALL.split("[outcomes.trusting]").next().unwrap());
    let error = Reporting::new(&none).run().unwrap_err();
    assert!(matches!(error, RunError::Report(_)), "{error}");
    assert!(error.to_string().contains("[outcomes.close]"), "{error}");
    let error = Reporting::new(&load(SMALL)).lead("trustin").run().unwrap_err();
    assert!(error.to_string().contains("there are: trusting, height, mood, west"), "{error}");
    assert_eq!(Reporting::new(&load(SMALL)).trials(0).run().unwrap_err(), RunError::NoTrials);
    let stopped =
        Reporting::new(&load(SMALL)).on_progress(|_| std::ops::ControlFlow::Break(())).threads(1).run();
    assert_eq!(stopped.unwrap_err(), RunError::Cancelled, "never a report in part");
}
