//! A run in shards as jobs of a batch system: which shards are to run, and the scripts that all systems call.

pub(crate) mod htcondor;
pub(crate) mod kubernetes;
mod parts;
pub(crate) mod rounds;
pub(crate) mod slurm;

use std::path::{Path, PathBuf};

use cordiale::Scenario;
use cordiale::sim::shell::word;

use parts::{Found, Wanted};

use crate::args::{Engine, SubmitArguments};
use crate::exit::Failure;

/// How many files are named one by one; of the rest the number is.
pub(crate) const MOST_NAMED: usize = 10;

/// What runs a shard, and what merges.
pub(crate) const SCRIPTS: [&str; 2] = ["shard.sh", "merge.sh"];

/// What is to be done, for any batch system. All paths are absolute: jobs begin wherever their system lets them.
pub(crate) struct Plan {
    /// Names the jobs: lower-case letters, digits and hyphens, which all systems take.
    pub(crate) name: String,
    /// The folder of scripts, parts and logs.
    pub(crate) dir: String,
    /// How many shards the run has.
    pub(crate) of: u32,
    /// The shards that have no part yet, in order.
    pub(crate) missing: Vec<u32>,
    /// Which files there cannot be used, and why; their shards are among the missing.
    pub(crate) damaged: Vec<String>,
    /// How many processors a shard takes.
    pub(crate) threads: u16,
    /// Lines more for the batch system.
    pub(crate) options: Vec<String>,
    /// The result.
    pub(crate) out: String,
    /// Which round of a run that ends when a question is settled.
    pub(crate) round: Option<u32>,
    /// What shards and merge are, for a shell.
    scripts: [File; 2],
}

/// A file to be written into the folder.
pub(crate) struct File {
    pub(crate) name: &'static str,
    pub(crate) text: String,
}

/// Of which run a submit is.
pub(crate) struct Run<'a> {
    pub(crate) file: &'a Path,
    pub(crate) scenario: &'a Scenario,
    pub(crate) seed: u64,
    pub(crate) trials: u64,
    /// Where a question ends it, after how many trials it is looked at first.
    pub(crate) first_look: u64,
}

impl Plan {
    /// The plan of those shards that are missing.
    pub(crate) fn new(arguments: &SubmitArguments, run: &Run<'_>, dir: &Path) -> Result<Self, Failure> {
        let found = parts::look(run, dir, &Wanted::all(run, arguments.shards)?)?;
        let places = Places::of(arguments, dir)?;
        let scripts = scripts(arguments, run, &places)?;
        Ok(Self::of(arguments, run, found, places, scripts))
    }

    fn of(
        arguments: &SubmitArguments,
        run: &Run<'_>,
        found: Found,
        places: Places,
        scripts: [File; 2],
    ) -> Self {
        Self {
            name: name(&run.scenario.model().id),
            dir: places.dir,
            of: arguments.shards,
            missing: found.missing,
            damaged: found.damaged,
            threads: arguments.threads,
            options: arguments.option.clone(),
            out: places.out,
            round: None,
            scripts,
        }
    }

    /// The scripts `shard.sh` and `merge.sh`.
    pub(crate) fn scripts(&self) -> &[File] {
        &self.scripts
    }

    /// The missing shards in words, as in "shards 3,7-9 of 16".
    pub(crate) fn shards(&self) -> String {
        let word = if self.missing.len() == 1 { "shard" } else { "shards" };
        let round = self.round.map_or(String::new(), |round| format!(" in round {round}"));
        format!("{word} {} of {}{round}", ranges(&self.missing), self.of)
    }
}

/// Where a run's files are, as absolute paths.
struct Places {
    dir: String,
    out: String,
}

impl Places {
    fn of(arguments: &SubmitArguments, dir: &Path) -> Result<Self, Failure> {
        let out = arguments.out.clone().unwrap_or_else(|| dir.join("result.json"));
        Ok(Self { dir: absolute(dir)?, out: absolute(&out)? })
    }
}

/// A script for a shard, whose number is its argument, and one for the merge.
fn scripts(arguments: &SubmitArguments, run: &Run<'_>, places: &Places) -> Result<[File; 2], Failure> {
    let (binary, of) = (word(&binary(arguments)?), arguments.shards);
    let mut command = format!("{binary} run {}", word(&absolute(&arguments.file)?));
    for flag in changes(arguments) {
        command.push_str(&format!(" {}", word(&flag)));
    }
    // Both are written out, so that no other default of the file can come between shards.
    command.push_str(&format!(" --trials {} --seed {}", run.trials, run.seed));
    let cd = format!("cd {} || exit 2", word(&places.dir));
    let shard = format!(
        "#!/bin/sh\n# Runs the shard of {of} whose number is given. Written by `cordiale submit`.\n{cd}\n\
         exec {command} --threads {} --quiet \\\n    --shard \"$1/{of}\" --out 'part-{{shard}}.json' \\\n    --checkpoint 'part-{{shard}}.checkpoint' --checkpoint-every {}\n",
        arguments.threads,
        every(arguments)
    );
    let merge = format!(
        "#!/bin/sh\n# Puts all {of} parts together. Written by `cordiale submit`.\n{cd}\n\
         exec {binary} merge part-*.json --out {}\n",
        word(&places.out)
    );
    Ok([File { name: SCRIPTS[0], text: shard }, File { name: SCRIPTS[1], text: merge }])
}

/// How often a checkpoint is written, as a flag takes it.
fn every(arguments: &SubmitArguments) -> String {
    format!("{}s", arguments.checkpoint_every.as_secs_f64())
}

/// The flags that change the scenario.
fn changes(arguments: &SubmitArguments) -> impl Iterator<Item = String> {
    let changes = &arguments.changes;
    let variant = changes.variant.iter().map(|name| format!("--variant={name}"));
    let set = changes.set.iter().map(|(name, value)| format!("--set={name}={value}"));
    let horizon = changes.horizon.iter().map(|horizon| format!("--horizon={horizon}"));
    variant.chain(set).chain(horizon)
}

/// The cordiale that jobs call: a name that is looked up where they run, or a path.
fn binary(arguments: &SubmitArguments) -> Result<String, Failure> {
    match &arguments.binary {
        Some(path) if path.components().count() == 1 => text(path),
        Some(path) => absolute(path),
        // An image has its own.
        None if arguments.engine == Engine::Kubernetes => Ok("cordiale".to_owned()),
        None => {
            let own = std::env::current_exe().map_err(|error| {
                Failure::new(format!("cannot tell where this cordiale is: {error}; name it with --binary"))
            })?;
            text(&own)
        }
    }
}

fn absolute(path: &Path) -> Result<String, Failure> {
    let whole = std::path::absolute(path).map_err(|error| {
        Failure::new(format!("{}: there is no such path: {error}; name another", path.display()))
    })?;
    text(&whole)
}

fn text(path: &Path) -> Result<String, Failure> {
    path.to_str().map(str::to_owned).ok_or_else(|| {
        Failure::new(format!("{}: scripts hold paths in UTF-8, and this is none; rename it", path.display()))
    })
}

/// The folders that a job must be able to see.
pub(crate) fn folders(plan: &Plan, scenario: &Scenario) -> Result<Vec<String>, Failure> {
    // A built-in world is no file.
    let files = scenario.files().map(|file| PathBuf::from(file.name())).filter(|path| path.is_file());
    let mut folders = vec![plan.dir.clone()];
    for file in files.chain([PathBuf::from(&plan.out)]) {
        let file = absolute(&file)?;
        let folder = Path::new(&file).parent().map(text).transpose()?;
        folders.extend(folder.filter(|folder| !folders.contains(folder)));
    }
    Ok(folders)
}

/// Whether a file in the folder of the jobs is theirs: a script, a part, a checkpoint, a log.
pub(crate) fn is_of_jobs(engine: Engine, name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let own = match engine {
        Engine::Slurm => slurm::NAMES,
        Engine::Kubernetes => kubernetes::NAMES,
        Engine::Htcondor => htcondor::NAMES,
    };
    let is_log = name.ends_with(".log") || name.ends_with(".err");
    SCRIPTS.iter().chain(own).any(|own| *own == name) || name.starts_with("part-") || is_log
}

/// A name that every batch system takes.
fn name(id: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let id: String = id.chars().map(plain).take(32).collect();
    format!("cordiale-{}", id.trim_matches('-')).trim_end_matches('-').to_owned()
}

/// Numbers in order as ranges: `1-3,7`.
pub(crate) fn ranges(numbers: &[u32]) -> String {
    let runs = numbers.chunk_by(|a, b| a + 1 == *b);
    let shown = runs.map(|run| match run {
        [one] => one.to_string(),
        [first, .., last] => format!("{first}-{last}"),
        [] => String::new(),
    });
    shown.collect::<Vec<_>>().join(",")
}
