//! The figures of a result as a table of columns.

use std::path::Path;

use cordiale::model::Model;
use cordiale::result::{OutcomeResult, RunResult};

use crate::columnar::{Cell, Columnar, Table, Type};
use crate::exit::Outcome;
use crate::output;
use crate::render::csv::{self, Figure};

/// The key of the metadata that say what run a table is of.
pub(super) const ABOUT: &str = "cordiale.result";

/// Of what run a table is, as JSON.
pub(super) fn about(result: &RunResult) -> String {
    let about = serde_json::json!({
        "format": result.format,
        "version": result.version,
        "value_stability": result.value_stability,
        "scenario": result.scenario,
        "run": result.run,
        "warnings": result.warnings,
    });
    about.to_string()
}

/// The rows of CSV, and a row for each bin of a histogram.
pub(super) fn write(out: &Path, format: Columnar, model: &Model, result: &RunResult) -> Outcome {
    let columns = [
        ("outcome", Type::Text),
        ("kind", Type::Text),
        ("step", Type::Whole),
        ("date", Type::Date),
        ("statistic", Type::Text),
        ("value", Type::Number),
        ("low", Type::Number),
        ("high", Type::Number),
    ];
    let columns = columns.map(|(name, kind)| (name.to_owned(), kind));
    output::write_with(out, |file| {
        let mut table = Table::new(file, format, &columns, &[(ABOUT, about(result))])?;
        let mut outcome = Ok(());
        let mut take = |figure: Figure<'_>| {
            if outcome.is_ok() {
                outcome = table.row([
                    Cell::Text(Some(figure.outcome)),
                    Cell::Text(Some(figure.kind)),
                    Cell::Whole(Some(figure.step.into())),
                    Cell::Date(Some(figure.date.days_since_epoch())),
                    Cell::Text(Some(figure.statistic)),
                    Cell::Number(figure.value),
                    Cell::Number(figure.interval[0]),
                    Cell::Number(figure.interval[1]),
                ]);
            }
        };
        csv::each(result, model, &mut take);
        histograms(result, model, &mut take);
        outcome?;
        table.finish()
    })
}

/// Each bin's count, between its edges.
fn histograms(result: &RunResult, model: &Model, take: &mut dyn FnMut(Figure<'_>)) {
    for (name, outcome) in result.outcomes.iter() {
        let OutcomeResult::Value(value) = outcome else { continue };
        let step = outcome.by().map_or(model.calendar.steps(), |by| by.step);
        let Some(histogram) = value.at_end.as_ref().map(|end| &end.histogram) else { continue };
        for (count, edges) in histogram.counts.iter().zip(histogram.edges.windows(2)) {
            #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
            take(Figure {
                outcome: name,
                kind: "value",
                step,
                date: model.calendar.date_of(step),
                statistic: "histogram",
                value: Some(*count as f64),
                interval: [edges.first().copied(), edges.get(1).copied()],
            });
        }
    }
}
