//! Parts put together, with everything that is wrong with them told at once.

use std::ops::Range;

use cordiale_core::Scenario;

use super::{Part, Shard};
use crate::analysis::stopping::{Question, assess};
use crate::error::{self, RunError};
use crate::result::RunResult;
use crate::tally::Tally;

/// How many problems of one kind are told; of the rest the number is.
const MOST_TOLD: usize = 10;

/// Takes parts one by one, in any order, and gives the result of the whole run. Of each that was taken it keeps
/// a name and a range of trials, and one tally of all.
#[derive(Debug, Default)]
pub struct Merger {
    /// The first part, with the trials of all that were taken.
    whole: Option<Whole>,
    /// What is wrong, by part.
    problems: Vec<String>,
}

#[derive(Debug)]
struct Whole {
    name: String,
    /// Its tally holds the trials of all.
    part: Part,
    /// What each holds, by trials.
    taken: Vec<Taken>,
    /// Shards are named where all parts are of one number of them.
    of: Option<u32>,
    partial: Vec<(String, Range<u64>)>,
}

#[derive(Debug)]
struct Taken {
    trials: Range<u64>,
    name: String,
}

impl Merger {
    /// No parts yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a part as text. What is wrong with it is told by [`Merger::finish`], under this name.
    pub fn add(&mut self, name: &str, text: &str) {
        match Part::from_text(text) {
            Err(error) => self.refuse(name, &error.to_string()),
            Ok(part) => {
                if let Err(problem) = self.take(name, part) {
                    self.problems.push(problem);
                }
            }
        }
    }

    /// Notes that a part cannot be had, and why.
    pub fn refuse(&mut self, name: &str, why: &str) {
        self.problems.push(format!("{name}: {why}"));
    }

    fn take(&mut self, name: &str, part: Part) -> Result<(), String> {
        if let Some(question) = &part.question {
            return Err(format!(
                "{name} is the checkpoint of a run until {question}, and no part of a larger one; give the command that made it again"
            ));
        }
        let trials = part.held();
        let shown = || format!("{name} ({})", show(&part.held()));
        let Some(whole) = &mut self.whole else {
            self.whole = Some(Whole::new(name, part));
            return Ok(());
        };
        let differences = part.differences(&whole.part);
        if !differences.is_empty() {
            let told: Vec<String> = differences
                .iter()
                .map(|d| format!("{}: {} here, {} in {}", d.what, d.here, d.there, whole.name))
                .collect();
            return Err(format!("{} is of another run ({})", shown(), told.join("; ")));
        }
        if part.shard.map(Shard::of) != whole.of {
            whole.of = None;
        }
        if part.is_partial() {
            whole.partial.push((name.to_owned(), part.held().end..part.wanted.end));
        }
        if trials.is_empty() {
            return Ok(());
        }
        let at = whole.taken.partition_point(|taken| taken.trials.end <= trials.start);
        if let Some(other) = whole.taken.get(at).filter(|other| other.trials.start < trials.end) {
            let there = format!("{} ({})", other.name, show(&other.trials));
            if other.trials == trials {
                return Err(format!("{} is the same part as {there}; name it once", shown()));
            }
            let shared = trials.start.max(other.trials.start)..trials.end.min(other.trials.end);
            return Err(format!(
                "{} and {there} both hold {}; leave one of them out",
                shown(),
                show(&shared)
            ));
        }
        whole.part.tally = std::mem::replace(&mut whole.part.tally, Tally::new(&part.scenario, part.seed))
            .merge(&part.tally)
            .map_err(|error| format!("{}: {error}", shown()))?;
        if at == 0 {
            // Files may differ in their comments: in whatever order the parts come, the text is that of the first trials.
            whole.part.scenario = part.scenario;
        }
        whole.taken.insert(at, Taken { trials, name: name.to_owned() });
        Ok(())
    }

    /// The scenario and the result of the whole run: the same, to the last bit, as if it had been run in one.
    ///
    /// # Errors
    /// Everything that is in the way: parts that cannot be read, are of another run or hold the same trials, and the
    /// trials that no part holds.
    pub fn finish(self) -> Result<(Scenario, RunResult), RunError> {
        let (scenario, tally) = self.finish_to(None)?;
        let result = tally.result(&scenario)?;
        Ok((scenario, result))
    }

    /// The scenario and the result of the first trials of the run, up to trial `end` (not included), with what they say
    /// to a question: the same as of a run in one that was looked at there.
    ///
    /// # Errors
    /// As [`finish`](Self::finish) but for the trials from `end` on; where there are some; and where the question cannot
    /// be asked of the scenario.
    pub fn finish_first(self, end: u64, question: &Question) -> Result<(Scenario, RunResult), RunError> {
        let (scenario, tally) = self.finish_to(Some(end))?;
        if tally.trials() != end {
            return Err(RunError::Merge(format!("there are trials beyond {end}; name their parts later")));
        }
        let stopping = Some(assess(question, &scenario, &tally)?);
        let result = RunResult { stopping, ..tally.result(&scenario)? };
        Ok((scenario, result))
    }

    fn finish_to(self, end: Option<u64>) -> Result<(Scenario, Tally), RunError> {
        let Self { whole, problems } = self;
        let mut told = some_of(problems.into_iter());
        let Some(whole) = whole else {
            if told.is_empty() {
                told.push("there is no part to merge; name some".to_owned());
            }
            return Err(RunError::Merge(told.join("\n")));
        };
        told.extend(whole.missing(end.unwrap_or(whole.part.total)));
        if !told.is_empty() {
            return Err(RunError::Merge(told.join("\n")));
        }
        let mut tally = whole.part.tally;
        tally.set_partial(false);
        Ok((whole.part.scenario, tally))
    }
}

impl Whole {
    fn new(name: &str, part: Part) -> Self {
        let held = part.held();
        let name = name.to_owned();
        let partial = part.is_partial().then(|| (name.clone(), held.end..part.wanted.end));
        let taken = Some(held).filter(|held| !held.is_empty());
        Self {
            taken: taken.into_iter().map(|trials| Taken { trials, name: name.clone() }).collect(),
            of: part.shard.map(Shard::of),
            partial: partial.into_iter().collect(),
            name,
            part,
        }
    }

    /// The trials before `end` that no part holds.
    fn gaps(&self, end: u64) -> Vec<Range<u64>> {
        let starts = self.taken.iter().map(|taken| taken.trials.start).chain([end]);
        let ends = [0].into_iter().chain(self.taken.iter().map(|taken| taken.trials.end));
        ends.zip(starts).map(|(end, start)| end..start).filter(|gap| !gap.is_empty()).collect()
    }

    /// What is missing, and the commands that make it.
    fn missing(&self, end: u64) -> Vec<String> {
        let gaps = self.gaps(end);
        if gaps.is_empty() {
            return Vec::new();
        }
        let lacking = |(name, rest): &(String, Range<u64>)| {
            let is_gap = gaps.iter().any(|gap| gap.start < rest.end && rest.start < gap.end);
            is_gap.then(|| format!("{name} was interrupted, and lacks {}", show(rest)))
        };
        let mut told = some_of(self.partial.iter().filter_map(lacking));
        told.extend(some_of(gaps.iter().map(|gap| {
            format!("{} {} missing", show(gap), if gap.end - gap.start == 1 { "is" } else { "are" })
        })));
        told.push("make what is missing by:".to_owned());
        let command = self.command();
        told.extend(some_of(gaps.iter().flat_map(|gap| {
            self.pieces(gap).map(|(flags, out)| format!("  {command} {flags} --out {out}"))
        })));
        told
    }

    /// The flags that make the trials of a gap, shard by shard where whole shards are missing, and a name for the file.
    fn pieces(&self, gap: &Range<u64>) -> Box<dyn Iterator<Item = (String, String)> + '_> {
        let range = |from: u64, to: u64| {
            (format!("--trials-from {from} --trials-to {to}"), format!("part-{from}-{to}.json"))
        };
        let Range { start, end } = *gap;
        let Some(of) = self.of else {
            return Box::new(std::iter::once(range(start, end)));
        };
        let shards = (1..=of).filter_map(move |number| {
            let shard = Shard::new(number, of).ok()?;
            let trials = shard.trials(self.part.total).ok()?;
            let (first, last) = (start.max(trials.start), end.min(trials.end));
            let whole = first == trials.start && last == trials.end;
            (first < last).then(|| {
                if whole {
                    (format!("--shard {shard}"), format!("part-{number}.json"))
                } else {
                    range(first, last)
                }
            })
        });
        Box::new(shards)
    }

    /// The command that runs the whole.
    fn command(&self) -> String {
        let part = &self.part;
        let mut command =
            format!("cordiale run {}{}", error::file(&part.scenario), error::flags(&part.scenario));
        command.push_str(&format!(" --trials {} --seed {}", part.total, part.seed));
        command
    }
}

/// Trials for people: the last included.
fn show(trials: &Range<u64>) -> String {
    match trials.end - trials.start {
        0 => "no trials".to_owned(),
        1 => format!("trial {}", trials.start),
        _ => format!("trials {} to {}", trials.start, trials.end - 1),
    }
}

/// The first few, and how many more there are.
fn some_of(mut all: impl Iterator<Item = String>) -> Vec<String> {
    let mut some: Vec<String> = all.by_ref().take(MOST_TOLD).collect();
    let more = all.count();
    if more > 0 {
        some.push(format!("... and {more} more"));
    }
    some
}
