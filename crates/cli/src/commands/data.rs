//! Data out of a run: figures in Parquet or Arrow files, and every trial by itself.

mod keep;
#[cfg(feature = "columnar")]
mod tables;

use std::path::Path;

use cordiale::{RunError, RunResult, Scenario};

use super::Written;
use super::run::{again, drawable, in_file, prepared, render};
use crate::args::{ResultFormat, RunArguments, RunFormat};
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use crate::progress::{self, Bar};
use crate::warnings;

/// Runs, and writes tables; none where no table was asked for.
pub(super) fn run(arguments: &RunArguments, written: Written<'_>) -> Option<Outcome> {
    let format = match arguments.format {
        None => RunFormat::of_columns(arguments.out.as_deref()),
        given => given.filter(|format| matches!(format, RunFormat::Parquet | RunFormat::Arrow)),
    };
    (format.is_some() || arguments.keep_trials.is_some()).then(|| with_tables(arguments, format, written))
}

fn with_tables(arguments: &RunArguments, format: Option<RunFormat>, written: Written<'_>) -> Outcome {
    let [file] = arguments.files.as_slice() else {
        return Err(Failure::new("a table of columns holds one scenario; run the files one by one"));
    };
    if format.is_some() {
        let spread = &arguments.spread;
        if spread.checkpoint.is_some()
            || spread.shard.is_some()
            || spread.trials_from.or(spread.trials_to).is_some()
        {
            return Err(Failure::new(
                "parts and checkpoints are no tables; `cordiale merge` the parts to JSON or CSV, or run in one go",
            ));
        }
        if arguments.verify {
            return Err(Failure::new(
                "--verify holds a run against the exact answer in words; ask for it without a table",
            ));
        }
        if arguments.out.is_none() {
            return Err(Failure::new(
                "Arrow and Parquet go to a file: name it with --out, as in --out series.parquet",
            ));
        }
    }
    if arguments.stopping.question().is_some() {
        return Err(Failure::new(
            "--precision, --above and --below end a run by themselves, and go with no table of columns and no kept trials; \
             run as many trials as they came to with --trials",
        ));
    }
    if format.is_some() && arguments.plot {
        return Err(Failure::new("--plot draws for people; ask for it without a table of columns"));
    }
    if arguments.widths {
        return Err(Failure::new("--widths is no part of a table of columns; ask for it without one"));
    }
    #[cfg(not(feature = "columnar"))]
    if format.is_some() || RunFormat::of_columns(arguments.keep_trials.as_deref()).is_some() {
        return Err(without_columns());
    }
    let scenario = super::load(file, &arguments.changes, &arguments.work.warnings, written)?;
    progress::catch_interrupts();
    let result = match simulate(arguments, &scenario, file)? {
        Some(result) => result,
        None => return Ok(Exit::Abandoned),
    };
    warnings::heed(&scenario, &result.warnings, &arguments.work.warnings)?;
    let done = match (format, &arguments.out) {
        (Some(format), Some(out)) => tables(out, format, &scenario, &result)?,
        _ => {
            let format = ResultFormat::of(arguments.text_format(), arguments.out.as_deref())?;
            drawable(arguments.plot, format)?;
            let command = again(arguments, file, &result);
            let text = render(format, arguments.plot, &scenario, &result, command);
            output::deliver(&text, arguments.out.as_deref())?
        }
    };
    Ok(if progress::interrupted() { Exit::Interrupted } else { done })
}

/// The result; none where the run was stopped before any trial was done.
fn simulate(
    arguments: &RunArguments,
    scenario: &Scenario,
    file: &Path,
) -> Result<Option<RunResult>, Failure> {
    let told = |error: RunError| in_file(file, &error);
    let bar = Bar::new(arguments.work.warnings.quiet);
    let simulation = prepared(arguments, scenario, file)?.on_progress(bar.follow(0, None));
    let result = match &arguments.keep_trials {
        Some(path) => keep::run(&simulation, scenario, path, &arguments.work.warnings)?,
        None => simulation.run(),
    };
    match result {
        Err(RunError::Cancelled) => Ok(None),
        other => other.map(Some).map_err(told),
    }
}

#[cfg(feature = "columnar")]
fn tables(out: &Path, format: RunFormat, scenario: &Scenario, result: &RunResult) -> Outcome {
    tables::write(out, format.into(), scenario.model(), result)
}

#[cfg(not(feature = "columnar"))]
fn tables(_: &Path, _: RunFormat, _: &Scenario, _: &RunResult) -> Outcome {
    Err(without_columns())
}

/// What is said where there are no Parquet and Arrow.
#[cfg(not(feature = "columnar"))]
fn without_columns() -> Failure {
    Failure::new(
        "this cordiale was built without Parquet and Arrow; write CSV or JSON, or build it with --features columnar",
    )
}
