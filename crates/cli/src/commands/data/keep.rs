//! `cordiale run --keep-trials`: a row a trial, as the trials come.

use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

use cordiale::each::{Kept, KeptAnswer, level_names};
use cordiale::model::{Model, OutcomeKind};
use cordiale::{RunError, RunResult, Scenario, Simulation};

#[cfg(feature = "columnar")]
use super::tables;
use crate::args::{RunFormat, Warnings, ending};
#[cfg(feature = "columnar")]
use crate::columnar::{Cell, Columnar, Table, Type};
use crate::exit::Failure;
use crate::output;
use crate::render::quote::{cell, column, figure};
use crate::warnings;

/// Runs a simulation and keeps its trials in a file, which is there once all are, unless its warnings are denied.
pub(super) fn run(
    simulation: &Simulation,
    scenario: &Scenario,
    path: &Path,
    told: &Warnings,
) -> Result<Result<RunResult, RunError>, Failure> {
    // A pipe has no ending, and takes CSV.
    let is_known = ending(Some(path)).is_none_or(|ending| ending == "csv");
    if RunFormat::of_columns(Some(path)).is_none() && !is_known {
        return Err(Failure::new(format!(
            "--keep-trials writes CSV, Parquet or Arrow by the file's ending, and {} has none of these; name it .csv, .parquet or .arrow",
            path.display()
        )));
    }
    let mut result = None;
    let is_kept = |result: &RunResult| warnings::heeded(scenario, &result.warnings, told).is_ok();
    let written = output::write_with(path, |file| {
        let layout = Layout::new(simulation, scenario.model());
        #[cfg(feature = "columnar")]
        if let Some(format) = Columnar::of(path) {
            let mut table = Table::new(file, format, &layout.types(), &[])?;
            finished(&mut result, simulation, is_kept, |trial| layout.row(trial, &mut table))?;
            if let Some(Ok(result)) = &result {
                table.note(tables::ABOUT, tables::about(result));
            }
            return table.finish();
        }
        let mut text = BufWriter::new(file);
        text.write_all(layout.header().as_bytes())?;
        finished(&mut result, simulation, is_kept, |trial| text.write_all(layout.line(trial).as_bytes()))?;
        text.flush()
    });
    match (result, written) {
        // What stopped the run is what is told, not that there is no file.
        (Some(Err(error)), _) => Ok(Err(error)),
        (Some(Ok(result)), Err(_)) if !is_kept(&result) => Ok(Ok(result)),
        (_, Err(failure)) => Err(failure),
        (Some(result), Ok(_)) => Ok(result),
        (None, Ok(_)) => Ok(simulation.run()),
    }
}

/// Runs with each trial taken; an error of the run, or a result that is not to be kept, is an error here, so that no file
/// is left.
fn finished(
    result: &mut Option<Result<RunResult, RunError>>,
    simulation: &Simulation,
    is_kept: impl Fn(&RunResult) -> bool,
    mut take: impl FnMut(&Kept) -> io::Result<()> + Send,
) -> io::Result<()> {
    let mut failed = Ok(());
    let run = simulation.run_each(|trial| match &failed {
        Err(_) => ControlFlow::Break(()),
        Ok(()) => {
            failed = take(trial);
            if failed.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        }
    });
    failed?;
    let stopped = !run.as_ref().is_ok_and(is_kept);
    *result = Some(run);
    if stopped { Err(io::Error::other("the run was stopped")) } else { Ok(()) }
}

/// The column of the trial's number.
const TRIAL: &str = "trial";

/// Which columns there are.
struct Layout<'m> {
    inputs: Vec<String>,
    outcomes: Vec<(String, &'m OutcomeKind)>,
    levels: Vec<Vec<&'m str>>,
}

impl<'m> Layout<'m> {
    fn new(simulation: &Simulation, model: &'m Model) -> Self {
        // Every column has a name of its own: an input's goes before an outcome's.
        let inputs = simulation.inputs();
        let taken = [&[TRIAL], inputs.as_slice()].concat();
        Self {
            inputs: inputs.iter().map(|name| column(name, "input", &[TRIAL])).collect(),
            outcomes: model.outcomes.iter().map(|o| (column(&o.name, "outcome", &taken), &o.kind)).collect(),
            levels: level_names(model),
        }
    }

    fn level(&self, outcome: usize, level: Option<usize>) -> Option<&'m str> {
        self.levels.get(outcome)?.get(level?).copied()
    }

    fn header(&self) -> String {
        let mut cells = vec![TRIAL.to_owned()];
        cells.extend(self.inputs.iter().map(|name| cell(name)));
        for (name, kind) in &self.outcomes {
            cells.push(name.clone());
            if matches!(kind, OutcomeKind::Event { .. }) {
                cells.push(format!("{name}.first_step"));
            }
        }
        format!("{}\n", cells.join(","))
    }

    fn line(&self, trial: &Kept) -> String {
        let mut cells = vec![trial.trial.to_string()];
        cells.extend(trial.inputs.iter().map(|x| figure(Some(*x))));
        for (place, answer) in trial.answers.iter().enumerate() {
            match answer {
                KeptAnswer::Event { reached, first_step } => {
                    cells.push(reached.map_or(String::new(), |reached| reached.to_string()));
                    cells.push(first_step.map_or(String::new(), |step| step.to_string()));
                }
                KeptAnswer::Value(value) => {
                    cells.push(figure(*value));
                }
                KeptAnswer::Level(level) => {
                    cells.push(self.level(place, *level).unwrap_or_default().to_owned());
                }
                _ => cells.push(String::new()),
            }
        }
        format!("{}\n", cells.join(","))
    }

    #[cfg(feature = "columnar")]
    fn types(&self) -> Vec<(String, Type)> {
        let mut columns = vec![(TRIAL.to_owned(), Type::Whole)];
        columns.extend(self.inputs.iter().map(|name| (name.clone(), Type::Number)));
        for (name, kind) in &self.outcomes {
            match kind {
                OutcomeKind::Event { .. } => {
                    columns.push((name.clone(), Type::Truth));
                    columns.push((format!("{name}.first_step"), Type::Whole));
                }
                OutcomeKind::Value { .. } => columns.push((name.clone(), Type::Number)),
                OutcomeKind::Levels { .. } => columns.push((name.clone(), Type::Text)),
            }
        }
        columns
    }

    #[cfg(feature = "columnar")]
    fn row(&self, trial: &Kept, table: &mut Table<'_>) -> io::Result<()> {
        let mut cells = Vec::with_capacity(1 + trial.inputs.len() + 2 * trial.answers.len());
        cells.push(Cell::Whole(i64::try_from(trial.trial).ok()));
        cells.extend(trial.inputs.iter().map(|input| Cell::Number(Some(*input))));
        for (place, answer) in trial.answers.iter().enumerate() {
            match answer {
                KeptAnswer::Event { reached, first_step } => {
                    cells.push(Cell::Truth(*reached));
                    cells.push(Cell::Whole(first_step.map(i64::from)));
                }
                KeptAnswer::Value(value) => cells.push(Cell::Number(*value)),
                KeptAnswer::Level(level) => cells.push(Cell::Text(self.level(place, *level))),
                _ => cells.push(Cell::Number(None)),
            }
        }
        table.row(cells)
    }
}
