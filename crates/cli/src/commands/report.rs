//! `cordiale report`: one page on a scenario.

use std::io::IsTerminal;
use std::path::Path;

use cordiale::report::{EXPLAIN_TRIALS, NETWORK_TRIALS};
use cordiale::sensitivity::SWING_TRIALS;
use cordiale::{ReportResult, Reporting, RunError, Scenario};

use super::run::in_file;
use crate::args::{ReportArguments, ReportFormat, Section, ending, no_picture};
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use crate::progress::{self, Bar};
use crate::render::markdown::CommandLine;
use crate::render::report;
use crate::warnings;

/// A page beyond this many bytes is slow to open and to send.
const LARGE: usize = 2_000_000;

pub(crate) fn report(arguments: &ReportArguments) -> Outcome {
    let format = format_of(arguments.format, arguments.out.as_deref())?;
    if format == ReportFormat::Html && arguments.out.is_none() && std::io::stdout().is_terminal() {
        return Err(Failure::new("a page is no text for a terminal; write it to a file: --out report.html"));
    }
    let written = [("--out", arguments.out.as_deref())];
    super::writable(&written, &[&arguments.file])?;
    let file = &arguments.file;
    let scenario = super::load(file, &arguments.changes, &arguments.work.warnings, &written)?;
    let variants = variants(arguments, &scenario)?;
    progress::catch_interrupts();
    let mut result = match gather(arguments, &scenario, &variants) {
        // A report is whole or not at all.
        Err(RunError::Cancelled) => return Ok(Exit::Abandoned),
        Err(error @ (RunError::InVariant { .. } | RunError::AtPoint { .. })) => {
            return Err(Failure::new(error));
        }
        other => other.map_err(|error| in_file(file, &error))?,
    };
    result.command = Some(command(arguments, &result).text().to_owned());
    warnings::heed(&scenario, &result.warnings, &arguments.work.warnings)?;
    let text = match format {
        ReportFormat::Html => report::render(&result),
        ReportFormat::Json => format!("{}\n", result.to_json()),
    };
    if format == ReportFormat::Html && text.len() > LARGE && !arguments.work.warnings.quiet {
        let size = text.len() / 1_000;
        warnings::warn(&format!(
            "the page has {size} kB; leave a part out (--without), or ask for fewer outcomes in the file"
        ));
    }
    match &arguments.out {
        Some(out) => output::write(out, &text),
        None => output::print(&text),
    }
}

fn gather(
    arguments: &ReportArguments,
    scenario: &Scenario,
    variants: &[(String, Scenario)],
) -> Result<ReportResult, RunError> {
    let shows = |section: Section| !arguments.without.contains(&section);
    let bar = Bar::new(arguments.work.warnings.quiet);
    let mut reporting = Reporting::new(scenario)
        .network_trials(if shows(Section::Network) { arguments.network_trials } else { 0 })
        .explain_trials(if shows(Section::Explain) { arguments.explain_trials } else { 0 })
        .swing_trials(if shows(Section::Sensitivity) { arguments.swing_trials } else { 0 })
        .widths(shows(Section::Widths))
        .chronicles(shows(Section::Chronicles))
        .register(shows(Section::Assumptions))
        .on_progress(bar.follow(0, None));
    for (name, variant) in variants {
        reporting = reporting.variant(name, variant);
    }
    if let Some(outcome) = &arguments.outcome {
        reporting = reporting.lead(outcome);
    }
    if let Some(trials) = arguments.trials {
        reporting = reporting.trials(trials);
    }
    reporting = reporting.seed(arguments.work.seed_of(scenario)).threads(arguments.work.threads());
    reporting.run()
}

/// The file's variants, but for the one that the report is of.
fn variants(arguments: &ReportArguments, scenario: &Scenario) -> Result<Vec<(String, Scenario)>, Failure> {
    if arguments.without.contains(&Section::Variants) {
        return Ok(Vec::new());
    }
    let mut variants = Vec::new();
    for variant in &scenario.model().variants {
        if Some(variant.name.as_str()) != scenario.variant_name() {
            let changed = scenario.with_variant(&variant.name)?;
            warnings::heed_file(changed.warnings(), &arguments.work.warnings.untold())?;
            variants.push((variant.name.clone(), changed));
        }
    }
    Ok(variants)
}

/// The command that makes the same report again, on any machine: the file by its name, seed and trials spelt out.
fn command(arguments: &ReportArguments, result: &ReportResult) -> CommandLine {
    let name = arguments.file.file_name().map_or(arguments.file.as_path(), Path::new);
    let mut command = CommandLine::new("report", name)
        .asked(&arguments.changes)
        .options("--outcome", &arguments.outcome)
        .option("--trials", &result.run.trials)
        .option("--seed", &result.run.seed);
    if arguments.network_trials != NETWORK_TRIALS {
        command = command.option("--network-trials", &arguments.network_trials);
    }
    if arguments.explain_trials != EXPLAIN_TRIALS {
        command = command.option("--explain-trials", &arguments.explain_trials);
    }
    if arguments.swing_trials != SWING_TRIALS {
        command = command.option("--swing-trials", &arguments.swing_trials);
    }
    for section in &arguments.without {
        command = command.option("--without", section.name());
    }
    command.option("--out", "report.html")
}

/// How to write: as asked for, or by the ending of the file.
fn format_of(asked: Option<ReportFormat>, out: Option<&Path>) -> Result<ReportFormat, Failure> {
    if let Some(asked) = asked {
        return Ok(asked);
    }
    no_picture(out)?;
    Ok(match ending(out).as_deref() {
        Some("json" | "jsonl") => ReportFormat::Json,
        _ => ReportFormat::Html,
    })
}
