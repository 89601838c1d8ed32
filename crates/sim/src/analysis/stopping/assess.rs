//! What the trials so far say to a question.

use cordiale_core::Scenario;
use cordiale_core::model::Model;

use super::{Answer, Asked, Followed, Goal, Question, Stopping};
use crate::error::RunError;
use crate::lower::lower;
use crate::stats::ShareSequence;
use crate::stats::sequence::{mean_sequence, mean_sequence_of};
use crate::tally::{Counted, Tally};

/// A mean's interval rests on the central limit theorem, and is not looked at with fewer numbers.
const LEAST_OF_A_MEAN: u64 = 1000;
/// More trials than this are as good as never.
const NEVER: f64 = 1e15;

/// What the trials of a tally say to a question. They must be the first of the run, without a gap, and their number one
/// of the question's [looks](Question::next_look), or what is said is not what a run would say.
///
/// # Errors
/// Where the question cannot be asked of the scenario.
pub fn assess(question: &Question, scenario: &Scenario, tally: &Tally) -> Result<Stopping, RunError> {
    let model = scenario.model();
    assess_with(question, model, &|| lower(model).is_fixed(), tally)
}

/// The same, given whether all trials of the model have to be alike: asked only where they were so far.
pub(crate) fn assess_with(
    question: &Question,
    model: &Model,
    is_fixed: &dyn Fn() -> bool,
    tally: &Tally,
) -> Result<Stopping, RunError> {
    let asked = question.resolve(model)?;
    let trials = tally.trials();
    let followed = |asked: &Asked| (name(model, asked), follow(question.goal, is_fixed, tally, asked));
    let outcomes: Vec<(String, Followed)> = asked.iter().map(followed).collect();
    let resolved = outcomes.iter().all(|(_, followed)| followed.resolved);
    let answer = match (resolved, outcomes.as_slice()) {
        (false, _) => Answer::NotResolved,
        (true, [(_, followed)]) => side(question.goal, followed),
        (true, _) => Answer::Yes,
    };
    let lacking = outcomes.iter().filter(|(_, followed)| !followed.resolved);
    let needed: Option<Vec<u64>> = lacking.map(|(_, followed)| followed.trials_needed).collect();
    Ok(Stopping {
        goal: question.goal.name(),
        target: question.goal.target(),
        answer,
        level: 0.95,
        looks: question.looks.passed(trials, question.max_trials),
        max_trials: question.max_trials,
        trials_needed: needed.and_then(|needed| needed.into_iter().max()),
        outcomes: outcomes.into_iter().collect(),
    })
}

impl Question {
    /// How the first event of a scenario stands, which is the one that [progress](crate::Progress) tells.
    pub(crate) fn first_event(&self, model: &Model, tally: &Tally) -> Option<(u64, u64)> {
        let first = *super::all_events(model).first()?;
        match tally.counted(first.outcome, first.by)? {
            Counted::Share { reached, trials } => Some((reached, trials)),
            Counted::Mean { .. } => None,
        }
    }
}

fn name(model: &Model, asked: &Asked) -> String {
    model.outcomes[asked.outcome].name.clone()
}

/// The answer of an outcome that settles the question.
fn side(goal: Goal, followed: &Followed) -> Answer {
    let above = |threshold: f64| followed.low.is_some_and(|low| low > threshold);
    let yes = match goal {
        Goal::Precision(_) => true,
        Goal::Above(threshold) => above(threshold),
        Goal::Below(threshold) => !above(threshold),
    };
    if yes { Answer::Yes } else { Answer::No }
}

fn follow(goal: Goal, is_fixed: &dyn Fn() -> bool, tally: &Tally, asked: &Asked) -> Followed {
    match tally.counted(asked.outcome, asked.by) {
        Some(Counted::Share { reached, trials }) => follow_share(goal, tally.trials(), reached, trials),
        Some(Counted::Mean { mean, sd, trials }) => {
            let is_known = sd == 0.0 && is_fixed();
            follow_mean(goal, tally.trials(), mean, sd, trials, is_known)
        }
        None => unknown(0),
    }
}

fn unknown(trials: u64) -> Followed {
    Followed {
        trials,
        estimate: None,
        low: None,
        high: None,
        half_width: None,
        resolved: false,
        trials_needed: None,
    }
}

/// An event: how often reached in the trials that count, of `all`.
fn follow_share(goal: Goal, all: u64, reached: u64, trials: u64) -> Followed {
    if trials == 0 {
        return unknown(0);
    }
    let sequence = match goal {
        Goal::Precision(half_width) => ShareSequence::for_half_width(half_width),
        Goal::Above(threshold) | Goal::Below(threshold) => ShareSequence::for_threshold(threshold),
    };
    let estimate = reached as f64 / trials as f64;
    let settles = |(low, high): (f64, f64)| match goal {
        Goal::Precision(half_width) => (estimate - low).max(high - estimate) <= half_width,
        Goal::Above(threshold) | Goal::Below(threshold) => threshold < low || high < threshold,
    };
    let interval = sequence.interval(reached, trials);
    let resolved = settles(interval);
    let ahead = |n: f64| settles(sequence.interval_of(estimate * n, (1.0 - estimate) * n));
    Followed {
        trials,
        estimate: Some(estimate),
        low: Some(interval.0),
        high: Some(interval.1),
        half_width: Some((estimate - interval.0).max(interval.1 - estimate)),
        resolved,
        trials_needed: if resolved { None } else { needed(all, trials, ahead) },
    }
}

/// A value: its mean and standard deviation in the trials that count, of `all`; and whether every trial has to come to
/// the same.
fn follow_mean(goal: Goal, all: u64, mean: f64, sd: f64, trials: u64, is_known: bool) -> Followed {
    let width = goal.target();
    let half = if is_known { Some(0.0) } else { mean_sequence(trials, sd, width) };
    let Some(half) = half.filter(|_| trials >= LEAST_OF_A_MEAN) else {
        return Followed { estimate: (trials > 0).then_some(mean), ..unknown(trials) };
    };
    let resolved = half <= width;
    let ahead = |n: f64| mean_sequence_of(n, sd, width).is_some_and(|half| half <= width);
    Followed {
        trials,
        estimate: Some(mean),
        low: Some(mean - half),
        high: Some(mean + half),
        half_width: Some(half),
        resolved,
        trials_needed: if resolved { None } else { needed(all, trials, ahead) },
    }
}

/// About how many trials in all would settle it, where `trials` of `all` count now, and as many do later.
fn needed(all: u64, trials: u64, settles: impl Fn(f64) -> bool) -> Option<u64> {
    let mut enough = trials as f64;
    while !settles(enough) {
        enough *= 2.0;
        if enough > NEVER {
            return None;
        }
    }
    let mut short = 0.5 * enough;
    // To about one in a thousand: what it rests on is known no better.
    for _ in 0..10 {
        let middle = 0.5 * (short + enough);
        if settles(middle) { enough = middle } else { short = middle }
    }
    let in_all = enough * (all as f64 / trials as f64);
    (in_all < NEVER).then_some(in_all.ceil() as u64)
}
