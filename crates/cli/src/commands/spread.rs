//! A run in parts or in several goes: what `--shard`, `--trials-from` and `--checkpoint` do to `cordiale run`.

use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cordiale::{Part, RunError, Scenario, Shard};

use super::Written;
use super::merge::read;
use super::run::{again, drawable, in_file, render, tell_stopping};
use crate::args::{ResultFormat, RunArguments};
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use crate::progress::{self, Bar};
use crate::shard::ShardArgument;
use crate::warnings;

/// Stands for the number of the shard in the names of files.
const PLACEHOLDER: &str = "{shard}";

/// Which shard is run, and which files are written.
pub(super) struct Job {
    shard: Option<Shard>,
    pub(super) out: Option<PathBuf>,
    pub(super) checkpoint: Option<PathBuf>,
    every: Duration,
}

impl Job {
    pub(super) fn new(arguments: &RunArguments) -> Result<Self, Failure> {
        let spread = &arguments.spread;
        let shard = spread.shard.map(ShardArgument::resolve).transpose()?;
        let is_auto = matches!(spread.shard, Some(ShardArgument::Auto(_)));
        let named = |path: &Option<PathBuf>, flag: &str| match (path, shard) {
            (Some(path), Some(shard)) => numbered(path, shard, is_auto, flag).map(Some),
            _ => Ok(path.clone()),
        };
        let out = named(&arguments.out, "--out")?;
        let checkpoint = named(&spread.checkpoint, "--checkpoint")?;
        Ok(Self { shard, out, checkpoint, every: spread.checkpoint_every })
    }

    /// Runs a part, or all with checkpoints; none where neither is asked for.
    pub(super) fn run(&self, arguments: &RunArguments, written: Written<'_>) -> Option<Outcome> {
        let spread = &arguments.spread;
        let is_part = self.shard.is_some() || spread.trials_from.is_some() || spread.trials_to.is_some();
        if is_part && arguments.stopping.question().is_some() {
            return Some(Err(Failure::new(
                "a part does not see the other trials of its run, so it cannot tell when to stop; let `cordiale submit` work in rounds with the same question, or leave the question out",
            )));
        }
        (is_part || self.checkpoint.is_some()).then(|| match arguments.files.as_slice() {
            [file] => self.run_file(arguments, file, is_part, written),
            _ => Err(Failure::new("a part or a checkpoint is of one scenario; run the files one by one")),
        })
    }

    fn run_file(
        &self,
        arguments: &RunArguments,
        file: &Path,
        is_part: bool,
        written: Written<'_>,
    ) -> Outcome {
        let format = ResultFormat::of(arguments.text_format(), self.out.as_deref())?;
        if !is_part {
            drawable(arguments.plot, format)?;
        }
        let scenario = super::load(file, &arguments.changes, &arguments.work.warnings, written)?;
        let told = |error: RunError| in_file(file, &error);
        let mut part = self.part(arguments, &scenario).map_err(told)?;
        if let Some(path) = self.checkpoint.as_deref() {
            part = match std::fs::metadata(path) {
                Err(error) if error.kind() == ErrorKind::NotFound => part,
                Ok(there) if !there.is_file() => {
                    let path = path.display();
                    return Err(Failure::new(format!(
                        "--checkpoint: {path} is a device or a pipe; name a file"
                    )));
                }
                // What cannot be looked at cannot be read either, which is told.
                Ok(_) | Err(_) => resume(path, &part)?,
            };
        }
        progress::catch_interrupts();
        let unsaved = self.run_rest(&mut part, arguments, file)?;
        if part.held().is_empty() {
            return Ok(Exit::Abandoned);
        }
        let mut settled = Exit::Done;
        let done = if let Some(path) = self.out.as_deref().filter(|_| is_part) {
            if part.is_partial() && holds_whole(path, &part) {
                let path = path.display();
                output::say(&format!("{path} holds the whole part from before, and stays as it is"));
                return Ok(Exit::Interrupted);
            }
            output::write(path, &part.to_text())
        } else {
            let result = part.result().map_err(told)?;
            warnings::heed(&scenario, &result.warnings, &arguments.work.warnings)?;
            settled = tell_stopping(file, &result);
            let command = again(arguments, file, &result);
            output::deliver(&render(format, arguments.plot, &scenario, &result, command), self.out.as_deref())
        };
        let is_open = part.is_partial() || settled == Exit::Failed;
        // It can go on from its checkpoint: as it is, with more trials allowed, or only to write what it came to.
        if let Some(why) = unsaved.filter(|_| is_open || done.is_err()) {
            Failure::new(format!("{why}; the run cannot go on from here")).tell();
        }
        let done = done?;
        if is_open {
            return Ok(if part.is_partial() { Exit::Interrupted } else { settled });
        }
        if let Some(path) = self.checkpoint.as_deref().filter(|_| done == Exit::Unread) {
            let path = path.display();
            output::say(&format!(
                "nobody read the result to its end: {path} stays, and the same command prints it"
            ));
            return Ok(done);
        }
        // Only now is there nothing left that it could be needed for.
        self.remove_checkpoint()?;
        Ok(if settled == Exit::No { settled } else { done })
    }

    fn part(&self, arguments: &RunArguments, scenario: &Scenario) -> Result<Part, RunError> {
        let model = scenario.model();
        let seed = arguments.work.seed_of(scenario);
        let total = arguments.trials.unwrap_or(model.trials);
        if let Some(question) = arguments.stopping.question() {
            return Part::until(scenario, seed, question);
        }
        if let Some(shard) = self.shard {
            return Part::of_shard(scenario, seed, total, shard);
        }
        let (from, to) = (arguments.spread.trials_from, arguments.spread.trials_to);
        Part::new(scenario, seed, total, from.unwrap_or(0)..to.unwrap_or(total))
    }

    /// Runs what the part lacks, checkpoint by checkpoint, until it is whole or Ctrl-C is pressed. Gives why the last checkpoint
    /// could not be written, if it could not.
    fn run_rest(
        &self,
        part: &mut Part,
        arguments: &RunArguments,
        file: &Path,
    ) -> Result<Option<String>, Failure> {
        let told = |error: RunError| in_file(file, &error);
        let bar = Bar::new(arguments.work.warnings.quiet);
        let mut unsaved = None;
        while let Some(mut rest) = part.rest().map_err(told)? {
            rest = rest.threads(arguments.work.threads());
            let before = part.held().end - part.held().start;
            // A time too far off to be told is never.
            let until = self.checkpoint.as_ref().and_then(|_| Instant::now().checked_add(self.every));
            match rest.on_progress(bar.follow(before, until)).tally() {
                Ok(tally) => part.add(&tally).map_err(told)?,
                Err(RunError::Cancelled) => {}
                Err(error) => return Err(told(error)),
            }
            unsaved = match self.checkpoint.as_ref().map(|path| output::write(path, &part.to_text())) {
                Some(Err(Failure::Message(why))) => Some(why),
                _ => None,
            };
            if progress::interrupted() {
                break;
            }
            if let Some(why) = unsaved.as_ref().filter(|_| part.is_partial()) {
                // The next may find room, and the result needs none.
                warnings::warn(&format!("{why}; the run goes on"));
            }
        }
        Ok(unsaved)
    }

    fn remove_checkpoint(&self) -> Result<(), Failure> {
        let Some(path) = &self.checkpoint else { return Ok(()) };
        match std::fs::remove_file(output::real(path)) {
            // It could never be written.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            other => other.map_err(|error| {
                Failure::new(format!(
                    "all is done and written, but the checkpoint {} cannot be removed: {error}; remove it by hand",
                    path.display()
                ))
            }),
        }
    }
}

/// The file of a shard. Ranks that ask for their number share a command line, so their files must be told apart by it.
fn numbered(path: &Path, shard: Shard, is_auto: bool, flag: &str) -> Result<PathBuf, Failure> {
    // A path that is not UTF-8 holds no placeholder that could be replaced without loss.
    let Some(text) = path.to_str().filter(|text| text.contains(PLACEHOLDER)) else {
        if is_auto {
            return Err(Failure::new(format!(
                "with --shard auto all shards would write to {}; name the file as in {flag} 'part-{PLACEHOLDER}.json'",
                path.display()
            )));
        }
        return Ok(path.to_owned());
    };
    Ok(PathBuf::from(text.replace(PLACEHOLDER, &shard.number().to_string())))
}

/// Whether a file holds all of this very part.
fn holds_whole(path: &Path, part: &Part) -> bool {
    let kept = read(path).ok().and_then(|text| Part::from_text(&text).ok());
    kept.is_some_and(|kept| !kept.is_partial() && differences(&kept, part, &part.wanted()).is_empty())
}

/// What a checkpoint holds of this very part.
fn resume(path: &Path, part: &Part) -> Result<Part, Failure> {
    let shown = path.display();
    let advice = "delete or rename it, or name another with --checkpoint";
    let wrong =
        |why: String| Failure::new(format!("{shown} is no checkpoint to go on from: {why}; {advice}"));
    let kept = read(path).map_err(wrong)?;
    let kept = Part::from_text(&kept).map_err(|error| wrong(error.to_string()))?;
    let differences = differences(&kept, part, &part.wanted());
    if !differences.is_empty() {
        return Err(Failure::new(format!(
            "{shown} is a checkpoint of another run ({}); {advice}",
            differences.join("; ")
        )));
    }
    let mut part = part.clone();
    part.take(&kept).map_err(|error| wrong(error.to_string()))?;
    Ok(part)
}

/// In what a file is of another run or of other trials than what is run here.
pub(crate) fn differences(kept: &Part, part: &Part, wanted: &Range<u64>) -> Vec<String> {
    let mut differences: Vec<String> = kept
        .differences(part)
        .iter()
        .map(|d| format!("{}: {} there, {} here", d.what, d.here, d.there))
        .collect();
    // What may be run for a question is no part of it.
    if kept.wanted() != *wanted && kept.question().is_none() {
        let show = |trials: &Range<u64>| format!("{} to {}", trials.start, trials.end - 1);
        differences.push(format!("trials: {} there, {} here", show(&kept.wanted()), show(wanted)));
    }
    differences
}
