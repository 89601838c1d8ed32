//! What an embedder may ask that makes no sense: an answer that says so, and never a panic or a wrong figure.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cordiale_core::Scenario;
use cordiale_core::builder::{Event, Rule, ScenarioBuilder};
use cordiale_sim::analysis::explain::Explanation;
use cordiale_sim::analysis::stopping::Question;
use cordiale_sim::analysis::threshold::{Goal, Threshold};
use cordiale_sim::{RunError, Simulation, Trial};

fn builder() -> ScenarioBuilder {
    ScenarioBuilder::new("coin", "2024-01-01", "month", 3)
        .parameter("luck", "uniform(0, 1)")
        .variable("heads", 0.0)
        .rule("toss", Rule::new().chance("luck").effect("heads += 1"))
        .event("three", Event::when("heads == 3"))
        .value("total", "heads")
}

fn coin() -> Scenario {
    builder().build().unwrap()
}

#[test]
fn a_question_goes_with_neither_kept_trials_nor_the_reference() {
    let simulation = Simulation::new(&coin()).unwrap().until(Question::precision(0.05));
    let each = simulation.run_each(|_| ControlFlow::Continue(()));
    assert!(matches!(each, Err(RunError::Question(_))));
    assert!(matches!(simulation.tally_with_reference(), Err(RunError::Question(_))));
}

#[test]
fn a_probability_beside_none_or_all_is_not_compared_with() {
    for (question, is_fine) in [
        (Question::above(1e-30), false),
        (Question::below(1.0 - 1e-12), false),
        (Question::above(1e-8), true),
        (Question::below(0.0), false),
    ] {
        let question = question.outcome("three");
        assert_eq!(question.check(&coin()).is_ok(), is_fine, "{question}");
    }
}

#[test]
fn a_trial_that_is_stopped_stays_so() {
    let failing = ScenarioBuilder::new("root", "2024-01-01", "month", 4)
        .variable("x", 1.5)
        .rule("fall", Rule::new().effect("x -= 1"))
        .value("root", "sqrt(x)")
        .build()
        .unwrap();
    let mut trial = Trial::new(&failing, 1, 0).unwrap();
    assert!(trial.step().is_ok());
    let first = trial.step().unwrap_err();
    assert_eq!(trial.step(), Err(first));
}

#[test]
fn no_trial_has_a_number_that_no_run_reaches() {
    let scenario = coin();
    assert!(Trial::new(&scenario, 1, (1 << 62) - 1).is_ok());
    for number in [1 << 62, u64::MAX] {
        let found = Trial::new(&scenario, 1, number);
        assert!(matches!(found, Err(RunError::TooManyTrials { .. })));
    }
}

#[test]
fn more_threads_than_there_can_be_are_fewer() {
    let run = |threads| Simulation::new(&coin()).unwrap().trials(20_000).threads(threads).run().unwrap();
    assert_eq!(run(usize::MAX), run(1));
}

#[test]
fn levels_that_are_no_numbers_are_not_looked_for() {
    for level in [f64::NAN, f64::INFINITY] {
        let found = Threshold::new(&coin(), "luck", Goal::new("total", None, level)).trials(64).run();
        assert!(found.unwrap_err().to_string().contains("give a level that is a number"));
        let explained = Explanation::new(&coin()).unwrap().outcome("total").above(level).run();
        assert!(explained.unwrap_err().to_string().contains("name a number"));
    }
    let both = Explanation::new(&coin()).unwrap().outcome("total").above(1.0).below(2.0).run();
    assert!(both.unwrap_err().to_string().contains("above a limit or below one"));
}

#[test]
fn a_name_that_is_taken_is_no_second_thing() {
    let wrong = [builder().variable("heads", 2.0), builder().event("total", Event::when("heads == 1"))];
    for wrong in wrong {
        assert!(wrong.build().unwrap_err().to_string().contains("E010"));
    }
    assert!(builder().seed(u64::MAX).build().unwrap_err().to_string().contains("E102"));
    assert_eq!(builder().title("One").title("Two").build().unwrap().model().title, "Two");
}

/// A panic of a callback ends the run at once: no thread goes on with the blocks that are left.
#[test]
fn a_callback_that_panics_is_not_asked_again() {
    let calls = Arc::new(AtomicU64::new(0));
    let panics = |counted: &Arc<AtomicU64>| {
        counted.fetch_add(1, Ordering::Relaxed);
        std::panic::panic_any("the embedder's own");
    };
    let simulation = || Simulation::new(&coin()).unwrap().trials(1_000_000).threads(4);
    let counted = calls.clone();
    let told = simulation().on_progress(move |_| panics(&counted));
    assert!(catch_unwind(AssertUnwindSafe(|| told.run())).is_err());
    assert_eq!(calls.swap(0, Ordering::Relaxed), 1);
    let each = || simulation().run_each(|_| panics(&calls));
    assert!(catch_unwind(AssertUnwindSafe(each)).is_err());
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

/// Each index asks the one before it twice for its value at the start: written out there would be 2^40 of them.
#[test]
fn a_trial_asks_once_for_what_was_at_the_start() {
    let index = |n: u32| format!("start(i{n}) + start(i{n}) - start(i{n})");
    let chain = (1..40)
        .fold(builder().index("i0", "heads + 1"), |builder, n| builder.index(&format!("i{n}"), index(n - 1)));
    let scenario = chain.value("last", "i39").build().unwrap();
    let mut trial = Trial::new(&scenario, 1, 0).unwrap();
    while trial.step().unwrap().is_some() {}
    let result = Simulation::new(&scenario).unwrap().trials(64).run().unwrap();
    assert_eq!(result.value("last").unwrap().at_end.as_ref().unwrap().q50, 1.0);
}
