//! One command a file.

pub(crate) mod assumptions;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod data;
pub(crate) mod diff;
pub(crate) mod exact;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod hindcast;
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

use cordiale::{Report, Scenario, ruled_out};

use crate::args::{Changes, Warnings};
use crate::exit::Failure;
use crate::output;
use crate::warnings;

/// The files that a command writes, by the options that name them.
pub(crate) type Written<'a> = &'a [(&'a str, Option<&'a Path>)];

/// Fails before anything is run where a file that is asked for cannot be written, or is one of those that are read, or
/// another that is written.
pub(crate) fn writable(files: Written<'_>, read: &[&Path]) -> Result<(), Failure> {
    not_read(files, read)?;
    let asked = || files.iter().filter_map(|(option, path)| path.map(|path| (*option, path)));
    for (place, (option, path)) in asked().enumerate() {
        let real = output::real(path);
        if let Some((other, _)) = asked().take(place).find(|(_, other)| output::real(other) == real) {
            return Err(Failure::new(format!("{other} and {option} name one file; give each its own")));
        }
        output::can_be_written(path)?;
    }
    Ok(())
}

fn not_read(files: Written<'_>, read: &[&Path]) -> Result<(), Failure> {
    for (option, path) in files.iter().filter_map(|(option, path)| path.map(|path| (option, path))) {
        if path.is_file() && read.iter().any(|read| output::real(read) == output::real(path)) {
            let name = path.display();
            return Err(Failure::new(format!("{option} names {name}, which is read; name another file")));
        }
    }
    Ok(())
}

/// Loads a scenario with a variant and settings over it; its warnings go to stderr, or stop it where they are denied. None of
/// the files that are to be written may be one that it is read from, its world's among them.
pub(crate) fn load(
    path: &Path,
    changes: &Changes,
    told: &Warnings,
    written: Written<'_>,
) -> Result<Scenario, Failure> {
    let scenario = Scenario::from_path(path).map_err(|report| warnings::failed(report, told))?;
    changed(scenario, changes, told, written)
}

/// A scenario with a variant and settings over it, as [`load`] gives it.
fn changed(
    mut scenario: Scenario,
    changes: &Changes,
    told: &Warnings,
    written: Written<'_>,
) -> Result<Scenario, Failure> {
    let failed = |report: Report| warnings::failed(report, told);
    not_read(written, &scenario.files().map(|file| Path::new(file.name())).collect::<Vec<_>>())?;
    if let Some(variant) = &changes.variant {
        scenario = scenario.with_variant(variant).map_err(failed)?;
    }
    let horizon = changes.horizon.as_ref().map(|horizon| ("scenario.horizon", horizon.as_str()));
    let set = changes.set.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let settings: Vec<(&str, &str)> = set.chain(horizon).collect();
    if !settings.is_empty() {
        scenario = scenario.with_settings(&settings).map_err(failed)?;
    }
    let mut suspect = scenario.warnings().clone();
    if told.deny.is_some() && !suspect.diagnostics().is_empty() {
        // What stops it is told in one go.
        suspect = suspect.and(&ruled_out(scenario.model()).warnings(&scenario));
    }
    warnings::heed_file(&suspect, told)?;
    Ok(scenario)
}
