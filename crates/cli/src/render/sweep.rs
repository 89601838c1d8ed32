//! A sweep: rows of CSV as they come, and a table for people.

use std::collections::BTreeSet;

use cordiale::compare::Arm;
use cordiale::model::Model;
use cordiale::sweep::{Answer, BASELINE, Row, Rows, SweepResult};
use unicode_width::UnicodeWidthStr;

use super::compare::missed;
use super::layout::{number, pad, paragraph, percent, percent_interval};
use super::quote::{self, cell, column};
use super::table::heading;

/// The columns: `point`, `variant` where variants are an axis, the inputs, the figures, `trials`, `seed`, `digest`.
pub(crate) fn columns(rows: &Rows) -> Vec<String> {
    let mut names = vec!["point".to_owned()];
    names.extend(rows.has_variants().then(|| "variant".to_owned()));
    let of_every_file = ["point", "variant", "trials", "seed", "digest"];
    names.extend(rows.axes().iter().map(|axis| column(axis.name(), "input", &of_every_file)));
    names.extend(rows.columns().iter().cloned());
    names.extend(["trials", "seed", "digest"].map(str::to_owned));
    names
}

/// The first line.
pub(crate) fn csv_header(rows: &Rows) -> String {
    let cells: Vec<String> = columns(rows).iter().map(|name| cell(name)).collect();
    format!("{}\n", cells.join(","))
}

/// How the line of a point begins, before its figures.
pub(crate) fn csv_start(rows: &Rows, point: u64) -> String {
    let at = rows.point(point);
    let mut text = format!("{point},");
    if rows.has_variants() {
        text.push_str(&cell(at.variant.as_deref().unwrap_or(BASELINE)));
        text.push(',');
    }
    for (_, value) in &at.set {
        text.push_str(&cell(value));
        text.push(',');
    }
    text
}

/// How the line of a point ends, behind its figures.
pub(crate) fn csv_tail(rows: &Rows, digest: &str) -> String {
    format!("{},{},{digest}\n", rows.trials(), rows.seed())
}

/// Makes the lines of one sweep.
pub(crate) struct CsvRows(Rows);

impl CsvRows {
    pub(crate) fn of(rows: &Rows) -> Self {
        Self(rows.clone())
    }

    pub(crate) fn line(&self, row: &Row) -> String {
        let mut text = csv_start(&self.0, row.point);
        for figure in row.cells(self.0.columns()) {
            text.push_str(&quote::figure(figure));
            text.push(',');
        }
        text.push_str(&csv_tail(&self.0, &row.digest));
        text
    }
}

/// The whole table of a sweep over so many points: a line a point, as many outcomes beside each other as fit, then the
/// rest below.
pub(crate) fn table(result: &SweepResult, points: u64, model: &Model, width: usize) -> String {
    let mut text = heading(&result.scenario, &result.run, model, width);
    if result.run.partial {
        text.push_str(&format!(
            "{} of {points} points were run, each with all its trials.\n\n",
            result.points.len()
        ));
    }
    let inputs = input_columns(result);
    let outcomes = outcome_columns(result);
    let taken: usize = inputs.iter().map(|column| column.width() + GAP).sum();
    let mut rest = outcomes.as_slice();
    while !rest.is_empty() {
        let (mut used, mut count) = (taken, 0);
        for column in rest {
            used += column.width() + GAP;
            if used > width + GAP && count > 0 {
                break;
            }
            count += 1;
        }
        let (these, others) = rest.split_at(count);
        let columns: Vec<&Column> = inputs.iter().chain(these).collect();
        text.push_str(&lines(&columns));
        text.push('\n');
        rest = others;
    }
    if outcomes.is_empty() {
        text.push_str("The scenario has no [outcomes], so there is no answer.\n");
    }
    let note = "Every point is run on the same random numbers. Intervals are 95%, each of its point alone, and of the simulation alone: more trials narrow them; they are not the error of a forecast.";
    text.push_str(&format!("{}\n", paragraph(note, width, 0)));
    let answers = result.points.iter().flat_map(|row| row.outcomes.iter()).map(|(_, answer)| answer);
    if let Some(note) = alike(answers.filter_map(|answer| answer.figure("mean"))) {
        text.push_str(&format!("{}\n", paragraph(&note, width, 0)));
    }
    text
}

/// What is said of means without an interval.
pub(super) fn alike<'a>(means: impl Iterator<Item = &'a Arm>) -> Option<String> {
    let is_open = |mean: &&Arm| mean.estimate.is_some() && mean.low.is_none();
    let least = means.filter(is_open).map(|mean| mean.trials).min()?;
    Some(format!("A mean without an interval is of trials that all came to the same. {}", missed(least)))
}

/// Blanks between columns.
const GAP: usize = 2;

/// A column with its name on top.
struct Column {
    cells: Vec<String>,
}

impl Column {
    fn new(name: &str, cells: impl Iterator<Item = String>) -> Self {
        Self { cells: std::iter::once(name.to_owned()).chain(cells).collect() }
    }

    fn width(&self) -> usize {
        self.cells.iter().map(|cell| cell.width()).max().unwrap_or(0)
    }
}

fn lines(columns: &[&Column]) -> String {
    let rows = columns.iter().map(|column| column.cells.len()).max().unwrap_or(0);
    let mut text = String::new();
    for row in 0..rows {
        let cell = |column: &&Column| {
            format!(
                "{}{}",
                pad(column.cells.get(row).map_or("", String::as_str), column.width()),
                " ".repeat(GAP)
            )
        };
        let line: String = columns.iter().map(cell).collect();
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn input_columns(result: &SweepResult) -> Vec<Column> {
    let points = &result.points;
    let mut columns = Vec::new();
    if result.design.variants.is_some() {
        let variant = |row: &Row| row.variant.clone().unwrap_or_else(|| BASELINE.to_owned());
        columns.push(Column::new("variant", points.iter().map(variant)));
    }
    for name in result.design.inputs.names() {
        let values: Vec<&str> =
            points.iter().map(|row| row.set.get(name).map_or("", String::as_str)).collect();
        columns.push(Column::new(name, shown(&values).into_iter()));
    }
    columns
}

/// The values of an input as they are, unless they have more digits than anybody reads: then four, or as many as tell them apart.
fn shown(values: &[&str]) -> Vec<String> {
    let different = values.iter().collect::<BTreeSet<_>>().len();
    let short = |digits| values.iter().map(|value| shortened(value, digits)).collect::<Vec<String>>();
    let told_apart = |shown: &Vec<String>| shown.iter().collect::<BTreeSet<_>>().len() == different;
    let whole = || values.iter().map(|value| (*value).to_owned()).collect();
    (4..17).map(short).find(told_apart).unwrap_or_else(whole)
}

/// A long number with so many digits.
fn shortened(value: &str, digits: usize) -> String {
    match value.parse::<f64>() {
        Ok(x) if value.len() > 8 && x != 0.0 => match x.abs().log10().floor() {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 19")]
            size @ -3.0..=5.0 => format!("{x:.*}", (digits as f64 - 1.0 - size).max(0.0) as usize),
            _ => format!("{x:.*e}", digits - 1),
        },
        _ => value.to_owned(),
    }
}

fn outcome_columns(result: &SweepResult) -> Vec<Column> {
    let Some(first) = result.points.first() else { return Vec::new() };
    let mut columns = Vec::new();
    let mut add = |outcome: &str, statistic: &str, name: String, show: fn(&Arm) -> String| {
        let cell = |row: &Row| {
            let figure = row.outcomes.get(outcome).and_then(|answer| answer.figure(statistic));
            figure.map_or(String::new(), show)
        };
        columns.push(Column::new(&name, result.points.iter().map(cell)));
    };
    for (outcome, answer) in first.outcomes.iter() {
        match answer {
            Answer::Event { .. } => add(outcome, "probability", outcome.to_owned(), share),
            Answer::Value(_) => add(outcome, "mean", format!("{outcome} (mean)"), mean),
            Answer::Levels { levels } => {
                for level in levels.names() {
                    add(outcome, level, format!("{outcome}: {level}"), share);
                }
            }
        }
    }
    columns
}

/// `8.2% [7.7, 8.8]`
pub(crate) fn share(arm: &Arm) -> String {
    match (arm.estimate, arm.low, arm.high) {
        (Some(estimate), Some(low), Some(high)) => {
            format!("{:>5} {}", percent(estimate), percent_interval(low, high))
        }
        _ => "no estimate".to_owned(),
    }
}

/// `0.69 [0.68, 0.70]`
pub(crate) fn mean(arm: &Arm) -> String {
    match (arm.estimate, arm.low, arm.high) {
        (Some(estimate), Some(low), Some(high)) => {
            format!("{} [{}, {}]", number(estimate), number(low), number(high))
        }
        (Some(estimate), ..) => number(estimate),
        _ => "no estimate".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn neighbours_are_told_apart() {
        assert_eq!(shown(&["0", "0.25", "beta(2, 5)"]), ["0", "0.25", "beta(2, 5)"]);
        assert_eq!(shown(&["0", "0.3333333333333333", "1"]), ["0", "0.3333", "1"]);
        assert_eq!(shown(&["1000", "1000.3333333333334", "1001"]), ["1000", "1000.3", "1001"]);
        assert_eq!(shown(&["123456789", "123456790"]), ["1.23456789e8", "1.23456790e8"]);
        assert_eq!(shown(&["-0.00000000", "0.00000001234"]), ["-0.00000000", "1.234e-8"]);
    }
}
