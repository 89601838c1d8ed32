//! Outcomes and rules with what a figure needs beside the result: dates, intervals by step, and no more steps than can
//! be seen.

use cordiale_core::model::{Model, Outcome};
use serde::Serialize;

use super::result::{Band, FirstDates, OutcomeFigure, RuleFigure};
use crate::analysis::compare::{OutcomeContrast, Series};
use crate::result::{FirstStep, Named, OutcomeResult, RunResult, ValueSeries};
use crate::stats::wilson;

/// The most steps that a figure shows.
const MOST_STEPS: usize = 241;
/// The fewest that it is thinned to.
const FEWEST_STEPS: usize = 25;
/// Steps of all outcomes together.
const MOST_IN_ALL: usize = 12_000;

/// The steps that figures show, ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Axis(Vec<u32>);

/// The same with dates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DatedAxis {
    /// The steps, from 0 to the horizon.
    pub steps: Vec<u32>,
    /// When each starts.
    pub dates: Vec<String>,
}

impl Axis {
    /// All steps where they are few; otherwise evenly spaced ones, with every deadline.
    pub(super) fn new(model: &Model) -> Self {
        let most = (MOST_IN_ALL / model.outcomes.len().max(1)).clamp(FEWEST_STEPS, MOST_STEPS);
        let mut steps = evenly(model.calendar.steps(), most);
        steps.extend(model.outcomes.iter().map(|outcome| outcome.deadline_step(&model.calendar)));
        steps.sort_unstable();
        steps.dedup();
        Self(steps)
    }

    pub(super) fn dated(self, model: &Model) -> DatedAxis {
        let dates = self.0.iter().map(|step| model.calendar.date_of(*step).to_string()).collect();
        DatedAxis { steps: self.0, dates }
    }

    fn thin<T: Copy>(&self, values: &[T]) -> Vec<T> {
        self.0.iter().filter_map(|step| values.get(*step as usize).copied()).collect()
    }

    /// A contrast's difference by step: thinned, or left out.
    pub(super) fn thin_contrast(&self, contrast: &mut OutcomeContrast, keep: bool) {
        let thin = |series: &mut Option<Series>| {
            *series = series.take().filter(|_| keep).map(|series| Series {
                estimate: self.thin(&series.estimate),
                low: self.thin(&series.low),
                high: self.thin(&series.high),
            });
        };
        match contrast {
            OutcomeContrast::Event(event) => thin(&mut event.by_step),
            OutcomeContrast::Value(value) => thin(&mut value.by_step),
            OutcomeContrast::Levels(levels) => {
                levels.levels.0.iter_mut().for_each(|(_, level)| thin(&mut level.by_step));
            }
        }
    }

    fn thin_outcome(&self, answer: &mut OutcomeResult) {
        match answer {
            OutcomeResult::Event(event) => {
                event.reached_by_step = self.thin(&event.reached_by_step);
                event.holding_by_step = self.thin(&event.holding_by_step);
            }
            OutcomeResult::Value(value) => {
                let series = &value.by_step;
                let [mean, sd, mcse, q05, q25, q50, q75, q95] = [
                    &series.mean,
                    &series.sd,
                    &series.mcse,
                    &series.q05,
                    &series.q25,
                    &series.q50,
                    &series.q75,
                    &series.q95,
                ]
                .map(|values| self.thin(values));
                value.by_step = ValueSeries { mean, sd, mcse, q05, q25, q50, q75, q95 };
            }
            OutcomeResult::Levels(levels) => {
                levels.by_step.0.iter_mut().for_each(|(_, counts)| *counts = self.thin(counts));
            }
        }
    }
}

/// At most `most` steps from 0 to the last, evenly spaced, with both ends.
pub(super) fn evenly(last: u32, most: usize) -> Vec<u32> {
    let gaps = u64::try_from(most.max(2) - 1).unwrap_or(1);
    let every = u64::from(last).div_ceil(gaps).max(1);
    let mut steps: Vec<u32> = (0..=u64::from(last))
        .step_by(usize::try_from(every).unwrap_or(1))
        .filter_map(|s| s.try_into().ok())
        .collect();
    if steps.last() != Some(&last) {
        steps.push(last);
    }
    steps
}

pub(super) fn outcomes(model: &Model, result: &RunResult, axis: &Axis) -> Named<OutcomeFigure> {
    let both = model.outcomes.iter().zip(result.outcomes.iter());
    both.map(|(outcome, (name, answer))| (name.to_owned(), figure(model, outcome, answer, axis))).collect()
}

fn figure(model: &Model, outcome: &Outcome, answer: &OutcomeResult, axis: &Axis) -> OutcomeFigure {
    let mut answer = answer.clone();
    axis.thin_outcome(&mut answer);
    let (share, first) = match &answer {
        OutcomeResult::Event(event) => {
            let mut band = Band::default();
            for count in &event.reached_by_step {
                let share = wilson(*count, event.trials);
                band.estimate.push(share.map(|share| share.estimate));
                band.low.push(share.map(|share| share.low));
                band.high.push(share.map(|share| share.high));
            }
            (Some(band), Some(dates(model, &event.first_step)))
        }
        _ => (None, None),
    };
    OutcomeFigure {
        about: outcome.about.clone(),
        deadline: outcome.deadline_date(&model.calendar).to_string(),
        share,
        first,
        answer,
    }
}

fn dates(model: &Model, first: &FirstStep) -> FirstDates {
    let [q05, q25, median, q75, q95] = [first.q05, first.q25, first.median, first.q75, first.q95]
        .map(|step| step.map(|step| model.calendar.date_of(step).to_string()));
    FirstDates { q05, q25, median, q75, q95 }
}

pub(super) fn rules(model: &Model, result: &RunResult) -> Named<RuleFigure> {
    let about =
        |name: &str| model.rules.iter().find(|rule| rule.name == name).and_then(|rule| rule.about.clone());
    let figure = |(name, answer): (&str, &crate::result::RuleResult)| {
        let first_date_median = answer.first_step_median.map(|step| model.calendar.date_of(step).to_string());
        (name.to_owned(), RuleFigure { about: about(name), first_date_median, answer: *answer })
    };
    result.rules.iter().map(figure).collect()
}

#[cfg(test)]
mod tests {
    use super::evenly;

    #[test]
    fn steps_are_even_and_hold_both_ends() {
        assert_eq!(evenly(3, 241), [0, 1, 2, 3]);
        assert_eq!(evenly(10, 4), [0, 4, 8, 10]);
        assert_eq!(evenly(1, 2), [0, 1]);
        for last in 1..2_000 {
            let steps = evenly(last, 241);
            assert!(steps.len() <= 242 && steps.first() == Some(&0) && steps.last() == Some(&last));
        }
    }
}
