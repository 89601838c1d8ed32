//! A run that ends when a question is settled, as rounds of jobs: an array of shards for the trials up to the next look,
//! then a job that puts all parts together, decides, and writes the next round where there is to be one.

use std::ops::Range;
use std::path::Path;

use cordiale::sim::shell::word;
use cordiale::stopping::{Answer, Question};
use cordiale::{Merger, RunError, RunResult, Shard};

use super::parts::{self, Wanted};
use super::{File, Places, Plan, Run, SCRIPTS, absolute, binary, changes, every};
use crate::args::{Engine, SubmitArguments};
use crate::commands::merge::read;
use crate::commands::run::in_file;
use crate::exit::Failure;

/// Parts do not depend on how many trials may be run, so that more can be allowed later.
pub(crate) const ALL_TRIALS: u64 = 1 << 62;

/// A round that is complete, or the first that is not, of those that were begun.
pub(crate) struct Round {
    pub(crate) number: u32,
    /// What it runs. The trials before it are of earlier rounds.
    trials: Range<u64>,
    /// The parts of all rounds up to this one.
    parts: Vec<Wanted>,
    found: parts::Found,
}

impl Round {
    /// The round to go on with.
    pub(crate) fn current(
        run: &Run<'_>,
        dir: &Path,
        question: &Question,
        shards: u32,
    ) -> Result<Self, Failure> {
        let begun = parts::names(dir)?.iter().filter_map(|name| round_of(name)).max().unwrap_or(1);
        let mut rounds = Vec::new();
        while let Some(trials) = trials_of(rounds.len(), question).filter(|_| rounds.len() < begun as usize) {
            rounds.push(trials);
        }
        let mut all = Vec::new();
        for (number, trials) in (1..).zip(&rounds) {
            all.extend(wanted(run, number, trials, shards)?);
        }
        let mut found = parts::look(run, dir, &all)?;
        // Numbers run on from round to round; those of one round count from 1.
        let first_missing = found.missing.first().map(|missing| (missing - 1) / shards);
        let last = first_missing.map_or(rounds.len().saturating_sub(1), |place| place as usize);
        let of_last = |missing: &u32| (missing - 1) / shards == last as u32;
        found.missing.retain(of_last);
        found.missing.iter_mut().for_each(|missing| *missing -= last as u32 * shards);
        all.truncate((last + 1) * shards as usize);
        Ok(Self { number: last as u32 + 1, trials: rounds.swap_remove(last), parts: all, found })
    }

    /// Whether it lacks parts.
    pub(crate) fn is_incomplete(&self) -> bool {
        !self.found.missing.is_empty()
    }

    /// The round behind a complete one; none where no more trials may be run.
    pub(crate) fn next(
        mut self,
        run: &Run<'_>,
        question: &Question,
        shards: u32,
    ) -> Result<Option<Self>, Failure> {
        let Some(trials) = trials_of(self.number as usize, question) else { return Ok(None) };
        self.number += 1;
        self.parts.extend(wanted(run, self.number, &trials, shards)?);
        self.trials = trials;
        self.found.missing = (1..=shards).collect();
        Ok(Some(self))
    }

    /// What all its parts, and those of the rounds before, say to the question.
    pub(crate) fn decide(
        &self,
        run: &Run<'_>,
        dir: &Path,
        question: &Question,
    ) -> Result<RunResult, Failure> {
        let mut merger = Merger::new();
        for part in &self.parts {
            let path = dir.join(format!("{}.json", part.stem));
            let name = path.display().to_string();
            match read(&path) {
                Ok(text) => merger.add(&name, &text),
                Err(why) => merger.refuse(&name, &why),
            }
        }
        let decided = merger.finish_first(self.trials.end, question);
        decided.map(|(_, result)| result).map_err(|error| in_file(run.file, &error))
    }

    /// Its jobs.
    pub(crate) fn plan(
        self,
        arguments: &SubmitArguments,
        run: &Run<'_>,
        dir: &Path,
    ) -> Result<Plan, Failure> {
        let places = Places::of(arguments, dir)?;
        let scripts = [
            self.shard_script(arguments, run, &places)?,
            merge_script(arguments, run, &places, self.number)?,
        ];
        let round = Some(self.number);
        Ok(Plan { round, ..Plan::of(arguments, run, self.found, places, scripts) })
    }

    /// Runs a shard of the round, whose number is the argument.
    fn shard_script(
        &self,
        arguments: &SubmitArguments,
        run: &Run<'_>,
        places: &Places,
    ) -> Result<File, Failure> {
        let binary = word(&binary(arguments)?);
        let mut command = format!("{binary} run {}", word(&absolute(&arguments.file)?));
        for flag in changes(arguments) {
            command.push_str(&format!(" {}", word(&flag)));
        }
        let round = self.number;
        let mut text = format!(
            "#!/bin/sh\n# Runs the shard of round {round} whose number is given. Written by `cordiale submit`.\ncd {} || exit 2\ncase \"$1\" in\n",
            word(&places.dir)
        );
        let of_round = self.parts.iter().skip(self.parts.len() - arguments.shards as usize);
        for (number, Wanted { trials, .. }) in (1_u32..).zip(of_round) {
            text.push_str(&format!("{number}) from={} to={} ;;\n", trials.start, trials.end));
        }
        text.push_str(&format!(
            "*) echo \"there is no shard $1\" >&2; exit 2 ;;\nesac\n\
             exec {command} --trials {ALL_TRIALS} --seed {} --threads {} --quiet \\\n    \
             --trials-from \"$from\" --trials-to \"$to\" --out \"part-{round}-$1.json\" \\\n    \
             --checkpoint \"part-{round}-$1.checkpoint\" --checkpoint-every {}\n",
            run.seed,
            arguments.threads,
            every(arguments)
        ));
        Ok(File { name: SCRIPTS[0], text })
    }
}

/// Puts the parts together and decides: this very command again, told to.
fn merge_script(
    arguments: &SubmitArguments,
    run: &Run<'_>,
    places: &Places,
    round: u32,
) -> Result<File, Failure> {
    let mut flags: Vec<String> = changes(arguments).collect();
    flags.push(format!("--seed={}", run.seed));
    flags.extend(arguments.stopping.flags(Some(run.first_look)));
    flags.push(format!("--shards={}", arguments.shards));
    flags.push(format!("--threads={}", arguments.threads));
    flags.push(format!("--checkpoint-every={}", every(arguments)));
    flags.push(format!("--dir={}", places.dir));
    flags.push(format!("--out={}", places.out));
    flags.extend(arguments.option.iter().map(|option| format!("--option={option}")));
    flags.extend(arguments.image.iter().map(|image| format!("--image={image}")));
    let binary = binary(arguments)?;
    flags.push(format!("--binary={binary}"));
    let engine = match arguments.engine {
        Engine::Slurm => "slurm --go",
        Engine::Kubernetes => "kubernetes",
        Engine::Htcondor => "htcondor",
    };
    let flags: Vec<String> = flags.iter().map(|flag| word(flag)).collect();
    let text = format!(
        "#!/bin/sh\n# Puts the parts together and decides whether there is another round{}. Written by `cordiale submit`.\ncd {} || exit 2\n\
         exec {} submit --decide={round} --quiet --engine {engine} {} {}\n",
        if arguments.engine == Engine::Slurm { ", which it then submits" } else { "" },
        word(&places.dir),
        word(&binary),
        flags.join(" "),
        word(&absolute(&arguments.file)?)
    );
    Ok(File { name: SCRIPTS[1], text })
}

/// Whether a result is the last there is to be.
pub(crate) fn is_settled(result: &RunResult) -> bool {
    result.stopping.as_ref().is_none_or(|stopping| stopping.answer != Answer::NotResolved)
}

/// The trials of a round, counted from 0; none where no more may be run.
fn trials_of(place: usize, question: &Question) -> Option<Range<u64>> {
    let mut start = 0;
    for _ in 0..place {
        start = question.next_look(start)?;
    }
    Some(start..question.next_look(start)?)
}

/// The parts of a round, numbered from where those of the round before end.
fn wanted(run: &Run<'_>, round: u32, trials: &Range<u64>, shards: u32) -> Result<Vec<Wanted>, Failure> {
    let told = |error: RunError| in_file(run.file, &error);
    let one = |number| {
        let shard = Shard::new(number, shards).and_then(|shard| shard.trials(trials.end - trials.start));
        let shard = shard.map_err(told)?;
        let trials = trials.start + shard.start..trials.start + shard.end;
        Ok(Wanted { number: (round - 1) * shards + number, stem: format!("part-{round}-{number}"), trials })
    };
    (1..=shards).map(one).collect()
}

/// Of which round a file is a part.
fn round_of(name: &str) -> Option<u32> {
    let (round, number) = name.strip_prefix("part-")?.strip_suffix(".json")?.split_once('-')?;
    number.parse::<u32>().ok()?;
    // A question has no more looks than doublings of a trial.
    round.parse().ok().filter(|round| (1..=64).contains(round))
}
