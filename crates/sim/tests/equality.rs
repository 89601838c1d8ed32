//! The engine and the reference interpreter give the same tallies and the same errors, to the last bit.

mod common;

use common::{Shape, load, shapes, try_load};
use cordiale_core::Scenario;
use cordiale_sim::{RunError, Simulation, Tally};
use proptest::prelude::*;

/// Holds the engine to the reference, on some numbers of threads.
fn hold(scenario: &Scenario, first: u64, trials: u64) -> Result<Option<Tally>, TestCaseError> {
    let simulation = Simulation::new(scenario).map_err(|e| TestCaseError::fail(e.to_string()))?;
    let simulation = simulation.first_trial(first).trials(trials);
    let expected = simulation.tally_with_reference();
    for threads in [1, 2, 3, 8] {
        let found = simulation.clone().threads(threads).tally();
        match (&expected, &found) {
            (Ok(expected), Ok(found)) => {
                let json = |tally: &Tally| tally.result(scenario).map(|result| result.to_json());
                prop_assert_eq!(json(expected), json(found));
                prop_assert!(expected == found, "results agree, tallies differ");
            }
            // By their texts, for a NaN in one does not equal itself.
            (Err(expected), Err(found)) => prop_assert_eq!(format!("{expected:?}"), format!("{found:?}")),
            (Ok(_), Err(found)) => prop_assert!(false, "the engine alone fails: {}", found),
            (Err(expected), Ok(_)) => prop_assert!(false, "the reference alone fails: {}", expected),
        }
    }
    Ok(expected.ok())
}

/// Holds the merged tallies of two parts to that of the whole.
fn hold_halves(scenario: &Scenario, first: u64, trials: u64, whole: &Tally) -> Result<(), TestCaseError> {
    let part = |first, trials| -> Result<Tally, RunError> {
        Simulation::new(scenario)?.first_trial(first).trials(trials).tally()
    };
    let half = trials / 3 + 1;
    if half < trials {
        let halves = part(first + half, trials - half).and_then(|b| b.merge(&part(first, half)?));
        prop_assert!(halves.as_ref() == Ok(whole), "halves differ from the whole");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_scenarios_agree(shape in shapes(false), first in 0..200_u64, trials in 1..150_u64) {
        if let Some(scenario) = try_load(&shape) {
            if let Some(whole) = hold(&scenario, first, trials)? {
                hold_halves(&scenario, first, trials, &whole)?;
            }
            if let Ok(forced) = scenario.with_variant("forced") {
                hold(&forced, first, trials)?;
            }
        }
    }

    #[test]
    fn random_scenarios_that_may_fail_agree(shape in shapes(true), first in 0..200_u64, trials in 1..100_u64) {
        if let Some(scenario) = try_load(&shape) {
            hold(&scenario, first, trials)?;
        }
    }
}

/// The generator would be worth little if the checks refused most of what it makes.
#[test]
fn most_random_scenarios_are_accepted_and_many_fail_only_where_they_may() {
    let (mut accepted, mut failed, mut risky_failed) = (0, 0, 0);
    for seed in 0..60 {
        for risky in [false, true] {
            let shape = Shape { seed, parameters: 3, indices: 3, rules: 7, outcomes: 4, steps: 12, risky };
            if let Some(scenario) = try_load(&shape) {
                accepted += 1;
                let fails = Simulation::new(&scenario).and_then(|s| s.trials(64).tally()).is_err();
                *(if risky { &mut risky_failed } else { &mut failed }) += usize::from(fails);
            }
        }
    }
    eprintln!("{accepted} of 120 accepted, {failed} of them fail, {risky_failed} of the risky");
    assert!(accepted > 60, "{accepted} of 120 accepted");
    assert!(failed < 30, "{failed} fail");
    assert!(risky_failed > 5, "{risky_failed} of the risky fail");
}
