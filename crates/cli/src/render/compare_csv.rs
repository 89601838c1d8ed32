//! A comparison as a tidy table: a row a figure.

use cordiale::Scenario;
use cordiale::calendar::Date;
use cordiale::compare::{Arm, CompareResult, Contrast, Flips, OutcomeContrast, Series};
use cordiale::model::Model;

use super::csv::partial;
use super::quote::{cell, figure};

/// Rows, with their header, of a comparison with some scenarios by name.
pub(crate) fn render(result: &CompareResult, baseline: &Scenario, variants: &[(String, Scenario)]) -> String {
    let text = String::from("variant,outcome,kind,step,date,statistic,value,low,high\n");
    let model = baseline.model();
    let start = end(model, "");
    let mut rows = Rows { text, model, start: String::new(), end: start, end_of_variant: start };
    for (variant, found) in result.variants.iter() {
        let other = variants.iter().find(|(name, _)| name == variant).map_or(model, |(_, s)| s.model());
        for (outcome, contrast) in found.outcomes.iter() {
            rows.start = format!("{},{outcome},{}", cell(variant), contrast.kind());
            (rows.end, rows.end_of_variant) = (end(model, outcome), end(other, outcome));
            match contrast {
                OutcomeContrast::Event(event) => rows.flips(event, ""),
                OutcomeContrast::Value(value) => {
                    rows.contrast(value, "");
                    rows.count("higher", value.changed.higher);
                    rows.count("lower", value.changed.lower);
                    rows.series(value.by_step.as_ref(), "");
                }
                OutcomeContrast::Levels(levels) => {
                    rows.count("flipped", levels.flipped);
                    for (name, level) in levels.levels.iter() {
                        rows.flips(level, &format!("{name}_"));
                    }
                }
            }
        }
    }
    if result.run.partial {
        rows.text.push_str(&format!(",,run,,,{},,\n", partial(&result.run)));
    }
    rows.text
}

/// When an outcome is looked at: its deadline, or else the end.
fn end(model: &Model, outcome: &str) -> (u32, Date) {
    let step = model
        .outcome(outcome)
        .map_or(model.calendar.steps(), |id| model.outcomes[id.index()].deadline_step(&model.calendar));
    (step, model.calendar.date_of(step))
}

struct Rows<'a> {
    text: String,
    model: &'a Model,
    /// The variant, the outcome and its kind.
    start: String,
    /// When the outcome is looked at in the baseline, and in the variant.
    end: (u32, Date),
    end_of_variant: (u32, Date),
}

impl Rows<'_> {
    fn row(&mut self, (step, date): (u32, Date), statistic: &str, figures: [Option<f64>; 3]) {
        let [value, low, high] = figures.map(figure);
        self.text.push_str(&format!("{},{step},{date},{statistic},{value},{low},{high}\n", self.start));
    }

    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    fn count(&mut self, statistic: &str, count: u64) {
        self.row(self.end, statistic, [Some(count as f64), None, None]);
    }

    fn flips(&mut self, contrast: &Contrast<Flips>, prefix: &str) {
        self.contrast(contrast, prefix);
        self.count(&format!("{prefix}flipped_to_yes"), contrast.changed.flipped_to_yes);
        self.count(&format!("{prefix}flipped_to_no"), contrast.changed.flipped_to_no);
        self.series(contrast.by_step.as_ref(), prefix);
    }

    fn contrast<C>(&mut self, contrast: &Contrast<C>, prefix: &str) {
        let arm = |arm: &Arm| [arm.estimate, arm.low, arm.high];
        self.row(self.end, &format!("{prefix}baseline"), arm(&contrast.baseline));
        self.row(self.end_of_variant, &format!("{prefix}variant"), arm(&contrast.variant));
        let difference = contrast.difference;
        let ends = difference.and_then(|d| d.ends());
        let figures = [difference.map(|d| d.estimate), ends.map(|(low, _)| low), ends.map(|(_, high)| high)];
        self.row(self.end, &format!("{prefix}difference"), figures);
        let ratio = [contrast.unpaired_width_ratio, None, None];
        self.row(self.end, &format!("{prefix}unpaired_width_ratio"), ratio);
    }

    fn series(&mut self, series: Option<&Series>, prefix: &str) {
        let Some(series) = series else { return };
        let ends = series.low.iter().zip(&series.high);
        for (step, (estimate, (low, high))) in (0..).zip(series.estimate.iter().zip(ends)) {
            let at = (step, self.model.calendar.date_of(step));
            self.row(at, &format!("{prefix}difference_by_step"), [*estimate, *low, *high]);
        }
    }
}
