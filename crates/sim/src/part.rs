//! Parts of a run: made anywhere, written down, and put together to the result of the whole, to the last bit.
//!
//! A part is a text that stands for itself: it holds the files of its scenario, what was set over them and which
//! trials of which run it is, so that parts alone give the result; and a checksum, so that damage is seen.

mod merger;
mod shard;
mod text;

use std::ops::Range;

use cordiale_core::Scenario;

use crate::analysis::stopping::{Answer, Question, assess};
use crate::error::RunError;
use crate::result::RunResult;
use crate::simulation::{Simulation, check_trials};
use crate::tally::Tally;

pub use merger::Merger;
pub use shard::Shard;
pub use text::FORMAT;

/// Some trials of a run: those it is to hold, and the statistics of those it holds so far, from its first on.
///
/// ```
/// use cordiale_core::builder::{Event, Rule, ScenarioBuilder};
/// use cordiale_sim::{Merger, Part, Shard, Simulation};
///
/// let coin = ScenarioBuilder::new("coin", "2024-01-01", "month", 3)
///     .variable("heads", 0.0)
///     .rule("toss", Rule::new().chance(0.5).effect("heads += 1"))
///     .event("three", Event::when("heads == 3"))
///     .build()?;
/// let (seed, trials) = (7, 1_000);
///
/// let mut merger = Merger::new();
/// for number in 1..=3 {
///     // On another machine, it may be.
///     let mut part = Part::of_shard(&coin, seed, trials, Shard::new(number, 3)?)?;
///     while let Some(rest) = part.rest()? {
///         part.add(&rest.tally()?)?;
///     }
///     merger.add(&format!("part {number}"), &part.to_text());
/// }
/// let (_, result) = merger.finish()?;
/// assert_eq!(result, Simulation::new(&coin)?.seed(seed).trials(trials).run()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Part {
    scenario: Scenario,
    seed: u64,
    /// How many trials the whole run has.
    total: u64,
    shard: Option<Shard>,
    /// Of a run that ends when a question is settled, that question; `wanted` is then what may be run at most.
    question: Option<Question>,
    wanted: Range<u64>,
    tally: Tally,
}

impl Part {
    /// A part that is to hold some trials of a run, and holds none yet.
    ///
    /// # Errors
    /// Where these are no trials of the run.
    pub fn new(
        scenario: &impl AsRef<Scenario>,
        seed: u64,
        total: u64,
        trials: Range<u64>,
    ) -> Result<Self, RunError> {
        if trials.is_empty() || trials.end > total {
            let Range { start, end } = trials;
            return Err(RunError::Part(format!(
                "from trial {start} to {end} (not included) there is nothing in a run of {total} trials, or more than it has; name trials from 0 to {total}"
            )));
        }
        check_trials(0, total)?;
        let scenario = scenario.as_ref().clone();
        let tally = Tally::new(&scenario, seed);
        Ok(Self { scenario, seed, total, shard: None, question: None, wanted: trials, tally })
    }

    /// A part that is to hold a shard of a run, and holds nothing yet.
    ///
    /// # Errors
    /// Where the run has fewer trials than shards.
    pub fn of_shard(
        scenario: &impl AsRef<Scenario>,
        seed: u64,
        total: u64,
        shard: Shard,
    ) -> Result<Self, RunError> {
        let part = Self::new(scenario, seed, total, shard.trials(total)?)?;
        Ok(Self { shard: Some(shard), ..part })
    }

    /// All of a run that ends when a question is settled, which holds nothing yet.
    ///
    /// # Errors
    /// Where the question cannot be asked of the scenario.
    pub fn until(scenario: &impl AsRef<Scenario>, seed: u64, question: Question) -> Result<Self, RunError> {
        question.check(scenario)?;
        let total = question.most_trials();
        Ok(Self { question: Some(question), ..Self::new(scenario, seed, total, 0..total)? })
    }

    /// The question that ends the run, if there is one.
    #[must_use]
    pub fn question(&self) -> Option<&Question> {
        self.question.as_ref()
    }

    /// The scenario that is run.
    #[must_use]
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The trials that it holds.
    #[must_use]
    pub fn held(&self) -> Range<u64> {
        self.wanted.start..self.wanted.start + self.tally.trials()
    }

    /// The trials that it is to hold.
    #[must_use]
    pub fn wanted(&self) -> Range<u64> {
        self.wanted.clone()
    }

    /// Whether trials are still to come.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.next_end().is_some()
    }

    /// Up to where is to be run next; none where nothing is.
    fn next_end(&self) -> Option<u64> {
        let held = self.held().end;
        match &self.question {
            Some(question) if self.is_settled(question) => None,
            Some(question) => question.next_look(held),
            None => (held < self.wanted.end).then_some(self.wanted.end),
        }
    }

    /// Whether it holds the trials of a look, and they settle the question.
    fn is_settled(&self, question: &Question) -> bool {
        question.is_look(self.tally.trials())
            && assess(question, &self.scenario, &self.tally)
                .is_ok_and(|stopping| stopping.answer != Answer::NotResolved)
    }

    /// The simulation of the trials that are still to come, where a question ends the run up to the next look at it;
    /// none where there are none.
    ///
    /// It may be stopped at any time: what it then gives can be [added](Self::add), and the rest asked for again.
    ///
    /// # Errors
    /// As [`Simulation::new`].
    pub fn rest(&self) -> Result<Option<Simulation>, RunError> {
        let first = self.held().end;
        let Some(trials) = self.next_end().map(|end| end - first) else { return Ok(None) };
        let simulation = Simulation::new(&self.scenario)?;
        Ok(Some(simulation.seed(self.seed).first_trial(first).trials(trials)))
    }

    /// Adds the trials that come next.
    ///
    /// # Errors
    /// Where the tally is of another scenario or seed, or of other trials than those that come next.
    pub fn add(&mut self, tally: &Tally) -> Result<(), RunError> {
        let Range { start: next, end } = self.held().end..self.wanted.end;
        if !matches!(*tally.ranges(), [(first, last)] if first == next && last <= end) {
            return Err(RunError::Merge(format!(
                "a part grows by the trials that come next: here from {next} on, and not beyond {end}"
            )));
        }
        if !tally.fits(&self.scenario, self.seed) {
            return Err(RunError::Merge("the tally is of another scenario or seed than the part".to_owned()));
        }
        let empty = Tally::new(&self.scenario, self.seed);
        self.tally = std::mem::replace(&mut self.tally, empty).merge(tally)?;
        // Whatever pieces it came in: a part that is whole holds the same bytes.
        self.tally.set_partial(self.is_partial());
        Ok(())
    }

    /// The result of the trials that it holds, [partial](crate::result::RunInfo::partial) where some are to come.
    ///
    /// # Errors
    /// Where it holds none.
    pub fn result(&self) -> Result<RunResult, RunError> {
        let result = self.tally.result(&self.scenario)?;
        let asked = self.question.as_ref().map(|question| assess(question, &self.scenario, &self.tally));
        Ok(RunResult { stopping: asked.transpose()?, ..result })
    }

    /// Takes what another part of the same run holds from the same trial on: of one that asks the same, though it might
    /// run fewer or more trials for it.
    ///
    /// # Errors
    /// Where it is of another run, or holds more than this one may.
    pub fn take(&mut self, other: &Self) -> Result<(), RunError> {
        if other.tally.trials() == 0 {
            return Ok(());
        }
        if other.held().end > self.wanted.end {
            return Err(RunError::Part(format!(
                "it holds {} trials already, and this run may have {}; allow as many, or begin anew",
                other.tally.trials(),
                self.wanted.end - self.wanted.start
            )));
        }
        self.add(&other.tally)
    }

    /// In what it is of another run than `other`: the thing, as it is here and as it is there. Nothing where both are
    /// of one run.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<Difference> {
        let mut found = Vec::new();
        let mut compare = |what, here: String, there: String| {
            if here != there {
                found.push(Difference { what, here, there });
            }
        };
        let scenarios = [&self.scenario, &other.scenario];
        let both = |show: &dyn Fn(&Scenario) -> String| scenarios.map(show);
        for (what, [here, there]) in [
            ("scenario", both(&|s| s.model().id.clone())),
            ("world", both(&|s| s.model().world.clone().unwrap_or_else(|| "none".to_owned()))),
            ("variant", both(&|s| s.variant_name().unwrap_or("none").to_owned())),
            ("settings", both(&settings)),
            // Enough of it to tell two apart.
            ("digest", both(&|s| s.digest().chars().take(12).collect())),
        ] {
            compare(what, here, there);
        }
        compare("seed", self.seed.to_string(), other.seed.to_string());
        let asked = |part: &Self| part.question.as_ref().map_or("none".to_owned(), Question::to_string);
        compare("question", asked(self), asked(other));
        // What may be run for a question changes none of its trials.
        if self.question.is_none() || other.question.is_none() {
            compare("trials in all", self.total.to_string(), other.total.to_string());
        }
        // The digest knows neither the order of outcomes nor what is suspect in a variant not chosen; a result does.
        let told =
            scenarios.map(|s| s.warnings().diagnostics().iter().map(|d| (d.code, &d.message)).collect());
        let [here, there]: [Vec<_>; 2] = told;
        if found.is_empty() && (here != there || !self.tally.fits(&other.scenario, other.seed)) {
            let [here, there] = ["one", "another"].map(str::to_owned);
            found.push(Difference { what: "order or wording of the files", here, there });
        }
        found
    }
}

/// One thing in which two parts are of different runs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// What differs, as in "seed".
    pub what: &'static str,
    /// As it is in the one.
    pub here: String,
    /// As it is in the other.
    pub there: String,
}

/// What is set over the file, as typed.
fn settings(scenario: &Scenario) -> String {
    let set: Vec<String> = scenario.settings().iter().map(|(name, text)| format!("{name}={text}")).collect();
    if set.is_empty() { "none".to_owned() } else { set.join(", ") }
}
