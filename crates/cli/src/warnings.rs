//! What is suspect: told, denied, or kept quiet about.

use cordiale::diagnostic::{Code, Diagnostic};
use cordiale::source::Span;
use cordiale::{Report, RuledOut, Scenario, ruled_out};

use crate::args::Warnings;
use crate::exit::Failure;
use crate::output;
use crate::render::diagnostics;

/// What is suspect since the declared ranges rule it out. Nothing of which warnings say so already, and nothing that is
/// otherwise in a variant.
pub(crate) fn of_ruled_out(mut found: RuledOut, scenario: &Scenario) -> Report {
    let (model, warnings) = (scenario.model(), scenario.warnings());
    if scenario.variant_name().is_some() {
        found = RuledOut::default();
    }
    for variant in &model.variants {
        if found == RuledOut::default() {
            break;
        }
        if let Ok(variant) = scenario.with_variant(&variant.name) {
            let there = ruled_out(variant.model());
            found.rules.retain(|rule| there.rules.contains(rule));
            found.outcomes.retain(|outcome| there.outcomes.contains(outcome));
        }
    }
    let told = |code: Code, span: Span, message: String, help: &str| {
        let is_known = warnings.diagnostics().iter().any(|d| d.code == code && d.span == Some(span));
        (!is_known).then(|| Diagnostic {
            code,
            severity: code.severity(),
            message,
            span: Some(span),
            related: Vec::new(),
            help: Some(help.to_owned()),
        })
    };
    let rules = model.rules.iter().filter(|rule| found.rules.contains(&rule.name)).filter_map(|rule| {
        let message = format!(
            "the rule `{}` can never fire: within the declared ranges its `when` does not hold or its chance is 0",
            rule.name
        );
        told(Code::NeverFires, rule.span, message, "mend it, or set enabled = false")
    });
    let still = model.outcomes.iter().filter(|outcome| found.outcomes.contains(&outcome.name));
    let outcomes = still.filter_map(|outcome| {
        let message = format!(
            "nothing can change the outcome `{}`: within the declared ranges its conditions hold always or never",
            outcome.name
        );
        told(Code::NothingChanges, outcome.span, message, "compare with a number inside the range, or change the range")
    });
    warnings.of_the_same(rules.chain(outcomes).collect())
}

/// The warnings of a file with those of what the declared ranges rule out.
pub(crate) fn with_ruled_out(suspect: &Report, found: RuledOut, scenario: &Scenario) -> Report {
    let found = of_ruled_out(found, scenario);
    suspect.of_the_same([suspect.diagnostics(), found.diagnostics()].concat())
}

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
