//! Comparisons against what the reference interpreter finds, trial by trial.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::ops::ControlFlow;

use cordiale_core::Scenario;
use cordiale_core::scenario::NoFiles;
use cordiale_sim::analysis::compare::{Contrast, Flips};
use cordiale_sim::record::{Track, TrialRecord};
use cordiale_sim::stats::{Difference, PairedMoments, PairedTable, newcombe};
use cordiale_sim::{Comparison, RunError, Simulation, reference};

const TEXT: &str = r#"
[scenario]
start = 2024-01-01
step = "month"
horizon = "2 years"
seed = 11

[parameters.pace]
value = "uniform(0.2, 0.6)"
[parameters.push]
value = 0.1

[variables.trust]
initial = "uniform(0, 0.4)"
range = [0, 1]
volatility = 0.1
[variables.quarrels]
initial = 0

[rules.talks]
chance = "pace"
effects = ["trust += push * (1 - trust)"]
[rules.quarrel]
chance = "0.1 * (1.5 - trust)"
effects = ["trust -= 0.15", "quarrels += 1"]

[outcomes.trusting]
when = "trust >= 0.6"
sustained = "3 months"
[outcomes.soon]
when = "trust >= 0.5"
by = 2024-12-31
[outcomes.quarrelled]
when = "quarrels >= 3"
[outcomes.if_quarrelled]
when = "trust >= 0.6"
given = "quarrelled"
[outcomes.trust]
value = "trust"
[outcomes.trust_if_soon]
value = "trust"
given = "soon"
[outcomes.state]
levels = [
  { name = "high", when = "trust > 0.6" },
  { name = "middle", when = "trust > 0.3" },
  { name = "low" },
]
[outcomes.never]
when = "trust > 2"
[outcomes.if_never]
when = "trust > 0.1"
given = "never"

[variants.harder]
about = "Each talk is worth less"
set = { push = 0.07 }
[variants.shorter]
set = { "scenario.horizon" = "1 year" }
[variants.failing]
set = { "outcomes.trust.value" = "ln(trust - 0.01)" }
"#;

fn scenario() -> Scenario {
    match Scenario::from_toml(TEXT, "test.toml", &NoFiles) {
        Ok(scenario) => scenario,
        Err(report) => panic!("{report}"),
    }
}

const TRIALS: u64 = 1000;

fn records(scenario: &Scenario) -> Vec<TrialRecord> {
    (0..TRIALS).map(|trial| reference::run_trial(scenario, 11, trial.into()).unwrap()).collect()
}

/// Whether an event was reached by an observation; none where its condition was not.
fn event(trial: &TrialRecord, outcome: usize, by: u32, given: Option<(usize, u32)>) -> Option<bool> {
    let reached = |outcome: usize, by: u32| match &trial.outcomes[outcome] {
        Track::Event { reached, .. } => reached.is_some_and(|step| step <= by),
        _ => panic!("not an event"),
    };
    given.is_none_or(|(given, by)| reached(given, by)).then(|| reached(outcome, by))
}

fn check(found: &Contrast<Flips>, table: &PairedTable, by_step: impl Fn(u32) -> PairedTable, steps: u32) {
    assert_eq!((found.baseline.trials, found.variant.trials), (table.baseline().1, table.variant().1));
    let share = |(yes, of): (u64, u64)| Some(yes as f64 / of as f64);
    assert_eq!(found.baseline.estimate, share(table.baseline()));
    assert_eq!(found.variant.estimate, share(table.variant()));
    assert_eq!(found.changed.flipped_to_yes, table.flipped_to_yes());
    assert_eq!(found.changed.flipped_to_no, table.flipped_to_no());
    assert_eq!(found.difference, table.difference());
    let width = |d: Option<Difference>| d.map(|d| d.width()).unwrap();
    let ratio = width(newcombe(table.baseline(), table.variant())) / width(table.difference());
    assert_eq!(found.unpaired_width_ratio, Some(ratio));
    let series = found.by_step.as_ref().unwrap();
    assert_eq!((series.estimate.len(), series.low.len(), series.high.len()), {
        let observations = steps as usize + 1;
        (observations, observations, observations)
    });
    for step in 0..=steps {
        let expected = by_step(step).difference();
        let at = step as usize;
        let found = (series.estimate[at], series.low[at], series.high[at]);
        assert_eq!(
            found,
            (expected.map(|d| d.estimate), expected.map(|d| d.low), expected.map(|d| d.high)),
            "{step}"
        );
    }
}

#[test]
fn every_figure_is_that_of_the_reference_trial_by_trial() {
    let baseline = scenario();
    let (harder, shorter) =
        (baseline.with_variant("harder").unwrap(), baseline.with_variant("shorter").unwrap());
    let comparison = Comparison::new(&baseline)
        .unwrap()
        .variant("harder", &harder)
        .variant("shorter", &shorter)
        .trials(TRIALS);
    let result = comparison.run().unwrap();
    let base = records(&baseline);
    for (name, scenario, end, last) in [("harder", &harder, 24, 24), ("shorter", &shorter, 12, 12)] {
        let trials: Vec<(TrialRecord, TrialRecord)> = base.iter().cloned().zip(records(scenario)).collect();
        let variant = result.variant(name).unwrap();
        // By baseline and variant: the deadline, and the condition with its own.
        let events = [
            ("trusting", 0, (24, end), None),
            ("soon", 1, (11, 11), None),
            ("quarrelled", 2, (24, end), None),
            ("if_quarrelled", 3, (24, end), Some(2)),
        ];
        for (outcome, place, by, given) in events {
            let table = |by: (u32, u32)| {
                let mut table = PairedTable::new();
                for (b, v) in &trials {
                    let given = |end: u32| given.map(|given| (given, end));
                    table.add(event(b, place, by.0, given(24)), event(v, place, by.1, given(end)), 1);
                }
                table
            };
            check(variant.event(outcome).unwrap(), &table(by), |step| table((step, step)), last);
        }
        for (outcome, place, given) in [("trust", 4, None), ("trust_if_soon", 5, Some((1, 11)))] {
            let moments = |at: (usize, usize)| {
                let mut moments = PairedMoments::new();
                for (b, v) in &trials {
                    let value = |trial: &TrialRecord, at: usize| match &trial.outcomes[place] {
                        Track::Value(values) => {
                            let counts =
                                given.is_none_or(|(given, by)| event(trial, given, by, None) == Some(true));
                            counts.then_some(values[at])
                        }
                        _ => panic!("not a value"),
                    };
                    moments.add(value(b, at.0), value(v, at.1));
                }
                moments
            };
            let (found, expected) = (variant.value(outcome).unwrap(), moments((24, end as usize)));
            assert_eq!(found.difference, expected.difference());
            assert_eq!((found.changed.higher, found.changed.lower), (expected.higher(), expected.lower()));
            assert_eq!(found.baseline.estimate, Some(expected.baseline().mean()));
            let series = found.by_step.as_ref().unwrap();
            assert_eq!(series.estimate.len(), last as usize + 1);
            for at in 0..=last as usize {
                let low = moments((at, at)).difference().and_then(|d| d.ends()).map(|(low, _)| low);
                assert_eq!(series.low[at], low, "{outcome} {at}");
            }
        }
        let levels = variant.levels("state").unwrap();
        let level = |trial: &TrialRecord, at: usize| match &trial.outcomes[6] {
            Track::Levels(levels) => levels[at],
            _ => panic!("not levels"),
        };
        for (place, (_, found)) in levels.levels.iter().enumerate() {
            let table = |at: (usize, usize)| {
                let mut table = PairedTable::new();
                for (b, v) in &trials {
                    let stands = |trial, at| Some(usize::from(level(trial, at)) == place);
                    table.add(stands(b, at.0), stands(v, at.1), 1);
                }
                table
            };
            let by_step = |step: u32| table((step as usize, step as usize));
            check(found, &table((24, end as usize)), by_step, last);
        }
        let moved = trials.iter().filter(|(b, v)| level(b, 24) != level(v, end as usize)).count();
        assert_eq!(levels.flipped, moved as u64);
    }
    // The baseline's own answers are those of a run of it.
    let run = Simulation::new(&baseline).unwrap().trials(TRIALS).run().unwrap();
    let own = run.event("if_quarrelled").unwrap();
    let beside = result.variant("harder").unwrap().event("if_quarrelled").unwrap().baseline;
    assert_eq!((beside.estimate, beside.trials), (own.probability.estimate(), own.trials));
    assert_eq!(beside.low, own.probability.0.map(|p| p.low));
    for threads in [1, 2, 3, 7] {
        assert_eq!(
            comparison.clone().threads(threads).run().unwrap().to_json(),
            result.to_json(),
            "{threads}"
        );
    }
}

#[test]
fn what_cannot_be_compared_is_said() {
    let baseline = scenario();
    let shorter = baseline.with_variant("shorter").unwrap();
    let result = Comparison::new(&baseline).unwrap().variant("shorter", &shorter).trials(64).run().unwrap();
    let warnings = result.warnings.join("\n");
    assert!(
        warnings.contains("`trusting` is looked at on 2025-01-01, the baseline's on 2026-01-01"),
        "{warnings}"
    );
    assert!(warnings.contains("`if_never` has no difference"), "{warnings}");
    assert!(!warnings.contains("`soon`"), "{warnings}");
    let never = result.variant("shorter").unwrap().event("if_never").unwrap();
    assert_eq!((never.difference, never.baseline.estimate, never.baseline.trials), (None, None, 0));
    assert!(result.to_json().contains(r#""if_never":{"kind":"event","baseline":{"estimate":null"#));

    let weekly = baseline.with_settings(&[("scenario.step", "week"), ("scenario.horizon", "104")]).unwrap();
    let result = Comparison::new(&baseline).unwrap().variant("weekly", &weekly).trials(64).run().unwrap();
    assert!(result.warnings.iter().any(|w| w.contains("no differences by step")), "{:?}", result.warnings);
    assert_eq!(result.variant("weekly").unwrap().event("trusting").unwrap().by_step, None);
}

#[test]
fn each_run_is_looked_at_by_its_own_deadline() {
    let baseline = scenario();
    let earlier = baseline.with_settings(&[("outcomes.soon.by", "2024-06-30")]).unwrap();
    let result = Comparison::new(&baseline).unwrap().variant("earlier", &earlier).trials(500).run().unwrap();
    let run = Simulation::new(&earlier).unwrap().trials(500).run().unwrap();
    let variant = result.variant("earlier").unwrap();
    let found = variant.event("soon").unwrap();
    assert_eq!(found.variant.estimate, run.event("soon").unwrap().probability.estimate());
    assert!(found.changed.flipped_to_no > 0 && found.changed.flipped_to_yes == 0, "{:?}", found.changed);
    // Fewer trials meet the condition too.
    let given = variant.value("trust_if_soon").unwrap();
    assert_eq!(given.variant.trials, run.value("trust_if_soon").unwrap().trials);
    assert!(given.trials_in_both == given.variant.trials && given.baseline.trials > given.variant.trials);
}

#[test]
fn wrong_use_is_told() {
    let baseline = scenario();
    let harder = baseline.with_variant("harder").unwrap();
    let comparison = Comparison::new(&baseline).unwrap();
    let said = |comparison: &Comparison| comparison.run().unwrap_err().to_string();
    assert_eq!(said(&comparison), "there is nothing to compare the baseline with; add a variant");
    let one = comparison.clone().variant("harder", &harder);
    assert!(said(&one.clone().variant("harder", &harder)).contains("given twice"));
    assert!(
        said(&one.clone().outcome("trustin"))
            .contains("there is no outcome `trustin`; there are: trusting, soon")
    );
    assert_eq!(one.clone().trials(0).run().unwrap_err(), RunError::NoTrials);
    let result = one.outcome("trusting").trials(64).run().unwrap();
    assert_eq!(result.baseline.outcomes.names().collect::<Vec<_>>(), ["trusting"]);
    assert!(result.variant("softer").unwrap_err().to_string().contains("there are: harder"));
    assert!(result.variant("harder").unwrap().value("trusting").is_err());
}

#[test]
fn the_lowest_trial_that_fails_is_told_with_its_variant() {
    let baseline = scenario();
    let (harder, failing) =
        (baseline.with_variant("harder").unwrap(), baseline.with_variant("failing").unwrap());
    let comparison = Comparison::new(&baseline)
        .unwrap()
        .variant("harder", &harder)
        .variant("failing", &failing)
        .trials(TRIALS);
    let alone = Simulation::new(&failing).unwrap().trials(TRIALS).run().unwrap_err();
    assert!(alone.to_string().ends_with(" --variant failing"), "{alone}");
    for threads in [1, 4] {
        let error = comparison.clone().threads(threads).run().unwrap_err();
        assert_eq!(error.to_string(), format!("in variant `failing`: {alone}"));
    }
}

#[test]
fn a_stopped_comparison_is_partial() {
    let baseline = scenario();
    let harder = baseline.with_variant("harder").unwrap();
    let comparison = Comparison::new(&baseline).unwrap().variant("harder", &harder).trials(1000).threads(1);
    let stop = |progress: &cordiale_sim::Progress| {
        if progress.trials >= 128 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let result = comparison.clone().on_progress(stop).run().unwrap();
    assert_eq!((result.run.trials, result.run.partial), (128, true));
    let whole = comparison.trials(128).run().unwrap();
    assert_eq!(result.variants, whole.variants);
}

/// Through the whole command: of 300 comparisons of 192 trials each about 95% hold the known difference.
#[test]
fn differences_of_runs_cover_what_is_known() {
    let text = r#"
        [scenario]
        start = 2024-01-01
        step = "month"
        horizon = 2
        [parameters.luck]
        value = 0.3
        [variables.heads]
        initial = 0
        [rules.toss]
        chance = "luck"
        effects = ["heads += 1"]
        [outcomes.both]
        when = "heads == 2"
        [outcomes.one]
        when = "heads >= 1"
        [outcomes.both_if_one]
        when = "heads == 2"
        given = "one"
        [outcomes.heads]
        value = "heads"
    "#;
    let baseline = Scenario::from_toml(text, "coin.toml", &NoFiles).unwrap();
    let bent = baseline.with_settings(&[("luck", "0.4")]).unwrap();
    let comparison = Comparison::new(&baseline).unwrap().variant("bent", &bent).trials(192).threads(1);
    let truths = [0.16 - 0.09, 0.64 - 0.51, 0.16 / 0.64 - 0.09 / 0.51, 0.2];
    let mut held = [0; 4];
    for seed in 0..300 {
        let result = comparison.clone().seed(seed).run().unwrap();
        let variant = result.variant("bent").unwrap();
        let event = |name: &str| variant.event(name).unwrap().difference.unwrap();
        let found = [
            event("both"),
            event("one"),
            event("both_if_one"),
            variant.value("heads").unwrap().difference.unwrap(),
        ];
        for ((held, truth), d) in held.iter_mut().zip(truths).zip(found) {
            *held += u32::from(d.low <= truth && truth <= d.high);
        }
    }
    // 285 are expected, with a standard deviation of 4.
    assert!(held.iter().all(|held| (273..=297).contains(held)), "{held:?}");
}

/// What `run` says of chances out of bounds a comparison says too, of a variant where it is not as in the baseline.
#[test]
fn chances_out_of_bounds_are_told_of_each() {
    let text = r#"
[scenario]
start = 2024-01-01
step = "month"
horizon = 12
[parameters.p]
value = 0.5
[variables.x]
initial = 0
[rules.branched]
chance = 0.5
branches = { a = { weight = "0 - p", effects = ["x += 1"] }, b = { weight = 1 } }
[rules.fast]
hazard = "20 * p"
effects = ["x += 1"]
[rules.pushed]
chance = "2 * p"
effects = ["x += 1"]
[rules.steady]
chance = "1 + p"
effects = ["x += 1"]
[outcomes.o]
value = "x"
[variants.same]
disable = []
[variants.pushed]
set = { "parameters.p.value" = 0.9 }
"#;
    let baseline = Scenario::from_toml(text, "test.toml", &NoFiles).unwrap();
    let of = |scenario: &Scenario| Simulation::new(scenario).unwrap().trials(200).run().unwrap().warnings;
    let pushed = baseline.with_variant("pushed").unwrap();
    let mut expected = of(&baseline);
    assert_eq!(expected.len(), 3, "{expected:?}");
    let known = expected.clone();
    let own = of(&pushed).into_iter().filter(|warning| !known.contains(warning));
    expected.extend(own.map(|warning| format!("variant `pushed`: {warning}")));
    assert_eq!(expected.len(), 7, "{expected:?}");
    let mut comparison = Comparison::new(&baseline).unwrap().trials(200);
    for name in ["same", "pushed"] {
        comparison = comparison.variant(name, &baseline.with_variant(name).unwrap());
    }
    for threads in [1, 2] {
        assert_eq!(comparison.clone().threads(threads).run().unwrap().warnings, expected);
    }
}
