//! `cordiale report`: one page on a scenario.

use std::io::IsTerminal;
use std::path::Path;

use cordiale::report::{EXPLAIN_TRIALS, NETWORK_TRIALS, TRAJECTORIES};
use cordiale::{ReportResult, Reporting, RunError, Scenario};

use super::run::{in_file, tell_warnings, warn};
use crate::args::{ReportArguments, ReportFormat, Section, ending};
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use crate::progress::{self, Bar};
use crate::render::quote::word;
use crate::render::report;

/// A page beyond this many bytes is slow to open and to send.
const LARGE: usize = 2_000_000;

pub(crate) fn report(arguments: &ReportArguments) -> Outcome {
    let format = format_of(arguments.format, arguments.out.as_deref());
    if format == ReportFormat::Html && arguments.out.is_none() && std::io::stdout().is_terminal() {
        return Err(Failure::new("a page is no text for a terminal; write it to a file: --out report.html"));
    }
    super::writable(&[("--out", arguments.out.as_deref())], &[&arguments.file])?;
    let file = &arguments.file;
    let scenario = super::load(file, &arguments.changes, arguments.work.quiet, arguments.work.deny)?;
    let variants = variants(arguments, &scenario)?;
    progress::catch_interrupts();
    let mut result = match gather(arguments, &scenario, &variants) {
        // A report is whole or not at all.
        Err(RunError::Cancelled) => return Ok(Exit::Interrupted),
        Err(error @ (RunError::InVariant { .. } | RunError::AtPoint { .. })) => {
            return Err(Failure::new(error));
        }
        other => other.map_err(|error| in_file(file, &error))?,
    };
    result.command = Some(command(arguments, &result));
    if !arguments.work.quiet {
        tell_warnings(&scenario, &result.warnings);
    }
    let text = match format {
        ReportFormat::Html => report::render(&result),
        ReportFormat::Json => format!("{}\n", result.to_json()),
    };
    if format == ReportFormat::Html && text.len() > LARGE && !arguments.work.quiet {
        let size = text.len() / 1_000;
        warn(&format!(
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
    let bar = Bar::new(arguments.work.quiet);
    let mut reporting = Reporting::new(scenario)
        .network_trials(if shows(Section::Network) { arguments.network_trials } else { 0 })
        .explain_trials(if shows(Section::Explain) { arguments.explain_trials } else { 0 })
        .trajectories(if shows(Section::Sensitivity) { arguments.trajectories } else { 0 })
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
            super::denied(&changed, arguments.work.deny)?;
            variants.push((variant.name.clone(), changed));
        }
    }
    Ok(variants)
}

/// The command that makes the same report again, on any machine: the file by its name, seed and trials spelt out.
fn command(arguments: &ReportArguments, result: &ReportResult) -> String {
    let name = arguments.file.file_name().map_or_else(Default::default, |name| name.to_string_lossy());
    let mut words = vec!["cordiale".to_owned(), "report".to_owned(), word(&name)];
    let mut option = |option: &str, value: &str| words.extend([option.to_owned(), word(value)]);
    if let Some(variant) = &arguments.changes.variant {
        option("--variant", variant);
    }
    for (name, value) in &arguments.changes.set {
        option("--set", &format!("{name}={value}"));
    }
    if let Some(horizon) = &arguments.changes.horizon {
        option("--horizon", horizon);
    }
    if let Some(outcome) = &arguments.outcome {
        option("--outcome", outcome);
    }
    option("--trials", &result.run.trials.to_string());
    option("--seed", &result.run.seed.to_string());
    if arguments.network_trials != NETWORK_TRIALS {
        option("--network-trials", &arguments.network_trials.to_string());
    }
    if arguments.explain_trials != EXPLAIN_TRIALS {
        option("--explain-trials", &arguments.explain_trials.to_string());
    }
    if arguments.trajectories != TRAJECTORIES {
        option("--trajectories", &arguments.trajectories.to_string());
    }
    for section in &arguments.without {
        option("--without", section.name());
    }
    option("--out", "report.html");
    words.join(" ")
}

/// How to write: as asked for, or by the ending of the file.
fn format_of(asked: Option<ReportFormat>, out: Option<&Path>) -> ReportFormat {
    asked.unwrap_or(match ending(out) {
        Some("json" | "jsonl") => ReportFormat::Json,
        _ => ReportFormat::Html,
    })
}
