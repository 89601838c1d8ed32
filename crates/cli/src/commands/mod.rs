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

use cordiale::Scenario;

use crate::args::{Changes, Deny};
use crate::exit::Failure;
use crate::render::diagnostics;

/// Loads a scenario with a variant and settings over it; its warnings go to stderr, or stop it where they are denied.
pub(crate) fn load(
    path: &Path,
    changes: &Changes,
    quiet: bool,
    deny: Option<Deny>,
) -> Result<Scenario, Failure> {
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
    denied(&scenario, deny)?;
    if !quiet {
        diagnostics::print(scenario.warnings());
    }
    Ok(scenario)
}

/// Fails where a scenario has warnings and they are denied.
pub(crate) fn denied(scenario: &Scenario, deny: Option<Deny>) -> Result<(), Failure> {
    if deny.is_none() || scenario.warnings().diagnostics().is_empty() {
        return Ok(());
    }
    let mut report = scenario.warnings().clone();
    report.deny_warnings();
    Err(report.into())
}
