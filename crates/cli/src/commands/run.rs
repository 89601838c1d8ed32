//! `cordiale run`: simulate and print.

use std::path::{Path, PathBuf};

use cordiale::exact::{Agreement, Exact, ExactError, Figure};
use cordiale::result::Method;
use cordiale::stopping::Answer;
use cordiale::widths::{Widths, WidthsResult};
use cordiale::{RunError, RunResult, Scenario, Simulation};

use super::spread::Job;
use crate::args::{ResultFormat, RunArguments, Warnings};
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use crate::progress::{self, Bar};
use crate::render::layout::{about, thousands};
use crate::render::markdown::{self, CommandLine};
use crate::render::{csv, plot, table};
use crate::warnings;

pub(crate) fn run(arguments: &RunArguments) -> Outcome {
    arguments.stopping.check()?;
    let read: Vec<&Path> = arguments.files.iter().map(PathBuf::as_path).collect();
    let job = Job::new(arguments)?;
    let written = [
        ("--out", job.out.as_deref()),
        ("--keep-trials", arguments.keep_trials.as_deref()),
        ("--checkpoint", job.checkpoint.as_deref()),
    ];
    super::writable(&written, &read)?;
    if let Some(outcome) = super::data::run(arguments, &written) {
        return outcome;
    }
    if let Some(outcome) = job.run(arguments, &written) {
        return outcome;
    }
    let format = ResultFormat::of(arguments.text_format(), arguments.out.as_deref())?;
    drawable(arguments.plot, format)?;
    if format == ResultFormat::Csv && arguments.files.len() > 1 {
        return Err(Failure::new("CSV holds one scenario; run the files one by one, or use --format json"));
    }
    // Every file is checked before the first is run.
    let mut scenarios = Vec::with_capacity(arguments.files.len());
    let question = arguments.stopping.question();
    for file in &arguments.files {
        let scenario = super::load(file, &arguments.changes, &arguments.work.warnings, &written)?;
        if let Some(question) = &question {
            question.check(&scenario).map_err(|error| in_file(file, &error))?;
        }
        scenarios.push((file, scenario));
    }
    progress::catch_interrupts();
    let mut text = String::new();
    let ran = run_all(arguments, &scenarios, format, &mut text);
    if ran.is_err() && arguments.out.is_none() && !text.is_empty() {
        // What is finished is printed, whatever became of the others; a file would look whole.
        let _ = output::print(&text);
    }
    let Some((agrees, settled)) = ran? else { return Ok(Exit::Abandoned) };
    let done = output::deliver(&text, arguments.out.as_deref())?;
    Ok(match (progress::interrupted(), agrees) {
        (true, _) => Exit::Interrupted,
        (false, true) => worse(done, settled),
        (false, false) => worse(Exit::No, settled),
    })
}

/// Runs scenarios one after another, and adds what each comes to to a text. Whether they agree with their exact answers, and
/// how questions were settled; none where the first was given up.
fn run_all(
    arguments: &RunArguments,
    scenarios: &[(&PathBuf, Scenario)],
    format: ResultFormat,
    text: &mut String,
) -> Result<Option<(bool, Exit)>, Failure> {
    let (mut agrees, mut settled) = (true, Exit::Done);
    for (place, (file, scenario)) in scenarios.iter().enumerate() {
        let bar = Bar::new(arguments.work.warnings.quiet);
        let simulation = prepared(arguments, scenario, file)?.on_progress(bar.follow(0, None));
        let mut result = match simulation.run() {
            Err(RunError::Cancelled) if place == 0 => return Ok(None),
            // Those before it are finished.
            Err(RunError::Cancelled) => break,
            other => other.map_err(|error| in_file(file, &error))?,
        };
        drop(bar);
        if arguments.widths && !progress::interrupted() {
            result.widths = match widths(arguments, scenario, &result) {
                // What is finished is printed.
                Err(RunError::Cancelled) => None,
                other => Some(other.map_err(|error| in_file(file, &error))?),
            };
        }
        warnings::heed(scenario, &result.warnings, &arguments.work.warnings)?;
        if arguments.verify && !progress::interrupted() {
            match verify(scenario, &result) {
                Err(ExactError::Cancelled) => {}
                other => agrees &= other.map_err(Failure::new)?,
            }
        }
        if matches!(format, ResultFormat::Table | ResultFormat::Markdown) && place > 0 {
            text.push('\n');
        }
        settled = worse(settled, tell_stopping(file, &result));
        let command = again(arguments, file, &result);
        text.push_str(&render(format, arguments.plot, scenario, &result, command));
        if progress::interrupted() {
            break;
        }
    }
    Ok(Some((agrees, settled)))
}

/// The command that makes it again.
pub(super) fn again(arguments: &RunArguments, file: &Path, result: &RunResult) -> CommandLine {
    let mut command = CommandLine::new("run", file);
    command = match arguments.stopping.question() {
        // It says itself how many trials there are.
        Some(_) => command.changes(&result.run).option("--seed", &result.run.seed),
        None => command.run(&result.run),
    };
    for flag in arguments.stopping.flags(arguments.stopping.first_look) {
        command = command.word(&flag);
    }
    if arguments.widths { command.word("--widths") } else { command }
}

/// What could not be done weighs more than an answer that is no.
fn worse(a: Exit, b: Exit) -> Exit {
    match (a, b) {
        (Exit::Failed, _) | (_, Exit::Failed) => Exit::Failed,
        (Exit::No, _) | (_, Exit::No) => Exit::No,
        (a, _) => a,
    }
}

/// How a run that was to settle a question ends: where it has not, with what would.
pub(super) fn tell_stopping(file: &Path, result: &RunResult) -> Exit {
    let Some(stopping) = &result.stopping else { return Exit::Done };
    match stopping.answer {
        Answer::Yes => Exit::Done,
        Answer::No => Exit::No,
        Answer::NotResolved if result.run.partial => Exit::Interrupted,
        Answer::NotResolved => {
            let more = match stopping.trials_needed {
                Some(needed) => {
                    format!("about {} in all would settle it: allow more with --max-trials", about(needed))
                }
                None => "nor can it be told how many would settle it; ask for less".to_owned(),
            };
            let trials = thousands(result.run.trials);
            Failure::new(format!("{}: not resolved after {trials} trials; {more}", file.display())).tell();
            Exit::Failed
        }
    }
}

/// Whether the run agrees with the exact answer, said on stderr.
fn verify(scenario: &Scenario, result: &RunResult) -> Result<bool, ExactError> {
    let bar = Bar::new(true);
    let exact = Exact::new(scenario).on_progress(bar.follow_steps()).run()?;
    let agreement = Agreement::of(result, &exact);
    let mut disagree = 0;
    for figure in agreement.disagreements() {
        disagree += 1;
        let Figure { name, estimate, exact, allowed } = figure;
        warnings::warn(&format!(
            "{name}: {estimate} by trials, {exact} exactly; {allowed:.2e} apart would be chance"
        ));
    }
    let count = agreement.figures.len();
    if disagree == 0 {
        output::say(&format!("verified: {count} of {count} figures agree with the exact answer"));
    } else {
        output::say(&format!(
            "not verified: {disagree} of {count} figures disagree with the exact answer; please report it with the scenario"
        ));
    }
    Ok(disagree == 0)
}

/// The simulation that was asked for.
pub(super) fn prepared(
    arguments: &RunArguments,
    scenario: &Scenario,
    file: &Path,
) -> Result<Simulation, Failure> {
    let mut simulation = Simulation::new(scenario).map_err(|error| in_file(file, &error))?;
    if let Some(trials) = arguments.trials {
        simulation = simulation.trials(trials);
    }
    simulation = simulation.seed(arguments.work.seed_of(scenario));
    if let Some(question) = arguments.stopping.question() {
        simulation = simulation.until(question);
    }
    simulation = simulation.threads(arguments.work.threads());
    let found = simulation.ruled_out().warnings(scenario);
    warnings::heed_file(&found, &arguments.work.warnings)?;
    tell_memory(&simulation, &arguments.work.warnings);
    Ok(simulation)
}

/// Warns of a run that may end where the memory does.
fn tell_memory(simulation: &Simulation, told: &Warnings) {
    const GB: u64 = 1_000_000_000;
    let memory = simulation.estimated_memory();
    if memory >= 4 * GB && !told.quiet {
        warnings::warn(&format!(
            "this may take {} GB of memory, for what each thread keeps of every value outcome at every step: fewer \
             --threads, outcomes or steps take less",
            memory.div_ceil(GB)
        ));
    }
}

fn widths(
    arguments: &RunArguments,
    scenario: &Scenario,
    result: &RunResult,
) -> Result<WidthsResult, RunError> {
    let bar = Bar::new(arguments.work.warnings.quiet);
    let widths = Widths::new(scenario, result).threads(arguments.work.threads());
    widths.on_progress(bar.follow(0, None)).run()
}

pub(crate) fn in_file(file: &Path, error: &RunError) -> Failure {
    match error {
        RunError::Evaluation(_) => Failure::new(error),
        other => Failure::new(format!("{}: {other}", file.display())),
    }
}

/// A result as text; `command` makes it again.
pub(super) fn render<M: Method>(
    format: ResultFormat,
    plot: bool,
    scenario: &Scenario,
    result: &RunResult<M>,
    command: CommandLine,
) -> String {
    let model = scenario.model();
    match format {
        ResultFormat::Json => format!("{}\n", result.to_json()),
        ResultFormat::Csv => csv::render(result, model),
        ResultFormat::Markdown => {
            let command = if plot { command.word("--plot") } else { command };
            markdown::result::render(result, model, plot, &command)
        }
        ResultFormat::Table => {
            let drawn = if plot { plot::render(result, model, table::width()) } else { String::new() };
            let gap = if drawn.is_empty() { "" } else { "\n" };
            format!("{}{gap}{drawn}", table::render(result, model, table::width()))
        }
    }
}

/// Refuses pictures where there is no page to stand on.
pub(super) fn drawable(plot: bool, format: ResultFormat) -> Result<(), Failure> {
    if plot && matches!(format, ResultFormat::Json | ResultFormat::Csv) {
        return Err(Failure::new(
            "--plot draws for people, and JSON and CSV hold data; leave it out, or print a table or --format markdown",
        ));
    }
    Ok(())
}
