//! A result as a tidy table: a row a figure.

use cordiale::calendar::Date;
use cordiale::model::Model;
use cordiale::result::{EventResult, LevelsResult, Method, OutcomeResult, RunInfo, RunResult, ValueResult};
use cordiale::stopping::{Answer, Stopping};
use cordiale::widths::WidthsResult;

use super::quote::figure;

/// A figure of a result: a row.
pub(crate) struct Figure<'a> {
    pub(crate) outcome: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) step: u32,
    pub(crate) date: Date,
    pub(crate) statistic: &'a str,
    pub(crate) value: Option<f64>,
    pub(crate) interval: [Option<f64>; 2],
}

/// Rows, with their header.
pub(crate) fn render<M: Method>(result: &RunResult<M>, model: &Model) -> String {
    let mut text = String::from("outcome,kind,step,date,statistic,value,low,high\n");
    // Names and dates hold no comma and no quote, so nothing needs quoting.
    each(result, model, &mut |row| {
        let Figure { outcome, kind, step, date, statistic, value, interval: [low, high] } = row;
        text.push_str(&format!(
            "{outcome},{kind},{step},{date},{statistic},{},{},{}\n",
            figure(value),
            figure(low),
            figure(high)
        ));
    });
    if result.run.partial {
        text.push_str(&format!(",run,,,{},,\n", partial(&result.run)));
    }
    text
}

/// What marks rows as those of a run that was cut short, after all others: how many trials they are of.
pub(super) fn partial<M: Method>(run: &RunInfo<M>) -> String {
    let trials = M::trials(run.trials).map_or(String::new(), |trials| trials.to_string());
    format!("partial_trials,{trials}")
}

/// Every figure, in order.
pub(crate) fn each<M: Method>(result: &RunResult<M>, model: &Model, take: &mut dyn FnMut(Figure<'_>)) {
    let mut rows = Rows { take, model, outcome: "", kind: "" };
    for (name, outcome) in result.outcomes.iter() {
        rows.outcome = name;
        rows.kind = outcome.kind();
        let end = outcome.by().map_or(model.calendar.steps(), |by| by.step);
        match outcome {
            OutcomeResult::Event(event) => rows.event(event, end),
            OutcomeResult::Value(value) => rows.value(value, end),
            OutcomeResult::Levels(levels) => rows.levels(levels, end),
        }
        if let Some(stopping) = &result.stopping {
            rows.stopping(stopping, end);
        }
        if let Some(widths) = &result.widths {
            rows.widths(widths, end);
        }
    }
}

struct Rows<'a> {
    take: &'a mut dyn FnMut(Figure<'_>),
    model: &'a Model,
    outcome: &'a str,
    kind: &'a str,
}

impl Rows<'_> {
    fn row(&mut self, step: u32, statistic: &str, value: Option<f64>, interval: [Option<f64>; 2]) {
        let date = self.model.calendar.date_of(step);
        let (outcome, kind) = (self.outcome, self.kind);
        (self.take)(Figure { outcome, kind, step, date, statistic, value, interval });
    }

    fn share<M: Method>(&mut self, step: u32, statistic: &str, count: M::Count, trials: M::Trials) {
        let share = M::share(count, trials);
        self.row(step, statistic, share.map(|p| p.estimate), [share.map(|p| p.low), share.map(|p| p.high)]);
    }

    /// Where the outcome was asked for: its interval that holds at all looks, and whether it is so, 1 or 0.
    fn stopping(&mut self, stopping: &Stopping, end: u32) {
        let Some(followed) = stopping.outcomes.get(self.outcome) else { return };
        let statistic = if self.kind == "value" { "final_mean_sequence" } else { "probability_sequence" };
        self.row(end, statistic, followed.estimate, [followed.low, followed.high]);
        let answer = match stopping.answer {
            Answer::Yes => Some(1.0),
            Answer::No => Some(0.0),
            Answer::NotResolved => None,
        };
        self.row(end, &format!("{}_{}", stopping.goal, stopping.target), answer, [None, None]);
    }

    /// What is not known and what is chance, of an outcome or of each of its levels.
    fn widths(&mut self, widths: &WidthsResult, end: u32) {
        for (name, width) in widths.outcomes.iter() {
            let level = match name.split_once('.') {
                Some((outcome, level)) if outcome == self.outcome => format!("_{level}"),
                None if name == self.outcome => String::new(),
                _ => continue,
            };
            for (what, figure) in [
                ("unknown_sd", width.unknown_sd),
                ("chance_sd", width.chance_sd),
                ("unknown_share", width.unknown_share),
            ] {
                let ends = [figure.map(|f| f.low), figure.map(|f| f.high)];
                self.row(end, &format!("{what}{level}"), figure.map(|f| f.estimate), ends);
            }
            let known = width.known.map_or([None, None], |range| [Some(range.low), Some(range.high)]);
            self.row(end, &format!("known{level}"), None, known);
        }
    }

    fn event<M: Method>(&mut self, event: &EventResult<M>, end: u32) {
        self.share::<M>(end, "probability", event.reached, event.trials);
        if let Some(horizon) = event.at_horizon {
            self.share::<M>(
                self.model.calendar.steps(),
                "probability_at_horizon",
                horizon.reached,
                event.trials,
            );
        }
        let first = &event.first_step;
        for (name, q, step) in [
            ("q05", 0.05, first.q05),
            ("q25", 0.25, first.q25),
            ("median", 0.5, first.median),
            ("q75", 0.75, first.q75),
            ("q95", 0.95, first.q95),
        ] {
            let ends = event.first_step_interval(q).map(|step| step.map(f64::from));
            self.row(end, &format!("first_step_{name}"), step.map(f64::from), ends);
        }
        for (step, count) in (0..).zip(&event.reached_by_step) {
            self.share::<M>(step, "reached", *count, event.trials);
        }
        for (step, count) in (0..).zip(&event.holding_by_step) {
            self.share::<M>(step, "holding", *count, event.trials);
        }
    }

    fn value<M: Method>(&mut self, value: &ValueResult<M>, end: u32) {
        if let Some(summary) = &value.at_end {
            for (name, figure) in
                [("final_mean", summary.mean), ("final_sd", summary.sd), ("final_mcse", summary.mcse)]
            {
                self.row(end, name, Some(figure), [None, None]);
            }
            let intervals = &summary.intervals;
            for (name, figure, interval) in [
                ("final_q05", summary.q05, intervals.q05),
                ("final_q25", summary.q25, intervals.q25),
                ("final_q50", summary.q50, intervals.q50),
                ("final_q75", summary.q75, intervals.q75),
                ("final_q95", summary.q95, intervals.q95),
            ] {
                self.row(end, name, Some(figure), interval);
            }
        }
        let series = &value.by_step;
        for (name, figures) in [
            ("mean", &series.mean),
            ("sd", &series.sd),
            ("mcse", &series.mcse),
            ("q05", &series.q05),
            ("q25", &series.q25),
            ("q50", &series.q50),
            ("q75", &series.q75),
            ("q95", &series.q95),
        ] {
            for (step, figure) in (0..).zip(figures) {
                self.row(step, name, *figure, [None, None]);
            }
        }
    }

    fn levels<M: Method>(&mut self, levels: &LevelsResult<M>, end: u32) {
        for (name, share) in levels.at_end.iter() {
            self.share::<M>(end, &format!("final_{name}"), share.count, levels.trials);
        }
        for (name, counts) in levels.by_step.iter() {
            for (step, count) in (0..).zip(counts) {
                self.share::<M>(step, name, *count, levels.trials);
            }
        }
    }
}
