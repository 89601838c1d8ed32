//! `cordiale compare`: variants, or another file, against a scenario on the same random numbers.

use std::path::{Path, PathBuf};

use cordiale::{CompareResult, Comparison, RunError, Scenario};

use super::run::in_file;
use crate::args::{Changes, CompareArguments, ResultFormat};
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use crate::progress::{self, Bar};
use crate::render::markdown::{self, CommandLine};
use crate::render::{compare, compare_csv, table};
use crate::warnings;

pub(crate) fn compare(arguments: &CompareArguments) -> Outcome {
    let file = &arguments.file;
    let read: Vec<&Path> =
        [Some(file), arguments.against.as_ref()].into_iter().flatten().map(PathBuf::as_path).collect();
    let written = [("--out", arguments.out.as_deref())];
    super::writable(&written, &read)?;
    let format = ResultFormat::of(arguments.format, arguments.out.as_deref())?;
    let changes = Changes { variant: None, set: arguments.set.clone(), horizon: arguments.horizon.clone() };
    let baseline = super::load(file, &changes, &arguments.work.warnings, &written)?;
    let untold = arguments.work.warnings.untold();
    let variants = match &arguments.against {
        Some(other) => {
            vec![(stem(other), super::load(other, &changes, &untold, &written)?)]
        }
        None => variants(arguments, &baseline)?,
    };
    progress::catch_interrupts();
    let bar = Bar::new(arguments.work.warnings.quiet);
    let told = |error: RunError| in_file(file, &error);
    let comparison = comparison(arguments, &baseline, &variants).map_err(told)?;
    let result = match comparison.on_progress(bar.follow(0, None)).run() {
        Err(RunError::Cancelled) => return Ok(Exit::Abandoned),
        Err(error @ RunError::InVariant { .. }) => return Err(Failure::new(error)),
        other => other.map_err(told)?,
    };
    drop(bar);
    warnings::heed(&baseline, &result.warnings, &arguments.work.warnings)?;
    let is_file = arguments.against.is_some();
    let text = match format {
        ResultFormat::Json => format!("{}\n", result.to_json()),
        ResultFormat::Csv => compare_csv::render(&result, &baseline, &variants),
        ResultFormat::Markdown => {
            let command = again(arguments, &result);
            markdown::compare::render(&result, baseline.model(), is_file, &command)
        }
        ResultFormat::Table => compare::render(&result, baseline.model(), is_file, table::width()),
    };
    let done = output::deliver(&text, arguments.out.as_deref())?;
    Ok(if progress::interrupted() { Exit::Interrupted } else { done })
}

/// The command that makes it again.
fn again(arguments: &CompareArguments, result: &CompareResult) -> CommandLine {
    let mut command = CommandLine::new("compare", &arguments.file);
    match &arguments.against {
        Some(other) => command = command.option("--against", &other.to_string_lossy()),
        None => {
            for name in result.variants.names() {
                command = command.word(name);
            }
        }
    }
    for outcome in &arguments.outcome {
        command = command.option("--outcome", outcome);
    }
    command.run(&result.run)
}

fn comparison(
    arguments: &CompareArguments,
    baseline: &Scenario,
    variants: &[(String, Scenario)],
) -> Result<Comparison, RunError> {
    let mut comparison = Comparison::new(baseline)?;
    for (name, scenario) in variants {
        comparison = comparison.variant(name, scenario);
    }
    for outcome in &arguments.outcome {
        comparison = comparison.outcome(outcome);
    }
    if let Some(trials) = arguments.trials {
        comparison = comparison.trials(trials);
    }
    comparison = comparison.seed(arguments.work.seed_of(baseline)).threads(arguments.work.threads());
    Ok(comparison)
}

/// The variants asked for, or all that the file has.
fn variants(arguments: &CompareArguments, baseline: &Scenario) -> Result<Vec<(String, Scenario)>, Failure> {
    let of_file = || baseline.model().variants.iter().map(|variant| variant.name.clone()).collect();
    let names: Vec<String> =
        if arguments.variants.is_empty() { of_file() } else { arguments.variants.clone() };
    if names.is_empty() {
        return Err(Failure::new(format!(
            "{} has no [variants] to compare it with; write one, as in\n  [variants.no_talks]\n  disable = [\"talks\"]\nor name another file: --against OTHER.toml",
            arguments.file.display()
        )));
    }
    let mut variants = Vec::with_capacity(names.len());
    for name in names {
        let scenario = baseline.with_variant(&name)?;
        warnings::heed_file(scenario.warnings(), &arguments.work.warnings.untold())?;
        variants.push((name, scenario));
    }
    Ok(variants)
}

/// The name of a file without its folders and its ending.
fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(|| path.display().to_string(), |stem| stem.to_string_lossy().into_owned())
}
