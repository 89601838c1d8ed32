//! A hindcast as a tidy table: a row a figure.

use cordiale::hindcast::{Forecast, HindcastResult, Question, Record, Scores};
use cordiale::stats::Probability;

use super::csv::partial;
use super::quote::{cell, figure};

/// Rows, with their header.
pub(crate) fn render(result: &HindcastResult) -> String {
    let mut text =
        String::from("hindcast,scenario,outcome,kind,given,status,step,date,statistic,value,low,high\n");
    for scored in &result.hindcasts {
        let of = format!("{},{}", cell(&scored.id), cell(&scored.scenario.id));
        for (name, question) in scored.questions.iter() {
            let Question { kind, asked, .. } = question;
            let given = question.given.as_deref().unwrap_or_default();
            let status = question.status.name();
            let start = format!("{of},{name},{kind},{given},{status},{},{}", asked.step, asked.date);
            Rows { text: &mut text, start }.question(question);
        }
        if scored.run.partial {
            text.push_str(&format!("{of},,run,,,,,{},,\n", partial(&scored.run)));
        }
    }
    text
}

struct Rows<'a> {
    text: &'a mut String,
    start: String,
}

impl Rows<'_> {
    fn row(&mut self, statistic: &str, figures: [Option<f64>; 3]) {
        let [value, low, high] = figures.map(figure);
        self.text.push_str(&format!("{},{statistic},{value},{low},{high}\n", self.start));
    }

    fn number(&mut self, statistic: &str, value: f64) {
        self.row(statistic, [Some(value), None, None]);
    }

    fn share(&mut self, statistic: &str, share: &Probability) {
        self.row(statistic, [Some(share.estimate), Some(share.low), Some(share.high)]);
    }

    fn question(&mut self, question: &Question) {
        match &question.observed {
            Record::Event { reached, .. } => self.number("observed", f64::from(u8::from(*reached))),
            Record::Value { value } => self.number("observed", *value),
            Record::Level { level } => self.number(&format!("observed_{level}"), 1.0),
        }
        match &question.forecast {
            Some(Forecast::Event { probability, .. }) => self.share("probability", probability),
            Some(Forecast::Value { mean, q05, q25, q50, q75, q95, rank, tied }) => {
                let figures = [("mean", mean), ("q05", q05), ("q25", q25), ("q50", q50), ("q75", q75)];
                for (statistic, value) in
                    figures.into_iter().chain([("q95", q95), ("rank", rank), ("tied", tied)])
                {
                    self.number(statistic, *value);
                }
            }
            Some(Forecast::Levels { shares }) => {
                for (name, share) in shares.iter() {
                    self.share(&format!("final_{name}"), share);
                }
            }
            None => {}
        }
        if let Some(scores) = &question.scores {
            self.scores("forecast", &scores.forecast);
            self.scores("no_change", &scores.no_change);
            scores.base_rate.iter().for_each(|scores| self.scores("base_rate", scores));
        }
    }

    fn scores(&mut self, of: &str, scores: &Scores) {
        let named = [("brier", scores.brier), ("log", scores.log), ("crps", Some(scores.crps))];
        for (name, score) in named.into_iter().filter_map(|(name, score)| Some((name, score?))) {
            self.number(&format!("{of}_{name}"), score);
        }
    }
}
