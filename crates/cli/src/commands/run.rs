//! `cordiale run`: simulate and print.

use std::path::Path;

use cordiale::{RunError, RunResult, Scenario, Simulation};

use crate::args::{Format, RunArguments};
use crate::exit::{Exit, Failure, Outcome};
use crate::render::{csv, table};
use crate::{output, progress};

pub(crate) fn run(arguments: &RunArguments) -> Outcome {
    let format = format(arguments)?;
    // Every file is checked before the first is run.
    let mut scenarios = Vec::with_capacity(arguments.files.len());
    for file in &arguments.files {
        scenarios.push((file, super::load(file, &arguments.changes, arguments.quiet, arguments.deny)?));
    }
    progress::catch_interrupts();
    let mut text = String::new();
    for (place, (file, scenario)) in scenarios.iter().enumerate() {
        let result = match simulate(arguments, scenario) {
            Err(RunError::Cancelled) => return Ok(Exit::Interrupted),
            other => other.map_err(|error| in_file(file, &error))?,
        };
        if !arguments.quiet {
            tell_warnings(scenario, &result);
        }
        match format {
            Format::Json => text.push_str(&format!("{}\n", result.to_json())),
            Format::Csv => text.push_str(&csv::render(&result, scenario.model())),
            Format::Table => {
                if place > 0 {
                    text.push('\n');
                }
                text.push_str(&table::render(&result, scenario.model(), table::width()));
            }
        }
        if progress::interrupted() {
            break;
        }
    }
    let done = match &arguments.out {
        Some(path) => output::write(path, &anstream::adapter::strip_str(&text).to_string())?,
        None => output::print(&text)?,
    };
    Ok(if progress::interrupted() { Exit::Interrupted } else { done })
}

fn simulate(arguments: &RunArguments, scenario: &Scenario) -> Result<RunResult, RunError> {
    let mut simulation = Simulation::new(scenario)?;
    if let Some(trials) = arguments.trials {
        simulation = simulation.trials(trials);
    }
    if let Some(seed) = arguments.seed {
        simulation = simulation.seed(seed);
    }
    if let Some(threads) = arguments.threads {
        simulation = simulation.threads(usize::from(threads));
    }
    let (callback, bar) = progress::follow(arguments.quiet);
    let result = simulation.on_progress(callback).run();
    drop(bar);
    result
}

fn in_file(file: &Path, error: &RunError) -> Failure {
    match error {
        RunError::Evaluation(_) => Failure::new(error),
        other => Failure::new(format!("{}: {other}", file.display())),
    }
}

/// What turned out to be suspect in the run; what was so in the file was said at loading.
fn tell_warnings(scenario: &Scenario, result: &RunResult) {
    let known = scenario.warnings().diagnostics().len();
    for warning in result.warnings.iter().skip(known) {
        let style = anstyle::AnsiColor::Yellow.on_default().bold();
        anstream::eprintln!("{style}warning{style:#}: {warning}");
    }
}

fn format(arguments: &RunArguments) -> Result<Format, Failure> {
    let ending = arguments.out.as_ref().and_then(|path| path.extension()).and_then(|e| e.to_str());
    let format = arguments.format.unwrap_or(match ending {
        Some("json" | "jsonl") => Format::Json,
        Some("csv") => Format::Csv,
        _ => Format::Table,
    });
    if format == Format::Csv && arguments.files.len() > 1 {
        return Err(Failure::new("CSV holds one scenario; run the files one by one, or use --format json"));
    }
    Ok(format)
}
