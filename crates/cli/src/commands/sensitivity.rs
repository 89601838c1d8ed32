//! `cordiale sensitivity`: which inputs the outcomes hang on.

use clap::ValueEnum;
use cordiale::sensitivity::{Design, SensitivityResult, Way};
use cordiale::{RunError, Scenario, Sensitivity};

use super::run::in_file;
use crate::args::{DesignArgument, MethodArgument, ResultFormat, SensitivityArguments};
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use crate::progress::{self, Bar};
use crate::render::markdown::{self, CommandLine};
use crate::render::{sensitivity, table};
use crate::warnings;

pub(crate) fn sensitivity(arguments: &SensitivityArguments) -> Outcome {
    let file = &arguments.file;
    let written = [("--out", arguments.out.as_deref()), ("--sample", arguments.sample.as_deref())];
    super::writable(&written, &[file])?;
    let format = ResultFormat::of(arguments.format, arguments.out.as_deref())?;
    let scenario = super::load(file, &arguments.changes, &arguments.work.warnings, &written)?;
    progress::catch_interrupts();
    let bar = Bar::new(arguments.work.warnings.quiet);
    let told = |error: RunError| match error {
        RunError::AtPoint { .. } => Failure::new(error),
        other => in_file(file, &other),
    };
    let analysis = analysis(arguments, &scenario).map_err(told)?.on_progress(bar.follow(0, None));
    let run = || match &arguments.sample {
        Some(_) => analysis.run_with_sample().map(|(result, sample)| (result, Some(sample))),
        None => analysis.run().map(|result| (result, None)),
    };
    let (result, sample) = match run() {
        Err(RunError::Cancelled) => return Ok(Exit::Abandoned),
        other => other.map_err(told)?,
    };
    drop(bar);
    warnings::heed(&scenario, &result.warnings, &arguments.work.warnings)?;
    if let (Some(path), Some(sample)) = (&arguments.sample, &sample) {
        output::write(path, &sensitivity::sample(sample))?;
    }
    let top = if arguments.top == 0 { usize::MAX } else { arguments.top };
    let text = match format {
        ResultFormat::Json => format!("{}\n", result.to_json()),
        ResultFormat::Csv => sensitivity::csv(&result),
        ResultFormat::Markdown => {
            markdown::sensitivity::render(&result, scenario.model(), top, &again(arguments, &result))
        }
        ResultFormat::Table => sensitivity::render(&result, scenario.model(), top, table::width()),
    };
    let done = output::deliver(&text, arguments.out.as_deref())?;
    Ok(if progress::interrupted() { Exit::Interrupted } else { done })
}

fn analysis(arguments: &SensitivityArguments, scenario: &Scenario) -> Result<Sensitivity, RunError> {
    let way = match arguments.method {
        MethodArgument::Sobol => Way::Sobol,
        MethodArgument::Morris => Way::Morris,
        MethodArgument::Pawn => Way::Pawn,
        MethodArgument::Swings => Way::Swings,
    };
    let design = match arguments.design {
        DesignArgument::Sobol => Design::Sobol,
        DesignArgument::Lhs => Design::LatinHypercube,
    };
    let mut analysis = Sensitivity::new(scenario)?
        .method(way)
        .design(design)
        .replicates(arguments.replicates)
        .resamples(arguments.resamples)
        .levels(arguments.levels)
        .slices(arguments.slices);
    if let Some((low, high)) = arguments.rates {
        analysis = analysis.rates(low, high)?;
    }
    if let Some((low, high)) = arguments.numbers {
        analysis = analysis.numbers(low, high)?;
    }
    if let Some(points) = arguments.points {
        analysis = analysis.points(points);
    }
    for outcome in &arguments.outcome {
        analysis = analysis.outcome(outcome);
    }
    for input in &arguments.input {
        analysis = analysis.input(input);
    }
    analysis = analysis.seed(arguments.work.seed_of(scenario)).threads(arguments.work.threads());
    Ok(analysis)
}

/// The command that finds it again.
fn again(arguments: &SensitivityArguments, result: &SensitivityResult) -> CommandLine {
    let pair = |(low, high): (f64, f64)| format!("{low}..{high}");
    CommandLine::new("sensitivity", &arguments.file)
        .changes(&result.run)
        .option("--method", &spelt(&arguments.method))
        .option("--design", &spelt(&arguments.design))
        .option("--points", &result.design.points)
        .option("--replicates", &arguments.replicates)
        .option("--resamples", &arguments.resamples)
        .option("--levels", &arguments.levels)
        .option("--slices", &arguments.slices)
        .options("--rates", arguments.rates.map(pair))
        .options("--numbers", arguments.numbers.map(pair))
        .options("--outcome", &arguments.outcome)
        .options("--input", &arguments.input)
        .option("--top", &arguments.top)
        .option("--seed", &result.run.seed)
        .option("--format", "markdown")
}

/// As it is written on a command line.
fn spelt(value: &impl ValueEnum) -> String {
    value.to_possible_value().map_or(String::new(), |value| value.get_name().to_owned())
}
