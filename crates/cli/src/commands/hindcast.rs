//! `cordiale hindcast`: what scenarios said, scored by what happened.

use std::path::{Path, PathBuf};

use cordiale::hindcast::{self, HindcastResult, Observed, Scored};
use cordiale::{RunError, Simulation, observed_from_path};

use super::run::in_file;
use crate::args::{HindcastArguments, ResultFormat};
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use crate::progress::{self, Bar};
use crate::render::markdown::{self, CommandLine};
use crate::render::{self, hindcast_csv, table};
use crate::warnings;

pub(crate) fn hindcast(arguments: &HindcastArguments) -> Outcome {
    let read: Vec<&Path> = arguments.files.iter().map(PathBuf::as_path).collect();
    let written = [("--out", arguments.out.as_deref())];
    super::writable(&written, &read)?;
    let format = ResultFormat::of(arguments.format, arguments.out.as_deref())?;
    // Every file is checked before the first is run.
    let observed = arguments.files.iter().map(|file| load(file, arguments, &written));
    let observed: Vec<Observed> = observed.collect::<Result<_, Failure>>()?;
    progress::catch_interrupts();
    let mut scored = Vec::with_capacity(observed.len());
    for (observed, file) in observed.iter().zip(&arguments.files) {
        match score(observed, file, arguments)? {
            Some(found) => scored.push(found),
            None => break,
        }
        if progress::interrupted() {
            break;
        }
    }
    if scored.is_empty() {
        return Ok(Exit::Abandoned);
    }
    let result = HindcastResult::of(scored);
    let text = match format {
        ResultFormat::Json => format!("{}\n", result.to_json()),
        ResultFormat::Csv => hindcast_csv::render(&result),
        ResultFormat::Markdown => markdown::hindcast::render(&result, &observed, &again(arguments)),
        ResultFormat::Table => render::hindcast::render(&result, &observed, table::width()),
    };
    let done = output::deliver(&text, arguments.out.as_deref())?;
    Ok(if progress::interrupted() { Exit::Interrupted } else { done })
}

/// Reads what happened, and the scenario that it is of with what was asked to be changed.
fn load(
    file: &Path,
    arguments: &HindcastArguments,
    written: super::Written<'_>,
) -> Result<Observed, Failure> {
    let told = &arguments.work.warnings;
    let failed = |report| warnings::failed(report, told);
    let observed = observed_from_path(file).map_err(failed)?;
    let scenario = super::changed(observed.scenario().clone().into(), &arguments.changes, told, written)?;
    let observed = observed.against(&scenario).map_err(failed)?;
    warnings::heed_file(observed.warnings(), told)?;
    Ok(observed)
}

/// Runs a scenario and scores it; none where it was stopped before there was anything to score.
fn score(observed: &Observed, file: &Path, arguments: &HindcastArguments) -> Result<Option<Scored>, Failure> {
    let scenario = observed.scenario().clone().into();
    let failed = |error: RunError| in_file(file, &error);
    let bar = Bar::new(arguments.work.warnings.quiet);
    let mut simulation = Simulation::new(&scenario).map_err(failed)?;
    if let Some(trials) = arguments.trials {
        simulation = simulation.trials(trials);
    }
    simulation = simulation.seed(arguments.work.seed_of(&scenario)).threads(arguments.work.threads());
    let tally = match simulation.on_progress(bar.follow(0, None)).tally() {
        Err(RunError::Cancelled) => return Ok(None),
        other => other.map_err(failed)?,
    };
    drop(bar);
    let scored = hindcast::score(observed, &tally).map_err(failed)?;
    let of_run = scored.warnings.get(observed.warnings().diagnostics().len()..).unwrap_or_default();
    warnings::heed(&scenario, of_run, &arguments.work.warnings)?;
    Ok(Some(scored))
}

/// The command that scores it again.
fn again(arguments: &HindcastArguments) -> CommandLine {
    let HindcastArguments { files, changes, trials, work, .. } = arguments;
    let mut files = files.iter().map(|file| file.to_string_lossy());
    let command = CommandLine::new("hindcast", Path::new(&*files.next().unwrap_or_default()));
    files
        .fold(command, |command, file| command.word(&file))
        .asked(changes)
        .options("--trials", *trials)
        .options("--seed", work.seed)
        .option("--format", "markdown")
}
