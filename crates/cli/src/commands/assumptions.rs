//! `cordiale assumptions`: every number, what it rests on, and how far the answers lean on it.

use cordiale::core::assumptions::Doubt;
use cordiale::{AssumptionsResult, Register, RunError, Scenario};

use super::run::in_file;
use crate::args::{AssumptionsArguments, ResultFormat};
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use crate::progress::{self, Bar};
use crate::render::markdown::CommandLine;
use crate::render::{assumptions, markdown, table};
use crate::warnings;

pub(crate) fn assumptions(arguments: &AssumptionsArguments) -> Outcome {
    let file = &arguments.file;
    let written = [("--out", arguments.out.as_deref())];
    super::writable(&written, &[file])?;
    let format = ResultFormat::of(arguments.format, arguments.out.as_deref())?;
    if format == ResultFormat::Csv && arguments.without_source.is_some() {
        let told = "CSV holds the register alone; ask for the answers without a source as a table, --format markdown or json";
        return Err(Failure::new(told));
    }
    let scenario = super::load(file, &arguments.changes, &arguments.work.warnings, &written)?;
    progress::catch_interrupts();
    let bar = Bar::new(arguments.work.warnings.quiet);
    let told = |error: RunError| match error {
        RunError::AtPoint { .. } | RunError::InVariant { .. } => Failure::new(error),
        other => in_file(file, &other),
    };
    let register = register(arguments, &scenario).map_err(told)?.on_progress(bar.follow(0, None));
    let result = match register.run() {
        Err(RunError::Cancelled) => return Ok(Exit::Abandoned),
        other => other.map_err(told)?,
    };
    drop(bar);
    warnings::heed(&scenario, &result.warnings, &arguments.work.warnings)?;
    let top = if arguments.top == 0 { usize::MAX } else { arguments.top };
    let text = match format {
        ResultFormat::Json => format!("{}\n", result.to_json()),
        ResultFormat::Csv => assumptions::csv(&result),
        ResultFormat::Markdown => markdown::assumptions::render(&result, &again(arguments, &result)),
        ResultFormat::Table => assumptions::render(&result, scenario.model(), top, table::width()),
    };
    let done = output::deliver(&text, arguments.out.as_deref())?;
    Ok(if progress::interrupted() { Exit::Interrupted } else { done })
}

fn register(arguments: &AssumptionsArguments, scenario: &Scenario) -> Result<Register, RunError> {
    let (low, high) = arguments.factors;
    let mut register = Register::new(scenario)?.points(arguments.points).factors(low, high);
    if arguments.no_sensitivity {
        register = register.without_sensitivity();
    }
    if let Some(source) = &arguments.without_source {
        let (low, high) = arguments.widen;
        let doubt = if arguments.remove { Doubt::Removed(low, high) } else { Doubt::Widened(low, high) };
        register = register.without_source(source, doubt);
    }
    for outcome in &arguments.outcome {
        register = register.outcome(outcome);
    }
    if let Some(trials) = arguments.trials {
        register = register.trials(trials);
    }
    register = register.seed(arguments.work.seed_of(scenario)).threads(arguments.work.threads());
    Ok(register)
}

/// The command that writes it again.
fn again(arguments: &AssumptionsArguments, result: &AssumptionsResult) -> CommandLine {
    let pair = |(low, high): (f64, f64)| format!("{low}..{high}");
    let mut command = CommandLine::new("assumptions", &arguments.file)
        .changes(&result.run)
        .options("--outcome", &arguments.outcome);
    command = if arguments.no_sensitivity {
        command.word("--no-sensitivity")
    } else {
        command.option("--points", &arguments.points).option("--factors", &pair(arguments.factors))
    };
    if let Some(without) = &result.without_source {
        command = command.option("--without-source", &without.source);
        command = if arguments.remove { command.word("--remove") } else { command };
        command = command.option("--widen", &pair(arguments.widen)).option("--trials", &without.trials);
    }
    command.option("--seed", &result.run.seed).option("--format", "markdown")
}
