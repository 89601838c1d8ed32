//! Which shards have no part yet.

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

/// Looks which shards are to run. Nothing there may be of any other run: a merge would refuse it, and somebody may
/// still want it.
pub(super) fn look(run: &Run<'_>, dir: &Path, of: u32) -> Result<Found, Failure> {
    let told = |error: RunError| in_file(run.file, &error);
    let shard = |number| Shard::new(number, of).map_err(told);
    let any = Part::of_shard(run.scenario, run.seed, run.trials, shard(1)?).map_err(told)?;
    let mut found = Found::default();
    let mut foreign = strangers(dir, of);
    for number in 1..=of {
        let wanted = shard(number)?.trials(run.trials).map_err(told)?;
        let mut compare = |name: String, part: &Part| {
            let differences = differences(part, &any, &wanted);
            if !differences.is_empty() {
                foreign.push(format!("{name} ({})", differences.join("; ")));
            }
        };
        let name = format!("part-{number}.json");
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
        found.missing.push(number);
        // The shard goes on from it, or fails.
        let name = format!("part-{number}.checkpoint");
        let path = dir.join(&name);
        match read_part(&path)? {
            Some(Ok(part)) => compare(name, &part),
            Some(Err(why)) => {
                let path = path.display();
                return Err(Failure::new(format!("{path} is no checkpoint to go on from: {why}; delete it")));
            }
            None => {}
        }
    }
    if foreign.is_empty() { Ok(found) } else { Err(of_another_run(dir, foreign)) }
}

fn of_another_run(dir: &Path, foreign: Vec<String>) -> Failure {
    let more = foreign.len().saturating_sub(MOST_NAMED);
    let mut lines: Vec<String> = foreign.into_iter().take(MOST_NAMED).collect();
    if more > 0 {
        lines.push(format!("... and {more} more"));
    }
    Failure::new(format!(
        "{} holds what is of another run\n  {}\nname another folder with --dir, submit what was submitted there, or delete these files",
        dir.display(),
        lines.join("\n  ")
    ))
}

/// Files that a merge of all parts would take, and that no shard writes.
fn strangers(dir: &Path, of: u32) -> Vec<String> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut strangers: Vec<String> = names
        .filter(|name| {
            let number = name.strip_prefix("part-").and_then(|rest| rest.strip_suffix(".json"));
            number.is_some_and(|number| {
                let shard = number.parse().ok().filter(|shard| (1..=of).contains(shard));
                shard.is_none_or(|shard: u32| shard.to_string() != number)
            })
        })
        .map(|name| format!("{name} (it is no shard of {of})"))
        .collect();
    strangers.sort();
    strangers
}

/// A part or why it is none, where there is a file.
fn read_part(path: &Path) -> Result<Option<Result<Part, RunError>>, Failure> {
    if !path.exists() {
        return Ok(None);
    }
    let text = read(path).map_err(|why| Failure::new(format!("{}: {why}", path.display())))?;
    Ok(Some(Part::from_text(&text)))
}
