//! What is suspect: told, denied, or kept quiet about.

use cordiale::{Report, Scenario};

use crate::args::Warnings;
use crate::exit::Failure;
use crate::output;
use crate::render::diagnostics;

/// What is wrong with a file, and, unless nobody asks for it, what is suspect in it.
pub(crate) fn failed(report: Report, told: &Warnings) -> Failure {
    if !told.quiet {
        return report.into();
    }
    let errors = report.diagnostics().iter().filter(|diagnostic| diagnostic.is_error()).cloned();
    report.of_the_same(errors.collect()).into()
}

/// Tells what is suspect in a file, or fails with it where warnings are denied.
pub(crate) fn heed_file(suspect: &Report, warnings: &Warnings) -> Result<(), Failure> {
    if warnings.deny.is_some() && !suspect.diagnostics().is_empty() {
        let mut report = suspect.clone();
        report.deny_warnings();
        return Err(report.into());
    }
    if !warnings.quiet {
        diagnostics::print(suspect);
    }
    Ok(())
}

/// Tells what turned out to be suspect in a run, or fails with it where warnings are denied; what was so in the file was
/// said at loading.
pub(crate) fn heed(scenario: &Scenario, of_run: &[String], warnings: &Warnings) -> Result<(), Failure> {
    let found = heeded(scenario, of_run, warnings)?;
    if !warnings.quiet {
        found.iter().for_each(|warning| warn(warning));
    }
    Ok(())
}

/// What turned out to be suspect in a run, untold.
pub(crate) fn heeded<'r>(
    scenario: &Scenario,
    of_run: &'r [String],
    warnings: &Warnings,
) -> Result<&'r [String], Failure> {
    let found = of_run.get(scenario.warnings().diagnostics().len()..).unwrap_or_default();
    if warnings.deny.is_some() && !found.is_empty() {
        return Err(Failure::Denied(found.to_vec()));
    }
    Ok(found)
}

/// Tells a warning.
pub(crate) fn warn(warning: &str) {
    let style = anstyle::AnsiColor::Yellow.on_default().bold();
    output::say(&format!("{style}warning{style:#}: {warning}"));
}
