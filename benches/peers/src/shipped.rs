//! Measuring the shipped scenarios, which nobody has written out by hand: against the reference interpreter alone.

use std::path::Path;

use cordiale::Scenario as FileScenario;
use cordiale_core::Scenario;
use cordiale_sim::RunResult;

use crate::Effort;
use crate::outcome::Outcome;
use crate::peer::{Row, cordiale, measure as measure_all};

/// All of them, by name.
pub(crate) fn scenarios() -> Result<Vec<Scenario>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let files = std::fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut paths: Vec<_> = files.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "toml"));
    paths.sort();
    let load = |path: &std::path::PathBuf| FileScenario::from_path(path).map_err(|e| e.to_string());
    paths.iter().map(|path| load(path).map(|s| AsRef::<Scenario>::as_ref(&s).clone())).collect()
}

/// Runs cordiale on one of them.
pub(crate) fn measure(scenario: &Scenario, effort: Effort) -> Result<Row, String> {
    let model = scenario.model();
    eprintln!("{}", model.id);
    let looks = u64::from(model.calendar.steps()) * model.instances.len() as u64;
    measure_all(&model.id, looks as f64, &mut cordiale(scenario, looks, effort, read))
}

/// How often rules fired: what every scenario has.
fn read(result: &RunResult) -> Outcome {
    let trials = result.run.trials as f64;
    let fires = result.rules.iter().filter_map(|(_, rule)| rule.mean_fires).sum::<f64>() * trials;
    Outcome { trials, fires, ..Outcome::default() }
}
