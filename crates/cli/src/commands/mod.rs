//! One command a file.

pub(crate) mod assumptions;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod data;
pub(crate) mod diff;
pub(crate) mod exact;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod merge;
pub(crate) mod new;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod sensitivity;
pub(crate) mod shell;
pub(crate) mod spread;
pub(crate) mod submit;
pub(crate) mod sweep;
pub(crate) mod trace;
pub(crate) mod world;

use std::path::Path;

use cordiale::diagnostic::{Code, Diagnostic};
use cordiale::model::Rule;
use cordiale::source::Span;
use cordiale::{Report, Scenario, rules_that_never_fire};

use crate::args::{Changes, Warnings};
use crate::exit::Failure;
use crate::output;
use crate::render::diagnostics;

/// Fails before anything is run where a file that is asked for cannot be written, or is one of those that are read, or
/// another that is written.
pub(crate) fn writable(files: &[(&str, Option<&Path>)], read: &[&Path]) -> Result<(), Failure> {
    let same =
        |a: &Path, b: &Path| a == b || a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b));
    let asked = || files.iter().filter_map(|(option, path)| path.map(|path| (*option, path)));
    for (place, (option, path)) in asked().enumerate() {
        if read.iter().any(|read| same(read, path)) && path.is_file() {
            let name = path.display();
            return Err(Failure::new(format!("{option} names {name}, which is read; name another file")));
        }
        if let Some((other, _)) = asked().take(place).find(|(_, other)| same(other, path)) {
            return Err(Failure::new(format!("{other} and {option} name one file; give each its own")));
        }
        output::can_be_written(path)?;
    }
    Ok(())
}

/// Loads a scenario with a variant and settings over it; its warnings go to stderr, or stop it where they are denied.
pub(crate) fn load(path: &Path, changes: &Changes, warnings: &Warnings) -> Result<Scenario, Failure> {
    let mut scenario = Scenario::from_path(path)?;
    if let Some(variant) = &changes.variant {
        scenario = scenario.with_variant(variant)?;
    }
    let horizon = changes.horizon.as_ref().map(|horizon| ("scenario.horizon", horizon.as_str()));
    let set = changes.set.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let settings: Vec<(&str, &str)> = set.chain(horizon).collect();
    if !settings.is_empty() {
        scenario = scenario.with_settings(&settings)?;
    }
    heed_file(scenario.warnings(), warnings)?;
    Ok(scenario)
}

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
    let found = of_run.get(scenario.warnings().diagnostics().len()..).unwrap_or_default();
    if warnings.deny.is_some() && !found.is_empty() {
        return Err(Failure::Denied(found.to_vec()));
    }
    if !warnings.quiet {
        found.iter().for_each(|warning| warn(warning));
    }
    Ok(())
}

/// Tells a warning.
pub(crate) fn warn(warning: &str) {
    let style = anstyle::AnsiColor::Yellow.on_default().bold();
    anstream::eprintln!("{style}warning{style:#}: {warning}");
}
