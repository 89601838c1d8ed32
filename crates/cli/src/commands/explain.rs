//! `cordiale explain`: what set apart the trials that got there.

use cordiale::explain::ExplainResult;
use cordiale::{Explanation, RunError, Scenario};

use super::run::in_file;
use crate::args::{ExplainArguments, ResultFormat};
use crate::exit::{Exit, Outcome};
use crate::output;
use crate::progress::{self, Bar};
use crate::render::markdown::{self, CommandLine};
use crate::render::{explain, explain_csv, table};
use crate::warnings;

pub(crate) fn explain(arguments: &ExplainArguments) -> Outcome {
    let file = &arguments.file;
    let written = [("--out", arguments.out.as_deref())];
    super::writable(&written, &[file])?;
    let format = ResultFormat::of(arguments.format, arguments.out.as_deref())?;
    let scenario = super::load(file, &arguments.changes, &arguments.work.warnings, &written)?;
    progress::catch_interrupts();
    let bar = Bar::new(arguments.work.warnings.quiet);
    let told = |error: RunError| in_file(file, &error);
    let explanation = explanation(arguments, &scenario).map_err(told)?;
    let result = match explanation.on_progress(bar.follow(0, None)).run() {
        Err(RunError::Cancelled) => return Ok(Exit::Abandoned),
        other => other.map_err(told)?,
    };
    drop(bar);
    warnings::heed(&scenario, &result.warnings, &arguments.work.warnings)?;
    let text = match format {
        ResultFormat::Json => format!("{}\n", result.to_json()),
        ResultFormat::Csv => explain_csv::render(&result),
        ResultFormat::Markdown => {
            markdown::explain::render(&result, scenario.model(), &again(arguments, &result))
        }
        ResultFormat::Table => explain::render(&result, scenario.model(), table::width()),
    };
    let done = output::deliver(&text, arguments.out.as_deref())?;
    Ok(if progress::interrupted() { Exit::Interrupted } else { done })
}

fn explanation(arguments: &ExplainArguments, scenario: &Scenario) -> Result<Explanation, RunError> {
    let mut explanation = Explanation::new(scenario)?;
    if let Some(outcome) = &arguments.outcome {
        explanation = explanation.outcome(outcome);
    }
    if let Some(level) = &arguments.level {
        explanation = explanation.level(level);
    }
    if let Some(limit) = arguments.above {
        explanation = explanation.above(limit);
    }
    if let Some(limit) = arguments.below {
        explanation = explanation.below(limit);
    }
    if let Some(date) = arguments.by {
        explanation = explanation.by(date);
    }
    for rule in &arguments.off {
        explanation = explanation.off(rule);
    }
    if let Some(trials) = arguments.trials {
        explanation = explanation.trials(trials);
    }
    explanation = explanation.seed(arguments.work.seed_of(scenario)).threads(arguments.work.threads());
    Ok(explanation)
}

/// The command that explains it again.
fn again(arguments: &ExplainArguments, result: &ExplainResult) -> CommandLine {
    CommandLine::new("explain", &arguments.file)
        .options("--outcome", &arguments.outcome)
        .options("--level", &arguments.level)
        .options("--above", arguments.above)
        .options("--below", arguments.below)
        .options("--by", arguments.by)
        .options("--off", &arguments.off)
        .run(&result.run)
        .option("--format", "markdown")
}
