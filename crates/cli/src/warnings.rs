//! What is suspect: told, denied, or kept quiet about.

use cordiale::diagnostic::{Code, Diagnostic};
use cordiale::model::Rule;
use cordiale::source::Span;
use cordiale::{Report, Scenario, rules_that_never_fire};

use crate::args::Warnings;
use crate::exit::Failure;
use crate::output;
use crate::render::diagnostics;

/// What is suspect in rules that were found never to fire. Nothing of those of which warnings say so already, and nothing of
/// those that a variant switches on or has switched off.
pub(crate) fn never_fire(mut never: Vec<&str>, scenario: &Scenario) -> Report {
    let (model, warnings) = (scenario.model(), scenario.warnings());
    if scenario.variant_name().is_some() {
        never.clear();
    }
    for variant in &model.variants {
        if never.is_empty() {
            break;
        }
        if let Ok(variant) = scenario.with_variant(&variant.name) {
            let there = rules_that_never_fire(variant.model());
            never.retain(|rule| there.contains(rule));
        }
    }
    let is_known = |span: Span| {
        warnings.diagnostics().iter().any(|d| d.code == Code::NeverFires && d.span == Some(span))
    };
    let rules = model.rules.iter().filter(|rule| never.contains(&rule.name.as_str()) && !is_known(rule.span));
    let told = |rule: &Rule| Diagnostic {
        code: Code::NeverFires,
        severity: Code::NeverFires.severity(),
        message: format!(
            "the rule `{}` can never fire: within the declared ranges its `when` does not hold or its chance is 0",
            rule.name
        ),
        span: Some(rule.span),
        related: Vec::new(),
        help: Some("mend it, or set enabled = false".to_owned()),
    };
    warnings.of_the_same(rules.map(told).collect())
}

/// The warnings of a file with those of rules that were found never to fire.
pub(crate) fn with_those_that_never_fire(suspect: &Report, never: Vec<&str>, scenario: &Scenario) -> Report {
    let never = never_fire(never, scenario);
    suspect.of_the_same([suspect.diagnostics(), never.diagnostics()].concat())
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
