//! Which shards have no part yet.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::Path;

use cordiale::{Part, RunError, Shard};

use super::{MOST_NAMED, Run};
use crate::commands::merge::read;
use crate::commands::run::in_file;
use crate::commands::spread::differences;
use crate::exit::Failure;

/// What a folder lacks of a run.
#[derive(Default)]
pub(super) struct Found {
    /// The shards that have no part, or none that can be used.
    pub(super) missing: Vec<u32>,
    /// Which files cannot be used, and why.
    pub(super) damaged: Vec<String>,
}

/// A part that a run is to have.
pub(super) struct Wanted {
    /// The number of its shard.
    pub(super) number: u32,
    /// What its files are called, up to their ending.
    pub(super) stem: String,
    pub(super) trials: Range<u64>,
}

impl Wanted {
    /// One of each shard of a run.
    pub(super) fn all(run: &Run<'_>, of: u32) -> Result<Vec<Self>, Failure> {
        let told = |error: RunError| in_file(run.file, &error);
        let one = |number| {
            let trials = Shard::new(number, of).and_then(|shard| shard.trials(run.trials)).map_err(told)?;
            Ok(Self { number, stem: format!("part-{number}"), trials })
        };
        (1..=of).map(one).collect()
    }
}

/// Looks which shards are to run. Nothing there may be of any other run: a merge would refuse it, and somebody may
/// still want it.
pub(super) fn look(run: &Run<'_>, dir: &Path, all: &[Wanted]) -> Result<Found, Failure> {
    let told = |error: RunError| in_file(run.file, &error);
    let mut found = Found::default();
    let Some(any) = all.first() else { return Ok(found) };
    let any = Part::new(run.scenario, run.seed, run.trials, any.trials.clone()).map_err(told)?;
    let (mut foreign, mut unusable) = (strangers(dir, all)?, Vec::new());
    for Wanted { number, stem, trials: wanted } in all {
        let mut compare = |name: String, part: &Part| {
            let differences = differences(part, &any, wanted);
            if !differences.is_empty() {
                foreign.push(format!("{name} ({})", differences.join("; ")));
            }
        };
        let name = format!("{stem}.json");
        match read_part(&dir.join(&name))? {
            Some(Ok(part)) => {
                let is_whole = !part.is_partial();
                compare(name, &part);
                if is_whole {
                    continue;
                }
            }
            Some(Err(why)) => found.damaged.push(format!("{name}: {why}")),
            None => {}
        }
        found.missing.push(*number);
        // The shard goes on from it, or fails.
        let name = format!("{stem}.checkpoint");
        let path = dir.join(&name);
        match read_part(&path)? {
            Some(Ok(part)) => compare(name, &part),
            Some(Err(why)) => unusable.push(format!("{name}: {why}")),
            None => {}
        }
    }
    let wrong = |what: &str, files: Vec<String>, advice: &str| {
        Err(Failure::new(format!("{} holds what is {what}\n  {}\n{advice}", dir.display(), some(files))))
    };
    if !foreign.is_empty() {
        let advice = "name another folder with --dir, submit what was submitted there, or delete these files";
        return wrong("of another run", foreign, advice);
    }
    if !unusable.is_empty() {
        return wrong("no checkpoint to go on from", unusable, "delete these files");
    }
    Ok(found)
}

/// A line each, of the first.
fn some(files: Vec<String>) -> String {
    let more = files.len().saturating_sub(MOST_NAMED);
    let mut lines: Vec<String> = files.into_iter().take(MOST_NAMED).collect();
    if more > 0 {
        lines.push(format!("... and {more} more"));
    }
    lines.join("\n  ")
}

/// Files that a merge of all parts would take, and that no shard writes.
fn strangers(dir: &Path, all: &[Wanted]) -> Result<Vec<String>, Failure> {
    let stems: BTreeSet<&str> = all.iter().map(|wanted| wanted.stem.as_str()).collect();
    let is_strange = |name: &String| {
        let stem = name.strip_suffix(".json").filter(|stem| stem.starts_with("part-"));
        stem.is_some_and(|stem| !stems.contains(stem))
    };
    let named = |name: String| format!("{name} (it is no shard of {})", all.len());
    let mut strangers: Vec<String> = names(dir)?.into_iter().filter(is_strange).map(named).collect();
    strangers.sort();
    Ok(strangers)
}

/// The names of the files in a folder, in any order; none of one that is not there.
pub(super) fn names(dir: &Path) -> Result<Vec<String>, Failure> {
    let told = |error| Failure::new(format!("{}: {error}", dir.display()));
    let entries = match std::fs::read_dir(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(told)?,
    };
    let names = entries.map(|entry| entry.map(|entry| entry.file_name().into_string().ok()));
    Ok(names.collect::<Result<Vec<_>, _>>().map_err(told)?.into_iter().flatten().collect())
}

/// A part or why it is none, where there is a file.
fn read_part(path: &Path) -> Result<Option<Result<Part, RunError>>, Failure> {
    if matches!(path.try_exists(), Ok(false)) {
        return Ok(None);
    }
    let text = read(path).map_err(|why| Failure::new(format!("{}: {why}", path.display())))?;
    Ok(Some(Part::from_text(&text)))
}
